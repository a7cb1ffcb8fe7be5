//! Event selectors as values: what they record, and how little has to change so that they record
//! more or less.
//!
//! `PutEventSelectors` replaces the whole list (T1). So every function here takes the list that is
//! there and leaves alone what it was not asked to change.

use std::collections::BTreeSet;

use super::data_events::Recorded;
use crate::cloud::Place;
use crate::cloud::cloudtrail::{
    AdvancedSelector, DataResource, EventSelector, FieldOperator, FieldSelector, ReadWrite,
};

pub(super) const S3_OBJECT: &str = "AWS::S3::Object";

/// True when this ARN stands for the objects of all buckets.
pub(super) fn is_every_bucket(arn: &str) -> bool {
    let rest = arn.strip_prefix("arn:").and_then(|rest| rest.split_once(':'));
    rest.is_some_and(|(_, rest)| matches!(rest, "s3" | "s3:::"))
}

/// True when recording the one records the other as well. ARNs of buckets are prefixes of those of
/// their objects; without the slash (T4) one bucket's name would begin another's.
pub(super) fn covers(held: &str, wanted: &str) -> bool {
    held == wanted
        || is_every_bucket(held)
        || (held.contains('/') && !is_every_bucket(wanted) && wanted.starts_with(held))
}

/// What a basic list records of both reads and writes.
pub(super) fn read_basic(list: &[EventSelector]) -> Recorded {
    let objects = list
        .iter()
        .filter(|selector| selector.read_write == ReadWrite::All)
        .flat_map(|selector| &selector.data)
        .filter(|data| data.kind == S3_OBJECT)
        .flat_map(|data| data.arns.iter().cloned());
    let records = |events: ReadWrite| {
        let has = |rw: ReadWrite| rw == ReadWrite::All || rw == events;
        list.iter().any(|selector| selector.management_events && has(selector.read_write))
    };
    Recorded {
        resources: objects.collect(),
        // A trail without selectors records management events (T5).
        management_events: list.is_empty()
            || (records(ReadWrite::ReadOnly) && records(ReadWrite::WriteOnly)),
        absent: BTreeSet::new(),
    }
}

/// What an advanced list records, as far as the setting can express it: selectors with further
/// conditions record less than all, and are left out.
pub(super) fn read_advanced(place: &Place, list: &[AdvancedSelector]) -> Recorded {
    let mut recorded =
        Recorded { resources: BTreeSet::new(), management_events: false, absent: BTreeSet::new() };
    for selector in list {
        let fields = &selector.fields;
        let category = fields.iter().find_map(|field| equals(field, "eventCategory"));
        let kind = fields.iter().find_map(|field| equals(field, "resources.type"));
        let arns = fields.iter().find_map(prefixes);
        match (category, kind, arns, fields.len()) {
            (Some("Management"), None, None, 1) => recorded.management_events = true,
            (Some("Data"), Some(S3_OBJECT), None, 2) => {
                recorded.resources.insert(format!("arn:{}:s3", place.partition()));
            }
            (Some("Data"), Some(S3_OBJECT), Some(arns), 3) => {
                recorded.resources.extend(arns.iter().cloned());
            }
            _ => {}
        }
    }
    recorded
}

