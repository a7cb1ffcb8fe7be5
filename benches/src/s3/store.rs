//! Buckets and what is in them: objects that were stored, or as many as wanted that are made up
//! when they are asked for.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use crc_fast::CrcAlgorithm;
use md5::Digest as _;

/// Made-up keys begin with this: `objects/0000001`.
pub const FOLDER: &str = "objects/";

/// Checksums that objects may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Crc32,
    Crc32c,
    Crc64nvme,
    Sha256,
}

/// What an object is made of.
#[derive(Clone, Debug)]
pub enum Content {
    /// So many bytes that follow from a number.
    MadeUp { number: u64, size: u64 },
    /// Bytes.
    Bytes(Bytes),
}

/// An object.
#[derive(Clone, Debug)]
pub struct Object {
    pub content: Content,
    /// Without quotes.
    pub etag: String,
    pub algorithm: Algorithm,
    /// In base64.
    pub checksum: String,
    /// Seconds since 1970.
    pub modified: i64,
    /// `content-type`, and whatever begins with `x-amz-meta-`.
    pub headers: Vec<(String, String)>,
}

/// A bucket.
#[derive(Debug)]
pub struct Bucket {
    /// How many objects are made up, and how large each is.
    pub made_up: (u64, u64),
    /// Those that were stored.
    pub stored: RwLock<BTreeMap<String, Object>>,
    /// Uploads that were begun: their parts, and what the object will have.
    pub uploads: Mutex<HashMap<String, Upload>>,
}

/// An upload that was begun.
#[derive(Debug, Default)]
pub struct Upload {
    pub parts: BTreeMap<u32, Bytes>,
    pub headers: Vec<(String, String)>,
}

impl Algorithm {
    /// As headers and requests spell it.
    pub fn of(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "CRC32" => Some(Self::Crc32),
            "CRC32C" => Some(Self::Crc32c),
            "CRC64NVME" => Some(Self::Crc64nvme),
            "SHA256" => Some(Self::Sha256),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64nvme => "CRC64NVME",
            Self::Sha256 => "SHA256",
        }
    }

    fn sum(self, bytes: &[u8]) -> String {
        let narrow = |sum: u64| STANDARD.encode((sum as u32).to_be_bytes());
        match self {
            Self::Crc32 => narrow(crc_fast::checksum(CrcAlgorithm::Crc32IsoHdlc, bytes)),
            Self::Crc32c => narrow(crc_fast::checksum(CrcAlgorithm::Crc32Iscsi, bytes)),
            Self::Crc64nvme => {
                STANDARD.encode(crc_fast::checksum(CrcAlgorithm::Crc64Nvme, bytes).to_be_bytes())
            }
            Self::Sha256 => STANDARD.encode(sha2::Sha256::digest(bytes)),
        }
    }
}

impl Content {
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::MadeUp { number, size } => {
                let word = number.to_le_bytes();
                word.into_iter().cycle().take(usize::try_from(*size).unwrap_or(0)).collect()
            }
        }
    }

    pub fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::MadeUp { size, .. } => *size,
        }
    }
}

impl Object {
    /// An object of one part, with its sums.
    pub fn new(content: Content, algorithm: Algorithm, modified: i64) -> Self {
        let bytes = content.bytes();
        let etag = hex::encode(md5::Md5::digest(&bytes));
        let checksum = algorithm.sum(&bytes);
        let headers = vec![("content-type".to_owned(), "application/octet-stream".to_owned())];
        Self { content, etag, algorithm, checksum, modified, headers }
    }

    /// An object of several parts.
    pub fn of_parts(upload: Upload, modified: i64) -> Self {
        let mut sums = md5::Md5::new();
        let mut all = Vec::new();
        for part in upload.parts.values() {
            sums.update(md5::Md5::digest(part));
            all.extend_from_slice(part);
        }
        let mut object = Self::new(Content::Bytes(all.into()), Algorithm::Crc64nvme, modified);
        object.etag = format!("{}-{}", hex::encode(sums.finalize()), upload.parts.len());
        if !upload.headers.is_empty() {
            object.headers = upload.headers;
        }
        object
    }
}

impl Bucket {
    /// With so many made-up objects of that size.
    pub fn new(count: u64, size: u64) -> Self {
        Self { made_up: (count, size), stored: RwLock::default(), uploads: Mutex::default() }
    }

    pub fn get(&self, key: &str) -> Option<Object> {
        if let Some(found) = self.stored.read().expect("the objects").get(key) {
            return Some(found.clone());
        }
        let number: u64 = key.strip_prefix(FOLDER)?.parse().ok()?;
        (number < self.made_up.0 && key == made_up_key(number)).then(|| self.make_up(number))
    }

    /// Up to `most` objects after a key that begin with a prefix, and whether there are more.
    pub fn page(&self, prefix: &str, after: &str, most: usize) -> (Vec<(String, Object)>, bool) {
        let mut found: Vec<(String, Object)> = if self.made_up.0 > 0 {
            let first = after
                .strip_prefix(FOLDER)
                .and_then(|number| number.parse::<u64>().ok())
                .map_or(0, |number| number + 1);
            let numbers = first..self.made_up.0;
            let keys = numbers.map(|number| (number, made_up_key(number)));
            // They are in order: those with the prefix stand together.
            let keys = keys
                .skip_while(|(_, key)| !key.starts_with(prefix) && key.as_str() < prefix)
                .take_while(|(_, key)| key.starts_with(prefix));
            keys.take(most + 1).map(|(number, key)| (key, self.make_up(number))).collect()
        } else {
            let stored = self.stored.read().expect("the objects");
            let from = if after < prefix { prefix } else { after }.to_owned();
            let found = stored.range(from..).filter(|(key, _)| key.as_str() > after);
            let found = found.take_while(|(key, _)| key.starts_with(prefix));
            found.take(most + 1).map(|(key, one)| (key.clone(), one.clone())).collect()
        };
        let more = found.len() > most;
        found.truncate(most);
        (found, more)
    }

    fn make_up(&self, number: u64) -> Object {
        let content = Content::MadeUp { number, size: self.made_up.1 };
        // 2026-01-01.
        Object::new(content, Algorithm::Crc64nvme, 1_767_225_600)
    }
}

fn made_up_key(number: u64) -> String {
    format!("{FOLDER}{number:07}")
}
