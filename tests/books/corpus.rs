//! Every kind of problem, shown as people see it.

use std::collections::BTreeSet;

use muster::problem::Code;

use crate::support::{cases, folder, golden, harbour, shown};

#[test]
fn bad_books_are_told_what_is_wrong() {
    let mut codes = BTreeSet::new();
    let cases = cases(&folder().join("bad"));
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    for (path, case) in &cases {
        let (_, problems) = case.problems();
        assert!(!problems.is_empty(), "{}: nothing is wrong with it", path.display());
        codes.extend(problems.iter().map(|problem| problem.code.clone()));
        golden(&path.with_extension("txt"), &shown(&problems));
    }
    for (code, meaning) in Code::ALL {
        assert!(codes.contains(code), "no case has `{code}`: {}", meaning);
    }
    assert!(codes.iter().any(|code| matches!(code, Code::Fact(_))), "no case breaks a rule of AWS");
}

#[test]
fn every_answer_has_a_question() {
    for file in std::fs::read_dir(folder().join("bad")).unwrap() {
        let path = file.unwrap().path();
        assert!(path.with_extension("toml").exists(), "{} has no book", path.display());
    }
}

#[test]
fn good_books_have_no_problem() {
    for (path, case) in cases(&folder().join("good")) {
        let (is_good, problems) = case.problems();
        assert!(is_good && problems.is_empty(), "{}:\n{}", path.display(), shown(&problems));
    }
}

#[test]
fn a_problem_for_programs_has_its_place() {
    let (_, case) = cases(&folder().join("bad"))
        .into_iter()
        .find(|(path, _)| path.ends_with("unknown-key-of-step.toml"))
        .unwrap();
    let (_, problems) = case.problems();
    let found: Vec<_> = problems.iter().map(muster::problem::Problem::to_json).collect();
    let line = case.source.text.lines().position(|line| line.starts_with("timout")).unwrap() + 1;
    assert_eq!(
        found,
        [serde_json::json!({
            "file": "unknown-key-of-step.toml",
            "line": line,
            "column": 1,
            "severity": "error",
            "code": "unknown-key",
            "message": "`timout` is no key of a step",
            "help": "did you mean `timeout`?",
        })]
    );
}

#[test]
fn the_estate_of_the_cases_keeps_the_order_of_its_file() {
    let names: Vec<_> = harbour().environments.into_iter().map(|found| found.name).collect();
    assert_eq!(names, ["prod", "dev"]);
}
