//! Jobs of S3 Batch Operations: the list that one is given, a process that dies while it begins one,
//! and what is read of its report.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use muster::bulk::{Limits, Nowhere, Tools, Worker};
use muster::cloud::bulk::{self, Batch, Batched};
use muster::cloud::objects::{self, Listed, StorageClass, Write};
use muster::cloud::s3control::{self, JobStatus, Report};
use muster::cloud::{Account, Answer, Call, CallError, Ending, Outcome, Pending, Reply, s3};
use muster::sandbox::FaultKind;

use crate::desk::{ALL, BIG, Desk, V2, all, start};
use crate::killed::mortal;

const REPORTS: &str = "sitelogix-reports-prod";

fn batch() -> Batch {
    Batch {
        copying: all(),
        role: "arn:aws:iam::500313280221:role/batch".to_owned(),
        report: Report { bucket: REPORTS.to_owned(), prefix: "copies".to_owned() },
    }
}

fn begin(number: u32) -> bulk::Call {
    let token = format!("token-{number}");
    bulk::Call::BeginBatch { of: batch(), storage_class: StorageClass::Standard, number, token }
}

impl Desk {
    fn with_reports() -> Self {
        let desk = Self::new();
        desk.world(s3::Call::CreateBucket { bucket: REPORTS.to_owned(), object_lock: false });
        desk
    }

    async fn begun(&self, number: u32) -> Result<String, CallError> {
        self.ask(begin(number)).await.map(|reply| match reply {
            bulk::Reply::Begun { job } => job,
            other => panic!("{other:?}"),
        })
    }

    async fn batched(&self) -> Batched {
        match self.ask(bulk::Call::SurveyBatch(batch())).await {
            Ok(bulk::Reply::Batched(batched)) => *batched,
            other => panic!("{other:?}"),
        }
    }

    /// Lets so many seconds pass in the account.
    fn passes(&self, seconds: i64) {
        let mut world = self.world.lock().unwrap();
        let now = world.clock() + SignedDuration::from_secs(seconds);
        world.call(&Call::S3(s3::Call::ListBuckets {}), now).unwrap();
    }

