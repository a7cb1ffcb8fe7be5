//! What a job does by itself, step by step.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cloud::objects::{Call, Copy, Reply, Source, Write};
use crate::cloud::s3control::JobStatus;
use crate::cloud::{CallError, Ending};
use crate::sandbox::FaultKind;
use crate::sandbox::fault::Armed;
use crate::sandbox::moment::{Moment, later};
use crate::sandbox::s3::Buckets;

use super::Job;

/// For how many milliseconds a job reads its list.
const READS: i64 = 10_000;
/// For how many milliseconds it waits for its turn.
const WAITS: i64 = 3_000;
/// How many milliseconds a turn takes, and how many objects it copies in one.
const TURN: (i64, usize) = (1_000, 500);
/// For how many milliseconds it writes its report.
const REPORTS: i64 = 5_000;
/// From so many tasks on a job is given up when more than half of them failed (C9).
const THRESHOLD: usize = 1_000;

/// An object that could not be copied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Task {
    key: String,
    code: String,
    status: u16,
    message: String,
}

/// One step of a job, at the time of the moment.
pub(super) fn step(job: &mut Job, id: &str, s3: &mut Buckets, faults: &mut [Armed], at: &Moment) {
    let (status, wait) = match job.status {
        JobStatus::New => (JobStatus::Preparing, READS),
        JobStatus::Preparing => match prepare(job, s3, faults, at) {
            Ok(()) => (JobStatus::Ready, WAITS),
            Err(why) => {
                job.reasons.push(why);
                (JobStatus::Failing, TURN.0)
            }
        },
        JobStatus::Ready => (JobStatus::Active, TURN.0),
        JobStatus::Active => match turn(job, s3, faults, at) {
            Turn::Again => (JobStatus::Active, TURN.0),
            Turn::Last => (JobStatus::Completing, REPORTS),
            Turn::GivesUp => {
                let why = "FailureThreshold: more than half of the tasks failed";
                job.reasons.push(why.to_owned());
                (JobStatus::Failing, REPORTS)
            }
        },
        JobStatus::Completing => return end(job, id, JobStatus::Complete, s3, at),
        JobStatus::Failing => return end(job, id, JobStatus::Failed, s3, at),
        JobStatus::Cancelling => return end(job, id, JobStatus::Cancelled, s3, at),
        JobStatus::Cancelled
        | JobStatus::Complete
        | JobStatus::Failed
        | JobStatus::Paused
        | JobStatus::Pausing
        | JobStatus::Suspended => {
            job.next = None;
            return;
        }
    };
    (job.status, job.next) = (status, Some(later(at.now, wait)));
}

/// It is over: with a report, if it has begun any task.
fn end(job: &mut Job, id: &str, status: JobStatus, s3: &mut Buckets, at: &Moment) {
    (job.status, job.next, job.ended) = (status, None, Some(at.now));
    if job.done > 0
        && let Err(error) = report(job, id, s3, at)
    {
        job.reasons.push(format!("JobReportCreationFailure: {error}"));
    }
}

/// Reads the list.
fn prepare(
    job: &mut Job,
    s3: &mut Buckets,
    faults: &mut [Armed],
    at: &Moment,
) -> Result<(), String> {
    if let Some(why) = fault(faults, FaultKind::JobFails, &job.spec.to) {
        return Err(why);
    }
    let manifest = &job.spec.manifest;
    let unread = |error: CallError| format!("ManifestReadFailure: {error}");
    let (bucket, key) = (manifest.bucket.clone(), manifest.key.clone());
    let head = Call::HeadObject { bucket, key, version: None, part: None };
    let Reply::Object(found) = s3.object(&head, at).map_err(unread)?.reply else {
        return Err("ManifestReadFailure: not an object".to_owned());
    };
    if found.etag != manifest.etag {
        return Err("ManifestETagMismatch: the manifest is another than was given".to_owned());
    }
    let (bucket, key) = (manifest.bucket.clone(), manifest.key.clone());
    let get = Call::GetObject { bucket, key, most: u64::MAX };
    let Reply::Text { text, .. } = s3.object(&get, at).map_err(unread)?.reply else {
        return Err("ManifestReadFailure: not a text".to_owned());
    };
    let lines = text.lines().map(|line| {
        let key = line.split_once(',').map(|(bucket, key)| format!("{bucket},{}", decode(key)));
        key.ok_or_else(|| "ManifestParseFailure: a line without a key".to_owned())
    });
    job.keys = Some(lines.collect::<Result<_, _>>()?);
    Ok(())
}

enum Turn {
    Again,
    Last,
    GivesUp,
}

