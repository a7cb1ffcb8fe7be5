//! What is planned, refused and told of a copy.

use serde_json::json;

use super::*;
use crate::cloud::bulk::{Failure, Tally};
use crate::cloud::{Answer, CallError, Ending, Place};

const OLD: &str = "audio-files";

fn on() -> Target {
    Target { place: Place::new("500313280221", "us-east-1"), name: "audio-files-v2".to_owned() }
}

fn wanted() -> Copies {
    Copies {
        from: OLD.to_owned(),
        prefix: String::new(),
        batch_above: None,
        accept_unverified: false,
        found: None,
    }
}

fn names(names: &[&str]) -> Names {
    let mut found = Names::default();
    names.iter().for_each(|name| found.add(name));
    found
}

fn compared(change: impl FnOnce(&mut Compared)) -> Outcome {
    let mut compared = Compared {
        of: copying(&on(), &wanted()),
        objects: 10,
        bytes: 1_000,
        verified: 4,
        missing: 6,
        missing_bytes: 600,
        differing: Names::default(),
        unverified: Names::default(),
        archived: Names::default(),
        large: Names::default(),
        classes: std::collections::BTreeMap::new(),
        extra: 0,
        noncurrent: 0,
        noncurrent_bytes: 0,
        markers: 0,
        uploads: 0,
        manifest: None,
    };
    change(&mut compared);
    said(Reply::Compared(compared))
}

fn said(reply: Reply) -> Outcome {
    Ok(Answer { reply: cloud::Reply::Bulk(reply), request_id: None })
}

fn done(compared: &mut Compared) {
    (compared.verified, compared.missing, compared.missing_bytes) = (10, 0, 0);
    compared.manifest = Some("abc".into());
}

fn finished(tally: Tally) -> Outcome {
    let progress = bulk::Progress { stage: Stage::Finished, tally, ..bulk::Progress::default() };
    said(Reply::Progress(progress))
}

fn why(seen: &[Outcome], to: &Copies) -> (String, String) {
    let breach = CopyBucket::write(&on(), seen, to).unwrap_err();
    (breach.fact.unwrap_or_default(), breach.why)
}

#[test]
fn what_is_missing_is_copied_and_what_is_all_there_is_done() {
    let seen = [compared(|_| {})];
    let value = CopyBucket::decode(&on(), &seen).unwrap();
    assert!(!CopyBucket::is_met(&value, &wanted()));
    let calls = CopyBucket::write(&on(), &seen, &wanted()).unwrap();
    assert_eq!(calls, [Call::Bulk(bulk::Call::CopyObjects(copying(&on(), &wanted())))]);
    let whole = CopyBucket::decode(&on(), &[compared(done)]).unwrap();
    assert!(CopyBucket::is_met(&whole, &wanted()));
    assert!(CopyBucket::goes_on(&value, &whole) && !CopyBucket::goes_on(&whole, &value));
    // A trial is not the whole.
    let trial = Copies { prefix: "trial/".into(), ..wanted() };
    assert!(!CopyBucket::is_met(&whole, &trial));
    let json = serde_json::to_value(&whole).unwrap();
    assert_eq!(json["found"]["manifest"], json!("abc"));
    assert_eq!(serde_json::from_value::<Copies>(json).unwrap(), whole);
}

#[test]
fn nothing_is_written_over() {
    let seen = [compared(|compared| compared.differing = names(&["a", "b"]))];
    let (fact, why) = why(&seen, &wanted());
    assert_eq!(fact, "C8");
    assert!(why.contains("other contents under 2 (a, b)"), "{why}");
}

#[test]
fn archives_are_restored_first() {
    let seen = [compared(|compared| compared.archived = names(&["old"]))];
    assert_eq!(why(&seen, &wanted()).0, "C9");
}

#[test]
fn too_many_objects_are_for_batch_operations() {
    let to = Copies { batch_above: Some(5), ..wanted() };
    let (fact, why) = why(&[compared(|_| {})], &to);
    assert_eq!(fact, "C10");
    assert!(why.contains("6 objects are missing"), "{why}");
    let fix = CopyBucket::write(&on(), &[compared(|_| {})], &to).unwrap_err().fix;
    // What it proposes can be pasted into a book, and is a value of that job.
    let with = fix.split('`').find_map(|part| part.strip_prefix("with = ")).unwrap();
    let book: toml::Table = format!("to = {with}").parse().unwrap();
    let job = crate::jobs::find("s3.batch_copy").unwrap();
    let value = job.parse(&serde_json::to_value(&book["to"]).unwrap()).unwrap();
    assert_eq!((&value["from"], &value["leave_large"]), (&json!(OLD), &json!(true)));
    assert_eq!(job.lint(&on(), &value), []);
    let to = Copies { batch_above: Some(6), ..wanted() };
    assert!(CopyBucket::write(&on(), &[compared(|_| {})], &to).is_ok());
}

