//! `s3.bucket.log_delivery`: which services may write logs into a bucket.
//!
//! It is a part of the bucket's policy: the statements that bear our ids. Every other statement
//! stays as it is.

mod grants;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::seen::{strange, unless};
use super::super::{Breach, Change, Kind, Property, Severity, Target, Undo, Unread};
use super::policy::{Answer, CLOUDTRAIL, LOGGING, Policy, Request};
use super::{NO_POLICY, call, names, unreadable};
use crate::cloud::s3::{Call, DELETE_BUCKET_POLICY, PUT_BUCKET_POLICY, Reply};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `s3.bucket.log_delivery`
pub(in crate::settings) struct LogDelivery;

/// Who may write logs into a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Delivery {
    /// Names of the buckets, of the same account, whose access logs may come in.
    #[serde(default)]
    pub access_logs_from: BTreeSet<String>,
    /// Names of the trails, of the same account and Region, whose log files may come in.
    #[serde(default)]
    pub trails: BTreeSet<String>,
    /// What the keys of the trails' log files begin with, without a slash at the end; none when
    /// empty.
    #[serde(default)]
    pub trail_prefix: String,
}

impl Delivery {
    fn is_empty(&self) -> bool {
        self.access_logs_from.is_empty() && self.trails.is_empty()
    }
}

/// The policy in the ending of its read; an empty one when the bucket has none.
fn policy(seen: &[Outcome]) -> Result<Policy, Unread> {
    match unless(seen, 0, &[NO_POLICY])? {
        None => Ok(Policy::empty()),
        Some(cloud::Reply::S3(Reply::Policy { policy })) => {
            Policy::parse(policy).map_err(Unread::Strange)
        }
        Some(other) => Err(strange(other)),
    }
}

/// What was seen: the whole policy, and what our statements in it grant.
fn now(on: &Target, seen: &[Outcome]) -> Result<(Policy, Delivery), Breach> {
    let read = || {
        let policy = policy(seen)?;
        let granted = grants::read(&policy, on)?;
        Ok((policy, granted))
    };
    read().map_err(|why| unreadable(&why))
}

/// The calls that make our statements grant exactly this.
fn put(on: &Target, mut policy: Policy, from: &Delivery, to: &Delivery) -> Vec<cloud::Call> {
    if from == to {
        return Vec::new();
    }
    grants::replace(&mut policy, on, to);
    let bucket = on.name.clone();
    if policy.statements.is_empty() {
        return call(Call::DeleteBucketPolicy { bucket });
    }
    call(Call::PutBucketPolicy { bucket, policy: policy.text() })
}

impl Property for LogDelivery {
    type Value = Delivery;

