//! Objects that are made of parts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cloud::objects::{Call, Mark, Part, Reply, Upload, Write};
use crate::cloud::{CallError, Ending};

use super::stored::{Body, Held, Stored, digest, short};
use super::{At, Objects, argument, no_lock};
use crate::sandbox::moment::{Carried, read, wrote};

/// The least that a part may have, unless it is the last.
const LEAST: u64 = 5 * 1024 * 1024;

/// The most that a part may have.
const MOST: u64 = 5 * 1024 * 1024 * 1024;

/// How many parts an object may have.
const PARTS: u32 = 10_000;

/// How many uploads S3 lists at once.
const PAGE: usize = 1_000;

/// An upload that has not ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Begun {
    key: String,
    at: Timestamp,
    /// What the object will be, but for its contents.
    object: Stored,
    parts: BTreeMap<u32, Piece>,
}

/// A part: a range of something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Piece {
    content: String,
    first: u64,
    length: u64,
}

impl Piece {
    fn body(&self) -> Body {
        Body { content: self.content.clone(), size: self.first + self.length, parts: Vec::new() }
    }

    fn etag(&self) -> String {
        let whole = self.body().digest("etag", self.first, self.length);
        short(&digest(&[&whole, b""]))
    }
}

impl Objects {
    /// `ListMultipartUploads`.
    pub(super) fn list_uploads(&self, prefix: &str, after: Option<&Mark>) -> Carried<Reply> {
        let mut all: Vec<_> = self
            .uploads
            .iter()
            .filter(|(_, begun)| begun.key.starts_with(prefix))
            .map(|(id, begun)| (&begun.key, id, begun.at))
            .filter(|(key, id, _)| {
                after.is_none_or(|mark| (key.as_str(), id.as_str()) > (&mark.key, &mark.id))
            })
            .collect();
        all.sort_unstable();
        let more = all.len() > PAGE;
        all.truncate(PAGE);
        let last = all.last().map(|(key, id, _)| Mark { key: (*key).clone(), id: (*id).clone() });
        let uploads = all.into_iter().map(|(key, id, at)| Upload {
            key: key.clone(),
            upload: id.clone(),
            begun: at,
        });
        read(Reply::Uploads { uploads: uploads.collect(), next: last.filter(|_| more) })
    }

    /// `CreateMultipartUpload`.
    pub(super) fn begin(&mut self, call: &Call, at: At<'_>) -> Carried<Reply> {
        let Call::CreateMultipartUpload {
            key,
            properties,
            tags,
            storage_class,
            checksum,
            lock,
            legal_hold,
            ..
        } = call
        else {
            return Err(argument("not the beginning of an upload"));
        };
        if lock.is_some() && !at.bucket.is_locked() {
            return Err(no_lock());
        }
        let object = Stored {
            body: Body { content: String::new(), size: 0, parts: Vec::new() },
            storage_class: *storage_class,
            properties: properties.clone(),
            tags: tags.clone(),
            encryption: at.bucket.algorithm(),
            checksum: *checksum,
            lock: lock.map(|lock| Held { lock, by_default: None }),
            legal_hold: *legal_hold,
        };
        let upload = at.moment.uuid("upload");
        let begun = Begun { key: key.clone(), at: at.moment.now, object, parts: BTreeMap::new() };
        self.uploads.insert(upload.clone(), begun);
        wrote(Reply::Begun { upload }, true)
    }

    /// `UploadPartCopy`.
    pub(super) fn copy_part(&mut self, call: &Call, source: &Stored) -> Carried<Reply> {
        let Call::UploadPartCopy { key, upload, part, first, last, .. } = call else {
            return Err(argument("not a part of an upload"));
        };
        let length = (last + 1).saturating_sub(*first);
        if length == 0 || *last >= source.body.size {
            return Err(argument("Range specified is not valid for source object of size"));
        }
        let piece = Piece { content: source.body.content.clone(), first: *first, length };
        self.add_part(key, upload, *part, piece)
    }

    /// `UploadPart`.
    pub(super) fn put_part(
        &mut self,
        key: &str,
        upload: &str,
        part: u32,
        body: &str,
    ) -> Carried<Reply> {
        let piece = Piece { content: body.to_owned(), first: 0, length: body.len() as u64 };
        self.add_part(key, upload, part, piece)
    }

