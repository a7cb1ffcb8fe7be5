//! Jobs as an operator meets them: on their way, over, refused, and what they leave.

use crate::cloud::objects::{self, StorageClass, Write};
use crate::cloud::s3;
use crate::cloud::s3control::{Call, CopyJob, Job, JobStatus, Manifest, Reply, Report};
use crate::cloud::{self, CallError};
use crate::sandbox::testing::{Desk, place, start};
use crate::sandbox::{Fault, FaultKind, ObjectSeed, Seed, Seeded, World};

const OLD: &str = "sitelogix-old";
const NEW: &str = "sitelogix-new";
const REPORTS: &str = "sitelogix-reports";
const GIB: u64 = 1024 * 1024 * 1024;

impl Desk {
    /// Three buckets, one of them with these objects.
    fn with(objects: Vec<Seeded>) -> Self {
        let bucket = |name: &str, objects: Vec<Seeded>| crate::sandbox::seeds::BucketSeed {
            name: name.to_owned(),
            versioned: false,
            objects,
        };
        let seed = Seed {
            tables: Vec::new(),
            buckets: vec![
                bucket(OLD, objects),
                bucket(NEW, Vec::new()),
                bucket(REPORTS, Vec::new()),
            ],
        };
        let world: World = seed.world(place(), 7, start());
        Self { world }
    }

    fn control(&mut self, second: f64, call: Call) -> Result<Reply, CallError> {
        self.ask(second, call).map(|reply| {
            let cloud::Reply::S3Control(reply) = reply else { panic!("{reply:?}") };
            reply
        })
    }

    /// Writes a list of these keys, and says what AWS says of it.
    fn list(&mut self, keys: &[String]) -> Manifest {
        let key = "copies/list.csv".to_owned();
        let body = keys.iter().map(|key| format!("{OLD},{key}\n")).collect();
        let call = objects::Call::PutObject {
            bucket: REPORTS.to_owned(),
            key: key.clone(),
            body,
            tags: std::collections::BTreeMap::new(),
            write: Write::Always,
        };
        let reply = self.ask(0.0, call).unwrap();
        let cloud::Reply::Objects(objects::Reply::Stored { etag, .. }) = reply else {
            panic!("{reply:?}")
        };
        Manifest { bucket: REPORTS.to_owned(), key, etag }
    }

    /// Begins a job for these keys: its id.
    fn begin(&mut self, keys: &[String]) -> (String, CopyJob) {
        let job = job(self.list(keys), "one");
        let reply = self.control(0.0, Call::CreateJob(Box::new(job.clone()))).unwrap();
        let Reply::Created { job: id } = reply else { panic!("{reply:?}") };
        (id, job)
    }

    fn job(&mut self, second: f64, id: &str) -> Job {
        let reply = self.control(second, Call::DescribeJob { job: id.to_owned() }).unwrap();
        let Reply::Job(job) = reply else { panic!("{reply:?}") };
        job
    }

    fn text(&mut self, key: &str) -> String {
        let (bucket, key) = (REPORTS.to_owned(), key.to_owned());
        let get = objects::Call::GetObject { bucket, key, most: 1 << 20 };
        let reply = self.ask(9_000.0, get).unwrap();
        let cloud::Reply::Objects(objects::Reply::Text { text, whole: true }) = reply else {
            panic!("{reply:?}")
        };
        text
    }

    fn fault(&mut self, kind: FaultKind, resource: Option<&str>, times: u32) {
        let fault = Fault {
            on: "S3PutObjectCopy".to_owned(),
            resource: resource.map(ToOwned::to_owned),
            nth: 1,
            times,
            kind,
            reason: Some("Access Denied".to_owned()),
        };
        self.world.set_faults(vec![fault]);
    }
}

fn job(manifest: Manifest, token: &str) -> CopyJob {
    CopyJob {
        to: NEW.to_owned(),
        storage_class: StorageClass::Standard,
        manifest,
        report: Report { bucket: REPORTS.to_owned(), prefix: "copies".to_owned() },
        role: "arn:aws:iam::500313280221:role/batch".to_owned(),
        description: "muster copy x #1: old to new".to_owned(),
        token: token.to_owned(),
    }
}

fn keys(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("a/{n:05}")).collect()
}

