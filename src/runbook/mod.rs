//! Runbooks: TOML text in, a checked and bound plan out, or problems with their places.

mod bound;
mod param;

pub use bound::{Act, Bound, Kind, OnFailure, OnRefused, Pinned, Risk, Step, Wanted};
pub use param::{Outline, Param, ParamKind};
