//! `cloudformation.delete_stack`: a stack that is gone, and what goes with it named before.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ABSENT, call, describe, failure, guarded, is_busy, live, losses, token, unfit_name, unreadable,
};
use crate::cloud::cloudformation::{Call, DELETE_STACK};
use crate::cloud::{self, Danger, Operation, Outcome};
use crate::settings::{Breach, Change, Kind, Progress, Property, Setback, Target, Undo, Unread};

/// `cloudformation.delete_stack`
pub(in crate::jobs) struct DeleteStack;

/// A stack that is gone. Read back, it also tells what is still there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::jobs) struct Deletion {
    /// The tables, buckets and other keepers of data that may go with it, by their names in AWS.
    /// One that is not named here, and that the template does not keep, is not deleted: nor is
    /// the stack.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub loses: BTreeSet<String>,
    /// The state that was read, in AWS's words, or `absent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub status: Option<String>,
}

impl Property for DeleteStack {
    type Value = Deletion;

    const ID: &'static str = "cloudformation.delete_stack";
    const KIND: Kind = Kind::Stack;
    const TITLE: &'static str = "Deleted stack";
    const HELP: &'static str = "A stack that is gone, with everything in it that its template does \
        not keep. What holds data must be named in `loses`. Protected tables and termination \
        protection are refused before anything is sent (F5). It is waited for until AWS is done.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html";
    const EXAMPLE: &'static str = "{ loses = [\"sitelogix-work-logs\"] }";
    const WRITES: &'static [&'static Operation] = &[&DELETE_STACK];

    fn read(on: &Target) -> Vec<cloud::Call> {
        describe(on)
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Deletion, Unread> {
        let Some(stack) = live(seen)? else {
            return Ok(Deletion { status: Some(ABSENT.to_owned()), ..Deletion::default() });
        };
        let loses = losses(stack).filter_map(|one| one.physical.clone());
        Ok(Deletion {
            loses: if stack.status.is_busy() { BTreeSet::new() } else { loses.collect() },
            status: Some(stack.status.to_string()),
        })
    }

    /// What is read has a state; without one it is the stack that is gone.
    fn is_met(value: &Deletion, _wanted: &Deletion) -> bool {
        value.status.as_deref().is_none_or(|status| status == ABSENT)
    }

    fn write(on: &Target, seen: &[Outcome], to: &Deletion) -> Result<Vec<cloud::Call>, Breach> {
        let Some(there) = live(seen).map_err(|why| unreadable(&why))? else {
            return Ok(Vec::new());
        };
        if there.status.is_busy() {
            let why = format!("the stack is in {}: AWS is at it", there.status);
            return Err(Breach::unfit(why, "wait until it is done, then retry the step"));
        }
        if let Some(breach) = guarded(there) {
            return Err(breach);
        }
        let is_named = |name: &String| to.loses.contains(name);
        let unnamed: Vec<_> = losses(there)
            .filter(|one| !one.physical.as_ref().is_some_and(is_named))
            .map(super::named)
            .collect();
        if !unnamed.is_empty() {
            let why = format!(
                "these would go with the stack, with what they hold: {}",
                unnamed.join(", ")
            );
            let fix = "name them in `loses` if they may go, or have the template keep them \
                (`DeletionPolicy` Retain) and deploy it first";
            return Err(Breach::refuse("F5", why, fix));
        }
        // Another try after one that failed is another request.
        let last = there.events.first().map(|event| &event.id);
        let token = token(&("delete", &there.id, last));
        Ok(call(Call::DeleteStack { stack: on.name.clone(), token }))
    }

    fn undo(
        _on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Deletion>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let is_there = live(seen).map_err(|why| unreadable(&why))?.is_some();
        if is_there || undo.before.status.as_deref() == Some(ABSENT) {
            return Ok(Vec::new());
        }
        let why = "AWS does not bring a deleted stack back";
        let fix = "deploy its template again; what its tables held comes from backups: of a table \
            with point-in-time recovery AWS keeps one for 35 days (D7)";
        Err(Breach::refuse("D7", why, fix))
    }

    fn change(from: &Deletion, to: &Deletion) -> Change {
        if to.status.as_deref().is_some_and(|status| status != ABSENT) {
            return Change::because(Danger::Irreversible, "AWS does not bring it back.");
        }
        if from.loses.is_empty() {
            let why = "The stack goes with everything in it that its template does not keep.";
            return Change::because(Danger::Destroy, why);
        }
        let names: Vec<_> = from.loses.iter().map(String::as_str).collect();
        let why =
            format!("The stack goes, and with it, and with what they hold: {}.", names.join(", "));
        Change::because(Danger::Destroy, why)
    }

    fn lint(on: &Target, _to: &Deletion) -> Vec<Breach> {
        unfit_name(on).into_iter().collect()
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        live(seen).ok().flatten().map(|stack| stack.id.clone())
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        is_busy(seen)
    }

    fn setback(_on: &Target, seen: &[Outcome]) -> Option<Setback> {
        failure::of_deletion(super::stack(seen).ok().flatten()?)
    }

    fn progress(_on: &Target, seen: &[Outcome]) -> Option<Progress> {
        failure::progress(super::stack(seen).ok().flatten()?)
    }
}
