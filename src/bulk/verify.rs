//! Whether two objects have the same contents, by what AWS says of them. Never by size alone (C7).

use super::Inner;
use crate::cloud::CallError;
use crate::cloud::objects::{Checksum, ChecksumKind, Listed, Object};
use crate::cloud::s3::Algorithm;

/// What shows that the contents are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// The ETags are equal: a digest of the contents, or of those of its parts.
    Etag,
    /// The checksums are.
    Checksum(Checksum),
    /// Nothing: only the sizes are equal.
    None,
}

/// What a comparison shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// They are the same, or nothing speaks against it.
    Same(Proof),
    /// They are not.
    Differs,
}

/// What the lists alone show; none when they do not say enough.
///
/// Equal ETags are proof: of whatever S3 encrypts with a key of KMS they are random, and differ.
pub(super) fn by_lists(old: &Listed, new: &Listed) -> Option<Sight> {
    if old.size != new.size {
        return Some(Sight::Differs);
    }
    (old.etag == new.etag).then_some(Sight::Same(Proof::Etag))
}

/// The size of each part of an object, in order; none when it was written at once.
pub(super) type Layout = Option<Vec<u64>>;

impl Inner {
    /// What a look at both objects shows. The older one is asked for by its version, where there is
    /// one.
    pub(super) async fn compare(
        &self,
        (from, version): (&str, Option<&str>),
        to: &str,
        key: &str,
    ) -> Result<Sight, CallError> {
        let old = self.head(from, key, version, None).await?;
        let new = self.head(to, key, None, None).await?;
        if let Some(sight) = by_looks(&old, &new) {
            return Ok(sight);
        }
        let is_digest = has_digest(&old) && has_digest(&new);
        if is_digest && parts_in(&old.etag).is_some() && parts_in(&old.etag) == parts_in(&new.etag)
        {
            // Digests of the same parts: other contents, unless the parts are cut otherwise.
            let before = self.layout(from, key, version, &old).await?;
            if before == self.layout(to, key, None, &new).await? {
                return Ok(Sight::Differs);
            }
        }
        Ok(Sight::Same(Proof::None))
    }

    /// The parts that an object was written in. Most have parts of one size but for the last, which
    /// the first and the last of them show; others are asked for part by part.
    pub(super) async fn layout(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        object: &Object,
    ) -> Result<Layout, CallError> {
        let Some(count) = parts_in(&object.etag) else { return Ok(None) };
        let first = self.head(bucket, key, version, Some(1)).await?.size;
        let last = match count {
            1 => first,
            count => self.head(bucket, key, version, Some(count)).await?.size,
        };
        let whole = u64::from(count.saturating_sub(1));
        if first.checked_mul(whole).and_then(|most| most.checked_add(last)) == Some(object.size) {
            let mut parts = vec![first; usize::try_from(whole).unwrap_or(0)];
            parts.push(last);
            return Ok(Some(parts));
        }
        let mut parts = vec![first];
        for part in 2..=count {
            parts.push(self.head(bucket, key, version, Some(part)).await?.size);
        }
        Ok(Some(parts))
    }
}

/// What two looks show; none when they do not say enough.
fn by_looks(old: &Object, new: &Object) -> Option<Sight> {
    if old.size != new.size {
        return Some(Sight::Differs);
    }
    if old.etag == new.etag {
        return Some(Sight::Same(Proof::Etag));
    }
    if let Some(sight) = by_checksums(old.checksum.as_ref(), new.checksum.as_ref()) {
        return Some(sight);
    }
    let at_once = parts_in(&old.etag).is_none() && parts_in(&new.etag).is_none();
    (at_once && has_digest(old) && has_digest(new)).then_some(Sight::Differs)
}

/// What two checksums show. Those of parts say nothing when they differ: the parts may be cut
/// otherwise.
pub(super) fn by_checksums(old: Option<&Checksum>, new: Option<&Checksum>) -> Option<Sight> {
    let (old, new) = (old?, new?);
    if (old.algorithm, old.kind) != (new.algorithm, new.kind) {
        return None;
    }
    match (old.value == new.value, old.kind) {
        (true, _) => Some(Sight::Same(Proof::Checksum(old.clone()))),
        (false, ChecksumKind::FullObject) => Some(Sight::Differs),
        (false, ChecksumKind::Composite) => None,
    }
}

/// Whether the ETag is a digest of the contents. What AWS does not say to be encrypted with a key
/// of KMS is encrypted with one of S3, or, of old, not at all.
pub(super) fn has_digest(object: &Object) -> bool {
    match object.encryption {
        None | Some(Algorithm::Aes256) => true,
        Some(Algorithm::Kms | Algorithm::KmsDsse) => false,
    }
}

/// How many parts an ETag tells of.
pub(super) fn parts_in(etag: &str) -> Option<u32> {
    etag.rsplit_once('-')?.1.parse().ok().filter(|n| *n > 0)
}
