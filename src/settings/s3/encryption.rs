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

#[cfg(test)]
mod tests {
    use Algorithm::{Aes256, Kms, KmsDsse};

    use super::super::testing::{absent, bucket, said};
    use super::*;

    fn with(algorithm: Algorithm, kms_key: Option<&str>, bucket_key: bool) -> Encryption {
        Encryption { algorithm, kms_key: kms_key.map(str::to_owned), bucket_key }
    }

    #[test]
    fn reading_writing_and_what_is_met() {
        let on = bucket("logs-bucket");
        let kms = with(Kms, Some("alias/logs"), true);
        let seen = [said(Reply::Encryption(kms.clone()))];
        assert_eq!(DefaultEncryption::decode(&on, &seen), Ok(kms.clone()));
        let plain = with(Aes256, None, false);
        assert_eq!(DefaultEncryption::decode(&on, &[absent(NONE_SET)]), Ok(plain.clone()));
        let gone = [absent("NoSuchBucket")];
        assert_eq!(DefaultEncryption::decode(&on, &gone), Err(Unread::Absent));
        let calls = DefaultEncryption::write(&on, &seen, &kms).unwrap();
        assert!(calls.iter().all(|c| DefaultEncryption::WRITES.contains(&c.operation())));
        assert!(DefaultEncryption::is_met(&with(Aes256, None, true), &plain));
        assert!(!DefaultEncryption::is_met(&with(Kms, Some("alias/logs"), false), &kms));
        assert!(!DefaultEncryption::is_met(&kms, &plain));
        assert!(!DefaultEncryption::is_met(&with(Kms, None, true), &kms));
    }

    #[test]
    fn a_change_of_keys_says_what_it_means() {
        let (plain, kms) = (with(Aes256, None, false), with(Kms, None, true));
        let why = |from: &Encryption, to: &Encryption| DefaultEncryption::change(from, to).why;
        assert!(why(&kms, &plain).unwrap().contains("no longer"));
        assert!(why(&plain, &kms).unwrap().contains("permission of the key"));
        assert!(why(&kms, &with(Kms, Some("k"), true)).unwrap().contains("permission of the key"));
        assert_eq!(why(&kms, &with(Kms, None, false)), None);
        assert_eq!(why(&plain, &plain), None);
    }

    #[test]
    fn keys_go_with_the_algorithms_that_use_them() {
        let on = bucket("logs-bucket");
        for (value, expected) in [
            (with(Aes256, None, false), vec![]),
            (with(Kms, Some("k"), true), vec![]),
            (with(KmsDsse, Some("k"), false), vec![]),
            (with(Aes256, Some("k"), false), vec![Severity::Refuse]),
            (with(Aes256, None, true), vec![Severity::Warn]),
            (with(KmsDsse, None, true), vec![Severity::Refuse]),
        ] {
            let breaches = DefaultEncryption::lint(&on, &value);
            let found: Vec<_> = breaches.iter().map(|breach| breach.severity).collect();
            assert_eq!(found, expected, "{value:?}");
        }
    }
}
