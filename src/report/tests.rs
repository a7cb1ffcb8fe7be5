//! Reports of a run that is told event by event: what stands in them, and what must not.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::redact::everything;
use super::{AttemptEnd, Chain, Report, Role, State};
use crate::cloud::sts::Identity;
use crate::cloud::{Call, CallError, Danger, Ending, dynamodb};
use crate::engine::{Conclusion, Event, Mode, Record, Run, Sight, Verdict, WayBack, advance};
use crate::estate::Estate;
use crate::problem::Source;
use crate::runbook::Book;
use crate::text::is_hidden;

const ESTATE: &str = r#"
title = "A harbour"
owner = "harbour team"
[inventory]
tables = ["cranes", "ships"]
[environments.prod]
account = "500313280221"
region = "us-east-1"
alias = "harbour-prod"
contact = "night watch, +49 30 1234"
protected = true
"#;

const BOOK: &str = r#"
title    = "Protect the tables"
version  = "1.2.0"
kind     = "procedure"
summary  = "A book of the tests."
risk     = "low"
duration = "10m"
cost     = "nothing"
owner    = "Mira Stone"
reviewed = 2026-11-01
[params.mail]
type = "email"
help = "Whom to write to."
[[step]]
id    = "ask"
title = "Ask"
why   = "Somebody has to agree."
ask   = "Who agreed?"
[[step]]
id    = "protect"
title = "Protect"
why   = "A slip drops no table."
set   = "dynamodb.table.deletion_protection"
on    = "${estate.tables}"
to    = true
[[step]]
id    = "tell"
title = "Tell"
why   = "They have to know."
ask   = "Write to ${params.mail}."
"#;

/// Everything that a redacted report may not hold, as it was typed or answered.
const SECRETS: &[&str] = &[
    "500313280221",
    "ada@galley",
    "galley",
    "Bert Brandt",
    "Cora Cole",
    "Mira Stone",
    "the second officer agreed",
    "ops@harbour.example",
    "7NQREQUEST1",
    "8NQREQUEST2",
    "oncall",
    "arn:aws:sts::500313280221:assumed-role/oncall/dora",
    "dora",
    "call the pilot Emil at 3",
    "nobody is aboard",
    "arn:aws:iam::999988887777:user/frida",
    "999988887777",
];

fn source(name: &str, text: &str) -> Source {
    Source { path: format!("{name}.toml"), name: name.to_owned(), text: text.to_owned() }
}

/// A run with the records that made it.
struct Story {
    run: Run,
    records: Vec<Record>,
}

impl Story {
    fn begin(mode: Mode) -> Self {
        let (estate, problems) = Estate::load(&source("harbour", ESTATE));
        let estate = estate.unwrap_or_else(|| panic!("{problems:?}"));
        let (book, problems) = Book::load(&source("protect", BOOK), &estate);
        let book = book.unwrap_or_else(|| panic!("{problems:?}"));
        let params = BTreeMap::from([("mail".to_owned(), "ops@harbour.example".to_owned())]);
        let bound = book.bind(&estate, &estate.environments[0], &params).unwrap();
        let event = Event::Started {
            mode,
            pace: if mode == Mode::Practice { 60 } else { 1 },
            read_only: false,
            bound: Box::new(bound),
            book_text: BOOK.to_owned(),
            estate_text: ESTATE.to_owned(),
        };
        let record = record(1, "ada@galley", event);
        Self { run: Run::begin(&record).unwrap(), records: vec![record] }
    }

    fn by(mut self, actor: &str, event: Event) -> Self {
        let seq = self.records.len() as u64 + 1;
        let record = record(seq, actor, event);
        self.run.apply(&record).unwrap();
        self.records.push(record);
        self
    }

    fn then(self, event: Event) -> Self {
        self.by("ada@galley", event)
    }

    /// Everything that follows by itself.
    fn on(mut self) -> Self {
        while let Some(event) = advance(&self.run, time(self.records.len() as u64)) {
            self = self.by("runner@galley", event);
        }
        self
    }

