//! The JSON schema of an estate, for editors.

use serde_json::{Value, json};

/// The JSON schema of `estate.toml`.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Muster estate",
        "description": "The environments of a system and the inventory of its resources.",
        "type": "object",
        "additionalProperties": false,
        "required": ["title", "owner", "environments"],
        "properties": {
            "title": text("Its name for people."),
            "owner": text("Who answers for it."),
            "contact": text("Who is called when a run needs somebody."),
            "inventory": inventory("What books mean by ${estate.KEY}, in every environment that \
                does not say otherwise."),
            "environments": {
                "description": "Its environments, by name.",
                "type": "object",
                "minProperties": 1,
                "propertyNames": { "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "maxLength": 64 },
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["account", "region", "alias", "protected"],
                    "properties": {
                        "account": {
                            "description": "The account id: a text of twelve digits.",
                            "type": "string",
                            "pattern": "^[0-9]{12}$"
                        },
                        "region": {
                            "description": "The Region.",
                            "type": "string",
                            "pattern": "^[a-z]{2}(-[a-z]+)+-[0-9]$"
                        },
                        "alias": text("What people call the account."),
                        "contact": text("Who is called when a run here needs somebody."),
                        "protected": {
                            "description": "Whether it starts read-only and asks for more before a \
                                change.",
                            "type": "boolean"
                        },
                        "inventory": inventory("What is called otherwise in this environment.")
                    }
                }
            }
        }
    })
}

fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string", "pattern": "\\S" })
}

fn inventory(description: &str) -> Value {
    let name = json!({ "type": "string", "pattern": "\\S" });
    json!({
        "description": description,
        "type": "object",
        "propertyNames": { "pattern": "^[a-z][a-z0-9]*(_[a-z0-9]+)*$", "maxLength": 64 },
        "additionalProperties": {
            "anyOf": [name, { "type": "array", "items": name, "minItems": 1, "uniqueItems": true }]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::load::{ENVIRONMENT_KEYS, KEYS};
    use super::*;

    #[test]
    fn the_schema_knows_the_keys_that_are_read() {
        let knows = |properties: &Value, keys: &[&str]| {
            let known = properties.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            let mut keys = keys.to_vec();
            keys.sort_unstable();
            assert_eq!(known, keys);
        };
        let schema = schema();
        let properties = &schema["properties"];
        knows(properties, KEYS);
        knows(&properties["environments"]["additionalProperties"]["properties"], ENVIRONMENT_KEYS);
    }
}
