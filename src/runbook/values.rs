//! The schemas of settings, as the values of a book have them: a path may stand for any part.

use serde_json::{Map, Value, json};

use crate::jobs;

/// For each setting, what `to` and `is` hold; and the definitions that these refer to.
pub(crate) fn rules() -> (Vec<Value>, Map<String, Value>) {
    let mut rules = Vec::new();
    let path = json!({
        "description": "A text with a path in it: ${params.NAME}, ${estate.KEY}, ${each}, ...",
        "type": "string",
        "pattern": "\\$\\{"
    });
    let mut definitions = Map::from_iter([("path".to_owned(), path)]);
    for setting in jobs::rows() {
        let mut schema = setting.schema().to_value();
        for key in ["$schema", "title"] {
            schema.as_object_mut().map(|object| object.remove(key));
        }
        let own = schema.as_object_mut().and_then(|object| object.remove("$defs"));
        for (name, definition) in own.as_ref().and_then(Value::as_object).into_iter().flatten() {
            definitions.insert(format!("{}.{name}", setting.id), loose(definition, setting.id));
        }
        definitions.insert(setting.id.to_owned(), loose(&schema, setting.id));
        let value = json!({ "$ref": format!("#/$defs/{}", setting.id) });
        let is_job = jobs::find(setting.id).is_some();
        for (verb, key) in [("set", "to"), ("run", "with"), ("check", "is")] {
            if verb == "check" || setting.is_writable() && is_job == (verb == "run") {
                rules.push(json!({
                    "if": { "required": [verb], "properties": { verb: { "const": setting.id } } },
                    "then": { "properties": { key: value } }
                }));
            }
        }
    }
    (rules, definitions)
}

/// The schema, with a text that holds a path allowed in place of every part.
fn loose(schema: &Value, id: &str) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    let each = |value: &Value| match value {
        Value::Array(items) => items.iter().map(|item| loose(item, id)).collect(),
        other => loose(other, id),
    };
    let mut loosened = Map::new();
    for (key, value) in object {
        let (key, value) = match (key.as_str(), value) {
            // A list of the estate may be one item of a list, and limits are rules of the setting,
            // which a step may leave to it.
            (
                "minItems" | "maxItems" | "uniqueItems" | "minimum" | "maximum" | "pattern"
                | "minLength" | "maxLength" | "format",
                _,
            ) => continue,
            ("$ref", Value::String(to)) => {
                ("$ref", Value::from(to.replace("#/$defs/", &format!("#/$defs/{id}."))))
            }
            ("oneOf", _) => ("anyOf", each(value)),
            ("anyOf" | "allOf" | "items" | "additionalProperties", _) => {
                (key.as_str(), each(value))
            }
            ("properties", Value::Object(fields)) => {
                let fields: Map<_, _> =
                    fields.iter().map(|(name, field)| (name.clone(), loose(field, id))).collect();
                ("properties", Value::Object(fields))
            }
            (key, value) => (key, value.clone()),
        };
        loosened.insert(key.to_owned(), value);
    }
    // Editors show the description of what may stand there, not of one way to write it.
    let description = loosened.remove("description");
    let mut either = json!({ "anyOf": [loosened, { "$ref": "#/$defs/path" }] });
    if let Some(description) = description {
        either["description"] = description;
    }
    either
}
