//! What a book becomes when everything is filled in.

use std::collections::BTreeMap;

use muster::runbook::{Act, Book, Bound, OnFailure, OnRefused};
use serde_json::{Value, json};

use crate::support::{harbour, shown, source};

/// Binds a good book of this folder.
fn bound(name: &str, environment: &str, params: &[(&str, &str)]) -> Bound {
    let estate = harbour();
    let source = source(&format!("tests/books/good/{name}.toml"), name);
    let (book, problems) = Book::load(&source, &estate);
    let book = book.unwrap_or_else(|| panic!("{}", shown(&problems)));
    let params: BTreeMap<_, _> =
        params.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let environment = estate.environment(environment).unwrap();
    book.bind(&estate, environment, &params).unwrap_or_else(|e| panic!("{}", shown(&e)))
}

fn every_key(protect: &str) -> Bound {
    let params = [
        ("days", "7"),
        ("protect", protect),
        ("view", "NEW_IMAGE"),
        ("table", "cranes"),
        ("bucket", "harbour-papers"),
        ("since", "2026-11-01T03:00:00+01:00"),
        ("note", "the storm"),
    ];
    bound("every-key", "prod", &params)
}

/// The targets of a step, each with its value.
fn wanted(bound: &Bound, id: &str) -> Vec<(String, Value)> {
    let (_, targets) = bound.steps[bound.position(id).unwrap()].targets().unwrap();
    targets.iter().map(|wanted| (wanted.on.name.clone(), wanted.to.clone())).collect()
}

#[test]
fn a_path_alone_keeps_its_type_and_in_a_text_becomes_text() {
    let bound = every_key("true");
    let to = json!({ "enabled": true, "recovery_period_days": 7 });
    let names = ["ships", "berths", "cranes"];
    assert_eq!(wanted(&bound, "recover"), names.map(|name| (name.to_owned(), to.clone())));
    assert_eq!(wanted(&bound, "protect"), [("ships".to_owned(), json!(true))]);
    let step = &bound.steps[0];
    assert_eq!(step.title, "Recovery for 7 days");
    assert_eq!(
        step.why,
        "Because of the storm, since 2026-11-01T02:00:00Z, told to ops@example.com."
    );
    assert_eq!(step.cost.as_deref(), Some("a little in us-east-1"));
    assert_eq!(step.undo.as_deref(), Some("Turned off in prod."));
}

#[test]
fn every_key_of_a_step_arrives() {
    let step = &every_key("true").steps[0];
    assert_eq!((step.timeout_seconds, step.attempts, step.usual_seconds), (5400, 3, Some(90)));
    assert_eq!((step.on_failure, step.on_refused), (OnFailure::Stop, OnRefused::Leave));
    assert!(step.type_name);
    assert_eq!(step.link.as_deref(), Some("https://docs.aws.amazon.com/"));
}

#[test]
fn a_step_is_left_out_when_its_parameter_is_false() {
    let bound = every_key("false");
    let left_out: Vec<_> = bound.steps.iter().filter_map(|step| step.left_out.as_deref()).collect();
    assert_eq!(left_out, ["the parameter `protect` is false"; 2]);
    assert!(every_key("true").steps.iter().all(|step| step.left_out.is_none()));
}

#[test]
fn an_answer_waits_until_the_step_is_reached() {
    let mut bound = every_key("true");
    let asked = |bound: &Bound| match &bound.steps[bound.position("ask-again").unwrap()].act {
        Act::Ask { text } => text.clone(),
        other => panic!("no question: {other:?}"),
    };
    assert_eq!(asked(&bound), "Is it really ${steps.ask.answer}?");
    bound.answer("another", "nobody");
    bound.answer("ask", "the Mary");
    assert_eq!(asked(&bound), "Is it really the Mary?");
}

#[test]
fn a_text_with_a_list_in_it_is_a_list() {
    let names = |environment| {
        let wanted = wanted(&bound("lists", environment, &[]), "active");
        wanted.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(names("prod"), ["ships-a", "berths-a", "ships-b", "berths-b", "plain"]);
    assert_eq!(
        names("dev"),
        ["ships-dev-a", "berths-dev-a", "ships-dev-b", "berths-dev-b", "plain"]
    );
}

#[test]
fn an_escape_is_not_a_path() {
    let bound = bound("escapes", "prod", &[]);
    assert_eq!(
        bound.steps[0].why,
        "A book writes ${estate.tables} and means the names; $ alone is a $."
    );
}

#[test]
fn what_is_pinned_names_the_very_text() {
    let bound = bound("minimal", "dev", &[]);
    assert_eq!((bound.book.name.as_str(), bound.estate.as_str()), ("minimal", "harbour"));
    assert_eq!((bound.book.sha256.len(), bound.estate_sha256.len()), (64, 64));
    assert_eq!(bound.book.duration_seconds, 600);
    assert_eq!(bound.environment.place.region, "eu-central-1");
}
