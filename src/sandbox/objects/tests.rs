//! Objects as an operator meets them: lists, versions, copies, parts and locks.

use std::collections::BTreeMap;

use crate::cloud::objects::{
    Call, ChecksumAlgorithm, ChecksumKind, Copy, Digest, Lock, Mark, Part, Properties, Reply,
    Source, StorageClass, Write,
};
use crate::cloud::s3::{self, Retention, RetentionMode};
use crate::cloud::{self, CallError, Ending};
use crate::sandbox::testing::{Desk, at, place, start};
use crate::sandbox::{Fault, FaultKind, Seed, Seeded, seeds};

const AUDIO: &str = "sitelogix-audio-files-prod";
const TEXTS: &str = "sitelogix-transcripts-prod";
const V2: &str = "sitelogix-audio-files-prod-v2";
const BIG: &str = "audio/2026-10-20/crane-2-whole-day.wav";
const MEETING: &str = "audio/2026-10-21/meeting.m4a";
const CORRECTED: &str = "audio/2026-10-22/corrected.m4a";
const MIB: u64 = 1024 * 1024;

impl Desk {
    fn said(&mut self, second: f64, call: Call) -> Result<Reply, CallError> {
        self.ask(second, call).map(|reply| {
            let cloud::Reply::Objects(reply) = reply else { panic!("{reply:?}") };
            reply
        })
    }

    fn head(&mut self, second: f64, bucket: &str, key: &str) -> crate::cloud::objects::Object {
        let call =
            Call::HeadObject { bucket: bucket.into(), key: key.into(), version: None, part: None };
        match self.said(second, call) {
            Ok(Reply::Object(object)) => *object,
            other => panic!("{other:?}"),
        }
    }

    fn copy(&mut self, second: f64, key: &str) -> Result<Reply, CallError> {
        let etag = self.head(second, AUDIO, key).etag;
        self.said(second, Call::CopyObject(copy(key, &etag)))
    }

    /// The new bucket with a default retention, as phase 4 makes it.
    fn with_v2(mut self) -> Self {
        let bucket = V2.to_owned();
        self.good(0.0, s3::Call::CreateBucket { bucket: bucket.clone(), object_lock: true });
        let default_retention =
            Some(Retention { mode: RetentionMode::Governance, days: None, years: Some(7) });
        self.good(0.0, s3::Call::PutObjectLockConfiguration { bucket, default_retention });
        self
    }
}

fn copy(key: &str, etag: &str) -> Copy {
    Copy {
        from: Source {
            bucket: AUDIO.into(),
            key: key.into(),
            version: None,
            etag: etag.to_owned(),
        },
        bucket: V2.into(),
        key: key.into(),
        write: Write::IfAbsent,
        storage_class: StorageClass::Standard,
        checksum: None,
        lock: None,
        legal_hold: false,
    }
}

fn list(prefix: &str) -> Call {
    Call::ListObjects { bucket: AUDIO.into(), prefix: prefix.into(), after: None }
}

