//! Every page and dialog, as text at three sizes, and its styles without and with colour.

use jiff::SignedDuration;
use muster::cloud::Danger;
use muster::cloud::sts::Identity;
use muster::engine::{Mode, Rest};
use muster::link::{News, Planned, Rollout, Seat, Unmet};
use muster::settings::{Kind, Progress, ProgressLine};
use muster::tui::Colour;
use serde_json::json;

use crate::fixtures::{self, RUN, TABLES};
use crate::render::Stage;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

/// A screen: its name and how to get there.
pub type Screen = (&'static str, fn(Colour, u16, u16) -> Stage);

/// Every screen there is.
pub const SCREENS: &[Screen] = &[
    ("nothing-told", Stage::new),
    ("home", Stage::at_home),
    ("home-empty", home_empty),
    ("home-search", |c, w, h| then(Stage::at_home(c, w, h), "", "restore")),
    ("home-no-hit", |c, w, h| then(Stage::at_home(c, w, h), "", "zzz")),
    ("home-practice", home_practice),
    ("wrong-account", wrong_account),
    ("not-logged-in", not_logged_in),
    ("trouble", trouble),
    ("book", |c, w, h| then(Stage::at_home(c, w, h), "Down Down Enter", "")),
    ("form", form),
    ("form-picked", form_picked),
    ("plan-waiting", |c, w, h| then(Stage::at_home(c, w, h), "Down Down Enter Enter", "")),
    ("plan", plan),
    ("plan-error", plan_error),
    ("run-begun", |c, w, h| Stage::at_run(c, w, h, fixtures::begun())),
    ("run-read-only", run_read_only),
    ("run-planned", |c, w, h| Stage::at_run(c, w, h, fixtures::planned(Danger::Change))),
    ("run-working", run_working),
    ("run-job", run_job),
    ("run-job-counted", run_job_counted),
    ("run-reviewing", |c, w, h| Stage::at_run(c, w, h, fixtures::reviewing())),
    ("run-reviewed", |c, w, h| Stage::at_run(c, w, h, fixtures::reviewed())),
    ("run-unknown", |c, w, h| Stage::at_run(c, w, h, fixtures::unknown())),
    ("run-failed", |c, w, h| Stage::at_run(c, w, h, fixtures::failed())),
    ("run-asking", |c, w, h| Stage::at_run(c, w, h, fixtures::asking())),
    ("run-paused", |c, w, h| Stage::at_run(c, w, h, fixtures::paused())),
    ("run-looking", |c, w, h| then(Stage::at_run(c, w, h, fixtures::working()), "Up", "")),
    ("run-succeeded", |c, w, h| Stage::at_run(c, w, h, fixtures::rested(Rest::Succeeded {}))),
    ("run-stuck", |c, w, h| {
        Stage::at_run(c, w, h, fixtures::rested(Rest::Stuck { failure: fixtures::failure() }))
    }),
    ("confirm-enter", |c, w, h| confirm(c, w, h, fixtures::planned(Danger::Change))),
    ("confirm-yes", |c, w, h| confirm(c, w, h, fixtures::planned_one(Danger::Destroy, false))),
    ("confirm-type", |c, w, h| confirm(c, w, h, fixtures::planned(Danger::Destroy))),
    ("confirm-second", confirm_second),
    ("arm", |c, w, h| then(run_read_only(c, w, h), "a", "")),
    ("skip", |c, w, h| then(Stage::at_run(c, w, h, fixtures::failed()), "s", "not needed")),
    ("abort", |c, w, h| then(Stage::at_run(c, w, h, fixtures::failed()), "A", "")),
    ("note", |c, w, h| then(Stage::at_run(c, w, h, fixtures::working()), "n", "")),
    ("answer", |c, w, h| then(Stage::at_run(c, w, h, fixtures::asking()), "Enter", "Ben")),
    ("quit-while-walking", |c, w, h| then(Stage::at_run(c, w, h, fixtures::working()), "q", "")),
    ("quit-while-it-goes-on", |c, w, h| then(going_on(c, w, h), "q", "")),
    ("watching", |c, w, h| watching(c, w, h, Some("anna@laptop"))),
    ("watching-nobody", |c, w, h| watching(c, w, h, None)),
    ("watching-armed", |c, w, h| {
        then(seated(Stage::at_run(c, w, h, fixtures::working()), Some("anna@laptop")), "p", "")
    }),
    ("quit-while-watching", |c, w, h| then(watching(c, w, h, Some("anna@laptop")), "q", "")),
    ("take-over", |c, w, h| then(watching(c, w, h, Some("anna@laptop")), "T", "")),
    ("palette", |c, w, h| then(Stage::at_run(c, w, h, fixtures::failed()), ":", "re")),
    ("help", |c, w, h| then(Stage::at_run(c, w, h, fixtures::failed()), "?", "")),
    ("plan-unmet", plan_unmet),
    ("rollout", |c, w, h| then(Stage::at_home(c, w, h), "F6", "")),
    ("rollout-other", |c, w, h| then(Stage::at_home(c, w, h), "F6 Up", "")),
    ("rollout-empty", |c, w, h| then(home_empty(c, w, h), "F6", "")),
    ("report", report),
    ("journal", journal),
    ("journal-broken", journal_broken),
    ("compliance-live", compliance_live),
    ("compliance", compliance_done),
    ("compliance-not-known", compliance_not_known),
];

fn then(mut stage: Stage, keys: &str, text: &str) -> Stage {
    stage.keys(keys).types(text);
    stage
}

/// Somebody else commands, or nobody.
fn seated(mut stage: Stage, pilot: Option<&str>) -> Stage {
    stage.news(fixtures::welcome(Seat::Watcher, pilot));
    stage.wait(600);
    stage
}

fn watching(colour: Colour, columns: u16, rows: u16, pilot: Option<&str>) -> Stage {
    let mut stage = seated(run_read_only(colour, columns, rows), pilot);
    // Any key takes the message about it away.
    stage.keys("Up");
    stage
}

fn going_on(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = run_working(colour, columns, rows);
    stage.news(fixtures::welcome(Seat::Pilot, Some("anna@laptop")));
    stage
}

fn home_empty(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_home(colour, columns, rows);
    let mut home = fixtures::home();
    home.books.clear();
    home.runs.clear();
    home.rollout = Rollout::default();
    stage.news(News::Home(home));
    stage
}

fn home_practice(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_home(colour, columns, rows);
    let mut home = fixtures::home();
    home.mode = Mode::Practice;
    stage.news(News::Home(home));
    stage
}

fn wrong_account(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_run(colour, columns, rows, fixtures::planned(Danger::Change));
    let arn = "arn:aws:iam::111122223333:user/anna";
    let identity = Ok(Identity { account: "111122223333".into(), arn: arn.into() });
    stage.news(News::Identity { identity, expires: None, skew_seconds: None });
    stage
}

fn not_logged_in(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_home(colour, columns, rows);
    let identity = Err("the token has expired".to_owned());
    stage.news(News::Identity { identity, expires: Some(stage.now), skew_seconds: Some(-420) });
    stage
}

fn trouble(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_run(colour, columns, rows, fixtures::working());
    let text = "the journal cannot be written (no space left on device): nothing more is sent. Make room, then start again.";
    stage.news(News::Trouble { said: fixtures::said(text) });
    stage
}

fn form(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_home(colour, columns, rows);
    stage.types("restore-t").keys("Enter Enter");
    let names = Ok(TABLES.iter().map(|name| (*name).to_owned()).collect());
    stage.news(News::Picks { kind: Kind::Table, names });
    stage
}

fn form_picked(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = form(colour, columns, rows);
    stage.types("ven").keys("Down Enter Enter");
    stage
}

fn plan(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_home(colour, columns, rows);
    stage.keys("Down Down Enter Enter");
    let plan = Box::new(Ok(fixtures::plan()));
    stage.news(News::Planned { course: fixtures::course("phase-1-protection"), plan });
    stage.wait(600);
    stage
}

fn plan_unmet(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_home(colour, columns, rows);
    stage.keys("Down Down Enter Enter");
    let what =
        "`phase-1-protection` needs `before`, which never ran here, in sitelogix prod (live)";
    let advice = "Next is `before`: muster --estate sitelogix --env prod run before";
    let unmet = Unmet { missing: vec![], what: what.into(), advice: advice.into() };
    let plan = Box::new(Ok(Planned { unmet: Some(unmet), ..fixtures::plan() }));
    stage.news(News::Planned { course: fixtures::course("phase-1-protection"), plan });
    stage.wait(600);
    stage
}

fn report(colour: Colour, columns: u16, rows: u16) -> Stage {
    let run = fixtures::rested(Rest::Succeeded {});
    let mut stage = Stage::at_run(colour, columns, rows, run);
    stage.keys("R");
    let text = "# Phase 1: succeeded\n\n> **PRACTICE. Nothing in AWS was touched. This is evidence of nothing.**\n\n\
        Report of a practice run. The run succeeded.\n\n| What | |\n|---|---|\n\
        | Run | 20261120-120000-k7q2 |\n| Parameter alert\\_email | a\\@b.example |\n\n## Who\n\n\
        | Name | Part |\n|---|---|\n| anna\\@laptop | began the run |\n";
    let news = News::Report { run: RUN.into(), text: Ok(text.to_owned()), kept: None };
    stage.news(news);
    stage
}

fn plan_error(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_home(colour, columns, rows);
    stage.keys("Down Down Enter Enter");
    let plan = Box::new(Err(fixtures::said(
        "AccessDeniedException: not authorized to perform dynamodb:DescribeTable",
    )));
    stage.news(News::Planned { course: fixtures::course("phase-1-protection"), plan });
    stage
}

fn run_read_only(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut run = fixtures::planned(Danger::Change);
    run.armed = false;
    Stage::at_run(colour, columns, rows, run)
}

fn run_working(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_run(colour, columns, rows, fixtures::working());
    let seen = Ok(json!({ "status": "UPDATING", "deletion_protection": false }));
    stage.news(News::Glimpse { run: RUN.into(), step: 2, target: 2, seen });
    stage.now += SignedDuration::from_secs(2);
    stage.draw();
    stage
}

/// A stack on its way down: the failure stays in sight, whatever follows it.
fn run_job(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_run(colour, columns, rows, fixtures::working());
    let line = |second: u32, text: &str| ProgressLine {
        at: format!("2026-11-20T12:04:{second:02}Z").parse().ok(),
        text: text.to_owned(),
        failed: text.contains("FAILED"),
    };
    let mut lines = vec![
        line(1, "missing-tables CREATE_IN_PROGRESS: User Initiated"),
        line(2, "WorkLogsTable CREATE_IN_PROGRESS"),
        line(
            3,
            "AuditLogTable CREATE_FAILED: Resource handler returned message: \"Table already exists: audit-log\"",
        ),
    ];
    lines.extend((4..14).map(|second| line(second, "WorkLogsTable DELETE_IN_PROGRESS")));
    let text = "DELETE_IN_PROGRESS: 1 resources done, 1 going on, 1 failed".to_owned();
    let progress = Progress { line: text, share: None, lines };
    stage.news(News::Progress { run: RUN.into(), step: 2, target: 2, progress });
    stage.now += SignedDuration::from_secs(2);
    stage.draw();
    stage
}

/// A job of which AWS tells how much there is.
fn run_job_counted(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_run(colour, columns, rows, fixtures::working());
    let failed = ProgressLine { at: None, text: "a/b.wav: AccessDenied".to_owned(), failed: true };
    let progress = Progress {
        line: "1204 of 10000 objects, 41 MB/s, 1 error, about 3m left".to_owned(),
        share: Some((1_204, 10_000)),
        lines: vec![failed],
    };
    stage.news(News::Progress { run: RUN.into(), step: 2, target: 0, progress });
    stage
}

fn confirm(colour: Colour, columns: u16, rows: u16, run: muster::engine::Run) -> Stage {
    let mut stage = Stage::at_run(colour, columns, rows, run);
    stage.keys("Enter").wait(600);
    stage
}

fn confirm_second(colour: Colour, columns: u16, rows: u16) -> Stage {
    let run = fixtures::planned_one(Danger::Irreversible, true);
    let mut stage = confirm(colour, columns, rows, run);
    stage
        .types("500313280221/us-east-1/sitelogix-reports")
        .keys("Enter")
        .types("anna")
        .keys("Enter");
    stage
}

fn journal(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_home(colour, columns, rows);
    stage.keys("F3");
    let verified = Ok("43 records, the head is written next to it".to_owned());
    stage.news(News::Journal { records: fixtures::records(), verified });
    stage
}

fn journal_broken(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = journal(colour, columns, rows);
    let verified = Err("record 41 was changed after it was written".to_owned());
    stage.news(News::Journal { records: fixtures::records(), verified });
    stage.keys("/").types("sending");
    stage
}

fn compliance(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::at_home(colour, columns, rows);
    stage.keys("F4").news(fixtures::scanning());
    stage
}

fn compliance_live(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = compliance(colour, columns, rows);
    for news in fixtures::checked(6) {
        stage.news(news);
    }
    stage
}

fn compliance_done(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = compliance(colour, columns, rows);
    stage.news(fixtures::scanned()).keys("Tab");
    stage
}

fn compliance_not_known(colour: Colour, columns: u16, rows: u16) -> Stage {
    let mut stage = compliance(colour, columns, rows);
    stage.news(fixtures::not_scanned());
    stage
}

#[test]
fn every_screen_looks_as_it_did() {
    for (name, reach) in SCREENS {
        let mut shown = String::new();
        for (columns, rows) in SIZES {
            let [bare, sixteen, full] = [Colour::None, Colour::Sixteen, Colour::Full]
                .map(|colour| reach(colour, columns, rows));
            assert_eq!(bare.text(), full.text(), "{name}: colour says what words do not");
            shown += &format!("== {columns} x {rows}\n{}", bare.text());
            if (columns, rows) == (80, 24) {
                let sixteen = sixteen.styles();
                shown += &format!("-- sixteen colours\n{sixteen}");
            }
            shown += &format!("-- no colour\n{}-- full colour\n{}", bare.styles(), full.styles());
        }
        insta::assert_snapshot!(*name, shown);
    }
}
