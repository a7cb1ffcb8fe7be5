//! What this console may do: command, or watch. And what it says when it leaves.

use super::{Linear, Out};
use crate::engine::StepState;
use crate::engine::words::count;
use crate::error::Exit;
use crate::link::Seat;

impl Linear {
    /// It was told what it may do, and who commands.
    pub(super) fn seated(&mut self, seat: Seat, pilot: Option<&str>) -> Vec<Out> {
        let before = std::mem::replace(&mut self.watching, seat == Seat::Watcher);
        match (before, seat) {
            (_, Seat::Watcher) => {
                let asked = self.prompt.take().is_some() && !before;
                let end = if asked { "\n" } else { "" };
                let who = match pilot {
                    Some(pilot) => format!("{end}WATCHING: {pilot} commands."),
                    None => format!("{end}WATCHING: nobody commands now."),
                };
                let how = "`muster runs take-over RUN` changes that.";
                vec![Out::Line(format!("{who} {how}"))]
            }
            (true, Seat::Pilot) => {
                let line = Out::Line("You command now.".to_owned());
                [vec![line], self.react()].concat()
            }
            (false, Seat::Pilot) => Vec::new(),
        }
    }

    /// What was asked is for whoever commands.
    pub(super) fn denied(&mut self, why: &str) -> Vec<Out> {
        self.asked = None;
        let line = Out::Line(format!("Not done: {why}"));
        match &self.run {
            Some(_) => vec![line],
            None => vec![line, Out::Leave(Exit::Failed)],
        }
    }

    /// Leaves, and says what becomes of the run.
    pub(super) fn leave(&self, exit: Exit) -> Vec<Out> {
        let Some(run) = &self.run else { return vec![Out::Leave(exit)] };
        let done = run.steps.iter().filter(|s| matches!(s.state, StepState::Ended { .. })).count();
        let steps = count(run.steps.len(), "step");
        let how = match self.stays {
            true => {
                format!("It goes on until it needs you. Come back with: muster attach {}", run.id)
            }
            false => format!("Go on with: muster resume {}", run.id),
        };
        vec![Out::Line(format!("{done} of {steps} done. {how}")), Out::Leave(exit)]
    }

    /// What becomes of the run when this console is told to leave: by Ctrl-C, or a hang-up.
    pub fn farewell(&self) -> String {
        match (self.stays, &self.run) {
            (true, Some(run)) => {
                format!(
                    "The run goes on until it needs you. `muster attach {}` comes back.",
                    run.id
                )
            }
            (true, None) => "No run was begun here.".to_owned(),
            (false, _) => {
                "Stopping: what is in flight is seen to its end. `muster resume` goes on."
                    .to_owned()
            }
        }
    }
}
