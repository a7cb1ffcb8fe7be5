//! What a CloudFormation stack is: its state, what is in it, what happened to it, what is planned.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Capability;

/// A stack with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// Its ARN: another stack of the same name has another.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state. `DELETE_COMPLETE` is a stack that is no longer there.
    pub status: StackStatus,
    /// AWS's words for it.
    pub reason: Option<String>,
    /// Its template as it was sent; none while it is under review or being changed.
    pub template: Option<String>,
    /// Values of its parameters by name, those by default too. `****` is one that AWS does not
    /// tell.
    pub parameters: BTreeMap<String, String>,
    /// What was acknowledged.
    pub capabilities: BTreeSet<Capability>,
    /// Values of its tags by key.
    pub tags: BTreeMap<String, String>,
    /// Its outputs by key.
    pub outputs: BTreeMap<String, String>,
    /// Whether DeleteStack is refused.
    pub termination_protection: bool,
    /// What is in it, sorted by logical id.
    pub resources: Vec<Resource>,
    /// What happened to it, newest first, so many.
    pub events: Vec<StackEvent>,
    /// Its change sets, sorted by name; not read while it is being changed.
    pub change_sets: Vec<ChangeSet>,
}

/// The state of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StackStatus {
    CreateComplete,
    CreateFailed,
    CreateInProgress,
    DeleteComplete,
    DeleteFailed,
    DeleteInProgress,
    ImportComplete,
    ImportInProgress,
    ImportRollbackComplete,
    ImportRollbackFailed,
    ImportRollbackInProgress,
    ReviewInProgress,
    RollbackComplete,
    RollbackFailed,
    RollbackInProgress,
    UpdateComplete,
    UpdateCompleteCleanupInProgress,
    UpdateFailed,
    UpdateInProgress,
    UpdateRollbackComplete,
    UpdateRollbackCompleteCleanupInProgress,
    UpdateRollbackFailed,
    UpdateRollbackInProgress,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its name in the template.
    pub logical: String,
    /// What it is called in AWS, once it is there.
    pub physical: Option<String>,
    /// Its type: `AWS::DynamoDB::Table`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its state, in AWS's words: `CREATE_COMPLETE`.
    pub status: String,
    /// AWS's words for it.
    pub reason: Option<String>,
    /// Whether AWS refuses to delete it now, where that was looked at: of tables.
    pub protected: Option<bool>,
}

/// Something that happened to a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackEvent {
    /// AWS's id of it.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The name of the resource in the template; that of the stack for the stack itself.
    pub logical: String,
    /// What it is called in AWS, once it is there.
    pub physical: Option<String>,
    /// Its type: `AWS::CloudFormation::Stack` for the stack itself.
    #[serde(rename = "type")]
    pub kind: String,
    /// The state that it came to, in AWS's words.
    pub status: String,
    /// AWS's words for it.
    pub reason: Option<String>,
}

/// A change set: what a template would change in a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state.
    pub status: ChangeSetStatus,
    /// Whether it can be executed, or was.
    pub execution: ExecutionStatus,
    /// AWS's words for its state.
    pub reason: Option<String>,
    /// SHA-256, in hex, of its template as it was sent; none while it is being made.
    pub template_sha256: Option<String>,
    /// Values of its parameters by name, those by default too.
    pub parameters: BTreeMap<String, String>,
    /// What it would change, in AWS's order.
    pub changes: Vec<PlannedChange>,
}

/// The state of a change set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeSetStatus {
    CreateComplete,
    CreateInProgress,
    CreatePending,
    DeleteComplete,
    DeleteFailed,
    DeleteInProgress,
    DeletePending,
    Failed,
}

/// Whether a change set can be executed, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExecutionStatus {
    Available,
    ExecuteComplete,
    ExecuteFailed,
    ExecuteInProgress,
    Obsolete,
    Unavailable,
}

