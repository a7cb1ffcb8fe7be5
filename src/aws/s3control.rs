//! Amazon S3 Batch Operations. Each request names the account that the jobs belong to.

use aws_sdk_s3control::Client;
use aws_sdk_s3control::types::{
    JobDescriptor, JobListDescriptor, JobManifest, JobManifestFieldName, JobManifestFormat,
    JobManifestLocation, JobManifestSpec, JobOperation, JobProgressSummary, JobReport,
    JobReportFormat, JobReportScope, JobStatus as SdkStatus, RequestedJobStatus,
    S3CopyObjectOperation, S3MetadataDirective, S3StorageClass,
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::ending::{beyond, needed, too_many_pages, unbuilt, unreadable};
use super::sending::{Sending, answer, sent};
use super::{Connection, MOST_PAGES};
use crate::cloud::objects::StorageClass;
use crate::cloud::s3control::{Call, CopyJob, Job, JobStatus, PRIORITY, Reply};
use crate::cloud::{self, CallError, Outcome, Place};

/// A client, and whose jobs are meant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owned<'a> {
    pub(super) client: &'a Client,
    pub(super) sending: &'a Sending,
    pub(super) connection: &'a Connection,
}

pub(super) async fn send(jobs: Owned<'_>, call: Call) -> Outcome {
    let Owned { client, sending, connection } = jobs;
    let account = connection.account.as_str();
    match call {
        Call::CreateJob(job) => create(jobs, *job).await,
        Call::DescribeJob { job } => {
            let request = client.describe_job().account_id(account).job_id(job);
            let output = sent!(sending, request)?;
            let job = described(needed(output.job(), "Job")?)?;
            answer(cloud::Reply::S3Control(Reply::Job(job)), &output)
        }
        Call::ListJobs { mark } => list(jobs, &mark).await,
        Call::CancelJob { job } => {
            let request = client
                .update_job_status()
                .account_id(account)
                .job_id(job)
                .requested_job_status(RequestedJobStatus::Cancelled);
            let output = sent!(sending, request)?;
            answer(cloud::Reply::S3Control(Reply::Done {}), &output)
        }
    }
}

async fn create(jobs: Owned<'_>, job: CopyJob) -> Outcome {
    let Connection { account, region, .. } = jobs.connection;
    let place = Place::new(account.as_str(), region.as_str());
    let copy = S3CopyObjectOperation::builder()
        .target_resource(place.bucket_arn(&job.to))
        .metadata_directive(S3MetadataDirective::Copy)
        .storage_class(class(job.storage_class)?)
        .build();
    let spec = JobManifestSpec::builder()
        .format(JobManifestFormat::S3BatchOperationsCsv20180820)
        .fields(JobManifestFieldName::Bucket)
        .fields(JobManifestFieldName::Key)
        .build()
        .map_err(unbuilt)?;
    let list = format!("{}/{}", place.bucket_arn(&job.manifest.bucket), job.manifest.key);
    let location = JobManifestLocation::builder()
        .object_arn(list)
        .e_tag(job.manifest.etag)
        .build()
        .map_err(unbuilt)?;
    let report = JobReport::builder()
        .enabled(true)
        .bucket(place.bucket_arn(&job.report.bucket))
        .prefix(job.report.prefix)
        .format(JobReportFormat::ReportCsv20180820)
        .report_scope(JobReportScope::FailedTasksOnly)
        .expected_bucket_owner(account)
        .build();
    let request = jobs
        .client
        .create_job()
        .account_id(account)
        // What it does was confirmed before.
        .confirmation_required(false)
        .operation(JobOperation::builder().s3_put_object_copy(copy).build())
        .manifest(JobManifest::builder().spec(spec).location(location).build())
        .report(report)
        .priority(PRIORITY)
        .role_arn(job.role)
        .description(job.description)
        .client_request_token(job.token);
    let output = sent!(jobs.sending, request)?;
    let job = needed(output.job_id(), "JobId")?.to_owned();
    answer(cloud::Reply::S3Control(Reply::Created { job }), &output)
}

async fn list(jobs: Owned<'_>, mark: &str) -> Outcome {
    let (mut found, mut next) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let request = jobs
            .client
            .list_jobs()
            .account_id(&jobs.connection.account)
            .max_results(1_000)
            .set_next_token(next);
        let output = sent!(jobs.sending, request)?;
        let ours = output.jobs().iter();
        let ours =
            ours.filter(|job| job.description().is_some_and(|words| words.starts_with(mark)));
        for job in ours {
            found.push(listed(job)?);
        }
        next = output.next_token().map(str::to_owned);
        if next.is_none() {
            return answer(cloud::Reply::S3Control(Reply::Jobs { jobs: found }), &output);
        }
    }
    Err(too_many_pages())
}

