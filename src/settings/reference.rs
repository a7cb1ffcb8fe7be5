//! The table of settings as a reference: a page for people, and the schemas of the values.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{Setting, TABLE, Target};
use crate::cloud::Place;

/// The reference page of all settings and jobs, in Markdown.
pub fn markdown(jobs: &[Setting]) -> String {
    let mut page = String::from(
        "# Settings\n\nProperties of resources that a book can set (`set`, `on`, `to`) or check \
         (`check`, `on`, `is`). A part with `?` may be left out. Ids such as S13 are facts of AWS \
         that Muster checks before it sends anything.\n",
    );
    for setting in TABLE {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n{}", section(setting, false));
    }
    page.push_str(
        "\n# Jobs\n\nWhat takes long: a book runs it (`run`, `on`, `with`), watches it, and can \
         check what it leaves behind (`check`, `on`, `is`).\n",
    );
    for job in jobs {
        let _ = write!(page, "\n{}", section(job, true));
    }
    page
}

/// The schema of the value of each of these, by id.
pub fn value_schemas<'s>(rows: impl IntoIterator<Item = &'s Setting>) -> Map<String, Value> {
    rows.into_iter().map(|row| (row.id.to_owned(), row.schema().to_value())).collect()
}

fn section(setting: &Setting, is_job: bool) -> String {
    let Setting { id, kind, title, help, source, example, .. } = setting;
    let schema = setting.schema().to_value();
    let mut text = format!("## `{id}`\n\n**{title}** ({kind}). {help}\n\n");
    let _ = writeln!(text, "Value: `{}`\n", shape(&schema, &schema));
    for line in fields(&schema, &schema, "") {
        let _ = writeln!(text, "{line}");
    }
    let kind = kind.to_string().replace(' ', "-");
    let step = if setting.is_writable() && is_job {
        format!("run  = \"{id}\"\non   = \"the-{kind}\"\nwith = {example}")
    } else if setting.is_writable() {
        format!("set = \"{id}\"\non  = \"the-{kind}\"\nto  = {example}")
    } else {
        format!("check = \"{id}\"\non    = \"the-{kind}\"\nis    = {example}")
    };
    let _ = write!(text, "\n```toml\n{step}\n```\n\n");
    let (read, write) = permissions(setting);
    let _ = writeln!(text, "To read it: {read}.\n");
    match write {
        Some(write) => {
            let verb = if is_job { "run" } else { "set" };
            let _ = writeln!(text, "To {verb} it, besides: {write}.\n");
        }
        None if is_job => text.push_str("It can be checked, not run.\n\n"),
        None => text.push_str("It can be checked, not set.\n\n"),
    }
    let _ = writeln!(text, "Source: <{source}>");
    text
}

/// The IAM actions for reading it, and those that setting it needs besides.
fn permissions(setting: &Setting) -> (String, Option<String>) {
    let on = Target { place: Place::new("111122223333", "us-east-1"), name: "name".to_owned() };
    let example = example(setting.example);
    let read = setting.iam(&on, None);
    let to_set = setting.is_writable().then(|| setting.iam(&on, example.as_ref()));
    let listed = |actions: Vec<&str>| {
        let quoted: Vec<_> = actions.iter().map(|action| format!("`{action}`")).collect();
        quoted.join(", ")
    };
    let besides =
        |actions: Vec<&'static str>| actions.into_iter().filter(|a| !read.contains(a)).collect();
    let write = to_set.map(|actions| listed(besides(actions)));
    (listed(read), write)
}

/// What stands for a key of any name.
const NAME: &str = "NAME";

