//! AWS CloudFormation: stacks, their change sets and their drift.

mod stack;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::operation::{Danger, Operation, Repeat};

pub use stack::{
    ChangeSet, ChangeSetStatus, DriftStatus, DriftedResource, ExecutionStatus, PlannedChange,
    PropertyDifference, Replacement, Resource, Stack, StackDrift, StackEvent, StackStatus,
};

/// An operation of AWS CloudFormation with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `DescribeStacks` and what belongs to it: the events (newest first, so many), the resources,
    /// the template, the change sets with all their changes, and whether the tables of it are
    /// protected. Where no stack has the name, the last that had it and was deleted: AWS tells of
    /// those for 90 days, by their id alone.
    DescribeStack {
        /// Name of the stack.
        stack: String,
    },
    /// `DetectStackDrift`, waited for, and `DescribeStackResourceDrifts`: what of the stack is no
    /// longer as its template says. It changes nothing.
    DetectStackDrift {
        /// Name of the stack.
        stack: String,
    },
    /// `CreateChangeSet`. Of a new stack it also makes the stack, empty, in REVIEW_IN_PROGRESS.
    CreateChangeSet {
        /// Name of the stack.
        stack: String,
        /// Name of the change set.
        change_set: String,
        /// What it is made of.
        spec: Box<ChangeSetSpec>,
    },
    /// `DeleteChangeSet`.
    DeleteChangeSet {
        /// Name of the stack.
        stack: String,
        /// Its ARN: another of the same name is not meant.
        change_set: String,
    },
    /// `ExecuteChangeSet`. It deletes the other change sets of the stack (F3).
    ExecuteChangeSet {
        /// Name of the stack.
        stack: String,
        /// Its ARN: another of the same name is not meant.
        change_set: String,
        /// `ClientRequestToken`: sent again with it, the call does nothing more.
        token: String,
    },
    /// `DeleteStack`, with every resource whose policy does not keep it.
    DeleteStack {
        /// Name of the stack.
        stack: String,
        /// `ClientRequestToken`: sent again with it, the call does nothing more.
        token: String,
    },
}

/// What a change set is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSetSpec {
    /// Whether the stack is new. Where it is, a creation that fails is cleaned up by AWS
    /// (`OnStackFailure` DELETE).
    pub kind: ChangeSetKind,
    /// The template itself: at most 51,200 bytes.
    pub template: String,
    /// Values of its parameters by name.
    pub parameters: BTreeMap<String, String>,
    /// What is acknowledged.
    pub capabilities: BTreeSet<Capability>,
    /// Values of tags by key, for the stack and what is in it.
    pub tags: BTreeMap<String, String>,
    /// `ClientToken`: sent again with it, the call does nothing more.
    pub token: String,
}

/// Whether a change set is for a stack that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeSetKind {
    /// For a new one.
    Create,
    /// For one that is there.
    Update,
}

/// What a template does that has to be acknowledged.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Capability {
    /// It makes IAM resources.
    CapabilityIam,
    /// It makes IAM resources with names of its own.
    CapabilityNamedIam,
    /// It holds macros.
    CapabilityAutoExpand,
}

/// What AWS CloudFormation answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::DescribeStack`].
    Stack(Box<Stack>),
    /// To [`Call::DetectStackDrift`].
    Drift(StackDrift),
    /// To [`Call::CreateChangeSet`].
    Created {
        /// ARN of the change set.
        change_set: String,
        /// ARN of the stack.
        stack: String,
    },
    /// To a change of which AWS tells nothing.
    Done {},
}

const SERVICE: &str = "cloudformation";

/// `cloudformation:DescribeStacks`
pub const DESCRIBE_STACKS: Operation = Operation::read(
    SERVICE,
    "DescribeStacks",
    &[
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "cloudformation:ListChangeSets",
        "cloudformation:ListStackResources",
        "cloudformation:ListStacks",
        "dynamodb:DescribeTable",
    ],
);
/// `cloudformation:DetectStackDrift`. AWS reads each resource with the permissions of the caller.
pub const DETECT_STACK_DRIFT: Operation = Operation::read(
    SERVICE,
    "DetectStackDrift",
    &[
        "cloudformation:DescribeStackDriftDetectionStatus",
        "cloudformation:DescribeStackResourceDrifts",
        "cloudformation:DetectStackDrift",
        "cloudformation:DetectStackResourceDrift",
    ],
);
/// `cloudformation:CreateChangeSet`
pub const CREATE_CHANGE_SET: Operation =
    change("CreateChangeSet", &["cloudformation:CreateChangeSet"], Danger::Change);
/// `cloudformation:DeleteChangeSet`
pub const DELETE_CHANGE_SET: Operation =
    change("DeleteChangeSet", &["cloudformation:DeleteChangeSet"], Danger::Change);
/// `cloudformation:DeleteStack`. The job says how dangerous a given one is: a stack that is only
/// under review holds nothing.
pub const DELETE_STACK: Operation =
    change("DeleteStack", &["cloudformation:DeleteStack"], Danger::Change);
/// `cloudformation:ExecuteChangeSet`
pub const EXECUTE_CHANGE_SET: Operation =
    change("ExecuteChangeSet", &["cloudformation:ExecuteChangeSet"], Danger::Change);

/// Every change has a token, or says nothing of what is gone already: repeated, it does no more.
const fn change(name: &'static str, iam: &'static [&'static str], danger: Danger) -> Operation {
    Operation::change(SERVICE, name, iam, danger, Repeat::Same, &["DescribeStacks"])
}

/// Its operations.
pub(super) const OPERATIONS: &[&Operation] = &[
    &DESCRIBE_STACKS,
    &DETECT_STACK_DRIFT,
    &CREATE_CHANGE_SET,
    &DELETE_CHANGE_SET,
    &DELETE_STACK,
    &EXECUTE_CHANGE_SET,
];

/// SHA-256, in hex, of the text of a template.
pub fn template_digest(template: &str) -> String {
    hex::encode(Sha256::digest(template))
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::DescribeStack { .. } => &DESCRIBE_STACKS,
            Self::DetectStackDrift { .. } => &DETECT_STACK_DRIFT,
            Self::CreateChangeSet { .. } => &CREATE_CHANGE_SET,
            Self::DeleteChangeSet { .. } => &DELETE_CHANGE_SET,
            Self::ExecuteChangeSet { .. } => &EXECUTE_CHANGE_SET,
            Self::DeleteStack { .. } => &DELETE_STACK,
        }
    }

    /// The name of the stack that the call is about.
    pub const fn resource(&self) -> Option<&str> {
        match self {
            Self::DescribeStack { stack }
            | Self::DetectStackDrift { stack }
            | Self::CreateChangeSet { stack, .. }
            | Self::DeleteChangeSet { stack, .. }
            | Self::ExecuteChangeSet { stack, .. }
            | Self::DeleteStack { stack, .. } => Some(stack.as_str()),
        }
    }
}