    fn report(&self) -> Report {
        let (log, hash) = ("0123456789abcdef".to_owned(), "f".repeat(64));
        let seq = self.records.len() as u64;
        Report::of(&self.records, Chain { log, seq, hash, head_kept: true }).unwrap()
    }
}

fn time(seq: u64) -> Timestamp {
    let start: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(i64::try_from(seq).unwrap() * 10)
}

fn record(seq: u64, actor: &str, event: Event) -> Record {
    Record { seq, time: time(seq), run: "20261120-120000-k7q2".into(), actor: actor.into(), event }
}

fn identity() -> Event {
    let arn = "arn:aws:sts::500313280221:assumed-role/oncall/dora";
    let identity = Identity { account: "500313280221".into(), arn: arn.into() };
    Event::Identified { identity, expires: None }
}

fn protect(table: &str) -> Call {
    let change = dynamodb::TableChange::DeletionProtection(true);
    Call::DynamoDb(dynamodb::Call::UpdateTable { table: table.into(), change })
}

fn change(table: &str) -> Verdict {
    Verdict::Change {
        before: Some(json!(false)),
        calls: vec![protect(table)],
        danger: Danger::Change,
        why: None,
        fingerprint: None,
        warnings: Vec::new(),
        way_back: WayBack::Loses("what was written meanwhile".to_owned()),
    }
}

fn intended(attempt: u64, target: usize, table: &str) -> Event {
    let call = protect(table);
    Event::Intended { attempt, step: 1, target, digest: call.digest(), call }
}

fn answered(attempt: u64, id: &str) -> Event {
    Event::Answered { attempt, request_id: Some(id.to_owned()) }
}

/// A run in which about everything happens that can stand in a report.
fn eventful(mode: Mode) -> Story {
    let lost = CallError::new(Ending::Unknown, "Timeout", "no answer");
    let mut throttled = CallError::new(Ending::Throttled, "ThrottlingException", "too many");
    throttled.request_id = Some("8NQREQUEST2".to_owned());
    let stranger = "arn:aws:iam::999988887777:user/frida".to_owned();
    let found = Identity { account: "999988887777".into(), arn: stranger };
    let story = Story::begin(mode).then(identity()).on();
    let answer = Event::Replied { step: 0, text: "the second officer agreed".into() };
    let story = story.then(answer).on();
    let story = story.then(Event::Inspected { step: 1, target: 0, verdict: change("cranes") });
    let story = story.then(Event::Inspected { step: 1, target: 1, verdict: change("ships") }).on();
    let story = story.then(Event::Armed {});
    let digest = story.run.plan(1).unwrap().digest();
    let confirmed = Event::Confirmed {
        step: 1,
        digest,
        typed: vec!["500313280221/us-east-1/cranes".into()],
        second: Some("Bert Brandt".into()),
    };
    let story = story.then(confirmed);
    let story = story.then(intended(1, 0, "cranes")).then(answered(1, "7NQREQUEST1"));
    let verified = |target| Event::Verified { step: 1, target, value: json!(true) };
    let story = story.then(verified(0)).then(intended(2, 1, "ships"));
    let again_at = Some(time(1));
    let story = story.then(Event::NotApplied { attempt: 2, error: throttled, again_at });
    let story = story.then(intended(3, 1, "ships"));
    let story = story.then(Event::Unknown { attempt: 3, error: lost });
    let story = story.then(Event::Noted { text: "call the pilot Emil at 3".into() });
    let story = story.then(Event::Paused { why: "log in".into() }).then(Event::Resumed {});
    let expected = "500313280221".to_owned();
    let story = story.then(Event::WrongAccount { expected, found }).then(identity());
    let look = Event::Looked { attempt: 3, sight: Sight::Different, value: Some(json!(true)) };
    let story = story.then(look);
    let story = story.then(Event::Concluded { attempt: 3, conclusion: Conclusion::Done });
    let story = story.by("bert@bridge", Event::TakenOver { name: "Cora Cole".into() });
    let story = story.then(Event::Accepted {}).then(verified(1)).on();
    let skipped = Event::Skipped { step: 2, reason: "nobody is aboard".into() };
    story.by("bert@bridge", skipped).on()
}

