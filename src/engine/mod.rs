//! The engine: commands in, events out, and the state that the events make. Pure and total.
//!
//! [`decide`] says what happens on a command, [`Run::apply`] folds what happened into the state,
//! [`due`] says what the shell has to carry out in that state. No clock, no task, no I/O: the
//! same functions drive a live run, a resumed one and a replay.

mod command;
mod event;
mod friction;
mod plan;
mod run;
pub mod words;

pub use command::{Command, Heard, Refusal};
pub use event::{AttemptId, Conclusion, Event, Failure, Record, RunId};
pub use friction::{Friction, Phrase};
pub use plan::{StepPlan, TargetPlan, Verdict};
pub use run::{Mode, Note, Rest, Run, Stage, StepEnd, StepRun, StepState, TargetRun, TargetState};
