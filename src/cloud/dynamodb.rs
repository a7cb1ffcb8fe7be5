//! Amazon DynamoDB: tables, what they are and what is set on them, their continuous backups, and how
//! many items are in them.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Operation;
use super::operation::operations;

pub use table::{
    Attribute, AttributeType, Encryption, EncryptionKey, EncryptionStatus, GlobalIndex,
    GlobalIndexSpec, IndexStatus, KeyPart, KeyRole, LocalIndex, OnDemandLimit, Projection,
    StreamView, Table, TableClass, TableSpec, TableStatus, Units,
};

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
    /// `CreateTable`.
    CreateTable {
        /// Name of the table.
        table: String,
        /// What it is to be.
        spec: Box<TableSpec>,
    },
    /// `DeleteTable`, with all its items.
    DeleteTable {
        /// Name of the table.
        table: String,
    },
    /// `ListTagsOfResource`: every page.
    ListTagsOfResource {
        /// ARN of the table.
        arn: String,
    },
    /// `TagResource`: adds tags, or gives those that are there other values.
    TagResource {
        /// ARN of the table.
        arn: String,
        /// Values by key.
        tags: BTreeMap<String, String>,
    },
    /// `UntagResource`.
    UntagResource {
        /// ARN of the table.
        arn: String,
        /// Keys of the tags that go.
        keys: BTreeSet<String>,
    },
    /// `DescribeTimeToLive`.
    DescribeTimeToLive {
        /// Name of the table.
        table: String,
    },
    /// `UpdateTimeToLive`: AWS refuses another for up to an hour (D17).
    UpdateTimeToLive {
        /// Name of the table.
        table: String,
        /// The attribute that holds the second at which an item expires.
        attribute: String,
        /// On or off.
        enabled: bool,
    },
    /// `Scan` that only counts (`Select` is `COUNT`, eventually consistent): one page of one
    /// segment. No item leaves AWS but the key at which the page ended.
    Scan {
        /// Name of the table.
        table: String,
        /// Which of the segments, from 0.
        segment: u32,
        /// In how many segments the table is read.
        segments: u32,
        /// Where the page before ended; the first page when absent.
        after: Option<ItemKey>,
    },
}

/// The key of an item: its attributes by name.
pub type ItemKey = BTreeMap<String, KeyValue>;

/// The value of an attribute that is part of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeyValue {
    /// A text.
    S(String),
    /// A number, as AWS writes it.
    N(String),
    /// Bytes.
    B(Vec<u8>),
}

/// One class of change of `UpdateTable`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableChange {
    /// `DeletionProtectionEnabled`.
    DeletionProtection(bool),
    /// `StreamSpecification`: off when absent.
    Stream(Option<StreamView>),
    /// `SSESpecification`.
    Encryption(EncryptionKey),
    /// `TableClass`.
    Class(TableClass),
    /// `BillingMode` on demand.
    OnDemand {},
    /// `BillingMode` provisioned with `ProvisionedThroughput` of the table, or that of indexes
    /// alone. What is not named stays: AWS refuses a capacity that is there already.
    Provisioned {
        /// Capacity of the table itself.
        table: Option<Units>,
        /// Capacity of global secondary indexes, by name.
        indexes: BTreeMap<String, Units>,
    },
}

/// Time to live of a table: which attribute holds the second at which an item expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeToLive {
    /// Its state.
    pub status: TimeToLiveStatus,
    /// The attribute, unless it is off.
    pub attribute: Option<String>,
}

/// The state of time to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TimeToLiveStatus {
    /// Being turned on; it may take an hour (D17).
    Enabling,
    /// Expired items are deleted.
    Enabled,
    /// Being turned off; it may take an hour (D17).
    Disabling,
    /// Nothing expires.
    Disabled,
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
    /// To [`Call::DescribeTable`] and to whatever makes, changes or deletes a table.
    Table(Box<Table>),
    /// To [`Call::DescribeContinuousBackups`] and [`Call::UpdateContinuousBackups`].
    ContinuousBackups(ContinuousBackups),
    /// To [`Call::ListTagsOfResource`].
    Tags {
        /// Values by key.
        tags: BTreeMap<String, String>,
    },
    /// To [`Call::DescribeTimeToLive`].
    TimeToLive(TimeToLive),
    /// To [`Call::Scan`].
    Counted {
        /// How many items are on the page.
        items: u64,
        /// Where the next page goes on, when there is one.
        next: Option<ItemKey>,
    },
    /// To a change of which AWS tells nothing.
    Done {},
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
        DESCRIBE_TIME_TO_LIVE "DescribeTimeToLive" "dynamodb:DescribeTimeToLive";
        LIST_TABLES "ListTables" "dynamodb:ListTables";
        LIST_TAGS_OF_RESOURCE "ListTagsOfResource" "dynamodb:ListTagsOfResource";
        SCAN "Scan" "dynamodb:Scan";
    }
    change {
        CREATE_TABLE "CreateTable" ["dynamodb:CreateTable", "dynamodb:TagResource"] Change Refused "DescribeTable";
        DELETE_TABLE "DeleteTable" ["dynamodb:DeleteTable"] Irreversible Refused "DescribeTable";
        TAG_RESOURCE "TagResource" ["dynamodb:TagResource"] Change Same "ListTagsOfResource";
        UNTAG_RESOURCE "UntagResource" ["dynamodb:UntagResource"] Change Same "ListTagsOfResource";
        UPDATE_CONTINUOUS_BACKUPS "UpdateContinuousBackups" ["dynamodb:UpdateContinuousBackups"] Change Same "DescribeContinuousBackups";
        UPDATE_TABLE "UpdateTable" ["dynamodb:UpdateTable"] Change Refused "DescribeTable";
        UPDATE_TIME_TO_LIVE "UpdateTimeToLive" ["dynamodb:UpdateTimeToLive"] Change Refused "DescribeTimeToLive";
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
            Self::CreateTable { .. } => &CREATE_TABLE,
            Self::DeleteTable { .. } => &DELETE_TABLE,
            Self::ListTagsOfResource { .. } => &LIST_TAGS_OF_RESOURCE,
            Self::TagResource { .. } => &TAG_RESOURCE,
            Self::UntagResource { .. } => &UNTAG_RESOURCE,
            Self::DescribeTimeToLive { .. } => &DESCRIBE_TIME_TO_LIVE,
            Self::UpdateTimeToLive { .. } => &UPDATE_TIME_TO_LIVE,
            Self::Scan { .. } => &SCAN,
        }
    }

    /// The table that the call is about; its ARN where AWS takes nothing else.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::ListTables {} => None,
            Self::DescribeTable { table }
            | Self::UpdateTable { table, .. }
            | Self::DescribeContinuousBackups { table }
            | Self::UpdateContinuousBackups { table, .. }
            | Self::CreateTable { table, .. }
            | Self::DeleteTable { table }
            | Self::DescribeTimeToLive { table }
            | Self::UpdateTimeToLive { table, .. }
            | Self::Scan { table, .. } => Some(table),
            Self::ListTagsOfResource { arn }
            | Self::TagResource { arn, .. }
            | Self::UntagResource { arn, .. } => Some(arn),
        }
    }
}