#[test]
fn a_report_tells_who_did_what_to_which_resource_and_how_it_ended() {
    let report = eventful(Mode::Live).report();
    assert_eq!(report.state, State::Succeeded);
    assert!(report.evidence && !report.redacted);
    let role = |role| report.people.iter().find(|person| person.role == role);
    assert_eq!(role(Role::Began).unwrap().name, "ada@galley");
    assert_eq!(role(Role::SecondPerson).unwrap().name, "Bert Brandt");
    assert_eq!(role(Role::TookOver).unwrap().name, "Cora Cole (bert@bridge)");
    assert_eq!(role(Role::Confirmed).unwrap().steps, [2]);
    assert_eq!(report.identities.len(), 3);
    assert!(!report.identities[1].expected);
    let step = &report.steps[1];
    assert_eq!((step.state.as_str(), step.attempts.len()), ("changed", 3));
    let endings: Vec<_> = step.attempts.iter().map(|attempt| attempt.ending).collect();
    assert_eq!(endings, [AttemptEnd::Answered, AttemptEnd::NotApplied, AttemptEnd::Done]);
    let target = &step.targets[0];
    assert_eq!((target.before.clone(), target.after.clone()), (Some(json!(false)), json!(true)));
    assert!(target.changed && target.verified);
    assert_eq!(target.requests, ["7NQREQUEST1"]);
    assert_eq!(report.steps[0].answer.as_deref(), Some("the second officer agreed"));
    assert_eq!(report.steps[2].reason.as_deref(), Some("nobody is aboard"));
    let found = &report.found[0];
    assert_eq!((found.attempt, found.conclusion), (3, Some(Conclusion::Done)));
    assert!(found.accepted, "a person saw it");
    assert_eq!(report.notes[0].text, "call the pilot Emil at 3");
    assert_eq!(report.left.len(), 2, "{:?}", report.left);
    let totals = (report.totals.steps, report.totals.changed, report.totals.skipped);
    assert_eq!(totals, (3, 1, 1));
    assert_eq!(report.events.len(), eventful(Mode::Live).records.len());
}

#[test]
fn each_form_shows_what_an_auditor_asks_for() {
    let report = eventful(Mode::Live).report();
    let json = serde_json::to_string(&report).unwrap();
    let sha = &report.book.sha256;
    for shown in [report.markdown(), report.html(), json] {
        for text in SECRETS.iter().chain([&sha.as_str(), &report.journal.hash.as_str()]) {
            assert!(shown.contains(&text.replace('@', r"\@")) || shown.contains(text), "no {text}");
        }
    }
}

#[test]
fn practice_is_said_to_be_no_evidence_in_every_section() {
    let report = eventful(Mode::Practice).report();
    assert!(!report.evidence);
    let (markdown, html) = (report.markdown(), report.html());
    let sections = markdown.lines().filter(|line| line.starts_with("## ")).count();
    assert!(markdown.matches("evidence of nothing").count() > sections);
    let sections = html.matches("<h2").count();
    assert!(html.matches("evidence of nothing").count() > sections + 1, "and on each page");
    let live = eventful(Mode::Live).report();
    assert!(!live.markdown().contains("evidence of nothing"));
    assert!(!live.html().contains("evidence of nothing"));
}

#[test]
fn a_redacted_report_holds_nothing_of_what_was_replaced() {
    for mode in [Mode::Live, Mode::Practice] {
        let report = eventful(mode).report().redacted();
        assert!(report.redacted);
        let json = serde_json::to_string(&report).unwrap();
        for shown in [report.markdown(), report.html(), json, format!("{report:?}")] {
            let shown = shown.replace('\\', "").to_lowercase();
            for secret in SECRETS {
                assert!(!shown.contains(&secret.to_lowercase()), "{secret} in {shown}");
            }
            assert!(shown.contains("redacted") && shown.contains("account-1"), "{shown}");
        }
    }
}

