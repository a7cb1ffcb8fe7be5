//! One bucket of the simulated S3: its documents, and what S3 refuses to write into them.

mod lifecycle;
mod replication;
mod tags;
mod tiering;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::s3::{
    Algorithm, Encryption, Lifecycle, Logging, PublicAccessBlock, Replication, Reply, Retention,
    Tiering, Versioning,
};
use crate::cloud::{CallError, Ending};

use super::moment::{Carried, Moment, read, refused};
use super::{policy, sts};

/// A bucket as it is. A new one blocks public access, encrypts with AES256, and belongs to its
/// owner alone: access control lists are off, so only its policy lets services in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    versioning: Versioning,
    object_lock: Option<ObjectLock>,
    public_access_block: PublicAccessBlock,
    encryption: Encryption,
    policy: Option<Value>,
    logging: Option<Logging>,
    #[serde(default)]
    lifecycle: Option<Lifecycle>,
    /// By id.
    #[serde(default)]
    tierings: BTreeMap<String, Tiering>,
    #[serde(default)]
    replication: Option<Replication>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// Object Lock that is on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ObjectLock {
    default_retention: Option<Retention>,
}

impl Bucket {
    /// A new bucket, with Object Lock and so with versioning if asked for.
    pub fn new(object_lock: bool) -> Self {
        Self {
            versioning: if object_lock { Versioning::Enabled } else { Versioning::Never },
            object_lock: object_lock.then_some(ObjectLock { default_retention: None }),
            public_access_block: PublicAccessBlock {
                block_public_acls: true,
                ignore_public_acls: true,
                block_public_policy: true,
                restrict_public_buckets: true,
            },
            encryption: Encryption {
                algorithm: Algorithm::Aes256,
                kms_key: None,
                bucket_key: false,
            },
            policy: None,
            logging: None,
            lifecycle: None,
            tierings: BTreeMap::new(),
            replication: None,
            tags: BTreeMap::new(),
        }
    }

    /// A bucket that was always there.
    pub fn seeded(versioned: bool) -> Self {
        let versioning = if versioned { Versioning::Enabled } else { Versioning::Never };
        Self { versioning, ..Self::new(false) }
    }

    /// The policy, when there is one.
    pub fn policy(&self) -> Option<&Value> {
        self.policy.as_ref()
    }

    /// Whether new objects are locked, which no delivery of access logs stands (S13).
    pub fn has_default_retention(&self) -> bool {
        self.default_retention().is_some()
    }

    /// What new objects are held by, if anything.
    pub fn default_retention(&self) -> Option<&Retention> {
        self.object_lock.as_ref()?.default_retention.as_ref()
    }

    /// Whether versions can be held.
    pub const fn is_locked(&self) -> bool {
        self.object_lock.is_some()
    }

    /// Whether old versions are kept.
    pub const fn versions(&self) -> Versioning {
        self.versioning
    }

    /// Whether versions have ids: it is versioned, or was.
    pub fn was_versioned(&self) -> bool {
        self.versioning != Versioning::Never
    }

    /// How new objects are encrypted.
    pub const fn algorithm(&self) -> Algorithm {
        self.encryption.algorithm
    }

    /// `GetBucketVersioning`.
    pub fn versioning(&self) -> Carried<Reply> {
        read(Reply::Versioning { versioning: self.versioning })
    }

    /// `GetObjectLockConfiguration`.
    pub fn object_lock(&self) -> Carried<Reply> {
        match &self.object_lock {
            Some(ObjectLock { default_retention }) => {
                read(Reply::ObjectLock { default_retention: default_retention.clone() })
            }
            None => refused(
                Ending::Absent,
                "ObjectLockConfigurationNotFoundError",
                "Object Lock configuration does not exist for this bucket",
            ),
        }
    }

    /// `GetPublicAccessBlock`.
    pub fn public_access_block(&self) -> Carried<Reply> {
        read(Reply::PublicAccessBlock(self.public_access_block))
    }

    /// `GetBucketEncryption`.
    pub fn encryption(&self) -> Carried<Reply> {
        read(Reply::Encryption(self.encryption.clone()))
    }

