//! The console as plain lines: no alternate screen, numbered choices, nothing drawn twice.
//!
//! It does what the full screen does, over the same [`Ask`]s and [`News`]. It is pure: news and
//! typed lines in, lines and asks out. Where nobody can type, what was given beforehand answers,
//! and where that is missing nothing is sent.

mod answers;
mod lobby;
mod prompt;
pub mod wording;

use std::collections::BTreeMap;

pub use answers::Answers;
use lobby::{Lobby, Step};
use prompt::{Prompt, Reaction};

use crate::cloud::Call;
use crate::engine::words::{count, failure_words, rest_words, sentence_in};
use crate::engine::{
    Command, Event, Friction, Mode, Record, Rest, Run, RunId, Stage, StepState, asks_for_rollback,
    rollback,
};
use crate::error::Exit;
use crate::link::{Ask, Course, News, Planned};
use crate::runbook::OnFailure;

/// What a linear console is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Pick a book or a run first.
    Pick,
    /// Walk a book, or the way back from a run.
    Walk {
        /// What is walked.
        course: Course,
        /// The plan must have this digest, when one was kept.
        digest: Option<String>,
    },
    /// Go on with a run.
    Resume {
        /// The run.
        run: RunId,
    },
}

/// What the console wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Out {
    /// Print a line. It may hold text from outside: whoever prints makes it visible.
    Line(String),
    /// Ask the runner.
    Ask(Ask),
    /// Print a prompt and read a line.
    Prompt(String),
    /// Leave.
    Leave(Exit),
}

/// A linear console.
#[derive(Debug)]
pub struct Linear {
    aim: Aim,
    answers: Answers,
    run: Option<Run>,
    /// The calls of attempts, for the words of their endings.
    calls: BTreeMap<u64, Call>,
    prompt: Option<Prompt>,
    /// Open while nothing was picked.
    lobby: Lobby,
    /// What was last asked of the runner and not yet answered: asked once.
    asked: Option<Command>,
    /// Whether the failure that a run was resumed from may be tried again without a person.
    may_retry: bool,
    /// Whether the run failed and the book has it rolled back: that run is followed.
    rolling_back: bool,
    /// Whether a person wants to see the way back once the run has ended.
    then_rollback: bool,
}

impl Linear {
    /// A console with its aim, and what it may answer by itself.
    pub fn new(aim: Aim, answers: Answers) -> Self {
        Self {
            aim,
            answers,
            run: None,
            calls: BTreeMap::new(),
            prompt: None,
            lobby: Lobby::default(),
            asked: None,
            may_retry: false,
            rolling_back: false,
            then_rollback: false,
        }
    }

    /// The first things it wants.
    pub fn begin(&self) -> Vec<Out> {
        vec![Out::Ask(match &self.aim {
            Aim::Pick => Ask::Home {},
            Aim::Walk { course, .. } => Ask::Plan { course: course.clone() },
            Aim::Resume { run } => Ask::Open { run: run.clone() },
        })]
    }

    /// What it wants after it was told something.
    pub fn told(&mut self, news: &News) -> Vec<Out> {
        match news {
            News::Planned { plan, .. } => match plan.as_ref() {
                Ok(plan) => self.planned(plan),
                Err(said) => vec![Out::Line(said.text.clone()), Out::Leave(said.exit)],
            },
            News::Opened { run, records, .. } => self.opened(run, records),
            News::Recorded { record } => self.recorded(record),
            News::Refused { refusal, .. } => self.refused(&refusal.to_string()),
            News::Trouble { said } => {
                vec![Out::Line(said.text.clone()), Out::Leave(said.exit)]
            }
            News::Home(home) if self.aim == Aim::Pick => self.lobby.home(home),
            News::Picks { names, .. } if self.aim == Aim::Pick => self.lobby.offer(names),
            News::Journal { records, verified } if self.aim == Aim::Pick => {
                let mut out: Vec<_> = records.iter().map(wording::record).map(Out::Line).collect();
                let verified = verified.as_ref().map_or_else(Clone::clone, Clone::clone);
                out.extend([Out::Line(verified), self.lobby.prompt()]);
                out
            }
            News::Identity { skew_seconds: Some(seconds), .. } => {
                wording::clock(*seconds).map(Out::Line).into_iter().collect()
            }
            News::Home(_)
            | News::Identity { .. }
            | News::Glimpse { .. }
            | News::Picks { .. }
            | News::Journal { .. } => Vec::new(),
        }
    }

