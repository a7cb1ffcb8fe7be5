//! The books that the tests walk: the shipped one, and small ones that are written for a test.

use std::collections::BTreeMap;

use jiff::Timestamp;
use muster::cloud::Place;
use muster::engine::{Event, Mode};
use muster::estate::Estate;
use muster::problem::Source;
use muster::runbook::{Book, Bound};
use muster::sandbox::{World, seeds};

/// When every test begins.
pub const START: &str = "2026-11-20T08:00:00Z";

/// The account of the shipped estate.
pub const ACCOUNT: &str = "500313280221";

const ESTATE: &str = include_str!("../../runbooks/sitelogix/estate.toml");
const PHASE_1: &str = include_str!("../../runbooks/sitelogix/phase-1-protection.toml");

pub fn start() -> Timestamp {
    START.parse().unwrap()
}

pub fn place() -> Place {
    Place::new(ACCOUNT, "us-east-1")
}

/// The account as it was before any phase.
pub fn world() -> World {
    seeds::sitelogix(place(), start())
}

fn source(name: &str, text: &str) -> Source {
    Source { path: format!("{name}.toml"), name: name.to_owned(), text: text.to_owned() }
}

pub fn estate() -> Estate {
    let source = Source { path: "sitelogix/estate.toml".into(), ..source("sitelogix", ESTATE) };
    let (estate, problems) = Estate::load(&source);
    estate.unwrap_or_else(|| panic!("{problems:?}"))
}

/// Binds a book of this text in the shipped estate.
pub fn bound(name: &str, text: &str, environment: &str, params: &[(&str, &str)]) -> Bound {
    let estate = estate();
    let (book, problems) = Book::load(&source(name, text), &estate);
    let book = book.unwrap_or_else(|| panic!("{problems:?}"));
    let params: BTreeMap<_, _> =
        params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let environment = estate.environment(environment).unwrap();
    book.bind(&estate, environment, &params).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The shipped book, in production.
pub fn phase_1() -> Bound {
    let mail = [("alert_email", "oncall@example.com")];
    bound("phase-1-protection", PHASE_1, "prod", &mail)
}

/// A small book with these steps, in this environment.
pub fn small(environment: &str, steps: &str) -> Bound {
    bound("small", &(HEAD.to_owned() + steps), environment, &[])
}

const HEAD: &str = r#"
title    = "A small book"
version  = "1.0.0"
kind     = "procedure"
summary  = "Does what a test needs."
risk     = "low"
duration = "10m"
cost     = "nothing"
owner    = "platform"
reviewed = 2026-11-01

[params.extra]
type    = "boolean"
help    = "Whether the steps that say so are walked."
default = false
"#;

/// The first event of a run of this book.
pub fn started(bound: Bound, pace: u32) -> Event {
    Event::Started {
        mode: Mode::Live,
        pace,
        read_only: false,
        bound: Box::new(bound),
        book_text: String::new(),
        estate_text: String::new(),
    }
}

/// A step that changes one table, with two tries.
pub const ONE_CHANGE: &str = r#"
[[step]]
id    = "protect"
title = "Protect the reports"
why   = "A test needs it."
set   = "dynamodb.table.deletion_protection"
on    = "sitelogix-reports"
to    = true
retry = 2
"#;

/// The same account, for a book of the unprotected environment.
pub fn dev() -> World {
    seeds::sitelogix(Place::new("111122223333", "us-east-1"), start())
}