/// What a value looks like, on one line: `{ enabled: boolean, recovery_period_days?: integer }`.
fn shape(schema: &Value, root: &Value) -> String {
    let schema = resolved(schema, root);
    if let Some(only) = schema.get("const") {
        return only.to_string();
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    if let Some(choices) = choices(schema) {
        return choices.map(|choice| shape(choice, root)).collect::<Vec<_>>().join(" | ");
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let parts = properties.iter().map(|(name, part)| {
            let mark = if is_required(schema, name) { "" } else { "?" };
            format!("{name}{mark}: {}", shape(part, root))
        });
        return format!("{{ {} }}", parts.collect::<Vec<_>>().join(", "));
    }
    if let Some(part) = schema.get("additionalProperties").filter(|part| part.is_object()) {
        return format!("{{ {NAME}: {}, ... }}", shape(part, root));
    }
    let kind = kind(schema);
    match (schema.get("items"), schema.get("minimum"), schema.get("maximum")) {
        (Some(items), _, _) => format!("[{}, ...]", shape(items, root)),
        (None, Some(least), Some(most)) => format!("{kind} from {least} to {most}"),
        (None, _, _) => kind.to_owned(),
    }
}

/// A line for each described part of a value, with the parts of the parts after it.
fn fields(schema: &Value, root: &Value, path: &str) -> Vec<String> {
    let schema = resolved(schema, root);
    if let Some(choices) = choices(schema) {
        return choices.flat_map(|choice| fields(choice, root, path)).collect();
    }
    let words = |part: &Value| {
        let said = part.get("description").and_then(Value::as_str)?;
        Some(said.replace('\n', " "))
    };
    if let Some(word) = schema.get("const") {
        let said = words(schema).filter(|_| !path.is_empty());
        return said.map(|said| format!("- `{path}` = `{word}`: {said}")).into_iter().collect();
    }
    if let Some(part) = schema.get("additionalProperties").filter(|part| part.is_object()) {
        let path = if path.is_empty() { NAME.to_owned() } else { format!("{path}.{NAME}") };
        return fields(part, root, &path);
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let described = properties.into_iter().flatten().flat_map(|(name, part)| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let line = words(part).map(|said| format!("- `{path}`: {said}"));
        line.into_iter().chain(fields(part, root, &path))
    });
    described.collect()
}

/// The schema that a reference stands for.
fn resolved<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let place = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    place.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

/// The choices of a schema, without `null`: TOML has none.
fn choices(schema: &Value) -> Option<impl Iterator<Item = &Value>> {
    let choices = schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()?;
    Some(choices.iter().filter(|choice| choice.get("type") != Some(&"null".into())))
}

fn is_required(schema: &Value, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|required| required == name))
}

fn kind(schema: &Value) -> &str {
    let named = schema.get("type");
    let listed = named.and_then(Value::as_array).into_iter().flatten();
    let mut kinds = named.into_iter().chain(listed).filter_map(Value::as_str);
    kinds.find(|kind| *kind != "null").unwrap_or("value")
}

/// An example as JSON. Examples are single TOML values, which differ from JSON in their keys only;
/// a test compares all of them with what a TOML parser reads.
fn example(toml: &str) -> Option<Value> {
    let mut json = String::with_capacity(toml.len() + 16);
    // Every second piece between quotes is a string.
    for (position, piece) in toml.split('"').enumerate() {
        if position % 2 == 1 {
            let _ = write!(json, "\"{piece}\"");
            continue;
        }
        for part in piece.split_inclusive(['{', ',', '=', '[']) {
            match part.strip_suffix('=') {
                Some(key) => {
                    let _ = write!(json, "\"{}\":", key.trim());
                }
                None => json.push_str(part),
            }
        }
    }
    serde_json::from_str(&json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_read_as_toml_reads_it() {
        for setting in TABLE {
            let book: toml::Table = format!("to = {}", setting.example).parse().unwrap();
            let toml = serde_json::to_value(&book["to"]).unwrap();
            assert_eq!(example(setting.example), Some(toml), "{}", setting.id);
        }
    }

    #[test]
    fn the_page_says_of_each_setting_what_a_writer_of_books_needs() {
        let page = markdown(&[]);
        for setting in TABLE {
            let (_, after) = page.split_once(&format!("## `{}`\n", setting.id)).unwrap();
            let section = after.split("\n## ").next().unwrap();
            for part in [setting.title, setting.help, setting.example, setting.source] {
                assert!(section.contains(part), "{}: {part}", setting.id);
            }
            assert_eq!(section.contains("To set it"), setting.is_writable(), "{}", setting.id);
            assert!(!section.contains("$ref") && !section.contains("null"), "{section}");
        }
    }

    #[test]
    fn a_section_reads_like_this() {
        let setting = super::super::find("s3.bucket.access_logging").unwrap();
        let text = section(setting, false);
        let expected = "\
Value: `\"absent\" | { bucket: string, prefix?: string }`

- `bucket`: The bucket that receives them: same account, same Region (S13).
- `prefix`: What their keys begin with.

```toml
set = \"s3.bucket.access_logging\"
on  = \"the-bucket\"
to  = { bucket = \"sitelogix-logs-prod\", prefix = \"audio-access-logs/\" }
```

To read it: `s3:GetBucketLogging`.

To set it, besides: `s3:GetBucketObjectLockConfiguration`, `s3:GetBucketPolicy`, \
`s3:GetEncryptionConfiguration`, `s3:ListBucket`, `s3:PutBucketLogging`.
";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn every_example_fits_its_schema() {
        let schemas = value_schemas(TABLE);
        assert_eq!(schemas.len(), TABLE.len());
        for setting in TABLE {
            let schema = jsonschema::validator_for(&schemas[setting.id]).unwrap();
            let value = example(setting.example).unwrap();
            assert!(schema.is_valid(&value), "{}", setting.id);
            assert!(!schema.is_valid(&serde_json::json!({ "nonsense": 1 })), "{}", setting.id);
        }
    }
}
