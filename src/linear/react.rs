//! What the state of the run asks of a person, and what was given beforehand answers.

use super::prompt::Prompt;
use super::{Aim, Linear, Out, exit_of, wording};
use crate::engine::words::failure_words;
use crate::engine::{Command, Friction, Mode, Stage, StepState, asks_for_rollback, rollback};
use crate::error::Exit;
use crate::link::Course;
use crate::runbook::OnFailure;

impl Linear {
    /// What the state of the run asks of a person.
    pub(super) fn react(&mut self) -> Vec<Out> {
        let Some(run) = &self.run else { return Vec::new() };
        if self.prompt.is_some() || self.asked.is_some() {
            return Vec::new();
        }
        match &run.stage {
            Stage::Rested { .. } if self.then_rollback && rollback(run).is_ok() => {
                self.then_rollback = false;
                let course = Course::Rollback { run: run.id.clone() };
                self.aim = Aim::Walk { course, digest: None };
                self.run = None;
                self.begin()
            }
            Stage::Rested { .. } if asks_for_rollback(run) => {
                self.rolling_back = true;
                let line = "What it changed is taken back, as the book says.".to_owned();
                vec![Out::Line(line)]
            }
            Stage::Rested { rest } => {
                let lines = wording::end(run, rest);
                // Taken back or not: the book that was asked for was not done.
                let exit = match exit_of(rest) {
                    Exit::Succeeded if self.rolling_back => Exit::Failed,
                    exit => exit,
                };
                lines.into_iter().map(Out::Line).chain([Out::Leave(exit)]).collect()
            }
            // Whoever commands is asked.
            _ if self.watching => Vec::new(),
            Stage::Reviewing {} => self.review(),
            Stage::Paused { why, .. } => {
                let prompt = Prompt::Paused { why: why.clone(), run: run.id.clone() };
                if self.answers.interactive {
                    return self.ask(prompt);
                }
                let how = format!("It rests half way. Go on with: muster resume {}", run.id);
                vec![Out::Line(format!("Paused: {why}")), Out::Line(how), Out::Leave(Exit::Paused)]
            }
            Stage::Aborting { .. } => Vec::new(),
            Stage::Walking {} => match run.current() {
                Some(step) if run.identity.is_some() => self.at(step),
                _ => Vec::new(),
            },
        }
    }

    fn at(&mut self, step: usize) -> Vec<Out> {
        let Some(run) = &self.run else { return Vec::new() };
        match &run.steps[step].state {
            StepState::Planned { digest } => {
                let (digest, friction) = (digest.clone(), run.friction(step));
                if friction == Friction::None {
                    Vec::new()
                } else {
                    self.confirm(step, digest, &friction)
                }
            }
            StepState::Working {} if run.waits_to_be_armed() => self.arm(),
            StepState::Asking { text } => {
                let id = &run.bound.steps[step].id;
                let practice = run.mode == Mode::Practice;
                match self.answers.answer(id, practice) {
                    Some(text) => self.tell(Command::Answer { step, text }),
                    None if self.answers.interactive => {
                        let text = text.clone();
                        self.ask(Prompt::Answer { step, text })
                    }
                    None => self.stop(&format!("--answer {id}=TEXT is missing")),
                }
            }
            // The book says what happens, and it is about to.
            StepState::Failed { .. } if run.bound.steps[step].on_failure != OnFailure::Ask => {
                Vec::new()
            }
            StepState::Failed { failure } => {
                let what = failure_words(failure);
                let advice = failure.advice.clone();
                if self.answers.interactive {
                    return self.ask(Prompt::Failed { step, what, advice });
                }
                if std::mem::take(&mut self.may_retry) {
                    return self.tell(Command::Retry { step });
                }
                let lines = vec![
                    Out::Line(format!("Step {} failed: {what}", step + 1)),
                    Out::Line(format!("  next: {advice}")),
                ];
                [lines, self.tell(Command::GiveUp {})].concat()
            }
            StepState::Waiting {}
            | StepState::Inspecting {}
            | StepState::Working {}
            | StepState::Ended { .. } => Vec::new(),
        }
    }

    /// What became of the calls in flight is told before anything goes on.
    fn review(&mut self) -> Vec<Out> {
        let Some(run) = self.run.as_ref().filter(|run| run.is_reviewed()) else {
            return Vec::new();
        };
        let lines = wording::evidence(run).into_iter().map(Out::Line);
        let out: Vec<_> = lines.collect();
        let next = match self.answers.interactive {
            true => self.ask(Prompt::Review),
            false => self.tell(Command::Accept {}),
        };
        [out, next].concat()
    }

    fn arm(&mut self) -> Vec<Out> {
        let Some(run) = &self.run else { return Vec::new() };
        if self.answers.interactive && !self.answers.yes {
            let what =
                format!("{} is protected and read-only.", wording::place(&run.bound.environment));
            return self.ask(Prompt::Arm { what });
        }
        if !self.answers.yes && self.answers.confirm.is_empty() {
            return self.stop("missing: --yes");
        }
        self.tell(Command::Arm {})
    }

    fn confirm(&mut self, step: usize, digest: String, friction: &Friction) -> Vec<Out> {
        let Some(run) = &self.run else { return Vec::new() };
        if run.read_only {
            return self.stop("--read-only was given, and this step changes something");
        }
        let practice = run.mode == Mode::Practice;
        if let Some((typed, second)) = self.answers.confirmation(friction, practice) {
            if !run.armed {
                return self.arm();
            }
            return self.tell(Command::Confirm { step, digest, typed, second });
        }
        if !self.answers.interactive {
            let missing = self.answers.missing_for(friction).join(", ");
            return self.stop(&format!("missing: {missing}"));
        }
        if !run.armed {
            return self.arm();
        }
        let lines = wording::confirmation(run, step).into_iter().map(Out::Line);
        let out: Vec<_> = lines.collect();
        [out, self.ask(Prompt::confirm(step, digest, friction))].concat()
    }

    /// Nobody can say what is needed: the run waits, and can be resumed.
    fn stop(&mut self, why: &str) -> Vec<Out> {
        self.tell(Command::Pause { reason: why.to_owned() })
    }
}
