//! The parameters of a book.

use serde::{Deserialize, Serialize};

/// A parameter of a book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// What it may be.
    pub kind: ParamKind,
    /// What it is for.
    pub help: String,
    /// What it is when nothing is given.
    pub default: Option<String>,
}

/// What a parameter may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamKind {
    /// Any text.
    Text,
    /// A mail address.
    Email,
    /// A whole number.
    Integer {
        /// The least.
        min: Option<i64>,
        /// The greatest.
        max: Option<i64>,
    },
    /// Yes or no.
    Boolean,
    /// One of these.
    Choice(Vec<String>),
    /// Name of a table.
    Table,
    /// Name of a bucket.
    Bucket,
    /// A point in time.
    Time,
}

/// A step as it is shown before the book is bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Why it is done.
    pub why: String,
    /// What it does, in a line: `set dynamodb.table.stream on ${estate.tables}`.
    pub what: String,
    /// What it costs, in words.
    pub cost: Option<String>,
    /// How it is undone, in words.
    pub undo: Option<String>,
    /// How long it usually takes, in seconds.
    pub usual_seconds: Option<u64>,
}

impl Param {
    /// The value of a text, or why it is none.
    ///
    /// # Errors
    /// A sentence for the person who types.
    pub fn check(&self, text: &str) -> Result<serde_json::Value, String> {
        if text.is_empty() { Err("a value is needed".to_owned()) } else { Ok(text.into()) }
    }
}