/// What a change set would do to one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedChange {
    /// In AWS's words: `Add`, `Modify`, `Remove`, `Import`, `Dynamic` or `SyncWithActual`.
    pub action: String,
    /// Its name in the template.
    pub logical: String,
    /// What it is called in AWS, when it is there.
    pub physical: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether another takes its place.
    pub replacement: Option<Replacement>,
    /// What becomes of one that goes, in AWS's words: `Delete`, `Retain`, `Snapshot`,
    /// `ReplaceAndDelete`, `ReplaceAndRetain` or `ReplaceAndSnapshot`.
    pub policy: Option<String>,
}

/// Whether another resource takes the place of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replacement {
    /// Only AWS knows, while it is at it.
    Conditional,
    /// No.
    False,
    /// Yes.
    True,
}

/// What of a stack is no longer as its template says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackDrift {
    /// What was found.
    pub status: DriftStatus,
    /// The resources that drifted, sorted by logical id.
    pub resources: Vec<DriftedResource>,
}

/// Whether a stack drifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DriftStatus {
    /// Something is not as its template says.
    Drifted,
    /// Everything that AWS compares is as its template says.
    InSync,
    /// It has no resource that AWS compares.
    NotChecked,
}

/// A resource that is not as the template says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftedResource {
    /// Its name in the template.
    pub logical: String,
    /// What it is called in AWS.
    pub physical: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it is gone altogether.
    pub deleted: bool,
    /// What differs.
    pub differences: Vec<PropertyDifference>,
}

/// A property that is not as the template says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyDifference {
    /// Where: `/ProvisionedThroughput/ReadCapacityUnits`.
    pub path: String,
    /// What the template says.
    pub expected: String,
    /// What it is.
    pub actual: String,
}

impl StackStatus {
    /// True while AWS is at it. A stack under review waits for a person, not for AWS.
    pub const fn is_busy(self) -> bool {
        matches!(
            self,
            Self::CreateInProgress
                | Self::DeleteInProgress
                | Self::ImportInProgress
                | Self::ImportRollbackInProgress
                | Self::RollbackInProgress
                | Self::UpdateCompleteCleanupInProgress
                | Self::UpdateInProgress
                | Self::UpdateRollbackCompleteCleanupInProgress
                | Self::UpdateRollbackInProgress
        )
    }

    /// True when the stack stands, and a change set can change it.
    pub const fn is_stable(self) -> bool {
        matches!(
            self,
            Self::CreateComplete
                | Self::ImportComplete
                | Self::ImportRollbackComplete
                | Self::UpdateComplete
                | Self::UpdateRollbackComplete
        )
    }
}

impl std::fmt::Display for StackStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The very word that it is written with.
        self.serialize(f)
    }
}

impl Resource {
    /// True when it holds data that goes with it.
    pub fn holds_data(&self) -> bool {
        holds_data(&self.kind)
    }

    /// True when it is there.
    pub fn is_there(&self) -> bool {
        self.physical.is_some() && self.status != "DELETE_COMPLETE"
    }
}

impl PlannedChange {
    /// True when what is there goes, and is not kept outside the stack.
    pub fn loses(&self) -> bool {
        let goes = self.action == "Remove"
            || (self.action != "Add"
                && matches!(self.replacement, Some(Replacement::True | Replacement::Conditional)));
        let kept = matches!(self.policy.as_deref(), Some("Retain" | "ReplaceAndRetain"));
        goes && !kept
    }

    /// True when it holds data that goes with it.
    pub fn holds_data(&self) -> bool {
        holds_data(&self.kind)
    }
}

/// Types of resources that hold what nobody can make again from a template.
fn holds_data(kind: &str) -> bool {
    const HOLD: &[&str] = &[
        "AWS::Backup::BackupVault",
        "AWS::Cassandra::Table",
        "AWS::Cognito::UserPool",
        "AWS::DocDB::DBCluster",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::EFS::FileSystem",
        "AWS::KMS::Key",
        "AWS::Kinesis::Stream",
        "AWS::Logs::LogGroup",
        "AWS::Neptune::DBCluster",
        "AWS::OpenSearchService::Domain",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
    ];
    HOLD.contains(&kind)
}
