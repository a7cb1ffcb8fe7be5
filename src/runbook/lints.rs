//! What is odd about a book as a whole, although each of its steps is right.

use std::collections::BTreeMap;

use serde_json::Value;

use super::bound::{Act, Kind, Step};
use super::step::StepDraft;
use super::verb::Verb;
use crate::jobs;
use crate::problem::{Code, Findings};

/// Looks at the steps of a book together.
pub(super) fn book(kind: Kind, drafts: &[StepDraft], findings: &mut Findings) {
    let sets = || {
        drafts.iter().filter_map(|draft| match &draft.verb {
            Verb::Set(aim) => Some(aim),
            Verb::Check(_) | Verb::Ask(_) => None,
        })
    };
    if kind == Kind::Check {
        for aim in sets() {
            findings
                .error(
                    Code::CheckBookSets,
                    aim.setting_span.clone(),
                    "a book of kind `check` only looks",
                )
                .help("make it a `procedure`, or a step with `check`");
        }
    }
    let checks = drafts.iter().any(|draft| matches!(draft.verb, Verb::Check(_)));
    if let Some(first) = sets().next()
        && !checks
    {
        findings
            .warn(
                Code::NothingChecked,
                first.setting_span.clone(),
                "the book sets something and checks nothing",
            )
            .help("end it with steps that read everything back");
    }
}

/// Looks at what one step leaves for the next, in one environment. Steps that may be left out are
/// not counted.
pub(super) fn sequence(drafts: &[StepDraft], steps: &[Step], findings: &mut Findings) {
    let mut last: BTreeMap<(&str, &str), (&Value, &str)> = BTreeMap::new();
    for step in steps {
        let Some(draft) = drafts.iter().find(|draft| draft.id == step.id && draft.when.is_none())
        else {
            continue;
        };
        let Some((id, targets)) = step.targets() else { continue };
        let (Some(setting), Some(aim)) = (jobs::row(id), draft.verb.aim()) else { continue };
        // What a job finds changes while others work: it may well be run again.
        if jobs::find(id).is_some() {
            continue;
        }
        let mut told = false;
        for wanted in targets {
            let name = wanted.on.name.as_str();
            let before = last.get(&(id, name)).copied();
            if matches!(step.act, Act::Set { .. }) {
                last.insert((id, name), (&wanted.to, &step.id));
            }
            let Some((value, earlier)) = before.filter(|_| !told && !aim.value.waits()) else {
                continue;
            };
            let span = aim.value_span.clone();
            if matches!(step.act, Act::Set { .. }) && *value == wanted.to {
                told = true;
                let message = format!("`{name}`: the step `{earlier}` has already done this");
                findings.warn(Code::Repeated, span, message).help("delete one of the two");
            } else if matches!(step.act, Act::Check { .. }) && !setting.is_met(value, &wanted.to) {
                told = true;
                let message = format!("`{name}`: the step `{earlier}` sets another value");
                findings
                    .warn(Code::Contradiction, span, message)
                    .help("the check would fail: one of the two values is wrong");
            }
        }
    }
}