    /// `GetBucketPolicy`: what the policy says, in its shortest form.
    pub fn policy_text(&self) -> Carried<Reply> {
        match &self.policy {
            Some(policy) => read(Reply::Policy { policy: policy.to_string() }),
            None => {
                refused(Ending::Absent, "NoSuchBucketPolicy", "The bucket policy does not exist")
            }
        }
    }

    /// `GetBucketLogging`.
    pub fn logging(&self) -> Carried<Reply> {
        read(Reply::Logging { logging: self.logging.clone() })
    }

    /// What `DeleteBucket` says when something is in it.
    pub fn not_empty(&self) -> CallError {
        let versions = match self.versioning {
            Versioning::Never => "",
            Versioning::Enabled | Versioning::Suspended => {
                ". You must delete all versions in the bucket."
            }
        };
        let message = format!("The bucket you tried to delete is not empty{versions}");
        CallError::new(Ending::Refused, "BucketNotEmpty", message)
    }

    /// `PutPublicAccessBlock`.
    pub fn block_public_access(&mut self, block: PublicAccessBlock) -> Result<(), CallError> {
        self.public_access_block = block;
        Ok(())
    }

    /// `DeleteBucketPolicy`.
    pub fn remove_policy(&mut self) -> Result<(), CallError> {
        self.policy = None;
        Ok(())
    }

    /// `PutBucketLogging`, once the target is known to do.
    pub fn log(&mut self, logging: Option<&Logging>) -> Result<(), CallError> {
        self.logging = logging.cloned();
        Ok(())
    }

    /// `PutBucketVersioning`.
    pub fn set_versioning(&mut self, enabled: bool) -> Result<(), CallError> {
        if !enabled && self.object_lock.is_some() {
            return Err(bucket_state(
                "An Object Lock configuration is present on this bucket, so the versioning state \
                 cannot be changed.",
            ));
        }
        if !enabled && self.replication.is_some() {
            return Err(bucket_state(
                "A replication configuration is present on this bucket, so you cannot change the \
                 versioning state. To change the versioning state, first delete the replication \
                 configuration.",
            ));
        }
        self.versioning = if enabled { Versioning::Enabled } else { Versioning::Suspended };
        Ok(())
    }

    /// `PutObjectLockConfiguration`.
    pub fn lock(&mut self, retention: Option<&Retention>) -> Result<(), CallError> {
        if self.versioning != Versioning::Enabled {
            return Err(bucket_state(
                "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
            ));
        }
        match retention.map(|retention| (retention.days, retention.years)) {
            Some((Some(_), Some(_)) | (None, None)) => {
                return Err(malformed());
            }
            Some((Some(0), None) | (None, Some(0))) => {
                return Err(argument("Default retention period must be a positive integer value."));
            }
            Some((Some(_), None) | (None, Some(_))) | None => {}
        }
        self.object_lock = Some(ObjectLock { default_retention: retention.cloned() });
        Ok(())
    }

    /// `PutBucketEncryption`.
    pub fn encrypt(&mut self, encryption: &Encryption) -> Result<(), CallError> {
        if encryption.kms_key.is_some() && encryption.algorithm == Algorithm::Aes256 {
            return Err(argument(
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms \
                 or aws:kms:dsse",
            ));
        }
        self.encryption = encryption.clone();
        Ok(())
    }

    /// `PutBucketPolicy`.
    pub fn set_policy(&mut self, name: &str, text: &str, at: &Moment) -> Result<(), CallError> {
        let arn = at.place.bucket_arn(name);
        let policy = policy::parse(text, &arn)?;
        if self.public_access_block.block_public_policy && policy::is_public(&policy) {
            let message = format!(
                "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{arn}\" \
                 because public policies are prevented by the BlockPublicPolicy setting in S3 \
                 Block Public Access.",
                sts::operator(at)
            );
            return Err(CallError::new(Ending::Denied, "AccessDenied", message));
        }
        self.policy = Some(policy);
        Ok(())
    }
}

fn bucket_state(message: &str) -> CallError {
    CallError::new(Ending::Refused, "InvalidBucketState", message)
}

fn argument(message: &str) -> CallError {
    CallError::new(Ending::Refused, "InvalidArgument", message)
}

fn request(message: &str) -> CallError {
    CallError::new(Ending::Refused, "InvalidRequest", message)
}

fn malformed() -> CallError {
    CallError::new(
        Ending::Refused,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}
