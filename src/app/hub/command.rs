//! What changes something: a run begins, a run is told, a run changes hands.

use std::path::Path;

use jiff::Timestamp;

use super::consoles::ConsoleId;
use super::{Hub, lease};
use crate::app::clock::now;
use crate::app::history::{self, History, no_such_run};
use crate::engine::{Command, Event, Mode, Refusal, Run, RunId, decide};
use crate::error::{Error, Exit};
use crate::journal::JournalError;
use crate::link::{Ask, Course, News};

impl Hub {
    /// Begins a run: everything it needs is pinned in its first record.
    pub(super) async fn start(&mut self, actor: &str, course: &Course) -> Result<News, Error> {
        self.take_journal()?;
        let (bound, book_text, estate_text) = self.bind(course)?;
        if let Course::Rollback { run } = course {
            self.is_of_here(run)?;
        }
        if let Some(unmet) = self.unmet(course) {
            return Err(unmet.into());
        }
        let (mode, read_only) = (self.context.mode(), self.context.options.read_only);
        if !read_only {
            let walks = |run: &str| self.hands.is_walking(run);
            lease::free(&self.history, mode, &bound, None, walks)?;
        }
        let event = Event::Started {
            mode,
            pace: self.connected.pace,
            read_only,
            bound: Box::new(bound),
            book_text,
            estate_text,
        };
        let id = new_id(now());
        self.record_by(actor, &id, event).await?;
        self.hands.walk(&id);
        self.open(&id)
    }

    /// A command of this actor for a run. An answer when it leads to nothing.
    pub(super) async fn command(
        &mut self,
        from: ConsoleId,
        actor: &str,
        id: &str,
        command: &Command,
    ) -> Result<Option<News>, Error> {
        if !self.hands.is_walking(id) {
            self.activate(id, command)?;
        }
        let Some(run) = self.run(id) else { return Ok(None) };
        let refused = |refusal| Ok(Some(News::Refused { run: id.to_owned(), refusal }));
        if matches!(command, Command::Resume {}) && self.hands.is_sending_for(id) {
            // Its ending is still to be heard: to look for it now could conclude too early.
            return refused(Refusal::InFlight {});
        }
        let events = match decide(run, command, actor, now()) {
            Ok(events) => events,
            Err(refusal) => return refused(refusal),
        };
        for event in events {
            self.record_by(actor, id, event).await?;
        }
        if matches!(command, Command::Resume {}) {
            self.hands.walk(id);
        }
        if matches!(command, Command::TakeOver { .. }) {
            self.consoles.take_over(from).await;
        }
        Ok(None)
    }

    /// Makes sure that a run which is not walked here can be: it is of this account and mode, it
    /// crosses no other, and nobody else writes its journal.
    fn activate(&mut self, id: &str, command: &Command) -> Result<(), Error> {
        self.take_journal()?;
        let Some(run) = self.run(id) else { return Err(no_such_run(id)) };
        match command {
            // Neither sends anything.
            Command::Note { .. } | Command::TakeOver { .. } => return Ok(()),
            Command::Resume {} => {}
            _ => {
                let what = "the run is not being walked here";
                return Err(Error::usage("not-walked", what, "Resume it first."));
            }
        }
        self.is_of_here(id)?;
        if !run.is_at_rest() || run.read_only {
            // It still holds what it held.
            return Ok(());
        }
        let walks = |run: &str| self.hands.is_walking(run);
        lease::free(&self.history, self.context.mode(), &run.bound, Some(id), walks)
    }

    /// Makes sure that a run is of the account and mode that calls go to from here.
    fn is_of_here(&self, id: &str) -> Result<(), Error> {
        let Some(run) = self.run(id) else { return Ok(()) };
        let (mode, place) = (self.context.mode(), &self.environment.place);
        if run.mode != mode || run.bound.environment.place != *place {
            let what = format!(
                "the run is a {} run in {} {}, and this is {mode} in {place}",
                run.mode, run.bound.estate, run.bound.environment.place
            );
            let advice = format!("Start muster with {}.", options_of(run));
            return Err(Error::new("other-place", Exit::Failed, what, advice)
                .with_effect("nothing was sent"));
        }
        Ok(())
    }

    /// True when a console that watches asks to command.
    pub(super) fn takes_over(&self, id: ConsoleId, ask: &Ask) -> bool {
        matches!(ask, Ask::Tell { command: Command::TakeOver { .. }, .. })
            && self.consoles.may_take_over(id)
    }

    /// Why a console that watches is refused.
    pub(super) fn denied(&self, id: ConsoleId) -> String {
        let who = match self.consoles.pilot() {
            Some(pilot) => format!("{pilot} commands here"),
            None => "nobody commands here now".to_owned(),
        };
        let how = match self.consoles.may_take_over(id) {
            true => {
                "this console watches; T on the page of the run (`muster runs take-over RUN`) takes over"
            }
            false => {
                "this console was opened to watch; `muster attach` without --watch opens another"
            }
        };
        format!("{who}, and {how}")
    }
}

/// The options that choose the place of a run.
pub fn options_of(run: &Run) -> String {
    format!(
        "{}--estate {} --env {}",
        if run.mode == Mode::Practice { "--practice " } else { "" },
        run.bound.estate,
        run.bound.environment.name
    )
}

/// What a run is doing, for whoever has to wait for it.
pub fn doing(run: &Run) -> String {
    let operator = &run.operator;
    let step = run.current().and_then(|at| Some((at, run.step(at)?)));
    let at = step
        .map(|(at, step)| format!(", at step {} of {} ({})", at + 1, run.steps.len(), step.title));
    let (state, needs) = history::state_of(run);
    format!(
        "run {} of {} on {} {}, {}, commanded by {} ({}) since {:.0}{}: {}",
        run.id,
        run.bound.book.name,
        run.bound.estate,
        run.bound.environment.name.to_uppercase(),
        run.mode,
        operator.name,
        operator.actor,
        operator.since,
        at.unwrap_or_default(),
        needs.unwrap_or_else(|| state.to_owned()),
    )
}

/// The error of a journal that another process writes, with what that process is doing.
pub(in crate::app) fn held(directory: &Path, error: JournalError) -> Error {
    let locked = matches!(error, JournalError::Locked { .. });
    let mut error = Error::from(error);
    let history = locked.then(|| History::read(directory)).and_then(Result::ok);
    let busy = history.iter().flat_map(History::runs).filter(|run| !run.is_at_rest());
    let doing: Vec<_> = busy.map(doing).collect();
    if let Some(first) = doing.first() {
        error.what = format!("{}; {first}", error.what);
        error.advice = format!("`muster attach` shows it. {}", error.advice);
    }
    error
}

/// A name that sorts by time and can be read aloud.
fn new_id(now: Timestamp) -> RunId {
    let letters: String =
        std::iter::repeat_with(|| fastrand::alphanumeric().to_ascii_lowercase()).take(4).collect();
    format!("{}-{letters}", now.strftime("%Y%m%d-%H%M%S"))
}