fn listed(job: &JobListDescriptor) -> Result<Job, CallError> {
    let made = Made {
        id: job.job_id(),
        description: job.description(),
        status: job.status(),
        progress: job.progress_summary(),
        ended: job.termination_date(),
    };
    made.job(Vec::new())
}

fn described(job: &JobDescriptor) -> Result<Job, CallError> {
    let reasons = job.failure_reasons().iter().map(|failure| {
        let code = failure.failure_code().unwrap_or("no code");
        format!("{code}: {}", failure.failure_reason().unwrap_or("AWS does not say why"))
    });
    let made = Made {
        id: job.job_id(),
        description: job.description(),
        status: job.status(),
        progress: job.progress_summary(),
        ended: job.termination_date(),
    };
    made.job(reasons.collect())
}

/// What lists and descriptions have in common.
struct Made<'a> {
    id: Option<&'a str>,
    description: Option<&'a str>,
    status: Option<&'a SdkStatus>,
    progress: Option<&'a JobProgressSummary>,
    ended: Option<&'a DateTime>,
}

impl Made<'_> {
    fn job(self, reasons: Vec<String>) -> Result<Job, CallError> {
        let count = |found: Option<i64>, name: &str| match found {
            Some(found) => {
                u64::try_from(found).map(Some).map_err(|_| unreadable(name, &found.to_string()))
            }
            None => Ok(None),
        };
        let of = |member: fn(&JobProgressSummary) -> Option<i64>| self.progress.and_then(member);
        let status = status(needed(self.status, "Status")?)?;
        let total = of(JobProgressSummary::total_number_of_tasks);
        // Before it has read its list there is nothing to count.
        let total = total.filter(|total| *total > 0 || status.is_over());
        Ok(Job {
            id: needed(self.id, "JobId")?.to_owned(),
            description: self.description.unwrap_or_default().to_owned(),
            status,
            total: count(total, "TotalNumberOfTasks")?,
            succeeded: count(of(JobProgressSummary::number_of_tasks_succeeded), "Succeeded")?
                .unwrap_or(0),
            failed: count(of(JobProgressSummary::number_of_tasks_failed), "Failed")?.unwrap_or(0),
            reasons,
            ended: self.ended.map(moment).transpose()?,
        })
    }
}

fn moment(at: &DateTime) -> Result<Timestamp, CallError> {
    let found = at.to_millis().ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    found.ok_or_else(|| unreadable("a time", &format!("{at:?}")))
}

fn status(found: &SdkStatus) -> Result<JobStatus, CallError> {
    Ok(match found {
        SdkStatus::Active => JobStatus::Active,
        SdkStatus::Cancelled => JobStatus::Cancelled,
        SdkStatus::Cancelling => JobStatus::Cancelling,
        SdkStatus::Complete => JobStatus::Complete,
        SdkStatus::Completing => JobStatus::Completing,
        SdkStatus::Failed => JobStatus::Failed,
        SdkStatus::Failing => JobStatus::Failing,
        SdkStatus::New => JobStatus::New,
        SdkStatus::Paused => JobStatus::Paused,
        SdkStatus::Pausing => JobStatus::Pausing,
        SdkStatus::Preparing => JobStatus::Preparing,
        SdkStatus::Ready => JobStatus::Ready,
        SdkStatus::Suspended => JobStatus::Suspended,
        other => return Err(unreadable("Status", other.as_str())),
    })
}

fn class(class: StorageClass) -> Result<S3StorageClass, CallError> {
    Ok(match class {
        StorageClass::Standard => S3StorageClass::Standard,
        StorageClass::StandardIa => S3StorageClass::StandardIa,
        StorageClass::OnezoneIa => S3StorageClass::OnezoneIa,
        StorageClass::IntelligentTiering => S3StorageClass::IntelligentTiering,
        StorageClass::GlacierIr => S3StorageClass::GlacierIr,
        StorageClass::Glacier => S3StorageClass::Glacier,
        StorageClass::DeepArchive => S3StorageClass::DeepArchive,
        StorageClass::ReducedRedundancy | StorageClass::ExpressOnezone => {
            return Err(beyond("a storage class that jobs do not copy into"));
        }
    })
}