fn many(count: usize) -> Desk {
    Desk::with(keys(count).into_iter().map(|key| Seeded::text(key, "x")).collect())
}

#[test]
fn a_job_goes_through_its_states_and_is_seen_late() {
    let mut desk = many(700);
    let (id, _) = desk.begin(&keys(700));
    let call = Call::DescribeJob { job: id.clone() };
    assert!(desk.bad(0.5, call).starts_with("Absent NotFoundException"));
    let Reply::Jobs { jobs } = desk.control(0.5, Call::ListJobs { mark: "muster".into() }).unwrap()
    else {
        panic!()
    };
    assert_eq!(jobs, [], "a list lags too");
    let mut seen: Vec<(JobStatus, u64)> = Vec::new();
    for second in 2..30 {
        let job = desk.job(f64::from(second), &id);
        if seen.last() != Some(&(job.status, job.succeeded)) {
            seen.push((job.status, job.succeeded));
        }
    }
    let expected = [
        (JobStatus::Preparing, 0),
        (JobStatus::Ready, 0),
        (JobStatus::Active, 0),
        (JobStatus::Active, 500),
        (JobStatus::Completing, 700),
        (JobStatus::Complete, 700),
    ];
    assert_eq!(seen, expected);
    let objects = desk.world.state()["s3"]["objects"][NEW].as_object().unwrap().len();
    assert_eq!(objects, 700);
    assert!(desk.text(&format!("copies/job-{id}/manifest.json")).contains("\"Results\":[]"));
}

#[test]
fn the_same_token_makes_no_second_job() {
    let mut desk = many(1);
    let (id, job) = desk.begin(&keys(1));
    let again = desk.good(1.0, Call::CreateJob(Box::new(job.clone())));
    assert!(again.contains(&id), "{again}");
    assert!(desk.effects().last().unwrap().ends_with(" ="), "nothing changed");
    let other = CopyJob { role: format!("{}2", job.role), ..job };
    assert!(desk.bad(1.0, Call::CreateJob(Box::new(other))).contains("IdempotencyException"));
}

#[test]
fn complete_is_not_succeeded() {
    let large = Seeded {
        versions: vec![ObjectSeed { size: Some(6 * GIB), ..ObjectSeed::text("large") }],
        ..Seeded::text("large", "")
    };
    let archived = Seeded {
        versions: vec![ObjectSeed {
            storage_class: Some(StorageClass::Glacier),
            ..ObjectSeed::text("cold")
        }],
        ..Seeded::text("cold", "")
    };
    let mut desk =
        Desk::with(vec![large, archived, Seeded::text("ä b", "x"), Seeded::text("d", "x")]);
    desk.fault(FaultKind::TaskFails, Some("d"), 1);
    let list = ["large", "cold", "%C3%A4%20b", "d", "gone"].map(ToOwned::to_owned);
    let (id, _) = desk.begin(&list);
    let job = desk.job(60.0, &id);
    assert_eq!((job.status, job.total), (JobStatus::Complete, Some(5)));
    assert_eq!((job.succeeded, job.failed), (1, 4));
    let contents = desk.text(&format!("copies/job-{id}/manifest.json"));
    assert!(contents.contains("\"TaskExecutionStatus\":\"failed\""), "{contents}");
    let report = desk.text(&format!("copies/job-{id}/results/{id}.csv"));
    let lines: Vec<_> = report.lines().map(|line| line.split(",\"").next().unwrap()).collect();
    assert_eq!(
        lines,
        [
            "sitelogix-old,large,,failed,400,InvalidRequest",
            "sitelogix-old,cold,,failed,400,InvalidObjectState",
            "sitelogix-old,d,,failed,403,AccessDenied",
            "sitelogix-old,gone,,failed,404,NotFound",
        ]
    );
}

#[test]
fn a_job_of_which_more_than_half_fails_is_given_up() {
    let mut desk = many(3_000);
    desk.fault(FaultKind::TaskFails, None, 600);
    let (id, _) = desk.begin(&keys(3_000));
    let job = desk.job(60.0, &id);
    assert_eq!((job.status, job.succeeded + job.failed), (JobStatus::Failed, 1_000));
    assert!(job.reasons[0].contains("more than half"), "{:?}", job.reasons);
    // Of fewer tasks none is given up, whatever fails.
    let mut desk = many(999);
    desk.fault(FaultKind::TaskFails, None, u32::MAX);
    let (id, _) = desk.begin(&keys(999));
    assert_eq!(desk.job(60.0, &id).status, JobStatus::Complete);
}

