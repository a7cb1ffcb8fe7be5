//! Any size, any key, any news, in any order: the screen stands, and nothing is confirmed by
//! accident.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use muster::cloud::Danger;
use muster::engine::{Command, Rest, Run};
use muster::link::{Ask, News};
use muster::tui::{Colour, Input, Outgoing};
use proptest::prelude::*;

use crate::fixtures;
use crate::looks::SCREENS;
use crate::render::Stage;

#[test]
fn every_screen_fits_every_size() {
    for (name, reach) in SCREENS {
        let mut stage = reach(Colour::Full, 80, 24);
        let odd =
            [(0, 0), (1, 1), (200, 1), (1, 60), (39, 10), (40, 9), (40, 10), (109, 20), (200, 60)];
        let small = (0..=60).step_by(7).flat_map(|w| (0..=30).step_by(5).map(move |h| (w, h)));
        for (columns, rows) in odd.into_iter().chain(small) {
            stage.resize(columns, rows);
            let drawn = stage.text();
            assert!(
                columns == 0 || rows == 0 || !drawn.trim().is_empty(),
                "{name} {columns}x{rows}"
            );
        }
    }
}

#[derive(Clone, Debug)]
enum Happening {
    Key(&'static str),
    Paste(&'static str),
    Size(u16, u16),
    Wait(i64),
    Run(usize),
    Screenful(usize),
}

const KEYS: &[&str] = &[
    "Enter",
    "Enter",
    "Enter",
    "Esc",
    "Up",
    "Down",
    "PgUp",
    "PgDn",
    "Tab",
    "BackTab",
    "Backspace",
    "F1",
    "F2",
    "F3",
    "F5",
    "Ctrl-s",
    "Ctrl-c",
    "Ctrl-r",
    "Ctrl-z",
    "y",
    "y",
    "n",
    "a",
    "d",
    "r",
    "s",
    "p",
    "A",
    "f",
    "q",
    "/",
    ":",
    "?",
    "x",
    "1",
];

const PASTES: &[&str] = &["y\n", "\r\n\r\n", "sitelogix-reports\n", "\u{1b}[201~\n", "日本"];

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        12 => (0..KEYS.len()).prop_map(|at| Happening::Key(KEYS[at])),
        1 => (0..PASTES.len()).prop_map(|at| Happening::Paste(PASTES[at])),
        1 => (0u16..=200, 0u16..=60).prop_map(|(w, h)| Happening::Size(w, h)),
        3 => prop_oneof![Just(20), Just(300), Just(700)].prop_map(Happening::Wait),
        2 => (0usize..10).prop_map(Happening::Run),
        1 => (0usize..6).prop_map(Happening::Screenful),
    ]
}

fn run(at: usize) -> Run {
    match at {
        0 => fixtures::begun(),
        1 => fixtures::asking(),
        2 => fixtures::planned(Danger::Change),
        3 => fixtures::planned_one(Danger::Destroy, false),
        4 => fixtures::planned_one(Danger::Irreversible, true),
        5 => fixtures::unknown(),
        6 => fixtures::reviewed(),
        7 => fixtures::failed(),
        8 => fixtures::paused(),
        _ => fixtures::rested(Rest::Succeeded {}),
    }
}

fn news(at: usize) -> News {
    match at {
        0 => News::Home(fixtures::home()),
        1 => News::Identity {
            identity: Err("expired".into()),
            expires: None,
            skew_seconds: Some(420),
        },
        2 => {
            News::Identity { identity: Ok(fixtures::identity()), expires: None, skew_seconds: None }
        }
        3 => News::Planned {
            course: fixtures::course("dr-drill"),
            plan: Box::new(Ok(fixtures::plan())),
        },
        4 => News::Trouble { said: fixtures::said("the disk is full") },
        _ => News::Journal { records: fixtures::records(), verified: Ok("yes".into()) },
    }
}

fn is_confirmation(out: &Outgoing) -> bool {
    matches!(out, Outgoing::Ask(Ask::Tell { command: Command::Confirm { .. }, .. }))
}

fn dialog(stage: &Stage) -> bool {
    let text = stage.text();
    text.contains("Esc: cancel") && text.contains(": scroll")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_storm_of_keys_confirms_nothing_by_accident(
        storm in prop::collection::vec(happening(), 1..60)
    ) {
        let mut stage = Stage::at_run(Colour::Full, 80, 24, fixtures::planned(Danger::Change));
        let mut opened: Option<Timestamp> = None;
        for happening in storm {
            stage.out.clear();
            let key = matches!(happening, Happening::Key(_));
            match happening {
                Happening::Key(key) => drop_ref(stage.keys(key)),
                Happening::Paste(text) => drop_ref(stage.input(Input::Paste(text.to_owned()))),
                Happening::Size(columns, rows) => stage.resize(columns, rows),
                Happening::Wait(millis) => drop_ref(stage.wait(millis)),
                Happening::Run(at) => drop_ref(stage.news(fixtures::opened(run(at)))),
                Happening::Screenful(at) => drop_ref(stage.news(news(at))),
            }
            if stage.out.iter().any(is_confirmation) {
                prop_assert!(key, "only a key confirms");
                let since = opened.map(|at| stage.now.duration_since(at));
                let half = SignedDuration::from_millis(500);
                prop_assert!(since.is_none_or(|since| since >= half), "confirmed after {since:?}");
            }
            opened = if dialog(&stage) { opened.or(Some(stage.now)) } else { None };
        }
    }
}

fn drop_ref(_: &mut Stage) {}

/// A console that nobody touches and that walks nothing sleeps from minute to minute, and shows no
/// seconds that would stand still; with a run that is walked, or a key, the clocks move again.
#[test]
fn a_still_screen_lasts_until_the_next_minute() {
    let moving = Duration::from_millis(250);
    let mut stage = Stage::at_home(Colour::Full, 120, 40);
    assert_eq!(stage.console.lasts(stage.now), moving);
    stage.wait(60_000);
    assert_eq!(stage.console.lasts(stage.now), moving, "a minute is not yet over");
    stage.wait(5_000);
    let left = 60 - stage.now.as_second().rem_euclid(60).unsigned_abs();
    assert_eq!(stage.console.lasts(stage.now), Duration::from_secs(left));
    let clock = |stage: &Stage| stage.text().lines().next().unwrap().trim_end().to_owned();
    assert!(clock(&stage).ends_with(&stage.now.strftime(" %H:%MZ").to_string()));
    stage.keys("Down");
    assert_eq!(stage.console.lasts(stage.now), moving);
    assert!(clock(&stage).ends_with(&stage.now.strftime(" %H:%M:%SZ").to_string()));
    stage.wait(120_000);
    stage.news(fixtures::opened(fixtures::working()));
    stage.wait(120_000);
    assert_eq!(stage.console.lasts(stage.now), moving, "a run is walked");
}
