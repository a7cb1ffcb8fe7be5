//! The shape of JSON: its fields and the types of their values, without the values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Fields whose content is another's: the value of a setting, a call, an inventory.
const OPEN: &[&str] = &[
    "after",
    "before",
    "call",
    "calls",
    "default",
    "detail",
    "inventory",
    "params",
    "to",
    "value",
    "wanted",
];

/// What was seen at one place.
#[derive(Default)]
struct Seen {
    plain: BTreeSet<&'static str>,
    items: Option<Box<Seen>>,
    /// The fields, and how many of the objects had each.
    fields: BTreeMap<String, (usize, Seen)>,
    objects: usize,
}

impl Seen {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => self.is("null"),
            Value::Bool(_) => self.is("flag"),
            Value::Number(_) => self.is("number"),
            Value::String(_) => self.is("text"),
            Value::Array(values) => {
                let items = self.items.get_or_insert_default();
                values.iter().for_each(|value| items.add(value));
            }
            Value::Object(fields) => {
                self.objects += 1;
                for (name, value) in fields {
                    let (count, seen) = self.fields.entry(name.clone()).or_default();
                    *count += 1;
                    if OPEN.contains(&name.as_str()) {
                        seen.is("any");
                    } else {
                        seen.add(value);
                    }
                }
            }
        }
    }

    fn is(&mut self, word: &'static str) {
        self.plain.insert(word);
    }

    fn write(&self, indent: usize, out: &mut String) {
        let mut words: Vec<&str> = self.plain.iter().copied().collect();
        if let Some(items) = &self.items {
            words.push("list");
            out.push_str(&words.join(" or "));
            if items.is_empty() {
                return;
            }
            out.push_str(" of ");
            items.write(indent, out);
            return;
        }
        if self.objects > 0 {
            words.push("object");
        }
        out.push_str(&words.join(" or "));
        for (name, (count, seen)) in &self.fields {
            let maybe = if *count < self.objects { "?" } else { "" };
            out.push_str(&format!("\n{}{name}{maybe}: ", "  ".repeat(indent + 1)));
            seen.write(indent + 1, out);
        }
    }

    fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.items.is_none() && self.objects == 0
    }

    fn names(&self, into: &mut BTreeSet<String>) {
        if let Some(items) = &self.items {
            items.names(into);
        }
        for (name, (_, seen)) in &self.fields {
            into.insert(name.clone());
            seen.names(into);
        }
    }
}

/// The shape of some JSON, as text: a `?` behind a field that is not always there.
pub fn of(values: &[Value]) -> String {
    let mut text = String::new();
    seen(values).write(0, &mut text);
    text
}

/// The names of all its fields.
pub fn fields(values: &[Value]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    seen(values).names(&mut names);
    names
}

fn seen(values: &[Value]) -> Seen {
    let mut seen = Seen::default();
    values.iter().for_each(|value| seen.add(value));
    seen
}

#[test]
fn a_shape_tells_what_is_always_there() {
    let values = [
        serde_json::json!({ "a": 1, "b": [{ "c": true }, { "c": null, "d": "x" }], "to": null }),
        serde_json::json!({ "a": "1", "b": [] }),
    ];
    let wanted = "object\n  a: number or text\n  b: list of object\n    c: flag or null\n    d?: text\n  to?: any";
    assert_eq!(of(&values), wanted);
    assert_eq!(fields(&values).into_iter().collect::<Vec<_>>(), ["a", "b", "c", "d", "to"]);
}
