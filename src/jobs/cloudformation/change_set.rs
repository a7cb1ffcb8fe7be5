//! `cloudformation.change_set`: what a template would change in a stack, made ready to be shown.

use super::deployment::Deployment;
use super::{
    blocked, call, describe, is_busy, live, stack, template, token, unfit_name, unreadable,
};
use crate::cloud::cloudformation::{
    CREATE_CHANGE_SET, Call, ChangeSetKind, ChangeSetSpec, ChangeSetStatus, DELETE_CHANGE_SET,
    DELETE_STACK, ExecutionStatus, StackStatus,
};
use crate::cloud::{self, Danger, Operation, Outcome};
use crate::settings::{Breach, Change, Kind, Property, Setback, Target, Undo, Unread};

/// `cloudformation.change_set`
pub(in crate::jobs) struct ChangeSet;

impl Property for ChangeSet {
    type Value = Deployment;

    const ID: &'static str = "cloudformation.change_set";
    const KIND: Kind = Kind::Stack;
    const TITLE: &'static str = "Change set";
    const HELP: &'static str = "A change set of a stack: what a template would change, and nothing \
        changed yet. `cloudformation.deploy` with the same values shows it and executes it. Where \
        the stack is new AWS makes it too, empty, in REVIEW_IN_PROGRESS, and cleans up by itself a \
        creation that fails. Of a stack that is deployed like this already none is made.";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html";
    const EXAMPLE: &'static str = super::EXAMPLE;
    const WRITES: &'static [&'static Operation] =
        &[&CREATE_CHANGE_SET, &DELETE_CHANGE_SET, &DELETE_STACK];

    fn read(on: &Target) -> Vec<cloud::Call> {
        describe(on)
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Deployment, Unread> {
        Ok(Deployment::of(live(seen)?))
    }

    fn is_met(value: &Deployment, wanted: &Deployment) -> bool {
        value.ready.contains_key(&wanted.change_set()) || wanted.is_deployed(value)
    }

    fn write(on: &Target, seen: &[Outcome], to: &Deployment) -> Result<Vec<cloud::Call>, Breach> {
        let there = live(seen).map_err(|why| unreadable(&why))?;
        if let Some(breach) = there.and_then(blocked) {
            return Err(breach);
        }
        let is_new = there.is_none_or(|stack| stack.status == StackStatus::ReviewInProgress);
        let change_set = to.change_set();
        let spec = ChangeSetSpec {
            kind: if is_new { ChangeSetKind::Create } else { ChangeSetKind::Update },
            template: to.template.clone().unwrap_or_default(),
            parameters: to.parameters.clone(),
            capabilities: to.capabilities.clone(),
            tags: to.tags.clone(),
            token: token(&(&change_set, there.map(|stack| &stack.id))),
        };
        let stack = on.name.clone();
        // One of this name that cannot be executed is in the way.
        let old = there.into_iter().flat_map(|stack| &stack.change_sets);
        let mut calls: Vec<_> = old
            .filter(|set| set.name == change_set)
            .flat_map(|set| {
                call(Call::DeleteChangeSet { stack: on.name.clone(), change_set: set.id.clone() })
            })
            .collect();
        let spec = Box::new(spec);
        calls.extend(call(Call::CreateChangeSet { stack, change_set, spec }));
        Ok(calls)
    }

    /// The change set goes, and the empty stack that was made for it.
    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Deployment>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let Some(there) = live(seen).map_err(|why| unreadable(&why))? else {
            return Ok(Vec::new());
        };
        let name = undo.after.change_set();
        let was_there = undo.before.status.as_deref() != Some(super::ABSENT);
        let ours = there.change_sets.iter().find(|set| set.name == name);
        let others = there.change_sets.iter().any(|set| set.name != name);
        let stack = on.name.clone();
        if there.status == StackStatus::ReviewInProgress && !was_there && !others {
            return Ok(call(Call::DeleteStack { stack, token: token(&("review", &there.id)) }));
        }
        let spent = |execution: ExecutionStatus| {
            matches!(
                execution,
                ExecutionStatus::ExecuteComplete
                    | ExecutionStatus::ExecuteFailed
                    | ExecutionStatus::ExecuteInProgress
            )
        };
        Ok(match ours {
            Some(set) if !spent(set.execution) => {
                call(Call::DeleteChangeSet { stack, change_set: set.id.clone() })
            }
            Some(_) | None => Vec::new(),
        })
    }

    fn change(_from: &Deployment, to: &Deployment) -> Change {
        if to.template.is_none() {
            return Change::exact();
        }
        let why = "Nothing changes yet: AWS works out what would. The next step shows it.";
        Change::because(Danger::Change, why)
    }

    fn lint(on: &Target, to: &Deployment) -> Vec<Breach> {
        let mut breaches: Vec<_> = unfit_name(on).into_iter().collect();
        breaches.extend(template::lint(to));
        breaches
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        live(seen).ok().flatten().map(|stack| stack.id.clone())
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        let making = |status: ChangeSetStatus| {
            matches!(status, ChangeSetStatus::CreateInProgress | ChangeSetStatus::CreatePending)
        };
        let sets = live(seen).ok().flatten().map(|stack| stack.change_sets.as_slice());
        is_busy(seen) || sets.unwrap_or_default().iter().any(|set| making(set.status))
    }

    fn setback(_on: &Target, seen: &[Outcome]) -> Option<Setback> {
        let found = stack(seen).ok().flatten()?;
        let failed = found.change_sets.iter().find(|set| {
            set.name.starts_with(super::deployment::PREFIX) && set.status == ChangeSetStatus::Failed
        })?;
        let why = failed.reason.as_deref().unwrap_or("AWS does not say why");
        Some(Setback {
            code: "change-set-failed".to_owned(),
            what: format!("AWS could not make the change set: {why}"),
            advice: "Nothing was changed in the stack. Mend the template or its parameters, then \
                begin the book again: it makes a new change set. This one can be deleted."
                .to_owned(),
        })
    }
}
