//! Runbooks: TOML text in, a checked and bound plan out, or problems with their places.

mod bound;

pub use bound::{Act, Bound, Kind, OnFailure, OnRefused, Pinned, Risk, Step, Wanted};
