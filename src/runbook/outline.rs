//! The steps of a book as they are written, for people who read it before it is bound.

use serde::{Deserialize, Serialize};

use super::step::StepDraft;
use super::verb::Verb;
use crate::cloud::Danger;
use crate::jobs;

/// One step, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineStep {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Why it is done.
    pub why: String,
    /// What it does, on one line.
    pub what: String,
    /// The least danger of what it does; the plan says the danger of the change at hand.
    pub danger: Danger,
    /// The parameter that must be true, when there is one.
    pub when: Option<String>,
    /// True when the name of each target is typed, whatever the danger.
    pub type_name: bool,
    /// How long it usually takes, in seconds.
    pub usual_seconds: Option<u64>,
    /// What it costs, in words.
    pub cost: Option<String>,
    /// How it is undone, in words.
    pub undo: Option<String>,
    /// Where to read more.
    pub link: Option<String>,
}

pub(super) fn of(draft: &StepDraft) -> OutlineStep {
    let on = |templates: &[super::template::Template]| {
        templates.iter().map(|template| template.raw.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (what, danger) = match &draft.verb {
        Verb::Set(aim) => {
            let value = aim.value.shown();
            let (id, on) = (aim.setting.id, on(&aim.on));
            let what = match jobs::find(id) {
                Some(_) => format!("run {id} on {on} with {value}"),
                None => format!("set {id} of {on} to {value}"),
            };
            (what, Danger::Change)
        }
        Verb::Check(aim) => {
            let value = aim.value.shown();
            let what = format!("check that {} of {} is {value}", aim.setting.id, on(&aim.on));
            (what, Danger::Read)
        }
        Verb::Ask(question) => (format!("ask: {}", question.raw), Danger::Read),
    };
    OutlineStep {
        id: draft.id.clone(),
        title: draft.title.raw.clone(),
        why: draft.why.raw.clone(),
        what,
        danger,
        when: draft.when.as_ref().map(|(name, _)| name.clone()),
        type_name: draft.type_name,
        usual_seconds: draft.usual_seconds,
        cost: draft.cost.as_ref().map(|template| template.raw.clone()),
        undo: draft.undo.as_ref().map(|template| template.raw.clone()),
        link: draft.link.clone(),
    }
}
