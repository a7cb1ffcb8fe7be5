//! `dynamodb.table.auto_scaling`: between which bounds AWS moves the capacity of a table.

mod calls;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::presence::Presence;
use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Target, Undo, Unread};
use crate::cloud::autoscaling::{
    Call, DELETE_SCALING_POLICY, DEREGISTER_SCALABLE_TARGET, PUT_SCALING_POLICY,
    REGISTER_SCALABLE_TARGET, Reply, Scalable, ScalableTarget, ScalingPolicy,
};
use crate::cloud::{self, Danger, Operation, Outcome, dynamodb};
use calls::{back, forth};

/// `dynamodb.table.auto_scaling`
pub(in crate::settings) struct AutoScaling;

/// How the capacity of a table and its global secondary indexes is scaled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Table {
    /// Reads of the table: `"absent"`, or the bounds; as they are when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Presence<Scaling>>,
    /// Writes of the table: `"absent"`, or the bounds; as they are when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<Presence<Scaling>>,
    /// Global secondary indexes, by name; others stay as they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indexes: BTreeMap<String, Index>,
}

/// How the capacity of an index is scaled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Index {
    /// Its reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Presence<Scaling>>,
    /// Its writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<Presence<Scaling>>,
}

/// The bounds of a capacity, and the policy that moves it between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Scaling {
    /// The least units.
    #[schemars(range(min = 1))]
    pub min: u32,
    /// The most units.
    #[schemars(range(min = 1))]
    pub max: u32,
    /// The utilisation that is aimed at, in per cent; without it nothing moves the capacity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 20, max = 90))]
    pub target_utilization: Option<f64>,
    /// Seconds between two decreases; as they are when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_in_cooldown_seconds: Option<u32>,
    /// Seconds between two increases; as they are when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_out_cooldown_seconds: Option<u32>,
    /// Whether the capacity is never lowered; as it is when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disable_scale_in: Option<bool>,
    /// Name of the policy; AWS's usual one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Only read: somebody suspended the scaling.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
}

/// The utilisation that DynamoDB's auto scaling may aim at, in per cent.
const UTILIZATION: std::ops::RangeInclusive<f64> = 20.0..=90.0;

impl Property for AutoScaling {
    type Value = Table;