#[test]
fn what_cannot_be_verified_counts_only_when_the_book_says_so() {
    let unverified = |compared: &mut Compared| {
        done(compared);
        (compared.verified, compared.unverified) = (9, names(&["secret"]));
    };
    let seen = [compared(unverified)];
    let value = CopyBucket::decode(&on(), &seen).unwrap();
    assert!(!CopyBucket::is_met(&value, &wanted()));
    assert_eq!(why(&seen, &wanted()).0, "C7");
    let enough = Copies { accept_unverified: true, ..wanted() };
    assert!(CopyBucket::is_met(&value, &enough));
    // A target with a key of KMS is warned of before.
    let kms = s3::Encryption { algorithm: Algorithm::Kms, kms_key: None, bucket_key: true };
    let kms = Ok(Answer { reply: cloud::Reply::S3(s3::Reply::Encryption(kms)), request_id: None });
    let judged = CopyBucket::judge(&on(), &wanted(), std::slice::from_ref(&kms));
    assert_eq!(judged.len(), 1);
    assert_eq!(judged[0].fact.as_deref(), Some("C7"));
    assert_eq!(CopyBucket::judge(&on(), &enough, &[kms]), []);
    // Objects that are held lose that where nothing can be held.
    let lock = cloud::Reply::S3(s3::Reply::ObjectLock { default_retention: None });
    let on_ = || Ok(Answer { reply: lock.clone(), request_id: None });
    let off = || Err(CallError::new(Ending::Absent, "ObjectLockConfigurationNotFoundError", ""));
    let aes = Err(CallError::new(Ending::Denied, "AccessDenied", ""));
    let judged = CopyBucket::judge(&on(), &wanted(), &[aes.clone(), off(), on_()]);
    assert_eq!(judged[0].fact.as_deref(), Some("C3"));
    assert_eq!(CopyBucket::judge(&on(), &wanted(), &[aes.clone(), on_(), on_()]), []);
    assert_eq!(CopyBucket::judge(&on(), &wanted(), &[aes, off(), off()]), []);
}

#[test]
fn versions_that_stay_behind_are_told_before() {
    let seen = [compared(|compared| (compared.noncurrent, compared.markers) = (3, 2))];
    let value = CopyBucket::decode(&on(), &seen).unwrap();
    let change = CopyBucket::change(&value, &wanted());
    assert_eq!(change.danger, Danger::Destroy);
    let why = change.why.unwrap();
    assert!(why.starts_with("6 objects, 600 bytes, are copied. 3 older versions and 2"), "{why}");
    // The way back leaves the copies where they are.
    let back = CopyBucket::change(&wanted(), &value);
    assert_eq!(back.why.as_deref(), Some("The copies stay: nothing is deleted."));
    let undo = Undo { before: &value, after: &wanted() };
    assert!(CopyBucket::undo(&on(), &seen, &undo).unwrap_err().why.contains("the copies stay"));
}

#[test]
fn objects_that_failed_are_named_and_not_waited_for() {
    let tally = Tally {
        failed: 2,
        failures: vec![Failure {
            key: "a/b".into(),
            code: "AccessDenied".into(),
            message: "Access Denied".into(),
        }],
        ..Tally::default()
    };
    let setback = CopyBucket::setback(&on(), &[compared(|_| {}), finished(tally.clone())]).unwrap();
    assert_eq!(setback.code, "objects-failed");
    assert!(setback.what.contains("2 objects could not be copied: a/b (AccessDenied"));
    // While it goes on, and once everything is there, nothing is given up.
    assert_eq!(CopyBucket::setback(&on(), &[compared(done), finished(tally)]), None);
    assert_eq!(CopyBucket::setback(&on(), &[compared(|_| {})]), None);
    let differs = compared(|compared| compared.differing = names(&["a"]));
    let setback = CopyBucket::setback(&on(), &[differs, finished(Tally::default())]).unwrap();
    assert_eq!(setback.code, "contents-differ");
}

#[test]
fn what_makes_no_sense_is_found_without_asking_anybody() {
    let itself = Copies { from: on().name, ..wanted() };
    let none = Copies { from: String::new(), ..wanted() };
    let long = Copies { prefix: "x".repeat(1_025), ..wanted() };
    let nothing = Copies { batch_above: Some(0), ..wanted() };
    let given = Copies { found: Some(Found::default()), ..wanted() };
    for wrong in [itself, none, long, nothing, given] {
        assert_eq!(CopyBucket::lint(&on(), &wrong).len(), 1, "{wrong:?}");
    }
    assert_eq!(CopyBucket::lint(&on(), &wanted()), []);
}

#[test]
fn what_is_under_way_is_watched() {
    let running = bulk::Progress {
        stage: Stage::Running,
        objects: Some(10),
        tally: Tally { done: 3, ..Tally::default() },
        ..bulk::Progress::default()
    };
    let seen = [said(Reply::Progress(running))];
    assert_eq!(CopyBucket::progress(&on(), &seen).unwrap().line, "3 of 10 objects");
    assert!(CopyBucket::is_busy(&seen));
    assert_eq!(CopyBucket::progress(&on(), &[finished(Tally::default())]), None);
    let lost = Err(CallError::new(Ending::Unknown, "Timeout", ""));
    assert!(!CopyBucket::is_busy(&[lost]));
}