    /// What it wants after a person typed a line.
    pub fn typed(&mut self, line: &str) -> Vec<Out> {
        let Some(prompt) = self.prompt.take() else {
            return if self.aim == Aim::Pick { self.pick(line) } else { Vec::new() };
        };
        match prompt.answer(line) {
            Reaction::Again { why } => {
                let text = prompt.text();
                self.prompt = Some(prompt);
                vec![Out::Line(why), Out::Prompt(text)]
            }
            Reaction::Next { prompt } => self.ask(prompt),
            Reaction::Start => self.start(),
            Reaction::Tell { command } => self.tell(command),
            Reaction::RollBack => {
                self.then_rollback = true;
                self.tell(Command::Abort { reason: "to be rolled back".to_owned() })
            }
            Reaction::Leave { exit } => self.leave(exit),
        }
    }

    fn pick(&mut self, line: &str) -> Vec<Out> {
        match self.lobby.typed(line) {
            Step::Stay(out) => out,
            Step::Picked(aim) => {
                self.aim = aim;
                self.begin()
            }
        }
    }

    /// The question at hand, once more: what was typed before it was asked is no answer.
    pub fn too_early(&self) -> Vec<Out> {
        let again = match &self.prompt {
            Some(prompt) => Out::Prompt(prompt.text()),
            None if self.aim == Aim::Pick => self.lobby.prompt(),
            None => return Vec::new(),
        };
        vec![Out::Line("Typed before it was asked: not taken.".to_owned()), again]
    }

    /// Nobody can type any more: the terminal is gone, or its input has ended.
    pub fn hung_up(&mut self) -> Vec<Out> {
        self.prompt = None;
        self.answers.interactive = false;
        match &self.run {
            None => vec![Out::Leave(Exit::Cancelled)],
            Some(_) => self.react(),
        }
    }

    fn planned(&mut self, plan: &Planned) -> Vec<Out> {
        let mut out: Vec<_> = wording::plan(plan).into_iter().map(Out::Line).collect();
        if let Aim::Walk { digest: Some(kept), .. } = &self.aim
            && *kept != plan.digest
        {
            out.push(Out::Line(
                "The plan that was kept is another than the plan now: the account or the book has \
                 changed. Nothing was sent. Look at the plan again."
                    .to_owned(),
            ));
            out.push(Out::Leave(Exit::Failed));
            return out;
        }
        if self.answers.read_only && wording::changes(plan) {
            out.push(Out::Line(
                "It would change something, and --read-only was given: nothing was sent."
                    .to_owned(),
            ));
            out.push(Out::Leave(Exit::Cancelled));
            return out;
        }
        if self.answers.interactive {
            let what = format!("Start this run on {}?", wording::place(&plan.bound.environment));
            out.extend(self.ask(Prompt::Start { what }));
            return out;
        }
        let missing = self.answers.missing(plan);
        if missing.is_empty() {
            out.extend(self.start());
            return out;
        }
        out.push(Out::Line("Nobody is here to confirm, and nothing was sent. Missing:".to_owned()));
        out.extend(missing.into_iter().map(|flag| Out::Line(format!("  {flag}"))));
        out.push(Out::Leave(Exit::Cancelled));
        out
    }

    fn start(&self) -> Vec<Out> {
        match &self.aim {
            Aim::Walk { course, .. } => vec![Out::Ask(Ask::Start { course: course.clone() })],
            Aim::Resume { .. } | Aim::Pick => Vec::new(),
        }
    }