#[test]
fn a_job_that_may_not_or_finds_another_list_fails() {
    let mut desk = many(1);
    desk.fault(FaultKind::JobFails, None, 1);
    let (id, _) = desk.begin(&keys(1));
    let job = desk.job(60.0, &id);
    assert_eq!((job.status, job.reasons), (JobStatus::Failed, vec!["Access Denied".to_owned()]));
    let (_, job) = desk.begin(&keys(1));
    let changed = CopyJob {
        manifest: Manifest { etag: "0".into(), ..job.manifest },
        token: "two".into(),
        ..job
    };
    let said = desk.good(100.0, Call::CreateJob(Box::new(changed)));
    let id = said.trim_start_matches("{job:").trim_end_matches('}').to_owned();
    let job = desk.job(200.0, &id);
    assert!(job.reasons[0].starts_with("ManifestETagMismatch"), "{:?}", job.reasons);
    assert_eq!((job.total, job.status), (None, JobStatus::Failed));
}

#[test]
fn what_is_cancelled_ends_and_what_it_copied_stays() {
    let mut desk = many(5_000);
    let (id, _) = desk.begin(&keys(5_000));
    assert_eq!(desk.job(18.0, &id).status, JobStatus::Active);
    desk.good(18.0, Call::CancelJob { job: id.clone() });
    let job = desk.job(60.0, &id);
    assert_eq!(job.status, JobStatus::Cancelled);
    let copied = desk.world.state()["s3"]["objects"][NEW].as_object().unwrap().len() as u64;
    assert!(copied > 0 && copied < 5_000 && copied == job.succeeded, "{copied}");
    let again = desk.bad(61.0, Call::CancelJob { job: id });
    assert!(again.starts_with("Refused JobStatusException"), "{again}");
}

#[test]
fn a_list_of_several_parts_is_read_as_one() {
    let mut desk = many(3);
    let bucket = REPORTS.to_owned();
    let key = "copies/list.csv".to_owned();
    let begin = objects::Call::CreateMultipartUpload {
        bucket: bucket.clone(),
        key: key.clone(),
        properties: objects::Properties::default(),
        tags: std::collections::BTreeMap::new(),
        storage_class: StorageClass::Standard,
        checksum: None,
        lock: None,
        legal_hold: false,
    };
    let cloud::Reply::Objects(objects::Reply::Begun { upload }) = desk.ask(0.0, begin).unwrap()
    else {
        panic!()
    };
    let line = format!("{OLD},a/00000\n");
    let many_lines = line.repeat(5 * 1024 * 1024 / line.len() + 1);
    let mut parts = Vec::new();
    for (part, body) in (1..).zip([many_lines.clone(), format!("{OLD},a/00001\n")]) {
        let (bucket, key, upload) = (bucket.clone(), key.clone(), upload.clone());
        let call = objects::Call::UploadPart { bucket, key, upload, part, body };
        let cloud::Reply::Objects(objects::Reply::Part(part)) = desk.ask(0.0, call).unwrap() else {
            panic!()
        };
        parts.push(part);
    }
    let complete = objects::Call::CompleteMultipartUpload {
        bucket: bucket.clone(),
        key: key.clone(),
        upload,
        parts,
        checksum: None,
        write: Write::Always,
    };
    desk.ask(0.0, complete).unwrap();
    let get = |most| objects::Call::GetObject { bucket: bucket.clone(), key: key.clone(), most };
    let cloud::Reply::Objects(objects::Reply::Text { text, whole }) =
        desk.ask(0.0, get(u64::MAX)).unwrap()
    else {
        panic!()
    };
    assert!(whole && text.len() == many_lines.len() + line.len() && text.ends_with("a/00001\n"));
    let beginning = desk.good(0.0, get(20));
    assert_eq!(beginning, "{text:sitelogix-old,a/0000,whole:false}");
    // Of the buckets nothing else is touched.
    desk.good(0.0, s3::Call::HeadBucket { bucket });
}