    const ID: &'static str = "s3.bucket.log_delivery";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Log delivery into the bucket";
    const HELP: &'static str = "Which buckets and trails may write their logs into this bucket. It \
        becomes a part of the bucket's policy, beside what others wrote there: setting it adds to \
        what is granted, undo takes out what was added. Access logs need it in the destination \
        (S14), a trail needs it before it is created.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html";
    const EXAMPLE: &'static str = "{ access_logs_from = [\"sitelogix-audio-files-prod\"], \
        trails = [\"sitelogix-trail\"], trail_prefix = \"trail\" }";
    const WRITES: &'static [&'static Operation] = &[&DELETE_BUCKET_POLICY, &PUT_BUCKET_POLICY];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::GetBucketPolicy { bucket: on.name.clone() })
    }

    fn decode(on: &Target, seen: &[Outcome]) -> Result<Delivery, Unread> {
        grants::read(&policy(seen)?, on)
    }

    fn is_met(value: &Delivery, wanted: &Delivery) -> bool {
        wanted.access_logs_from.is_subset(&value.access_logs_from)
            && wanted.trails.is_subset(&value.trails)
            && (wanted.trails.is_empty() || wanted.trail_prefix == value.trail_prefix)
    }

    fn write(on: &Target, seen: &[Outcome], to: &Delivery) -> Result<Vec<cloud::Call>, Breach> {
        let (policy, granted) = now(on, seen)?;
        if to.is_empty() {
            return Ok(put(on, policy, &granted, to));
        }
        let moved: Vec<&str> = granted.trails.difference(&to.trails).map(String::as_str).collect();
        let is_moved = !to.trails.is_empty() && granted.trail_prefix != to.trail_prefix;
        if is_moved && !moved.is_empty() {
            return Err(Breach::unfit(
                format!(
                    "the trails {} already write under the prefix `{}`, and would lose it",
                    moved.join(", "),
                    granted.trail_prefix
                ),
                "use the same `trail_prefix`, or another bucket",
            ));
        }
        let wanted = Delivery {
            access_logs_from: &granted.access_logs_from | &to.access_logs_from,
            trails: &granted.trails | &to.trails,
            trail_prefix: if to.trails.is_empty() { &granted } else { to }.trail_prefix.clone(),
        };
        Ok(put(on, policy, &granted, &wanted))
    }

    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Delivery>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let (policy, granted) = now(on, seen)?;
        let Undo { before, after } = undo;
        // What a later run granted to others stays. When nothing came between, this is `before`.
        let back = |now: &BTreeSet<String>, before: &BTreeSet<String>, after: &BTreeSet<String>| {
            now.iter().filter(|name| !after.contains(*name)).chain(before).cloned().collect()
        };
        let trails: BTreeSet<String> = back(&granted.trails, &before.trails, &after.trails);
        let prefix_of = if before.trails.is_empty() { &granted } else { before };
        let wanted = Delivery {
            access_logs_from: back(
                &granted.access_logs_from,
                &before.access_logs_from,
                &after.access_logs_from,
            ),
            trail_prefix: if trails.is_empty() {
                String::new()
            } else {
                prefix_of.trail_prefix.clone()
            },
            trails,
        };
        Ok(put(on, policy, &granted, &wanted))
    }

    fn change(from: &Delivery, to: &Delivery) -> Change {
        let is_moved = !from.trails.is_empty()
            && !to.trails.is_empty()
            && from.trail_prefix != to.trail_prefix;
        if to.is_empty() && !from.is_empty() || is_moved {
            let why = "Logs that can no longer be delivered are lost.";
            return Change::because(Danger::Destroy, why);
        }
        Change::exact()
    }

    fn lint(on: &Target, to: &Delivery) -> Vec<Breach> {
        let mut breaches: Vec<Breach> =
            to.access_logs_from.iter().filter_map(|name| names::breach(name)).collect();
        if to.is_empty() {
            let why = "it lets nobody write, and every bucket does at least that";
            let fix = "name buckets in `access_logs_from` or trails in `trails`; what a run \
                granted is taken out by undoing that run";
            breaches.push(Breach::unfit(why, fix));
        }
        if to.access_logs_from.contains(&on.name) {
            let why = "logging a bucket into itself fills it with logs about its own logs";
            breaches.push(Breach::refuse("S13", why, "log it into another bucket"));
        }
        if to.trails.is_empty() && !to.trail_prefix.is_empty() {
            let why = "a `trail_prefix` means nothing without trails";
            breaches.push(Breach::unfit(why, "name the trails, or leave it out"));
        }
        if to.trail_prefix.starts_with('/') || to.trail_prefix.ends_with('/') {
            let why = "AWS puts the slash after `trail_prefix` itself";
            breaches.push(Breach::unfit(why, "leave out the slash at its beginning and end"));
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
        if !to.trail_prefix.chars().all(is_plain) || !to.trails.iter().all(|t| is_trail_name(t)) {
            let why = "the name of a trail, or `trail_prefix`, has a character that would mean \
                something else in a policy";
            breaches.push(Breach::unfit(why, "use letters, digits, dots, hyphens, underscores"));
        }
        breaches
    }

    fn guard(on: &Target, to: &Delivery) -> Vec<cloud::Call> {
        if to.is_empty() { Vec::new() } else { Self::read(on) }
    }

    fn judge(on: &Target, to: &Delivery, seen: &[Outcome]) -> Vec<Breach> {
        let Ok(policy) = policy(seen) else {
            // Reading the setting itself says so already.
            return Vec::new();
        };
        let of_buckets = to
            .access_logs_from
            .iter()
            .map(|from| Request::access_log(&on.place, &on.name, "", from));
        let of_trails = to.trails.iter().flat_map(|trail| {
            Request::of_trail(&on.place, &on.name, &to.trail_prefix, Some(trail))
        });
        let worst = |denied: Option<Answer>| denied.unwrap_or(Answer::No);
        let for_buckets = worst(of_buckets.map(|request| policy.denies(&request)).max());
        let for_trails = worst(of_trails.map(|request| policy.denies(&request)).max());
        let mut breaches = Vec::new();
        breaches.extend(denied(for_buckets, LOGGING));
        breaches.extend(denied(for_trails, CLOUDTRAIL));
        breaches
    }
}

/// Names of trails as AWS takes them: nothing in them means something in a pattern.
fn is_trail_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (3..=128).contains(&name.len()) && name.chars().all(is_plain)
}

fn denied(answer: Answer, service: &str) -> Option<Breach> {
    let (severity, how) = match answer {
        Answer::No => return None,
        Answer::Perhaps => (Severity::Warn, "may deny"),
        Answer::Yes => (Severity::Refuse, "denies"),
    };
    let why = format!(
        "a Deny statement of the bucket's policy {how} {service} the writing, whatever else is \
         allowed"
    );
    let fix = "let the Deny statement make an exception, such as `Bool: aws:PrincipalIsAWSService: \
        false`";
    Some(Breach { severity, ..Breach::refuse("S14", why, fix) })
}

#[cfg(test)]
mod tests;
