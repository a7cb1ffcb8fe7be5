//! Binding: the steps of a book in one environment, with every path resolved and every value
//! checked against its setting and the rules of AWS.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;

use super::bound::{Act, OnRefused, Step, Wanted};
use super::scope::Scope;
use super::step::StepDraft;
use super::template::Got;
use super::verb::{Aim, Verb};
use crate::problem::{Code, Severity};
use crate::settings::{self, Target};

/// The most targets of one book: a run of more is no longer followed by a person.
pub(super) const MAX_TARGETS: usize = 1000;
/// The longest name of a resource; the longest of AWS is that of an alarm, with 255.
const LONGEST_NAME: usize = 255;

/// A problem of one environment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Raised {
    pub severity: Severity,
    pub code: Code,
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

/// The steps in one environment, with what is wrong there.
pub(super) fn steps(drafts: &[StepDraft], scope: &Scope<'_>) -> (Vec<Step>, Vec<Raised>) {
    let mut raised = Vec::new();
    let mut total = 0;
    let mut bound = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let step = step(draft, scope, &mut raised);
        let count = step.as_ref().and_then(Step::targets).map_or(0, |(_, targets)| targets.len());
        if total <= MAX_TARGETS && total + count > MAX_TARGETS {
            raised.push(Raised {
                severity: Severity::Error,
                code: Code::TooMany,
                span: draft.span.clone(),
                message: format!("more than {MAX_TARGETS} targets in one book"),
                help: Some("split it into several books".to_owned()),
            });
        }
        total += count;
        bound.extend(step);
    }
    (bound, raised)
}

fn step(draft: &StepDraft, scope: &Scope<'_>, raised: &mut Vec<Raised>) -> Option<Step> {
    let act = match &draft.verb {
        Verb::Ask(question) => Act::Ask { text: question.words(scope)? },
        Verb::Set(aim) => {
            let targets = targets(aim, Some(draft.on_refused), scope, raised)?;
            Act::Set { setting: aim.setting.id.to_owned(), targets }
        }
        Verb::Check(aim) => {
            let targets = targets(aim, None, scope, raised)?;
            Act::Check { setting: aim.setting.id.to_owned(), targets }
        }
    };
    let left_out = draft.when.as_ref().and_then(|(name, _)| match scope.params.get(name) {
        Some(Value::Bool(false)) => Some(format!("the parameter `{name}` is false")),
        _ => None,
    });
    Some(Step {
        id: draft.id.clone(),
        title: draft.title.words(scope)?,
        why: draft.why.words(scope)?,
        act,
        left_out,
        timeout_seconds: draft.timeout_seconds,
        attempts: draft.attempts,
        on_failure: draft.on_failure,
        on_refused: draft.on_refused,
        type_name: draft.type_name,
        usual_seconds: draft.usual_seconds,
        cost: draft.cost.as_ref().and_then(|template| template.words(scope)),
        undo: draft.undo.as_ref().and_then(|template| template.words(scope)),
        link: draft.link.clone(),
    })
}

/// The targets of a step, each with its value; `set` says what happens when a rule refuses it.
pub(super) fn targets(
    aim: &Aim,
    set: Option<OnRefused>,
    scope: &Scope<'_>,
    raised: &mut Vec<Raised>,
) -> Option<Vec<Wanted>> {
    let mut wanted = Vec::new();
    let mut seen = BTreeSet::new();
    let mut notes = Notes::default();
    for template in &aim.on {
        let is_guess = scope.is_guess(template);
        let items = match template.resolve(scope)? {
            Got::One(Value::String(name)) => vec![(name.clone(), name)],
            Got::One(other) => {
                let message = format!("a target is a text, and this is {other}");
                notes.add(Severity::Error, Code::WrongType, &template.span, "", message, None);
                continue;
            }
            Got::Many(items) => items,
        };
        for (each, name) in items {
            if name.len() > LONGEST_NAME || name.trim() != name {
                let message = "no resource has such a name".to_owned();
                notes.add(Severity::Error, Code::BadName, &template.span, &name, message, None);
            } else if !seen.insert(name.clone()) {
                let message = "the target stands twice".to_owned();
                notes.add(Severity::Error, Code::Duplicate, &template.span, &name, message, None);
            } else {
                let on = Target { place: scope.environment.place.clone(), name };
                let to = value(aim, &on, set, is_guess, &scope.with_each(&each), &mut notes);
                wanted.extend(to.map(|to| Wanted { on, to, undoes: None }));
            }
        }
    }
    notes.raise(raised);
    Some(wanted)
}

