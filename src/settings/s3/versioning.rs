//! `s3.bucket.versioning`: whether old versions of objects are kept.

use super::super::seen::{reply, strange, unless};
use super::super::{Breach, Change, Kind, Property, Target, Undo, Unread};
use super::{NO_OBJECT_LOCK, call, lifecycle};
use crate::cloud::s3::{Call, PUT_BUCKET_VERSIONING, Reply, Versioning};
use crate::cloud::{self, Answer, Danger, Operation, Outcome};

/// `s3.bucket.versioning`
pub(in crate::settings) struct BucketVersioning;

fn put(on: &Target, enabled: bool) -> Vec<cloud::Call> {
    call(Call::PutBucketVersioning { bucket: on.name.clone(), enabled })
}

impl Property for BucketVersioning {
    type Value = Versioning;

    const ID: &'static str = "s3.bucket.versioning";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Versioning";
    const HELP: &'static str = "Whether old versions of objects are kept: `never` (it never was \
        on), `enabled` or `suspended`. Once enabled it can only be suspended: undo does that, and \
        `suspended` counts as `never`, as near as AWS allows. Wait 15 minutes after enabling it \
        for the first time before anything is written (S6). An expiration rule then only hides \
        objects, unless noncurrent versions expire too (S7). With Object Lock it cannot be \
        suspended (S2).";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html";
    const EXAMPLE: &'static str = "\"enabled\"";
    const WRITES: &'static [&'static Operation] = &[&PUT_BUCKET_VERSIONING];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::GetBucketVersioning { bucket: on.name.clone() })
    }

    /// Where it is to go off, whether Object Lock keeps it on.
    fn read_for(on: &Target, to: &Versioning) -> Vec<cloud::Call> {
        let mut reads = Self::read(on);
        if *to != Versioning::Enabled {
            reads.extend(call(Call::GetObjectLockConfiguration { bucket: on.name.clone() }));
        }
        reads
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Versioning, Unread> {
        match reply(seen, 0)? {
            cloud::Reply::S3(Reply::Versioning { versioning }) => Ok(*versioning),
            other => Err(strange(other)),
        }
    }

    fn is_met(value: &Versioning, wanted: &Versioning) -> bool {
        value == wanted || (*value == Versioning::Suspended && *wanted == Versioning::Never)
    }

    fn write(on: &Target, seen: &[Outcome], to: &Versioning) -> Result<Vec<cloud::Call>, Breach> {
        match to {
            Versioning::Enabled => Ok(put(on, true)),
            Versioning::Suspended => Ok(put(on, false)),
            Versioning::Never => match Self::decode(on, seen) {
                Ok(Versioning::Never | Versioning::Suspended) => Ok(Vec::new()),
                Ok(Versioning::Enabled) | Err(_) => Err(Breach::unfit(
                    "a bucket that was versioned once never goes back to never having been",
                    "set \"suspended\": old versions stay, new overwrites keep none",
                )),
            },
        }
    }

    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Versioning>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let is_on = Self::decode(on, seen) == Ok(Versioning::Enabled);
        let is_kept = matches!(
            seen.get(1),
            Some(Ok(Answer { reply: cloud::Reply::S3(Reply::ObjectLock { .. }), .. }))
        );
        if *undo.before != Versioning::Enabled && is_on && is_kept {
            return Err(Breach::refuse(
                "S2",
                "Object Lock is on, so that versioning stays on",
                "nothing is to be done: old versions are kept, and paid for",
            ));
        }
        match undo.before {
            // As near as AWS allows.
            Versioning::Never => match Self::decode(on, seen) {
                Ok(Versioning::Never | Versioning::Suspended) => Ok(Vec::new()),
                Ok(Versioning::Enabled) | Err(_) => Ok(put(on, false)),
            },
            Versioning::Enabled | Versioning::Suspended => Self::write(on, seen, undo.before),
        }
    }

    fn change(from: &Versioning, to: &Versioning) -> Change {
        match (from, to) {
            (Versioning::Never, Versioning::Enabled) => Change::because(
                Danger::Destroy,
                "From now on it can only be suspended, not undone. Wait 15 minutes before writing \
                 to the bucket; reads may miss objects meanwhile (S6).",
            ),
            (Versioning::Never, Versioning::Suspended) => Change::because(
                Danger::Destroy,
                "A bucket does not go back to never having been versioned.",
            ),
            (Versioning::Enabled, Versioning::Suspended | Versioning::Never) => Change::because(
                Danger::Destroy,
                "From now on an overwrite or delete keeps no old version.",
            ),
            (Versioning::Never | Versioning::Suspended, Versioning::Never)
            | (Versioning::Enabled | Versioning::Suspended, Versioning::Enabled)
            | (Versioning::Suspended, Versioning::Suspended) => Change::exact(),
        }
    }

    fn guard(on: &Target, to: &Versioning) -> Vec<cloud::Call> {
        match to {
            Versioning::Enabled => {
                call(Call::GetBucketLifecycleConfiguration { bucket: on.name.clone() })
            }
            Versioning::Never | Versioning::Suspended => {
                call(Call::GetObjectLockConfiguration { bucket: on.name.clone() })
            }
        }
    }

    fn judge(_on: &Target, to: &Versioning, seen: &[Outcome]) -> Vec<Breach> {
        let is_locked = match to {
            Versioning::Enabled => return expiring(seen).into_iter().collect(),
            Versioning::Never | Versioning::Suspended => {
                matches!(unless(seen, 0, &[NO_OBJECT_LOCK]), Ok(Some(_)))
            }
        };
        if !is_locked {
            return Vec::new();
        }
        let why = "the bucket has Object Lock, so its versioning can never be suspended";
        vec![Breach::refuse("S2", why, "leave versioning enabled")]
    }
}