    fn add_part(&mut self, key: &str, upload: &str, part: u32, piece: Piece) -> Carried<Reply> {
        let begun = self.uploads.get_mut(upload).filter(|begun| begun.key == *key);
        let begun = begun.ok_or_else(no_such_upload)?;
        if !(1..=PARTS).contains(&part) {
            let message = "Part number must be an integer between 1 and 10000, inclusive";
            return Err(argument(message));
        }
        if piece.length > MOST {
            let message = "Your proposed upload exceeds the maximum allowed object size";
            return Err(CallError::new(Ending::Refused, "EntityTooLarge", message));
        }
        let checksum = begun.object.checksum.map(|(algorithm, _)| {
            short(&piece.body().digest(&format!("{algorithm:?}"), piece.first, piece.length))
        });
        let reply = Part { number: part, etag: piece.etag(), checksum };
        let changed = begun.parts.get(&part) != Some(&piece);
        begun.parts.insert(part, piece);
        wrote(Reply::Part(reply), changed)
    }

    /// `CompleteMultipartUpload`.
    pub(super) fn complete(
        &mut self,
        key: &str,
        upload: &str,
        parts: &[Part],
        write: &Write,
        at: At<'_>,
    ) -> Carried<Reply> {
        let begun = self.uploads.get(upload).filter(|begun| begun.key == *key);
        let begun = begun.ok_or_else(no_such_upload)?;
        let mut pieces = Vec::with_capacity(parts.len());
        for (n, part) in parts.iter().enumerate() {
            let found = begun.parts.get(&part.number).filter(|piece| piece.etag() == part.etag);
            let Some(piece) = found else {
                let message = "One or more of the specified parts could not be found. The part \
                    may not have been uploaded, or the specified entity tag may not match the \
                    part's entity tag.";
                return Err(CallError::new(Ending::Refused, "InvalidPart", message));
            };
            if piece.length < LEAST && n + 1 < parts.len() {
                let message = "Your proposed upload is smaller than the minimum allowed size";
                return Err(CallError::new(Ending::Refused, "EntityTooSmall", message));
            }
            pieces.push(piece.clone());
        }
        if pieces.is_empty() {
            let message = "The XML you provided was not well-formed or did not validate against \
                our published schema";
            return Err(CallError::new(Ending::Refused, "MalformedXML", message));
        }
        let mut object = begun.object.clone();
        object.body = whole(&pieces);
        if object.lock.is_none() {
            object.lock = at.held_by_default();
        }
        self.check(key, write)?;
        self.uploads.remove(upload);
        self.write(key, object, at)
    }

    /// `AbortMultipartUpload`.
    pub(super) fn abort(&mut self, key: &str, upload: &str) -> Carried<Reply> {
        if self.uploads.get(upload).is_none_or(|begun| begun.key != key) {
            return Err(no_such_upload());
        }
        self.uploads.remove(upload);
        wrote(Reply::Done {}, true)
    }
}

/// The contents that pieces add up to: those of their source, when they are all of it in order, or
/// the texts that they are, one after another.
fn whole(pieces: &[Piece]) -> Body {
    let size = pieces.iter().map(|piece| piece.length).sum();
    let parts: Vec<_> = pieces.iter().map(|piece| piece.length).collect();
    let mut end = 0;
    let in_order = pieces.iter().all(|piece| {
        let follows = piece.first == end && piece.content == pieces[0].content;
        end += piece.length;
        follows
    });
    let are_texts =
        pieces.iter().all(|piece| piece.first == 0 && piece.content.len() as u64 == piece.length);
    let content = match (in_order, are_texts) {
        (true, _) => pieces[0].content.clone(),
        (false, true) => pieces.iter().map(|piece| piece.content.as_str()).collect(),
        (false, false) => pieces.iter().map(Piece::etag).collect(),
    };
    Body { content, size, parts }
}

fn no_such_upload() -> CallError {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the \
        upload may have been aborted or completed.";
    CallError::new(Ending::Absent, "NoSuchUpload", message)
}
