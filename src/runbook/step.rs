//! Reading one step of a book, before anything is resolved.

use std::ops::Range;

use super::bound::{OnFailure, OnRefused};
use super::duration;
use super::template::{Path, Template};
use super::verb::{self, Verb};
use crate::problem::{Code, Fields, Findings, Node, kebab};

/// Keys of a step.
pub(super) const KEYS: &[&str] = &[
    "id",
    "title",
    "why",
    "set",
    "run",
    "check",
    "ask",
    "on",
    "to",
    "with",
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
pub(super) const LATER: &[(&str, &str)] = &[
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
        let verb = verb::read(&fields, findings);
        let is_check = matches!(verb, Some(Verb::Check(_)));
        let usual_timeout = if is_check { CHECK_SECONDS } else { SET_SECONDS };
        let attempts = fields.integer("retry", 1..=20, findings);
        let failures =
            [("ask", OnFailure::Ask), ("stop", OnFailure::Stop), ("rollback", OnFailure::Rollback)];
        let refusals = [("stop", OnRefused::Stop), ("leave", OnRefused::Leave)];
        let draft = Self {
            when: when(&fields, findings),
            timeout_seconds: duration::read("timeout", &fields, findings).unwrap_or(usual_timeout),
            attempts: attempts.and_then(|n| u32::try_from(n).ok()).unwrap_or(ATTEMPTS),
            on_failure: fields.choice("on_failure", &failures, findings).unwrap_or_default(),
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
pub(super) fn words(
    key: &str,
    must: bool,
    fields: &Fields<'_>,
    findings: &mut Findings,
) -> Option<Template> {
    if must {
        fields.need(key, findings)?;
    }
    let text = fields.text(key, findings)?;
    Some(Template::read(text, &fields.get(key)?.span, findings))
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

/// An https address.
pub(crate) fn link(fields: &Fields<'_>, findings: &mut Findings) -> Option<String> {
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
