//! `cloudformation.deploy`: a change set that was shown, executed.

use super::deployment::{Deployment, words};
use super::{
    blocked, call, describe, failure, guarded, is_busy, live, losses, named, token, unfit_name,
    unreadable,
};
use crate::cloud::cloudformation::{
    Call, DELETE_STACK, EXECUTE_CHANGE_SET, ExecutionStatus, PlannedChange, Stack, StackStatus,
};
use crate::cloud::{self, Danger, Operation, Outcome};
use crate::settings::{Breach, Change, Kind, Progress, Property, Setback, Target, Undo, Unread};

/// `cloudformation.deploy`
pub(in crate::jobs) struct Deploy;

impl Property for Deploy {
    type Value = Deployment;

    const ID: &'static str = "cloudformation.deploy";
    const KIND: Kind = Kind::Stack;
    const TITLE: &'static str = "Deployed stack";
    const HELP: &'static str = "A stack that is as a template says. It is brought there by the \
        change set that `cloudformation.change_set` made of the same values, and by no other: what \
        that one adds, changes, replaces and removes is shown before. Executing it deletes the \
        other change sets of the stack (F3). AWS makes what is in the stack with the permissions \
        of whoever executes, which the policy of a book does not list. A new stack is taken back \
        by deleting it; of a change AWS knows no exact way back.";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html";
    const EXAMPLE: &'static str = super::EXAMPLE;
    const WRITES: &'static [&'static Operation] = &[&EXECUTE_CHANGE_SET, &DELETE_STACK];

    fn read(on: &Target) -> Vec<cloud::Call> {
        describe(on)
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Deployment, Unread> {
        Ok(Deployment::of(live(seen)?))
    }

    fn is_met(value: &Deployment, wanted: &Deployment) -> bool {
        wanted.is_deployed(value)
    }

    fn write(on: &Target, seen: &[Outcome], to: &Deployment) -> Result<Vec<cloud::Call>, Breach> {
        let there = live(seen).map_err(|why| unreadable(&why))?;
        if let Some(breach) = there.and_then(blocked) {
            return Err(breach);
        }
        let Some(set) = there.and_then(|stack| to.ready_in(stack)) else {
            let why = "there is no change set of this template and these values to execute";
            let fix = "make it in a step before, with `cloudformation.change_set` and the same \
                values; where that step is done already, begin the book again: a change set goes \
                once one of its stack was executed (F3)";
            return Err(Breach::refuse("F3", why, fix));
        };
        let change_set = set.id.clone();
        let token = token(&("execute", &change_set));
        Ok(call(Call::ExecuteChangeSet { stack: on.name.clone(), change_set, token }))
    }

    /// A new stack is deleted. What changed another one is not taken back by AWS in one call.
    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Deployment>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let there = live(seen).map_err(|why| unreadable(&why))?;
        if undo.before.template.is_some() {
            if undo.before.is_deployed(&Deployment::of(there)) {
                return Ok(Vec::new());
            }
            let why = "AWS knows no exact way back from a change of a stack";
            let fix = "deploy the former template: the journal of the run holds it, with its \
                parameters; what was removed or replaced does not come back with it";
            return Err(Breach::unfit(why, fix));
        }
        let Some(there) = there.filter(|stack| stack.status != StackStatus::ReviewInProgress)
        else {
            return Ok(Vec::new());
        };
        if there.status.is_busy() {
            let why = format!("the stack is in {}: AWS is at it", there.status);
            return Err(Breach::unfit(why, "wait until it is done, then retry the step"));
        }
        if let Some(breach) = guarded(there) {
            return Err(breach);
        }
        let token = token(&("delete", &there.id));
        Ok(call(Call::DeleteStack { stack: on.name.clone(), token }))
    }

    fn change(from: &Deployment, to: &Deployment) -> Change {
        if to.template.is_none() {
            let why = "The stack is deleted, with everything in it that its template does not \
                keep: tables go with their items, and do not come back with the stack.";
            return Change::because(Danger::Destroy, why);
        }
        let Some(ready) = from.ready.get(&to.change_set()) else {
            // On the way back, or refused.
            let why = "AWS knows no exact way back from a change of a stack.";
            return Change::because(Danger::Destroy, why);
        };
        let said = format!("It {}.", ready.changes.join("; "));
        if !ready.losses.is_empty() {
            let why =
                format!("What is there is lost: it {}. In all: {said}", ready.losses.join(", "));
            return Change::because(Danger::Destroy, why);
        }
        if from.template.is_some() {
            let why = format!("{said} AWS knows no exact way back from a change of a stack.");
            return Change::because(Danger::Destroy, why);
        }
        Change::because(Danger::Change, said)
    }

    fn lint(on: &Target, to: &Deployment) -> Vec<Breach> {
        let mut breaches: Vec<_> = unfit_name(on).into_iter().collect();
        breaches.extend(super::template::missing(to));
        breaches
    }

    fn guard(on: &Target, _to: &Deployment) -> Vec<cloud::Call> {
        describe(on)
    }

    fn judge(_on: &Target, to: &Deployment, seen: &[Outcome]) -> Vec<Breach> {
        let Ok(Some(stack)) = live(seen) else { return Vec::new() };
        let Some(set) = to.ready_in(stack) else { return Vec::new() };
        let mut breaches: Vec<_> =
            set.changes.iter().filter_map(|change| loss(stack, change)).collect();
        let others = stack
            .change_sets
            .iter()
            .filter(|other| other.id != set.id && other.execution == ExecutionStatus::Available);
        let others: Vec<_> = others.map(|other| other.name.as_str()).collect();
        if !others.is_empty() {
            let why = format!("executing it deletes other change sets: {}", others.join(", "));
            let fix = "whoever made them has to make them again, against the stack as it is then";
            breaches.push(Breach::warn("F3", why, fix));
        }
        breaches
    }

    fn creates(to: &Deployment) -> bool {
        to.template.is_some()
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        live(seen).ok().flatten().map(|stack| stack.id.clone())
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        is_busy(seen)
    }

    fn setback(_on: &Target, seen: &[Outcome]) -> Option<Setback> {
        failure::of_deployment(super::stack(seen).ok().flatten()?)
    }

    fn progress(_on: &Target, seen: &[Outcome]) -> Option<Progress> {
        failure::progress(super::stack(seen).ok().flatten()?)
    }
}

/// What a planned change loses that nobody can make again.
fn loss(stack: &Stack, change: &PlannedChange) -> Option<Breach> {
    if !change.loses() || !change.holds_data() {
        return None;
    }
    let there = losses(stack).find(|one| one.logical == change.logical);
    let name = there.map_or_else(|| change.logical.clone(), named);
    if there.is_some_and(|one| one.protected == Some(true)) {
        let why =
            format!("the change set {}, and {name} is protected against deletion", words(change));
        let fix = "leave it in the template, or turn its protection off first if it may go";
        return Some(Breach::refuse("F5", why, fix));
    }
    let why = format!("the change set {}: what it holds is lost", words(change));
    let fix = "back it up first, or give it `DeletionPolicy` and `UpdateReplacePolicy` Retain";
    Some(Breach::warn("F5", why, fix))
}