#[test]
fn a_redacted_report_still_tells_one_from_the_other() {
    let report = eventful(Mode::Live).report().redacted();
    let name = |role| &report.people.iter().find(|person| person.role == role).unwrap().name;
    assert_eq!(name(Role::Began), name(Role::Confirmed));
    assert_ne!(name(Role::Began), name(Role::SecondPerson));
    assert_eq!(report.place.account, report.identities[0].account);
    assert_ne!(report.place.account, report.identities[1].account);
    assert_eq!(report.steps[1].targets[0].resource, "cranes");
    assert_eq!(report, report.clone().redacted().redacted(), "once is enough");
}

/// What somebody may have called a table, or written into a note.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' style='x",
    "</td></tr></table>",
    "--><!-- {{ 7*7 }} {% raw %}",
    "&lt;b&gt;",
    "a | b |\n| c",
    "\n\n# heading\n\n- item\n",
    "```\ncode",
    "[x](javascript:alert(1)) ![y](http://evil)",
    "`a` *b* _c_ ~~d~~ <e@f.example>",
    "\u{1b}]52;c;ZXZpbA==\u{7}\u{9b}31m\u{0}",
    "\u{202e}gnp.exe\u{2066}x\u{2069}",
    "\u{200b}\u{feff}\u{e0041}\u{2028}\u{85}",
    "\r\n\t",
    "=cmd|' /C calc'!A0",
    "\\",
    "trailing \\",
];

/// The tags of a page, without its texts.
fn tags(html: &str) -> String {
    let mut tags = String::new();
    let mut inside = false;
    for c in html.chars() {
        inside |= c == '<';
        if inside {
            tags.push(c);
        }
        inside &= c != '>';
    }
    tags
}

/// What Markdown makes structure of: the beginnings of lines, and the walls of cells.
fn bones(markdown: &str) -> Vec<(String, usize)> {
    let lines = markdown.lines().map(|line| {
        let begin: String = line.chars().take_while(|c| "#|>- ".contains(*c)).collect();
        let bare = line.replace(r"\\", "").replace(r"\|", "");
        (begin, bare.matches('|').count())
    });
    lines.collect()
}

#[test]
fn text_from_outside_is_nothing_but_text() {
    let with = |payload: &str| {
        let mut report = eventful(Mode::Live).report();
        everything(&mut report, payload);
        (report.html(), report.markdown())
    };
    let (plain_html, plain_markdown) = with("plain");
    for payload in HOSTILE {
        let (html, markdown) = with(payload);
        assert_eq!(tags(&html), tags(&plain_html), "{payload:?}");
        assert_eq!(bones(&markdown), bones(&plain_markdown), "{payload:?}");
        for shown in [html, markdown] {
            assert!(!shown.chars().any(|c| is_hidden(c) && c != '\n'), "{payload:?}");
        }
    }
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    let html = eventful(Mode::Live).report().html();
    for forbidden in ["<script", "<link", "<img", "<iframe", "url(", "@import", "http://", "https:"]
    {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert!(html.contains("default-src 'none'"));
    assert!(html.contains("prefers-color-scheme: dark") && html.contains("@media print"));
    let tables = html.matches("<table>").count();
    assert_eq!(html.matches("<caption>").count(), tables, "every table says what it is");
    assert!(html.matches("scope=\"row\"").count() >= tables);
}

#[test]
fn every_beginning_of_a_run_makes_a_report() {
    let story = eventful(Mode::Live);
    for n in 1..=story.records.len() {
        let chain = Chain::default();
        let report = Report::of(&story.records[..n], chain).unwrap();
        assert_eq!(report.last, story.records[n - 1].time);
        assert!(report.html().ends_with("</html>") && !report.markdown().is_empty());
        assert!(!report.redacted().markdown().contains("500313280221"), "{n}");
    }
    assert!(Report::of(&[], Chain::default()).is_err());
    assert!(Report::of(&story.records[1..], Chain::default()).is_err());
}

#[test]
fn a_run_that_was_taken_back_says_by_which_and_what_stays() {
    let left = vec!["ships: it is gone".to_owned()];
    let by = "20261121-080000-back".to_owned();
    let report = eventful(Mode::Live).then(Event::RolledBack { by: by.clone(), left }).report();
    assert_eq!((report.state, report.undone_by), (State::RolledBack, Some(by)));
    assert_eq!(report.left, ["not taken back: ships: it is gone"]);
}
