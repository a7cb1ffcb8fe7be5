//! A simulated AWS account behind the same calls: deterministic, with states in between and faults.
//!
//! * [`World`] is the account: plain data that is carried out one call at a time, at a time that
//!   the caller gives. It does no I/O and owns no clock, so a test walks through days in
//!   milliseconds and a practice session is a JSON file that the application keeps.
//! * One file per service holds what that service knows and refuses, in AWS's own codes and words.
//! * Every resource is a `Lagging` value: a change acts on the truth, a read
//!   may show the value before for a second or two. Nothing else knows about that.
//! * The [`ledger`](World::ledger) lists every effect in order: it is what tests hold a run
//!   against.
//! * A [`Fault`] is data: which call goes wrong, when, and how.
//! * What it leaves out: permissions (only a fault denies), other accounts and Regions, what
//!   alarms measure (they are fine once they can tell), log files (none are delivered), and
//!   quotas other than those named in a refusal.
//! * [`Sandbox`] gives a world to whoever wants an [`Account`](crate::cloud::Account).

#![deny(clippy::wildcard_enum_match_arm)]

mod account;
mod autoscaling;
mod backup;
mod bucket;
mod cloudformation;
mod cloudtrail;
mod cloudwatch;
mod dynamodb;
mod fault;
mod lagging;
mod ledger;
mod moment;
mod objects;
mod policy;
mod recordings;
mod s3;
mod s3control;
pub mod seeds;
mod selectors;
mod sns;
mod ssm;
mod sts;
#[cfg(test)]
mod testing;
mod world;

pub use account::{After, Clock, Sandbox};
pub use fault::{Fault, FaultKind, Killed};
pub use ledger::Entry;
pub use objects::{ObjectSeed, Seeded};
pub use seeds::Seed;
pub use world::World;
