//! The engine: commands in, events out, and the state that the events make. Pure and total.
//!
//! [`decide()`] says what follows from a command, [`hear()`] from an answer of the account, [`advance()`]
//! from the state alone; [`Run::apply`] folds what happened into the state; [`due()`] says what the
//! shell has to carry out in that state. No clock, no task, no I/O: the same functions drive a live
//! run, a resumed one and a replay.

#![deny(clippy::wildcard_enum_match_arm)]

mod advance;
mod apply;
mod command;
mod decide;
mod due;
mod event;
mod failure;
mod friction;
mod hear;
mod plan;
mod review;
mod rollback;
mod run;
mod stages;
mod transitions;
mod watchdog;
pub mod words;

pub use advance::advance;
pub use apply::Illegal;
pub use command::{Command, Heard, Refusal};
pub use decide::decide;
pub use due::{Effect, due};
pub use event::{AttemptId, Conclusion, Event, Failure, Record, RunId, Sight};
pub use friction::{Friction, Phrase};
pub use hear::hear;
pub use plan::{StepPlan, TargetPlan, Verdict, WayBack};
pub use review::{Evidence, Seen};
pub use rollback::{NoWayBack, Touched, asks_for_rollback, left_by, rollback};
pub use run::{
    Mode, Note, Operator, Rest, Run, Stage, StepEnd, StepRun, StepState, TargetRun, TargetState,
};