fn value(
    aim: &Aim,
    on: &Target,
    set: Option<OnRefused>,
    is_guess: bool,
    scope: &Scope<'_>,
    notes: &mut Notes,
) -> Option<Value> {
    let value = aim.value.resolve(scope)?;
    let setting = aim.setting;
    if aim.in_part {
        return Some(value);
    }
    let is_guess = is_guess || aim.value.templates().iter().any(|t| scope.is_guess(t));
    let to = match setting.parse(&value) {
        Ok(to) => to,
        Err(why) => {
            let message = format!("`{}` cannot have this value: {why}", setting.id);
            let help = if is_guess {
                "an example of the parameter was tried here: give the parameter a type, or a \
                    default, that always fits"
                    .to_owned()
            } else {
                format!("an example: {}", setting.example)
            };
            let span = &aim.value_span;
            notes.add(Severity::Error, Code::BadValue, span, "", message, Some(help));
            return None;
        }
    };
    if is_guess || aim.value.waits() {
        // Rules are about real names and values: they are looked at when those are known.
        return Some(to);
    }
    for breach in setting.lint(on, &to) {
        // A rule of what can be checked alone is about the check: one that breaks it shows nothing.
        let binds = set == Some(OnRefused::Stop) || !setting.is_writable();
        let stops = breach.severity == settings::Severity::Refuse && binds;
        let severity = if stops { Severity::Error } else { Severity::Warning };
        let code = Code::of_fact(breach.fact.as_deref());
        let help = Some(breach.fix).filter(|fix| !fix.is_empty());
        notes.add(severity, code, &aim.value_span, &on.name, breach.why, help);
    }
    Some(to)
}

/// Problems of one step, told once for all targets that have them.
#[derive(Default)]
struct Notes(Vec<(Raised, Vec<String>)>);

impl Notes {
    fn add(
        &mut self,
        severity: Severity,
        code: Code,
        span: &Range<usize>,
        target: &str,
        message: String,
        help: Option<String>,
    ) {
        // One target can break two rules of one fact: those are told apart.
        let known = self.0.iter_mut().find(|(known, targets)| {
            known.code == code
                && known.span == *span
                && (target.is_empty() || !targets.iter().any(|on| on == target))
        });
        match known {
            Some((_, targets)) => targets.push(target.to_owned()),
            None => {
                let raised = Raised { severity, code, span: span.clone(), message, help };
                self.0.push((raised, vec![target.to_owned()]));
            }
        }
    }

    fn raise(self, all: &mut Vec<Raised>) {
        all.extend(self.0.into_iter().map(|(mut raised, targets)| {
            match targets.iter().filter(|target| !target.is_empty()).count() {
                0 => {}
                1 => raised.message = format!("`{}`: {}", targets[0], raised.message),
                n => {
                    let message = &raised.message;
                    raised.message = format!("`{}` and {} more: {message}", targets[0], n - 1);
                }
            }
            raised
        }));
    }
}

/// The problems of several environments, each told once; it names the environments when it is not
/// about all of them.
pub(crate) fn merge(environments: Vec<(&str, Vec<Raised>)>) -> Vec<Raised> {
    let count = environments.len();
    let mut merged: Vec<(Raised, Vec<&str>)> = Vec::new();
    for (name, all) in environments {
        for raised in all {
            let is_same = |known: &Raised| known.code == raised.code && known.span == raised.span;
            let found = merged.iter_mut().find(|(known, names)| {
                is_same(known) && names.last().is_none_or(|last| *last != name)
            });
            match found {
                Some((_, names)) => names.push(name),
                None => merged.push((raised, vec![name])),
            }
        }
    }
    let told = |(mut raised, names): (Raised, Vec<&str>)| {
        if names.len() < count {
            raised.message = format!("in {}: {}", crate::problem::list(&names), raised.message);
        }
        raised
    };
    merged.into_iter().map(told).collect()
}

/// A value for each parameter that could be given, and the names of those without a default.
pub(super) fn samples(params: &[super::Param]) -> (BTreeMap<String, Value>, BTreeSet<String>) {
    let mut values = BTreeMap::new();
    let mut guessed = BTreeSet::new();
    for param in params {
        let (value, is_default) = param.sample();
        values.insert(param.name.clone(), value);
        if !is_default {
            guessed.insert(param.name.clone());
        }
    }
    (values, guessed)
}
