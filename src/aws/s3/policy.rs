//! Who may reach a bucket: its policy and its public access block.

use aws_sdk_s3::types::PublicAccessBlockConfiguration;

use super::Owned;
use crate::aws::ending::absent;
use crate::aws::sending::{answer, sent};
use crate::cloud::s3::{PublicAccessBlock, Reply};
use crate::cloud::{self, Outcome};

pub(super) async fn get_public_access(s3: Owned<'_>, bucket: String) -> Outcome {
    let request =
        s3.client.get_public_access_block().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let Some(block) = output.public_access_block_configuration() else {
        let code = "NoSuchPublicAccessBlockConfiguration";
        return Err(absent(code, "no public access block is set", &output));
    };
    let block = PublicAccessBlock {
        block_public_acls: block.block_public_acls().unwrap_or(false),
        ignore_public_acls: block.ignore_public_acls().unwrap_or(false),
        block_public_policy: block.block_public_policy().unwrap_or(false),
        restrict_public_buckets: block.restrict_public_buckets().unwrap_or(false),
    };
    answer(cloud::Reply::S3(Reply::PublicAccessBlock(block)), &output)
}

pub(super) async fn put_public_access(
    s3: Owned<'_>,
    bucket: String,
    block: PublicAccessBlock,
) -> Outcome {
    let block = PublicAccessBlockConfiguration::builder()
        .block_public_acls(block.block_public_acls)
        .ignore_public_acls(block.ignore_public_acls)
        .block_public_policy(block.block_public_policy)
        .restrict_public_buckets(block.restrict_public_buckets)
        .build();
    let request = s3
        .client
        .put_public_access_block()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .public_access_block_configuration(block);
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

pub(super) async fn get(s3: Owned<'_>, bucket: String) -> Outcome {
    let request = s3.client.get_bucket_policy().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let Some(policy) = output.policy().filter(|policy| !policy.is_empty()) else {
        return Err(absent("NoSuchBucketPolicy", "the bucket has no policy", &output));
    };
    let policy = policy.to_owned();
    answer(cloud::Reply::S3(Reply::Policy { policy }), &output)
}

pub(super) async fn put(s3: Owned<'_>, bucket: String, policy: String) -> Outcome {
    let request = s3
        .client
        .put_bucket_policy()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .policy(policy);
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

pub(super) async fn delete(s3: Owned<'_>, bucket: String) -> Outcome {
    let request = s3.client.delete_bucket_policy().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}
