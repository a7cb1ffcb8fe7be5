//! The screens of the console: keys in, pictures out.
//!
//! `UPDATE=1` writes the pictures in `assets/` afresh, `INSTA_UPDATE=always` the snapshots.

#[cfg(test)]
mod compliance;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod friction;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod render;
#[cfg(test)]
mod storms;
#[cfg(test)]
mod talk;
#[cfg(test)]
mod terminal;
