//! The simulated CloudFormation: change sets, and stacks that come and go over simulated time.
//!
//! A stack makes its resources with the very calls of their services, so what they refuse is the
//! reason of a failure. What it leaves out: nested stacks, macros, imports, exports, stack
//! policies, rollback triggers, and every type of resource but tables and their scaling.

mod drift;
mod resources;
mod stack;
mod template;
mod work;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::cloudformation::{
    Call, ChangeSetKind, ChangeSetSpec, ChangeSetStatus, ExecutionStatus, Reply, StackStatus,
};
use crate::cloud::{CallError, Ending};

use super::fault::Armed;
use super::lagging::Shelf;
use super::moment::{Carried, Moment, later, read, refused, wrote};
pub use resources::Services;
use stack::{ChangeSet, MAKING, Stack};
use template::Template;

/// The stacks of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CloudFormation {
    shelf: Shelf<Named>,
}

/// What has, or had, a name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Named {
    live: Option<Stack>,
    /// The last one that was deleted.
    deleted: Option<Stack>,
}

impl CloudFormation {
    /// Carries out one call.
    pub fn call(
        &mut self,
        call: &Call,
        services: &mut Services<'_>,
        at: &Moment,
    ) -> Carried<Reply> {
        match call {
            Call::DescribeStack { stack } => {
                let found = self.shelf.seen(stack, at.now);
                let found = found.and_then(|named| named.live.as_ref().or(named.deleted.as_ref()));
                match found {
                    Some(found) => {
                        read(Reply::Stack(Box::new(found.describe(services.dynamodb, at))))
                    }
                    None => absent(stack),
                }
            }
            Call::DetectStackDrift { stack } => {
                let found = self.shelf.seen(stack, at.now).and_then(|named| named.live.as_ref());
                match found {
                    Some(found) => drift::detect(found, services, at),
                    None => absent(stack),
                }
            }
            Call::CreateChangeSet { stack, change_set, spec } => {
                self.create_change_set(stack, change_set, spec, at)
            }
            Call::DeleteChangeSet { stack, change_set } => {
                self.delete_change_set(stack, change_set, at)
            }
            Call::ExecuteChangeSet { stack, change_set, token } => {
                self.execute(stack, change_set, token, at)
            }
            Call::DeleteStack { stack, token } => self.delete(stack, token, at),
        }
    }

    /// Lets the time pass for every stack that something is being done to.
    pub fn settle(&mut self, services: &mut Services<'_>, faults: &mut [Armed], at: &Moment) {
        loop {
            let due = self.shelf.truths().filter_map(|(name, named)| {
                let next = named.live.as_ref()?.work.as_ref()?.next;
                (next <= at.now).then(|| (next, name.to_owned()))
            });
            let Some((next, name)) = due.min() else { return };
            let Some(mut named) = self.shelf.truth(&name).cloned() else { return };
            let Some(mut stack) = named.live.take() else { return };
            work::step(&mut stack, services, faults, &at.at(next));
            let visible = stack.visible();
            if stack.status == StackStatus::DeleteComplete {
                named.deleted = Some(stack);
            } else {
                named.live = Some(stack);
            }
            self.shelf.set(&name, Some(named), next, visible.max(next));
        }
    }

    /// What a person could have set.
    pub fn state(&self) -> Value {
        let live = self
            .shelf
            .truths()
            .filter_map(|(name, named)| Some((name, named.live.as_ref()?.state())));
        serde_json::json!(live.collect::<BTreeMap<_, _>>())
    }

    fn live(&self, name: &str) -> Option<&Stack> {
        self.shelf.truth(name)?.live.as_ref()
    }

    fn put(&mut self, name: &str, stack: Option<Stack>, at: &Moment) -> bool {
        let mut named = self.shelf.truth(name).cloned().unwrap_or_default();
        match stack {
            Some(stack) => named.live = Some(stack),
            None => named.deleted = named.live.take(),
        }
        self.shelf.set(name, Some(named), at.now, at.visible)
    }

    fn create_change_set(
        &mut self,
        name: &str,
        change_set: &str,
        spec: &ChangeSetSpec,
        at: &Moment,
    ) -> Carried<Reply> {
        check_name(name)?;
        let template = Template::read(&spec.template).map_err(invalid)?;
        let parameters = template.parameters(&spec.parameters).map_err(invalid)?;
        let mut stack = match (spec.kind, self.live(name)) {
            (ChangeSetKind::Create, None) => Stack::under_review(name, at),
            (ChangeSetKind::Update, None) => return absent(name),
            (ChangeSetKind::Create, Some(stack))
                if stack.status != StackStatus::ReviewInProgress =>
            {
                let message = format!(
                    "Stack [{name}] already exists and cannot be created again with the changeSet [{change_set}]."
                );
                return Err(invalid(message));
            }
            (ChangeSetKind::Update, Some(stack)) if !stack.status.is_stable() => {
                return Err(unfit(stack));
            }
            (_, Some(stack)) => stack.clone(),
        };
        if let Some(there) = stack.change_sets.get(change_set) {
            let same = there.spec.token == spec.token;
            let reply = Reply::Created { change_set: there.id.clone(), stack: stack.id.clone() };
            let message = format!("ChangeSet {change_set} already exists");
            return if same {
                wrote(reply, false)
            } else {
                refused(Ending::Exists, "AlreadyExistsException", message)
            };
        }
        let changes = stack.plan(&template, &parameters, at).map_err(invalid)?;
        let same = changes.is_empty() && stack.tags == spec.tags;
        let failed = same.then(|| {
            "The submitted information didn't contain changes. Submit different information to \
             create a change set."
                .to_owned()
        });
        let path = format!("changeSet/{change_set}/{}", at.uuid("change set"));
        let id = at.place.arn("cloudformation", &path);
        let reply = Reply::Created { change_set: id.clone(), stack: stack.id.clone() };
        let set = ChangeSet {
            id,
            ready: later(at.now, MAKING),
            spec: spec.clone(),
            parameters,
            changes,
            execution: ExecutionStatus::Available,
            failed,
        };
        stack.change_sets.insert(change_set.to_owned(), set);
        let changed = self.put(name, Some(stack), at);
        wrote(reply, changed)
    }

