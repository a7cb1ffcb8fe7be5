//! A simulated stack as it is, and what is told of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::cloudformation::{
    self, Capability, ChangeSetSpec, ChangeSetStatus, ExecutionStatus, PlannedChange, StackEvent,
    StackStatus,
};
use crate::cloud::{Place, digest_of};

use super::super::dynamodb::Tables;
use super::super::moment::{Moment, later};
use super::resources;
use super::template::{Made, Scope, Template};
use super::work::Work;

/// The most events that are told: the newest.
const MOST_EVENTS: usize = 200;
/// How long a change set is being made, in milliseconds.
pub const MAKING: i64 = 4_000;

/// A stack as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    pub id: String,
    pub name: String,
    pub status: StackStatus,
    pub reason: Option<String>,
    pub template: String,
    pub parameters: BTreeMap<String, String>,
    pub capabilities: BTreeSet<Capability>,
    pub tags: BTreeMap<String, String>,
    pub outputs: BTreeMap<String, String>,
    pub termination_protection: bool,
    pub resources: BTreeMap<String, Resource>,
    /// Oldest first.
    pub events: Vec<StackEvent>,
    pub change_sets: BTreeMap<String, ChangeSet>,
    /// What is being done to it.
    pub work: Option<Work>,
    /// The token of the last operation.
    pub token: Option<String>,
    /// From when on this is seen.
    pub changed: Timestamp,
}

/// A resource as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    pub kind: String,
    pub physical: Option<String>,
    pub attributes: BTreeMap<String, String>,
    pub properties: Value,
    pub status: String,
    pub reason: Option<String>,
    pub dependencies: BTreeSet<String>,
    pub deletion_policy: Option<String>,
}

/// A change set as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeSet {
    pub id: String,
    pub ready: Timestamp,
    pub spec: ChangeSetSpec,
    pub parameters: BTreeMap<String, String>,
    pub changes: Vec<PlannedChange>,
    pub execution: ExecutionStatus,
    /// Why it cannot be made.
    pub failed: Option<String>,
}

impl ChangeSet {
    pub fn status(&self, now: Timestamp) -> ChangeSetStatus {
        if now < self.ready {
            ChangeSetStatus::CreateInProgress
        } else if self.failed.is_some() {
            ChangeSetStatus::Failed
        } else {
            ChangeSetStatus::CreateComplete
        }
    }

    fn describe(&self, name: &str, now: Timestamp) -> cloudformation::ChangeSet {
        let status = self.status(now);
        let complete = status == ChangeSetStatus::CreateComplete;
        cloudformation::ChangeSet {
            id: self.id.clone(),
            name: name.to_owned(),
            status,
            execution: if complete { self.execution } else { ExecutionStatus::Unavailable },
            reason: self.failed.clone().filter(|_| status == ChangeSetStatus::Failed),
            template_sha256: (status != ChangeSetStatus::CreateInProgress)
                .then(|| cloudformation::template_digest(&self.spec.template)),
            parameters: self.parameters.clone(),
            changes: if complete { self.changes.clone() } else { Vec::new() },
        }
    }
}

impl Stack {
    /// The change set that is being executed came to its end.
    pub fn executed(&mut self, end: ExecutionStatus) {
        for set in self.change_sets.values_mut() {
            if set.execution == ExecutionStatus::ExecuteInProgress {
                set.execution = end;
            }
        }
    }

    /// An empty stack that waits for its first change set to be executed.
    pub fn under_review(name: &str, at: &Moment) -> Self {
        let id = at.place.arn("cloudformation", &format!("stack/{name}/{}", at.uuid("stack")));
        let mut stack = Self {
            id,
            name: name.to_owned(),
            status: StackStatus::ReviewInProgress,
            reason: None,
            template: String::new(),
            parameters: BTreeMap::new(),
            capabilities: BTreeSet::new(),
            tags: BTreeMap::new(),
            outputs: BTreeMap::new(),
            termination_protection: false,
            resources: BTreeMap::new(),
            events: Vec::new(),
            change_sets: BTreeMap::new(),
            work: None,
            token: None,
            changed: at.now,
        };
        stack.become_(StackStatus::ReviewInProgress, Some("User Initiated".to_owned()), at.now);
        stack
    }

    /// Brings the stack to a state, and writes that down.
    pub fn become_(&mut self, status: StackStatus, reason: Option<String>, at: Timestamp) {
        self.status = status;
        self.reason.clone_from(&reason);
        let id = self.id.clone();
        let name = self.name.clone();
        self.tell(&name, Some(id), "AWS::CloudFormation::Stack", &status.to_string(), reason, at);
    }

    /// Brings a resource to a state, and writes that down.
    pub fn resource_becomes(
        &mut self,
        logical: &str,
        status: &str,
        reason: Option<String>,
        at: Timestamp,
    ) {
        let Some(resource) = self.resources.get_mut(logical) else { return };
        status.clone_into(&mut resource.status);
        resource.reason.clone_from(&reason);
        let (physical, kind) = (resource.physical.clone(), resource.kind.clone());
        self.tell(logical, physical, &kind, status, reason, at);
    }

