//! What is being done to a simulated stack: one task for each resource, over simulated time, and
//! the way back when one of them fails.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cloud::cloudformation::{ChangeSetSpec, ExecutionStatus, StackStatus};

use super::super::fault::Armed;
use super::super::moment::{Moment, later};
use super::resources::{self, Not, Services};
use super::stack::{Resource, Stack};
use super::template::Template;

/// How long it takes until AWS begins, in milliseconds.
const BEGINNING: i64 = 1_000;
/// How long after a look there is another, in milliseconds.
const LOOKING: i64 = 5_000;
/// AWS's words for what was going on when something else failed.
const CANCELLED: &str = "Resource creation cancelled";

/// What is being done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Work {
    pub kind: Kind,
    /// When something happens next.
    pub next: Timestamp,
    pub tasks: BTreeMap<String, Task>,
    /// The resources that failed, in order.
    pub failed: Vec<String>,
    /// What an update came from, for the way back.
    pub former: Option<Former>,
    /// What goes once everything else is done: of resources that were replaced.
    pub leftovers: Vec<Leftover>,
    /// Whether the failure of a creation deletes the stack.
    pub cleans_up: bool,
}

/// The kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Creating,
    Updating,
    /// After an update: what is no longer wanted goes.
    CleaningUp,
    /// After a creation that failed.
    RollingBack,
    /// After an update that failed.
    RollingUpdateBack,
    Deleting,
}

/// What becomes of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub does: Does,
    pub state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Does {
    Create,
    Modify,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Waiting,
    /// Looked at again at this time.
    Running(Timestamp),
    Done,
}

/// What was replaced: its type, its name in AWS and its properties.
pub type Leftover = (String, String, serde_json::Value);

/// What a stack was before an update.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Former {
    pub template: String,
    pub parameters: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    pub resources: BTreeMap<String, Resource>,
}

impl Work {
    pub fn new(kind: Kind, at: Timestamp, tasks: BTreeMap<String, Task>) -> Self {
        let next = later(at, BEGINNING);
        let (failed, leftovers) = (Vec::new(), Vec::new());
        Self { kind, next, tasks, failed, former: None, leftovers, cleans_up: false }
    }

    /// When something happens next.
    fn schedule(&mut self, now: Timestamp) {
        let looks = self.tasks.values().filter_map(|task| match task.state {
            State::Running(at) => Some(at),
            State::Waiting | State::Done => None,
        });
        self.next = looks.min().unwrap_or(later(now, BEGINNING));
    }
}

fn tasks(names: impl IntoIterator<Item = (String, Does)>) -> BTreeMap<String, Task> {
    let waiting = |does| Task { does, state: State::Waiting };
    names.into_iter().map(|(name, does)| (name, waiting(does))).collect()
}

/// Begins to carry out a change set.
pub fn begin(
    stack: &mut Stack,
    spec: &ChangeSetSpec,
    parameters: BTreeMap<String, String>,
    at: &Moment,
) -> Result<(), String> {
    let template = Template::read(&spec.template)?;
    let creates = stack.status == StackStatus::ReviewInProgress;
    let wanted: BTreeSet<String> = {
        let made = |name: &str| stack.made(name);
        template.included(&stack.scope(&at.place, &parameters, &made))?.into_iter().collect()
    };
    let former = Former {
        template: std::mem::replace(&mut stack.template, spec.template.clone()),
        parameters: std::mem::replace(&mut stack.parameters, parameters),
        tags: std::mem::replace(&mut stack.tags, spec.tags.clone()),
        resources: stack.resources.clone(),
    };
    stack.capabilities.clone_from(&spec.capabilities);
    let does = |name: &String| {
        if stack.made(name).is_some() { Does::Modify } else { Does::Create }
    };
    let tasks = tasks(wanted.iter().map(|name| (name.clone(), does(name))));
    let kind = if creates { Kind::Creating } else { Kind::Updating };
    let mut work = Work::new(kind, at.now, tasks);
    work.cleans_up = creates;
    work.former = Some(former);
    for name in &wanted {
        let written = template.resource(name);
        let text = |key: &str| written.and_then(|one| one[key].as_str()).map(str::to_owned);
        let dependencies = template.dependencies(name);
        let policy = text("DeletionPolicy");
        let resource = stack.resources.entry(name.clone()).or_insert_with(|| Resource {
            kind: text("Type").unwrap_or_default(),
            physical: None,
            attributes: BTreeMap::new(),
            properties: serde_json::Value::Null,
            status: "CREATE_PENDING".to_owned(),
            reason: None,
            dependencies: BTreeSet::new(),
            deletion_policy: None,
        });
        resource.dependencies = dependencies;
        resource.deletion_policy = policy;
    }
    let (status, reason) = if creates {
        (StackStatus::CreateInProgress, "User Initiated")
    } else {
        (StackStatus::UpdateInProgress, "User Initiated")
    };
    stack.become_(status, Some(reason.to_owned()), at.now);
    stack.work = Some(work);
    Ok(())
}

