//! What a list or a look at one object shows.

use std::ops::Bound;

use crate::cloud::objects::{Mark, Reply};

use super::stored::Kept;
use super::{At, Objects, no_such_key, no_such_version};
use crate::cloud::Ending;
use crate::sandbox::moment::{Carried, read, refused};

/// How many entries S3 gives at once.
const PAGE: usize = 1_000;

impl Objects {
    /// `ListObjectsV2`. The token is the last key: AWS's is opaque, and no less.
    pub(super) fn list(&self, prefix: &str, after: Option<&str>, _at: At<'_>) -> Carried<Reply> {
        let mut found = self
            .range(prefix, after.map(Bound::Excluded))
            .filter_map(|(key, kept)| kept.last().filter(|k| k.object.is_some()).map(|k| (key, k)));
        let page: Vec<_> = found.by_ref().take(PAGE).map(|(key, kept)| kept.listed(key)).collect();
        let next = found.next().and(page.last()).map(|last| last.key.clone());
        read(Reply::Objects { objects: page, next })
    }

    /// `ListObjectVersions`: newest first, as S3 has it.
    pub(super) fn list_versions(
        &self,
        prefix: &str,
        after: Option<&Mark>,
        _at: At<'_>,
    ) -> Carried<Reply> {
        let from = after.map(|mark| Bound::Included(mark.key.as_str()));
        let all = self.range(prefix, from).flat_map(|(key, kept)| {
            let newest = kept.len().saturating_sub(1);
            kept.iter().enumerate().rev().map(move |(n, one)| one.version(key, n == newest))
        });
        let mut skipping = after.is_some();
        let mut left = all.filter(|version| {
            let is_marked = after
                .is_some_and(|mark| mark.key == version.listed.key && mark.id == version.version);
            let skipped = skipping && after.is_some_and(|mark| mark.key == version.listed.key);
            skipping = skipping && !is_marked;
            !skipped
        });
        let page: Vec<_> = left.by_ref().take(PAGE).collect();
        let next = left
            .next()
            .and(page.last())
            .map(|last| Mark { key: last.listed.key.clone(), id: last.version.clone() });
        read(Reply::Versions { versions: page, next })
    }

    fn range<'o>(
        &'o self,
        prefix: &'o str,
        after: Option<Bound<&'o str>>,
    ) -> impl Iterator<Item = (&'o str, &'o Vec<Kept>)> {
        let from = after.unwrap_or(Bound::Included(prefix));
        self.keys
            .range::<str, _>((from, Bound::Unbounded))
            .map(|(key, kept)| (key.as_str(), kept))
            .take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// `HeadObject`.
    pub(super) fn head(
        &self,
        key: &str,
        version: Option<&str>,
        part: Option<u32>,
        at: At<'_>,
    ) -> Carried<Reply> {
        // The answer to HEAD has no body, so no better code.
        let none = || refused(Ending::Absent, "NotFound", "Not Found");
        let Some(kept) = self.find(key, version) else { return none() };
        let Some(stored) = &kept.object else {
            return match version {
                None => none(),
                Some(_) => refused(Ending::Refused, "MethodNotAllowed", "Method Not Allowed"),
            };
        };
        let mut object = stored.object(kept, at.bucket.was_versioned());
        if let Some(number) = part {
            let parts = &stored.body.parts;
            let index = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
            match parts.get(index) {
                Some(size) => {
                    object.size = *size;
                    object.parts = u32::try_from(parts.len()).ok();
                }
                // What was written at once is its own first part.
                None if parts.is_empty() && number == 1 => {}
                None => {
                    let why = "The requested partnumber is not satisfiable";
                    return refused(Ending::Refused, "InvalidPartNumber", why);
                }
            }
        }
        read(Reply::Object(Box::new(object)))
    }

    /// `GetObject`, from its beginning. Contents that are larger than the text that they are made of
    /// repeat it.
    pub(super) fn text(&self, key: &str, most: u64) -> Carried<Reply> {
        let stored = self.find(key, None).and_then(|kept| kept.object.as_ref());
        let stored = stored.ok_or_else(no_such_key)?;
        if stored.storage_class.is_archive() {
            let message = "The operation is not valid for the object's storage class";
            return refused(Ending::Refused, "InvalidObjectState", message);
        }
        let size = stored.body.size;
        let length = usize::try_from(size.min(most)).unwrap_or(usize::MAX);
        let content = stored.body.content.as_str();
        let mut text = String::new();
        while text.len() < length && !content.is_empty() {
            text.push_str(content);
        }
        text.truncate((0..=length).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0));
        read(Reply::Text { text, whole: size <= most })
    }

    /// `GetObjectTagging`.
    pub(super) fn tags(&self, key: &str, version: Option<&str>) -> Carried<Reply> {
        let kept = self.find(key, version);
        let stored = kept.and_then(|kept| kept.object.as_ref()).ok_or_else(|| match version {
            Some(_) => no_such_version(),
            None => no_such_key(),
        })?;
        read(Reply::Tags { tags: stored.tags.clone() })
    }
}
