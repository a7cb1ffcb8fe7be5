//! AWS CloudTrail: trails, what they record, and whether they do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Operation;
use super::operation::operations;

/// A CloudTrail operation with its parameters. Sent to the trail's home Region (T2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `GetTrail`.
    GetTrail {
        /// Name of the trail.
        trail: String,
    },
    /// `CreateTrail`: the bucket's policy must let CloudTrail write first.
    CreateTrail {
        /// Name of the trail.
        trail: String,
        /// How it records.
        spec: TrailSpec,
    },
    /// `UpdateTrail`.
    UpdateTrail {
        /// Name of the trail.
        trail: String,
        /// How it records.
        spec: TrailSpec,
    },
    /// `DeleteTrail`: what it recorded stays in its bucket.
    DeleteTrail {
        /// Name of the trail.
        trail: String,
    },
    /// `GetEventSelectors`.
    GetEventSelectors {
        /// Name of the trail.
        trail: String,
    },
    /// `PutEventSelectors`: replaces the whole list (T1).
    PutEventSelectors {
        /// Name of the trail.
        trail: String,
        /// The whole new list.
        selectors: Selectors,
    },
    /// `GetTrailStatus`.
    GetTrailStatus {
        /// Name of the trail.
        trail: String,
    },
    /// `StartLogging`.
    StartLogging {
        /// Name of the trail.
        trail: String,
    },
    /// `StopLogging`.
    StopLogging {
        /// Name of the trail.
        trail: String,
    },
}

/// How a trail records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrailSpec {
    /// The bucket that receives the log files.
    pub bucket: String,
    /// What their keys begin with, without a slash at the end; none when empty.
    #[serde(default)]
    pub prefix: String,
    /// Records every Region, not only its own.
    #[serde(default)]
    pub multi_region: bool,
    /// Records global services such as IAM.
    #[serde(default)]
    pub global_services: bool,
    /// Writes digest files, with which changed log files show.
    #[serde(default)]
    pub log_file_validation: bool,
}

/// What a trail records besides its defaults: one kind or the other, never both (T1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selectors {
    /// Basic event selectors, at most five (T3).
    Basic(Vec<EventSelector>),
    /// Advanced event selectors.
    Advanced(Vec<AdvancedSelector>),
}

/// A basic event selector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSelector {
    /// Which events: reads, writes or all.
    pub read_write: ReadWrite,
    /// Whether management events are recorded too.
    pub management_events: bool,
    /// The data events it records.
    pub data: Vec<DataResource>,
}

/// Which events a selector takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadWrite {
    /// Events that read.
    ReadOnly,
    /// Events that write.
    WriteOnly,
    /// Both.
    All,
}

/// A kind of resource and the ARNs whose data events are recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataResource {
    /// `AWS::S3::Object`, `AWS::Lambda::Function` or `AWS::DynamoDB::Table`.
    pub kind: String,
    /// For S3 objects `arn:aws:s3:::bucket/`, with the slash (T4).
    pub arns: Vec<String>,
}

/// An advanced event selector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvancedSelector {
    /// Its name.
    pub name: String,
    /// Its conditions, all of which must hold.
    pub fields: Vec<FieldSelector>,
}

/// One condition of an advanced selector; only the operators in use are held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSelector {
    /// `eventCategory`, `resources.type`, `resources.ARN`, `readOnly`, ...
    pub field: String,
    /// Operator and values, such as `Equals` with `["Data"]`.
    pub conditions: Vec<(FieldOperator, Vec<String>)>,
}

/// How an advanced selector compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldOperator {
    /// One of the values.
    Equals,
    /// Begins with one of the values.
    StartsWith,
    /// Ends with one of the values.
    EndsWith,
    /// None of the values.
    NotEquals,
    /// Begins with none of the values.
    NotStartsWith,
    /// Ends with none of the values.
    NotEndsWith,
}

/// What CloudTrail answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::GetTrail`], [`Call::CreateTrail`] and [`Call::UpdateTrail`].
    Trail {
        /// ARN of the trail.
        arn: String,
        /// The only Region that may change it.
        home_region: String,
        /// How it records.
        spec: TrailSpec,
    },
    /// To [`Call::GetEventSelectors`] and [`Call::PutEventSelectors`].
    Selectors {
        /// The whole list.
        selectors: Selectors,
    },
    /// To [`Call::GetTrailStatus`].
    Status {
        /// Whether it records now.
        logging: bool,
        /// Why the last delivery failed, in AWS's words, when it did.
        delivery_error: Option<String>,
    },
    /// To [`Call::DeleteTrail`], [`Call::StartLogging`] and [`Call::StopLogging`].
    Done {},
}

operations! {
    "cloudtrail"
    read {
        GET_EVENT_SELECTORS "GetEventSelectors" "cloudtrail:GetEventSelectors";
        GET_TRAIL "GetTrail" "cloudtrail:GetTrail";
        GET_TRAIL_STATUS "GetTrailStatus" "cloudtrail:GetTrailStatus";
    }
    change {
        CREATE_TRAIL "CreateTrail" ["cloudtrail:CreateTrail"] Change Refused "GetTrail";
        DELETE_TRAIL "DeleteTrail" ["cloudtrail:DeleteTrail"] Destroy Refused "GetTrail";
        PUT_EVENT_SELECTORS "PutEventSelectors" ["cloudtrail:PutEventSelectors"] Change Same "GetEventSelectors";
        START_LOGGING "StartLogging" ["cloudtrail:StartLogging"] Change Same "GetTrailStatus";
        STOP_LOGGING "StopLogging" ["cloudtrail:StopLogging"] Destroy Same "GetTrailStatus";
        UPDATE_TRAIL "UpdateTrail" ["cloudtrail:UpdateTrail"] Change Same "GetTrail";
    }
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::GetTrail { .. } => &GET_TRAIL,
            Self::CreateTrail { .. } => &CREATE_TRAIL,
            Self::UpdateTrail { .. } => &UPDATE_TRAIL,
            Self::DeleteTrail { .. } => &DELETE_TRAIL,
            Self::GetEventSelectors { .. } => &GET_EVENT_SELECTORS,
            Self::PutEventSelectors { .. } => &PUT_EVENT_SELECTORS,
            Self::GetTrailStatus { .. } => &GET_TRAIL_STATUS,
            Self::StartLogging { .. } => &START_LOGGING,
            Self::StopLogging { .. } => &STOP_LOGGING,
        }
    }

    /// The trail that the call is about.
    pub fn resource(&self) -> &str {
        match self {
            Self::GetTrail { trail }
            | Self::CreateTrail { trail, .. }
            | Self::UpdateTrail { trail, .. }
            | Self::DeleteTrail { trail }
            | Self::GetEventSelectors { trail }
            | Self::PutEventSelectors { trail, .. }
            | Self::GetTrailStatus { trail }
            | Self::StartLogging { trail }
            | Self::StopLogging { trail } => trail,
        }
    }
}
