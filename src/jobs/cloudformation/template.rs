//! What a template says, and what is wrong with it before AWS sees it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::deployment::Deployment;
use crate::cloud::cloudformation::Capability;
use crate::settings::{Breach, Severity};

/// The most bytes of a template that is sent along with a call.
const LARGEST: usize = 51_200;
const TABLES: &[&str] = &["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"];

fn read(template: &str) -> Option<Value> {
    serde_json::from_str(template).ok()
}

fn section<'t>(template: &'t Value, name: &str) -> impl Iterator<Item = (&'t String, &'t Value)> {
    template.get(name).and_then(Value::as_object).into_iter().flatten()
}

/// True when two templates say the same, whatever their spacing.
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || read(one).is_some_and(|value| read(other) == Some(value))
}

/// The defaults of the parameters.
pub(super) fn defaults(template: &str) -> BTreeMap<String, String> {
    let Some(template) = read(template) else { return BTreeMap::new() };
    section(&template, "Parameters")
        .filter_map(|(name, one)| Some((name.clone(), plain(one.get("Default")?))))
        .collect()
}

/// The logical ids of the resources that stay when the stack goes.
pub(super) fn kept(template: &str) -> BTreeSet<String> {
    let Some(template) = read(template) else { return BTreeSet::new() };
    let keeps = |one: &Value| {
        one.get("DeletionPolicy").and_then(Value::as_str).is_some_and(|p| p.starts_with("Retain"))
    };
    let kept = section(&template, "Resources").filter(|(_, one)| keeps(one));
    kept.map(|(name, _)| name.clone()).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn warn(why: String, fix: &str) -> Breach {
    Breach { severity: Severity::Warn, ..Breach::unfit(why, fix) }
}

/// A deployment without a template.
pub(super) fn missing(to: &Deployment) -> Option<Breach> {
    let why = "there is no template to deploy";
    to.template.is_none().then(|| Breach::unfit(why, "write `template = \"${asset.FILE}\"`"))
}

/// Everything that is wrong with a template and what it is deployed with.
pub(super) fn lint(to: &Deployment) -> Vec<Breach> {
    let Some(text) = &to.template else { return missing(to).into_iter().collect() };
    if text.len() > LARGEST {
        let why =
            format!("the template has {} bytes, and a call takes at most {LARGEST}", text.len());
        return vec![Breach::unfit(why, "make it smaller, or two stacks of it")];
    }
    let template: Value = match serde_json::from_str(text) {
        Ok(template) => template,
        Err(error) => {
            let why = format!("the template is no JSON: {error}");
            return vec![Breach::unfit(why, "write it as JSON, which can be checked here")];
        }
    };
    if section(&template, "Resources").next().is_none() {
        return vec![Breach::unfit("the template has no `Resources`", "add what it is to make")];
    }
    let mut breaches = parameters(&template, &to.parameters);
    breaches.extend(section(&template, "Resources").filter_map(|(name, one)| table(name, one)));
    breaches.extend(capabilities(&template, &to.capabilities));
    breaches.extend(accounts(&template));
    breaches
}

fn parameters(template: &Value, given: &BTreeMap<String, String>) -> Vec<Breach> {
    let nothing = Map::new();
    let declared = template.get("Parameters").and_then(Value::as_object).unwrap_or(&nothing);
    let mut breaches = Vec::new();
    for name in given.keys().filter(|name| !declared.contains_key(*name)) {
        let names: Vec<_> = declared.keys().map(String::as_str).collect();
        let why = format!("the template has no parameter `{name}`");
        let fix = if names.is_empty() {
            "leave it out: it has none".to_owned()
        } else {
            format!("it has {}", names.join(", "))
        };
        breaches.push(Breach::unfit(why, fix));
    }
    for (name, declaration) in declared {
        let Some(value) = given.get(name) else {
            if declaration.get("Default").is_none() {
                let why = format!("the parameter `{name}` of the template has no value");
                breaches.push(Breach::unfit(why, "give it one in `parameters`"));
            }
            continue;
        };
        let allowed = declaration.get("AllowedValues").and_then(Value::as_array);
        let allowed: Option<Vec<_>> = allowed.map(|all| all.iter().map(plain).collect());
        if let Some(allowed) = allowed.filter(|allowed| !allowed.contains(value)) {
            let why = format!("the parameter `{name}` of the template cannot be `{value}`");
            breaches.push(Breach::unfit(why, format!("it is one of {}", allowed.join(", "))));
        }
    }
    breaches
}

/// A table that goes with its stack, or that AWS cannot clean up.
fn table(name: &str, resource: &Value) -> Option<Breach> {
    let kind = resource.get("Type").and_then(Value::as_str)?;
    if !TABLES.contains(&kind) {
        return None;
    }
    let protected = resource.pointer("/Properties/DeletionProtectionEnabled");
    if protected.is_some_and(|on| *on == Value::Bool(true) || on == "true") {
        let why = format!(
            "the table {name} is protected by the template: when creating the stack fails, AWS \
             cannot clean it up"
        );
        let fix = "turn protection on in a step after, with `dynamodb.table.deletion_protection`";
        return Some(Breach::warn("F5", why, fix));
    }
    if resource.get("DeletionPolicy").is_some() {
        return None;
    }
    let why = format!("the table {name} has no `DeletionPolicy`: it goes with the stack, unasked");
    let fix = "write `DeletionPolicy` Retain, or Delete if it is meant to go, and protect the \
        table in a step after";
    Some(Breach::warn("F5", why, fix))
}

/// What AWS wants to have acknowledged.
fn capabilities(template: &Value, given: &BTreeSet<Capability>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let has_iam = |one: &Value| {
        one.get("Type").and_then(Value::as_str).is_some_and(|kind| kind.starts_with("AWS::IAM::"))
    };
    let iam = section(template, "Resources").any(|(_, one)| has_iam(one));
    let acknowledged = given.contains(&Capability::CapabilityIam)
        || given.contains(&Capability::CapabilityNamedIam);
    if iam && !acknowledged {
        let why = "the template makes IAM resources, and AWS wants that acknowledged";
        let fix = "look at them, then add `capabilities = [\"CAPABILITY_NAMED_IAM\"]`";
        breaches.push(Breach::unfit(why, fix));
    }
    if template.get("Transform").is_some() && !given.contains(&Capability::CapabilityAutoExpand) {
        let why = "the template holds macros, and AWS wants that acknowledged";
        let fix = "look at them, then add `capabilities = [\"CAPABILITY_AUTO_EXPAND\"]`";
        breaches.push(Breach::unfit(why, fix));
    }
    breaches
}

/// A template that names an account works in no other.
fn accounts(template: &Value) -> Option<Breach> {
    let found = texts(template).into_iter().find_map(account)?;
    let why = format!("the template names the account {found}, and works in no other");
    Some(warn(why, "write `${AWS::AccountId}` in an `Fn::Sub`"))
}

fn account(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit()))
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
