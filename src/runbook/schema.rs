//! The JSON schema of a book, for editors and for programs that write books.

use serde_json::{Value, json};

use super::head::{KINDS, MAX_STEPS, RISKS};
use super::{param, values};
use crate::jobs;
use crate::settings::Setting;

const KEBAB: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";
const SNAKE: &str = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$";
const SPAN: &str = "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$";

/// The JSON schema of a book.
pub fn book_schema() -> Value {
    let kinds: Vec<_> = KINDS.iter().map(|(name, _)| name).collect();
    let risks: Vec<_> = RISKS.iter().map(|(name, _)| name).collect();
    let (rules, definitions) = values::rules();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Muster runbook",
        "description": "A runbook: a head, parameters and steps.",
        "type": "object",
        "additionalProperties": false,
        "required": ["title", "version", "kind", "summary", "risk", "duration", "cost", "owner",
            "reviewed", "step"],
        "properties": {
            "title": text("Its name for people."),
            "version": {
                "description": "Its version, as 1.2.0: raise it with every change.",
                "type": "string",
                "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+([-+].*)?$"
            },
            "kind": { "description": "What it is for.", "enum": kinds },
            "summary": text("What it does, in a sentence or two."),
            "risk": { "description": "How risky it is.", "enum": risks },
            "duration": span("How long it takes by the book."),
            "cost": text("What it costs, in words."),
            "owner": text("Who answers for it."),
            "reviewed": {
                "description": "When somebody last read it through: a date, without quotes.",
                "type": "string",
                "format": "date"
            },
            "needs": {
                "description": "The books that come before it.",
                "type": "array",
                "items": { "type": "string", "pattern": KEBAB },
                "uniqueItems": true
            },
            "params": {
                "description": "What a person is asked for, by name.",
                "type": "object",
                "propertyNames": { "pattern": SNAKE, "maxLength": 64 },
                "additionalProperties": parameter()
            },
            "step": {
                "description": "The steps, in order.",
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_STEPS,
                "items": step(&rules)
            }
        },
        "$defs": definitions
    })
}

fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string", "pattern": "\\S" })
}

fn span(description: &str) -> Value {
    let description = format!("{description} Written as 45s, 5m, 1h30m or 2d.");
    json!({ "description": description, "type": "string", "minLength": 2, "pattern": SPAN })
}

fn parameter() -> Value {
    let goes_with = |key: &str, kind: &str| json!({ "if": { "required": [key] }, "then": { "properties": { "type": { "const": kind } } } });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["type", "help"],
        "properties": {
            "type": { "description": "What can be given.", "enum": param::KINDS },
            "help": text("What it is for."),
            "default": {
                "description": "What is taken when nothing is given.",
                "type": ["string", "integer", "boolean"]
            },
            "min": { "description": "The least, of an integer.", "type": "integer" },
            "max": { "description": "The greatest, of an integer.", "type": "integer" },
            "one_of": {
                "description": "What a choice is between.",
                "type": "array",
                "minItems": 1,
                "items": { "type": "string", "pattern": "\\S" }
            }
        },
        "allOf": [
            goes_with("min", "integer"),
            goes_with("max", "integer"),
            goes_with("one_of", "choice"),
            { "if": { "required": ["type"], "properties": { "type": { "const": "choice" } } },
              "then": { "required": ["one_of"] } }
        ]
    })
}

fn step(rules: &[Value]) -> Value {
    let none = |keys: &[&str]| {
        let keys: Vec<_> = keys.iter().map(|key| json!({ "required": [key] })).collect();
        json!({ "anyOf": keys })
    };
    let not_asked =
        ["on", "to", "with", "is", "timeout", "retry", "on_failure", "on_refused", "confirm"];
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "title", "why"],
        "properties": step_keys(),
        "oneOf": [
            { "required": ["set", "on", "to"],
              "not": none(&["run", "check", "ask", "with", "is"]) },
            { "required": ["run", "on", "with"],
              "not": none(&["set", "check", "ask", "to", "is"]) },
            { "required": ["check", "on", "is"],
              "not": none(&["set", "run", "ask", "to", "with", "on_refused", "confirm"]) },
            { "required": ["ask"],
              "not": none(&[["set", "run", "check"].as_slice(), not_asked.as_slice()].concat()) }
        ],
        "allOf": rules
    })
}

fn step_keys() -> Value {
    let target = json!({ "type": "string", "pattern": "\\S" });
    let path = "^(params\\.[a-z][a-z0-9_]*|\\$\\{params\\.[a-z][a-z0-9_]*\\})$";
    json!({
        "id": { "description": "Its id.", "type": "string", "pattern": KEBAB, "maxLength": 64 },
        "title": text("What it does, in a few words."),
        "why": text("Why it is done."),
        "set": rows("The setting to bring to a value.", |row| {
            row.is_writable() && jobs::find(row.id).is_none()
        }),
        "run": rows("The job to run.", |row| jobs::find(row.id).is_some()),
        "check": rows("The setting to compare.", |_| true),
        "ask": text("What a person is asked to do or to answer."),
        "on": {
            "description": "The targets. A text with a list of the estate in it is a list.",
            "anyOf": [target, { "type": "array", "items": target, "minItems": 1 }]
        },
        "to": { "description": "The value that the setting is brought to." },
        "with": { "description": "What the job is run with." },
        "is": { "description": "The value that the setting has." },
        "when": {
            "description": "The parameter that must be true: ${params.NAME}.",
            "type": "string",
            "pattern": path
        },
        "timeout": span("How long a target may take until it is as wanted."),
        "retry": {
            "description": "How often a call that was certainly not applied is sent in all.",
            "type": "integer",
            "minimum": 1,
            "maximum": 20
        },
        "on_failure": {
            "description": "What happens when it fails: a person decides, the run ends, or the run ends and is rolled back.",
            "enum": ["ask", "stop", "rollback"]
        },
        "on_refused": {
            "description": "What happens to a target that a rule of AWS refuses.",
            "enum": ["stop", "leave"]
        },
        "confirm": {
            "description": "What is typed before it is done, although the danger would not ask.",
            "type": "object",
            "additionalProperties": false,
            "required": ["type"],
            "properties": { "type": { "const": "target" } }
        },
        "usual": span("How long it usually takes."),
        "cost": text("What it costs, in words."),
        "undo": text("How it is undone, in words."),
        "link": {
            "description": "Where to read more.",
            "type": "string",
            "pattern": "^https://[!-~]+$"
        }
    })
}

/// The ids of settings and jobs, each with what it is.
fn rows(description: &str, wanted: impl Fn(&Setting) -> bool) -> Value {
    let ids = jobs::rows().filter(|row| wanted(row));
    let ids: Vec<_> =
        ids.map(|setting| json!({ "const": setting.id, "description": setting.title })).collect();
    json!({ "description": description, "anyOf": ids })
}
