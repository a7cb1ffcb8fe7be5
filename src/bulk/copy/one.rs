//! One object: copied, and held against its source.

use std::sync::Arc;

use super::{Done, Job, Task};
use crate::bulk::send::{TRIES, passes};
use crate::bulk::strange;
use crate::bulk::verify::{Proof, Sight, by_checksums, by_lists};
use crate::cloud::objects::{
    Call, Checksum, ChecksumKind, Copy, Listed, Object, Reply, Source, Write,
};
use crate::cloud::{self, CallError, Ending};

/// What S3 says when something is there already, or the source is another.
const PRECONDITION: &str = "PreconditionFailed";

/// What S3 says of an archive that was not restored.
const ARCHIVED: &str = "InvalidObjectState";

impl Job {
    /// Looks after one object to its end.
    pub(super) async fn look_after(self: Arc<Self>, task: Task) -> (Task, Done) {
        let done = match self.one(&task).await {
            Ok(done) => done,
            Err(error) => Done::Failed(error),
        };
        (task, done)
    }

    async fn one(&self, task: &Task) -> Result<Done, CallError> {
        let Task { listed, there } = task;
        if let Some(there) = there {
            return match by_lists(listed, there) {
                Some(sight) => Ok(kept(sight)),
                None => self.found(listed).await,
            };
        }
        let needs_look = self.locked || listed.is_multipart() || listed.storage_class.is_archive();
        if !needs_look && listed.size <= self.inner.tools.limits.once {
            return self.at_once(listed, None).await;
        }
        let object = match self.inner.head(&self.of.from, &listed.key, None, None).await {
            Err(error) if error.ending == Ending::Absent => return Ok(Done::Gone),
            object => object?,
        };
        if object.etag != listed.etag {
            return Err(changed());
        }
        if object.storage_class.is_archive() && !object.restored {
            let message = "it is archived: restore it first (RestoreObject), then copy again";
            return Err(CallError::new(Ending::Refused, ARCHIVED, message));
        }
        // The checksum of the whole stays the same however the copy is written; the ETag, and a
        // checksum of parts, only when it is written in the same parts.
        let whole = object.checksum.as_ref().is_some_and(|c| c.kind == ChecksumKind::FullObject);
        let fits = object.size <= self.inner.tools.limits.once;
        if fits && (whole || !listed.is_multipart()) {
            self.at_once(listed, Some(&object)).await
        } else {
            self.in_parts(listed, &object).await
        }
    }

    /// Copies with one request, which S3 refuses if anything is there: so it can be sent again.
    async fn at_once(&self, listed: &Listed, object: Option<&Object>) -> Result<Done, CallError> {
        let copy = Copy {
            from: self.source(listed),
            bucket: self.of.to.clone(),
            key: listed.key.clone(),
            write: Write::IfAbsent,
            storage_class: listed.storage_class,
            checksum: object.and_then(|object| Some(object.checksum.as_ref()?.algorithm)),
            lock: object.and_then(|object| object.lock),
            legal_hold: object.is_some_and(|object| object.legal_hold),
        };
        let checksum = object.and_then(|object| object.checksum.as_ref());
        self.write(listed, checksum, Call::CopyObject(copy)).await
    }

    /// Sends the request that makes the object, until its end is known.
    pub(super) async fn write(
        &self,
        listed: &Listed,
        checksum: Option<&Checksum>,
        call: Call,
    ) -> Result<Done, CallError> {
        let mut tries = 1;
        loop {
            let error = match self.inner.send(call.clone()).await {
                Ok(Reply::Stored { etag, checksum: new, .. }) => {
                    self.gauge.went_well();
                    return self.made(listed, checksum, &etag, new.as_ref()).await;
                }
                Ok(other) => return Err(strange(&cloud::Reply::Objects(other))),
                Err(error) => error,
            };
            if error.ending == Ending::Throttled {
                self.gauge.was_too_much();
            }
            if error.code == PRECONDITION {
                return self.found(listed).await;
            }
            // An upload whose end was lost may have been completed.
            if error.ending == Ending::Absent {
                return self.vanished(listed, error).await;
            }
            if !passes(&error) || tries >= TRIES || self.inner.is_stopped() {
                return Err(error);
            }
            self.inner.rest(tries).await;
            tries += 1;
        }
    }

    /// What AWS says of the copy it has just made.
    async fn made(
        &self,
        listed: &Listed,
        old: Option<&Checksum>,
        etag: &str,
        new: Option<&Checksum>,
    ) -> Result<Done, CallError> {
        if etag == listed.etag {
            return Ok(Done::Copied);
        }
        let sight = match by_checksums(old, new) {
            Some(sight) => sight,
            None => self.compared(listed).await?,
        };
        match sight {
            Sight::Same(Proof::Etag | Proof::Checksum(_)) => Ok(Done::Copied),
            Sight::Same(Proof::None) => Ok(Done::Unverified),
            Sight::Differs => Err(differs("the copy does not have the contents of its source")),
        }
    }

    /// Something is in the target: the same, or something else that is left alone.
    async fn found(&self, listed: &Listed) -> Result<Done, CallError> {
        match self.compared(listed).await {
            Ok(sight) => Ok(kept(sight)),
            // Nothing is there: so it was the source that is another than it was listed.
            Err(error) if error.ending == Ending::Absent => Err(changed()),
            Err(error) => Err(error),
        }
    }

    async fn compared(&self, listed: &Listed) -> Result<Sight, CallError> {
        self.inner.compare((&self.of.from, None), &self.of.to, &listed.key).await
    }

    /// S3 does not find what it needs: the source is gone, or the upload was completed before.
    async fn vanished(&self, listed: &Listed, error: CallError) -> Result<Done, CallError> {
        match self.inner.head(&self.of.from, &listed.key, None, None).await {
            Err(gone) if gone.ending == Ending::Absent => return Ok(Done::Gone),
            Err(other) => return Err(other),
            Ok(_) => {}
        }
        match self.compared(listed).await {
            Ok(sight) => Ok(kept(sight)),
            Err(none) if none.ending == Ending::Absent => Err(error),
            Err(other) => Err(other),
        }
    }

    pub(super) fn source(&self, listed: &Listed) -> Source {
        Source {
            bucket: self.of.from.clone(),
            key: listed.key.clone(),
            version: None,
            etag: listed.etag.clone(),
        }
    }
}

fn kept(sight: Sight) -> Done {
    match sight {
        Sight::Same(Proof::Etag | Proof::Checksum(_)) => Done::Kept,
        Sight::Same(Proof::None) => Done::Unverified,
        Sight::Differs => Done::Failed(differs(
            "the target has other contents under this key, which are left alone",
        )),
    }
}

fn differs(message: &str) -> CallError {
    CallError::new(Ending::Refused, "ContentsDiffer", message)
}

fn changed() -> CallError {
    let message = "the source was written again while it was copied: run the copy again";
    CallError::new(Ending::Refused, "SourceChanged", message)
}
