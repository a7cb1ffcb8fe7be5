//! The trail itself: where it writes, and how.

use super::super::presence::Presence;
use super::super::s3::policy::allows_trail;
use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Severity, Target, Unread};
use super::{unfit_name, unreadable};
use crate::cloud::cloudtrail::{CREATE_TRAIL, Call, DELETE_TRAIL, Reply, TrailSpec, UPDATE_TRAIL};
use crate::cloud::{self, Danger, Operation, Outcome, s3};

/// `cloudtrail.trail.definition`
pub(in crate::settings) struct Definition;

const PREFIX_LENGTH: usize = 200;

/// The trail that is there, if there is one, and the only Region that may change it.
fn trail(seen: &[Outcome]) -> Result<Option<(&TrailSpec, &str)>, Unread> {
    match reply(seen, 0) {
        Ok(cloud::Reply::CloudTrail(Reply::Trail { spec, home_region, .. })) => {
            Ok(Some((spec, home_region)))
        }
        Ok(other) => Err(strange(other)),
        Err(Unread::Absent) => Ok(None),
        Err(why) => Err(why),
    }
}

/// Why the new trail would record less than the old one, when it would.
fn lost(from: &TrailSpec, to: &TrailSpec) -> Option<&'static str> {
    if from.multi_region && !to.multi_region {
        Some("Events of other Regions are not recorded meanwhile, and cannot be had later.")
    } else if from.global_services && !to.global_services {
        Some("Events of global services are not recorded meanwhile, and cannot be had later.")
    } else if from.log_file_validation && !to.log_file_validation {
        Some("No digest files are written meanwhile: changed log files do not show.")
    } else {
        None
    }
}

impl Property for Definition {
    type Value = Presence<TrailSpec>;

    const ID: &'static str = "cloudtrail.trail.definition";
    const KIND: Kind = Kind::Trail;
    const TITLE: &'static str = "Definition";
    const HELP: &'static str = "Where the trail writes and how, or `\"absent\"`. The policy of the \
        bucket must let it write first (`s3.bucket.log_delivery`), and only its home Region can \
        change it (T2). It records nothing until `cloudtrail.trail.logging` is on.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html";
    const EXAMPLE: &'static str = "{ bucket = \"sitelogix-logs-prod\", prefix = \"trail\", \
        multi_region = true, global_services = true, log_file_validation = true }";
    const WRITES: &'static [&'static Operation] = &[&CREATE_TRAIL, &DELETE_TRAIL, &UPDATE_TRAIL];

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::CloudTrail(Call::GetTrail { trail: on.name.clone() })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Presence<TrailSpec>, Unread> {
        let there = trail(seen)?;
        Ok(there.map_or(Presence::Absent, |(spec, _)| Presence::Present(spec.clone())))
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &Presence<TrailSpec>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = trail(seen).map_err(|why| unreadable(&why))?;
        if let Some((_, home)) = now
            && home != on.place.region
        {
            let here = &on.place.region;
            let why = format!("the home Region of the trail is {home}, and only there it changes");
            let fix = format!("use a place in {home} for this step, not {here}");
            return Err(Breach::refuse("T2", why, fix));
        }
        let trail = on.name.clone();
        let call = match (now, to) {
            (None, Presence::Absent) => return Ok(Vec::new()),
            (Some((spec, _)), Presence::Present(to)) if spec == to => return Ok(Vec::new()),
            (Some(_), Presence::Absent) => Call::DeleteTrail { trail },
            (Some(_), Presence::Present(to)) => Call::UpdateTrail { trail, spec: to.clone() },
            (None, Presence::Present(to)) => Call::CreateTrail { trail, spec: to.clone() },
        };
        Ok(vec![cloud::Call::CloudTrail(call)])
    }

    fn change(from: &Presence<TrailSpec>, to: &Presence<TrailSpec>) -> Change {
        match (from, to) {
            (Presence::Present(_), Presence::Absent) => Change::because(
                Danger::Destroy,
                "Events are not recorded any more, and cannot be had later. What the trail selects \
                 goes with it; the log files stay in the bucket.",
            ),
            (Presence::Present(from), Presence::Present(to)) => lost(from, to)
                .map_or_else(Change::exact, |why| Change::because(Danger::Destroy, why)),
            (Presence::Absent, Presence::Absent | Presence::Present(_)) => Change::exact(),
        }
    }

    fn lint(on: &Target, to: &Presence<TrailSpec>) -> Vec<Breach> {
        let mut breaches: Vec<_> = unfit_name(on).into_iter().collect();
        let Some(to) = to.present() else { return breaches };
        if to.prefix.ends_with('/') {
            let why = "the prefix ends with a slash, and CloudTrail puts one after it";
            let fix = format!("write `{}`", to.prefix.trim_end_matches('/'));
            breaches.push(Breach::unfit(why, fix));
        }
        if to.prefix.chars().count() > PREFIX_LENGTH {
            let why = format!("the prefix has more than {PREFIX_LENGTH} characters");
            breaches.push(Breach::unfit(why, "use a shorter one"));
        }
        if to.multi_region && !to.global_services {
            let why = "a trail of every Region records global services too: AWS refuses it without";
            breaches.push(Breach::unfit(why, "add `global_services = true`"));
        }
        breaches
    }

    fn guard(_on: &Target, to: &Presence<TrailSpec>) -> Vec<cloud::Call> {
        let Some(to) = to.present() else { return Vec::new() };
        let bucket = || to.bucket.clone();
        [s3::Call::HeadBucket { bucket: bucket() }, s3::Call::GetBucketPolicy { bucket: bucket() }]
            .map(cloud::Call::S3)
            .to_vec()
    }

    fn judge(on: &Target, to: &Presence<TrailSpec>, seen: &[Outcome]) -> Vec<Breach> {
        let Some(TrailSpec { bucket, prefix, .. }) = to.present() else { return Vec::new() };
        if reply(seen, 0) == Err(Unread::Absent) {
            let why =
                format!("the bucket {bucket}, to which the trail would write, does not exist");
            return vec![Breach::unfit(why, "create it in a step before this one")];
        }
        let is_allowed = match reply(seen, 1) {
            Ok(cloud::Reply::S3(s3::Reply::Policy { policy })) => {
                allows_trail(policy, &on.place, bucket, prefix)
            }
            Err(Unread::Absent) => false,
            Ok(other) => return vec![unseen(bucket, &strange(other))],
            Err(why) => return vec![unseen(bucket, &why)],
        };
        if is_allowed {
            return Vec::new();
        }
        let trail = &on.name;
        let why = format!("the policy of the bucket {bucket} does not let CloudTrail write to it");
        let fix = format!(
            "set `s3.bucket.log_delivery` of {bucket} in a step before this one, with \
             `trails = [\"{trail}\"]` and `trail_prefix = \"{prefix}\"`"
        );
        vec![Breach::unfit(why, fix)]
    }

    fn creates(to: &Presence<TrailSpec>) -> bool {
        to.present().is_some()
    }
}

/// The policy could not be looked at: AWS decides, when the trail is written.
fn unseen(bucket: &str, why: &Unread) -> Breach {
    Breach {
        severity: Severity::Warn,
        ..Breach::unfit(
            format!("whether the bucket {bucket} lets CloudTrail write could not be seen: {why}"),
            "look at its policy; AWS refuses the trail if it does not",
        )
    }
}

#[cfg(test)]
mod tests;
