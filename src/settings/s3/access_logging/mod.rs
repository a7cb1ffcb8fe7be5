//! `s3.bucket.access_logging`: where the access logs of a bucket go.

use super::super::presence::Presence;
use super::super::seen::{reply, strange, unless};
use super::super::{Breach, Change, Kind, Property, Severity, Target, Unread};
use super::policy::{Answer, allows_access_logs};
use super::{NO_OBJECT_LOCK, NO_POLICY, call, names};
use crate::cloud::s3::{Algorithm, Call, Logging, PUT_BUCKET_LOGGING, Reply};
use crate::cloud::{self, Danger, Ending, Operation, Outcome};

/// `s3.bucket.access_logging`
pub(in crate::settings) struct AccessLogging;

impl Property for AccessLogging {
    type Value = Presence<Logging>;

    const ID: &'static str = "s3.bucket.access_logging";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Access logging";
    const HELP: &'static str = "Into which bucket, and under which prefix, S3 writes a record of \
        the requests to this one. The destination is another bucket of the same account and \
        Region, without a default retention (S13), and its policy lets the logs in: see \
        `s3.bucket.log_delivery` (S14). Delivery is best effort and typically takes a few hours: \
        that no log is there yet says nothing (S17).";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html";
    const EXAMPLE: &'static str =
        "{ bucket = \"sitelogix-logs-prod\", prefix = \"audio-access-logs/\" }";
    const WRITES: &'static [&'static Operation] = &[&PUT_BUCKET_LOGGING];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::GetBucketLogging { bucket: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Presence<Logging>, Unread> {
        match reply(seen, 0)? {
            cloud::Reply::S3(Reply::Logging { logging: None }) => Ok(Presence::Absent),
            cloud::Reply::S3(Reply::Logging { logging: Some(logging) }) => {
                Ok(Presence::Present(logging.clone()))
            }
            other => Err(strange(other)),
        }
    }

    fn write(
        on: &Target,
        _seen: &[Outcome],
        to: &Presence<Logging>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let logging = to.present().cloned();
        Ok(call(Call::PutBucketLogging { bucket: on.name.clone(), logging }))
    }

    fn change(from: &Presence<Logging>, to: &Presence<Logging>) -> Change {
        match (from, to) {
            (Presence::Present(_), Presence::Absent) => Change::because(
                Danger::Destroy,
                "Requests that are made while it is off are recorded nowhere.",
            ),
            (Presence::Present(from), Presence::Present(to)) if from != to => Change::because(
                Danger::Change,
                "New logs go elsewhere; those that are there stay where they are.",
            ),
            (Presence::Present(_), Presence::Present(_)) | (Presence::Absent, _) => Change::exact(),
        }
    }

    fn lint(on: &Target, to: &Presence<Logging>) -> Vec<Breach> {
        let Presence::Present(logging) = to else {
            return Vec::new();
        };
        if logging.bucket == on.name {
            let why = "logging a bucket into itself fills it with logs about its own logs";
            return vec![Breach::refuse("S13", why, "log it into another bucket")];
        }
        names::breach(&logging.bucket).into_iter().collect()
    }

    fn guard(on: &Target, to: &Presence<Logging>) -> Vec<cloud::Call> {
        let Some(bucket) = destination(on, to).map(|logging| &logging.bucket) else {
            return Vec::new();
        };
        [
            Call::HeadBucket { bucket: bucket.clone() },
            Call::GetObjectLockConfiguration { bucket: bucket.clone() },
            Call::GetBucketPolicy { bucket: bucket.clone() },
            Call::GetBucketEncryption { bucket: bucket.clone() },
        ]
        .map(cloud::Call::S3)
        .into()
    }

    fn judge(on: &Target, to: &Presence<Logging>, seen: &[Outcome]) -> Vec<Breach> {
        let Some(logging) = destination(on, to) else {
            return Vec::new();
        };
        let found = place(on, logging, seen);
        if found.as_ref().is_some_and(|breach| breach.severity == Severity::Refuse) {
            return found.into_iter().collect();
        }
        let of_parts = [lock(logging, seen), policy(on, logging, seen), encryption(logging, seen)];
        found.into_iter().chain(of_parts.into_iter().flatten()).collect()
    }
}

/// Where the logs go, when that is another bucket.
fn destination<'t>(on: &Target, to: &'t Presence<Logging>) -> Option<&'t Logging> {
    to.present().filter(|logging| logging.bucket != on.name)
}

