//! Jobs of S3 Batch Operations: begun with a list of what is missing, looked for, and their reports.

mod list;
mod report;

use std::sync::Arc;

use super::send::{TRIES, passes};
use super::{Inner, compare, strange};
use crate::cloud::bulk::{Batch, Batched, LookedFor};
use crate::cloud::objects::StorageClass;
use crate::cloud::s3control::{Call, CopyJob, Job, Reply};
use crate::cloud::{self, CallError, Ending};

/// What is known of a copy. Both buckets are compared only while no job is under way: until then
/// nothing follows from it, and it takes long.
pub(super) async fn survey(inner: &Arc<Inner>, of: &Batch) -> Result<Batched, CallError> {
    let Some((number, listed)) = latest(inner, of).await? else {
        let compared = Some(compare::run(inner, &of.copying).await?);
        return Ok(Batched { of: of.clone(), job: None, compared });
    };
    let call = Call::DescribeJob { job: listed.id.clone() };
    let Reply::Job(job) = inner.control(call).await? else { return Err(not_asked_for()) };
    let mut found = LookedFor { number, job, failures: Vec::new(), unread: None };
    if !found.job.status.is_over() {
        return Ok(Batched { of: of.clone(), job: Some(found), compared: None });
    }
    if found.job.failed > 0 {
        match report::failures(inner, &of.report, &found.job.id).await {
            Ok(failures) => found.failures = failures,
            Err(error) if error.ending.pauses() => return Err(error),
            // The objects that are missing are counted all the same.
            Err(error) => found.unread = Some(error.to_string()),
        }
    }
    let compared = Some(compare::run(inner, &of.copying).await?);
    Ok(Batched { of: of.clone(), job: Some(found), compared })
}

/// Begins the job of this number: its id. Sent again, it finds the one that it has begun.
pub(super) async fn begin(
    inner: &Arc<Inner>,
    of: &Batch,
    storage_class: StorageClass,
    number: u32,
    token: String,
) -> Result<String, CallError> {
    if let Some((found, job)) = latest(inner, of).await? {
        if found >= number {
            return Ok(job.id);
        }
        if !job.status.is_over() {
            let message = format!("the job {} of this copy is {}", job.id, job.status);
            return Err(CallError::new(Ending::InUse, "JobUnderWay", message));
        }
    }
    let manifest = list::write(inner, of, number).await?;
    let job = CopyJob {
        to: of.copying.to.clone(),
        storage_class,
        manifest,
        report: of.report.clone(),
        role: of.role.clone(),
        description: of.description(number),
        token,
    };
    match inner.control(Call::CreateJob(Box::new(job))).await? {
        Reply::Created { job } => Ok(job),
        Reply::Job(_) | Reply::Jobs { .. } | Reply::Done {} => Err(not_asked_for()),
    }
}

/// The job of this copy with the highest number.
async fn latest(inner: &Inner, of: &Batch) -> Result<Option<(u32, Job)>, CallError> {
    let Reply::Jobs { jobs } = inner.control(Call::ListJobs { mark: of.mark() }).await? else {
        return Err(not_asked_for());
    };
    let numbered = jobs.into_iter().filter_map(|job| Some((of.number(&job.description)?, job)));
    Ok(numbered.max_by_key(|(number, _)| *number))
}

impl Inner {
    /// Sends a call that may be sent any number of times, until it has an ending that stays.
    async fn control(&self, call: Call) -> Result<Reply, CallError> {
        let mut tries = 1;
        loop {
            match self.account.send(cloud::Call::S3Control(call.clone())).await {
                Err(error) if passes(&error) && tries < TRIES && !self.is_stopped() => {
                    self.rest(tries).await;
                    tries += 1;
                }
                Err(error) => return Err(error),
                Ok(cloud::Answer { reply: cloud::Reply::S3Control(reply), .. }) => {
                    return Ok(reply);
                }
                Ok(other) => return Err(strange(&other.reply)),
            }
        }
    }
}

fn not_asked_for() -> CallError {
    CallError::new(
        Ending::Unknown,
        "StrangeReply",
        "the answer to another call of Batch Operations",
    )
}