/// The one value that the field must equal.
fn equals<'f>(field: &'f FieldSelector, name: &str) -> Option<&'f str> {
    match field.conditions.as_slice() {
        [(FieldOperator::Equals, values)] if field.field == name => match values.as_slice() {
            [value] => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// What the ARN must begin with. One that must equal a value is a single object, not a prefix.
fn prefixes(field: &FieldSelector) -> Option<&[String]> {
    match field.conditions.as_slice() {
        [(FieldOperator::StartsWith, values)] if field.field == "resources.ARN" => Some(values),
        _ => None,
    }
}

/// The list that records at least what is wanted and nothing that must be absent, all else as it was.
pub(super) fn with(now: &[EventSelector], wanted: &Recorded) -> Vec<EventSelector> {
    let mut list = now.to_vec();
    if list.is_empty() {
        list.push(EventSelector { management_events: true, ..nothing() });
    }
    let recorded = read_basic(&list);
    match (recorded.management_events, wanted.management_events) {
        (false, true) => home(&mut list).management_events = true,
        (true, false) => list.iter_mut().for_each(|one| one.management_events = false),
        (false, false) | (true, true) => {}
    }
    let excess: BTreeSet<&String> = recorded.excess(wanted).collect();
    list.iter_mut().for_each(|selector| take_out(selector, &excess));
    add(&mut list, wanted);
    tidy(list)
}

/// Adds the wanted resources that the list does not record.
fn add(list: &mut Vec<EventSelector>, wanted: &Recorded) {
    let missing: Vec<_> = read_basic(list).missing(wanted).cloned().collect();
    if !missing.is_empty() {
        objects(home(list)).extend(missing);
    }
}

/// The list without what a change added and with what it took out, all else as it was.
pub(super) fn without(
    now: &[EventSelector],
    before: &Recorded,
    after: &Recorded,
) -> Vec<EventSelector> {
    let mut list = now.to_vec();
    let added: BTreeSet<&String> = before.missing(after).collect();
    for selector in list.iter_mut().filter(|selector| selector.read_write == ReadWrite::All) {
        take_out(selector, &added);
        if !before.management_events && after.management_events {
            selector.management_events = false;
        }
    }
    let taken = before.resources.intersection(&after.absent).cloned();
    add(&mut list, &Recorded { resources: taken.collect(), ..before.clone() });
    let is_lost = before.management_events && !after.management_events;
    if is_lost && !read_basic(&list).management_events {
        home(&mut list).management_events = true;
    }
    tidy(list)
}

fn take_out(selector: &mut EventSelector, arns: &BTreeSet<&String>) {
    selector.data.retain_mut(|data| {
        let there = data.arns.len();
        if data.kind == S3_OBJECT {
            data.arns.retain(|arn| !arns.contains(arn));
        }
        !data.arns.is_empty() || data.arns.len() == there
    });
}

/// True when the selector records nothing.
pub(super) const fn is_idle(selector: &EventSelector) -> bool {
    !selector.management_events && selector.data.is_empty()
}

/// Drops the selectors that a change has left without anything to record: AWS refuses those, and
/// never answers with one. A list is never empty.
fn tidy(list: Vec<EventSelector>) -> Vec<EventSelector> {
    let kept: Vec<_> = list.iter().filter(|one| !is_idle(one)).cloned().collect();
    if kept.is_empty() { list } else { kept }
}

const fn nothing() -> EventSelector {
    EventSelector { read_write: ReadWrite::All, management_events: false, data: Vec::new() }
}

/// The selector that takes what is added: the first of reads and writes that has objects already,
/// else the first of reads and writes, else a new one.
fn home(list: &mut Vec<EventSelector>) -> &mut EventSelector {
    let is_all = |selector: &EventSelector| selector.read_write == ReadWrite::All;
    let has_objects =
        |selector: &EventSelector| selector.data.iter().any(|data| data.kind == S3_OBJECT);
    let found = list
        .iter()
        .position(|selector| is_all(selector) && has_objects(selector))
        .or_else(|| list.iter().position(is_all));
    let index = found.unwrap_or_else(|| {
        list.push(nothing());
        list.len() - 1
    });
    &mut list[index]
}

fn objects(selector: &mut EventSelector) -> &mut Vec<String> {
    let data = &mut selector.data;
    let index = data.iter().position(|data| data.kind == S3_OBJECT).unwrap_or_else(|| {
        data.push(DataResource { kind: S3_OBJECT.to_owned(), arns: Vec::new() });
        data.len() - 1
    });
    &mut data[index].arns
}
