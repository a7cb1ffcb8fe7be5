//! What is planned, refused and told of a copy by S3 Batch Operations.

use std::collections::BTreeMap;

use serde_json::json;

use super::value::Latest;
use super::*;
use crate::cloud::bulk::{Batched, Compared, Failure, LookedFor, Names};
use crate::cloud::objects::StorageClass;
use crate::cloud::s3::{self, Algorithm, Encryption};
use crate::cloud::s3control::{Job, JobStatus, Report};
use crate::cloud::{Answer, CallError, Ending, Place};

const OLD: &str = "audio-files";

fn on() -> Target {
    Target { place: Place::new("500313280221", "us-east-1"), name: "audio-files-v2".to_owned() }
}

fn wanted() -> Copies {
    Copies {
        from: OLD.to_owned(),
        prefix: String::new(),
        role: "arn:aws:iam::500313280221:role/batch".to_owned(),
        report: Report { bucket: "reports".to_owned(), prefix: "copies".to_owned() },
        storage_class: None,
        leave_large: false,
        accept_unverified: false,
        found: None,
        job: None,
    }
}

fn names(names: &[&str]) -> Names {
    let mut found = Names::default();
    names.iter().for_each(|name| found.add(name));
    found
}

fn compared() -> Compared {
    Compared {
        of: wanted().batch(&on()).copying,
        objects: 10,
        bytes: 1_000,
        verified: 4,
        missing: 6,
        missing_bytes: 600,
        differing: Names::default(),
        unverified: Names::default(),
        archived: Names::default(),
        large: Names::default(),
        classes: BTreeMap::from([(StorageClass::StandardIa, 6)]),
        extra: 0,
        noncurrent: 0,
        noncurrent_bytes: 0,
        markers: 0,
        uploads: 0,
        manifest: None,
    }
}

fn whole() -> Compared {
    Compared { verified: 10, missing: 0, classes: BTreeMap::new(), ..compared() }
}

fn job(number: u32, status: JobStatus, failed: u64) -> LookedFor {
    let job = Job {
        id: "job-1".to_owned(),
        description: wanted().batch(&on()).description(number),
        status,
        total: Some(6),
        succeeded: 6 - failed,
        failed,
        reasons: Vec::new(),
        ended: None,
    };
    LookedFor { number, job, failures: Vec::new(), unread: None }
}

fn said(job: Option<LookedFor>, compared: Option<Compared>) -> [Outcome; 1] {
    let batched = Batched { of: wanted().batch(&on()), job, compared };
    let reply = cloud::Reply::Bulk(Reply::Batched(Box::new(batched)));
    [Ok(Answer { reply, request_id: None })]
}

fn refused(change: impl FnOnce(&mut Compared), to: &Copies) -> String {
    let mut found = compared();
    change(&mut found);
    BatchCopy::write(&on(), &said(None, Some(found)), to).unwrap_err().fact.unwrap_or_default()
}

#[test]
fn a_job_is_begun_for_what_is_missing_in_the_class_that_it_has() {
    let seen = said(None, Some(compared()));
    let value = BatchCopy::decode(&on(), &seen).unwrap();
    assert!(!BatchCopy::is_met(&value, &wanted()));
    let begins = |seen: &[Outcome], to: &Copies| {
        let calls = BatchCopy::write(&on(), seen, to).unwrap();
        let [Call::Bulk(bulk::Call::BeginBatch { of, storage_class, number, token })] = &calls[..]
        else {
            panic!("{calls:?}")
        };
        assert_eq!(*of, wanted().batch(&on()));
        assert!(token.starts_with("muster-") && token.len() <= 64, "{token}");
        (*storage_class, *number, token.clone())
    };
    let first = begins(&seen, &wanted());
    assert_eq!((first.0, first.1), (StorageClass::StandardIa, 1));
    // The same plan has the same token, and another has another: AWS may remember it for long.
    assert_eq!(begins(&seen, &wanted()), first);
    let more = Compared { objects: 11, missing: 7, ..compared() };
    assert_ne!(begins(&said(None, Some(more)), &wanted()).2, first.2);
    // After one that is over comes another, which is told apart by its number.
    let seen = said(Some(job(3, JobStatus::Failed, 0)), Some(compared()));
    let to = Copies { storage_class: Some(StorageClass::Standard), ..wanted() };
    let fourth = begins(&seen, &to);
    assert_eq!((fourth.0, fourth.1), (StorageClass::Standard, 4));
    assert_ne!(fourth.2, first.2);
    let done = BatchCopy::decode(&on(), &said(None, Some(whole()))).unwrap();
    assert!(BatchCopy::is_met(&done, &wanted()));
}