    fn delete_change_set(&mut self, name: &str, id: &str, at: &Moment) -> Carried<Reply> {
        let Some(mut stack) = self.live(name).cloned() else { return absent(name) };
        let found = stack.change_sets.iter().find(|(_, set)| set.id == id);
        // One that is not there is deleted.
        let Some((set, found)) = found.map(|(name, set)| (name.clone(), set)) else {
            return wrote(Reply::Done {}, false);
        };
        if found.status(at.now) == ChangeSetStatus::CreateInProgress
            || found.execution == ExecutionStatus::ExecuteInProgress
        {
            let message = format!("ChangeSet [{id}] cannot be deleted in its current status.");
            return refused(Ending::Refused, "InvalidChangeSetStatus", message);
        }
        stack.change_sets.remove(&set);
        let changed = self.put(name, Some(stack), at);
        wrote(Reply::Done {}, changed)
    }

    fn execute(&mut self, name: &str, id: &str, token: &str, at: &Moment) -> Carried<Reply> {
        let Some(mut stack) = self.live(name).cloned() else { return absent(name) };
        if stack.token.as_deref() == Some(token) {
            return wrote(Reply::Done {}, false);
        }
        let found = stack.change_sets.iter().find(|(_, set)| set.id == id);
        let Some((set, found)) = found.map(|(name, set)| (name.clone(), set.clone())) else {
            let message = format!("ChangeSet [{id}] does not exist");
            return refused(Ending::Absent, "ChangeSetNotFound", message);
        };
        let ready = found.status(at.now) == ChangeSetStatus::CreateComplete
            && found.execution == ExecutionStatus::Available;
        if !ready {
            let message = format!("ChangeSet [{id}] cannot be executed in its current status");
            return refused(Ending::Refused, "InvalidChangeSetStatus", message);
        }
        if stack.status != StackStatus::ReviewInProgress && !stack.status.is_stable() {
            return Err(unfit(&stack));
        }
        // The others are for a stack that is no longer there (F3).
        stack.change_sets.retain(|name, _| *name == set);
        if let Some(set) = stack.change_sets.get_mut(&set) {
            set.execution = ExecutionStatus::ExecuteInProgress;
        }
        stack.token = Some(token.to_owned());
        work::begin(&mut stack, &found.spec, found.parameters, at).map_err(invalid)?;
        let changed = self.put(name, Some(stack), at);
        wrote(Reply::Done {}, changed)
    }

    fn delete(&mut self, name: &str, token: &str, at: &Moment) -> Carried<Reply> {
        // One that is not there is deleted.
        let Some(mut stack) = self.live(name).cloned() else {
            return wrote(Reply::Done {}, false);
        };
        if stack.token.as_deref() == Some(token) && stack.status == StackStatus::DeleteInProgress {
            return wrote(Reply::Done {}, false);
        }
        if stack.termination_protection {
            return Err(invalid(format!(
                "Stack [{}] cannot be deleted while TerminationProtection is enabled",
                stack.id
            )));
        }
        if stack.status.is_busy() {
            return Err(unfit(&stack));
        }
        let changed = if stack.status == StackStatus::ReviewInProgress {
            stack.change_sets.clear();
            stack.become_(StackStatus::DeleteComplete, None, at.now);
            self.put(name, Some(stack), at);
            self.put(name, None, at)
        } else {
            stack.token = Some(token.to_owned());
            stack.change_sets.clear();
            work::begin_deletion(&mut stack, "User Initiated", at.now);
            self.put(name, Some(stack), at)
        };
        wrote(Reply::Done {}, changed)
    }
}

fn check_name(name: &str) -> Result<(), CallError> {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_name =
        begins && name.len() <= 128 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_name {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    )))
}

fn invalid(message: impl Into<String>) -> CallError {
    CallError::new(Ending::Refused, "ValidationError", message)
}

/// It is being changed, or came to an end from which nothing goes on.
fn unfit(stack: &Stack) -> CallError {
    let ending = if stack.status.is_busy() { Ending::InUse } else { Ending::Refused };
    let message =
        format!("Stack:{} is in {} state and can not be updated.", stack.id, stack.status);
    CallError::new(ending, "ValidationError", message)
}

fn absent<R>(name: &str) -> Carried<R> {
    let message = format!("Stack with id {name} does not exist");
    refused(Ending::Absent, "ValidationError", message)
}

#[cfg(test)]
mod tests;
