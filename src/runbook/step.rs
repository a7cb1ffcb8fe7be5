//! Reading one step of a book, before anything is resolved.

use std::ops::Range;

use super::bound::{OnFailure, OnRefused};
use super::draft::Draft;
use super::duration;
use super::template::{Path, Template};
use crate::problem::{Code, Fields, Findings, Node, Shape, kebab, wrong};
use crate::settings::{self, Setting};

/// Keys of a step.
pub(super) const KEYS: &[&str] = &[
    "id",
    "title",
    "why",
    "set",
    "check",
    "ask",
    "on",
    "to",
    "is",
    "when",
    "timeout",
    "retry",
    "on_failure",
    "on_refused",
    "confirm",
    "usual",
    "cost",
    "undo",
    "link",
];
/// Keys of a step that later versions have, each with what can be done instead.
const LATER: &[(&str, &str)] = &[
    ("run", "let a person start it: a step with `ask`"),
    ("with", "it goes with `run`, which is not in this version either"),
    ("command", "let a person run it: a step with `ask`"),
    ("probe", "let a person look: a step with `ask`"),
    ("record", "delete it: the journal keeps every answer of AWS"),
    ("expect", "read the value back: a step with `check` and `is`"),
];
/// How long a target may take to become as wanted, when the book does not say: tables are updated
/// within minutes, and what AWS tells is minutes old at most.
const SET_SECONDS: u64 = 15 * 60;
/// The same for a check, which waits only for what AWS tells late.
const CHECK_SECONDS: u64 = 2 * 60;
/// How often a call that was certainly not applied is sent in all, when the book does not say.
const ATTEMPTS: u32 = 5;
/// What goes only with some of the three verbs.
const BELONGS: &[(&str, &[&str])] = &[
    ("on", &["set", "check"]),
    ("to", &["set"]),
    ("is", &["check"]),
    ("timeout", &["set", "check"]),
    ("retry", &["set", "check"]),
    ("on_failure", &["set", "check"]),
    ("on_refused", &["set"]),
    ("confirm", &["set"]),
];

