//! Text from outside never reaches the terminal as anything but text.

use muster::cloud::Danger;
use muster::engine::{Event, Failure, Rest, Stage as RunStage, StepState};
use muster::link::News;
use muster::settings::Kind;
use muster::text::is_hidden;
use muster::tui::{Colour, Input};
use serde_json::json;

use crate::fixtures::{self, RUN};
use crate::render::Stage;

/// What somebody may have called a table, or written into a message.
fn payloads() -> Vec<String> {
    let wraps = ["{}", "a{}b", "{}{}", "日本{}", "  {}\n"];
    let cores = [
        "\u{1b}]52;c;ZXZpbA==\u{7}",
        "\u{1b}]8;;http://evil\u{1b}\\x\u{1b}]8;;\u{1b}\\",
        "\u{1b}[2J\u{1b}[H",
        "\u{1b}[?1049l",
        "\u{9b}31m",
        "\u{9d}0;title\u{9c}",
        "\u{90}q\u{9c}",
        "\u{202e}gnp.exe",
        "\u{2066}x\u{2069}",
        "\u{200b}\u{200d}\u{feff}",
        "\u{e0041}\u{e0042}\u{e007f}",
        "\u{0}\u{1}\u{8}\u{7f}",
        "\r\n\t\u{b}\u{c}",
        "⚠\u{fe0f}",
        "e\u{301}\u{34f}\u{301}",
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "\u{2028}\u{2029}\u{85}",
        "\u{fff9}x\u{fffa}y\u{fffb}",
        "\u{115f}\u{3164}\u{ffa0}",
    ];
    wraps.iter().flat_map(|wrap| cores.iter().map(|core| wrap.replace("{}", core))).collect()
}

fn look_over(stage: &Stage, payload: &str) {
    for cell in stage.buffer().content() {
        let shown = cell.symbol();
        assert!(!shown.chars().any(is_hidden), "{shown:?} is on the screen, of {payload:?}");
    }
}

#[test]
fn hostile_names_are_shown_and_never_obeyed() {
    for payload in payloads() {
        for (columns, rows) in [(80, 24), (30, 8)] {
            let mut home = fixtures::home();
            home.estate.clone_from(&payload);
            home.environment.name.clone_from(&payload);
            home.environment.place.account.clone_from(&payload);
            for book in &mut home.books {
                let pinned = &mut book.pinned;
                for text in
                    [&mut pinned.title, &mut pinned.summary, &mut pinned.owner, &mut pinned.cost]
                {
                    text.clone_from(&payload);
                }
                for step in &mut book.steps {
                    step.title.clone_from(&payload);
                    step.what.clone_from(&payload);
                    step.undo = Some(payload.clone());
                }
                for param in &mut book.params {
                    param.help.clone_from(&payload);
                }
            }
            home.runs[0].needs = Some(payload.clone());
            home.runs[0].actor.clone_from(&payload);
            for phase in &mut home.rollout.phases {
                phase.book.title.clone_from(&payload);
                phase.book.cost.clone_from(&payload);
                phase.waits_for.push(payload.clone());
            }
            home.rollout.next.as_mut().unwrap().why.clone_from(&payload);
            let mut stage = Stage::new(Colour::Full, columns, rows);
            stage.news(News::Home(home));
            look_over(&stage, &payload);
            stage.keys("F6 Down");
            look_over(&stage, &payload);
            stage.keys("Esc");
            stage.input(Input::Paste(payload.clone()));
            look_over(&stage, &payload);
            stage.keys("Esc Down Down Down Down Enter");
            look_over(&stage, &payload);
            stage.keys("Enter").input(Input::Paste(payload.clone()));
            stage.news(News::Picks { kind: Kind::Table, names: Ok(vec![payload.clone()]) });
            look_over(&stage, &payload);
            stage.news(News::Trouble { said: fixtures::said(&payload) });
            look_over(&stage, &payload);
        }
    }
}

#[test]
fn hostile_answers_in_a_run_are_shown_and_never_obeyed() {
    for payload in payloads() {
        let failure =
            Failure { code: payload.clone(), what: payload.clone(), advice: payload.clone() };
        let mut run = fixtures::planned(Danger::Destroy);
        run.bound.book.title.clone_from(&payload);
        run.bound.environment.name.clone_from(&payload);
        run.identity.as_mut().unwrap().arn.clone_from(&payload);
        for target in &mut run.steps[2].targets {
            target.verdict = Some(fixtures::change(
                &json!(payload),
                fixtures::protect(&payload),
                Danger::Destroy,
            ));
        }
        let digest = run.plan(2).unwrap().digest();
        run.steps[2].state = StepState::Planned { digest };
        let mut stage = Stage::at_run(Colour::Full, 80, 24, run.clone());
        let seen = Ok(json!({ payload.clone(): payload }));
        stage.news(News::Glimpse { run: RUN.into(), step: 2, target: 0, seen });
        look_over(&stage, &payload);
        stage.keys("Enter").wait(600).types("x").keys("Enter");
        look_over(&stage, &payload);
        let record = fixtures::record(50, "12:05:00", Event::Noted { text: payload.clone() });
        stage.news(News::Recorded { record: Box::new(record.clone()) });
        run.steps[2].state = StepState::Failed { failure: failure.clone() };
        stage.news(News::Opened {
            run: Box::new(run.clone()),
            records: vec![record.clone()],
            walked: true,
        });
        look_over(&stage, &payload);
        stage.keys("n").input(Input::Paste(payload.clone()));
        look_over(&stage, &payload);
        run.stage = RunStage::Rested { rest: Rest::Stuck { failure } };
        stage.keys("Esc").news(News::Opened {
            run: Box::new(run),
            records: vec![record.clone()],
            walked: true,
        });
        look_over(&stage, &payload);
        stage
            .keys("F3")
            .news(News::Journal { records: vec![record], verified: Err(payload.clone()) });
        look_over(&stage, &payload);
        stage.keys("Esc R");
        for text in [Ok(format!("# {payload}\n\n| {payload} | x |\n")), Err(payload.clone())] {
            let kept = Some(text.clone());
            stage.news(News::Report { run: RUN.into(), text, kept });
            look_over(&stage, &payload);
        }
    }
}
