//! What the tests of this folder share: a table, and endings as AWS gives them.

use std::collections::BTreeMap;

use super::super::{Setting, Target, find};
use crate::cloud::dynamodb::{
    Attribute, AttributeType, Call, GlobalIndex, IndexStatus, KeyPart, KeyRole, Projection, Reply,
    Table, TableChange, TableClass, TableStatus, Units,
};
use crate::cloud::{self, Answer, CallError, Ending, Outcome, Place};

pub(super) const NAME: &str = "sitelogix-work-logs";

pub(super) fn setting(id: &str) -> &'static Setting {
    find(id).expect("in the table")
}

pub(super) fn on() -> Target {
    Target { place: Place::new("500313280221", "us-east-1"), name: NAME.to_owned() }
}

pub(super) fn said(reply: Reply) -> Outcome {
    Ok(Answer { reply: cloud::Reply::DynamoDb(reply), request_id: None })
}

pub(super) fn failed(ending: Ending) -> Outcome {
    Err(CallError::new(ending, "SomeError", "something else"))
}

/// An active table of 5 units each way, but for what is made of it.
pub(super) fn table(make: impl FnOnce(&mut Table)) -> Outcome {
    let mut table = Table {
        name: NAME.to_owned(),
        arn: on().place.arn("dynamodb", &format!("table/{NAME}")),
        id: "id-1".to_owned(),
        status: TableStatus::Active,
        created: None,
        attributes: vec![Attribute { name: "id".to_owned(), kind: AttributeType::S }],
        keys: vec![KeyPart { attribute: "id".to_owned(), role: KeyRole::Hash }],
        global_indexes: Vec::new(),
        local_indexes: Vec::new(),
        vector_indexes: Vec::new(),
        capacity: Some(units(5, 5)),
        on_demand_limit: None,
        encryption: None,
        class: TableClass::Standard,
        deletion_protection: false,
        stream: None,
        latest_stream: None,
        replicas: Vec::new(),
        items_about: 3,
    };
    make(&mut table);
    said(Reply::Table(Box::new(table)))
}

pub(super) fn units(read: u64, write: u64) -> Units {
    Units { read, write }
}

/// An index that is in use.
pub(super) fn index(name: &str, capacity: Option<Units>) -> GlobalIndex {
    GlobalIndex {
        name: name.to_owned(),
        keys: vec![KeyPart { attribute: "id".to_owned(), role: KeyRole::Hash }],
        projection: Projection::All,
        status: IndexStatus::Active,
        backfilling: false,
        capacity,
        on_demand_limit: None,
    }
}

/// UpdateTable with one change.
pub(super) fn with(change: TableChange) -> Vec<cloud::Call> {
    vec![cloud::Call::DynamoDb(Call::UpdateTable { table: NAME.to_owned(), change })]
}

pub(super) fn text(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Calls in short: the operation, and its parameters as JSON without quotes.
pub(super) fn told(calls: Vec<cloud::Call>) -> Vec<String> {
    let short = |call: cloud::Call| {
        let mut json = serde_json::to_value(&call).expect("JSON");
        let fields = json.as_object_mut().expect("an object");
        fields.retain(|name, _| name != "service" && name != "operation");
        format!("{} {}", call.operation().name, json.to_string().replace('"', ""))
    };
    calls.into_iter().map(short).collect()
}