#[test]
fn no_job_is_begun_beside_another() {
    for status in [JobStatus::New, JobStatus::Active, JobStatus::Cancelling, JobStatus::Suspended] {
        let seen = said(Some(job(1, status, 0)), None);
        assert!(BatchCopy::is_busy(&seen), "{status}");
        let breach = BatchCopy::write(&on(), &seen, &wanted()).unwrap_err();
        assert!(breach.why.contains("job-1 of this copy is under way"), "{}", breach.why);
        assert_eq!(BatchCopy::setback(&on(), &seen), None);
    }
}

#[test]
fn what_a_job_cannot_copy_is_refused_before() {
    assert_eq!(refused(|found| found.differing = names(&["a"]), &wanted()), "C8");
    assert_eq!(refused(|found| found.archived = names(&["a"]), &wanted()), "C9");
    assert_eq!(refused(|found| found.large = names(&["a"]), &wanted()), "C1");
    let unverified = |found: &mut Compared| {
        *found = whole();
        found.unverified = names(&["a"]);
    };
    assert_eq!(refused(unverified, &wanted()), "C7");
    let odd = |found: &mut Compared| {
        found.classes = BTreeMap::from([(StorageClass::ReducedRedundancy, 6)]);
    };
    assert_eq!(refused(odd, &wanted()), "C9");
    // Of several classes nobody knows which is meant.
    let mixed = |found: &mut Compared| {
        found.classes.insert(StorageClass::Standard, 1);
    };
    assert_eq!(refused(mixed, &wanted()), "");
    let mut found = compared();
    mixed(&mut found);
    let to = Copies { storage_class: Some(StorageClass::Standard), ..wanted() };
    assert!(BatchCopy::write(&on(), &said(None, Some(found)), &to).is_ok());
}

#[test]
fn large_objects_are_left_to_another_step_only_when_the_book_says_so() {
    let mut found = whole();
    (found.missing, found.large) = (1, names(&["whole-day.wav"]));
    let value = BatchCopy::decode(&on(), &said(None, Some(found))).unwrap();
    let leaves = Copies { leave_large: true, ..wanted() };
    assert!(BatchCopy::is_met(&value, &leaves) && !BatchCopy::is_met(&value, &wanted()));
}

#[test]
fn complete_is_held_against_what_is_there() {
    let told = |job: LookedFor, compared: Compared| {
        BatchCopy::setback(&on(), &said(Some(job), Some(compared)))
    };
    let mut failed = job(1, JobStatus::Complete, 2);
    let fail = |key: &str| Failure {
        key: key.into(),
        code: "AccessDenied".into(),
        message: "Access Denied".into(),
    };
    failed.failures = vec![fail("a"), fail("b")];
    let setback = told(failed.clone(), compared()).unwrap();
    assert_eq!(setback.code, "objects-failed");
    assert_eq!(
        setback.what,
        "the job is Complete, but 2 objects could not be copied: a (AccessDenied: Access Denied); \
         b (AccessDenied: Access Denied)"
    );
    assert!(setback.advice.contains("`s3.copy_bucket`"), "{}", setback.advice);
    failed.unread = Some("AccessDenied: no".into());
    let setback = told(failed, compared()).unwrap();
    assert!(
        setback.what.contains("2 objects could not be copied; the report that names them could")
    );
    let code = |job, compared| told(job, compared).map(|setback| setback.code);
    let complete = || job(1, JobStatus::Complete, 0);
    assert_eq!(code(complete(), compared()).unwrap(), "objects-missing");
    let differs = Compared { differing: names(&["a"]), ..whole() };
    assert_eq!(code(complete(), differs).unwrap(), "contents-differ");
    let unverified = Compared { unverified: names(&["a"]), ..whole() };
    assert_eq!(code(complete(), unverified).unwrap(), "unverified");
    let large = Compared { missing: 1, large: names(&["a"]), ..whole() };
    assert_eq!(code(complete(), large).unwrap(), "objects-large");
    assert_eq!(code(job(1, JobStatus::Failed, 0), compared()).unwrap(), "job-failed");
    assert_eq!(code(job(1, JobStatus::Cancelled, 0), compared()).unwrap(), "job-cancelled");
    assert_eq!(code(complete(), whole()), None);
}

