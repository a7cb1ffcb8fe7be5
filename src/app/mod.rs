//! The imperative shell: it owns time, tasks, files and channels, and connects everything else.
//!
//! A console sends [`Ask`](crate::link::Ask)s to the [`Hub`] and is told
//! [`News`](crate::link::News); the hub makes events durable, carries out what is due,
//! and hears the answers.

mod account;
mod alone;
mod aside;
mod attach;
pub mod clock;
pub mod context;
mod hands;
mod history;
mod hub;
mod library;
mod many;
mod planner;
pub mod practice;
mod reports;
mod rollout;
mod scan;
mod standing;
mod wire;

pub use account::{Connected, connect};
pub use alone::take_over_alone;
pub use attach::{LOG, Link, attach, first_console, refuse, start};
pub use context::{Context, Options, Surroundings};
pub use history::{History, state_of};
pub use hub::{Hub, doing, options_of, socket_of, unbound};
pub use library::{Library, Shelf};
pub use planner::{identity, plan, unanswered, who};
pub use reports::report_of;
pub use rollout::rollout;
pub use scan::{Pacer, Progress, Scanned, report, scan};
pub use standing::Here;
