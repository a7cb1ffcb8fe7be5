//! The engine against the simulated account: every state, every crash, every fault.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod answers;
mod book;
mod chaos;
mod crash;
mod faults;
mod forward;
mod guards;
mod oath;
mod operator;
mod pairs;
mod shell;
mod states;