    const ID: &'static str = "dynamodb.table.auto_scaling";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Auto scaling";
    const HELP: &'static str = "Between which bounds AWS moves the provisioned capacity of the \
        table and of its global secondary indexes, and the utilisation that it aims at. An index \
        that is not named stays as it is, and is not scaled with its table: one that is too small \
        throttles the writes of the table. AWS makes alarms of its own for each policy. A restored \
        table has none of it (D2).";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html";
    const EXAMPLE: &'static str = "{ read = { min = 5, max = 50, target_utilization = 70 }, \
        write = { min = 5, max = 50, target_utilization = 70 } }";
    const WRITES: &'static [&'static Operation] = &[
        &REGISTER_SCALABLE_TARGET,
        &PUT_SCALING_POLICY,
        &DELETE_SCALING_POLICY,
        &DEREGISTER_SCALABLE_TARGET,
    ];

    fn read(_on: &Target) -> Vec<cloud::Call> {
        let calls = [Call::DescribeScalableTargets {}, Call::DescribeScalingPolicies {}];
        calls.map(cloud::Call::AutoScaling).into()
    }

    fn decode(on: &Target, seen: &[Outcome]) -> Result<Table, Unread> {
        let (targets, policies) = (targets(seen)?, policies(seen)?);
        let mut table = Table {
            read: Some(Presence::Absent),
            write: Some(Presence::Absent),
            indexes: BTreeMap::new(),
        };
        for target in targets {
            let Some((name, index)) = target.of.parts() else { continue };
            if name != on.name {
                continue;
            }
            let there = Some(Presence::Present(scaling(target, policies)));
            let is_read = target.of.dimension.is_read();
            match index {
                None if is_read => table.read = there,
                None => table.write = there,
                Some(index) => {
                    let index = table.indexes.entry(index.to_owned()).or_insert_with(|| Index {
                        read: Some(Presence::Absent),
                        write: Some(Presence::Absent),
                    });
                    if is_read { index.read = there } else { index.write = there }
                }
            }
        }
        Ok(table)
    }

    fn is_met(value: &Table, wanted: &Table) -> bool {
        wanted.each().all(|(index, read, wanted)| match (value.at(index, read), wanted) {
            (Presence::Absent, Presence::Absent) => true,
            (Presence::Present(there), Presence::Present(wanted)) => meets(there, wanted),
            (Presence::Absent, Presence::Present(_)) | (Presence::Present(_), Presence::Absent) => {
                false
            }
        })
    }

    fn write(on: &Target, seen: &[Outcome], to: &Table) -> Result<Vec<cloud::Call>, Breach> {
        let now = read_again(on, seen)?;
        let mut calls = Vec::new();
        for (index, read, wanted) in to.each() {
            let of = Scalable::of(&on.name, index, read);
            let there = now.at(index, read);
            if there.present().is_some_and(|there| there.suspended) && wanted.present().is_some() {
                return Err(Breach::unfit(
                    format!("somebody suspended the scaling of {}", of.resource),
                    "find out why; have it resumed, then plan again",
                ));
            }
            calls.extend(forth(&of, there.present(), wanted.present()));
        }
        Ok(calls.into_iter().map(cloud::Call::AutoScaling).collect())
    }

    /// What the change put there goes; what was there before comes back, name of the policy and all.
    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Table>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = read_again(on, seen)?;
        let calls = undo.after.each().flat_map(|(index, read, _)| {
            let of = Scalable::of(&on.name, index, read);
            back(&of, now.at(index, read).present(), undo.before.at(index, read).present())
        });
        Ok(calls.map(cloud::Call::AutoScaling).collect())
    }

    fn change(from: &Table, to: &Table) -> Change {
        let goes = to.each().any(|(index, read, wanted)| {
            *wanted == Presence::Absent && from.at(index, read) != &Presence::Absent
        });
        if goes {
            return Change::because(
                Danger::Change,
                "The capacity stays where it is now: load beyond it is throttled, and what is not \
                 used is paid for. Scheduled scaling of it goes too, and does not come back.",
            );
        }
        Change::exact()
    }

    fn lint(_on: &Target, to: &Table) -> Vec<Breach> {
        if to.each().next().is_none() {
            let why = "it names nothing that is to be scaled";
            return vec![Breach::unfit(why, "give `read`, `write` or `indexes`")];
        }
        to.each().flat_map(|(_, _, wanted)| wanted.present().into_iter().flat_map(rules)).collect()
    }

    fn guard(on: &Target, _to: &Table) -> Vec<cloud::Call> {
        super::describe(on)
    }

    fn judge(_on: &Target, to: &Table, seen: &[Outcome]) -> Vec<Breach> {
        let table = match super::table(seen) {
            Ok(table) => table,
            Err(why) => {
                let why = format!("whether the table has capacity to scale is not known: {why}");
                return vec![Breach::unfit(why, "give the permission for DescribeTable")];
            }
        };
        to.each()
            .filter(|(_, _, wanted)| wanted.present().is_some())
            .filter_map(|(index, _, _)| unscalable(table, index))
            .collect()
    }
}

/// Why a table or an index has no capacity that could be scaled.
fn unscalable(table: &dynamodb::Table, index: Option<&str>) -> Option<Breach> {
    let there = |name: &str| table.global_indexes.iter().find(|index| index.name == name);
    let capacity = match index {
        None => table.capacity,
        Some(name) => match there(name) {
            Some(index) => index.capacity,
            None => {
                let why = format!("the table has no global secondary index `{name}`");
                return Some(Breach::unfit(why, "name one that it has, or leave it out"));
            }
        },
    };
    let on_demand = || {
        Breach::unfit(
            "the table is on demand: AWS scales it by itself, and there is nothing to set",
            "set `dynamodb.table.capacity` with mode PROVISIONED in a step before this one",
        )
    };
    capacity.is_none().then(on_demand)
}

impl Table {
    /// What is named: the index if it is one, whether it is reads, and how it is to be.
    fn each(&self) -> impl Iterator<Item = (Option<&str>, bool, &Presence<Scaling>)> {
        let both = |index, read, write| [(index, true, read), (index, false, write)];
        let own = both(None, self.read.as_ref(), self.write.as_ref());
        let indexes = self.indexes.iter().map(|(name, index)| (name.as_str(), index)).flat_map(
            move |(name, index)| both(Some(name), index.read.as_ref(), index.write.as_ref()),
        );
        own.into_iter()
            .chain(indexes)
            .filter_map(|(index, read, scaling)| Some((index, read, scaling?)))
    }

