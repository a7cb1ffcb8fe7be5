//! `s3.bucket.object_lock`: whether object versions can be kept from being deleted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::presence::Presence;
use super::super::seen::{reply, strange, unless};
use super::super::{Breach, Change, Kind, Property, Target, Unread};
use super::replication::NO_REPLICATION;
use super::{NO_OBJECT_LOCK, call, unreadable};
use crate::cloud::s3::{
    Call, PUT_OBJECT_LOCK_CONFIGURATION, Reply, Retention, RetentionMode, Versioning,
};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `s3.bucket.object_lock`
pub(in crate::settings) struct ObjectLock;

/// Object Lock that is on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Lock {
    /// What every new object version gets; nothing when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_retention: Option<Retention>,
}

/// The longest default retention that AWS takes.
const LONGEST_DAYS: u32 = 36_500;
const LONGEST_YEARS: u32 = 100;

impl Property for ObjectLock {
    type Value = Presence<Lock>;

    const ID: &'static str = "s3.bucket.object_lock";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Object Lock";
    const HELP: &'static str = "Whether object versions can be kept from being deleted, and the \
        retention that every new version gets: a mode with days or years, not both (S4). It can \
        be turned on for a bucket that is there (S1) and versioned, and then never off again \
        (S2). A default retention does not reach the objects that are there already (S3), and a \
        delete marker still hides a locked object (S4).";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html";
    const EXAMPLE: &'static str = "{ default_retention = { mode = \"GOVERNANCE\", years = 7 } }";
    const WRITES: &'static [&'static Operation] = &[&PUT_OBJECT_LOCK_CONFIGURATION];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::GetObjectLockConfiguration { bucket: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Presence<Lock>, Unread> {
        match unless(seen, 0, &[NO_OBJECT_LOCK])? {
            None => Ok(Presence::Absent),
            Some(cloud::Reply::S3(Reply::ObjectLock { default_retention })) => {
                Ok(Presence::Present(Lock { default_retention: default_retention.clone() }))
            }
            Some(other) => Err(strange(other)),
        }
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &Presence<Lock>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = Self::decode(on, seen).map_err(|why| unreadable(&why))?;
        match (now, to) {
            (_, Presence::Present(lock)) => Ok(call(Call::PutObjectLockConfiguration {
                bucket: on.name.clone(),
                default_retention: lock.default_retention.clone(),
            })),
            (Presence::Absent, Presence::Absent) => Ok(Vec::new()),
            (Presence::Present(_), Presence::Absent) => Err(Breach::refuse(
                "S2",
                "Object Lock is on, and AWS never turns it off",
                "set it without `default_retention`: new object versions are then not locked",
            )),
        }
    }

    fn change(from: &Presence<Lock>, to: &Presence<Lock>) -> Change {
        let (was_on, before) = match from {
            Presence::Absent => (false, None),
            Presence::Present(lock) => (true, lock.default_retention.as_ref()),
        };
        let Presence::Present(Lock { default_retention: after }) = to else {
            return Change::exact();
        };
        if !was_on {
            return Change::because(
                Danger::Irreversible,
                "Object Lock can never be turned off again, and versioning can no longer be \
                 suspended (S2).",
            );
        }
        if before == after.as_ref() {
            return Change::exact();
        }
        match (before.map(|retention| retention.mode), after.as_ref().map(|after| after.mode)) {
            (_, Some(RetentionMode::Compliance)) => Change::because(
                Danger::Irreversible,
                "Nobody, not even the root user, can delete an object version that is written \
                 under COMPLIANCE until its retention ends (S4).",
            ),
            (Some(RetentionMode::Compliance), Some(RetentionMode::Governance) | None) => {
                Change::because(
                    Danger::Destroy,
                    "New object versions lose the protection of COMPLIANCE; those written \
                     meanwhile do not get it back.",
                )
            }
            (Some(RetentionMode::Governance) | None, Some(RetentionMode::Governance) | None) => {
                Change::because(
                    Danger::Change,
                    "Only object versions that are written from now on get the new default (S3).",
                )
            }
        }
    }

    fn lint(_on: &Target, to: &Presence<Lock>) -> Vec<Breach> {
        let retention = to.present().and_then(|lock| lock.default_retention.as_ref());
        let Some(Retention { mode: _, days, years }) = retention else {
            return Vec::new();
        };
        let (why, fix) = match (days, years) {
            (Some(_), Some(_)) => ("a default retention has days or years, not both", "drop one"),
            (None, None) => ("a default retention needs days or years", "add `days` or `years`"),
            (Some(0), None) | (None, Some(0)) => {
                ("a default retention lasts longer than nothing", "give at least 1")
            }
            (Some(days), None) if *days > LONGEST_DAYS => {
                ("a default retention is 36500 days at most", "give fewer days")
            }
            (None, Some(years)) if *years > LONGEST_YEARS => {
                ("a default retention is 100 years at most", "give fewer years")
            }
            (Some(_), None) | (None, Some(_)) => return Vec::new(),
        };
        vec![Breach::refuse("S4", why, fix)]
    }

    fn guard(on: &Target, to: &Presence<Lock>) -> Vec<cloud::Call> {
        match to {
            Presence::Absent => Vec::new(),
            Presence::Present(_) => {
                let mut calls = call(Call::GetBucketVersioning { bucket: on.name.clone() });
                calls.extend(call(Call::GetBucketReplication { bucket: on.name.clone() }));
                calls
            }
        }
    }

    fn judge(_on: &Target, to: &Presence<Lock>, seen: &[Outcome]) -> Vec<Breach> {
        match to {
            Presence::Absent => Vec::new(),
            Presence::Present(_) => unversioned(seen).into_iter().chain(replicated(seen)).collect(),
        }
    }
}

