//! The full-screen console. Only this folder names the terminal.
//!
//! [`Console`] is a pure state: it is given keys, news and the time, and gives back what it asks
//! of the runner. It never waits and never does I/O. One file per page and per dialog; the keys of
//! all of them stand in one table.
//!
//! - **Nothing is confirmed that was not drawn**, and nothing in the first half second of a dialog.
//! - **A paste never confirms.**
//! - **No text from outside reaches the terminal unseen**: lines are built from visible text, and
//!   the finished buffer is looked over once more.

mod banner;
mod console;
mod dialogs;
mod footer;
mod keymap;
mod page;
mod pages;
mod paint;
mod seek;
pub mod terminal;
mod theme;
mod told;
mod wording;

pub use console::{Console, First, Input, Look, Outgoing};
pub use terminal::{Events, Screen, events, size};
pub use theme::Colour;
