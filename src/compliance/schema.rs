//! The JSON schema of a profile, for editors.

use serde_json::{Value, json};

use super::profile::MAX_CHECKS;
use crate::runbook::value_rules;
use crate::settings::TABLE;

const KEBAB: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";
const SNAKE: &str = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$";

/// The JSON schema of a compliance profile.
pub fn schema() -> Value {
    let (rules, definitions) = value_rules();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Muster compliance profile",
        "description": "A list of checks on settings.",
        "type": "object",
        "additionalProperties": false,
        "required": ["title", "version", "summary", "owner", "reviewed", "check"],
        "properties": {
            "title": text("Its name for people."),
            "version": {
                "description": "Its version, as 1.2.0: raise it with every change.",
                "type": "string",
                "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+([-+].*)?$"
            },
            "summary": text("What it is about, in a sentence or two."),
            "owner": text("Who answers for it."),
            "reviewed": {
                "description": "When somebody last read it through: a date, without quotes.",
                "type": "string",
                "format": "date"
            },
            "pointers": {
                "description": "Entries of the inventory that a parameter of Systems Manager names, \
                    where it is there.",
                "type": "object",
                "propertyNames": { "pattern": SNAKE, "maxLength": 64 },
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["parameter"],
                    "properties": { "parameter": text("Name of the parameter.") }
                }
            },
            "check": {
                "description": "The checks, in order.",
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_CHECKS,
                "items": check(&rules)
            }
        },
        "$defs": definitions
    })
}

fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string", "pattern": "\\S" })
}

fn names(description: &str) -> Value {
    let one = json!({ "type": "string", "pattern": "\\S" });
    json!({
        "description": description,
        "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }]
    })
}

fn check(rules: &[Value]) -> Value {
    let none = |keys: &[&str]| {
        let keys: Vec<_> = keys.iter().map(|key| json!({ "required": [key] })).collect();
        json!({ "not": { "anyOf": keys } })
    };
    let with = |required: &[&str], stray: &[&str]| {
        let mut object = none(stray);
        object["required"] = json!(required);
        object
    };
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "title", "why"],
        "properties": check_keys(rules),
        "oneOf": [
            with(&["check", "on", "is"], &["has", "parts", "ask", "who", "evidence"]),
            with(&["check", "on", "has"], &["is", "parts", "ask", "who", "evidence"]),
            with(&["parts", "together"],
                &["check", "on", "is", "has", "ask", "who", "evidence", "not_applicable"]),
            with(&["ask", "who", "on"], &["check", "is", "has", "parts", "not_applicable"])
        ],
        "allOf": rules
    })
}

fn check_keys(rules: &[Value]) -> Value {
    let remedy = remedy();
    let mut keys = json!({
        "id": { "description": "Its id.", "type": "string", "pattern": KEBAB, "maxLength": 64 },
        "title": text("What is checked, in a few words."),
        "why": text("Why it matters."),
        "parts": {
            "description": "Several assertions that have to hold together.",
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": assertion(),
                "oneOf": [
                    { "required": ["check", "on", "is"], "not": { "required": ["has"] } },
                    { "required": ["check", "on", "has"], "not": { "required": ["is"] } }
                ],
                "allOf": rules
            }
        },
        "ask": text("What a person looks at, where no read can tell."),
        "who": text("Who that is."),
        "evidence": {
            "description": "The manual step whose answer in a run is the evidence.",
            "type": "object",
            "additionalProperties": false,
            "required": ["book", "step"],
            "properties": { "book": text("The book."), "step": text("The step.") }
        },
        "together": text("All targets are one line under this name."),
        "not_applicable": {
            "description": "Where it does not apply, and why: a resource that is there, and is not \
                as wanted, counts as met.",
            "type": "object",
            "additionalProperties": false,
            "required": ["on", "why"],
            "properties": { "on": names("The resources."), "why": text("The reason.") }
        },
        "remedy": { "anyOf": [remedy, { "type": "array", "items": remedy, "minItems": 1 }] },
        "link": {
            "description": "Where to read more.",
            "type": "string",
            "pattern": "^https://[!-~]+$"
        }
    });
    if let (Value::Object(keys), Value::Object(more)) = (&mut keys, assertion()) {
        keys.extend(more);
    }
    keys
}

fn assertion() -> Value {
    let ids: Vec<_> = TABLE
        .iter()
        .map(|setting| json!({ "const": setting.id, "description": setting.title }))
        .collect();
    json!({
        "check": { "description": "The setting to compare.", "anyOf": ids },
        "on": names("The resources. A text with a list of the estate in it is a list."),
        "is": { "description": "The value that the setting has." },
        "has": { "description": "The part of the value that matters.", "type": "object" }
    })
}

fn remedy() -> Value {
    json!({
        "description": "What brings it to pass.",
        "type": "object",
        "additionalProperties": false,
        "anyOf": [{ "required": ["book"] }, { "required": ["do"] }],
        "dependentRequired": { "step": ["book"] },
        "properties": {
            "book": text("A book of the estate."),
            "step": text("The step of it."),
            "do": text("What a person does."),
            "on": names("For these targets only.")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::profile::{CHECK_KEYS, EVIDENCE_KEYS, EXEMPT_KEYS, KEYS, REMEDY_KEYS};
    use super::*;

    #[test]
    fn the_schema_knows_the_keys_that_are_read() {
        let knows = |properties: &Value, keys: &[&str]| {
            let mut known = properties.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            known.sort();
            let mut keys = keys.to_vec();
            keys.sort_unstable();
            assert_eq!(known, keys);
        };
        let schema = schema();
        let properties = &schema["properties"];
        knows(properties, KEYS);
        let check = &properties["check"]["items"]["properties"];
        knows(check, CHECK_KEYS);
        knows(&check["evidence"]["properties"], EVIDENCE_KEYS);
        knows(&check["not_applicable"]["properties"], EXEMPT_KEYS);
        knows(&check["remedy"]["anyOf"][0]["properties"], REMEDY_KEYS);
    }
}
