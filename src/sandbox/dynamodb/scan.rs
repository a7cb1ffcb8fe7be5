//! Simulated Scan that only counts: pages of a megabyte, in the order of a hash of the keys.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::cloud::dynamodb::{ItemKey, KeyValue, Reply, TableStatus};
use crate::cloud::{CallError, Ending};

use super::super::moment::{Carried, read};
use super::table::Table;
use super::{Moment, Tables, invalid};

/// The most segments of one scan.
const MOST_SEGMENTS: u32 = 1_000_000;
/// How many bytes of items one page reads at the most.
const PAGE: usize = 1024 * 1024;

/// A key with its place in the order of the table.
type Placed = (u64, ItemKey);

impl Tables {
    /// Items are seen as they are: nothing in this account writes any.
    pub(super) fn scan(
        &self,
        name: &str,
        (segment, segments): (u32, u32),
        after: Option<&ItemKey>,
        at: &Moment,
    ) -> Carried<Reply> {
        if !(1..=MOST_SEGMENTS).contains(&segments) {
            return invalid(format!(
                "1 validation error detected: Value '{segments}' at 'totalSegments' failed to \
                 satisfy constraint: Member must have value between 1 and {MOST_SEGMENTS}"
            ));
        }
        if segment >= segments {
            return invalid(format!(
                "The Segment parameter is zero-based and must be less than parameter \
                 TotalSegments: Segment: {segment} is not less than TotalSegments: {segments}"
            ));
        }
        let table = self.shelf.truth(name).ok_or_else(not_found)?;
        match table.status(at.now) {
            TableStatus::Active | TableStatus::Updating | TableStatus::Deleting => {}
            TableStatus::Creating
            | TableStatus::InaccessibleEncryptionCredentials
            | TableStatus::Archiving
            | TableStatus::Archived => return Err(not_found()),
        }
        let after = after.map(|key| placed(table, key, (segment, segments))).transpose()?;
        let mut found: Vec<(Placed, usize)> = table
            .items
            .iter()
            .map(|item| {
                let key = table.key_of(item);
                ((place(&key), key), item.to_string().len())
            })
            .filter(|((place, _), _)| segment_of(*place, segments) == segment)
            .filter(|(placed, _)| after.as_ref().is_none_or(|after| placed > after))
            .collect();
        found.sort();
        let (mut items, mut bytes) = (0, 0);
        for (_, size) in &found {
            items += 1;
            bytes += size;
            // AWS does not look whether anything follows.
            if bytes >= PAGE {
                break;
            }
        }
        let next = (bytes >= PAGE).then(|| found.get(items - 1)).flatten();
        let next = next.map(|((_, key), _)| key.clone());
        read(Reply::Counted { items: items as u64, next })
    }
}

impl Table {
    /// The key of an item.
    fn key_of(&self, item: &Value) -> ItemKey {
        let parts = self.keys.iter().map(|part| {
            let value = match item.get(&part.attribute) {
                Some(Value::Number(number)) => KeyValue::N(number.to_string()),
                Some(Value::String(text)) => KeyValue::S(text.clone()),
                Some(other) => KeyValue::S(other.to_string()),
                None => KeyValue::S(String::new()),
            };
            (part.attribute.clone(), value)
        });
        parts.collect()
    }
}

/// The key that a page goes on after. There need not be an item of it any more.
fn placed(
    table: &Table,
    key: &ItemKey,
    (segment, segments): (u32, u32),
) -> Result<Placed, CallError> {
    let is_key = key.len() == table.keys.len()
        && table.keys.iter().all(|part| key.contains_key(&part.attribute));
    if !is_key {
        return invalid(
            "The provided starting key is invalid: The provided key element does not match the \
             schema",
        );
    }
    let place = place(key);
    if segment_of(place, segments) != segment {
        return invalid(
            "The provided Exclusive start key does not map to the provided Segment and \
             TotalSegments values.",
        );
    }
    Ok((place, key.clone()))
}

/// Where a key is among all that there may be.
fn place(key: &ItemKey) -> u64 {
    let digest = Sha256::digest(serde_json::to_vec(key).unwrap_or_default());
    digest.iter().take(8).fold(0, |place, byte| place << 8 | u64::from(*byte))
}

/// Segments are ranges of places, of one size.
fn segment_of(place: u64, segments: u32) -> u32 {
    let segment = (u128::from(place) * u128::from(segments)) >> 64;
    u32::try_from(segment).unwrap_or(u32::MAX)
}

/// What reads and writes of items say of a table that is not there, or not yet.
fn not_found() -> CallError {
    let message = "Requested resource not found";
    CallError::new(Ending::Absent, "ResourceNotFoundException", message)
}