    fn opened(&mut self, run: &Run, records: &[Record]) -> Vec<Out> {
        for record in records {
            self.note_call(record);
        }
        let mut out = vec![Out::Line(format!(
            "{} run {} of {} {} on {}",
            run.mode.to_string().to_uppercase(),
            run.id,
            run.bound.book.name,
            run.bound.book.version,
            wording::place(&run.bound.environment)
        ))];
        self.run = Some(run.clone());
        if matches!(self.aim, Aim::Resume { .. }) {
            if let Stage::Rested { rest } = &run.stage
                && !matches!(rest, Rest::Stuck { .. })
            {
                out.push(Out::Line(format!("It is over: {}.", rest_words(rest))));
                out.push(Out::Leave(exit_of(rest)));
                return out;
            }
            let here = run.current().map(|step| &run.steps[step].state);
            let failed = matches!(here, Some(StepState::Failed { .. }));
            self.may_retry = failed && self.answers.yes;
            out.extend(wording::standing(run).into_iter().map(Out::Line));
            out.extend(self.tell(Command::Resume {}));
        }
        out
    }

    fn note_call(&mut self, record: &Record) {
        if let Event::Intended { attempt, call, .. } = &record.event {
            self.calls.insert(*attempt, call.clone());
        }
    }

    fn recorded(&mut self, record: &Record) -> Vec<Out> {
        let Some(run) = &mut self.run else { return Vec::new() };
        if run.id != record.run {
            return Vec::new();
        }
        if let Err(error) = run.apply(record) {
            return vec![Out::Line(error.to_string()), Out::Leave(Exit::Stuck)];
        }
        self.note_call(record);
        self.asked = None;
        let Some(run) = &self.run else { return Vec::new() };
        let call = record.event.ends().and_then(|id| self.calls.get(&id));
        let time = record.time.strftime("%H:%M:%S");
        let words = sentence_in(&record.event, Some(&run.bound), call);
        let mut out = vec![Out::Line(format!("{time} {words}"))];
        if let Event::StepStarted { step } = &record.event {
            out.splice(0..0, wording::step(run, *step).into_iter().map(Out::Line));
        }
        out.extend(self.react());
        out
    }

    /// What the state of the run asks of a person.
    fn react(&mut self) -> Vec<Out> {
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

    fn ask(&mut self, prompt: Prompt) -> Vec<Out> {
        let text = prompt.text();
        self.prompt = Some(prompt);
        vec![Out::Prompt(text)]
    }

    fn tell(&mut self, command: Command) -> Vec<Out> {
        let Some(run) = &self.run else { return Vec::new() };
        self.asked = Some(command.clone());
        vec![Out::Ask(Ask::Tell { run: run.id.clone(), command })]
    }

    fn leave(&self, exit: Exit) -> Vec<Out> {
        let Some(run) = &self.run else { return vec![Out::Leave(exit)] };
        let done = run.steps.iter().filter(|s| matches!(s.state, StepState::Ended { .. })).count();
        let line = format!(
            "{} of {} done. Go on with: muster resume {}",
            done,
            count(run.steps.len(), "step"),
            run.id
        );
        vec![Out::Line(line), Out::Leave(exit)]
    }

    fn refused(&mut self, why: &str) -> Vec<Out> {
        self.asked = None;
        let line = Out::Line(format!("Not allowed: {why}"));
        if self.answers.interactive {
            self.answers.used_up();
            return [vec![line], self.react()].concat();
        }
        [vec![line], self.leave(Exit::Paused)].concat()
    }
}

/// The exit code of a run at rest.
const fn exit_of(rest: &Rest) -> Exit {
    match rest {
        Rest::Succeeded {} => Exit::Succeeded,
        Rest::Aborted { .. } => Exit::Cancelled,
        // All undone is as if nothing had been changed.
        Rest::Failed { .. } | Rest::RolledBack { .. } => Exit::Failed,
        Rest::Stuck { .. } => Exit::Stuck,
    }
}
