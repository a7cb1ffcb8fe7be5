//! Retention of single versions, and what it keeps from being deleted.

use crate::cloud::objects::{Lock, Reply};
use crate::cloud::s3::RetentionMode;
use crate::cloud::{CallError, Ending};

use super::stored::{Held, Kept};
use super::{At, Objects, argument, no_lock, no_such_key, no_such_version};
use crate::sandbox::moment::{Carried, read, refused, wrote};

impl Objects {
    /// `GetObjectRetention`.
    pub(super) fn retention(&self, key: &str, version: Option<&str>, at: At<'_>) -> Carried<Reply> {
        if !at.bucket.is_locked() {
            return Err(no_lock());
        }
        let kept = self.find(key, version).and_then(|kept| kept.object.as_ref());
        match kept.ok_or_else(|| absent(version))?.lock.as_ref() {
            Some(held) => read(Reply::Retention(held.lock)),
            None => refused(
                Ending::Absent,
                "NoSuchObjectLockConfiguration",
                "The specified object does not have a ObjectLock configuration",
            ),
        }
    }

    /// `PutObjectRetention`: longer at any time, shorter never: nobody here may bypass it.
    pub(super) fn retain(
        &mut self,
        key: &str,
        version: Option<&str>,
        lock: Lock,
        at: At<'_>,
    ) -> Carried<Reply> {
        if !at.bucket.is_locked() {
            return Err(no_lock());
        }
        if lock.until <= at.moment.now {
            return Err(argument("The retain until date must be in the future!"));
        }
        let versions = self.keys.get_mut(key).ok_or_else(|| absent(version))?;
        let kept = match version {
            Some(id) => versions.iter_mut().find(|kept| kept.id == id),
            None => versions.last_mut(),
        };
        let stored = kept.and_then(|kept| kept.object.as_mut()).ok_or_else(|| absent(version))?;
        let before = stored.lock.as_ref().map(|held| held.lock);
        if before.is_some_and(|before| holds(before, at) && weakens(before, lock)) {
            return Err(protected());
        }
        stored.lock = Some(Held { lock, by_default: None });
        wrote(Reply::Done {}, before != Some(lock))
    }

    /// `DeleteObject`.
    pub(super) fn delete(
        &mut self,
        key: &str,
        version: Option<&str>,
        at: At<'_>,
    ) -> Carried<Reply> {
        let Some(id) = version else { return self.cover(key, at) };
        let Some(versions) = self.keys.get_mut(key) else { return wrote(Reply::Done {}, false) };
        if versions.iter().any(|kept| kept.id == id && is_held(kept, at)) {
            return Err(protected());
        }
        let before = versions.len();
        versions.retain(|kept| kept.id != id);
        let changed = versions.len() < before;
        if versions.is_empty() {
            self.keys.remove(key);
        }
        wrote(Reply::Done {}, changed)
    }

    /// Deletes what is current: for good without versioning, with a delete marker else.
    fn cover(&mut self, key: &str, at: At<'_>) -> Carried<Reply> {
        if !at.bucket.was_versioned() {
            let changed = self.keys.remove(key).is_some();
            return wrote(Reply::Done {}, changed);
        }
        self.push(key, None, at);
        wrote(Reply::Done {}, true)
    }
}

fn holds(lock: Lock, at: At<'_>) -> bool {
    at.moment.now < lock.until
}

fn weakens(before: Lock, after: Lock) -> bool {
    let softer =
        before.mode == RetentionMode::Compliance && after.mode == RetentionMode::Governance;
    after.until < before.until || softer
}

fn is_held(kept: &Kept, at: At<'_>) -> bool {
    kept.object.as_ref().is_some_and(|object| {
        object.legal_hold || object.lock.as_ref().is_some_and(|held| holds(held.lock, at))
    })
}

fn absent(version: Option<&str>) -> CallError {
    if version.is_some() { no_such_version() } else { no_such_key() }
}

fn protected() -> CallError {
    let message = "Access Denied because object protected by object lock.";
    CallError::new(Ending::Denied, "AccessDenied", message)
}
