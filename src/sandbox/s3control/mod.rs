//! The simulated Amazon S3 Batch Operations: jobs that copy, object by object, over simulated time.
//!
//! A job copies with the very calls of S3, so what they refuse is the reason in its report. What it
//! leaves out: permissions of its role (a fault takes them away), other operations than copies, the
//! confirmation of a job, and more urgent jobs before it.

mod work;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::cloud::Ending;
use crate::cloud::objects::StorageClass;
use crate::cloud::s3control::{self, Call, CopyJob, JobStatus, Reply};

use super::fault::Armed;
use super::lagging::Shelf;
use super::moment::{Carried, Moment, later, read, refused, wrote};
use super::s3::Buckets;
use work::Task;

/// After how many milliseconds a new job reads its list.
const BEGINS: i64 = 2_000;

/// The jobs of the account, by their id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct S3Control {
    jobs: Shelf<Job>,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Job {
    spec: CopyJob,
    status: JobStatus,
    /// When something happens by itself next; never once it is over.
    next: Option<jiff::Timestamp>,
    /// The keys in its list, once it was read.
    keys: Option<Vec<String>>,
    /// Those of them that were gone through.
    done: usize,
    /// Those of these that could not be copied.
    failed: Vec<Task>,
    reasons: Vec<String>,
    ended: Option<jiff::Timestamp>,
}

impl S3Control {
    /// Carries out one call.
    pub fn call(&mut self, call: &Call, at: &Moment) -> Carried<Reply> {
        match call {
            Call::CreateJob(job) => self.create(job, at),
            Call::DescribeJob { job } => match self.jobs.seen(job, at.now) {
                Some(found) => read(Reply::Job(found.told(job, true))),
                None => no_such_job(),
            },
            Call::ListJobs { mark } => {
                let named = self.jobs.names(at.now).into_iter();
                let jobs = named.filter_map(|id| {
                    let found = self.jobs.seen(&id, at.now)?;
                    found.spec.description.starts_with(mark).then(|| found.told(&id, false))
                });
                read(Reply::Jobs { jobs: jobs.collect() })
            }
            Call::CancelJob { job } => self.cancel(job, at),
        }
    }

    /// Lets the time pass for every job that is not over.
    pub fn settle(&mut self, s3: &mut Buckets, faults: &mut [Armed], at: &Moment) {
        loop {
            let due = self.jobs.truths().filter_map(|(id, job)| {
                let next = job.next.filter(|next| *next <= at.now)?;
                Some((next, id.to_owned()))
            });
            let Some((next, id)) = due.min() else { return };
            let Some(mut job) = self.jobs.truth(&id).cloned() else { return };
            work::step(&mut job, &id, s3, faults, &at.at(next));
            self.jobs.set(&id, Some(job), next, next);
        }
    }

    /// What a person could have set: every job, without its id.
    pub fn state(&self) -> Value {
        let mut jobs: Vec<_> = self.jobs.truths().map(|(_, job)| job.state()).collect();
        jobs.sort_by_key(Value::to_string);
        json!(jobs)
    }

    fn create(&mut self, spec: &CopyJob, at: &Moment) -> Carried<Reply> {
        // The same for the same token, so that accounts do not differ in the names of reports.
        let id = id_of(&spec.token);
        if let Some(there) = self.jobs.truth(&id) {
            if there.spec != *spec {
                let message = "The client token was used before with other parameters";
                return refused(Ending::Refused, "IdempotencyException", message);
            }
            return wrote(Reply::Created { job: id }, false);
        }
        if let Some(why) = unfit(spec) {
            return refused(Ending::Refused, "InvalidRequest", why);
        }
        let job = Job {
            spec: spec.clone(),
            status: JobStatus::New,
            next: Some(later(at.now, BEGINS)),
            keys: None,
            done: 0,
            failed: Vec::new(),
            reasons: Vec::new(),
            ended: None,
        };
        self.jobs.set(&id, Some(job), at.now, at.visible);
        wrote(Reply::Created { job: id }, true)
    }

    fn cancel(&mut self, id: &str, at: &Moment) -> Carried<Reply> {
        let Some(mut job) = self.jobs.truth(id).cloned() else { return no_such_job() };
        if job.status == JobStatus::Cancelling {
            return wrote(Reply::Done {}, false);
        }
        if job.status.is_over() || job.status == JobStatus::Failing {
            let message = format!("Job {id} is in status {} and cannot be cancelled", job.status);
            return refused(Ending::Refused, "JobStatusException", message);
        }
        (job.status, job.next) = (JobStatus::Cancelling, Some(later(at.now, BEGINS)));
        self.jobs.set(id, Some(job), at.now, at.visible);
        wrote(Reply::Done {}, true)
    }
}

impl Job {
    fn told(&self, id: &str, reasons: bool) -> s3control::Job {
        let failed = self.failed.len();
        s3control::Job {
            id: id.to_owned(),
            description: self.spec.description.clone(),
            status: self.status,
            total: self.keys.as_ref().map(|keys| keys.len() as u64),
            succeeded: (self.done - failed) as u64,
            failed: failed as u64,
            reasons: if reasons { self.reasons.clone() } else { Vec::new() },
            ended: self.ended,
        }
    }

    fn state(&self) -> Value {
        json!({
            "description": self.spec.description, "to": self.spec.to, "role": self.spec.role,
            "storage_class": self.spec.storage_class, "report": self.spec.report,
            "status": self.status, "done": self.done, "failed": self.failed,
            "reasons": self.reasons,
        })
    }
}

/// What S3 does not take.
fn unfit(spec: &CopyJob) -> Option<&'static str> {
    if !spec.role.starts_with("arn:") || !spec.role.contains(":role/") {
        return Some("Invalid RoleArn");
    }
    if spec.description.len() > 256 || spec.token.is_empty() || spec.token.len() > 64 {
        return Some("The description or the client token is too long");
    }
    match spec.storage_class {
        StorageClass::ReducedRedundancy | StorageClass::ExpressOnezone => {
            Some("The storage class is not supported")
        }
        StorageClass::Standard
        | StorageClass::StandardIa
        | StorageClass::OnezoneIa
        | StorageClass::IntelligentTiering
        | StorageClass::GlacierIr
        | StorageClass::Glacier
        | StorageClass::DeepArchive => None,
    }
}

fn id_of(token: &str) -> String {
    let hex = hex::encode(Sha256::digest(token));
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    parts.map(|(from, to)| hex.get(from..to).unwrap_or_default()).join("-")
}

fn no_such_job<R>() -> Carried<R> {
    refused(Ending::Absent, "NotFoundException", "The specified job does not exist")
}

#[cfg(test)]
mod tests;
