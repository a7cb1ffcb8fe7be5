//! The list of what a job copies: the objects that are missing, one line each, and no others.
//!
//! So nothing that is there is copied again, nothing larger than a job copies fails in it, and
//! memory does not grow with the number of objects: the list is put together of parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::StreamExt as _;

use crate::bulk::pairs::{Pair, join};
use crate::bulk::{Inner, listing, strange};
use crate::cloud::bulk::Batch;
use crate::cloud::objects::{
    Call, ChecksumAlgorithm, ChecksumKind, Part, Properties, Reply, StorageClass, Write,
};
use crate::cloud::s3control::{MOST_BYTES, Manifest};
use crate::cloud::{self, CallError, Ending};

/// The size of a part in bytes: above the least that S3 takes, so that 10,000 of them hold a list of
/// hundreds of millions of objects.
const PART: usize = 8 * 1024 * 1024;

/// What S3 holds the parts against.
const CHECKSUM: Option<(ChecksumAlgorithm, ChecksumKind)> =
    Some((ChecksumAlgorithm::Crc32, ChecksumKind::FullObject));

/// Writes the list.
pub(super) async fn write(
    inner: &Arc<Inner>,
    of: &Batch,
    number: u32,
) -> Result<Manifest, CallError> {
    let mut list = List::new(inner, of, number).await?;
    let ended = fill(inner, of, &mut list).await;
    let ended = match ended {
        Ok(()) => list.end().await,
        Err(error) => Err(error),
    };
    if ended.is_err() {
        list.abort().await;
    }
    let etag = ended?;
    Ok(Manifest { bucket: list.bucket, key: list.key, etag })
}

async fn fill(inner: &Arc<Inner>, of: &Batch, list: &mut List<'_>) -> Result<(), CallError> {
    let copying = &of.copying;
    let source = listing::objects(inner, &copying.from, &copying.prefix);
    let target = listing::objects(inner, &copying.to, &copying.prefix);
    let mut pairs = join(source, target);
    while let Some(pair) = pairs.next().await {
        if inner.is_stopped() {
            return Err(CallError::new(Ending::NotSent, "Stopped", "it was stopped on the way"));
        }
        match pair? {
            Pair::Left(listed) if listed.size <= MOST_BYTES => {
                list.line(&copying.from, &listed.key).await?;
            }
            // Too large for a job, in the target already, or not in the source.
            Pair::Left(_) | Pair::Both(..) | Pair::Right(_) => {}
        }
    }
    Ok(())
}

/// A list that is being written.
struct List<'i> {
    inner: &'i Inner,
    bucket: String,
    key: String,
    text: String,
    lines: u64,
    /// Its id and its parts, once it has more than one.
    upload: Option<(String, Vec<Part>)>,
}

impl<'i> List<'i> {
    async fn new(inner: &'i Inner, of: &Batch, number: u32) -> Result<Self, CallError> {
        let (bucket, key) = (of.report.bucket.clone(), of.list(number));
        // What an earlier try has left behind.
        for (found, upload) in inner.uploads(&bucket, &key).await?.1 {
            if found == key {
                end_upload(inner, &bucket, &key, upload).await?;
            }
        }
        Ok(Self { inner, bucket, key, text: String::new(), lines: 0, upload: None })
    }

    async fn line(&mut self, bucket: &str, key: &str) -> Result<(), CallError> {
        self.lines += 1;
        self.text.push_str(bucket);
        self.text.push(',');
        encode(&mut self.text, key);
        self.text.push('\n');
        if self.text.len() >= PART { self.part().await } else { Ok(()) }
    }

    /// Sends what was written so far as a part.
    async fn part(&mut self) -> Result<(), CallError> {
        let (upload, mut parts) = match self.upload.take() {
            Some(begun) => begun,
            None => (self.begin().await?, Vec::new()),
        };
        let call = Call::UploadPart {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            upload: upload.clone(),
            part: u32::try_from(parts.len() + 1).unwrap_or(u32::MAX),
            body: std::mem::take(&mut self.text),
        };
        let sent = self.inner.ask(call).await;
        if let Ok(Reply::Part(part)) = &sent {
            parts.push(part.clone());
        }
        self.upload = Some((upload, parts));
        match sent? {
            Reply::Part(_) => Ok(()),
            other => Err(strange(&cloud::Reply::Objects(other))),
        }
    }

    async fn begin(&self) -> Result<String, CallError> {
        let begin = Call::CreateMultipartUpload {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            properties: Properties::default(),
            tags: BTreeMap::new(),
            storage_class: StorageClass::Standard,
            checksum: CHECKSUM,
            lock: None,
            legal_hold: false,
        };
        match self.inner.ask(begin).await? {
            Reply::Begun { upload } => Ok(upload),
            other => Err(strange(&cloud::Reply::Objects(other))),
        }
    }

    /// Makes the object: what AWS says of its contents.
    async fn end(&mut self) -> Result<String, CallError> {
        if self.lines == 0 {
            let message = "nothing that a job could copy is missing any more: read it again";
            return Err(CallError::new(Ending::Refused, "NothingToCopy", message));
        }
        if self.upload.is_some() && !self.text.is_empty() {
            self.part().await?;
        }
        let (bucket, key) = (self.bucket.clone(), self.key.clone());
        let call = match &self.upload {
            None => Call::PutObject {
                bucket,
                key,
                body: std::mem::take(&mut self.text),
                tags: BTreeMap::new(),
                write: Write::Always,
            },
            Some((upload, parts)) => Call::CompleteMultipartUpload {
                bucket,
                key,
                upload: upload.clone(),
                parts: parts.clone(),
                checksum: CHECKSUM,
                write: Write::Always,
            },
        };
        match self.inner.ask(call).await? {
            Reply::Stored { etag, .. } => {
                self.upload = None;
                Ok(etag)
            }
            other => Err(strange(&cloud::Reply::Objects(other))),
        }
    }

    /// Takes back what was begun. What stays is found and taken back by the next try.
    async fn abort(&mut self) {
        if let Some((upload, _)) = self.upload.take() {
            // The error that led here is the one that is told.
            let _ = end_upload(self.inner, &self.bucket, &self.key, upload).await;
        }
    }
}

/// Ends an upload. One that is not there has ended.
async fn end_upload(
    inner: &Inner,
    bucket: &str,
    key: &str,
    upload: String,
) -> Result<(), CallError> {
    let (bucket, key) = (bucket.to_owned(), key.to_owned());
    match inner.ask(Call::AbortMultipartUpload { bucket, key, upload }).await {
        Err(error) if error.ending != Ending::Absent => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// A key as it stands in a URL. S3 decodes it before it looks for the object.
fn encode(text: &mut String, key: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn a_key_is_written_as_in_a_url() {
        let mut text = String::new();
        encode(&mut text, "a/Ä, \"b\"\n+%.txt");
        assert_eq!(text, "a/%C3%84%2C%20%22b%22%0A%2B%25.txt");
    }
}