/// Rules that delete objects only hide them once the bucket is versioned.
fn expiring(seen: &[Outcome]) -> Option<Breach> {
    let fix = "add `noncurrent_expiration` to such rules with `s3.bucket.lifecycle`";
    match lifecycle::hiding(seen, 0) {
        Ok(rules) if rules.is_empty() => None,
        Ok(rules) => {
            let why = format!(
                "the lifecycle rules {} delete objects now; with versioning they only hide them, \
                 and every version stays and is paid for",
                rules.join(", ")
            );
            Some(Breach::warn("S7", why, fix))
        }
        Err(why) => {
            let why = format!("whether lifecycle rules delete objects could not be checked: {why}");
            Some(Breach::warn("S7", why, fix))
        }
    }
}

#[cfg(test)]
mod tests {
    use Versioning::{Enabled, Never, Suspended};

    use super::super::testing::{absent, bucket, failed, said};
    use super::*;
    use crate::cloud::Ending;

    fn seen(versioning: Versioning) -> Vec<Outcome> {
        vec![said(Reply::Versioning { versioning })]
    }

    #[test]
    fn from_every_state_to_every_other() {
        let on = bucket("logs-bucket");
        for (from, to, is_met, written, danger) in [
            (Never, Never, true, Some(vec![]), Danger::Change),
            (Never, Enabled, false, Some(put(&on, true)), Danger::Destroy),
            (Never, Suspended, false, Some(put(&on, false)), Danger::Destroy),
            (Enabled, Never, false, None, Danger::Destroy),
            (Enabled, Enabled, true, Some(put(&on, true)), Danger::Change),
            (Enabled, Suspended, false, Some(put(&on, false)), Danger::Destroy),
            (Suspended, Never, true, Some(vec![]), Danger::Change),
            (Suspended, Enabled, false, Some(put(&on, true)), Danger::Change),
            (Suspended, Suspended, true, Some(put(&on, false)), Danger::Change),
        ] {
            assert_eq!(BucketVersioning::decode(&on, &seen(from)), Ok(from));
            assert_eq!(BucketVersioning::is_met(&from, &to), is_met, "{from:?} {to:?}");
            assert_eq!(BucketVersioning::write(&on, &seen(from), &to).ok(), written);
            assert_eq!(BucketVersioning::change(&from, &to).danger, danger, "{from:?} {to:?}");
        }
        let why = BucketVersioning::change(&Never, &Enabled).why.unwrap();
        assert!(why.contains("S6") && why.contains("only be suspended"), "{why}");
        assert!(put(&on, true).iter().all(|c| BucketVersioning::WRITES.contains(&c.operation())));
    }