/// Begins to delete the stack.
pub fn begin_deletion(stack: &mut Stack, reason: &str, at: Timestamp) {
    let there = stack.resources.iter().filter(|(_, one)| one.physical.is_some());
    let tasks = tasks(there.map(|(name, _)| (name.clone(), Does::Delete)));
    stack.become_(StackStatus::DeleteInProgress, Some(reason.to_owned()), at);
    stack.work = Some(Work::new(Kind::Deleting, at, tasks));
}

/// Does what is due at this time.
pub fn step(stack: &mut Stack, services: &mut Services<'_>, faults: &mut [Armed], at: &Moment) {
    let Some(mut work) = stack.work.take() else { return };
    for name in work.tasks.keys().cloned().collect::<Vec<_>>() {
        run(stack, &mut work, &name, services, faults, at);
    }
    if !work.failed.is_empty() && matches!(work.kind, Kind::Creating | Kind::Updating) {
        give_up(stack, work, at.now);
        return;
    }
    if work.tasks.values().all(|task| task.state == State::Done) {
        finish(stack, work, services, at);
        return;
    }
    work.schedule(at.now);
    stack.work = Some(work);
}

/// Begins a task whose turn it is, or looks at one that is going on.
fn run(
    stack: &mut Stack,
    work: &mut Work,
    name: &str,
    services: &mut Services<'_>,
    faults: &mut [Armed],
    at: &Moment,
) {
    let Some(task) = work.tasks.get(name).cloned() else { return };
    let outcome = match task.state {
        State::Done => return,
        State::Running(look) if at.now < look => return,
        State::Running(_) => go_on(stack, name, task.does, services, at),
        // The way back begins first.
        State::Waiting
            if !work.failed.is_empty() && matches!(work.kind, Kind::Creating | Kind::Updating) =>
        {
            return;
        }
        State::Waiting if !is_turn(stack, work, name, task.does) => return,
        State::Waiting => begin_task(stack, work, name, task.does, services, faults, at),
    };
    let (state, verb) = match task.does {
        Does::Create => (State::Done, "CREATE"),
        Does::Modify => (State::Done, "UPDATE"),
        Does::Delete => (State::Done, "DELETE"),
    };
    let state = match outcome {
        Ok(told) => {
            if told {
                stack.resource_becomes(name, &format!("{verb}_COMPLETE"), None, at.now);
            }
            if task.does == Does::Delete
                && let Some(resource) = stack.resources.get_mut(name)
            {
                resource.physical = None;
            }
            state
        }
        Err(Not::Yet) => State::Running(later(at.now, LOOKING)),
        Err(Not::Ever(reason)) => {
            stack.resource_becomes(name, &format!("{verb}_FAILED"), Some(reason), at.now);
            work.failed.push(name.to_owned());
            state
        }
    };
    work.tasks.insert(name.to_owned(), Task { state, ..task });
}

/// Whether everything that has to come before is done.
fn is_turn(stack: &Stack, work: &Work, name: &str, does: Does) -> bool {
    let is_open = |other: &str| work.tasks.get(other).is_some_and(|task| task.state != State::Done);
    match does {
        Does::Create | Does::Modify => stack
            .resources
            .get(name)
            .is_none_or(|resource| !resource.dependencies.iter().any(|other| is_open(other))),
        // What needs it goes first.
        Does::Delete => !stack.resources.iter().any(|(other, resource)| {
            resource.dependencies.contains(name) && other != name && is_open(other)
        }),
    }
}

