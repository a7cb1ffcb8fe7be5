//! Amazon DynamoDB: tables, their protection, their streams and their continuous backups.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Operation;
use super::operation::operations;

/// A DynamoDB operation with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `ListTables`: the names of all tables, every page.
    ListTables {},
    /// `DescribeTable`.
    DescribeTable {
        /// Name of the table.
        table: String,
    },
    /// `UpdateTable` with one class of change: AWS refuses several at once (D18).
    UpdateTable {
        /// Name of the table.
        table: String,
        /// The one thing that changes.
        change: TableChange,
    },
    /// `DescribeContinuousBackups`.
    DescribeContinuousBackups {
        /// Name of the table.
        table: String,
    },
    /// `UpdateContinuousBackups`: turns point-in-time recovery on or off, or sets its period.
    UpdateContinuousBackups {
        /// Name of the table.
        table: String,
        /// Off when absent; otherwise the days that the window reaches back, 1 to 35 (D4).
        recovery_period_days: Option<u32>,
    },
}

/// One class of change of `UpdateTable`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableChange {
    /// `DeletionProtectionEnabled`.
    DeletionProtection(bool),
    /// `StreamSpecification`: off when absent.
    Stream(Option<StreamView>),
}

/// What a stream record holds of the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StreamView {
    /// Only the key.
    KeysOnly,
    /// The item after the change.
    NewImage,
    /// The item before the change.
    OldImage,
    /// The item before and after.
    NewAndOldImages,
}

/// What DynamoDB answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::ListTables`].
    Tables {
        /// Names of all tables, sorted.
        names: Vec<String>,
    },
    /// To [`Call::DescribeTable`] and [`Call::UpdateTable`].
    Table(Table),
    /// To [`Call::DescribeContinuousBackups`] and [`Call::UpdateContinuousBackups`].
    ContinuousBackups(ContinuousBackups),
}

/// What DescribeTable says of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// AWS's id of this very table: another table of the same name has another.
    pub id: String,
    /// Its state.
    pub status: TableStatus,
    /// Whether DeleteTable is refused.
    pub deletion_protection: bool,
    /// What its stream carries, when one is on.
    pub stream: Option<StreamView>,
    /// Number of items as of some hours ago: never a proof of anything (D11).
    pub items_about: u64,
}

/// The state of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TableStatus {
    /// Being made; it cannot be used yet.
    Creating,
    /// Being changed; another UpdateTable is refused.
    Updating,
    /// Going away.
    Deleting,
    /// In use.
    Active,
    /// Its KMS key cannot be reached.
    InaccessibleEncryptionCredentials,
    /// Being archived, because its KMS key was out of reach for too long.
    Archiving,
    /// Archived.
    Archived,
}

/// Continuous backups of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContinuousBackups {
    /// The days that the window reaches back, when point-in-time recovery is on.
    pub recovery_period_days: Option<u32>,
    /// The earliest second that can be restored.
    pub earliest: Option<Timestamp>,
    /// The latest second that can be restored, usually five minutes ago (D5).
    pub latest: Option<Timestamp>,
}

operations! {
    "dynamodb"
    read {
        DESCRIBE_CONTINUOUS_BACKUPS "DescribeContinuousBackups" "dynamodb:DescribeContinuousBackups";
        DESCRIBE_TABLE "DescribeTable" "dynamodb:DescribeTable";
        LIST_TABLES "ListTables" "dynamodb:ListTables";
    }
    change {
        UPDATE_CONTINUOUS_BACKUPS "UpdateContinuousBackups" ["dynamodb:UpdateContinuousBackups"] Change Same "DescribeContinuousBackups";
        UPDATE_TABLE "UpdateTable" ["dynamodb:UpdateTable"] Change Refused "DescribeTable";
    }
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::ListTables {} => &LIST_TABLES,
            Self::DescribeTable { .. } => &DESCRIBE_TABLE,
            Self::UpdateTable { .. } => &UPDATE_TABLE,
            Self::DescribeContinuousBackups { .. } => &DESCRIBE_CONTINUOUS_BACKUPS,
            Self::UpdateContinuousBackups { .. } => &UPDATE_CONTINUOUS_BACKUPS,
        }
    }

    /// The table that the call is about.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::ListTables {} => None,
            Self::DescribeTable { table }
            | Self::UpdateTable { table, .. }
            | Self::DescribeContinuousBackups { table }
            | Self::UpdateContinuousBackups { table, .. } => Some(table),
        }
    }
}
