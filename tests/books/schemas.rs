//! The schemas that editors use: up to date, and of one mind with the loader.

use std::path::Path;

use jsonschema::Validator;
use muster::problem::Source;
use muster::runbook::Book;
use muster::settings;
use serde_json::Value;

use crate::support::{Case, cases, folder, golden, harbour, shown, source};

#[test]
fn the_files_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let pairs = [
        ("runbook.schema.json", muster::runbook::book_schema()),
        ("estate.schema.json", muster::estate::schema()),
        ("compliance.schema.json", muster::compliance::schema()),
    ];
    for (name, schema) in pairs {
        golden(&root.join(name), &format!("{schema:#}\n"));
    }
}

#[test]
fn the_reference_page_is_up_to_date() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
    golden(&page, &settings::reference::markdown(muster::jobs::TABLE));
}

fn validators() -> (Validator, Validator, Validator) {
    let book = jsonschema::validator_for(&muster::runbook::book_schema()).unwrap();
    let estate = jsonschema::validator_for(&muster::estate::schema()).unwrap();
    let profile = jsonschema::validator_for(&muster::compliance::schema()).unwrap();
    (book, estate, profile)
}

/// The file as JSON; none when it is not TOML.
fn json(text: &str) -> Option<Value> {
    fn of(value: toml::Value) -> Value {
        match value {
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(yes) => yes.into(),
            toml::Value::Datetime(time) => time.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(of).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(k, v)| (k, of(v))).collect(),
        }
    }
    toml::from_str(text).ok().map(of)
}

fn refusals(case: &Case, validators: &(Validator, Validator, Validator)) -> Option<Vec<String>> {
    let json = json(&case.source.text)?;
    let validator = match (case.is_estate(), case.is_profile()) {
        (true, _) => &validators.1,
        (_, true) => &validators.2,
        _ => &validators.0,
    };
    Some(validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect())
}

#[test]
fn what_the_loader_accepts_the_schema_accepts() {
    let validators = validators();
    let mut seen = 0;
    for (path, case) in
        cases(&folder().join("good")).into_iter().chain(cases(&folder().join("bad")))
    {
        let (is_good, _) = case.problems();
        if is_good {
            seen += 1;
            let refusals = refusals(&case, &validators);
            assert_eq!(refusals, Some(Vec::new()), "{}", path.display());
        }
    }
    assert!(seen > 10);
    let book = source("runbooks/sitelogix/phase-1-protection.toml", "phase-1-protection");
    let estate = source("runbooks/sitelogix/estate.toml", "sitelogix");
    let profile = source("runbooks/sitelogix/compliance.toml", "compliance");
    for (validator, source) in
        [(&validators.0, book), (&validators.1, estate), (&validators.2, profile)]
    {
        let json = json(&source.text).unwrap();
        let errors: Vec<_> = validator.iter_errors(&json).map(|e| e.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", source.path);
    }
}

#[test]
fn the_example_of_every_setting_is_accepted_by_both() {
    let (validator, ..) = validators();
    let minimal = source("tests/books/good/minimal.toml", "minimal");
    for setting in settings::TABLE {
        let verbs: &[_] = if setting.is_writable() { &["set", "check"] } else { &["check"] };
        for (verb, key) in [("set", "to"), ("check", "is")] {
            if !verbs.contains(&verb) {
                continue;
            }
            let mut case = Source::clone(&minimal);
            case.text += &format!(
                "[[step]]\nid = \"x\"\ntitle = \"x\"\nwhy = \"x\"\n{verb} = \"{}\"\non = \"a-name\"\n{key} = {}\n",
                setting.id, setting.example
            );
            let (book, problems) = Book::load(&case, &harbour());
            assert!(book.is_some(), "{}:\n{}", setting.id, shown(&problems));
            let json = json(&case.text).unwrap();
            let errors: Vec<_> = validator.iter_errors(&json).map(|e| e.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{}", setting.id);
        }
    }
}

#[test]
fn the_example_of_every_job_is_accepted_by_both() {
    let (validator, _, _) = validators();
    let minimal = source("tests/books/good/minimal.toml", "minimal");
    let mut estate = harbour();
    let template = source("runbooks/sitelogix/assets/missing-tables.template.json", "template");
    estate.assets.insert("missing-tables.template.json".to_owned(), template.text);
    for job in muster::jobs::TABLE {
        for (verb, key) in [("run", "with"), ("check", "is")] {
            if verb == "run" && !job.is_writable() {
                continue;
            }
            let mut case = Source::clone(&minimal);
            case.text += &format!(
                "[[step]]\nid = \"x\"\ntitle = \"x\"\nwhy = \"x\"\n{verb} = \"{}\"\non = \"a-name\"\n{key} = {}\n",
                job.id, job.example
            );
            let (book, problems) = Book::load(&case, &estate);
            assert!(book.is_some(), "{}:\n{}", job.id, shown(&problems));
            let json = json(&case.text).unwrap();
            let errors: Vec<_> = validator.iter_errors(&json).map(|e| e.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{}", job.id);
        }
    }
}

#[test]
fn what_is_marked_is_refused_by_both() {
    let validators = validators();
    let mut wrongly_marked = Vec::new();
    for (path, case) in cases(&folder().join("bad")) {
        let refused = refusals(&case, &validators).is_some_and(|refusals| !refusals.is_empty());
        if refused != case.is_of_schema {
            wrongly_marked.push(path.clone());
        }
        if case.is_of_schema {
            let (is_good, problems) = case.problems();
            assert!(!is_good, "{}:\n{}", path.display(), shown(&problems));
        }
    }
    assert!(wrongly_marked.is_empty(), "the mark `#% schema` is wrong: {wrongly_marked:#?}");
}
