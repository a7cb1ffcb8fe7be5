//! `s3.bucket.existence`: whether a bucket is there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::presence::Presence;
use super::super::seen::{reply, strange, unless};
use super::super::{Breach, Change, Kind, Property, Target, Unread};
use super::{NO_OBJECT_LOCK, call, names, unreadable};
use crate::cloud::s3::{CREATE_BUCKET, Call, DELETE_BUCKET, Reply};
use crate::cloud::{self, CallError, Danger, Ending, Operation, Outcome, objects};

/// `s3.bucket.existence`
pub(in crate::settings) struct Existence;

/// A bucket that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Bucket {
    /// Born with Object Lock, and so with versioning. A bucket without it gets it through
    /// `s3.bucket.object_lock`.
    #[serde(default)]
    pub object_lock: bool,
}

impl Property for Existence {
    type Value = Presence<Bucket>;

    const ID: &'static str = "s3.bucket.existence";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Bucket";
    const HELP: &'static str = "Whether the bucket is there, in the account and Region of the \
        environment. With `object_lock` it is born with Object Lock and versioning, which then \
        stay on for good (S2). Only an empty bucket can be deleted.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html";
    const EXAMPLE: &'static str = "{ object_lock = true }";
    const WRITES: &'static [&'static Operation] = &[&CREATE_BUCKET, &DELETE_BUCKET];

    fn read(on: &Target) -> Vec<cloud::Call> {
        let bucket = || on.name.clone();
        vec![
            cloud::Call::S3(Call::HeadBucket { bucket: bucket() }),
            cloud::Call::S3(Call::GetObjectLockConfiguration { bucket: bucket() }),
        ]
    }

    /// Where the bucket is to go, whether anything is in it: AWS would not delete it then.
    fn read_for(on: &Target, to: &Presence<Bucket>) -> Vec<cloud::Call> {
        let mut reads = Self::read(on);
        if to.present().is_none() {
            let (bucket, prefix, after) = (on.name.clone(), String::new(), None);
            let list = objects::Call::ListObjectVersions { bucket, prefix, after };
            reads.push(cloud::Call::Objects(list));
        }
        reads
    }

    fn decode(on: &Target, seen: &[Outcome]) -> Result<Presence<Bucket>, Unread> {
        match reply(seen, 0) {
            Err(Unread::Absent) => return Ok(Presence::Absent),
            Err(why) => return Err(why),
            Ok(cloud::Reply::S3(Reply::Bucket { region })) if *region == on.place.region => {}
            Ok(cloud::Reply::S3(Reply::Bucket { region })) => {
                let why = format!("the bucket is in {region}");
                return Err(Unread::Failed(CallError::new(
                    Ending::WrongRegion,
                    "WrongRegion",
                    why,
                )));
            }
            Ok(other) => return Err(strange(other)),
        }
        let object_lock = match unless(seen, 1, &[NO_OBJECT_LOCK])? {
            None => false,
            Some(cloud::Reply::S3(Reply::ObjectLock { .. })) => true,
            Some(other) => return Err(strange(other)),
        };
        Ok(Presence::Present(Bucket { object_lock }))
    }

    fn is_met(value: &Presence<Bucket>, wanted: &Presence<Bucket>) -> bool {
        match (value, wanted) {
            (Presence::Absent, Presence::Absent) => true,
            (Presence::Present(value), Presence::Present(wanted)) => {
                value.object_lock || !wanted.object_lock
            }
            (Presence::Absent, Presence::Present(_)) | (Presence::Present(_), Presence::Absent) => {
                false
            }
        }
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &Presence<Bucket>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let bucket = on.name.clone();
        match (Self::decode(on, seen).map_err(|why| unreadable(&why))?, to) {
            (Presence::Absent, Presence::Absent) => Ok(Vec::new()),
            (Presence::Absent, Presence::Present(wanted)) => {
                Ok(call(Call::CreateBucket { bucket, object_lock: wanted.object_lock }))
            }
            (Presence::Present(_), Presence::Absent) if holds_something(seen) => {
                let why = "there are objects in the bucket, so that AWS does not delete it";
                let fix = "let it be; or empty it, with all its versions, once nobody needs them";
                Err(Breach::unfit(why, fix))
            }
            (Presence::Present(_), Presence::Absent) => Ok(call(Call::DeleteBucket { bucket })),
            (Presence::Present(now), Presence::Present(wanted))
                if wanted.object_lock && !now.object_lock =>
            {
                Err(Breach::refuse(
                    "S1",
                    "the bucket is there without Object Lock, and can only be born with it once",
                    "set `s3.bucket.object_lock` on it: AWS turns Object Lock on in place (S1), \
                     for good (S2)",
                ))
            }
            (Presence::Present(_), Presence::Present(_)) => Ok(Vec::new()),
        }
    }

    fn change(from: &Presence<Bucket>, to: &Presence<Bucket>) -> Change {
        match (from, to) {
            (Presence::Absent, Presence::Present(Bucket { object_lock: true })) => Change::because(
                Danger::Change,
                "The bucket is born with Object Lock, which cannot be turned off (S2); undo \
                 deletes the bucket while it is empty.",
            ),
            (Presence::Absent, Presence::Present(Bucket { object_lock: false })) => {
                Change::because(Danger::Change, "Undo deletes the bucket while it is empty.")
            }
            (Presence::Present(_), Presence::Absent) => Change::because(
                Danger::Destroy,
                "The bucket goes with its settings and its policy, and its name may be taken by \
                 another account before it can be created again.",
            ),
            (Presence::Absent, Presence::Absent) | (Presence::Present(_), Presence::Present(_)) => {
                Change::exact()
            }
        }
    }

    fn lint(on: &Target, to: &Presence<Bucket>) -> Vec<Breach> {
        // An old bucket with a name that AWS no longer takes can still be deleted.
        to.present().and_then(|_| names::breach(&on.name)).into_iter().collect()
    }

    fn creates(to: &Presence<Bucket>) -> bool {
        to.present().is_some()
    }
}