/// Object Lock keeps versions, so there have to be some.
fn unversioned(seen: &[Outcome]) -> Option<Breach> {
    let fix = "set `s3.bucket.versioning` to \"enabled\" in a step before this one";
    let state = match reply(seen, 0) {
        Ok(cloud::Reply::S3(Reply::Versioning { versioning })) => match versioning {
            Versioning::Enabled => return None,
            Versioning::Never => "was never on".to_owned(),
            Versioning::Suspended => "is suspended".to_owned(),
        },
        Ok(other) => format!("could not be read: {}", strange(other)),
        Err(why) => format!("could not be read: {why}"),
    };
    let why = format!("Object Lock needs versioning, which {state}");
    Some(Breach::refuse("S2", why, fix))
}

/// Replication beside Object Lock once needed Support, and more permissions of its role.
fn replicated(seen: &[Outcome]) -> Option<Breach> {
    let fix = "let the role of the replication use s3:GetObjectRetention and \
        s3:GetObjectLegalHold; if AWS refuses, ask its Support";
    let why = match unless(seen, 1, &[NO_REPLICATION]) {
        Ok(None) => return None,
        Ok(Some(_)) => "the bucket is replicated: AWS once asked for more before Object Lock",
        Err(_) => {
            "whether the bucket is replicated could not be checked; with Object Lock that \
            matters"
        }
    };
    Some(Breach::warn("S5", why, fix))
}

#[cfg(test)]
mod tests {
    use RetentionMode::{Compliance, Governance};

    use super::super::super::Severity;
    use super::super::testing::{absent, bucket, failed, said};
    use super::*;
    use crate::cloud::Ending;
    use crate::cloud::s3::Replication;

    const fn lock(default_retention: Option<Retention>) -> Presence<Lock> {
        Presence::Present(Lock { default_retention })
    }

    fn days(mode: RetentionMode, days: u32) -> Presence<Lock> {
        lock(Some(Retention { mode, days: Some(days), years: None }))
    }

    fn seen(value: &Presence<Lock>) -> Vec<Outcome> {
        vec![match value {
            Presence::Absent => absent(NO_OBJECT_LOCK),
            Presence::Present(Lock { default_retention }) => {
                said(Reply::ObjectLock { default_retention: default_retention.clone() })
            }
        }]
    }

