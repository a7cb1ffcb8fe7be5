//! `muster check`: what is wrong with books, before anybody needs them.

use serde_json::json;

use crate::support::{Machine, copy, exit, folder, json, shipped};

#[test]
fn the_shipped_books_and_those_of_the_tests_are_without_errors() {
    let machine = Machine::with(&[]);
    let ran = machine.run(&["check"]);
    ran.ended(exit::SUCCEEDED).says("1 estate, 12 books, 1 profile: 0 errors, 1 warning");
    for directory in [shipped(), folder(), folder().join("harbour")] {
        let directory = directory.display().to_string();
        machine.run(&["check", &directory]).ended(exit::SUCCEEDED).says(": 0 errors");
    }
}

#[test]
fn a_misspelt_key_is_shown_with_its_place_and_the_key_that_was_meant() {
    let machine = Machine::with(&[]);
    copy(&shipped(), &machine.path("books"));
    let book = machine.path("books/sitelogix/phase-1-protection.toml");
    let text = std::fs::read_to_string(&book).unwrap();
    let line = text.lines().position(|line| line.starts_with("duration")).unwrap() + 1;
    std::fs::write(&book, text.replacen("duration =", "duraton =", 1)).unwrap();

    let ran = machine.run(&["check", "books"]);
    ran.ended(exit::USAGE);
    ran.says(&format!("books/sitelogix/phase-1-protection.toml:{line}:1]"));
    ran.says("`duraton` is no key of a book").says("did you mean `duration`?");
    assert!(!ran.out.contains('\u{1b}'), "colour where NO_COLOR is set: {ran}");

    let ran = machine.run(&["check", "books", "--json"]);
    ran.ended(exit::USAGE);
    let found = json(&ran.out);
    let problems = found["problems"].as_array().unwrap();
    let problem = problems.iter().find(|problem| problem["code"] == "unknown-key").unwrap();
    let wanted = json!({
        "code": "unknown-key",
        "column": 1,
        "file": "books/sitelogix/phase-1-protection.toml",
        "help": "did you mean `duration`?",
        "line": line,
        "message": "`duraton` is no key of a book",
        "severity": "error",
    });
    assert_eq!(*problem, wanted);
}

#[test]
fn a_book_with_errors_is_neither_listed_nor_run() {
    let machine = Machine::new();
    copy(&shipped(), &machine.path("books"));
    let book = machine.path("books/sitelogix/phase-1-protection.toml");
    let text = std::fs::read_to_string(&book).unwrap();
    std::fs::write(&book, text.replacen("duration =", "duraton =", 1)).unwrap();
    let ran = machine.run(&["--runbooks", "books", "list"]);
    ran.ended(exit::SUCCEEDED).says("1 of 12 have errors: `muster check` shows them");
    assert!(!ran.out.contains("phase-1-protection"), "{ran}");
    let ran = machine.run(&["--runbooks", "books", "run", "phase-1-protection", "--yes"]);
    ran.ended(exit::USAGE).says("error[book]").says("`muster check` shows them");
}

#[test]
fn a_directory_that_is_not_there_is_an_error_of_usage() {
    let machine = Machine::with(&[]);
    for directory in ["nowhere", "state"] {
        std::fs::create_dir_all(machine.state()).unwrap();
        let ran = machine.run(&["check", directory]);
        ran.ended(exit::USAGE).says("error[runbooks]").says(directory).says("next:");
        assert_eq!(ran.out, "");
        machine.run(&["--runbooks", directory, "list"]).ended(exit::USAGE);
    }
}