/// Begins a task. Answers whether its end is told.
fn begin_task(
    stack: &mut Stack,
    work: &mut Work,
    name: &str,
    does: Does,
    services: &mut Services<'_>,
    faults: &mut [Armed],
    at: &Moment,
) -> Result<bool, Not> {
    let template = Template::read(&stack.template).map_err(Not::Ever)?;
    let Some(resource) = stack.resources.get(name).cloned() else { return Ok(false) };
    if does == Does::Delete {
        return begin_delete(stack, work, name, &resource, services, at);
    }
    let properties = {
        let made = |name: &str| stack.made(name);
        let scope = stack.scope(&at.place, &stack.parameters, &made);
        template.properties(name, &scope).map_err(Not::Ever)?
    };
    let replaces = does == Does::Modify
        && resources::replaces(&resource.kind, &resource.properties, &properties);
    if does == Does::Modify && !replaces {
        if resource.properties == properties {
            return Ok(false);
        }
        stack.resource_becomes(name, "UPDATE_IN_PROGRESS", None, at.now);
        fault(faults, name, &resource.kind)?;
        set_properties(stack, name, properties);
        return go_on(stack, name, does, services, at);
    }
    if replaces {
        let (old, new) = (&resource.properties, &properties);
        let named = resources::custom_name(&resource.kind, old);
        if named.is_some() && named == resources::custom_name(&resource.kind, new) {
            return Err(Not::Ever(format!(
                "CloudFormation cannot update a stack when a custom-named resource requires \
                 replacing. Rename {} and update the stack again.",
                named.unwrap_or_default()
            )));
        }
        let keeps = template.resource(name).is_some_and(|one| {
            one["UpdateReplacePolicy"].as_str().is_some_and(|policy| policy.starts_with("Retain"))
        });
        work.leftovers.extend(
            resource
                .physical
                .clone()
                .filter(|_| !keeps)
                .map(|old| (resource.kind.clone(), old, resource.properties.clone())),
        );
    }
    stack.resource_becomes(name, "CREATE_IN_PROGRESS", None, at.now);
    fault(faults, name, &resource.kind)?;
    let default = format!("{}-{name}-{}", stack.name, &at.uuid(name)[..13]);
    let begun = resources::create(&resource.kind, &default, &properties, services, at)?;
    if let Some(resource) = stack.resources.get_mut(name) {
        resource.physical = Some(begun.physical);
        resource.attributes = begun.attributes;
        resource.properties = properties;
    }
    let told = Some("Resource creation Initiated".to_owned());
    stack.resource_becomes(name, "CREATE_IN_PROGRESS", told, at.now);
    go_on(stack, name, Does::Create, services, at)
}

fn begin_delete(
    stack: &mut Stack,
    work: &Work,
    name: &str,
    resource: &Resource,
    services: &mut Services<'_>,
    at: &Moment,
) -> Result<bool, Not> {
    let policy = resource.deletion_policy.as_deref();
    let failed = matches!(work.kind, Kind::RollingBack | Kind::RollingUpdateBack)
        || (work.kind == Kind::Deleting && work.cleans_up);
    // Change sets are executed with RetainExceptOnCreate: what is new goes when it fails.
    if policy.is_some_and(|policy| policy.starts_with("Retain")) && !failed {
        stack.resource_becomes(name, "DELETE_SKIPPED", None, at.now);
        return Ok(false);
    }
    if resource.physical.is_none() {
        return Ok(false);
    }
    stack.resource_becomes(name, "DELETE_IN_PROGRESS", None, at.now);
    go_on(stack, name, Does::Delete, services, at)
}

fn set_properties(stack: &mut Stack, name: &str, properties: serde_json::Value) {
    if let Some(resource) = stack.resources.get_mut(name) {
        resource.properties = properties;
    }
}

/// Looks at what was begun.
fn go_on(
    stack: &Stack,
    name: &str,
    does: Does,
    services: &mut Services<'_>,
    at: &Moment,
) -> Result<bool, Not> {
    let Some(resource) = stack.resources.get(name) else { return Ok(false) };
    let Some(physical) = resource.physical.as_deref() else { return Ok(false) };
    let (kind, properties) = (resource.kind.as_str(), &resource.properties);
    match does {
        Does::Create => resources::settle(kind, physical, properties, services, at)?,
        Does::Modify => resources::modify(kind, physical, properties, services, at)?,
        Does::Delete => resources::delete(kind, physical, properties, services, at)?,
    }
    Ok(true)
}

/// A fault that waits for this resource.
fn fault(faults: &mut [Armed], name: &str, kind: &str) -> Result<(), Not> {
    let reasons = faults.iter_mut().filter_map(|armed| armed.fails_resource(name, kind));
    match reasons.collect::<Vec<_>>().into_iter().next() {
        Some(reason) => Err(Not::Ever(reason)),
        None => Ok(()),
    }
}

