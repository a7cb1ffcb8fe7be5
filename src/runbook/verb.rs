//! Reading what a step does: the verb, the setting, the targets and the value.

use std::ops::Range;

use super::draft::Draft;
use super::step::{LATER, words};
use super::template::Template;
use crate::jobs;
use crate::problem::{Code, Fields, Findings, Node, Shape, list, wrong};
use crate::settings::Setting;

/// What goes only with some of the verbs.
const BELONGS: &[(&str, &[&str])] = &[
    ("on", &["set", "run", "check"]),
    ("to", &["set"]),
    ("with", &["run"]),
    ("is", &["check"]),
    ("timeout", &["set", "run", "check"]),
    ("retry", &["set", "run", "check"]),
    ("on_failure", &["set", "run", "check"]),
    ("on_refused", &["set", "run"]),
    ("confirm", &["set", "run"]),
];

/// The key of the value, by verb.
const VALUES: &[(&str, &str)] = &[("set", "to"), ("run", "with"), ("check", "is")];

/// What a step does. A job is brought about as a setting is.
#[derive(Clone, Debug)]
pub(super) enum Verb {
    Set(Aim),
    Check(Aim),
    Ask(Template),
}

/// A setting or a job, its targets and the value.
#[derive(Clone, Debug)]
pub(super) struct Aim {
    pub setting: &'static Setting,
    pub on: Vec<Template>,
    pub value: Draft,
    /// Whether the value is only a part of what is wanted: what it does not say may be anything.
    pub in_part: bool,
    /// Where the setting is named.
    pub setting_span: Range<usize>,
    pub value_span: Range<usize>,
}

impl Verb {
    pub(super) fn aim(&self) -> Option<&Aim> {
        match self {
            Self::Set(aim) | Self::Check(aim) => Some(aim),
            Self::Ask(_) => None,
        }
    }
}

pub(super) fn read(fields: &Fields<'_>, findings: &mut Findings) -> Option<Verb> {
    let verbs: Vec<_> =
        ["set", "run", "check", "ask"].iter().filter_map(|verb| fields.entry(verb)).collect();
    let Some(first) = verbs.first() else {
        // A verb of a later version was reported as such.
        if !LATER.iter().any(|(key, _)| fields.entry(key).is_some()) {
            findings
                .error(Code::NothingToDo, fields.at.clone(), "the step does nothing")
                .help("give it one of `set`, `run`, `check` and `ask`");
        }
        return None;
    };
    if let Some(second) = verbs.get(1) {
        let message =
            format!("a step says one thing, not both `{}` and `{}`", first.key, second.key);
        findings
            .error(Code::TwoThingsToDo, second.key_span.clone(), message)
            .help("make two steps of it");
        return None;
    }
    let verb = first.key.as_str();
    for (key, verbs) in BELONGS {
        if let Some(entry) = fields.entry(key).filter(|_| !verbs.contains(&verb)) {
            let message = format!("`{key}` does not go with `{verb}`");
            let found = findings.error(Code::StrayKey, entry.key_span.clone(), message);
            match (*key, verb) {
                ("to", "check") => found.help("a check compares: write `is`"),
                ("is" | "with", "set") => found.help("a setting is brought to a value: write `to`"),
                ("to" | "is", "run") => found.help("a job is run with a value: write `with`"),
                _ => found.help(format!("it goes with {}", list(verbs))),
            }
        }
    }
    if verb == "ask" {
        return words("ask", true, fields, findings).map(Verb::Ask);
    }
    let aim = aim(verb, fields, findings)?;
    Some(if verb == "check" { Verb::Check(aim) } else { Verb::Set(aim) })
}

fn aim(verb: &str, fields: &Fields<'_>, findings: &mut Findings) -> Option<Aim> {
    let setting = setting(verb, fields, findings);
    let on = fields.need("on", findings);
    let right = VALUES.iter().find(|(of, _)| *of == verb).map_or("to", |(_, key)| *key);
    // Another one was reported: it says as much.
    let other = || VALUES.iter().any(|(_, key)| fields.get(key).is_some());
    let value = match fields.get(right) {
        None if other() => None,
        Some(_) | None => fields.need(right, findings),
    };
    let targets = on.and_then(|node| targets(node, findings));
    let draft = value.map(|node| Draft::read(node, findings));
    Some(Aim {
        setting: setting?,
        on: targets?,
        value: draft?,
        in_part: false,
        setting_span: fields.get(verb)?.span.clone(),
        value_span: value?.span.clone(),
    })
}

pub(super) fn setting(
    verb: &str,
    fields: &Fields<'_>,
    findings: &mut Findings,
) -> Option<&'static Setting> {
    let (id, span) = fields.need_text(verb, findings)?;
    let Some(setting) = jobs::row(id) else {
        if id.contains("${") {
            findings
                .error(
                    Code::MisplacedPath,
                    span,
                    format!("the name of a {} has no paths", noun(verb)),
                )
                .help("what a book does is read, not computed: write it out");
            return None;
        }
        let message = format!("there is no {} `{id}`", noun(verb));
        let found = findings.error(Code::UnknownSetting, span, message);
        match jobs::nearest(id) {
            Some(meant) => found.help(format!("did you mean `{meant}`?")),
            None => found.help("`muster show settings` lists them"),
        }
        return None;
    };
    let (written, meant) = match (verb, jobs::find(id).is_some()) {
        ("set", true) => ("a job", "write `run`, `on` and `with`"),
        ("run", false) => ("a setting", "write `set`, `on` and `to`"),
        _ => ("", ""),
    };
    if !written.is_empty() {
        let message = format!("`{id}` is {written}, which no step can `{verb}`");
        findings.error(Code::UnknownSetting, span, message).help(meant);
        return None;
    }
    if verb == "set" && !setting.is_writable() {
        let message = format!("`{id}` can be checked but not set");
        findings
            .error(Code::ReadOnlySetting, span, message)
            .help("use it in a step with `check` and `is`");
        return None;
    }
    Some(setting)
}

fn noun(verb: &str) -> &'static str {
    if verb == "run" { "job" } else { "setting" }
}

pub(super) fn targets(node: &Node, findings: &mut Findings) -> Option<Vec<Template>> {
    let items = match &node.shape {
        Shape::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if items.is_empty() {
        findings.error(Code::Empty, node.span.clone(), "there is no target");
        return None;
    }
    let mut templates = Vec::with_capacity(items.len());
    for item in items {
        let Some(text) = item.text() else {
            return wrong("on", "a text or a list of texts", item, findings);
        };
        if text.trim().is_empty() {
            findings.error(Code::Empty, item.span.clone(), "a target has no name");
            return None;
        }
        templates.push(Template::read(text, &item.span, findings));
    }
    Some(templates)
}
