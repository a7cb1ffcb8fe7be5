//! Text from other people: a terminal obeys none of it.

use serde_json::Value;

use crate::support::{Machine, copy, exit, folder};

/// Whether a terminal would obey a character, or a reader not see it.
fn is_obeyed(c: char) -> bool {
    (c.is_control() && c != '\n') || muster::text::is_hidden(c) && c != '\n'
}

#[track_caller]
fn harmless(text: &str) {
    let found = text.chars().find(|&c| is_obeyed(c));
    assert_eq!(found, None, "{}", text.escape_debug());
}

/// Escapes as TOML writes them, and as they come in raw.
const WRITTEN: [&str; 5] = [r"\u001b[2J", r"\u202eevil", r"\u200b", r"\u0007", r"\U000E0041"];

#[test]
fn a_title_that_a_terminal_obeys_is_refused() {
    for hidden in WRITTEN {
        let machine = Machine::with(&["--practice", "--runbooks", "books"]);
        copy(&folder(), &machine.path("books"));
        let book = machine.path("books/harbour/prepare.toml");
        let text = std::fs::read_to_string(&book).unwrap();
        std::fs::write(&book, text.replacen("Protect", &format!("Protect {hidden}"), 1)).unwrap();
        let ran = machine.run(&["check", "books"]);
        ran.ended(exit::USAGE).says("prepare.toml");
        harmless(&ran.out);
        let ran = machine.run(&["check", "books", "--json"]);
        harmless(&ran.out);
        let ran = machine.run(&["run", "prepare", "--linear", "--yes"]);
        ran.ended(exit::USAGE);
        harmless(&(ran.out + &ran.err));
        machine.run(&["list"]).ended(exit::SUCCEEDED);
    }
}

#[test]
fn what_is_hidden_in_a_file_itself_is_refused_and_shown_spelt_out() {
    for raw in ["\u{1b}[2J", "\u{202e}", "\u{9b}31m"] {
        let machine = Machine::with(&["--practice", "--runbooks", "books"]);
        copy(&folder(), &machine.path("books"));
        let book = machine.path("books/harbour/prepare.toml");
        let text = std::fs::read_to_string(&book).unwrap();
        std::fs::write(&book, text.replacen("Protect", &format!("Protect {raw}"), 1)).unwrap();
        for words in [&["check", "books"][..], &["list"], &["run", "prepare", "--yes"]] {
            let ran = machine.run(words);
            harmless(&(ran.out + &ran.err));
        }
        machine.run(&["check", "books"]).ended(exit::USAGE);
    }
}

#[test]
fn an_alias_that_a_terminal_obeys_is_refused() {
    for hidden in WRITTEN {
        let machine = Machine::with(&["--practice", "--runbooks", "books"]);
        copy(&folder(), &machine.path("books"));
        let estate = machine.path("books/harbour/estate.toml");
        let text = std::fs::read_to_string(&estate).unwrap();
        let hostile = text.replacen("harbour-prod", &format!("harbour{hidden}"), 1);
        std::fs::write(&estate, hostile).unwrap();
        for words in [&["check", "books"][..], &["list"], &["doctor"], &["run", "prepare", "--yes"]]
        {
            let ran = machine.run(words);
            harmless(&(ran.out + &ran.err));
        }
        machine.run(&["check", "books"]).ended(exit::USAGE).says("estate.toml");
        machine.run(&["run", "prepare", "--yes"]).ended(exit::USAGE);
    }
}

#[test]
fn what_is_typed_comes_back_spelt_out() {
    let machine = Machine::harbour();
    let evil = "\u{1b}]0;evil\u{7}\u{202e}";
    let answer = format!("tide={evil}");
    let words = ["run", "ask", "--linear", "--yes", "--answer", &answer];
    let ran = machine.run(&words);
    ran.ended(exit::SUCCEEDED).says(r"\u{1b}]0;evil\u{7}\u{202e}");
    harmless(&(ran.out + &ran.err));
    for words in [&["status"][..], &["journal", "show"], &["runs"]] {
        harmless(&machine.ok(words));
        harmless(&machine.ok(&[words, &["--json"]].concat()));
    }
    // JSON says the same, and means it.
    let journal = machine.json(&["journal", "show"]);
    let replied = journal["records"]
        .as_array()
        .unwrap()
        .iter()
        .find(|record| record["event"]["type"] == "replied");
    assert_eq!(replied.unwrap()["event"]["text"], Value::from(evil));
    for words in [["run", evil], ["show", evil], ["status", evil], ["check", evil]] {
        let ran = machine.run(&words);
        ran.ended(exit::USAGE);
        harmless(&(ran.out + &ran.err));
    }
}
