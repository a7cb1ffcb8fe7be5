//! Tables: what is written is there when it is read, by us and by a second client.
//!
//! ministack differs from AWS: a table is ACTIVE at once, so that a second change is never refused;
//! the recovery period is not kept and reads as 35 days; the continuous backups of a table that is
//! not there are `ResourceNotFoundException`, where AWS says `TableNotFoundException`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use muster::cloud::dynamodb::{
    Attribute, AttributeType, Call, ContinuousBackups, EncryptionKey, EncryptionStatus,
    GlobalIndexSpec, IndexStatus, KeyPart, KeyRole, KeyValue, LocalIndex, Projection, Reply,
    StreamView, Table, TableChange, TableClass, TableSpec, TableStatus, Units,
};
use muster::cloud::{self, Account, Ending, bulk};

use crate::emulator;
use crate::support::{self, ACCOUNT, REGION, config, ending, live};

pub async fn make(client: &Client, table: &str) {
    let attribute = AttributeDefinition::builder()
        .attribute_name("id")
        .attribute_type(ScalarAttributeType::S)
        .build()
        .expect("an attribute");
    let key = KeySchemaElement::builder()
        .attribute_name("id")
        .key_type(KeyType::Hash)
        .build()
        .expect("a key");
    let request = client
        .create_table()
        .table_name(table)
        .attribute_definitions(attribute)
        .key_schema(key)
        .billing_mode(BillingMode::PayPerRequest);
    request.send().await.expect("a table");
}

async fn reply(live: &muster::aws::Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::DynamoDb(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

async fn table(live: &muster::aws::Live, call: Call) -> Table {
    match reply(live, call).await {
        Reply::Table(table) => *table,
        other => unreachable!("{other:?}"),
    }
}

async fn backups(live: &muster::aws::Live, call: Call) -> ContinuousBackups {
    match reply(live, call).await {
        Reply::ContinuousBackups(backups) => backups,
        other => unreachable!("{other:?}"),
    }
}

fn vendors() -> String {
    "sitelogix-vendors".to_owned()
}

#[tokio::test]
async fn a_table_is_described_and_changed() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let second = Client::new(&config(&emulator.url(), REGION));
    make(&second, "sitelogix-vendors").await;

    let before = table(&live, Call::DescribeTable { table: vendors() }).await;
    let arn = format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/sitelogix-vendors");
    assert_eq!((before.name.as_str(), before.arn.as_str()), ("sitelogix-vendors", arn.as_str()));
    assert_eq!((before.status, before.items_about), (TableStatus::Active, 0));
    assert_eq!((before.deletion_protection, before.stream), (false, None));
    assert!(!before.id.is_empty());

    let change = TableChange::DeletionProtection(true);
    table(&live, Call::UpdateTable { table: vendors(), change }).await;
    let change = TableChange::Stream(Some(StreamView::NewAndOldImages));
    table(&live, Call::UpdateTable { table: vendors(), change }).await;
    let after = table(&live, Call::DescribeTable { table: vendors() }).await;
    assert_eq!(after.id, before.id);
    assert_eq!(
        (after.deletion_protection, after.stream),
        (true, Some(StreamView::NewAndOldImages))
    );
    let refused = second.delete_table().table_name("sitelogix-vendors").send().await;
    assert!(refused.is_err(), "a second client must not be able to delete a protected table");

    let change = TableChange::Stream(None);
    table(&live, Call::UpdateTable { table: vendors(), change }).await;
    let change = TableChange::DeletionProtection(false);
    table(&live, Call::UpdateTable { table: vendors(), change }).await;
    let again = table(&live, Call::DescribeTable { table: vendors() }).await;
    assert!(again.latest_stream.is_some(), "the stream that was on last is still told (D19)");
    assert_eq!(Table { latest_stream: None, ..again }, before);
}

#[tokio::test]
async fn continuous_backups_go_on_and_off() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let second = Client::new(&config(&emulator.url(), REGION));
    make(&second, "sitelogix-vendors").await;

    let off = ContinuousBackups { recovery_period_days: None, earliest: None, latest: None };
    let read = Call::DescribeContinuousBackups { table: vendors() };
    assert_eq!(backups(&live, read.clone()).await, off);

    let on = Call::UpdateContinuousBackups { table: vendors(), recovery_period_days: Some(35) };
    backups(&live, on).await;
    let found = backups(&live, read.clone()).await;
    assert_eq!(found.recovery_period_days, Some(35));
    assert!(found.earliest.is_some() && found.earliest <= found.latest, "{found:?}");

    let off_again = Call::UpdateContinuousBackups { table: vendors(), recovery_period_days: None };
    backups(&live, off_again).await;
    assert_eq!(backups(&live, read).await, off);
}

#[tokio::test]
async fn the_list_of_tables_has_every_page() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    assert_eq!(reply(&live, Call::ListTables {}).await, Reply::Tables { names: Vec::new() });
    let second = Client::new(&config(&emulator.url(), REGION));
    // A page holds a hundred.
    let expected: Vec<String> = (0..105).map(|n| format!("table-{n:03}")).collect();
    for name in &expected {
        make(&second, name).await;
    }
    assert_eq!(reply(&live, Call::ListTables {}).await, Reply::Tables { names: expected });
}

#[tokio::test]
async fn a_table_that_is_not_there_is_absent() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let not_found = (Ending::Absent, "ResourceNotFoundException".to_owned());
    let call = Call::DescribeTable { table: vendors() };
    assert_eq!(ending(&live, call).await, not_found);
    let change = TableChange::DeletionProtection(true);
    let call = Call::UpdateTable { table: vendors(), change };
    assert_eq!(ending(&live, call).await, not_found);
    let call = Call::DescribeContinuousBackups { table: vendors() };
    assert_eq!(ending(&live, call).await, not_found);
    let call = Call::UpdateContinuousBackups { table: vendors(), recovery_period_days: Some(7) };
    assert_eq!(ending(&live, call).await, not_found);
}

