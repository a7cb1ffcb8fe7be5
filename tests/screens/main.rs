//! The screens of the console: keys in, pictures out.
//!
//! `UPDATE=1` writes the pictures in `assets/` afresh, `INSTA_UPDATE=always` the snapshots.

mod fixtures;
mod friction;
mod hostile;
mod looks;
mod pictures;
mod render;
mod storms;
mod talk;