    #[test]
    fn what_is_written_and_how_dangerous_it_is() {
        let on = bucket("audio-bucket");
        for (from, to, danger) in [
            (Presence::Absent, lock(None), Danger::Irreversible),
            (Presence::Absent, days(Governance, 1), Danger::Irreversible),
            (lock(None), days(Governance, 1), Danger::Change),
            (days(Governance, 1), days(Governance, 2), Danger::Change),
            (days(Governance, 1), lock(None), Danger::Change),
            (days(Governance, 1), days(Compliance, 1), Danger::Irreversible),
            (days(Compliance, 1), days(Compliance, 2), Danger::Irreversible),
            (days(Compliance, 1), days(Compliance, 1), Danger::Change),
            (days(Compliance, 1), days(Governance, 1), Danger::Destroy),
            (days(Compliance, 1), lock(None), Danger::Destroy),
        ] {
            assert_eq!(ObjectLock::decode(&on, &seen(&from)).as_ref(), Ok(&from));
            assert_eq!(ObjectLock::change(&from, &to).danger, danger, "{from:?} {to:?}");
            let default_retention = to.present().unwrap().default_retention.clone();
            let bucket = on.name.clone();
            let expected = call(Call::PutObjectLockConfiguration { bucket, default_retention });
            assert!(expected.iter().all(|c| ObjectLock::WRITES.contains(&c.operation())));
            assert_eq!(ObjectLock::write(&on, &seen(&from), &to), Ok(expected));
        }
    }

    #[test]
    fn there_is_no_way_back() {
        let on = bucket("audio-bucket");
        let refused = ObjectLock::write(&on, &seen(&lock(None)), &Presence::Absent).unwrap_err();
        assert_eq!(refused.fact.as_deref(), Some("S2"));
        assert_eq!(ObjectLock::write(&on, &seen(&Presence::Absent), &Presence::Absent), Ok(vec![]));
        assert!(ObjectLock::write(&on, &[failed(Ending::Denied)], &lock(None)).is_err());
        assert_eq!(ObjectLock::decode(&on, &[absent("NoSuchBucket")]), Err(Unread::Absent));
    }

    #[test]
    fn a_retention_is_a_number_of_days_or_of_years() {
        let on = bucket("audio-bucket");
        let lint = |days, years| {
            let to = lock(Some(Retention { mode: Governance, days, years }));
            ObjectLock::lint(&on, &to).len()
        };
        for (days, years, breaches) in [
            (Some(1), None, 0),
            (None, Some(7), 0),
            (Some(36_500), None, 0),
            (None, None, 1),
            (Some(1), Some(1), 1),
            (Some(0), None, 1),
            (None, Some(0), 1),
            (Some(36_501), None, 1),
            (None, Some(101), 1),
        ] {
            assert_eq!(lint(days, years), breaches, "{days:?} {years:?}");
        }
        assert_eq!(ObjectLock::lint(&on, &lock(None)), []);
        assert_eq!(ObjectLock::lint(&on, &Presence::Absent), []);
    }

    #[test]
    fn versioning_comes_first() {
        let on = bucket("audio-bucket");
        let judge = |seen: Outcome| {
            let found = ObjectLock::judge(&on, &lock(None), &[seen, absent(NO_REPLICATION)]);
            found.first().map(|breach| breach.why.clone())
        };
        let versioned = |versioning| said(Reply::Versioning { versioning });
        assert_eq!(judge(versioned(Versioning::Enabled)), None);
        assert!(judge(versioned(Versioning::Never)).unwrap().contains("never on"));
        assert!(judge(versioned(Versioning::Suspended)).unwrap().contains("suspended"));
        assert!(judge(failed(Ending::Denied)).unwrap().contains("could not be read"));
        assert_eq!(ObjectLock::judge(&on, &Presence::Absent, &[]), []);
    }

    #[test]
    fn a_bucket_that_is_replicated_gets_a_warning() {
        let on = bucket("audio-bucket");
        let judge = |seen: Outcome| {
            let versioned = said(Reply::Versioning { versioning: Versioning::Enabled });
            let found = ObjectLock::judge(&on, &lock(None), &[versioned, seen]);
            found.iter().map(|one| (one.fact.clone(), one.severity)).collect::<Vec<_>>()
        };
        let replication = Replication { role: "arn".to_owned(), rules: Vec::new() };
        let warned = vec![(Some("S5".to_owned()), Severity::Warn)];
        assert_eq!(judge(absent(NO_REPLICATION)), []);
        assert_eq!(judge(said(Reply::Replication(replication))), warned);
        assert_eq!(judge(failed(Ending::Denied)), warned);
        assert_eq!(ObjectLock::guard(&on, &lock(None)).len(), 2);
    }
}