/// A step as it is written.
#[derive(Clone, Debug)]
pub(super) struct StepDraft {
    pub id: String,
    pub title: Template,
    pub why: Template,
    pub verb: Verb,
    /// The parameter that must be true, and where it stands.
    pub when: Option<(String, Range<usize>)>,
    pub timeout_seconds: u64,
    pub attempts: u32,
    pub on_failure: OnFailure,
    pub on_refused: OnRefused,
    pub type_name: bool,
    pub usual_seconds: Option<u64>,
    pub cost: Option<Template>,
    pub undo: Option<Template>,
    pub link: Option<String>,
    /// Where its id stands.
    pub span: Range<usize>,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(super) enum Verb {
    Set(Aim),
    Check(Aim),
    Ask(Template),
}

/// A setting, its targets and the value.
#[derive(Clone, Debug)]
pub(super) struct Aim {
    pub setting: &'static Setting,
    pub on: Vec<Template>,
    pub value: Draft,
    /// Where the setting is named.
    pub setting_span: Range<usize>,
    pub on_span: Range<usize>,
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

impl StepDraft {
    pub(super) fn read(node: &Node, findings: &mut Findings) -> Option<Self> {
        let fields = Fields::with_later(node, "a step", KEYS, LATER, findings)?;
        let id = fields.need_text("id", findings);
        if let Some((id, span)) = &id
            && !kebab(id)
        {
            findings
                .error(Code::BadName, span.clone(), format!("a step cannot be called `{id}`"))
                .help("use small letters, digits and hyphens: `log-bucket`");
        }
        let title = words("title", true, &fields, findings);
        let why = words("why", true, &fields, findings);
        let verb = verb(&fields, findings);
        let is_check = matches!(verb, Some(Verb::Check(_)));
        let usual_timeout = if is_check { CHECK_SECONDS } else { SET_SECONDS };
        let attempts = fields.integer("retry", 1..=20, findings);
        let failures = [("ask", OnFailure::Ask), ("stop", OnFailure::Stop)];
        let refusals = [("stop", OnRefused::Stop), ("leave", OnRefused::Leave)];
        let draft = Self {
            when: when(&fields, findings),
            timeout_seconds: duration::read("timeout", &fields, findings).unwrap_or(usual_timeout),
            attempts: attempts.and_then(|n| u32::try_from(n).ok()).unwrap_or(ATTEMPTS),
            on_failure: on_failure(&fields, &failures, findings),
            on_refused: fields.choice("on_refused", &refusals, findings).unwrap_or_default(),
            type_name: confirm(&fields, findings),
            usual_seconds: duration::read("usual", &fields, findings),
            cost: words("cost", false, &fields, findings),
            undo: words("undo", false, &fields, findings),
            link: link(&fields, findings),
            id: id.as_ref()?.0.to_owned(),
            span: id?.1,
            title: title?,
            why: why?,
            verb: verb?,
        };
        Some(draft)
    }
}

/// A text for people, with paths.
fn words(key: &str, must: bool, fields: &Fields<'_>, findings: &mut Findings) -> Option<Template> {
    if must {
        fields.need(key, findings)?;
    }
    let text = fields.text(key, findings)?;
    Some(Template::read(text, &fields.get(key)?.span, findings))
}

fn on_failure(
    fields: &Fields<'_>,
    choices: &[(&str, OnFailure)],
    findings: &mut Findings,
) -> OnFailure {
    let node = fields.get("on_failure");
    if let Some(node) = node.filter(|node| node.text() == Some("rollback")) {
        findings
            .error(Code::NotInThisVersion, node.span.clone(), "`rollback` is not in this version")
            .help("use `stop`, and undo the run afterwards");
        return OnFailure::default();
    }
    fields.choice("on_failure", choices, findings).unwrap_or_default()
}

fn verb(fields: &Fields<'_>, findings: &mut Findings) -> Option<Verb> {
    let verbs: Vec<_> =
        ["set", "check", "ask"].iter().filter_map(|verb| fields.entry(verb)).collect();
    let Some(first) = verbs.first() else {
        // A verb of a later version was reported as such.
        if !LATER.iter().any(|(key, _)| fields.entry(key).is_some()) {
            findings
                .error(Code::NothingToDo, fields.at.clone(), "the step does nothing")
                .help("give it one of `set`, `check` and `ask`");
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
                ("is", "set") => found.help("a setting is brought to a value: write `to`"),
                _ => found.help(format!("it goes with {}", crate::problem::list(verbs))),
            }
        }
    }
    if verb == "ask" {
        return words("ask", true, fields, findings).map(Verb::Ask);
    }
    let aim = aim(verb, fields, findings)?;
    Some(if verb == "set" { Verb::Set(aim) } else { Verb::Check(aim) })
}

fn aim(verb: &str, fields: &Fields<'_>, findings: &mut Findings) -> Option<Aim> {
    let setting = setting(verb, fields, findings);
    let on = fields.need("on", findings);
    let (right, twin) = if verb == "set" { ("to", "is") } else { ("is", "to") };
    let value = match (fields.get(right), fields.get(twin)) {
        // The twin was reported: it says as much.
        (None, Some(_)) => None,
        _ => fields.need(right, findings),
    };
    let targets = on.and_then(|node| targets(node, findings));
    let draft = value.map(|node| Draft::read(node, findings));
    Some(Aim {
        setting: setting?,
        on: targets?,
        value: draft?,
        setting_span: fields.get(verb)?.span.clone(),
        on_span: on?.span.clone(),
        value_span: value?.span.clone(),
    })
}

fn setting(verb: &str, fields: &Fields<'_>, findings: &mut Findings) -> Option<&'static Setting> {
    let (id, span) = fields.need_text(verb, findings)?;
    let Some(setting) = settings::find(id) else {
        if id.contains("${") {
            findings
                .error(Code::MisplacedPath, span, "the name of a setting has no paths")
                .help("what a book does is read, not computed: write the setting out");
            return None;
        }
        let message = format!("there is no setting `{id}`");
        let found = findings.error(Code::UnknownSetting, span, message);
        match settings::nearest(id) {
            Some(meant) => found.help(format!("did you mean `{meant}`?")),
            None => found.help("`muster show settings` lists them"),
        }
        return None;
    };
    if verb == "set" && !setting.is_writable() {
        let message = format!("`{id}` can be checked but not set");
        findings
            .error(Code::ReadOnlySetting, span, message)
            .help("use it in a step with `check` and `is`");
        return None;
    }
    Some(setting)
}

fn targets(node: &Node, findings: &mut Findings) -> Option<Vec<Template>> {
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

fn when(fields: &Fields<'_>, findings: &mut Findings) -> Option<(String, Range<usize>)> {
    let text = fields.text("when", findings)?;
    let span = fields.get("when")?.span.clone();
    if let Some(name) = text.strip_prefix("params.").filter(|name| crate::problem::snake(name)) {
        return Some((name.to_owned(), span));
    }
    let template = Template::read(text, &span, findings);
    let mut paths = template.paths();
    if let (Some((Path::Param(name), _)), None, 1) =
        (paths.next(), paths.next(), template.parts.len())
    {
        return Some((name.clone(), span));
    }
    findings
        .error(Code::BadPath, span, "`when` names one parameter of type `boolean`")
        .help("write it as \"${params.NAME}\"");
    None
}

fn confirm(fields: &Fields<'_>, findings: &mut Findings) -> bool {
    let Some(node) = fields.get("confirm") else { return false };
    let Some(inner) = Fields::of(node, "`confirm`", &["type"], findings) else { return false };
    if inner.need("type", findings).is_none() {
        return false;
    }
    inner.choice("type", &[("target", true)], findings).unwrap_or(false)
}

fn link(fields: &Fields<'_>, findings: &mut Findings) -> Option<String> {
    let text = fields.text("link", findings)?;
    let rest = text.strip_prefix("https://").unwrap_or_default();
    if rest.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) {
        findings
            .error(Code::BadLink, fields.get("link")?.span.clone(), "this is no https address")
            .help("write the whole address: \"https://docs.aws.amazon.com/...\"");
        return None;
    }
    Some(text.to_owned())
}