#[tokio::test]
async fn a_table_is_made_with_all_kinds_of_indexes_and_deleted() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let part = |attribute: &str, role| KeyPart { attribute: attribute.to_owned(), role };
    let attribute = |name: &str, kind| Attribute { name: name.to_owned(), kind };
    let units = |units| Units { read: units, write: units + 1 };
    let global = |name: &str, projection, of| GlobalIndexSpec {
        name: name.to_owned(),
        keys: vec![part("team", KeyRole::Hash), part("at", KeyRole::Range)],
        projection,
        capacity: Some(units(of)),
    };
    let local = LocalIndex {
        name: "ByDay".to_owned(),
        keys: vec![part("id", KeyRole::Hash), part("day", KeyRole::Range)],
        projection: Projection::KeysOnly,
    };
    let spec = TableSpec {
        attributes: vec![
            attribute("team", AttributeType::S),
            attribute("id", AttributeType::B),
            attribute("at", AttributeType::N),
            attribute("day", AttributeType::S),
        ],
        keys: vec![part("id", KeyRole::Hash), part("at", KeyRole::Range)],
        global_indexes: vec![
            global("Two", Projection::All, 2),
            global("One", Projection::Include(vec!["b".to_owned(), "a".to_owned()]), 1),
        ],
        local_indexes: vec![local.clone()],
        capacity: Some(units(5)),
        encryption: EncryptionKey::AwsManaged,
        class: TableClass::StandardInfrequentAccess,
        deletion_protection: false,
        stream: Some(StreamView::OldImage),
        tags: BTreeMap::from([("Owner".to_owned(), "platform".to_owned())]),
    };
    let name = || "sitelogix-work-logs".to_owned();
    table(&live, Call::CreateTable { table: name(), spec: Box::new(spec.clone()) }).await;
    let made = table(&live, Call::DescribeTable { table: name() }).await;
    assert_eq!((made.keys, made.capacity), (spec.keys.clone(), spec.capacity));
    let names: Vec<_> = made.attributes.iter().map(|one| (one.name.as_str(), one.kind)).collect();
    use AttributeType::{B, N, S};
    assert_eq!(names, [("at", N), ("day", S), ("id", B), ("team", S)]);
    let indexes: Vec<_> = made
        .global_indexes
        .iter()
        .map(|index| (index.name.as_str(), &index.projection, index.capacity, index.status))
        .collect();
    let some = Projection::Include(vec!["a".to_owned(), "b".to_owned()]);
    let active = IndexStatus::Active;
    assert_eq!(
        indexes,
        [("One", &some, Some(units(1)), active), ("Two", &Projection::All, Some(units(2)), active)]
    );
    assert_eq!((made.local_indexes, made.class), (vec![local], spec.class));
    assert_eq!(made.stream, spec.stream);
    assert!(made.latest_stream.is_some_and(|arn| arn.starts_with(&made.arn)));
    let encryption = made.encryption.expect("encrypted with KMS");
    assert_eq!(encryption.status, EncryptionStatus::Enabled);
    assert!(encryption.key_arn.is_some_and(|arn| arn.starts_with("arn:aws:kms:")));

    let again = Call::CreateTable { table: name(), spec: Box::new(spec) };
    let exists = (Ending::Exists, "ResourceInUseException".to_owned());
    assert_eq!(ending(&live, again).await, exists);
    table(&live, Call::DeleteTable { table: name() }).await;
    let absent = (Ending::Absent, "ResourceNotFoundException".to_owned());
    assert_eq!(ending(&live, Call::DescribeTable { table: name() }).await, absent);
}

/// An item that a client other than ours writes.
async fn write(client: &Client, table: &str, id: &str, text: &str) {
    let request = client
        .put_item()
        .table_name(table)
        .item("id", AttributeValue::S(id.to_owned()))
        .item("text", AttributeValue::S(text.to_owned()));
    request.send().await.expect("an item");
}

#[tokio::test]
async fn items_are_counted_by_a_scan_page_by_page() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let second = Client::new(&config(&emulator.url(), REGION));
    make(&second, "sitelogix-vendors").await;
    let worker = crate::objects::worker(&live);
    let count = || async {
        let call = cloud::Call::Bulk(bulk::Call::CountItems { table: vendors() });
        match worker.send(call).await.expect("a count").reply {
            cloud::Reply::Bulk(bulk::Reply::Counted(counted)) => counted.items,
            other => unreachable!("{other:?}"),
        }
    };
    assert_eq!(count().await, 0);
    // Twelve of 300 KB are more than one page of a megabyte.
    let long = "x".repeat(300_000);
    for n in 0..12 {
        write(&second, "sitelogix-vendors", &format!("ven-{n:02}"), &long).await;
    }
    assert_eq!(count().await, 12);
    // A page goes on after the key at which one before it ended.
    let all = Call::Scan { table: vendors(), segment: 0, segments: 1, after: None };
    let (mut found, mut pages, mut call) = (0, 0, all);
    loop {
        let Reply::Counted { items, next } = reply(&live, call).await else { unreachable!() };
        (found, pages) = (found + items, pages + 1);
        let Some(next) = next else { break };
        assert!(matches!(&next["id"], KeyValue::S(_)), "{next:?}");
        call = Call::Scan { table: vendors(), segment: 0, segments: 1, after: Some(next) };
    }
    assert_eq!(found, 12);
    assert!(pages > 1, "the emulator has pages too: {pages}");
}