#[test]
fn an_earlier_job_says_nothing_of_a_later_one() {
    let with = |number: Option<u32>| {
        let job = number.map(|number| job(number, JobStatus::Failed, 0));
        BatchCopy::decode(&on(), &said(job, Some(compared()))).unwrap()
    };
    assert!(BatchCopy::is_later(&with(None), &with(Some(1))));
    assert!(BatchCopy::is_later(&with(Some(1)), &with(Some(2))));
    assert!(!BatchCopy::is_later(&with(Some(1)), &with(Some(1))));
    assert!(!BatchCopy::is_later(&with(None), &with(None)));
}

#[test]
fn how_far_it_is_makes_no_other_value() {
    let at = |succeeded: u64| {
        let mut job = job(1, JobStatus::Active, 0);
        job.job.succeeded = succeeded;
        said(Some(job), None)
    };
    assert_eq!(BatchCopy::decode(&on(), &at(1)), BatchCopy::decode(&on(), &at(2)));
    let progress = BatchCopy::progress(&on(), &at(2)).unwrap();
    assert_eq!((progress.line.as_str(), progress.share), ("Active: 2 of 6 objects", Some((2, 6))));
    let over = said(Some(job(1, JobStatus::Complete, 0)), Some(whole()));
    assert_eq!(BatchCopy::progress(&on(), &over), None);
}

#[test]
fn the_way_back_cancels_a_job_and_leaves_its_copies() {
    let before = BatchCopy::decode(&on(), &said(None, Some(compared()))).unwrap();
    let undo = Undo { before: &before, after: &wanted() };
    let back = |seen: &[Outcome]| BatchCopy::undo(&on(), seen, &undo);
    let active = said(Some(job(1, JobStatus::Active, 0)), None);
    let cancel = s3control::Call::CancelJob { job: "job-1".to_owned() };
    assert_eq!(back(&active).unwrap(), [Call::S3Control(cancel)]);
    let cancelled = said(Some(job(1, JobStatus::Cancelled, 0)), Some(compared()));
    assert_eq!(back(&cancelled).unwrap(), []);
    // It failed before it copied anything.
    let failed = said(Some(job(1, JobStatus::Failed, 0)), Some(compared()));
    assert_eq!(back(&failed).unwrap(), []);
    let done = said(Some(job(1, JobStatus::Complete, 0)), Some(whole()));
    assert!(back(&done).unwrap_err().why.contains("the copies stay in audio-files-v2"));
    let change = BatchCopy::change(&wanted(), &before);
    assert_eq!(change.danger, Danger::Destroy);
}

#[test]
fn what_is_shown_before_says_what_stays_behind() {
    let mut found = compared();
    (found.noncurrent, found.markers, found.large) = (3, 2, names(&["a"]));
    let value = BatchCopy::decode(&on(), &said(None, Some(found))).unwrap();
    let to = Copies { leave_large: true, storage_class: Some(StorageClass::GlacierIr), ..wanted() };
    let why = BatchCopy::change(&value, &to).why.unwrap();
    for part in [
        "copies 5 objects",
        "1 of more than 5 GB are left",
        "All copies are in GLACIER_IR",
        "3 older versions and 2 delete markers stay behind",
        "(C8)",
    ] {
        assert!(why.contains(part), "{part}: {why}");
    }
}

