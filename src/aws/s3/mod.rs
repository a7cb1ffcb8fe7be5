//! Amazon S3. Each request names the account that must own the bucket, where S3 takes it.

mod configuration;
mod lifecycle;
mod policy;
mod protection;
mod replication;
mod tags;
mod tiering;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use super::ending::{needed, too_many_pages, unreadable};
use super::sending::{Sending, answer, sent};
use super::{Connection, MOST_PAGES};
use crate::cloud::s3::{Call, Reply};
use crate::cloud::{self, CallError, Outcome};

/// The one Region that must not be named as a bucket's place.
const UNNAMED_REGION: &str = "us-east-1";

/// Buckets on a page. Without a number S3 answers with all of them, or refuses when there are
/// more than ten thousand.
const PAGE: i32 = 1_000;

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
        Call::ListBuckets {} => list_buckets(s3).await,
        Call::HeadBucket { bucket } => head_bucket(s3, bucket).await,
        Call::CreateBucket { bucket, object_lock } => create_bucket(s3, bucket, object_lock).await,
        Call::DeleteBucket { bucket } => delete_bucket(s3, bucket).await,
        Call::GetBucketVersioning { bucket } => protection::get_versioning(s3, bucket).await,
        Call::PutBucketVersioning { bucket, enabled } => {
            protection::put_versioning(s3, bucket, enabled).await
        }
        Call::GetObjectLockConfiguration { bucket } => {
            protection::get_object_lock(s3, bucket).await
        }
        Call::PutObjectLockConfiguration { bucket, default_retention } => {
            protection::put_object_lock(s3, bucket, default_retention).await
        }
        Call::GetPublicAccessBlock { bucket } => policy::get_public_access(s3, bucket).await,
        Call::PutPublicAccessBlock { bucket, block } => {
            policy::put_public_access(s3, bucket, block).await
        }
        Call::GetBucketEncryption { bucket } => configuration::get_encryption(s3, bucket).await,
        Call::PutBucketEncryption { bucket, encryption } => {
            configuration::put_encryption(s3, bucket, encryption).await
        }
        Call::GetBucketPolicy { bucket } => policy::get(s3, bucket).await,
        Call::PutBucketPolicy { bucket, policy } => policy::put(s3, bucket, policy).await,
        Call::DeleteBucketPolicy { bucket } => policy::delete(s3, bucket).await,
        Call::GetBucketLogging { bucket } => configuration::get_logging(s3, bucket).await,
        Call::PutBucketLogging { bucket, logging } => {
            configuration::put_logging(s3, bucket, logging).await
        }
        Call::GetBucketLifecycleConfiguration { bucket } => lifecycle::get(s3, bucket).await,
        Call::PutBucketLifecycleConfiguration { bucket, lifecycle } => {
            lifecycle::put(s3, bucket, lifecycle).await
        }
        Call::DeleteBucketLifecycle { bucket } => lifecycle::delete(s3, bucket).await,
        Call::ListBucketIntelligentTieringConfigurations { bucket } => {
            tiering::list(s3, bucket).await
        }
        Call::PutBucketIntelligentTieringConfiguration { bucket, tiering } => {
            tiering::put(s3, bucket, tiering).await
        }
        Call::DeleteBucketIntelligentTieringConfiguration { bucket, id } => {
            tiering::delete(s3, bucket, id).await
        }
        Call::GetBucketReplication { bucket } => replication::get(s3, bucket).await,
        Call::PutBucketReplication { bucket, replication } => {
            replication::put(s3, bucket, replication).await
        }
        Call::DeleteBucketReplication { bucket } => replication::delete(s3, bucket).await,
        Call::GetBucketTagging { bucket } => tags::get(s3, bucket).await,
        Call::PutBucketTagging { bucket, tags } => tags::put(s3, bucket, tags).await,
        Call::DeleteBucketTagging { bucket } => tags::delete(s3, bucket).await,
    }
}

/// A number of days or versions, which no answer has below zero.
fn count(number: Option<i32>, name: &str) -> Result<u32, CallError> {
    let number = needed(number, name)?;
    u32::try_from(number).map_err(|_| unreadable(name, &number.to_string()))
}

async fn list_buckets(s3: Owned<'_>) -> Outcome {
    let mut names = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = s3.client.list_buckets().max_buckets(PAGE).set_continuation_token(token);
        let output = sent!(s3.sending, request)?;
        for bucket in output.buckets() {
            names.push(needed(bucket.name(), "Name")?.to_owned());
        }
        token = output.continuation_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            names.sort_unstable();
            return answer(cloud::Reply::S3(Reply::Buckets { names }), &output);
        }
    }
    Err(too_many_pages())
}

async fn head_bucket(s3: Owned<'_>, bucket: String) -> Outcome {
    let request = s3.client.head_bucket().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    // AWS always says it. Where it is left out, the bucket answered to a request that was signed
    // for this Region, which AWS refuses when the bucket is in another.
    let region = output.bucket_region().unwrap_or(&s3.connection.region).to_owned();
    answer(cloud::Reply::S3(Reply::Bucket { region }), &output)
}

async fn create_bucket(s3: Owned<'_>, bucket: String, object_lock: bool) -> Outcome {
    let region = s3.connection.region.as_str();
    let place = (region != UNNAMED_REGION).then(|| {
        CreateBucketConfiguration::builder()
            .location_constraint(BucketLocationConstraint::from(region))
            .build()
    });
    let request = s3
        .client
        .create_bucket()
        .bucket(bucket)
        .set_create_bucket_configuration(place)
        .set_object_lock_enabled_for_bucket(object_lock.then_some(true));
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

async fn delete_bucket(s3: Owned<'_>, bucket: String) -> Outcome {
    let request = s3.client.delete_bucket().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}
