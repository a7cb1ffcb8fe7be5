//! What a stack is deployed with, and what of that is there.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ABSENT, template};
use crate::cloud::cloudformation::{
    Capability, ChangeSet, ChangeSetStatus, ExecutionStatus, PlannedChange, Stack, StackStatus,
    template_digest,
};
use crate::cloud::digest_of;

/// What change sets of ours are called.
pub(super) const PREFIX: &str = "muster-";

/// A template with what it is deployed with. Read back, it also tells how the stack is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::jobs) struct Deployment {
    /// The template in JSON, at most 51,200 bytes: `"${asset.FILE}"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Values of its parameters by name. Those left out have their defaults.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// What the template does that has to be acknowledged.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub capabilities: BTreeSet<Capability>,
    /// Values of tags by key, for the stack and what is in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Outputs that are expected, by key. Only a check gives them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    /// The state that was read, in AWS's words, or `absent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub status: Option<String>,
    /// What the change sets that can be executed would change, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(skip)]
    pub ready: BTreeMap<String, Ready>,
}

/// A change set that can be executed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::jobs) struct Ready {
    /// Its ARN.
    pub id: String,
    /// What becomes of the resources, in words: what is lost first, then what holds data.
    pub changes: Vec<String>,
    /// Those of them that lose what is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<String>,
}

impl Deployment {
    /// What is read of a stack.
    pub(super) fn of(stack: Option<&Stack>) -> Self {
        let Some(stack) = stack else {
            return Self { status: Some(ABSENT.to_owned()), ..Self::default() };
        };
        let status = Some(stack.status.to_string());
        if stack.status.is_busy() {
            return Self { status, ..Self::default() };
        }
        let ready = stack.change_sets.iter().filter(|set| is_ready(set));
        let ready = ready.map(|set| (set.name.clone(), Ready::of(set))).collect();
        if stack.status == StackStatus::ReviewInProgress {
            return Self { status, ready, ..Self::default() };
        }
        Self {
            template: stack.template.clone(),
            parameters: stack.parameters.clone(),
            capabilities: stack.capabilities.clone(),
            tags: stack.tags.clone(),
            outputs: stack.outputs.clone(),
            status,
            ready,
        }
    }

    /// The name of the change set that is made of it: the same for the same.
    pub(super) fn change_set(&self) -> String {
        let Self { template, parameters, capabilities, tags, .. } = self;
        let digest = digest_of(&(template, parameters, capabilities, tags));
        format!("{PREFIX}{}", digest.get(..32).unwrap_or(&digest))
    }

    /// The change set that is made of it and can be executed.
    pub(super) fn ready_in<'s>(&self, stack: &'s Stack) -> Option<&'s ChangeSet> {
        let digest = template_digest(self.template.as_deref()?);
        let (name, expected) = (self.change_set(), self.all_parameters());
        stack.change_sets.iter().find(|set| {
            is_ready(set)
                && set.name == name
                && set.template_sha256.as_ref() == Some(&digest)
                && same_values(&set.parameters, &expected)
        })
    }

    /// Its parameters with the defaults of its template.
    fn all_parameters(&self) -> BTreeMap<String, String> {
        let mut all = template::defaults(self.template.as_deref().unwrap_or_default());
        all.extend(self.parameters.clone());
        all
    }

    /// True when what was read is this, deployed and at rest.
    pub(super) fn is_deployed(&self, read: &Self) -> bool {
        let (Some(there), Some(wanted)) = (&read.template, &self.template) else {
            return self.template.is_none() && read.template.is_none();
        };
        let status = read.status.as_deref().unwrap_or_default();
        let is_at_rest = !status.ends_with("_IN_PROGRESS")
            && !status.ends_with("_FAILED")
            && status != StackStatus::RollbackComplete.to_string();
        is_at_rest
            && template::same(there, wanted)
            && same_values(&read.all_parameters(), &self.all_parameters())
            && read.tags == self.tags
            && self.outputs.iter().all(|(key, value)| read.outputs.get(key) == Some(value))
    }
}

/// AWS does not tell the values of parameters that are secret.
fn same_values(read: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) -> bool {
    read.len() == wanted.len()
        && read.iter().all(|(name, value)| {
            wanted.get(name).is_some_and(|wanted| value == wanted || value == "****")
        })
}

fn is_ready(set: &ChangeSet) -> bool {
    set.name.starts_with(PREFIX)
        && set.status == ChangeSetStatus::CreateComplete
        && set.execution == ExecutionStatus::Available
}

impl Ready {
    fn of(set: &ChangeSet) -> Self {
        let changes = together(&set.changes);
        let losses = set.changes.iter().filter(|change| change.loses()).map(words).collect();
        Self { id: set.id.clone(), changes, losses }
    }
}

/// The same, with the resources of a type that it does the same with in one sentence: a template
/// has tens of them, and the table that is replaced has to be seen among them.
fn together(changes: &[PlannedChange]) -> Vec<String> {
    let mut sorted: Vec<&PlannedChange> = changes.iter().collect();
    sorted.sort_by_key(|change| (!change.loses(), !change.holds_data()));
    let mut groups: Vec<Vec<&PlannedChange>> = Vec::new();
    for change in sorted {
        let is_alike = |group: &&mut Vec<&PlannedChange>| {
            group.iter().all(|one| (verb(one), &one.kind) == (verb(change), &change.kind))
        };
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    let said = |group: Vec<&PlannedChange>| match group.as_slice() {
        [] => None,
        [one] => Some(words(one)),
        all @ [one, ..] => {
            let names: Vec<_> = all.iter().map(|change| named(change)).collect();
            let (does, kind) = (verb(one), &one.kind);
            Some(format!("{does} {} of type {kind}: {}", all.len(), names.join(", ")))
        }
    };
    groups.into_iter().filter_map(said).collect()
}

/// `adds WorkLogsTable (AWS::DynamoDB::Table)`
pub(super) fn words(change: &PlannedChange) -> String {
    let does = verb(change);
    match &change.physical {
        Some(physical) if *physical != change.logical => {
            format!("{does} {} ({}, {physical})", change.logical, change.kind)
        }
        _ => format!("{does} {} ({})", change.logical, change.kind),
    }
}

/// `WorkLogsTable`, or `WorkLogsTable = sitelogix-work-logs`
fn named(change: &PlannedChange) -> String {
    match &change.physical {
        Some(physical) if *physical != change.logical => {
            format!("{} = {physical}", change.logical)
        }
        _ => change.logical.clone(),
    }
}

/// What becomes of a resource.
fn verb(change: &PlannedChange) -> &'static str {
    use crate::cloud::cloudformation::Replacement;
    match (change.action.as_str(), change.replacement) {
        ("Add", _) => "adds",
        ("Remove", _) if change.loses() => "removes",
        ("Remove", _) => "lets go, and keeps outside the stack,",
        (_, Some(Replacement::True)) => "replaces",
        (_, Some(Replacement::Conditional)) => "changes, and perhaps replaces,",
        ("Import", _) => "takes in",
        _ => "changes",
    }
}
