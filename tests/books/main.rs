//! Books and estates, good and bad: what the loader says of them, and whether the schemas agree.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod binding;
mod corpus;
mod garbage;
mod phase_2;
mod phase_3;
mod practice;
mod schemas;
mod shipped;
mod support;
