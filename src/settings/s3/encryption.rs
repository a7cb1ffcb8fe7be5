//! `s3.bucket.encryption`: how new objects are encrypted when the writer does not say.

use super::super::seen::{strange, unless};
use super::super::{Breach, Change, Kind, Property, Severity, Target, Unread};
use super::call;
use crate::cloud::s3::{Algorithm, Call, Encryption, PUT_BUCKET_ENCRYPTION, Reply};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `s3.bucket.encryption`
pub(in crate::settings) struct DefaultEncryption;

/// AWS's word for a bucket without a configuration of its own.
const NONE_SET: &str = "ServerSideEncryptionConfigurationNotFoundError";

impl Property for DefaultEncryption {
    type Value = Encryption;

    const ID: &'static str = "s3.bucket.encryption";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Default encryption";
    const HELP: &'static str = "How new objects are encrypted when their writer does not say; \
        objects that are there stay as they are. A bucket key saves calls to KMS and means \
        something with \"aws:kms\" only. A bucket for access logs needs \"AES256\" (S15).";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html";
    const EXAMPLE: &'static str = "{ algorithm = \"AES256\" }";
    const WRITES: &'static [&'static Operation] = &[&PUT_BUCKET_ENCRYPTION];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::GetBucketEncryption { bucket: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Encryption, Unread> {
        match unless(seen, 0, &[NONE_SET])? {
            // What AWS does for every bucket that says nothing else.
            None => {
                Ok(Encryption { algorithm: Algorithm::Aes256, kms_key: None, bucket_key: false })
            }
            Some(cloud::Reply::S3(Reply::Encryption(encryption))) => Ok(encryption.clone()),
            Some(other) => Err(strange(other)),
        }
    }

    fn is_met(value: &Encryption, wanted: &Encryption) -> bool {
        // AWS keeps the switch for AES256 too, where it means nothing.
        let is_key_met = match wanted.algorithm {
            Algorithm::Aes256 => true,
            Algorithm::Kms | Algorithm::KmsDsse => value.bucket_key == wanted.bucket_key,
        };
        value.algorithm == wanted.algorithm && value.kms_key == wanted.kms_key && is_key_met
    }

    fn write(on: &Target, _seen: &[Outcome], to: &Encryption) -> Result<Vec<cloud::Call>, Breach> {
        let encryption = to.clone();
        Ok(call(Call::PutBucketEncryption { bucket: on.name.clone(), encryption }))
    }

    fn change(from: &Encryption, to: &Encryption) -> Change {
        match (from.algorithm, to.algorithm) {
            (Algorithm::Kms | Algorithm::KmsDsse, Algorithm::Aes256) => Change::because(
                Danger::Change,
                "New objects are no longer protected by a key of KMS: whoever may read the bucket \
                 may read them.",
            ),
            (_, Algorithm::Kms | Algorithm::KmsDsse) if from.kms_key != to.kms_key => {
                let why = "Whoever writes or reads new objects needs the permission of the key.";
                Change::because(Danger::Change, why)
            }
            (Algorithm::Aes256, Algorithm::Kms | Algorithm::KmsDsse) => Change::because(
                Danger::Change,
                "Whoever writes or reads new objects needs the permission of the key.",
            ),
            (Algorithm::Aes256, Algorithm::Aes256)
            | (Algorithm::Kms | Algorithm::KmsDsse, Algorithm::Kms | Algorithm::KmsDsse) => {
                Change::exact()
            }
        }
    }

    fn lint(_on: &Target, to: &Encryption) -> Vec<Breach> {
        let mut breaches = Vec::new();
        match to.algorithm {
            Algorithm::Kms => {}
            Algorithm::Aes256 => {
                if to.kms_key.is_some() {
                    let why = "a KMS key goes with \"aws:kms\" or \"aws:kms:dsse\", not \"AES256\"";
                    breaches.push(Breach::unfit(why, "drop `kms_key`, or change `algorithm`"));
                }
                if to.bucket_key {
                    let why = "a bucket key means nothing with \"AES256\"";
                    let breach = Breach::unfit(why, "drop `bucket_key`");
                    breaches.push(Breach { severity: Severity::Warn, ..breach });
                }
            }
            Algorithm::KmsDsse => {
                if to.bucket_key {
                    let why = "AWS has no bucket keys for \"aws:kms:dsse\"";
                    breaches.push(Breach::unfit(why, "drop `bucket_key`, or use \"aws:kms\""));
                }
            }
        }
        breaches
    }
}
