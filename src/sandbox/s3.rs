//! The simulated S3: buckets and their configuration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::s3::{Call, Destination, Logging, Replication, Reply, Versioning};
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
        // Every call but the list of them all is about one bucket.
        let on = call.resource().unwrap_or_default();
        match call {
            Call::ListBuckets {} => read(Reply::Buckets { names: self.shelf.names(at.now) }),
            Call::HeadBucket { .. } => self.head(on, at),
            Call::CreateBucket { object_lock, .. } => self.create(on, *object_lock, at),
            Call::DeleteBucket { .. } => self.delete(on, at),
            Call::GetBucketVersioning { .. } => self.look(on, at, Bucket::versioning),
            Call::PutBucketVersioning { enabled, .. } => {
                self.configure(on, at, |new| new.set_versioning(*enabled))
            }
            Call::GetObjectLockConfiguration { .. } => self.look(on, at, Bucket::object_lock),
            Call::PutObjectLockConfiguration { default_retention, .. } => {
                self.configure(on, at, |new| new.lock(default_retention.as_ref()))
            }
            Call::GetPublicAccessBlock { .. } => self.look(on, at, Bucket::public_access_block),
            Call::PutPublicAccessBlock { block, .. } => {
                self.configure(on, at, |new| new.block_public_access(*block))
            }
            Call::GetBucketEncryption { .. } => self.look(on, at, Bucket::encryption),
            Call::PutBucketEncryption { encryption, .. } => {
                self.configure(on, at, |new| new.encrypt(encryption))
            }
            Call::GetBucketPolicy { .. } => self.look(on, at, Bucket::policy_text),
            Call::PutBucketPolicy { policy, .. } => {
                self.configure(on, at, |new| new.set_policy(on, policy, at))
            }
            Call::DeleteBucketPolicy { .. } => self.configure(on, at, Bucket::remove_policy),
            Call::GetBucketLogging { .. } => self.look(on, at, Bucket::logging),
            Call::PutBucketLogging { logging, .. } => self.put_logging(on, logging.as_ref(), at),
            Call::GetBucketLifecycleConfiguration { .. } => self.look(on, at, Bucket::lifecycle),
            Call::PutBucketLifecycleConfiguration { lifecycle, .. } => {
                self.configure(on, at, |new| new.set_lifecycle(lifecycle))
            }
            Call::DeleteBucketLifecycle { .. } => self.configure(on, at, Bucket::remove_lifecycle),
            Call::ListBucketIntelligentTieringConfigurations { .. } => {
                self.look(on, at, Bucket::tierings)
            }
            Call::PutBucketIntelligentTieringConfiguration { tiering, .. } => {
                self.configure(on, at, |new| new.set_tiering(tiering))
            }
            Call::DeleteBucketIntelligentTieringConfiguration { id, .. } => {
                self.configure(on, at, |new| new.remove_tiering(id))
            }
            Call::GetBucketReplication { .. } => self.look(on, at, Bucket::replication),
            Call::PutBucketReplication { replication, .. } => {
                self.put_replication(on, replication, at)
            }
            Call::DeleteBucketReplication { .. } => {
                self.configure(on, at, Bucket::remove_replication)
            }
            Call::GetBucketTagging { .. } => self.look(on, at, Bucket::tags),
            Call::PutBucketTagging { tags, .. } => self.configure(on, at, |new| new.set_tags(tags)),
            Call::DeleteBucketTagging { .. } => self.configure(on, at, Bucket::remove_tags),
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

    /// Changes the contents of an object under its checksums. False when there is no such object.
    pub fn rot(&mut self, bucket: &str, key: &str) -> bool {
        self.objects.rot(bucket, key)
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

    fn head(&self, name: &str, at: &Moment) -> Carried<Reply> {
        match self.shelf.seen(name, at.now) {
            Some(_) => read(Reply::Bucket { region: at.place.region.clone() }),
            // The answer to HEAD has no body, so no better code.
            None => refused(Ending::Absent, "NotFound", "Not Found"),
        }
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

    /// `PutBucketReplication`. A bucket of another account is not in this world: it is taken to be
    /// there, and versioned.
    fn put_replication(&mut self, name: &str, to: &Replication, at: &Moment) -> Carried<Reply> {
        let seen = |destination: &Destination| match &destination.account {
            Some(account) if *account != at.place.account => Some(Versioning::Enabled),
            _ => self.shelf.truth(&destination.bucket).map(Bucket::versioned),
        };
        let Some(bucket) = self.shelf.truth(name) else { return no_such_bucket() };
        let mut new = bucket.clone();
        new.set_replication(to, &seen)?;
        let changed = self.shelf.set(name, Some(new), at.now, at.visible);
        wrote(Reply::Done {}, changed)
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
