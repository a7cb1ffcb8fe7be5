//! Jobs of S3 Batch Operations: against winterbaume, an emulator inside this process (ministack has
//! none), and against answers in the form that AWS documents, for what that one leaves out.

use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use muster::aws::Live;
use muster::cloud::objects::StorageClass;
use muster::cloud::s3control::{Call, CopyJob, Job, JobStatus, Manifest, Reply, Report};
use muster::cloud::{self, CallError, Ending};
use winterbaume_core::MockAws;
use winterbaume_s3control::S3ControlService;

use crate::support::{self, ACCOUNT, REGION, config, connection};

/// The emulator. No name is looked up: the SDK puts the account before the host.
pub async fn in_process() -> Live {
    let mock = MockAws::builder().with_service(S3ControlService::new()).build();
    let config = mock.sdk_config(REGION).await;
    Live::from_sdk_config(&config, &connection("https://aws.invalid", REGION, ACCOUNT))
}

async fn reply(live: &Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::S3Control(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

fn copy_job() -> CopyJob {
    CopyJob {
        to: "recordings-v2".to_owned(),
        storage_class: StorageClass::GlacierIr,
        manifest: Manifest {
            bucket: "reports".to_owned(),
            key: "copies/list 1&2.csv".to_owned(),
            etag: "0123-2".to_owned(),
        },
        report: Report { bucket: "reports".to_owned(), prefix: "copies".to_owned() },
        role: "arn:aws:iam::500313280221:role/batch".to_owned(),
        description: "muster copy 0123 #1: old to new".to_owned(),
        token: "muster-0123".to_owned(),
    }
}

fn jobs(reply: Reply) -> Vec<Job> {
    match reply {
        Reply::Jobs { jobs } => jobs,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn a_job_is_begun_found_and_cancelled() {
    let live = in_process().await;
    let list = |mark: &str| Call::ListJobs { mark: mark.to_owned() };
    assert_eq!(jobs(reply(&live, list("muster")).await), []);
    let created = reply(&live, Call::CreateJob(Box::new(copy_job()))).await;
    let Reply::Created { job } = created else { unreachable!("{created:?}") };
    let found = jobs(reply(&live, list("muster copy 0123 #")).await);
    assert_eq!((found.len(), &found[0].id), (1, &job));
    assert_eq!(found[0].description, copy_job().description);
    assert_eq!(jobs(reply(&live, list("another")).await), []);
    let Reply::Job(found) = reply(&live, Call::DescribeJob { job: job.clone() }).await else {
        unreachable!("not a job")
    };
    assert_eq!((found.status, found.total), (JobStatus::New, None));
    assert_eq!(reply(&live, Call::CancelJob { job: job.clone() }).await, Reply::Done {});
    let Reply::Job(found) = reply(&live, Call::DescribeJob { job }).await else {
        unreachable!("not a job")
    };
    assert_eq!(found.status, JobStatus::Cancelled);
}

/// What was sent: method and address, then the body.
type Sent = Arc<Mutex<Vec<(String, String)>>>;

/// Answers with what is next, whatever is asked, and keeps that.
#[derive(Clone, Debug)]
struct Canned {
    answers: Arc<Mutex<Vec<(u16, &'static str)>>>,
    sent: Sent,
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().map(|body| String::from_utf8_lossy(body).into_owned());
        let line = format!("{} {}", request.method(), request.uri());
        self.sent.lock().expect("what was sent").push((line, body.unwrap_or_default()));
        let (status, body) = self.answers.lock().expect("the answers").remove(0);
        let status = status.try_into().expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        response.headers_mut().insert("x-amz-request-id", "7NQ");
        HttpConnectorFuture::ready(Ok(response))
    }
}

fn canned(answers: &[(u16, &'static str)]) -> (Live, Sent) {
    let sent = Sent::default();
    let answers = Arc::new(Mutex::new(answers.to_vec()));
    let connector = SharedHttpConnector::new(Canned { answers, sent: Arc::clone(&sent) });
    let client = http_client_fn(move |_, _| connector.clone());
    let config: SdkConfig =
        config("https://aws.invalid", REGION).into_builder().http_client(client).build();
    (Live::from_sdk_config(&config, &connection("https://aws.invalid", REGION, ACCOUNT)), sent)
}

#[tokio::test]
async fn everything_that_a_job_is_goes_into_the_request() {
    let created = "<CreateJobResult><JobId>11</JobId></CreateJobResult>";
    let (live, sent) = canned(&[(200, created)]);
    let made = reply(&live, Call::CreateJob(Box::new(copy_job()))).await;
    assert_eq!(made, Reply::Created { job: "11".to_owned() });
    let sent = sent.lock().expect("what was sent");
    let [(line, body)] = &sent[..] else { unreachable!("{sent:?}") };
    assert!(line.starts_with("POST https://500313280221.aws.invalid/v20180820/jobs"), "{line}");
    for part in [
        "<ConfirmationRequired>false</ConfirmationRequired>",
        "<TargetResource>arn:aws:s3:::recordings-v2</TargetResource>",
        "<MetadataDirective>COPY</MetadataDirective>",
        "<StorageClass>GLACIER_IR</StorageClass>",
        "<Enabled>true</Enabled>",
        "<ReportScope>FailedTasksOnly</ReportScope>",
        "<ExpectedBucketOwner>500313280221</ExpectedBucketOwner>",
        "<ClientRequestToken>muster-0123</ClientRequestToken>",
        "<Format>S3BatchOperations_CSV_20180820</Format>",
        "<Fields><member>Bucket</member><member>Key</member></Fields>",
        "<ObjectArn>arn:aws:s3:::reports/copies/list 1&amp;2.csv</ObjectArn>",
        "<ETag>0123-2</ETag>",
        "<Priority>10</Priority>",
        "<RoleArn>arn:aws:iam::500313280221:role/batch</RoleArn>",
        "<Description>muster copy 0123 #1: old to new</Description>",
    ] {
        assert!(body.contains(part), "{part}\n{body}");
    }
    // Tags come along when none are given.
    assert!(!body.contains("NewObjectTagging"), "{body}");
}

const FAILED: &str = "<DescribeJobResult><Job><JobId>11</JobId>\
    <Description>muster copy 0123 #1: old to new</Description><Status>Failed</Status>\
    <Priority>10</Priority><ProgressSummary><TotalNumberOfTasks>1200</TotalNumberOfTasks>\
    <NumberOfTasksSucceeded>300</NumberOfTasksSucceeded>\
    <NumberOfTasksFailed>700</NumberOfTasksFailed></ProgressSummary><FailureReasons><member>\
    <FailureCode>JobFailureThreshold</FailureCode><FailureReason>Too many failed</FailureReason>\
    </member></FailureReasons><TerminationDate>2026-11-20T12:00:00Z</TerminationDate></Job>\
    </DescribeJobResult>";

#[tokio::test]
async fn a_job_tells_how_far_it_came_and_why_it_failed() {
    let preparing = "<DescribeJobResult><Job><JobId>11</JobId><Status>Preparing</Status>\
        <ProgressSummary><TotalNumberOfTasks>0</TotalNumberOfTasks></ProgressSummary></Job>\
        </DescribeJobResult>";
    let unknown = "<DescribeJobResult><Job><JobId>11</JobId><Status>Dreaming</Status></Job>\
        </DescribeJobResult>";
    let (live, _) = canned(&[(200, FAILED), (200, preparing), (200, unknown)]);
    let describe = || Call::DescribeJob { job: "11".to_owned() };
    let Reply::Job(job) = reply(&live, describe()).await else { unreachable!("not a job") };
    assert_eq!((job.status, job.total), (JobStatus::Failed, Some(1_200)));
    assert_eq!((job.succeeded, job.failed), (300, 700));
    assert_eq!(job.reasons, ["JobFailureThreshold: Too many failed"]);
    assert_eq!(job.ended, "2026-11-20T12:00:00Z".parse().ok());
    let Reply::Job(job) = reply(&live, describe()).await else { unreachable!("not a job") };
    assert_eq!((job.total, job.ended), (None, None), "nothing was counted yet");
    // A state that nobody knows is not taken for another.
    let error = support::error(&live, describe()).await;
    assert!(error.message.contains("Dreaming"), "{error}");
}

#[tokio::test]
async fn every_page_of_the_list_is_read() {
    let first = "<ListJobsResult><NextToken>more</NextToken><Jobs><member><JobId>1</JobId>\
        <Description>somebody else's</Description><Status>Complete</Status></member></Jobs>\
        </ListJobsResult>";
    let last = "<ListJobsResult><Jobs><member><JobId>2</JobId>\
        <Description>muster copy 0123 #7: old to new</Description><Status>Active</Status>\
        <ProgressSummary><TotalNumberOfTasks>9</TotalNumberOfTasks>\
        <NumberOfTasksSucceeded>4</NumberOfTasksSucceeded></ProgressSummary></member></Jobs>\
        </ListJobsResult>";
    let (live, sent) = canned(&[(200, first), (200, last)]);
    let found = jobs(reply(&live, Call::ListJobs { mark: "muster copy 0123 #".into() }).await);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id.as_str(), found[0].total, found[0].succeeded), ("2", Some(9), 4));
    let sent = sent.lock().expect("what was sent");
    assert!(sent[0].0.contains("maxResults=1000"), "{sent:?}");
    assert!(sent[1].0.contains("nextToken=more"), "{sent:?}");
}

/// A refusal in the form that the service documents.
fn refusal(code: &str) -> &'static str {
    let text = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>\
         <RequestId>7NQ</RequestId></ErrorResponse>"
    );
    Box::leak(text.into_boxed_str())
}

#[tokio::test]
async fn what_is_refused_has_its_class() {
    for (status, code, ending) in [
        (400, "BadRequestException", Ending::Refused),
        (400, "IdempotencyException", Ending::Refused),
        (400, "JobStatusException", Ending::Refused),
        (400, "TooManyRequestsException", Ending::Throttled),
        (404, "NotFoundException", Ending::Absent),
        (404, "NoSuchJob", Ending::Absent),
        (403, "AccessDenied", Ending::Denied),
        (500, "InternalServiceException", Ending::Unknown),
    ] {
        let (live, sent) = canned(&[(status, refusal(code))]);
        let error: CallError =
            support::error(&live, Call::CancelJob { job: "11".to_owned() }).await;
        assert_eq!((error.ending, error.code.as_str()), (ending, code), "{error}");
        let sent = sent.lock().expect("what was sent");
        assert_eq!(sent.len(), 1, "a change leaves once");
        assert!(sent[0].0.contains("requestedJobStatus=Cancelled"), "{sent:?}");
    }
}
