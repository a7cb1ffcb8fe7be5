//! Two lists walked side by side: what is in both, and what is in one of them only.

use futures_util::join;
use futures_util::stream::{self, BoxStream, StreamExt as _};

use super::listing::List;
use crate::cloud::CallError;
use crate::cloud::objects::{Listed, Version};

/// What a list holds of one key.
pub(super) trait Keyed {
    /// The key.
    fn key(&self) -> &str;
}

impl Keyed for Listed {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Keyed for Version {
    fn key(&self) -> &str {
        &self.listed.key
    }
}

/// An entry of the left list with the one of the same key of the right, or one that is alone.
#[derive(Debug)]
pub(super) enum Pair<L, R> {
    Left(L),
    Both(L, R),
    Right(R),
}

/// Walks both lists, which are in the order of the bytes of their keys, as S3's are. The right one
/// has each key at most once; an entry of it meets the first of the left with its key.
pub(super) fn join<L, R>(
    left: List<L>,
    right: List<R>,
) -> BoxStream<'static, Result<Pair<L, R>, CallError>>
where
    L: Keyed + Send + 'static,
    R: Keyed + Send + 'static,
{
    let begin = (left.fuse(), right.fuse(), None, None);
    let pairs = stream::unfold(begin, |(mut left, mut right, l, r)| async move {
        let (l, r) = match (l, r) {
            // Both lists may have to ask for their next page: at once.
            (None, None) => join!(left.next(), right.next()),
            (None, r) => (left.next().await, r),
            (l, None) => (l, right.next().await),
            both => both,
        };
        let (pair, l, r) = match (l, r) {
            (None, None) => return None,
            (Some(Err(error)), r) => (Err(error), None, r),
            (l, Some(Err(error))) => (Err(error), l, None),
            (Some(Ok(l)), None) => (Ok(Pair::Left(l)), None, None),
            (None, Some(Ok(r))) => (Ok(Pair::Right(r)), None, None),
            (Some(Ok(l)), Some(Ok(r))) => match l.key().as_bytes().cmp(r.key().as_bytes()) {
                std::cmp::Ordering::Less => (Ok(Pair::Left(l)), None, Some(Ok(r))),
                std::cmp::Ordering::Equal => (Ok(Pair::Both(l, r)), None, None),
                std::cmp::Ordering::Greater => (Ok(Pair::Right(r)), Some(Ok(l)), None),
            },
        };
        Some((pair, (left, right, l, r)))
    });
    pairs.boxed()
}
