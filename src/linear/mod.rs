//! The console as plain lines: no alternate screen, numbered choices, nothing drawn twice.
//!
//! It does what the full screen does, over the same [`Ask`]s and [`News`]. It is pure: news and
//! typed lines in, lines and asks out. Where nobody can type, what was given beforehand answers,
//! and where that is missing nothing is sent.

mod answers;
mod jobs;
mod lobby;
mod prompt;
mod react;
mod seat;
pub mod wording;

use std::collections::BTreeMap;

pub use answers::Answers;
use lobby::{Lobby, Step};
use prompt::{Prompt, Reaction};

use crate::cloud::Call;
use crate::engine::words::{rest_words, sentence_in};
use crate::engine::{Command, Event, Record, Rest, Run, RunId, Stage, StepState};
use crate::error::Exit;
use crate::link::{Ask, Course, News, Planned};

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
    /// Look at a run that is being walked, and command it when nobody else does.
    Attach {
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
    /// Whether the run goes on when this console leaves.
    stays: bool,
    /// Whether somebody else commands.
    watching: bool,
    /// Whether the run failed and the book has it rolled back: that run is followed.
    rolling_back: bool,
    /// Whether a person wants to see the way back once the run has ended.
    then_rollback: bool,
    /// What was told of the jobs of the run, by step and target.
    jobs: BTreeMap<(usize, usize), jobs::Told>,
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
            stays: false,
            watching: false,
            rolling_back: false,
            then_rollback: false,
            jobs: BTreeMap::new(),
        }
    }

    /// The first things it wants.
    pub fn begin(&self) -> Vec<Out> {
        vec![Out::Ask(match &self.aim {
            Aim::Pick => Ask::Home {},
            Aim::Walk { course, .. } => Ask::Plan { course: course.clone() },
            Aim::Resume { run } | Aim::Attach { run } => Ask::Open { run: run.clone() },
        })]
    }

    /// What it wants after it was told something.
    pub fn told(&mut self, news: &News) -> Vec<Out> {
        match news {
            News::Planned { plan, .. } => match plan.as_ref() {
                Ok(plan) => self.planned(plan),
                Err(said) => vec![Out::Line(said.text.clone()), Out::Leave(said.exit)],
            },
            News::Opened { run, records, walked } => self.opened(run, records, *walked),
            News::Recorded { record } => self.recorded(record),
            News::Refused { refusal, .. } => self.refused(&refusal.to_string()),
            News::Trouble { said } => {
                vec![Out::Line(said.text.clone()), Out::Leave(said.exit)]
            }
            News::Welcome(welcome) => {
                self.stays = welcome.stays;
                self.seated(welcome.seat, welcome.pilot.as_deref())
            }
            News::Seats { seat, pilot } => self.seated(*seat, pilot.as_deref()),
            News::Denied { why } => self.denied(why),
            News::Notice { text } => vec![Out::Line(text.clone())],
            News::Home(home) if self.aim == Aim::Pick => self.lobby.home(home),
            News::Picks { names, .. } if self.aim == Aim::Pick => self.lobby.offer(names),
            News::Journal { records, verified } if self.aim == Aim::Pick => {
                let mut out: Vec<_> = records.iter().map(wording::record).map(Out::Line).collect();
                let verified = verified.as_ref().map_or_else(Clone::clone, Clone::clone);
                out.extend([Out::Line(verified), self.lobby.prompt()]);
                out
            }
            News::Scanning { view } if self.aim == Aim::Pick => {
                let count = view.lines.len();
                vec![Out::Line(format!("Reading what {} checks need…", count))]
            }
            News::Scanned { report } if self.aim == Aim::Pick => self.lobby.scanned(report),
            News::Report { text, .. } if self.aim == Aim::Pick => {
                let text = text.as_ref().map_or_else(Clone::clone, Clone::clone);
                vec![Out::Line(text), self.lobby.prompt()]
            }
            News::Identity { skew_seconds: Some(seconds), .. } => {
                wording::clock(*seconds).map(Out::Line).into_iter().collect()
            }
            News::Progress { run, step, target, progress } => {
                self.progress(run, (*step, *target), progress)
            }
            News::Glimpse { run, step, target, seen } => self.unread(run, (*step, *target), seen),
            News::Home(_)
            | News::Identity { .. }
            | News::Picks { .. }
            | News::Journal { .. }
            | News::Scanning { .. }
            | News::Checked { .. }
            | News::Scanned { .. }
            | News::Report { .. }
            | News::Ended { .. } => Vec::new(),
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
        if self.stays && self.answers.interactive {
            return self.leave(Exit::Paused);
        }
        self.answers.interactive = false;
        match &self.run {
            None => vec![Out::Leave(Exit::Cancelled)],
            Some(_) => self.react(),
        }
    }

    fn planned(&mut self, plan: &Planned) -> Vec<Out> {
        let mut out: Vec<_> = wording::plan(plan).into_iter().map(Out::Line).collect();
        if plan.unmet.is_some() {
            out.push(Out::Leave(Exit::Failed));
            return out;
        }
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
            Aim::Resume { .. } | Aim::Attach { .. } | Aim::Pick => Vec::new(),
        }
    }

    fn opened(&mut self, run: &Run, records: &[Record], walked: bool) -> Vec<Out> {
        let follows =
            |before: &Run| before.id == run.id || run.bound.undoes.as_ref() == Some(&before.id);
        if self.run.as_ref().is_some_and(|before| !follows(before)) {
            // Another run of the same runner, which somebody else walks.
            return Vec::new();
        }
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
        if matches!(self.aim, Aim::Resume { .. } | Aim::Attach { .. }) {
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
            out.extend(self.go_on(walked));
        }
        out
    }

    /// A run that is walked already needs no word to go on: what it needs is asked at once.
    fn go_on(&mut self, walked: bool) -> Vec<Out> {
        if walked {
            return self.react();
        }
        if self.watching || matches!(self.aim, Aim::Attach { .. }) {
            let text = "Nobody walks it now. `muster resume` goes on with it.".to_owned();
            return vec![Out::Line(text), Out::Leave(Exit::Paused)];
        }
        self.tell(Command::Resume {})
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
        self.asked.take_if(|asked| is_answered(asked, &record.event));
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

/// True when an event is what came of a command, or the run rests: nothing comes of it any more.
const fn is_answered(command: &Command, event: &Event) -> bool {
    match command {
        _ if matches!(event, Event::Rested { .. }) => true,
        Command::Arm {} => matches!(event, Event::Armed {}),
        Command::Disarm {} => matches!(event, Event::Disarmed {}),
        Command::Confirm { .. } => {
            matches!(event, Event::Confirmed { .. } | Event::Reopened { .. })
        }
        Command::Answer { .. } => matches!(event, Event::Replied { .. }),
        Command::Skip { .. } => matches!(event, Event::Skipped { .. }),
        Command::Retry { .. } => matches!(event, Event::Retried { .. }),
        Command::Note { .. } => matches!(event, Event::Noted { .. }),
        Command::Pause { .. } => matches!(event, Event::Paused { .. }),
        Command::Resume {} => matches!(event, Event::Resumed {}),
        Command::Accept {} => matches!(event, Event::Accepted {}),
        Command::Abort { .. } => matches!(event, Event::AbortAsked { .. }),
        Command::GiveUp {} => false,
        Command::TakeOver { .. } => matches!(event, Event::TakenOver { .. }),
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
