//! Application Auto Scaling of DynamoDB tables: what may be scaled, between which bounds, and the
//! policies that track a utilisation.

use serde::{Deserialize, Serialize};

use super::Operation;
use super::operation::operations;

/// An operation of Application Auto Scaling with its parameters. The namespace is `dynamodb`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `DescribeScalableTargets`: all of DynamoDB, every page.
    DescribeScalableTargets {},
    /// `RegisterScalableTarget`: makes a target, or gives it other bounds.
    RegisterScalableTarget {
        /// Of what.
        #[serde(flatten)]
        of: Scalable,
        /// The least capacity.
        min: u32,
        /// The most capacity.
        max: u32,
    },
    /// `DeregisterScalableTarget`: takes the target and all its policies away.
    DeregisterScalableTarget {
        /// Of what.
        #[serde(flatten)]
        of: Scalable,
    },
    /// `DescribeScalingPolicies`: all of DynamoDB, every page.
    DescribeScalingPolicies {},
    /// `PutScalingPolicy`: makes or replaces a policy that tracks the utilisation.
    PutScalingPolicy {
        /// Of what.
        #[serde(flatten)]
        of: Scalable,
        /// Name of the policy.
        name: String,
        /// What it tracks.
        tracking: Tracking,
    },
    /// `DeleteScalingPolicy`.
    DeleteScalingPolicy {
        /// Of what.
        #[serde(flatten)]
        of: Scalable,
        /// Name of the policy.
        name: String,
    },
}

/// What Application Auto Scaling answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::DescribeScalableTargets`].
    Targets {
        /// Sorted by resource and dimension.
        targets: Vec<ScalableTarget>,
    },
    /// To [`Call::DescribeScalingPolicies`].
    Policies {
        /// Sorted by resource, dimension and name.
        policies: Vec<ScalingPolicy>,
    },
    /// To a change.
    Done {},
}

/// What is scaled: one dimension of a table or an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scalable {
    /// `table/NAME` or `table/NAME/index/INDEX`.
    pub resource: String,
    /// Which capacity of it.
    pub dimension: Dimension,
}

/// A capacity that can be scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dimension {
    /// Read capacity units of a table.
    #[serde(rename = "dynamodb:table:ReadCapacityUnits")]
    TableRead,
    /// Write capacity units of a table.
    #[serde(rename = "dynamodb:table:WriteCapacityUnits")]
    TableWrite,
    /// Read capacity units of a global secondary index.
    #[serde(rename = "dynamodb:index:ReadCapacityUnits")]
    IndexRead,
    /// Write capacity units of a global secondary index.
    #[serde(rename = "dynamodb:index:WriteCapacityUnits")]
    IndexWrite,
}

impl Dimension {
    /// AWS's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TableRead => "dynamodb:table:ReadCapacityUnits",
            Self::TableWrite => "dynamodb:table:WriteCapacityUnits",
            Self::IndexRead => "dynamodb:index:ReadCapacityUnits",
            Self::IndexWrite => "dynamodb:index:WriteCapacityUnits",
        }
    }

    /// True for what is read.
    pub const fn is_read(self) -> bool {
        match self {
            Self::TableRead | Self::IndexRead => true,
            Self::TableWrite | Self::IndexWrite => false,
        }
    }

    /// AWS's name of the metric that tells how much of it is used.
    pub const fn metric(self) -> &'static str {
        if self.is_read() {
            "DynamoDBReadCapacityUtilization"
        } else {
            "DynamoDBWriteCapacityUtilization"
        }
    }
}

/// Something that is scaled, and its bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalableTarget {
    /// Of what.
    #[serde(flatten)]
    pub of: Scalable,
    /// The least capacity.
    pub min: u32,
    /// The most capacity.
    pub max: u32,
    /// Whether policies may not scale it, in or out, because somebody suspended them.
    pub suspended: bool,
}

/// A scaling policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScalingPolicy {
    /// Of what.
    #[serde(flatten)]
    pub of: Scalable,
    /// Its name.
    pub name: String,
    /// What it tracks; none for a policy of another kind or another metric.
    pub tracking: Option<Tracking>,
}

