//! An object that is read to its end and digested while it goes by: no contents are kept.

use aws_sdk_s3::config::ResponseChecksumValidation;
use aws_smithy_checksums::ChecksumAlgorithm as Smithy;
use aws_smithy_checksums::http::HttpChecksum;
use aws_smithy_types::base64;
use md5::Md5;
use sha2::{Digest as _, Sha512};

use super::Owned;
use super::words::quoted;
use crate::aws::ending::unreadable;
use crate::aws::sending::answer;
use crate::cloud::objects::{ChecksumAlgorithm, Digest, Reply};
use crate::cloud::{self, CallError, Ending, Outcome};

pub(super) async fn whole(
    s3: Owned<'_>,
    bucket: String,
    key: String,
    etag: &str,
    digest: Digest,
) -> Outcome {
    let mut hash = Hash::new(digest)?;
    // The SDK would compare by itself, and end the read without a word of what was read.
    let config = aws_sdk_s3::Config::builder()
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    let request = s3
        .client
        .get_object()
        .bucket(bucket)
        .key(key)
        .if_match(quoted(etag))
        .expected_bucket_owner(s3.owner())
        .customize()
        .config_override(config)
        .interceptor(s3.sending.mark());
    let mut output =
        request.send().await.map_err(|error| crate::aws::ending::of(&error, s3.sending))?;
    let mut size = 0;
    // A read that breaks off has changed nothing, and is made again.
    while let Some(chunk) = output
        .body
        .try_next()
        .await
        .map_err(|error| CallError::new(Ending::Unknown, "Truncated", error.to_string()))?
    {
        size += chunk.len() as u64;
        hash.update(&chunk);
    }
    let value = hash.value();
    answer(cloud::Reply::Objects(Reply::Digested { size, value }), &output)
}

/// A digest that is being made.
enum Hash {
    Smithy(Box<dyn HttpChecksum>),
    Sha512(Box<Sha512>),
    /// Shown in hex, as an ETag is, or as a checksum.
    Md5(Md5, bool),
}

impl Hash {
    fn new(digest: Digest) -> Result<Self, CallError> {
        let Digest::Checksum(algorithm) = digest else { return Ok(Self::Md5(Md5::new(), true)) };
        let smithy = match algorithm {
            ChecksumAlgorithm::Crc32 => Smithy::Crc32,
            ChecksumAlgorithm::Crc32c => Smithy::Crc32c,
            ChecksumAlgorithm::Crc64nvme => Smithy::Crc64Nvme,
            ChecksumAlgorithm::Sha1 => Smithy::Sha1,
            ChecksumAlgorithm::Sha256 => Smithy::Sha256,
            ChecksumAlgorithm::Sha512 => return Ok(Self::Sha512(Box::default())),
            // What the SDK calls MD5 is CRC-32.
            ChecksumAlgorithm::Md5 => return Ok(Self::Md5(Md5::new(), false)),
            ChecksumAlgorithm::Xxhash64
            | ChecksumAlgorithm::Xxhash3
            | ChecksumAlgorithm::Xxhash128 => {
                return Err(unreadable("ChecksumAlgorithm", &format!("{algorithm:?}")));
            }
        };
        Ok(Self::Smithy(smithy.into_impl()))
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Smithy(hash) => hash.update(bytes),
            Self::Sha512(hash) => hash.update(bytes),
            Self::Md5(hash, _) => hash.update(bytes),
        }
    }

    /// The digest, as S3 writes it.
    fn value(self) -> String {
        match self {
            Self::Smithy(hash) => base64::encode(hash.finalize()),
            Self::Sha512(hash) => base64::encode((*hash).finalize()),
            Self::Md5(hash, true) => hex::encode(hash.finalize()),
            Self::Md5(hash, false) => base64::encode(hash.finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the algorithms, over the nine digits that all of them are given for.
    #[test]
    fn digests_are_those_of_their_names() {
        use ChecksumAlgorithm::{Crc32, Crc32c, Crc64nvme, Md5, Sha1, Sha256, Sha512};
        use sha2::Sha512 as Sha512Of;
        let made = |digest| {
            let mut hash = Hash::new(digest).unwrap();
            hash.update(b"1234");
            hash.update(b"");
            hash.update(b"56789");
            hash.value()
        };
        assert_eq!(made(Digest::Etag), "25f9e794323b453885f5181f1b624d0b");
        let of_hex = |hex: &str| base64::encode(hex::decode(hex).unwrap());
        for (algorithm, hex) in [
            (Crc32, "cbf43926"),
            (Crc32c, "e3069283"),
            (Crc64nvme, "ae8b14860a799888"),
            (Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (Sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
            (Md5, "25f9e794323b453885f5181f1b624d0b"),
        ] {
            assert_eq!(made(Digest::Checksum(algorithm)), of_hex(hex), "{algorithm:?}");
        }
        let long = made(Digest::Checksum(Sha512));
        assert_eq!(long, base64::encode(Sha512Of::digest(b"123456789")));
    }

    #[test]
    fn what_this_program_says_it_makes_it_makes() {
        use ChecksumAlgorithm as A;
        for algorithm in [
            A::Crc32,
            A::Crc32c,
            A::Crc64nvme,
            A::Sha1,
            A::Sha256,
            A::Sha512,
            A::Md5,
            A::Xxhash64,
            A::Xxhash3,
            A::Xxhash128,
        ] {
            let made = Hash::new(Digest::Checksum(algorithm)).is_ok();
            assert_eq!(made, algorithm.is_made_here(), "{algorithm:?}");
        }
    }
}
