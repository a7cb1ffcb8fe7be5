//! One large object: copied in the parts that it was written in, several at once.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::{Done, Job};
use crate::bulk::strange;
use crate::cloud::objects::{
    Call, Checksum, ChecksumAlgorithm, ChecksumKind, Listed, Object, Part, Reply, Write,
};
use crate::cloud::{self, CallError, Ending};

/// The parts of an object that has none of its own, in bytes.
const PART: u64 = 512 * 1024 * 1024;

/// A part to be copied: its number, first and last byte.
type Range = (u32, u64, u64);

impl Job {
    /// Copies in parts. They are cut as those of the source are: so the copy has the same ETag, and
    /// can be verified by it. Metadata and tags are given at the beginning: parts do not carry them
    /// (C4).
    pub(super) async fn in_parts(
        &self,
        listed: &Listed,
        object: &Object,
    ) -> Result<Done, CallError> {
        let layout = self.inner.layout(&self.of.from, &listed.key, None, object).await?;
        let ranges = ranges(object.size, &layout.unwrap_or_else(|| cut(object.size)));
        self.clear(&listed.key).await?;
        let checksum = object.checksum.as_ref().filter(|c| can_be_of_parts(c));
        let upload = self.begin_upload(listed, object, checksum).await?;
        let parts = stream::iter(ranges)
            .map(|range| self.part(listed, &upload, range))
            .buffered(self.inner.tools.limits.parts)
            .try_collect::<Vec<_>>()
            .await;
        let done = match parts {
            Ok(parts) => {
                let complete = Call::CompleteMultipartUpload {
                    bucket: self.of.to.clone(),
                    key: listed.key.clone(),
                    upload: upload.clone(),
                    parts,
                    checksum: checksum.map(|c| (c.algorithm, c.kind)),
                    write: Write::IfAbsent,
                };
                self.write(listed, object.checksum.as_ref(), complete).await
            }
            Err(error) => Err(error),
        };
        match done {
            Ok(Done::Copied | Done::Unverified) => done,
            Ok(Done::Kept | Done::Gone | Done::Failed(_)) | Err(_) => {
                self.abort(&listed.key, upload).await?;
                done
            }
        }
    }

    /// Parts of this very object that an earlier try has left behind.
    async fn clear(&self, key: &str) -> Result<(), CallError> {
        let (_, uploads) = self.inner.uploads(&self.of.to, key).await?;
        for (of, upload) in uploads {
            if of == key {
                self.abort(key, upload).await?;
            }
        }
        Ok(())
    }

    async fn begin_upload(
        &self,
        listed: &Listed,
        object: &Object,
        checksum: Option<&Checksum>,
    ) -> Result<String, CallError> {
        let tags = if object.tags > 0 { self.tags(&listed.key).await? } else { BTreeMap::new() };
        let mut properties = object.properties.clone();
        // S3 does not copy it either: it says where a website is, which the target is not.
        properties.redirect = None;
        let begin = Call::CreateMultipartUpload {
            bucket: self.of.to.clone(),
            key: listed.key.clone(),
            properties,
            tags,
            storage_class: listed.storage_class,
            checksum: checksum.map(|c| (c.algorithm, c.kind)),
            lock: object.lock,
            legal_hold: object.legal_hold,
        };
        match self.patiently(begin).await? {
            Reply::Begun { upload } => Ok(upload),
            other => Err(strange(&cloud::Reply::Objects(other))),
        }
    }

    async fn tags(&self, key: &str) -> Result<BTreeMap<String, String>, CallError> {
        let (bucket, key) = (self.of.from.clone(), key.to_owned());
        match self.inner.ask(Call::GetObjectTagging { bucket, key, version: None }).await? {
            Reply::Tags { tags } => Ok(tags),
            other => Err(strange(&cloud::Reply::Objects(other))),
        }
    }

    async fn part(
        &self,
        listed: &Listed,
        upload: &str,
        (part, first, last): Range,
    ) -> Result<Part, CallError> {
        let call = Call::UploadPartCopy {
            from: self.source(listed),
            bucket: self.of.to.clone(),
            key: listed.key.clone(),
            upload: upload.to_owned(),
            part,
            first,
            last,
        };
        match self.patiently(call).await? {
            Reply::Part(part) => Ok(part),
            other => Err(strange(&cloud::Reply::Objects(other))),
        }
    }

    /// Ends an upload. One that is not there has ended.
    async fn abort(&self, key: &str, upload: String) -> Result<(), CallError> {
        let (bucket, key) = (self.of.to.clone(), key.to_owned());
        match self.patiently(Call::AbortMultipartUpload { bucket, key, upload }).await {
            Err(error) if error.ending != Ending::Absent => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Sends what may be sent again; a throttle slows everything down.
    async fn patiently(&self, call: Call) -> Result<Reply, CallError> {
        let outcome = self.inner.ask(call).await;
        match &outcome {
            Ok(_) => self.gauge.went_well(),
            Err(error) if error.ending == Ending::Throttled => self.gauge.was_too_much(),
            Err(_) => {}
        }
        outcome
    }
}

/// Whether S3 makes this checksum of an object in parts: of the whole only those that can be put
/// together from those of the parts.
fn can_be_of_parts(checksum: &Checksum) -> bool {
    match checksum.kind {
        ChecksumKind::Composite => true,
        ChecksumKind::FullObject => match checksum.algorithm {
            ChecksumAlgorithm::Crc32 | ChecksumAlgorithm::Crc32c | ChecksumAlgorithm::Crc64nvme => {
                true
            }
            ChecksumAlgorithm::Sha1
            | ChecksumAlgorithm::Sha256
            | ChecksumAlgorithm::Sha512
            | ChecksumAlgorithm::Md5
            | ChecksumAlgorithm::Xxhash64
            | ChecksumAlgorithm::Xxhash3
            | ChecksumAlgorithm::Xxhash128 => false,
        },
    }
}

fn cut(size: u64) -> Vec<u64> {
    let whole = usize::try_from(size / PART).unwrap_or(0);
    let rest = Some(size % PART).filter(|rest| *rest > 0);
    std::iter::repeat_n(PART, whole).chain(rest).collect()
}

fn ranges(size: u64, parts: &[u64]) -> Vec<Range> {
    let mut first = 0;
    let ranges = (1..).zip(parts).map(|(number, length)| {
        let last = (first + length).min(size).saturating_sub(1);
        let range = (number, first, last);
        first += length;
        range
    });
    ranges.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_object_without_a_gap() {
        assert_eq!(ranges(12, &[5, 5, 2]), [(1, 0, 4), (2, 5, 9), (3, 10, 11)]);
        assert_eq!(cut(2 * PART + 1), [PART, PART, 1]);
        assert_eq!(cut(PART), [PART]);
    }
}