    fn tell(
        &mut self,
        logical: &str,
        physical: Option<String>,
        kind: &str,
        status: &str,
        reason: Option<String>,
        at: Timestamp,
    ) {
        let number = self.events.len();
        let id = format!("{logical}-{status}-{number}");
        let (logical, kind, status) = (logical.to_owned(), kind.to_owned(), status.to_owned());
        self.events.push(StackEvent { id, at, logical, physical, kind, status, reason });
        self.changed = at;
    }

    /// What templates of it are resolved with.
    pub fn scope<'a>(
        &'a self,
        place: &'a Place,
        parameters: &'a BTreeMap<String, String>,
        made: &'a dyn Fn(&str) -> Option<Made<'a>>,
    ) -> Scope<'a> {
        Scope { place, stack: &self.name, stack_id: &self.id, parameters, made }
    }

    /// A resource that is there.
    pub fn made(&self, logical: &str) -> Option<Made<'_>> {
        let resource = self.resources.get(logical)?;
        let physical = resource.physical.as_deref()?;
        Some(Made { physical, attributes: &resource.attributes })
    }

    /// What DescribeStacks and the calls beside it say.
    pub fn describe(&self, tables: &mut Tables, at: &Moment) -> cloudformation::Stack {
        let still = !self.status.is_busy();
        let resource =
            |(logical, resource): (&String, &Resource)| cloudformation::Resource {
                logical: logical.clone(),
                physical: resource.physical.clone(),
                kind: resource.kind.clone(),
                status: resource.status.clone(),
                reason: resource.reason.clone(),
                protected: resource.physical.as_deref().filter(|_| still).and_then(|physical| {
                    resources::is_protected(&resource.kind, physical, tables, at)
                }),
            };
        let sets = self.change_sets.iter().filter(|_| still);
        cloudformation::Stack {
            id: self.id.clone(),
            name: self.name.clone(),
            status: self.status,
            reason: self.reason.clone(),
            template: (still && !self.template.is_empty()).then(|| self.template.clone()),
            parameters: self.parameters.clone(),
            capabilities: self.capabilities.clone(),
            tags: self.tags.clone(),
            outputs: self.outputs.clone(),
            termination_protection: self.termination_protection,
            resources: self.resources.iter().map(resource).collect(),
            events: self.events.iter().rev().take(MOST_EVENTS).cloned().collect(),
            change_sets: sets.map(|(name, set)| set.describe(name, at.now)).collect(),
        }
    }

    /// What a person could have set.
    pub fn state(&self) -> Value {
        let resources: BTreeMap<_, _> =
            self.resources.iter().map(|(name, one)| (name, &one.status)).collect();
        serde_json::json!({
            "status": self.status,
            "template": digest_of(&self.template),
            "parameters": self.parameters,
            "tags": self.tags,
            "termination_protection": self.termination_protection,
            "resources": resources,
            "change_sets": self.change_sets.iter().map(|(name, set)| (name, set.execution))
                .collect::<BTreeMap<_, _>>(),
        })
    }

    /// What a template would change in it, resource by resource.
    pub fn plan(
        &self,
        template: &Template,
        parameters: &BTreeMap<String, String>,
        at: &Moment,
    ) -> Result<Vec<PlannedChange>, String> {
        let made = |name: &str| self.made(name);
        let scope = self.scope(&at.place, parameters, &made);
        let wanted = template.included(&scope)?;
        let mut changes = Vec::new();
        for logical in &wanted {
            let to = template.properties(logical, &scope)?;
            let kind =
                template.resource(logical).map_or("", |one| one["Type"].as_str().unwrap_or(""));
            match self.resources.get(logical).filter(|resource| resource.physical.is_some()) {
                None => changes.push(planned("Add", logical, kind, None)),
                Some(resource) if resource.properties != to => {
                    let mut change = planned("Modify", logical, kind, Some(resource));
                    let replaces = resources::replaces(kind, &resource.properties, &to);
                    change.replacement = Some(if replaces {
                        cloudformation::Replacement::True
                    } else {
                        cloudformation::Replacement::False
                    });
                    let keeps = template.resource(logical).is_some_and(|one| {
                        one["UpdateReplacePolicy"].as_str().is_some_and(|p| p.starts_with("Retain"))
                    });
                    let policy = if keeps { "ReplaceAndRetain" } else { "ReplaceAndDelete" };
                    change.policy = replaces.then(|| policy.to_owned());
                    changes.push(change);
                }
                Some(_) => {}
            }
        }
        for (logical, resource) in &self.resources {
            if resource.physical.is_some() && !wanted.contains(logical) {
                let mut change = planned("Remove", logical, &resource.kind, Some(resource));
                let policy = resource.deletion_policy.as_deref();
                let keeps = policy.is_some_and(|policy| policy.starts_with("Retain"));
                change.policy = Some(if keeps { "Retain" } else { "Delete" }.to_owned());
                changes.push(change);
            }
        }
        changes.sort_by(|a, b| a.logical.cmp(&b.logical));
        Ok(changes)
    }

    /// From when on its newest state is seen.
    pub fn visible(&self) -> Timestamp {
        later(self.changed, 1_000)
    }
}

fn planned(action: &str, logical: &str, kind: &str, there: Option<&Resource>) -> PlannedChange {
    PlannedChange {
        action: action.to_owned(),
        logical: logical.to_owned(),
        physical: there.and_then(|resource| resource.physical.clone()),
        kind: kind.to_owned(),
        replacement: None,
        policy: None,
    }
}
