//! `dynamodb.table.stream`: whether changes of items are put on a stream.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{Breach, Change, Kind, Property, Target, Unread};
use super::{describe, is_changing, table, table_id, update};
use crate::cloud::dynamodb::{StreamView, TableChange, UPDATE_TABLE};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `dynamodb.table.stream`
pub(in crate::settings) struct Stream;

/// Whether a table has a stream, and what the records of it hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(in crate::settings) enum StreamState {
    /// No stream.
    Off,
    /// Only the key.
    KeysOnly,
    /// The item after the change.
    NewImage,
    /// The item before the change.
    OldImage,
    /// The item before and after.
    NewAndOldImages,
}

impl Property for Stream {
    type Value = StreamState;

    const ID: &'static str = "dynamodb.table.stream";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Stream";
    const HELP: &'static str = "Whether changes of items are put on a stream, and what its records \
        hold. A stream that is turned on again has a new ARN (D19).";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html";
    const EXAMPLE: &'static str = "\"NEW_AND_OLD_IMAGES\"";
    const WRITES: &'static [&'static Operation] = &[&UPDATE_TABLE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        describe(on)
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<StreamState, Unread> {
        Ok(match table(seen)?.stream {
            None => StreamState::Off,
            Some(StreamView::KeysOnly) => StreamState::KeysOnly,
            Some(StreamView::NewImage) => StreamState::NewImage,
            Some(StreamView::OldImage) => StreamState::OldImage,
            Some(StreamView::NewAndOldImages) => StreamState::NewAndOldImages,
        })
    }

    fn write(on: &Target, seen: &[Outcome], to: &StreamState) -> Result<Vec<cloud::Call>, Breach> {
        let is_on = table(seen).is_ok_and(|table| table.stream.is_some());
        let view = match to {
            StreamState::Off => None,
            StreamState::KeysOnly => Some(StreamView::KeysOnly),
            StreamState::NewImage => Some(StreamView::NewImage),
            StreamState::OldImage => Some(StreamView::OldImage),
            StreamState::NewAndOldImages => Some(StreamView::NewAndOldImages),
        };
        if is_on && view.is_some() {
            return Err(Breach::refuse(
                "D18",
                "the table has a stream with another view, and AWS refuses to enable one that is on",
                "turn the stream off in a step of its own first; its consumers then need the new ARN",
            ));
        }
        Ok(update(on, TableChange::Stream(view)))
    }

    fn change(from: &StreamState, to: &StreamState) -> Change {
        if *from != StreamState::Off && *to == StreamState::Off {
            let why = "Consumers stop, unread records expire within 24 hours, and a stream that is \
                turned on again has a new ARN (D19).";
            return Change::because(Danger::Destroy, why);
        }
        Change::exact()
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        is_changing(seen)
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        table_id(seen)
    }
}
