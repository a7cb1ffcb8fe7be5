//! Compliance: a profile says what should be so, a scan reads what is so, and the score tells the
//! truth about both.
//!
//! All of it is pure: [`Sweep`] says which calls are to be made, each distinct one once, and is told
//! how they ended; whoever makes them lives in `app`. A check that could not be read is neither
//! passed nor failed, and the score says over how many checks it is.

mod bind;
mod change;
mod matrix;
mod outcome;
mod profile;
pub mod render;
mod scan;
mod schema;
mod sweep;

pub use bind::{Blocked, Bound, Entry, Line, Part, Remedy};
pub use change::{Changed, Touched, changes};
pub use matrix::{Group, Row, groups};
pub use outcome::{Checked, Evidence, Finding, Outcome};
pub use profile::{Pointer, Profile};
pub use scan::{Previous, Report, Scan, Score};
pub use schema::schema;
pub use sweep::Sweep;