/// A creation or an update failed: what is going on is cancelled, and the way back begins.
fn give_up(stack: &mut Stack, work: Work, at: Timestamp) {
    let verb = if work.kind == Kind::Creating { "CREATE" } else { "UPDATE" };
    for (name, task) in &work.tasks {
        if matches!(task.state, State::Running(_)) {
            let failed = if task.does == Does::Create { "CREATE_FAILED" } else { "UPDATE_FAILED" };
            stack.resource_becomes(name, failed, Some(CANCELLED.to_owned()), at);
        }
    }
    let which = work.failed.join(", ");
    let what =
        format!("The following resource(s) failed to {}: [{which}].", verb.to_ascii_lowercase());
    if work.kind == Kind::Creating {
        let gone = |stack: &Stack| {
            let there = stack.resources.iter().filter(|(_, one)| one.physical.is_some());
            tasks(there.map(|(name, _)| (name.clone(), Does::Delete)))
        };
        let (kind, status, asked) = if work.cleans_up {
            (Kind::Deleting, StackStatus::DeleteInProgress, "Delete")
        } else {
            (Kind::RollingBack, StackStatus::RollbackInProgress, "Rollback")
        };
        stack.become_(status, Some(format!("{what} {asked} requested by user.")), at);
        let mut back = Work::new(kind, at, gone(stack));
        back.cleans_up = work.cleans_up;
        stack.work = Some(back);
        return;
    }
    stack.become_(StackStatus::UpdateRollbackInProgress, Some(what), at);
    let Some(former) = work.former else { return };
    stack.template = former.template;
    stack.parameters = former.parameters;
    stack.tags = former.tags;
    let mut back = BTreeMap::new();
    for (name, resource) in &mut stack.resources {
        match former.resources.get(name).filter(|former| former.physical.is_some()) {
            Some(_) => back.insert(name.clone(), Does::Modify),
            None => back.insert(name.clone(), Does::Delete),
        };
        resource.dependencies =
            former.resources.get(name).map(|one| one.dependencies.clone()).unwrap_or_default();
    }
    stack.work = Some(Work::new(Kind::RollingUpdateBack, at, tasks(back)));
}

/// Everything that the work consists of is done.
fn finish(stack: &mut Stack, work: Work, services: &mut Services<'_>, at: &Moment) {
    let failed = (!work.failed.is_empty()).then(|| {
        format!("The following resource(s) failed to delete: [{}].", work.failed.join(", "))
    });
    let now = at.now;
    match work.kind {
        Kind::Creating => {
            set_outputs(stack, at);
            stack.executed(ExecutionStatus::ExecuteComplete);
            stack.become_(StackStatus::CreateComplete, None, now);
        }
        Kind::Updating => {
            stack.become_(StackStatus::UpdateCompleteCleanupInProgress, None, now);
            for (kind, physical, properties) in &work.leftovers {
                // One that AWS cannot delete stays outside the stack.
                let _gone = resources::delete(kind, physical, properties, services, at).is_ok();
            }
            let wanted: BTreeSet<&String> = work.tasks.keys().collect();
            let old = stack
                .resources
                .iter()
                .filter(|(name, one)| !wanted.contains(name) && one.physical.is_some());
            let old = tasks(old.map(|(name, _)| (name.clone(), Does::Delete)));
            stack.work = Some(Work::new(Kind::CleaningUp, now, old));
        }
        Kind::CleaningUp => {
            stack
                .resources
                .retain(|_, one| one.physical.is_some() && one.status != "DELETE_SKIPPED");
            set_outputs(stack, at);
            stack.executed(ExecutionStatus::ExecuteComplete);
            stack.become_(StackStatus::UpdateComplete, failed, now);
        }
        Kind::RollingBack => {
            let status = if failed.is_some() {
                StackStatus::RollbackFailed
            } else {
                StackStatus::RollbackComplete
            };
            stack.executed(ExecutionStatus::ExecuteFailed);
            stack.become_(status, failed, now);
        }
        Kind::RollingUpdateBack => {
            let status = if failed.is_some() {
                StackStatus::UpdateRollbackFailed
            } else {
                stack.resources.retain(|_, one| one.physical.is_some());
                StackStatus::UpdateRollbackComplete
            };
            stack.executed(ExecutionStatus::ExecuteFailed);
            stack.become_(status, failed, now);
        }
        Kind::Deleting => {
            let status = if failed.is_some() {
                StackStatus::DeleteFailed
            } else {
                StackStatus::DeleteComplete
            };
            stack.become_(status, failed, now);
        }
    }
}

fn set_outputs(stack: &mut Stack, at: &Moment) {
    let outputs = Template::read(&stack.template).and_then(|template| {
        let made = |name: &str| stack.made(name);
        template.outputs(&stack.scope(&at.place, &stack.parameters, &made))
    });
    stack.outputs = outputs.unwrap_or_default();
}