/// The destination is there, in this account and Region.
fn place(on: &Target, Logging { bucket, .. }: &Logging, seen: &[Outcome]) -> Option<Breach> {
    let here = &on.place.region;
    let elsewhere = |region: &str| {
        let why = format!("the logs of a bucket in {here} cannot go to {bucket}, in {region}");
        Breach::refuse("S13", why, format!("name a bucket in {here}"))
    };
    match reply(seen, 0) {
        Ok(cloud::Reply::S3(Reply::Bucket { region })) if region == here => None,
        Ok(cloud::Reply::S3(Reply::Bucket { region })) => Some(elsewhere(region)),
        Ok(other) => Some(unseen("S13", bucket, &strange(other))),
        Err(Unread::Absent) => Some(Breach::unfit(
            format!("the bucket {bucket} that is to receive the logs does not exist"),
            "create it in a step before this one, with `s3.bucket.existence`",
        )),
        Err(Unread::Failed(error)) => match error.ending {
            Ending::WrongRegion => Some(elsewhere("another Region")),
            Ending::Denied => Some(Breach::warn(
                "S16",
                format!("{bucket} may not be looked at: it may belong to another account"),
                "make sure that the bucket is of this account, and may be read",
            )),
            Ending::Throttled
            | Ending::Absent
            | Ending::Exists
            | Ending::InUse
            | Ending::Refused
            | Ending::Expired
            | Ending::ClockSkew
            | Ending::NotSent
            | Ending::Unknown => Some(unseen("S13", bucket, &Unread::Failed(error))),
        },
        Err(why @ Unread::Strange(_)) => Some(unseen("S13", bucket, &why)),
    }
}

/// A default retention keeps the logs out; Object Lock alone may.
fn lock(Logging { bucket, .. }: &Logging, seen: &[Outcome]) -> Option<Breach> {
    match unless(seen, 1, &[NO_OBJECT_LOCK]) {
        Ok(None) => None,
        Ok(Some(cloud::Reply::S3(Reply::ObjectLock { default_retention: Some(_) }))) => {
            Some(Breach::refuse(
                "S13",
                format!("{bucket} has a default retention, and S3 writes no logs into such a one"),
                "name another bucket, or set `s3.bucket.object_lock` there without \
                 `default_retention`",
            ))
        }
        Ok(Some(cloud::Reply::S3(Reply::ObjectLock { default_retention: None }))) => {
            Some(Breach::warn(
                "S13",
                format!("{bucket} has Object Lock; one page of AWS says that it gets no logs then"),
                "look for logs after some hours (S17), or name a bucket without Object Lock",
            ))
        }
        Ok(Some(other)) => Some(unseen("S13", bucket, &strange(other))),
        Err(why) => Some(unseen("S13", bucket, &why)),
    }
}

/// The policy of the destination lets the logs in.
fn policy(on: &Target, logging: &Logging, seen: &[Outcome]) -> Option<Breach> {
    let Logging { bucket, prefix } = logging;
    let answer = match unless(seen, 2, &[NO_POLICY]) {
        Ok(None) => Answer::No,
        Ok(Some(cloud::Reply::S3(Reply::Policy { policy }))) => {
            allows_access_logs(policy, &on.place, bucket, prefix, &on.name)
        }
        Ok(Some(other)) => return Some(unseen("S14", bucket, &strange(other))),
        Err(why) => return Some(unseen("S14", bucket, &why)),
    };
    let name = &on.name;
    match answer {
        Answer::Yes => None,
        Answer::Perhaps => Some(Breach::warn(
            "S14",
            format!("the policy of {bucket} may or may not let the logs of {name} in"),
            "look for logs after some hours (S17), or simplify the conditions of the policy",
        )),
        Answer::No => Some(Breach::refuse(
            "S14",
            format!("the policy of {bucket} does not let the logs of {name} in"),
            format!("set `s3.bucket.log_delivery` on {bucket} with `access_logs_from` = {name}"),
        )),
    }
}

/// The default encryption of the destination is one that log delivery can use.
fn encryption(Logging { bucket, .. }: &Logging, seen: &[Outcome]) -> Option<Breach> {
    match reply(seen, 3) {
        Ok(cloud::Reply::S3(Reply::Encryption(encryption))) => match encryption.algorithm {
            Algorithm::Aes256 => None,
            Algorithm::Kms | Algorithm::KmsDsse => Some(Breach::warn(
                "S15",
                format!("{bucket} encrypts with KMS by default, which logs did not support"),
                "set `s3.bucket.encryption` there to { algorithm = \"AES256\" }",
            )),
        },
        // No configuration is AES256.
        Err(Unread::Absent) => None,
        Ok(other) => Some(unseen("S15", bucket, &strange(other))),
        Err(why) => Some(unseen("S15", bucket, &why)),
    }
}

fn unseen(fact: &str, bucket: &str, why: &Unread) -> Breach {
    let why = format!("{bucket}, that is to receive the logs, could not be checked: {why}");
    Breach::warn(fact, why, "give the permission to read it, or check it by hand")
}

#[cfg(test)]
mod tests;