fn keys(reply: Result<Reply, CallError>) -> Vec<String> {
    match reply {
        Ok(Reply::Objects { objects, next: None }) => {
            objects.into_iter().map(|listed| listed.key).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_list_is_in_order_and_leaves_out_what_was_deleted() {
    let mut desk = Desk::sitelogix();
    let all = keys(desk.said(0.0, list("")));
    assert!(all.is_sorted() && all.len() > 25, "{all:?}");
    assert!(!all.contains(&"audio/2026-10-23/mistake.m4a".to_owned()));
    assert_eq!(keys(desk.said(0.0, list("trial/"))), ["trial/hello.m4a", "trial/second.m4a"]);
    let versions = Call::ListObjectVersions {
        bucket: AUDIO.into(),
        prefix: "audio/2026-10-2".into(),
        after: None,
    };
    let Ok(Reply::Versions { versions, next: None }) = desk.said(0.0, versions) else { panic!() };
    let of = |key: &str| -> Vec<(bool, bool)> {
        let found = versions.iter().filter(|version| version.listed.key == key);
        found.map(|version| (version.current, version.marker)).collect()
    };
    assert_eq!(of(CORRECTED), [(true, false), (false, false)], "newest first");
    assert_eq!(of("audio/2026-10-23/mistake.m4a"), [(true, true), (false, false)]);
}

#[test]
fn pages_go_on_where_the_one_before_ended() {
    let objects = (0..2_500).map(|n| Seeded::text(format!("k/{n:05}"), "x")).collect();
    let buckets = vec![seeds::BucketSeed { name: AUDIO.into(), versioned: true, objects }];
    let mut desk = Desk { world: Seed { tables: vec![], buckets }.world(place(), 1, start()) };
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let call = Call::ListObjects { bucket: AUDIO.into(), prefix: "k/".into(), after };
        let Ok(Reply::Objects { objects, next }) = desk.said(0.0, call) else { panic!() };
        assert!(objects.len() <= 1_000);
        seen.extend(objects.into_iter().map(|listed| listed.key));
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), seen.is_sorted()), (2_500, true));
    seen.dedup();
    assert_eq!(seen.len(), 2_500);
    let (mut after, mut count) = (None::<Mark>, 0);
    loop {
        let call = Call::ListObjectVersions { bucket: AUDIO.into(), prefix: "".into(), after };
        let Ok(Reply::Versions { versions, next }) = desk.said(0.0, call) else { panic!() };
        count += versions.len();
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(count, 2_500);
}

#[test]
fn a_copy_has_the_same_etag_tags_and_metadata_but_no_parts_and_no_redirect() {
    let mut desk = Desk::sitelogix().with_v2();
    let key = "audio/2026-10-05/site-05.m4a";
    desk.copy(5.0, key).unwrap();
    let (old, new) = (desk.head(6.0, AUDIO, key), desk.head(6.0, V2, key));
    assert_eq!((&old.etag, old.size, old.tags), (&new.etag, new.size, new.tags));
    assert_eq!(old.properties, new.properties);
    assert_eq!(old.tags, 1);
    // A multipart object becomes one of another ETag, and of the same full checksum.
    desk.copy(7.0, MEETING).unwrap();
    let (old, new) = (desk.head(8.0, AUDIO, MEETING), desk.head(8.0, V2, MEETING));
    assert!(old.etag.ends_with("-5") && !new.etag.contains('-'));
    assert_eq!(old.checksum, new.checksum);
    assert_eq!(old.checksum.unwrap().kind, ChecksumKind::FullObject);
}

#[test]
fn a_copy_is_made_once_and_only_of_what_was_meant() {
    let mut desk = Desk::sitelogix().with_v2();
    let key = "trial/hello.m4a";
    desk.copy(5.0, key).unwrap();
    assert_eq!(desk.copy(5.0, key).unwrap_err().code, "PreconditionFailed");
    let other = Call::CopyObject(copy("trial/second.m4a", "0123"));
    assert_eq!(desk.said(5.0, other).unwrap_err().code, "PreconditionFailed");
    let error = desk.copy(5.0, BIG).unwrap_err();
    assert!(error.message.contains("5368709120"), "{error}");
    assert_eq!(desk.world.ledger().len(), 3, "two for the bucket, one copy");
}

#[test]
fn parts_that_are_laid_out_as_they_were_give_the_same_etag() {
    let mut desk = Desk::sitelogix().with_v2();
    let old = desk.head(5.0, AUDIO, BIG);
    let begin = Call::CreateMultipartUpload {
        bucket: V2.into(),
        key: BIG.into(),
        properties: Properties::default(),
        tags: BTreeMap::new(),
        storage_class: StorageClass::Standard,
        checksum: Some((ChecksumAlgorithm::Sha256, ChecksumKind::Composite)),
        lock: None,
        legal_hold: false,
    };
    let Ok(Reply::Begun { upload }) = desk.said(5.0, begin) else { panic!() };
    let part = |n: u64| Call::UploadPartCopy {
        from: copy(BIG, &old.etag).from,
        bucket: V2.into(),
        key: BIG.into(),
        upload: upload.clone(),
        part: u32::try_from(n).unwrap() + 1,
        first: n * 512 * MIB,
        last: (n + 1) * 512 * MIB - 1,
    };
    let mut parts = Vec::new();
    for n in 0..12 {
        match desk.said(6.0, part(n)) {
            Ok(Reply::Part(part)) => parts.push(part),
            other => panic!("{other:?}"),
        }
    }
    assert!(parts.iter().all(|part| part.checksum.is_some()));
    let complete = |parts: Vec<Part>| Call::CompleteMultipartUpload {
        bucket: V2.into(),
        key: BIG.into(),
        upload: upload.clone(),
        parts,
        checksum: None,
        write: Write::IfAbsent,
    };
    let wrong = Part { etag: "no".into(), ..parts[0].clone() };
    assert_eq!(desk.said(7.0, complete(vec![wrong])).unwrap_err().code, "InvalidPart");
    desk.said(8.0, complete(parts.clone())).unwrap();
    assert_eq!(desk.said(8.0, complete(parts)).unwrap_err().code, "NoSuchUpload");
    let new = desk.head(9.0, V2, BIG);
    assert_eq!((old.etag, old.size), (new.etag, new.size));
    // The parts carried neither metadata nor tags (C4).
    assert_eq!((new.tags, new.properties.metadata.len()), (0, 0));
}

#[test]
fn what_is_locked_stays_and_may_be_held_longer_but_not_shorter() {
    let mut desk = Desk::sitelogix().with_v2();
    let key = "trial/hello.m4a";
    desk.copy(5.0, key).unwrap();
    let new = desk.head(6.0, V2, key);
    let years = new.lock.unwrap().until.duration_since(at(5.0)).as_hours() / 24;
    assert_eq!(years, 7 * 365);
    let version = new.version.clone();
    let delete = |version| Call::DeleteObject { bucket: V2.into(), key: key.into(), version };
    let error = desk.said(6.0, delete(version.clone())).unwrap_err();
    assert_eq!(error.message, "Access Denied because object protected by object lock.");
    let retain = |until: &str| Call::PutObjectRetention {
        bucket: V2.into(),
        key: key.into(),
        version: version.clone(),
        lock: Lock { mode: RetentionMode::Governance, until: until.parse().unwrap() },
    };
    let call = retain("2030-01-01T00:00:00Z");
    assert_eq!(desk.said(7.0, call).unwrap_err().code, "AccessDenied");
    let call = retain("2020-01-01T00:00:00Z");
    assert_eq!(desk.said(7.0, call).unwrap_err().code, "InvalidArgument");
    desk.said(7.0, retain("2040-01-01T00:00:00Z")).unwrap();
    // Deleted it looks, and is not.
    desk.said(8.0, delete(None)).unwrap();
    let head = Call::HeadObject { bucket: V2.into(), key: key.into(), version: None, part: None };
    assert_eq!(desk.said(9.0, head).unwrap_err().code, "NotFound");
    let remove = s3::Call::DeleteBucket { bucket: V2.into() };
    assert!(desk.bad(9.0, remove).contains("BucketNotEmpty"));
    // Without Object Lock nothing is held.
    let plain = Call::GetObjectRetention { bucket: AUDIO.into(), key: key.into(), version: None };
    assert_eq!(desk.said(9.0, plain).unwrap_err().code, "InvalidRequest");
}

#[test]
fn a_corrupted_object_shows_another_etag_and_nothing_else() {
    let mut desk = Desk::sitelogix();
    let key = "trial/hello.m4a";
    let before = desk.head(0.0, AUDIO, key);
    assert!(desk.world.corrupt(AUDIO, key));
    let after = desk.head(0.0, AUDIO, key);
    assert_ne!(before.etag, after.etag);
    assert_eq!((before.size, before.modified), (after.size, after.modified));
    assert!(!desk.world.corrupt(AUDIO, "none"));
}

#[test]
fn a_fault_can_be_meant_for_one_key() {
    let mut desk = Desk::sitelogix().with_v2();
    desk.world.set_faults(vec![Fault {
        on: "CopyObject".into(),
        resource: Some("trial/hello.m4a".into()),
        nth: 1,
        times: u32::MAX,
        kind: FaultKind::Throttled,
        reason: None,
    }]);
    assert_eq!(desk.copy(5.0, "trial/hello.m4a").unwrap_err().code, "SlowDown");
    desk.copy(5.0, "trial/second.m4a").unwrap();
}

#[test]
fn objects_without_versioning_have_one_version() {
    let mut desk = Desk::sitelogix();
    let put = |body: &str, write| Call::PutObject {
        bucket: TEXTS.into(),
        key: "canary".into(),
        body: body.into(),
        tags: BTreeMap::new(),
        write,
    };
    desk.said(0.0, put("one", Write::IfAbsent)).unwrap();
    assert_eq!(desk.said(1.0, put("two", Write::IfAbsent)).unwrap_err().code, "PreconditionFailed");
    let etag = desk.head(1.0, TEXTS, "canary").etag;
    desk.said(2.0, put("two", Write::Over(etag))).unwrap();
    let object = desk.head(2.0, TEXTS, "canary");
    assert_eq!((object.size, object.version), (3, None));
    let bucket = TEXTS.to_owned();
    let delete = Call::DeleteObject { bucket, key: "canary".into(), version: None };
    desk.said(3.0, delete).unwrap();
    let bucket = TEXTS.to_owned();
    let list = Call::ListObjects { bucket, prefix: "canary".into(), after: None };
    assert_eq!(keys(desk.said(3.0, list)), [""; 0]);
}

#[test]
fn an_object_that_is_read_to_its_end_is_what_s3_says_of_it_unless_it_rotted() {
    let mut desk = Desk::sitelogix();
    let key = "audio/2026-10-08/site-08.m4a";
    let before = desk.head(0.0, AUDIO, key);
    let read = |digest, etag: &str| {
        let (bucket, key, etag) = (AUDIO.into(), key.into(), etag.to_owned());
        Call::DigestObject { bucket, key, etag, digest }
    };
    let checksum = before.checksum.clone().unwrap();
    let digests = [Digest::Etag, Digest::Checksum(checksum.algorithm)];
    let kept = [before.etag.clone(), checksum.value];
    for (digest, value) in digests.into_iter().zip(&kept) {
        let expected = Reply::Digested { size: before.size, value: value.clone() };
        assert_eq!(desk.said(1.0, read(digest, &before.etag)), Ok(expected));
    }
    let error = desk.said(1.0, read(Digest::Etag, "0123")).unwrap_err();
    assert_eq!((error.ending, error.code.as_str()), (Ending::Refused, "PreconditionFailed"));
    assert!(desk.world.rot(AUDIO, key));
    assert_eq!(desk.head(2.0, AUDIO, key), before, "nothing shows it");
    for (digest, kept) in digests.into_iter().zip(&kept) {
        let Ok(Reply::Digested { size, value }) = desk.said(2.0, read(digest, &before.etag)) else {
            panic!();
        };
        assert!(size == before.size && value != *kept);
    }
    assert!(!desk.world.rot(AUDIO, "none"));
}
