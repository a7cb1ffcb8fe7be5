//! Runbooks: TOML text in, a checked and bound plan out, or problems with their places.
//!
//! A book is read in four steps, each in a file of its own: `head` and `step` read what is
//! written, `refs` follows every path, `bind` resolves the values in every environment and asks
//! the settings about them, and `lints` looks at the book as a whole. All problems are told at
//! once.
//!
//! # Paths
//!
//! A text may hold paths, and only paths: `${params.NAME}`, `${estate.KEY}`, `${env.name}` (or
//! `account`, `region`, `alias`), `${each}`,
//! `${asset.FILE}` and `${steps.ID.answer}`. `$${` stands for `${`.
//!
//! - A path that is the whole text keeps its type: a number stays a number, a list a list.
//! - A text with one list in it is a list, one text for each item: `${estate.tables}-throttled`.
//!   In a list, its items are items of that list.
//! - `${each}` is the item that a target was made for. It stands in `to` and `is` only.
//! - `${steps.ID.answer}` is the answer to an earlier `ask`. It stands in `to`, `is` and `ask`,
//!   survives binding, and is put in by [`Bound::answer`] when the step is reached.
//! - `${asset.FILE}` is the text of a file in the estate's folder `assets`, such as a template. It
//!   stands in `to`, `with` and `is` only, and a run pins it with everything else.
//! - The name of a setting has no paths, and neither has the head: what a book does is read, not
//!   computed.

pub(crate) mod assertion;
mod bind;
mod book;
mod bound;
mod draft;
mod duration;
mod head;
mod lints;
mod order;
mod outline;
mod param;
mod policy;
mod refs;
mod schema;
mod scope;
mod step;
mod template;
mod values;
mod verb;

pub(crate) use bind::{Raised, merge};
pub(crate) use book::{named, raise};
pub(crate) use head::{reviewed, version, words as plain_words};
pub(crate) use step::link;
pub(crate) use values::rules as value_rules;

pub use crate::problem::{Code, Problem, Severity, Source};
pub use book::Book;
pub use bound::{Act, Bound, Kind, OnFailure, OnRefused, Pinned, Risk, Step, Undoes, Wanted};
pub use order::in_order;
pub use outline::OutlineStep;
pub use param::{Param, ParamKind};
pub use policy::iam_policy;
pub use schema::book_schema;
