//! Whatever is in a file, the loader says what is wrong with it and does not fall over.

use muster::estate::Estate;
use muster::problem::Source;
use muster::runbook::Book;
use proptest::prelude::*;

use crate::support::{harbour, shown, source};

/// Loads a text as both, and shows every problem: the places must fit the text.
fn load(text: String) {
    let source = Source { path: "x.toml".into(), name: "x".into(), text };
    let (_, problems) = Book::load(&source, &harbour());
    shown(&problems);
    problems.iter().for_each(|problem| drop(problem.to_json()));
    let (_, problems) = Estate::load(&source);
    shown(&problems);
}

/// Pieces that books are made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[[step]]\n"),
        Just("[params.a]\n"),
        Just("[step.to]\n"),
        Just("id = \"a\"\n"),
        Just("set = \"dynamodb.table.stream\"\n"),
        Just("check = \"dynamodb.table.status\"\n"),
        Just("ask = \"${steps.a.answer}\"\n"),
        Just("on = [\"${estate.tables}-${estate.tables}\", \"$${\", \"${\"]\n"),
        Just("to = { a = [1, \"${each}\", {}], \"${\" = 1979-05-27 }\n"),
        Just("type = \"integer\"\n"),
        Just("min = 5\nmax = 4\n"),
        Just("default = 0x_\n"),
        Just("title = \"\\u202e ü ${params.ü}\"\n"),
        Just("kind = 1\n"),
        Just("environments.\"\".inventory.a = [[]]\n"),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

#[test]
fn however_deep() {
    for deep in [
        "a.".repeat(30_000) + "a = 1",
        format!("[{}a]", "a.".repeat(30_000)),
        "a = ".to_owned() + &"[".repeat(30_000),
        "a = ".to_owned() + &"{a=".repeat(30_000),
    ] {
        std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || load(deep))
            .unwrap()
            .join()
            .unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        load(text);
    }

    #[test]
    fn any_pieces(text in pieces()) {
        load(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_shipped_book_with_slips(
        slips in proptest::collection::vec((any::<prop::sample::Index>(), 0..40_usize, "[\\PC\n]{0,6}"), 1..6),
    ) {
        for (path, name) in [
            ("runbooks/sitelogix/phase-1-protection.toml", "phase-1-protection"),
            ("runbooks/sitelogix/estate.toml", "sitelogix"),
        ] {
            let mut text: Vec<char> = source(path, name).text.chars().collect();
            for (at, length, with) in &slips {
                let start = at.index(text.len());
                let end = (start + length).min(text.len());
                text.splice(start..end, with.chars());
            }
            load(text.into_iter().collect());
        }
    }
}