    fn list(&self, number: u32) -> Vec<String> {
        let (bucket, key) = (REPORTS.to_owned(), batch().list(number));
        let call = Call::Objects(objects::Call::GetObject { bucket, key, most: u64::MAX });
        let mut world = self.world.lock().unwrap();
        let now = world.clock();
        match world.call(&call, now).unwrap().reply {
            Reply::Objects(objects::Reply::Text { text, .. }) => {
                text.lines().map(ToOwned::to_owned).collect()
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_job_is_given_what_is_missing_and_nothing_else() {
    let desk = Desk::with_reports();
    // Somebody has copied some before.
    let trial = crate::desk::copying(&all().from, V2, "trial/");
    desk.ask(bulk::Call::CopyObjects(trial)).await.unwrap();
    desk.begun(1).await.unwrap();
    let list = desk.list(1);
    // The largest is too large, and two are there.
    assert_eq!(list.len() as u64, ALL - 3);
    assert!(list.is_sorted() && !list.iter().any(|line| line.contains("trial/")), "{list:?}");
    assert!(!list.iter().any(|line| line.ends_with(BIG)));
    desk.passes(5);
    let seen = desk.batched().await;
    assert_eq!(seen.compared, None, "while a job goes on nothing is compared");
    desk.passes(120);
    let seen = desk.batched().await;
    let (job, compared) = (seen.job.unwrap(), seen.compared.unwrap());
    assert_eq!((job.number, job.job.status, job.job.failed), (1, JobStatus::Complete, 0));
    assert_eq!((compared.missing, compared.verified), (1, ALL - 1));
    assert_eq!(compared.large.first, [BIG]);
    // Nothing is left that a job could copy.
    let nothing = desk.begun(2).await.unwrap_err();
    assert_eq!((nothing.ending, nothing.code.as_str()), (Ending::Refused, "NothingToCopy"));
}

#[tokio::test]
async fn whatever_kills_it_there_is_one_job() {
    for applied in [false, true] {
        for changes in 1..=2 {
            let desk = Desk::with_reports();
            let (process, died) = mortal(&desk, changes, applied);
            tokio::select! {
                begun = process.begun(1) => panic!("{begun:?}"),
                () = died.notified() => {}
            }
            let first = desk.begun(1).await.unwrap();
            desk.passes(5);
            // Whoever asks again, however often, is told of the same job.
            assert_eq!(desk.begun(1).await.as_ref(), Ok(&first));
            let another = desk.begun(2).await.unwrap_err();
            assert_eq!(another.ending, Ending::InUse, "{another}");
            let jobs = desk.world.lock().unwrap().state()["s3control"].clone();
            assert_eq!(jobs.as_array().unwrap().len(), 1, "after {changes}, {applied}");
        }
    }
}

#[tokio::test]
async fn what_failed_is_named_from_the_report() {
    let desk = Desk::with_reports();
    let key = "audio/2026-10-03/site-03.m4a";
    let fault = |kind| muster::sandbox::Fault {
        on: "*".to_owned(),
        resource: Some(key.to_owned()),
        nth: 1,
        times: 1,
        kind,
        reason: Some("not you, \"batch\", said S3".to_owned()),
    };
    desk.world.lock().unwrap().set_faults(vec![fault(FaultKind::TaskFails)]);
    desk.begun(1).await.unwrap();
    desk.passes(120);
    let job = desk.batched().await.job.unwrap();
    assert_eq!((job.job.failed, job.failures.len(), job.unread), (1, 1, None));
    let failure = &job.failures[0];
    assert_eq!((failure.key.as_str(), failure.code.as_str()), (key, "AccessDenied"));
    assert_eq!(failure.message, "not you, \"batch\", said S3");
    // A report that may not be read is said so, and the buckets are compared all the same.
    desk.fault("GetObject", None, (1, u32::MAX), FaultKind::Denied);
    let seen = desk.batched().await;
    let job = seen.job.unwrap();
    assert_eq!(job.unread.as_deref(), Some("AccessDenied: Access Denied"));
    assert_eq!((job.failures.len(), seen.compared.unwrap().missing), (0, 2));
}

#[tokio::test]
async fn a_report_that_points_elsewhere_is_not_followed() {
    let desk = Desk::with_reports();
    let fault = muster::sandbox::Fault {
        on: "*".to_owned(),
        resource: None,
        nth: 1,
        times: 1,
        kind: FaultKind::TaskFails,
        reason: None,
    };
    desk.world.lock().unwrap().set_faults(vec![fault]);
    let job = desk.begun(1).await.unwrap();
    desk.passes(120);
    let put = objects::Call::PutObject {
        bucket: REPORTS.to_owned(),
        key: batch().report.manifest_of(&job),
        body: r#"{"Results":[{"TaskExecutionStatus":"failed","Key":"secrets.csv"}]}"#.to_owned(),
        tags: std::collections::BTreeMap::new(),
        write: Write::Always,
    };
    {
        let mut world = desk.world.lock().unwrap();
        let now = world.clock();
        world.call(&Call::Objects(put), now).unwrap();
    }
    let unread = desk.batched().await.job.unwrap().unread.unwrap();
    assert!(unread.contains("it names a file of another job"), "{unread}");
}

const MANY: u64 = 400_000;
const PAGE: u64 = 1_000;

/// An account with so many objects that a list of them has parts; it keeps no text.
#[derive(Default)]
struct MadeUp {
    /// The bytes of each part, and what is in the first and the last line.
    parts: Mutex<Vec<usize>>,
    lines: Mutex<u64>,
    calls: Mutex<Vec<&'static str>>,
    fails: bool,
}

impl MadeUp {
    fn answer(&self, call: &Call) -> Result<Reply, CallError> {
        let reply = match call {
            Call::Objects(call) => Reply::Objects(self.object(call)?),
            Call::S3Control(s3control::Call::ListJobs { .. }) => {
                Reply::S3Control(s3control::Reply::Jobs { jobs: Vec::new() })
            }
            Call::S3Control(s3control::Call::CreateJob(job)) => {
                assert_eq!(job.manifest.etag, "whole-3");
                Reply::S3Control(s3control::Reply::Created { job: "job".to_owned() })
            }
            other => panic!("{other:?}"),
        };
        Ok(reply)
    }

    fn object(&self, call: &objects::Call) -> Result<objects::Reply, CallError> {
        if !call.operation().is_read() {
            self.calls.lock().unwrap().push(call.operation().name);
        }
        Ok(match call {
            objects::Call::ListObjects { bucket, .. } if *bucket == V2 => {
                objects::Reply::Objects { objects: Vec::new(), next: None }
            }
            objects::Call::ListObjects { after, .. } => {
                let from = after.as_ref().map_or(0, |token| token.parse().unwrap());
                let to = (from + PAGE).min(MANY);
                let listed = |n: u64| Listed {
                    key: format!("recordings/{n:08}"),
                    size: 7,
                    etag: format!("{n:032x}"),
                    modified: start(),
                    storage_class: StorageClass::Standard,
                };
                let next = Some(to.to_string()).filter(|_| to < MANY);
                objects::Reply::Objects { objects: (from..to).map(listed).collect(), next }
            }
            objects::Call::ListMultipartUploads { .. } => {
                objects::Reply::Uploads { uploads: Vec::new(), next: None }
            }
            objects::Call::CreateMultipartUpload { .. } => {
                objects::Reply::Begun { upload: "upload".to_owned() }
            }
            objects::Call::UploadPart { part, .. } if self.fails && *part == 2 => {
                return Err(CallError::new(Ending::Denied, "AccessDenied", "Access Denied"));
            }
            objects::Call::UploadPart { part, body, .. } => {
                self.parts.lock().unwrap().push(body.len());
                *self.lines.lock().unwrap() += body.lines().count() as u64;
                let etag = format!("part-{part}");
                objects::Reply::Part(objects::Part { number: *part, etag, checksum: None })
            }
            objects::Call::CompleteMultipartUpload { parts, .. } => {
                let etag = format!("whole-{}", parts.len());
                objects::Reply::Stored { etag, checksum: None, version: None }
            }
            objects::Call::AbortMultipartUpload { .. } => objects::Reply::Done {},
            other => panic!("{other:?}"),
        })
    }
}

struct Door(Arc<MadeUp>);

impl Account for Door {
    fn send(&self, call: Call) -> Pending<Outcome> {
        let made_up = Arc::clone(&self.0);
        Box::pin(async move {
            let reply = made_up.answer(&call)?;
            Ok(Answer { reply, request_id: None })
        })
    }
}

async fn begins(made_up: &Arc<MadeUp>) -> Outcome {
    let tools = Tools {
        pause: Arc::new(|_| Box::pin(async {})),
        clock: Arc::new(start),
        manifests: Arc::new(Nowhere),
        limits: Limits::default(),
    };
    let worker = Worker::new(Arc::new(Door(Arc::clone(made_up))), tools);
    worker.send(Call::Bulk(begin(1))).await
}

#[tokio::test]
async fn a_long_list_is_sent_in_parts_and_never_kept_whole() {
    let made_up = Arc::new(MadeUp::default());
    begins(&made_up).await.unwrap();
    let parts = made_up.parts.lock().unwrap().clone();
    assert_eq!(parts.len(), 3);
    let (last, others) = parts.split_last().unwrap();
    assert!(others.iter().all(|size| (8 << 20..9 << 20).contains(size)), "{parts:?}");
    assert!(*last > 0 && *made_up.lines.lock().unwrap() == MANY);
}

#[tokio::test]
async fn a_list_that_cannot_be_written_leaves_no_parts_behind() {
    let made_up = Arc::new(MadeUp { fails: true, ..MadeUp::default() });
    let error = begins(&made_up).await.unwrap_err();
    assert_eq!(error.ending, Ending::Denied);
    let calls = made_up.calls.lock().unwrap().clone();
    assert_eq!(calls.last(), Some(&"AbortMultipartUpload"), "{calls:?}");
}