/// Copies some objects.
fn turn(job: &mut Job, s3: &mut Buckets, faults: &mut [Armed], at: &Moment) -> Turn {
    let keys = job.keys.take().unwrap_or_default();
    for line in keys.iter().skip(job.done).take(TURN.1) {
        let (bucket, key) = line.split_once(',').unwrap_or_default();
        if let Err(task) = copy(job, bucket, key, s3, faults, at) {
            job.failed.push(task);
        }
        job.done += 1;
        if job.done >= THRESHOLD && job.failed.len() * 2 > job.done {
            job.keys = Some(keys);
            return Turn::GivesUp;
        }
    }
    let is_last = job.done >= keys.len();
    job.keys = Some(keys);
    if is_last { Turn::Last } else { Turn::Again }
}

fn copy(
    job: &Job,
    bucket: &str,
    key: &str,
    s3: &mut Buckets,
    faults: &mut [Armed],
    at: &Moment,
) -> Result<(), Task> {
    let failed = |code: &str, status: u16, message: String| Task {
        key: key.to_owned(),
        code: code.to_owned(),
        status,
        message,
    };
    if let Some(why) = fault(faults, FaultKind::TaskFails, key) {
        return Err(failed("AccessDenied", 403, why));
    }
    let refused = |error: CallError| {
        let status = if error.ending == Ending::Absent { 404 } else { 400 };
        failed(&error.code, status, error.message)
    };
    let (bucket, key) = (bucket.to_owned(), key.to_owned());
    let head =
        Call::HeadObject { bucket: bucket.clone(), key: key.clone(), version: None, part: None };
    let Reply::Object(found) = s3.object(&head, at).map_err(refused)?.reply else {
        return Err(failed("InternalError", 500, "not an object".to_owned()));
    };
    let copy = Copy {
        from: Source { bucket, key: key.clone(), version: None, etag: found.etag },
        bucket: job.spec.to.clone(),
        key: key.clone(),
        write: Write::Always,
        storage_class: job.spec.storage_class,
        checksum: None,
        lock: None,
        legal_hold: false,
    };
    s3.object(&Call::CopyObject(copy), at).map(|_| ()).map_err(refused)
}

fn fault(faults: &mut [Armed], kind: FaultKind, resource: &str) -> Option<String> {
    // Every fault counts it, whichever of them strikes.
    faults.iter_mut().fold(None, |struck, armed| {
        let why = armed.fails_copy(kind, resource);
        struck.or(why)
    })
}

/// Writes the report of what failed. AWS dates it; without a date two accounts in which the same
/// was done are the same.
fn report(job: &Job, id: &str, s3: &mut Buckets, at: &Moment) -> Result<(), CallError> {
    let report = &job.spec.report;
    let mut put = |key: String, body: String| {
        let (bucket, tags) = (report.bucket.clone(), std::collections::BTreeMap::new());
        s3.object(&Call::PutObject { bucket, key, body, tags, write: Write::Always }, at)
            .map(|_| ())
    };
    let mut results = Vec::new();
    if !job.failed.is_empty() {
        let key = format!("{}/job-{id}/results/{id}.csv", report.prefix);
        let lines = job.failed.iter().map(|task| {
            let Task { key, code, status, message } = task;
            let from = job.bucket_of(key);
            let message = message.replace('"', "\"\"");
            format!("{from},{},,failed,{status},{code},\"{message}\"\n", encode(key))
        });
        put(key.clone(), lines.collect())?;
        results.push(json!({
            "TaskExecutionStatus": "failed", "Bucket": report.bucket, "Key": key,
            "MD5Checksum": "00000000000000000000000000000000",
        }));
    }
    let contents = json!({
        "Format": "Report_CSV_20180820", "Results": results,
        "ReportSchema": "Bucket, Key, VersionId, TaskStatus, HTTPStatusCode, ErrorCode, ResultMessage",
    });
    put(report.manifest_of(id), contents.to_string())
}

impl Job {
    fn bucket_of(&self, key: &str) -> &str {
        let mut lines = self.keys.iter().flatten().filter_map(|line| line.split_once(','));
        lines.find(|(_, found)| *found == key).map_or("", |(bucket, _)| bucket)
    }
}

/// A key out of the form that it has in a URL.
fn decode(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.bytes();
    while let Some(byte) = rest.next() {
        let digits = if byte == b'%' { rest.next().zip(rest.next()) } else { None };
        let value = digits.and_then(|(high, low)| {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            u8::try_from(digit(high)? * 16 + digit(low)?).ok()
        });
        bytes.push(value.unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A key as it stands in a report.
fn encode(key: &str) -> String {
    let mut text = String::new();
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                text.push(char::from(byte));
            }
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}
