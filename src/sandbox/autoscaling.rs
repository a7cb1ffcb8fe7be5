//! The simulated Application Auto Scaling: what may be scaled, and the policies.
//!
//! Nothing is ever scaled, and the alarms that AWS makes for each policy are left out: no load is
//! simulated that they could measure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::autoscaling::{Call, Reply, Scalable, ScalableTarget, ScalingPolicy, Tracking};
use crate::cloud::{CallError, Ending};

use super::dynamodb::Tables;
use super::lagging::Shelf;
use super::moment::{Carried, Moment, read, wrote};

/// What may be scaled, by resource and dimension.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AutoScaling {
    shelf: Shelf<Target>,
}

/// Something that is scaled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Target {
    of: Scalable,
    min: u32,
    max: u32,
    policies: BTreeMap<String, Tracking>,
}

impl AutoScaling {
    /// Carries out one call.
    pub fn call(&mut self, call: &Call, tables: &Tables, at: &Moment) -> Carried<Reply> {
        match call {
            Call::DescribeScalableTargets {} => {
                let described = |target: &Target| ScalableTarget {
                    of: target.of.clone(),
                    min: target.min,
                    max: target.max,
                    suspended: false,
                };
                read(Reply::Targets { targets: self.seen(at).map(described).collect() })
            }
            Call::DescribeScalingPolicies {} => {
                let described = |target: &Target| -> Vec<ScalingPolicy> {
                    let of = &target.of;
                    let policy = |(name, tracking): (&String, &Tracking)| ScalingPolicy {
                        of: of.clone(),
                        name: name.clone(),
                        tracking: Some(tracking.clone()),
                    };
                    target.policies.iter().map(policy).collect()
                };
                read(Reply::Policies { policies: self.seen(at).flat_map(described).collect() })
            }
            Call::RegisterScalableTarget { of, min, max } => {
                self.register(of, (*min, *max), tables, at)
            }
            Call::DeregisterScalableTarget { of } => {
                check(of)?;
                if self.shelf.truth(&key(of)).is_none() {
                    return absent(format!("No scalable target found for {}", words(of)));
                }
                self.shelf.set(&key(of), None, at.now, at.visible);
                wrote(Reply::Done {}, true)
            }
            Call::PutScalingPolicy { of, name, tracking } => self.put(of, name, tracking, at),
            Call::DeleteScalingPolicy { of, name } => {
                check(of)?;
                let there = self.shelf.truth(&key(of)).filter(|t| t.policies.contains_key(name));
                let Some(target) = there else {
                    let message =
                        format!("No scaling policy found for {}, policy name: {name}", words(of));
                    return absent(message);
                };
                let mut new = target.clone();
                new.policies.remove(name);
                self.shelf.set(&key(of), Some(new), at.now, at.visible);
                wrote(Reply::Done {}, true)
            }
        }
    }

    /// What a person could have set.
    pub fn state(&self) -> Value {
        let target = |(name, target): (&str, &Target)| {
            let Target { min, max, policies, .. } = target;
            (name.to_owned(), json!({ "min": min, "max": max, "policies": policies }))
        };
        json!(self.shelf.truths().map(target).collect::<BTreeMap<_, _>>())
    }

    fn seen<'s>(&'s self, at: &Moment) -> impl Iterator<Item = &'s Target> {
        let now = at.now;
        self.shelf.names(now).into_iter().filter_map(move |name| self.shelf.seen(&name, now))
    }

    fn register(
        &mut self,
        of: &Scalable,
        (min, max): (u32, u32),
        tables: &Tables,
        at: &Moment,
    ) -> Carried<Reply> {
        let (table, index) = check(of)?;
        if min > max {
            return invalid("Minimum capacity cannot be greater than maximum capacity");
        }
        if min < 1 {
            return invalid("Minimum capacity for a DynamoDB resource must be at least 1");
        }
        if !tables.has(table, index) {
            let what = if index.is_some() { "index" } else { "table" };
            return invalid(format!("DynamoDB {what} does not exist: {}", of.resource));
        }
        let policies = self.shelf.truth(&key(of)).map(|target| target.policies.clone());
        let policies = policies.unwrap_or_default();
        let target = Target { of: of.clone(), min, max, policies };
        let changed = self.shelf.set(&key(of), Some(target), at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }

    fn put(
        &mut self,
        of: &Scalable,
        name: &str,
        tracking: &Tracking,
        at: &Moment,
    ) -> Carried<Reply> {
        check(of)?;
        let Some(target) = self.shelf.truth(&key(of)) else {
            return absent(format!("No scalable target registered for {}", words(of)));
        };
        if target.policies.keys().any(|other| other != name) {
            return invalid(
                "Only one TargetTrackingScaling policy for a given metric specification is allowed.",
            );
        }
        if tracking.target_utilization.is_nan() || tracking.target_utilization <= 0.0 {
            return invalid("Target value must be greater than 0");
        }
        let mut new = target.clone();
        new.policies.insert(name.to_owned(), tracking.clone());
        let changed = self.shelf.set(&key(of), Some(new), at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }
}

fn key(of: &Scalable) -> String {
    format!("{} {}", of.resource, of.dimension.name())
}

fn words(of: &Scalable) -> String {
    let (resource, dimension) = (&of.resource, of.dimension.name());
    format!("service namespace: dynamodb, resource ID: {resource}, scalable dimension: {dimension}")
}

/// The table and the index that are meant, when the name is of the dimension's kind.
fn check(of: &Scalable) -> Result<(&str, Option<&str>), CallError> {
    of.parts().map_or_else(
        || invalid("Unsupported service namespace, resource type or scalable dimension"),
        Ok,
    )
}

fn invalid<T>(message: impl Into<String>) -> Result<T, CallError> {
    Err(CallError::new(Ending::Refused, "ValidationException", message))
}

fn absent<T>(message: String) -> Result<T, CallError> {
    Err(CallError::new(Ending::Absent, "ObjectNotFoundException", message))
}

#[cfg(test)]
mod tests;
