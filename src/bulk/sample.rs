//! Reads a sample of the objects of a bucket, and holds what it read against what S3 keeps of them.
//!
//! What is kept of the bucket while it is listed is the sample, whatever the number of objects. No
//! contents are kept at all: they are digested while they go by.

use std::collections::BinaryHeap;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use sha2::{Digest as _, Sha256};

use super::verify::{has_digest, parts_in};
use super::{Inner, listing, send, strange};
use crate::cloud::bulk::{Names, Sampled, Sampling};
use crate::cloud::objects::{Call, ChecksumKind, Digest, Object, Reply};
use crate::cloud::{self, CallError, Ending};

/// The most bytes of an object that is read. A thousand of them are a hundred gigabytes.
const MOST_BYTES: u64 = 100 * 1024 * 1024;

/// How many objects are read at once: they share one line, and each is digested as it comes.
const AT_ONCE: usize = 8;

/// How often an object is looked at that is written over while it is read.
const LOOKS: u32 = 3;

/// What became of one object of the sample.
enum Found {
    Same(u64),
    Differs(u64),
    /// S3 keeps nothing that its contents could be held against.
    Unverifiable,
    Archived,
    Large,
    Gone,
    Unread(CallError),
}

pub(super) async fn run(inner: &Arc<Inner>, of: &Sampling) -> Result<Sampled, CallError> {
    let mut sampled = nothing(of);
    let keys = choose(inner, of, &mut sampled).await?;
    let mut looks = stream::iter(keys)
        .map(|key| async move {
            let found = inner.read_whole(&of.bucket, &key).await.unwrap_or_else(Found::Unread);
            (key, found)
        })
        .buffered(AT_ONCE);
    while let Some((key, found)) = looks.next().await {
        if inner.is_stopped() {
            return Err(stopped());
        }
        match found {
            Found::Same(bytes) => {
                sampled.verified += 1;
                sampled.bytes += bytes;
            }
            Found::Differs(bytes) => {
                sampled.differing.add(&key);
                sampled.bytes += bytes;
            }
            Found::Unverifiable => sampled.unverifiable.add(&key),
            Found::Archived => sampled.archived += 1,
            Found::Large => sampled.large += 1,
            Found::Gone => sampled.gone += 1,
            Found::Unread(error) if send::is_fatal(&error) => return Err(error),
            Found::Unread(error) => sampled.unread.add(&format!("{key} ({error})")),
        }
    }
    Ok(sampled)
}

/// Lists the bucket, counts what is in it, and chooses what is read, in the order of the keys.
async fn choose(
    inner: &Arc<Inner>,
    of: &Sampling,
    sampled: &mut Sampled,
) -> Result<Vec<String>, CallError> {
    let day = (inner.tools.clock)().strftime("%Y-%m-%d").to_string();
    let most = usize::try_from(of.count).unwrap_or(usize::MAX);
    let mut lots = BinaryHeap::new();
    let mut list = listing::objects(inner, &of.bucket, &of.prefix);
    while let Some(listed) = list.next().await {
        let listed = listed?;
        if inner.is_stopped() {
            return Err(stopped());
        }
        sampled.objects += 1;
        if listed.storage_class.is_archive() {
            sampled.archived += 1;
        } else if listed.size > MOST_BYTES {
            sampled.large += 1;
        } else {
            lots.push((lot(&of.bucket, &day, &listed.key), listed.key));
            if lots.len() > most {
                lots.pop();
            }
        }
    }
    let mut keys: Vec<_> = lots.into_iter().map(|(_, key)| key).collect();
    keys.sort_unstable();
    Ok(keys)
}

/// The lot that a key draws on this day; the lowest are chosen. Each key has the same chance,
/// whatever its place in the list, and who looks twice on a day sees the same sample.
fn lot(bucket: &str, day: &str, key: &str) -> [u8; 32] {
    let head = Sha256::new().chain_update(bucket).chain_update([0]).chain_update(day);
    head.chain_update([0]).chain_update(key).finalize().into()
}

/// What the contents of an object can be held against: what is to be made of them, and what S3
/// keeps. Its checksum of all of them, or the MD5 that is the ETag of what was written at once and
/// not encrypted with a key of KMS (C7).
fn kept(object: &Object) -> Option<(Digest, &str)> {
    let whole = object.checksum.as_ref().filter(|checksum| {
        checksum.kind == ChecksumKind::FullObject && checksum.algorithm.is_made_here()
    });
    if let Some(checksum) = whole {
        return Some((Digest::Checksum(checksum.algorithm), &checksum.value));
    }
    let is_md5 = has_digest(object) && parts_in(&object.etag).is_none();
    is_md5.then_some((Digest::Etag, object.etag.as_str()))
}

impl Inner {
    /// Reads one object to its end.
    async fn read_whole(&self, bucket: &str, key: &str) -> Result<Found, CallError> {
        let mut looks = 1;
        loop {
            let object = match self.head(bucket, key, None, None).await {
                Ok(object) => object,
                Err(error) if error.ending == Ending::Absent => return Ok(Found::Gone),
                Err(error) => return Err(error),
            };
            // It was small when it was listed.
            if object.size > MOST_BYTES {
                return Ok(Found::Large);
            }
            let Some((digest, kept)) = kept(&object) else { return Ok(Found::Unverifiable) };
            let (bucket, key) = (bucket.to_owned(), key.to_owned());
            let call = Call::DigestObject { bucket, key, etag: object.etag.clone(), digest };
            match self.ask(call).await {
                Ok(Reply::Digested { size, value }) if size == object.size && value == kept => {
                    return Ok(Found::Same(size));
                }
                Ok(Reply::Digested { size, .. }) => return Ok(Found::Differs(size)),
                Ok(other) => return Err(strange(&cloud::Reply::Objects(other))),
                Err(error) if error.ending == Ending::Absent => return Ok(Found::Gone),
                Err(error) if error.code == "InvalidObjectState" => return Ok(Found::Archived),
                // It was written over since: what is there now is as good.
                Err(error) if error.code == "PreconditionFailed" && looks < LOOKS => looks += 1,
                Err(error) => return Err(error),
            }
        }
    }
}

fn stopped() -> CallError {
    CallError::new(Ending::NotSent, "Stopped", "it was stopped on the way")
}

fn nothing(of: &Sampling) -> Sampled {
    Sampled {
        of: of.clone(),
        objects: 0,
        archived: 0,
        large: 0,
        verified: 0,
        bytes: 0,
        differing: Names::default(),
        unverifiable: Names::default(),
        unread: Names::default(),
        gone: 0,
    }
}
