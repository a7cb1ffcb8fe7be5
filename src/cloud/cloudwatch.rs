//! Amazon CloudWatch: alarms and dashboards.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Operation;
use super::operation::operations;

/// A CloudWatch operation with its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `DescribeAlarms` for one metric alarm by its exact name.
    DescribeAlarm {
        /// Name of the alarm.
        alarm: String,
    },
    /// `DescribeAlarms` for all metric alarms that tell somebody, every page.
    DescribeAlarmsTelling {
        /// ARN of who is told: of a topic.
        action: String,
    },
    /// `PutMetricAlarm`: replaces the whole alarm.
    PutMetricAlarm {
        /// Name of the alarm.
        alarm: String,
        /// When it goes off and whom it tells.
        spec: AlarmSpec,
    },
    /// `DeleteAlarms` for one alarm.
    DeleteAlarm {
        /// Name of the alarm.
        alarm: String,
    },
    /// `DescribeAlarmHistory` for one alarm, every page.
    DescribeAlarmHistory {
        /// Name of the alarm.
        alarm: String,
    },
    /// `SetAlarmState`: until the alarm looks at its metric again, often within seconds.
    SetAlarmState {
        /// Name of the alarm.
        alarm: String,
        /// What it says meanwhile.
        state: AlarmState,
        /// Why, for those who are told.
        reason: String,
    },
    /// `GetDashboard`.
    GetDashboard {
        /// Name of the dashboard.
        dashboard: String,
    },
    /// `PutDashboard`: replaces the whole body.
    PutDashboard {
        /// Name of the dashboard.
        dashboard: String,
        /// What it shows, as JSON.
        body: String,
    },
    /// `DeleteDashboards` for one dashboard.
    DeleteDashboard {
        /// Name of the dashboard.
        dashboard: String,
    },
}

/// Something that happened to an alarm, of what the vocabulary holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
}

/// What happened to an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    /// It says something else.
    State {
        /// What it says from then on.
        to: AlarmState,
        /// Why, in the words of whoever set it, or of AWS.
        reason: String,
    },
    /// It told somebody.
    Action {
        /// Whom: an ARN; empty where AWS does not say.
        told: String,
        /// Whether that worked.
        succeeded: bool,
    },
}

/// When an alarm goes off and whom it tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlarmSpec {
    /// What it is for, in words.
    pub description: String,
    /// Namespace of the metric: `AWS/DynamoDB`.
    pub namespace: String,
    /// Name of the metric: `SystemErrors`.
    pub metric: String,
    /// Which series of the metric.
    pub dimensions: BTreeMap<String, String>,
    /// How the points of a period become one number.
    pub statistic: Statistic,
    /// Length of a period, in seconds.
    pub period_seconds: u32,
    /// How many periods are looked at.
    pub evaluation_periods: u32,
    /// The number that is compared with.
    pub threshold: f64,
    /// How it is compared.
    pub comparison: Comparison,
    /// What a period without points means.
    pub missing_data: MissingData,
    /// ARNs that are told when it goes off, sorted.
    pub actions: Vec<String>,
}

/// How the points of a period become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Statistic {
    /// How many points there are.
    SampleCount,
    /// Their mean.
    Average,
    /// Their sum.
    Sum,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
}

/// How an alarm compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Comparison {
    /// `>=`
    GreaterThanOrEqualToThreshold,
    /// `>`
    GreaterThanThreshold,
    /// `<`
    LessThanThreshold,
    /// `<=`
    LessThanOrEqualToThreshold,
}

/// What a period without points means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MissingData {
    /// The state is unknown.
    #[default]
    Missing,
    /// All is well.
    NotBreaching,
    /// As bad as beyond the threshold.
    Breaching,
    /// The state stays as it was.
    Ignore,
}

/// What an alarm says now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// All is well.
    Ok,
    /// It went off.
    Alarm,
    /// It cannot tell.
    InsufficientData,
}

/// What CloudWatch answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::DescribeAlarm`]. AWS answers an unknown name with an empty list: that is
    /// [`Absent`](super::Ending::Absent) with `ResourceNotFound`.
    Alarm {
        /// When it goes off and whom it tells.
        spec: AlarmSpec,
        /// What it says now.
        state: AlarmState,
    },
    /// To [`Call::DescribeAlarmsTelling`]. An alarm whose actions are off is not among them.
    Alarms {
        /// Names of the alarms, sorted.
        names: Vec<String>,
    },
    /// To [`Call::DescribeAlarmHistory`].
    History {
        /// What happened in the last 30 days, earliest first. Changes of its definition are left
        /// out.
        happened: Vec<Happened>,
    },
    /// To [`Call::GetDashboard`].
    Dashboard {
        /// What it shows, as JSON.
        body: String,
    },
    /// To [`Call::PutDashboard`]: it is there.
    DashboardPut {
        /// What CloudWatch does not like about it, in its words.
        remarks: Vec<String>,
    },
    /// To all other changes.
    Done {},
}

operations! {
    "cloudwatch"
    read {
        DESCRIBE_ALARM "DescribeAlarms" "cloudwatch:DescribeAlarms";
        DESCRIBE_ALARM_HISTORY "DescribeAlarmHistory" "cloudwatch:DescribeAlarmHistory";
        GET_DASHBOARD "GetDashboard" "cloudwatch:GetDashboard";
    }
    change {
        DELETE_ALARM "DeleteAlarms" ["cloudwatch:DeleteAlarms"] Change Refused "DescribeAlarms";
        DELETE_DASHBOARD "DeleteDashboards" ["cloudwatch:DeleteDashboards"] Change Refused "GetDashboard";
        PUT_DASHBOARD "PutDashboard" ["cloudwatch:PutDashboard"] Change Same "GetDashboard";
        PUT_METRIC_ALARM "PutMetricAlarm" ["cloudwatch:PutMetricAlarm"] Change Same "DescribeAlarms";
        SET_ALARM_STATE "SetAlarmState" ["cloudwatch:SetAlarmState"] Change Same "DescribeAlarmHistory";
    }
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::DescribeAlarm { .. } | Self::DescribeAlarmsTelling { .. } => &DESCRIBE_ALARM,
            Self::PutMetricAlarm { .. } => &PUT_METRIC_ALARM,
            Self::DeleteAlarm { .. } => &DELETE_ALARM,
            Self::DescribeAlarmHistory { .. } => &DESCRIBE_ALARM_HISTORY,
            Self::SetAlarmState { .. } => &SET_ALARM_STATE,
            Self::GetDashboard { .. } => &GET_DASHBOARD,
            Self::PutDashboard { .. } => &PUT_DASHBOARD,
            Self::DeleteDashboard { .. } => &DELETE_DASHBOARD,
        }
    }

    /// The alarm or dashboard that the call is about, or who is told by the alarms.
    pub fn resource(&self) -> &str {
        match self {
            Self::DescribeAlarmsTelling { action } => action,
            Self::DescribeAlarm { alarm }
            | Self::PutMetricAlarm { alarm, .. }
            | Self::DeleteAlarm { alarm }
            | Self::DescribeAlarmHistory { alarm }
            | Self::SetAlarmState { alarm, .. } => alarm,
            Self::GetDashboard { dashboard }
            | Self::PutDashboard { dashboard, .. }
            | Self::DeleteDashboard { dashboard } => dashboard,
        }
    }
}
