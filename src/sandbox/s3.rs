//! The simulated S3: buckets and their configuration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::s3::{Call, Logging, Reply};
use crate::cloud::{CallError, Ending, objects};

use super::bucket::Bucket;
use super::lagging::Shelf;
use super::moment::{Carried, Moment, read, refused, wrote};
use super::objects::{Seeded, Shelves};

/// All buckets of the account, in its one Region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Buckets {
    shelf: Shelf<Bucket>,
    /// What is in them: apart, so that a change of a document does not touch a million objects.
    objects: Shelves,
}

impl Buckets {
    /// Carries out one S3 call.
    pub fn call(&mut self, call: &Call, at: &Moment) -> Carried<Reply> {
        match call {
            Call::ListBuckets {} => read(Reply::Buckets { names: self.shelf.names(at.now) }),
            Call::HeadBucket { bucket } => match self.shelf.seen(bucket, at.now) {
                Some(_) => read(Reply::Bucket { region: at.place.region.clone() }),
                // The answer to HEAD has no body, so no better code.
                None => refused(Ending::Absent, "NotFound", "Not Found"),
            },
            Call::CreateBucket { bucket, object_lock } => self.create(bucket, *object_lock, at),
            Call::DeleteBucket { bucket } => self.delete(bucket, at),
            Call::GetBucketVersioning { bucket } => self.look(bucket, at, Bucket::versioning),
            Call::PutBucketVersioning { bucket, enabled } => {
                self.configure(bucket, at, |new| new.set_versioning(*enabled))
            }
            Call::GetObjectLockConfiguration { bucket } => {
                self.look(bucket, at, Bucket::object_lock)
            }
            Call::PutObjectLockConfiguration { bucket, default_retention } => {
                self.configure(bucket, at, |new| new.lock(default_retention.as_ref()))
            }
            Call::GetPublicAccessBlock { bucket } => {
                self.look(bucket, at, Bucket::public_access_block)
            }
            Call::PutPublicAccessBlock { bucket, block } => {
                self.configure(bucket, at, |new| new.block_public_access(*block))
            }
            Call::GetBucketEncryption { bucket } => self.look(bucket, at, Bucket::encryption),
            Call::PutBucketEncryption { bucket, encryption } => {
                self.configure(bucket, at, |new| new.encrypt(encryption))
            }
            Call::GetBucketPolicy { bucket } => self.look(bucket, at, Bucket::policy_text),
            Call::PutBucketPolicy { bucket, policy } => {
                self.configure(bucket, at, |new| new.set_policy(bucket, policy, at))
            }
            Call::DeleteBucketPolicy { bucket } => {
                self.configure(bucket, at, Bucket::remove_policy)
            }
            Call::GetBucketLogging { bucket } => self.look(bucket, at, Bucket::logging),
            Call::PutBucketLogging { bucket, logging } => {
                self.put_logging(bucket, logging.as_ref(), at)
            }
        }
    }

    /// Carries out one call on objects.
    pub fn object(&mut self, call: &objects::Call, at: &Moment) -> Carried<objects::Reply> {
        let Self { shelf, objects } = self;
        objects.call(call, |name| shelf.seen(name, at.now).and(shelf.truth(name)), at)
    }

    /// Puts a bucket that was always there, with what is in it.
    pub fn place(&mut self, name: &str, versioned: bool, objects: &[Seeded], at: &Moment) {
        self.shelf.set(name, Some(Bucket::seeded(versioned)), at.now, at.now);
        self.objects.place(name, objects, versioned, at);
    }

    /// Changes the contents of an object, as a fault of the disks would.
    pub fn corrupt(&mut self, bucket: &str, key: &str) -> bool {
        self.objects.corrupt(bucket, key)
    }

    /// The bucket as it is.
    pub fn truth(&self, name: &str) -> Option<&Bucket> {
        self.shelf.truth(name)
    }

    /// All buckets as they are.
    pub fn state(&self) -> Value {
        let buckets: BTreeMap<_, _> = self.shelf.truths().collect();
        serde_json::json!({ "buckets": buckets, "objects": self.objects.state() })
    }

    /// `CreateBucket`. In us-east-1 AWS answers the creation of a bucket that is one's own with
    /// success and changes nothing; here it is `BucketAlreadyOwnedByYou` in every Region, so that
    /// a book that works in practice works anywhere.
    fn create(&mut self, name: &str, object_lock: bool, at: &Moment) -> Carried<Reply> {
        if !is_bucket_name(name) {
            return refused(
                Ending::Refused,
                "InvalidBucketName",
                "The specified bucket is not valid.",
            );
        }
        if self.shelf.truth(name).is_some() {
            return refused(
                Ending::Exists,
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own \
                 it.",
            );
        }
        if self.shelf.seen(name, at.now).is_some() {
            return refused(
                Ending::InUse,
                "OperationAborted",
                "A conflicting conditional operation is currently in progress against this \
                 resource. Please try again.",
            );
        }
        let bucket = Some(Bucket::new(object_lock));
        let changed = self.shelf.set(name, bucket, at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }

    fn delete(&mut self, name: &str, at: &Moment) -> Carried<Reply> {
        let Some(bucket) = self.shelf.truth(name) else { return no_such_bucket() };
        if !self.objects.is_empty(name) {
            return Err(bucket.not_empty());
        }
        self.objects.remove(name);
        let changed = self.shelf.set(name, None, at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }

    fn look(
        &self,
        name: &str,
        at: &Moment,
        answer: impl FnOnce(&Bucket) -> Carried<Reply>,
    ) -> Carried<Reply> {
        match self.shelf.seen(name, at.now) {
            Some(bucket) => answer(bucket),
            None => no_such_bucket(),
        }
    }

    fn configure(
        &mut self,
        name: &str,
        at: &Moment,
        change: impl FnOnce(&mut Bucket) -> Result<(), CallError>,
    ) -> Carried<Reply> {
        let Some(bucket) = self.shelf.truth(name) else { return no_such_bucket() };
        let mut new = bucket.clone();
        change(&mut new)?;
        let changed = self.shelf.set(name, Some(new), at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }

    /// `PutBucketLogging`. Every bucket of this world has the same owner and Region; S3 does not
    /// look at the policy of the target here, the logs just never arrive (S14).
    fn put_logging(
        &mut self,
        name: &str,
        logging: Option<&Logging>,
        at: &Moment,
    ) -> Carried<Reply> {
        let refusal = logging.and_then(|logging| match self.shelf.truth(&logging.bucket) {
            None => Some("The target bucket for logging does not exist"),
            Some(target) => target.has_default_retention().then_some(
                "The target bucket for logging does not exist, is not owned by you, or does not \
                 have the appropriate grants for the log-delivery group.",
            ),
        });
        self.configure(name, at, |new| match refusal {
            Some(why) => Err(CallError::new(Ending::Refused, "InvalidTargetBucketForLogging", why)),
            None => new.log(logging),
        })
    }
}

/// The rules for names of general purpose buckets.
fn is_bucket_name(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let reserved_front = ["xn--", "sthree-", "amzn-s3-demo-"];
    let reserved_back = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    (3..=63).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c))
        && edge(name.chars().next())
        && edge(name.chars().last())
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !reserved_front.iter().any(|front| name.starts_with(front))
        && !reserved_back.iter().any(|back| name.ends_with(back))
}

fn no_such_bucket<R>() -> Carried<R> {
    refused(Ending::Absent, "NoSuchBucket", "The specified bucket does not exist")
}

#[cfg(test)]
mod tests;