#[test]
fn what_makes_no_sense_is_found_without_asking_anybody() {
    let report = |bucket: &str, prefix: &str| Report {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
    };
    let latest =
        Latest { id: "x".into(), number: 1, state: State::Complete, succeeded: None, failed: None };
    for wrong in [
        Copies { from: on().name, ..wanted() },
        Copies { from: String::new(), ..wanted() },
        Copies { prefix: "x".repeat(1_025), ..wanted() },
        Copies { job: Some(latest), ..wanted() },
        Copies { found: Some(Found::default()), ..wanted() },
        Copies { report: report(OLD, "copies"), ..wanted() },
        Copies { report: report("audio-files-v2", "copies"), ..wanted() },
        Copies { report: report("reports", ""), ..wanted() },
        Copies { report: report("reports", "copies/"), ..wanted() },
        Copies { report: report("reports", &"x".repeat(513)), ..wanted() },
        Copies { role: "batch".into(), ..wanted() },
        Copies { role: "arn:aws:iam::111122223333:role/batch".into(), ..wanted() },
        Copies { role: "arn:aws:iam::500313280221:role/".into(), ..wanted() },
        Copies { storage_class: Some(StorageClass::ReducedRedundancy), ..wanted() },
    ] {
        assert_eq!(BatchCopy::lint(&on(), &wrong).len(), 1, "{wrong:?}");
    }
    assert_eq!(BatchCopy::lint(&on(), &wanted()), []);
}

#[test]
fn the_account_is_looked_at_before() {
    let reply = |reply: s3::Reply| Ok(Answer { reply: cloud::Reply::S3(reply), request_id: None });
    let here = |region: &str| reply(s3::Reply::Bucket { region: region.to_owned() });
    let encrypted = |algorithm| {
        reply(s3::Reply::Encryption(Encryption { algorithm, kms_key: None, bucket_key: false }))
    };
    let off = |code: &str| Err(CallError::new(Ending::Absent, code, ""));
    let no_lock = || off("ObjectLockConfigurationNotFoundError");
    let held = s3::Retention { mode: s3::RetentionMode::Governance, days: Some(1), years: None };
    let lock = |retention| reply(s3::Reply::ObjectLock { default_retention: retention });
    let good =
        || [here("us-east-1"), encrypted(Algorithm::Aes256), no_lock(), no_lock(), no_lock()];
    assert_eq!(BatchCopy::guard(&on(), &wanted()).len(), good().len());
    assert_eq!(BatchCopy::judge(&on(), &wanted(), &good()), []);
    let judged = |at: usize, answer: Outcome| {
        let mut seen = good();
        seen[at] = answer;
        let found = BatchCopy::judge(&on(), &wanted(), &seen);
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].fact.clone().unwrap_or_default()
    };
    assert_eq!(judged(0, here("eu-west-1")), "C9");
    assert_eq!(judged(1, encrypted(Algorithm::Kms)), "C7");
    assert_eq!(judged(3, lock(None)), "C3");
    assert_eq!(judged(4, lock(Some(held))), "S4");
    assert_eq!(judged(4, off("NoSuchBucket")), "");
    // A report in a bucket that could be locked is none of anybody's business.
    let mut seen = good();
    seen[4] = lock(None);
    assert_eq!(BatchCopy::judge(&on(), &wanted(), &seen), []);
}

#[test]
fn a_value_is_read_back_as_it_was_written() {
    let done = said(Some(job(2, JobStatus::Complete, 1)), Some(compared()));
    let value = BatchCopy::decode(&on(), &done).unwrap();
    let json = serde_json::to_value(&value).unwrap();
    assert_eq!(json["job"]["state"], json!("complete"));
    assert_eq!(json["found"]["classes"], json!({ "STANDARD_IA": 6 }));
    assert_eq!(serde_json::from_value::<Copies>(json).unwrap(), value);
}
