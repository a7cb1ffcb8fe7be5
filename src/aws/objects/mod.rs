//! Amazon S3: objects. Each request names the account that must own the buckets.

mod lists;
mod parts;
mod read;
mod words;
mod write;

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;

use super::Connection;
use super::sending::Sending;
use crate::cloud::Outcome;
use crate::cloud::objects::Call;

/// How long S3 may take to copy 5 GB, the most that one request does, when it is busy.
const COPYING: Duration = Duration::from_secs(15 * 60);

/// A client, and whose buckets it may touch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owned<'a> {
    pub(super) client: &'a Client,
    pub(super) sending: &'a Sending,
    pub(super) connection: &'a Connection,
}

impl Owned<'_> {
    /// The account that must own the bucket.
    fn owner(&self) -> &str {
        &self.connection.account
    }
}

pub(super) async fn send(s3: Owned<'_>, call: Call) -> Outcome {
    match call {
        Call::ListObjects { bucket, prefix, after } => {
            lists::objects(s3, bucket, prefix, after).await
        }
        Call::ListObjectVersions { bucket, prefix, after } => {
            lists::versions(s3, bucket, prefix, after).await
        }
        Call::ListMultipartUploads { bucket, prefix, after } => {
            lists::uploads(s3, bucket, prefix, after).await
        }
        Call::HeadObject { bucket, key, version, part } => {
            read::head(s3, bucket, key, version, part).await
        }
        Call::GetObject { bucket, key, most } => read::text(s3, bucket, key, most).await,
        Call::GetObjectTagging { bucket, key, version } => {
            read::tags(s3, bucket, key, version).await
        }
        Call::GetObjectRetention { bucket, key, version } => {
            read::retention(s3, bucket, key, version).await
        }
        Call::PutObjectRetention { bucket, key, version, lock } => {
            write::retain(s3, bucket, key, version, lock).await
        }
        Call::PutObject { bucket, key, body, tags, write } => {
            write::put(s3, bucket, key, body, &tags, write).await
        }
        Call::DeleteObject { bucket, key, version } => {
            write::delete(s3, bucket, key, version).await
        }
        Call::CopyObject(copy) => write::copy(s3, copy).await,
        begin @ Call::CreateMultipartUpload { .. } => parts::begin(s3, begin).await,
        part @ Call::UploadPartCopy { .. } => parts::copy(s3, part).await,
        part @ Call::UploadPart { .. } => parts::put(s3, part).await,
        end @ Call::CompleteMultipartUpload { .. } => parts::complete(s3, end).await,
        Call::AbortMultipartUpload { bucket, key, upload } => {
            parts::abort(s3, bucket, key, upload).await
        }
    }
}

/// Time-outs of a request that S3 works on for long before it answers.
fn patient() -> aws_sdk_s3::config::Builder {
    let timeouts = TimeoutConfig::builder()
        .read_timeout(COPYING)
        .operation_attempt_timeout(COPYING)
        .operation_timeout(COPYING);
    aws_sdk_s3::Config::builder().timeout_config(timeouts.build())
}

/// Sends a request that S3 works on for long.
macro_rules! sent_patiently {
    ($sending:expr, $request:expr) => {{
        let sending: &$crate::aws::sending::Sending = $sending;
        $request
            .customize()
            .config_override($crate::aws::objects::patient())
            .interceptor(sending.mark())
            .send()
            .await
            .map_err(|error| $crate::aws::ending::of(&error, sending))
    }};
}
use sent_patiently;