    #[test]
    fn undo_comes_as_near_as_aws_allows() {
        let on = bucket("logs-bucket");
        let undo = |now, before| {
            let undo = Undo { before: &before, after: &Enabled };
            BucketVersioning::undo(&on, &seen(now), &undo).unwrap()
        };
        assert_eq!(undo(Enabled, Never), put(&on, false));
        assert_eq!(undo(Never, Never), []);
        assert_eq!(undo(Enabled, Suspended), put(&on, false));
    }

    #[test]
    fn a_bucket_that_was_locked_since_stays_versioned_on_the_way_back() {
        let on = bucket("audio-files");
        let enabled = said(Reply::Versioning { versioning: Enabled });
        let locked = said(Reply::ObjectLock { default_retention: None });
        let back = |before: &Versioning, lock: &Outcome| {
            let undo = Undo { before, after: &Enabled };
            BucketVersioning::undo(&on, &[enabled.clone(), lock.clone()], &undo)
        };
        assert_eq!(back(&Never, &locked).unwrap_err().fact.as_deref(), Some("S2"));
        assert_eq!(back(&Never, &absent(NO_OBJECT_LOCK)), Ok(put(&on, false)));
        assert!(back(&Enabled, &locked).is_ok());
        let reads = |to| BucketVersioning::read_for(&on, &to).len();
        assert_eq!((reads(Enabled), reads(Never)), (1, 2));
    }

    #[test]
    fn a_locked_bucket_stays_versioned() {
        let on = bucket("logs-bucket");
        let locked = [said(Reply::ObjectLock { default_retention: None })];
        let judge = |to, seen: &[Outcome]| BucketVersioning::judge(&on, &to, seen).len();
        assert_eq!(judge(Suspended, &locked), 1);
        assert_eq!(judge(Suspended, &[absent(NO_OBJECT_LOCK)]), 0);
        assert_eq!(BucketVersioning::guard(&on, &Suspended).len(), 1);
    }

    #[test]
    fn rules_that_delete_objects_would_only_hide_them() {
        let on = bucket("audio-bucket");
        let rules = |rules: serde_json::Value| {
            let json = serde_json::json!({
                "rules": rules, "minimum_size": "all_storage_classes_128K",
            });
            said(Reply::Lifecycle(serde_json::from_value(json).unwrap()))
        };
        let ends = serde_json::json!({ "id": "a", "expiration": { "days": 9 } });
        let both = serde_json::json!({ "id": "a", "expiration": { "days": 9 },
                                       "noncurrent_expiration": { "days": 9 } });
        for (seen, told) in [
            (absent("NoSuchLifecycleConfiguration"), None),
            (rules(serde_json::json!([both])), None),
            (rules(serde_json::json!([ends])), Some("rules a delete")),
            (failed(Ending::Denied), Some("could not be checked")),
        ] {
            let found = BucketVersioning::judge(&on, &Enabled, &[seen]);
            assert_eq!(found.is_empty(), told.is_none(), "{found:?}");
            assert!(found.iter().all(|one| one.fact.as_deref() == Some("S7")), "{found:?}");
            assert!(told.is_none_or(|part| found[0].why.contains(part)), "{found:?}");
        }
        assert_eq!(BucketVersioning::guard(&on, &Enabled).len(), 1);
    }
}
