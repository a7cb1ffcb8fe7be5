//! Tags of buckets, and of objects in filters.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{Tag, Tagging};

use super::Owned;
use crate::aws::ending::{absent, unbuilt};
use crate::aws::sending::{answer, sent};
use crate::cloud::s3::Reply;
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn get(s3: Owned<'_>, bucket: String) -> Outcome {
    let request = s3.client.get_bucket_tagging().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let tags = tags_from_sdk(output.tag_set());
    if tags.is_empty() {
        return Err(absent("NoSuchTagSet", "the bucket has no tags", &output));
    }
    answer(cloud::Reply::S3(Reply::Tags { tags }), &output)
}

pub(super) async fn put(s3: Owned<'_>, bucket: String, tags: BTreeMap<String, String>) -> Outcome {
    let tags = tags_to_sdk(tags)?;
    let request = s3
        .client
        .put_bucket_tagging()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .tagging(Tagging::builder().set_tag_set(Some(tags)).build().map_err(unbuilt)?);
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

pub(super) async fn delete(s3: Owned<'_>, bucket: String) -> Outcome {
    let request =
        s3.client.delete_bucket_tagging().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

pub(super) fn tags_from_sdk<'t>(
    tags: impl IntoIterator<Item = &'t Tag>,
) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

pub(super) fn tags_to_sdk(tags: BTreeMap<String, String>) -> Result<Vec<Tag>, CallError> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build().map_err(unbuilt);
    tags.into_iter().map(tag).collect()
}
