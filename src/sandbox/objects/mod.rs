//! The simulated objects of S3: what is in the buckets, version by version.
//!
//! Contents are a seed and a size, never bytes: what AWS would say of them (ETags, checksums)
//! follows from the two, from how they were written and from how they are encrypted. S3 shows a
//! written object at once, so that nothing lags here.

mod lists;
mod locks;
mod stored;
mod uploads;
mod writes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::objects::{Call, Reply};
use crate::cloud::{CallError, Ending};

use super::bucket::Bucket;
use super::moment::{Carried, Moment};
use stored::Kept;
pub use stored::{ObjectSeed, Seeded};
use uploads::Begun;

/// The objects of one bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Objects {
    /// The versions of each key, oldest first. No key has none.
    keys: BTreeMap<String, Vec<Kept>>,
    /// Uploads in parts that have not ended, by their id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    uploads: BTreeMap<String, Begun>,
}

/// The objects of all buckets, by the bucket's name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shelves {
    shelves: BTreeMap<String, Objects>,
}

/// A bucket that a call is about, as it is.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    bucket: &'a Bucket,
    moment: &'a Moment,
}

impl Shelves {
    /// Carries out one call. `bucket` finds a bucket by its name.
    pub fn call<'b>(
        &mut self,
        call: &Call,
        bucket: impl Fn(&str) -> Option<&'b Bucket>,
        moment: &Moment,
    ) -> Carried<Reply> {
        let name = call.bucket();
        let found = bucket(name).ok_or_else(no_such_bucket)?;
        let at = At { bucket: found, moment };
        match call {
            Call::ListObjects { prefix, after, .. } => {
                self.of(name).list(prefix, after.as_deref(), at)
            }
            Call::ListObjectVersions { prefix, after, .. } => {
                self.of(name).list_versions(prefix, after.as_ref(), at)
            }
            Call::ListMultipartUploads { prefix, after, .. } => {
                self.of(name).list_uploads(prefix, after.as_ref())
            }
            Call::HeadObject { key, version, part, .. } => {
                self.of(name).head(key, version.as_deref(), *part, at)
            }
            Call::GetObject { key, most, .. } => self.of(name).text(key, *most),
            Call::GetObjectTagging { key, version, .. } => {
                self.of(name).tags(key, version.as_deref())
            }
            Call::GetObjectRetention { key, version, .. } => {
                self.of(name).retention(key, version.as_deref(), at)
            }
            Call::PutObjectRetention { key, version, lock, .. } => {
                self.shelf(name).retain(key, version.as_deref(), *lock, at)
            }
            Call::PutObject { key, body, tags, write, .. } => {
                self.shelf(name).put(key, body, tags, write, at)
            }
            Call::DeleteObject { key, version, .. } => {
                self.shelf(name).delete(key, version.as_deref(), at)
            }
            Call::CopyObject(copy) => {
                let source = self.source(&copy.from, &bucket)?;
                self.shelf(name).copy(copy, source, at)
            }
            Call::CreateMultipartUpload { .. } => self.shelf(name).begin(call, at),
            Call::UploadPartCopy { from, .. } => {
                let source = self.source(from, &bucket)?;
                self.shelf(name).copy_part(call, &source)
            }
            Call::UploadPart { key, upload, part, body, .. } => {
                self.shelf(name).put_part(key, upload, *part, body)
            }
            Call::CompleteMultipartUpload { key, upload, parts, write, .. } => {
                self.shelf(name).complete(key, upload, parts, write, at)
            }
            Call::AbortMultipartUpload { key, upload, .. } => self.shelf(name).abort(key, upload),
        }
    }

    /// Puts what was always there.
    pub fn place(&mut self, bucket: &str, seeds: &[Seeded], versioned: bool, moment: &Moment) {
        let shelf = self.shelf(bucket);
        for (n, seed) in seeds.iter().enumerate() {
            shelf.place(seed, n, versioned, moment);
        }
    }

    /// True when nothing is in the bucket, neither versions nor delete markers.
    pub fn is_empty(&self, bucket: &str) -> bool {
        self.shelves.get(bucket).is_none_or(|shelf| shelf.keys.is_empty())
    }

    /// What is in a bucket that is gone.
    pub fn remove(&mut self, bucket: &str) {
        self.shelves.remove(bucket);
    }

    /// Changes the contents of the current version, as a fault of the disks would: neither its size
    /// nor its time. False when there is none.
    pub fn corrupt(&mut self, bucket: &str, key: &str) -> bool {
        let current = self.shelves.get_mut(bucket).and_then(|shelf| shelf.keys.get_mut(key));
        current.and_then(|versions| versions.last_mut()).is_some_and(Kept::corrupt)
    }

    /// All objects as they are, without ids and times.
    pub fn state(&self) -> Value {
        let shelves = self.shelves.iter().filter(|(_, shelf)| !shelf.keys.is_empty());
        let keys = |shelf: &Objects| -> BTreeMap<String, Vec<Value>> {
            let keys = shelf.keys.iter();
            keys.map(|(key, kept)| (key.clone(), kept.iter().map(Kept::state).collect())).collect()
        };
        json!(shelves.map(|(name, shelf)| (name, keys(shelf))).collect::<BTreeMap<_, _>>())
    }

    fn shelf(&mut self, bucket: &str) -> &mut Objects {
        self.shelves.entry(bucket.to_owned()).or_default()
    }

    fn of(&self, bucket: &str) -> &Objects {
        static NOTHING: Objects = Objects { keys: BTreeMap::new(), uploads: BTreeMap::new() };
        self.shelves.get(bucket).unwrap_or(&NOTHING)
    }
}

fn no_such_bucket() -> CallError {
    CallError::new(Ending::Absent, "NoSuchBucket", "The specified bucket does not exist")
}

fn no_such_key() -> CallError {
    CallError::new(Ending::Absent, "NoSuchKey", "The specified key does not exist.")
}

fn no_such_version() -> CallError {
    CallError::new(Ending::Absent, "NoSuchVersion", "The specified version does not exist.")
}

fn precondition() -> CallError {
    let message = "At least one of the pre-conditions you specified did not hold";
    CallError::new(Ending::Refused, "PreconditionFailed", message)
}

fn no_lock() -> CallError {
    let message = "Bucket is missing Object Lock Configuration";
    CallError::new(Ending::Refused, "InvalidRequest", message)
}

fn argument(message: &str) -> CallError {
    CallError::new(Ending::Refused, "InvalidArgument", message)
}

#[cfg(test)]
mod tests;