/// How a policy tracks the utilisation of its own dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tracking {
    /// The utilisation that it aims at, in per cent.
    pub target_utilization: f64,
    /// Seconds that it waits after a decrease before the next.
    pub scale_in_cooldown_seconds: Option<u32>,
    /// Seconds that it waits after an increase before the next.
    pub scale_out_cooldown_seconds: Option<u32>,
    /// Whether it never lowers the capacity.
    pub disable_scale_in: bool,
}

operations! {
    "application-autoscaling"
    read {
        DESCRIBE_SCALABLE_TARGETS "DescribeScalableTargets" "application-autoscaling:DescribeScalableTargets";
        DESCRIBE_SCALING_POLICIES "DescribeScalingPolicies" "application-autoscaling:DescribeScalingPolicies";
    }
    change {
        DELETE_SCALING_POLICY "DeleteScalingPolicy" ["application-autoscaling:DeleteScalingPolicy", "cloudwatch:DeleteAlarms"] Change Refused "DescribeScalingPolicies";
        DEREGISTER_SCALABLE_TARGET "DeregisterScalableTarget" ["application-autoscaling:DeregisterScalableTarget", "cloudwatch:DeleteAlarms"] Change Refused "DescribeScalableTargets";
        PUT_SCALING_POLICY "PutScalingPolicy" ["application-autoscaling:PutScalingPolicy", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"] Change Same "DescribeScalingPolicies";
        REGISTER_SCALABLE_TARGET "RegisterScalableTarget" ["application-autoscaling:RegisterScalableTarget", "dynamodb:DescribeTable", "iam:CreateServiceLinkedRole"] Change Same "DescribeScalableTargets";
    }
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::DescribeScalableTargets {} => &DESCRIBE_SCALABLE_TARGETS,
            Self::RegisterScalableTarget { .. } => &REGISTER_SCALABLE_TARGET,
            Self::DeregisterScalableTarget { .. } => &DEREGISTER_SCALABLE_TARGET,
            Self::DescribeScalingPolicies {} => &DESCRIBE_SCALING_POLICIES,
            Self::PutScalingPolicy { .. } => &PUT_SCALING_POLICY,
            Self::DeleteScalingPolicy { .. } => &DELETE_SCALING_POLICY,
        }
    }

    /// The table or index that the call is about, as Application Auto Scaling names it.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::DescribeScalableTargets {} | Self::DescribeScalingPolicies {} => None,
            Self::RegisterScalableTarget { of, .. }
            | Self::DeregisterScalableTarget { of }
            | Self::PutScalingPolicy { of, .. }
            | Self::DeleteScalingPolicy { of, .. } => Some(&of.resource),
        }
    }
}

impl Scalable {
    /// A dimension of a table, or of an index of it.
    pub fn of(table: &str, index: Option<&str>, read: bool) -> Self {
        let (resource, dimension) = match (index, read) {
            (None, true) => (format!("table/{table}"), Dimension::TableRead),
            (None, false) => (format!("table/{table}"), Dimension::TableWrite),
            (Some(index), true) => (format!("table/{table}/index/{index}"), Dimension::IndexRead),
            (Some(index), false) => (format!("table/{table}/index/{index}"), Dimension::IndexWrite),
        };
        Self { resource, dimension }
    }

    /// The table, and the index when it is one; none when the name is not of the dimension's kind.
    pub fn parts(&self) -> Option<(&str, Option<&str>)> {
        let name = self.resource.strip_prefix("table/")?;
        match (self.dimension, name.split_once("/index/")) {
            (Dimension::TableRead | Dimension::TableWrite, None) if !name.contains('/') => {
                Some((name, None))
            }
            (Dimension::IndexRead | Dimension::IndexWrite, Some((table, index)))
                if !index.contains('/') =>
            {
                Some((table, Some(index)))
            }
            (
                Dimension::TableRead
                | Dimension::TableWrite
                | Dimension::IndexRead
                | Dimension::IndexWrite,
                _,
            ) => None,
        }
    }
}
