//! Runbooks: TOML text in, a checked and bound plan out, or problems with their places.
//!
//! A book is read in four steps, each in a file of its own: `head` and `step` read what is
//! written, `refs` follows every path, `bind` resolves the values in every environment and asks
//! the settings about them, and `lints` looks at the book as a whole. All problems are told at
//! once.

mod bind;
mod book;
mod bound;
mod draft;
mod duration;
mod head;
mod lints;
mod outline;
mod param;
mod policy;
mod refs;
mod schema;
mod scope;
mod step;
mod template;
mod values;

pub use crate::problem::{Code, Problem, Severity, Source};
pub use book::Book;
pub use bound::{Act, Bound, Kind, OnFailure, OnRefused, Pinned, Risk, Step, Wanted};
pub use draft::fill;
pub use outline::OutlineStep;
pub use param::{Param, ParamKind};
pub use policy::iam_policy;
pub use schema::book_schema;