    /// How one of them is; absent when it is not named.
    fn at(&self, index: Option<&str>, read: bool) -> &Presence<Scaling> {
        let (reads, writes) = match index {
            None => (self.read.as_ref(), self.write.as_ref()),
            Some(name) => match self.indexes.get(name) {
                Some(index) => (index.read.as_ref(), index.write.as_ref()),
                None => (None, None),
            },
        };
        (if read { reads } else { writes }).unwrap_or(&Presence::Absent)
    }
}

/// True when what is there is as wanted, where the wanted one says how.
fn meets(there: &Scaling, wanted: &Scaling) -> bool {
    fn is<T: PartialEq>(there: &Option<T>, wanted: &Option<T>) -> bool {
        wanted.is_none() || there == wanted
    }
    (there.min, there.max, there.suspended) == (wanted.min, wanted.max, wanted.suspended)
        && is(&there.target_utilization, &wanted.target_utilization)
        && is(&there.scale_in_cooldown_seconds, &wanted.scale_in_cooldown_seconds)
        && is(&there.scale_out_cooldown_seconds, &wanted.scale_out_cooldown_seconds)
        && is(&there.disable_scale_in, &wanted.disable_scale_in)
        && is(&there.policy, &wanted.policy)
}

/// The rules that the bounds and the utilisation break.
fn rules(scaling: &Scaling) -> Vec<Breach> {
    let Scaling { min, max, target_utilization, .. } = scaling;
    let mut breaches = Vec::new();
    if *min < 1 || min > max {
        let why = format!("capacity cannot be scaled between {min} and {max}");
        breaches.push(Breach::unfit(why, "give a `min` of 1 or more, and a `max` not below it"));
    }
    if target_utilization.is_some_and(|percent| !UTILIZATION.contains(&percent)) {
        let (from, to) = (UTILIZATION.start(), UTILIZATION.end());
        let why = format!("the utilisation that is aimed at is {from} to {to} per cent");
        breaches.push(Breach::unfit(why, format!("give a number from {from} to {to}")));
    }
    let of_policy = scaling.scale_in_cooldown_seconds.is_some()
        || scaling.scale_out_cooldown_seconds.is_some()
        || scaling.disable_scale_in.is_some()
        || scaling.policy.is_some();
    if target_utilization.is_none() && of_policy {
        let why = "a policy is described, but not the utilisation that it aims at";
        breaches.push(Breach::unfit(why, "give `target_utilization`"));
    }
    if scaling.suspended {
        let why = "`suspended` is only read";
        breaches.push(Breach::unfit(why, "leave it out"));
    }
    breaches
}

fn scaling(target: &ScalableTarget, policies: &[ScalingPolicy]) -> Scaling {
    let ScalableTarget { of, min, max, suspended } = target;
    let policy = policies
        .iter()
        .filter(|policy| policy.of == *of)
        .find_map(|policy| Some((&policy.name, policy.tracking.as_ref()?)));
    let tracking = policy.map(|(_, tracking)| tracking);
    Scaling {
        min: *min,
        max: *max,
        target_utilization: tracking.map(|tracking| tracking.target_utilization),
        scale_in_cooldown_seconds: tracking.and_then(|of| of.scale_in_cooldown_seconds),
        scale_out_cooldown_seconds: tracking.and_then(|of| of.scale_out_cooldown_seconds),
        disable_scale_in: tracking.map(|tracking| tracking.disable_scale_in),
        policy: policy.map(|(name, _)| name.clone()),
        suspended: *suspended,
    }
}

fn read_again(on: &Target, seen: &[Outcome]) -> Result<Table, Breach> {
    AutoScaling::decode(on, seen).map_err(|why| {
        Breach::unfit(format!("how it is scaled now could not be read: {why}"), "read it again")
    })
}

fn targets(seen: &[Outcome]) -> Result<&[ScalableTarget], Unread> {
    match reply(seen, 0)? {
        cloud::Reply::AutoScaling(Reply::Targets { targets }) => Ok(targets),
        other => Err(strange(other)),
    }
}

fn policies(seen: &[Outcome]) -> Result<&[ScalingPolicy], Unread> {
    match reply(seen, 1)? {
        cloud::Reply::AutoScaling(Reply::Policies { policies }) => Ok(policies),
        other => Err(strange(other)),
    }
}

#[cfg(test)]
mod tests;
