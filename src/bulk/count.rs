//! Counts the items of a table by reading all of it: DynamoDB's own count is hours old (D11).
//!
//! The table is read in segments, page by page, a few at once. A page that DynamoDB is too busy for
//! is asked for again, later and with fewer beside it; one that fails for good fails the count,
//! which is never smaller for it.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::gauge::Gauge;
use super::send::{TRIES, passes};
use super::{Inner, strange};
use crate::cloud::bulk::Counted;
use crate::cloud::dynamodb::{Call, ItemKey, Reply};
use crate::cloud::{self, CallError, Ending};

/// In how many segments a table is read. Each page of a megabyte costs 128 read units at once: more
/// would take reads away from whoever works with the table.
const SEGMENTS: u32 = 4;

/// How often one page is asked for while DynamoDB is too busy: with the pauses between, over some
/// ten minutes, in which a table with the smallest capacity has earned the units of several pages.
const MOST_THROTTLED: u32 = 60;

/// A page that is to be read.
struct Page {
    segment: u32,
    after: Option<ItemKey>,
    tries: u32,
}

/// How many items a page has, and where the next one goes on.
type Found = (u64, Option<ItemKey>);

pub(super) async fn run(inner: &Arc<Inner>, table: &str) -> Result<Counted, CallError> {
    let first = |segment| Page { segment, after: None, tries: 1 };
    let mut waiting: VecDeque<_> = (0..SEGMENTS).map(first).collect();
    let gauge = Gauge::new(waiting.len());
    let mut flying = FuturesUnordered::new();
    let mut items = 0;
    loop {
        if inner.is_stopped() {
            return Err(CallError::new(Ending::NotSent, "Stopped", "it was stopped on the way"));
        }
        let room = usize::try_from(gauge.at_once()).unwrap_or(1).saturating_sub(flying.len());
        let begun = room.min(waiting.len());
        flying.extend(waiting.drain(..begun).map(|page| inner.page(table, page)));
        let Some((page, found)) = flying.next().await else {
            return Ok(Counted { table: table.to_owned(), items });
        };
        match found {
            Ok((found, next)) => {
                gauge.went_well();
                items += found;
                if let Some(after) = next {
                    waiting.push_back(Page { after: Some(after), tries: 1, ..page });
                }
            }
            Err(error) if error.ending == Ending::Throttled && page.tries < MOST_THROTTLED => {
                gauge.was_too_much();
                waiting.push_front(Page { tries: page.tries + 1, ..page });
            }
            Err(error) if passes(&error) && page.tries < TRIES => {
                waiting.push_front(Page { tries: page.tries + 1, ..page });
            }
            Err(error) => return Err(error),
        }
    }
}

impl Inner {
    /// One page, asked for once, after a pause where it was asked for before.
    async fn page(&self, table: &str, page: Page) -> (Page, Result<Found, CallError>) {
        if page.tries > 1 {
            self.rest(page.tries - 1).await;
        }
        let found = self.count(table, &page).await;
        (page, found)
    }

    async fn count(&self, table: &str, page: &Page) -> Result<Found, CallError> {
        let (table, after) = (table.to_owned(), page.after.clone());
        let call = Call::Scan { table, segment: page.segment, segments: SEGMENTS, after };
        match self.account.send_once(cloud::Call::DynamoDb(call)).await?.reply {
            // It would be read for ever.
            cloud::Reply::DynamoDb(Reply::Counted { next, .. })
                if next.is_some() && next == page.after =>
            {
                let message = "a page of the scan ends where it began";
                Err(CallError::new(Ending::Refused, "StrangeReply", message))
            }
            cloud::Reply::DynamoDb(Reply::Counted { items, next }) => Ok((items, next)),
            other => Err(strange(&other)),
        }
    }
}
