//! The calls that bring one capacity from how it is scaled to how it is to be scaled.

use super::Scaling;
use crate::cloud::autoscaling::{Call, Scalable, Tracking};

/// To what is wanted. What is wanted without saying how stays as it is.
pub(super) fn forth(of: &Scalable, there: Option<&Scaling>, wanted: Option<&Scaling>) -> Vec<Call> {
    let Some(wanted) = wanted else { return take_away(of, there) };
    let mut calls: Vec<_> = bounds(of, there, wanted).into_iter().collect();
    if let Some(target_utilization) = wanted.target_utilization {
        let there_or = |wanted: Option<u32>, of: fn(&Scaling) -> Option<u32>| {
            wanted.or_else(|| there.and_then(of))
        };
        let tracking = Tracking {
            target_utilization,
            scale_in_cooldown_seconds: there_or(wanted.scale_in_cooldown_seconds, |there| {
                there.scale_in_cooldown_seconds
            }),
            scale_out_cooldown_seconds: there_or(wanted.scale_out_cooldown_seconds, |there| {
                there.scale_out_cooldown_seconds
            }),
            disable_scale_in: wanted
                .disable_scale_in
                .or_else(|| there.and_then(|there| there.disable_scale_in))
                .unwrap_or(false),
        };
        let former = there.and_then(|there| there.policy.clone());
        let name = wanted.policy.clone().or_else(|| former.clone()).unwrap_or_else(|| usual(of));
        calls.extend(policy(of, there, former, name, tracking));
    }
    calls
}

/// To exactly what was before.
pub(super) fn back(of: &Scalable, there: Option<&Scaling>, before: Option<&Scaling>) -> Vec<Call> {
    let Some(before) = before else { return take_away(of, there) };
    let mut calls: Vec<_> = bounds(of, there, before).into_iter().collect();
    let former = there.and_then(|there| there.policy.clone());
    match before.target_utilization {
        None => {
            let gone = |name| Call::DeleteScalingPolicy { of: of.clone(), name };
            calls.extend(former.map(gone));
        }
        Some(target_utilization) => {
            let tracking = Tracking {
                target_utilization,
                scale_in_cooldown_seconds: before.scale_in_cooldown_seconds,
                scale_out_cooldown_seconds: before.scale_out_cooldown_seconds,
                disable_scale_in: before.disable_scale_in.unwrap_or(false),
            };
            let name = before.policy.clone().unwrap_or_else(|| usual(of));
            calls.extend(policy(of, there, former, name, tracking));
        }
    }
    calls
}

fn take_away(of: &Scalable, there: Option<&Scaling>) -> Vec<Call> {
    let gone = there.map(|_| Call::DeregisterScalableTarget { of: of.clone() });
    gone.into_iter().collect()
}

fn bounds(of: &Scalable, there: Option<&Scaling>, to: &Scaling) -> Option<Call> {
    let Scaling { min, max, .. } = *to;
    let is_so = there.is_some_and(|there| (there.min, there.max) == (min, max));
    (!is_so).then(|| Call::RegisterScalableTarget { of: of.clone(), min, max })
}

/// AWS takes one policy for the utilisation: another name is another policy, so the former goes.
fn policy(
    of: &Scalable,
    there: Option<&Scaling>,
    former: Option<String>,
    name: String,
    tracking: Tracking,
) -> Vec<Call> {
    if former.as_ref() == Some(&name) && there.and_then(tracked).as_ref() == Some(&tracking) {
        return Vec::new();
    }
    let other = former.filter(|former| *former != name);
    let gone = other.map(|name| Call::DeleteScalingPolicy { of: of.clone(), name });
    let put = Call::PutScalingPolicy { of: of.clone(), name, tracking };
    gone.into_iter().chain([put]).collect()
}

/// What the policy that is there tracks.
fn tracked(there: &Scaling) -> Option<Tracking> {
    Some(Tracking {
        target_utilization: there.target_utilization?,
        scale_in_cooldown_seconds: there.scale_in_cooldown_seconds,
        scale_out_cooldown_seconds: there.scale_out_cooldown_seconds,
        disable_scale_in: there.disable_scale_in.unwrap_or(false),
    })
}

/// The name that AWS's console gives to such a policy.
fn usual(of: &Scalable) -> String {
    format!("{}:{}", of.dimension.metric(), of.resource)
}