/// Whether the bucket was seen to hold anything. Where that could not be seen, AWS says it.
fn holds_something(seen: &[Outcome]) -> bool {
    match reply(seen, 2) {
        Ok(cloud::Reply::Objects(objects::Reply::Versions { versions, .. })) => {
            !versions.is_empty()
        }
        Ok(_) | Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{REGION, absent, bucket, failed, head, said};
    use super::*;

    const WITH: Presence<Bucket> = Presence::Present(Bucket { object_lock: true });
    const WITHOUT: Presence<Bucket> = Presence::Present(Bucket { object_lock: false });

    #[test]
    fn a_bucket_that_holds_something_stays() {
        let listed = objects::Listed {
            key: "a".into(),
            size: 1,
            etag: "e".into(),
            modified: jiff::Timestamp::UNIX_EPOCH,
            storage_class: objects::StorageClass::Standard,
        };
        let (version, current, marker) = ("v".to_owned(), true, false);
        let one = objects::Version { listed, version, current, marker };
        let with = |versions| {
            let mut seen = seen(&WITHOUT);
            let reply = cloud::Reply::Objects(objects::Reply::Versions { versions, next: None });
            seen.push(Ok(cloud::Answer { reply, request_id: None }));
            Existence::write(&bucket("b"), &seen, &Presence::Absent)
        };
        assert!(with(vec![one]).unwrap_err().why.contains("there are objects in the bucket"));
        assert_eq!(with(Vec::new()).unwrap().len(), 1);
        let reads = |to| Existence::read_for(&bucket("b"), to).len();
        assert_eq!((reads(&WITHOUT), reads(&Presence::Absent)), (2, 3));
    }

    fn seen(value: &Presence<Bucket>) -> Vec<Outcome> {
        match value {
            Presence::Absent => vec![absent("NotFound"), absent("NoSuchBucket")],
            Presence::Present(Bucket { object_lock: false }) => {
                vec![head(REGION), absent(NO_OBJECT_LOCK)]
            }
            Presence::Present(Bucket { object_lock: true }) => {
                vec![head(REGION), said(Reply::ObjectLock { default_retention: None })]
            }
        }
    }

    #[test]
    fn a_bucket_is_there_or_not_with_lock_or_without() {
        let on = bucket("logs-bucket");
        for value in [Presence::Absent, WITH, WITHOUT] {
            assert_eq!(Existence::decode(&on, &seen(&value)), Ok(value));
        }
        for seen in [
            vec![head("eu-west-1"), absent(NO_OBJECT_LOCK)],
            vec![failed(Ending::WrongRegion), failed(Ending::WrongRegion)],
            vec![failed(Ending::Denied), failed(Ending::Denied)],
            vec![head(REGION), failed(Ending::Denied)],
        ] {
            assert!(matches!(Existence::decode(&on, &seen), Err(Unread::Failed(_))), "{seen:?}");
        }
    }

    #[test]
    fn from_every_state_to_every_other() {
        let on = bucket("logs-bucket");
        let create = |object_lock| Call::CreateBucket { bucket: on.name.clone(), object_lock };
        let delete = || Call::DeleteBucket { bucket: on.name.clone() };
        for (from, to, is_met, expected) in [
            (Presence::Absent, Presence::Absent, true, Some(vec![])),
            (Presence::Absent, WITH, false, Some(call(create(true)))),
            (Presence::Absent, WITHOUT, false, Some(call(create(false)))),
            (WITH, Presence::Absent, false, Some(call(delete()))),
            (WITHOUT, Presence::Absent, false, Some(call(delete()))),
            (WITH, WITHOUT, true, Some(vec![])),
            (WITHOUT, WITH, false, None),
        ] {
            let written = Existence::write(&on, &seen(&from), &to);
            if let Err(breach) = &written {
                assert_eq!(breach.fact.as_deref(), Some("S1"));
                assert!(breach.fix.contains("s3.bucket.object_lock"), "{breach}");
            }
            let sent = written.iter().flatten().all(|c| Existence::WRITES.contains(&c.operation()));
            assert!(sent, "{from:?} {to:?}");
            assert_eq!(written.ok(), expected, "{from:?} {to:?}");
            assert_eq!(Existence::is_met(&from, &to), is_met, "{from:?} {to:?}");
        }
        assert!(Existence::write(&on, &[failed(Ending::Denied)], &WITH).is_err());
    }

    #[test]
    fn dangers_and_names() {
        let danger = |from, to| Existence::change(&from, &to).danger;
        assert_eq!(danger(Presence::Absent, WITH), Danger::Change);
        assert_eq!(danger(WITHOUT, Presence::Absent), Danger::Destroy);
        let why = Existence::change(&Presence::Absent, &WITH).why.unwrap();
        assert!(why.contains("cannot be turned off") && why.contains("while it is empty"), "{why}");
        assert_eq!(Existence::lint(&bucket("Bad_Name"), &WITH).len(), 1);
        assert_eq!(Existence::lint(&bucket("Bad_Name"), &Presence::Absent), []);
        assert_eq!(Existence::lint(&bucket("good-name"), &WITH), []);
        assert!(Existence::creates(&WITHOUT) && !Existence::creates(&Presence::Absent));
    }
}
