//! Items that are counted by reading all of the table: every page, or no number at all.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use muster::bulk::{Limits, Nowhere, Tools, Worker};
use muster::cloud::bulk::{Call, Reply};
use muster::cloud::dynamodb::{self, ItemKey, KeyValue};
use muster::cloud::{self, Account, Answer, CallError, Ending, Outcome, Pending};
use muster::sandbox::FaultKind;
use muster::sandbox::seeds::{Seed, TableSeed};
use serde_json::json;

use crate::desk::{Desk, place, start};

const TABLE: &str = "sitelogix-reports";
const FOR_GOOD: u32 = u32::MAX;

/// How many items there are, each of some 300 KB: several pages in every segment.
const ITEMS: u64 = 60;

fn large() -> Desk {
    let item = |n| json!({ "id": format!("rep-{n:04}"), "text": "x".repeat(300_000) });
    let items = (0..ITEMS).map(item).collect();
    let tables = vec![TableSeed { name: TABLE.into(), key: "id".into(), items }];
    Desk::of(Seed { tables, buckets: Vec::new() }.world(place(), 1, start()))
}

fn items() -> Call {
    Call::CountItems { table: TABLE.into() }
}

async fn count(desk: &Desk) -> Result<u64, CallError> {
    match desk.ask(items()).await? {
        Reply::Counted(counted) => {
            assert_eq!(counted.table, TABLE);
            Ok(counted.items)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_page_of_every_segment_is_counted() {
    assert_eq!(count(&large()).await, Ok(ITEMS));
    assert_eq!(count(&Desk::new()).await, Ok(4));
}

#[tokio::test]
async fn where_dynamodb_is_too_busy_the_count_waits_and_is_whole() {
    let desk = large();
    desk.fault("Scan", Some(TABLE), (3, 40), FaultKind::Throttled);
    assert_eq!(count(&desk).await, Ok(ITEMS));
    assert!(*desk.pauses.lock().unwrap() >= 40, "it waited before each try");
}

#[tokio::test]
async fn a_page_that_is_lost_is_read_again_and_counted_once() {
    for kind in [
        FaultKind::LostReply,
        FaultKind::LostRequest,
        FaultKind::Truncated,
        FaultKind::ServerError,
        FaultKind::NotSent,
    ] {
        let desk = large();
        desk.fault("Scan", None, (2, 4), kind);
        assert_eq!(count(&desk).await, Ok(ITEMS), "{kind:?}");
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_read_makes_no_smaller_number() {
    for (kind, ending) in [
        (FaultKind::Denied, Ending::Denied),
        (FaultKind::Expired, Ending::Expired),
        (FaultKind::Throttled, Ending::Throttled),
        (FaultKind::ServerError, Ending::Unknown),
        (FaultKind::NotFound, Ending::Absent),
    ] {
        let desk = large();
        desk.fault("Scan", None, (7, FOR_GOOD), kind);
        assert_eq!(count(&desk).await.unwrap_err().ending, ending, "{kind:?}");
    }
}

#[tokio::test]
async fn a_table_that_is_not_there_is_no_empty_table() {
    let desk = Desk::new();
    let none = Call::CountItems { table: "sitelogix-work-logs".into() };
    assert_eq!(desk.ask(none).await.unwrap_err().ending, Ending::Absent);
}

#[tokio::test]
async fn a_count_that_is_stopped_has_no_number() {
    let desk = large();
    let counting = desk.worker.send(cloud::Call::Bulk(Call::CountItems { table: TABLE.into() }));
    desk.worker.stop();
    assert_eq!(counting.await.unwrap_err().code, "Stopped");
    assert!(count(&desk).await.is_ok(), "what is asked for later is not stopped");
}

/// A made-up table: how many pages each segment has, and the most that were asked for at once.
struct MadeUp {
    pages: Option<u32>,
    flying: AtomicU32,
    most: Mutex<u32>,
}

struct Door(Arc<MadeUp>);

impl Account for Door {
    fn send(&self, call: cloud::Call) -> Pending<Outcome> {
        let made_up = Arc::clone(&self.0);
        Box::pin(async move {
            let cloud::Call::DynamoDb(dynamodb::Call::Scan { after, segments, .. }) = call else {
                panic!("{call:?}");
            };
            assert_eq!(segments, 4);
            let flying = made_up.flying.fetch_add(1, Ordering::Relaxed) + 1;
            {
                let mut most = made_up.most.lock().unwrap();
                *most = flying.max(*most);
            }
            // Others come in between, as on a line.
            tokio::task::yield_now().await;
            made_up.flying.fetch_sub(1, Ordering::Relaxed);
            let page: u32 = after.as_ref().map_or(0, number);
            // An endpoint that pages for ever repeats itself from the fifth page on.
            let next = match made_up.pages {
                Some(pages) => Some(page + 1).filter(|next| *next < pages),
                None => Some((page + 1).min(5)),
            };
            let reply = dynamodb::Reply::Counted { items: 1_000, next: next.map(key) };
            Ok(Answer { reply: cloud::Reply::DynamoDb(reply), request_id: None })
        })
    }
}

fn key(page: u32) -> ItemKey {
    [("id".to_owned(), KeyValue::N(page.to_string()))].into()
}

fn number(key: &ItemKey) -> u32 {
    match &key["id"] {
        KeyValue::N(number) => number.parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn worker(pages: Option<u32>) -> (Arc<MadeUp>, Worker) {
    let (flying, most) = (AtomicU32::new(0), Mutex::new(0));
    let made_up = Arc::new(MadeUp { pages, flying, most });
    let tools = Tools {
        pause: Arc::new(|_| Box::pin(async {})),
        clock: Arc::new(start),
        manifests: Arc::new(Nowhere),
        limits: Limits::default(),
    };
    (Arc::clone(&made_up), Worker::new(Arc::new(Door(made_up)), tools))
}

#[tokio::test]
async fn a_table_of_a_hundred_million_items_is_read_four_pages_at_a_time() {
    let (made_up, worker) = worker(Some(25_000));
    let reply = worker.send(cloud::Call::Bulk(items())).await.unwrap().reply;
    let cloud::Reply::Bulk(Reply::Counted(counted)) = reply else { panic!("{reply:?}") };
    assert_eq!(counted.items, 100_000_000);
    assert_eq!(*made_up.most.lock().unwrap(), 4);
}

#[tokio::test]
async fn a_scan_that_never_ends_is_told() {
    let error = worker(None).1.send(cloud::Call::Bulk(items())).await.unwrap_err();
    assert_eq!(error.to_string(), "StrangeReply: a page of the scan ends where it began");
}
