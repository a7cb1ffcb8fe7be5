//! Items that are counted, page by page.

use serde_json::json;

use crate::cloud::dynamodb::{Call, ItemKey, KeyValue, Reply};
use crate::sandbox::seeds::{Seed, TableSeed};
use crate::sandbox::testing::{Desk, place, start};

const TABLE: &str = "sitelogix-reports";

fn scan(segment: u32, segments: u32, after: Option<ItemKey>) -> Call {
    Call::Scan { table: TABLE.to_owned(), segment, segments, after }
}

/// A table with so many items, each of some 300 KB.
fn large(items: u32) -> Desk {
    let item = |n| json!({ "id": n, "text": "x".repeat(300_000) });
    let items = (0..items).map(item).collect();
    let tables = vec![TableSeed { name: TABLE.to_owned(), key: "id".to_owned(), items }];
    Desk { world: Seed { tables, buckets: Vec::new() }.world(place(), 1, start()) }
}

/// The items on each page of a segment.
fn pages(desk: &mut Desk, segment: u32, segments: u32) -> Vec<u64> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let reply = desk.ask(0.0, scan(segment, segments, after)).unwrap();
        let crate::cloud::Reply::DynamoDb(Reply::Counted { items, next }) = reply else {
            panic!("{reply:?}");
        };
        pages.push(items);
        after = next;
        if after.is_none() {
            return pages;
        }
    }
}

#[test]
fn a_page_is_a_megabyte_and_says_where_the_next_one_begins() {
    let mut desk = large(10);
    assert_eq!(pages(&mut desk, 0, 1), [4, 4, 2]);
    // AWS does not look whether anything follows: the last page may be empty.
    assert_eq!(pages(&mut large(4), 0, 1), [4, 0]);
    assert_eq!(desk.good(0.0, scan(0, 1, None)).matches("next:{id:{N:").count(), 1);
}

#[test]
fn every_item_is_in_one_segment() {
    let mut desk = large(20);
    let of: Vec<u64> = (0..4).map(|segment| pages(&mut desk, segment, 4).iter().sum()).collect();
    assert_eq!(of.iter().sum::<u64>(), 20);
    assert!(of.iter().all(|items| *items > 0), "{of:?}");
    assert_eq!(pages(&mut Desk::sitelogix(), 0, 1), [4]);
}

#[test]
fn what_is_no_segment_and_what_is_no_key_is_refused() {
    let mut desk = large(20);
    let refused = |desk: &mut Desk, call| {
        let error = desk.bad(0.0, call);
        assert!(error.starts_with("Refused ValidationException: "), "{error}");
        error
    };
    assert!(refused(&mut desk, scan(4, 4, None)).contains("4 is not less than TotalSegments: 4"));
    refused(&mut desk, scan(0, 0, None));
    refused(&mut desk, scan(0, 1_000_001, None));
    let key = |name: &str| ItemKey::from([(name.to_owned(), KeyValue::N("7".to_owned()))]);
    assert!(refused(&mut desk, scan(0, 1, Some(key("no")))).contains("does not match the schema"));
    refused(&mut desk, scan(0, 1, Some(ItemKey::new())));
    // A key is in one segment; there need not be an item of it.
    let elsewhere = (0..4).filter(|segment| {
        let outcome = desk.ask(0.0, scan(*segment, 4, Some(key("id"))));
        outcome.is_err()
    });
    assert_eq!(elsewhere.count(), 3);
}

#[test]
fn a_table_that_is_being_made_has_nothing_to_count() {
    let mut desk = Desk::sitelogix();
    desk.world.create_table("new", start());
    let count = |table: &str| {
        let table = table.to_owned();
        Call::Scan { table, segment: 0, segments: 1, after: None }
    };
    let not_there = "Absent ResourceNotFoundException: Requested resource not found";
    assert_eq!(desk.bad(0.0, count("new")), not_there);
    assert_eq!(desk.bad(0.0, count("none")), not_there);
    assert_eq!(desk.good(30.0, count("new")), "{items:0,next:null}");
    // While it is being deleted, what is in it can still be read.
    desk.good(30.0, Call::DeleteTable { table: TABLE.to_owned() });
    assert_eq!(desk.good(31.0, count(TABLE)), "{items:4,next:null}");
    assert_eq!(desk.bad(60.0, count(TABLE)), not_there);
}
