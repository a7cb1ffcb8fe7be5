//! Lists as streams: a page is asked for when the one before is used up, and no two are kept.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt as _};

use super::{Inner, strange};
use crate::cloud::objects::{Call, Listed, Mark, Reply, Version};
use crate::cloud::{self, CallError};

/// Entries, in the order of their keys.
pub(super) type List<T> = BoxStream<'static, Result<T, CallError>>;

/// Where a list goes on.
enum Next<M> {
    From(Option<M>),
    Nowhere,
}

/// All current objects under a prefix.
pub(super) fn objects(inner: &Arc<Inner>, bucket: &str, prefix: &str) -> List<Listed> {
    let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
    let ask = move |after| {
        let (bucket, prefix) = (bucket.clone(), prefix.clone());
        Call::ListObjects { bucket, prefix, after }
    };
    let read = |reply| match reply {
        Reply::Objects { objects, next } => Ok((objects, next)),
        other => Err(strange(&cloud::Reply::Objects(other))),
    };
    paged(inner, ask, read)
}

/// All versions and delete markers under a prefix.
pub(super) fn versions(inner: &Arc<Inner>, bucket: &str, prefix: &str) -> List<Version> {
    let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
    let ask = move |after: Option<Mark>| {
        let (bucket, prefix) = (bucket.clone(), prefix.clone());
        Call::ListObjectVersions { bucket, prefix, after }
    };
    let read = |reply| match reply {
        Reply::Versions { versions, next } => Ok((versions, next)),
        other => Err(strange(&cloud::Reply::Objects(other))),
    };
    paged(inner, ask, read)
}

fn paged<T, M>(
    inner: &Arc<Inner>,
    ask: impl Fn(Option<M>) -> Call + Send + 'static,
    read: impl Fn(Reply) -> Result<(Vec<T>, Option<M>), CallError> + Send + 'static,
) -> List<T>
where
    T: Send + 'static,
    M: Send + 'static,
{
    let inner = Arc::clone(inner);
    let begin = (inner, ask, read, VecDeque::new(), Next::From(None));
    let list = stream::unfold(begin, |(inner, ask, read, mut page, mut next)| async move {
        loop {
            if let Some(entry) = page.pop_front() {
                return Some((Ok(entry), (inner, ask, read, page, next)));
            }
            let Next::From(after) = next else { return None };
            next = Next::Nowhere;
            match inner.ask(ask(after)).await.and_then(&read) {
                Ok((entries, more)) => {
                    page = entries.into();
                    next = more.map_or(Next::Nowhere, |mark| Next::From(Some(mark)));
                }
                Err(error) => return Some((Err(error), (inner, ask, read, page, next))),
            }
        }
    });
    list.boxed()
}

impl Inner {
    /// Uploads under a prefix that were begun and not ended: key and id of each.
    pub(super) async fn uploads(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> Result<(u64, Vec<(String, String)>), CallError> {
        let (mut count, mut found, mut after) = (0, Vec::new(), None);
        loop {
            let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
            match self.ask(Call::ListMultipartUploads { bucket, prefix, after }).await? {
                Reply::Uploads { uploads, next } => {
                    count += uploads.len() as u64;
                    // Those of one key are few; of a whole bucket they are only counted.
                    let room = MOST_UPLOADS.saturating_sub(found.len());
                    let uploads = uploads.into_iter().take(room);
                    found.extend(uploads.map(|upload| (upload.key, upload.upload)));
                    after = next;
                }
                other => return Err(strange(&cloud::Reply::Objects(other))),
            }
            if after.is_none() {
                return Ok((count, found));
            }
        }
    }
}

/// How many unfinished uploads are kept in memory.
const MOST_UPLOADS: usize = 1_000;
