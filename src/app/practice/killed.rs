//! The process that kills itself at a chosen moment of a call, as a loss of power would: practice
//! for what comes after, and how tests prove that nothing happens twice.

use std::collections::BTreeMap;
use std::io;
use std::sync::PoisonError;

use rustix::process::{Signal, getpid, kill_process};

use super::{Practice, store};
use crate::cloud::{Account, Call, CallError, Ending, Outcome, Pending};
use crate::engine::{AttemptId, Event};
use crate::journal::{Disk, Entry, Line};
use crate::sandbox::{Killed, Sandbox};

impl Practice {
    /// Ends the process if a fault waits for this moment of this call. The account stands still
    /// meanwhile, so that no other call comes further.
    fn pass(&self, call: &Call, moment: Killed) -> Result<(), String> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        if !world.kills_at(moment) {
            return Ok(());
        }
        let killed = world.is_killed(call, moment);
        store(&self.path, &world).map_err(|error| error.what)?;
        if killed {
            kill_process(getpid(), Signal::KILL).map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// The simulated account, in a process that may be killed around a call.
#[derive(Debug)]
pub(super) struct Mortal {
    practice: Practice,
    sandbox: Sandbox,
}

impl Mortal {
    pub(super) const fn new(practice: Practice, sandbox: Sandbox) -> Self {
        Self { practice, sandbox }
    }
}

impl Account for Mortal {
    fn send(&self, call: Call) -> Pending<Outcome> {
        let (practice, sandbox) = (self.practice.clone(), self.sandbox.clone());
        Box::pin(async move {
            let pass = |moment| {
                let lost = |why| CallError::new(Ending::Unknown, "PracticeStore", why);
                practice.pass(&call, moment).map_err(lost)
            };
            pass(Killed::Sent)?;
            let outcome = sandbox.send(call.clone()).await;
            pass(Killed::Applied)?;
            outcome
        })
    }
}

/// The disk of the journal, in a process that may be killed around what it writes about a call.
pub(super) struct Watched {
    practice: Practice,
    disk: Box<dyn Disk>,
    /// The calls that were intended, by their attempt.
    calls: BTreeMap<AttemptId, Call>,
    /// What the line that was written last tells.
    written: Option<Told>,
}

/// What a line tells of a call.
enum Told {
    Intent(Call),
    Answer(Call),
}

impl Watched {
    pub(super) const fn new(practice: Practice, disk: Box<dyn Disk>) -> Self {
        Self { practice, disk, calls: BTreeMap::new(), written: None }
    }

    fn read(&mut self, bytes: &[u8]) -> io::Result<Option<Told>> {
        let line: Line = serde_json::from_slice(bytes)?;
        let Entry::Run(event) = line.event else { return Ok(None) };
        Ok(match event {
            Event::Intended { attempt, call, .. } => {
                self.calls.insert(attempt, call.clone());
                Some(Told::Intent(call))
            }
            Event::Answered { attempt, .. } | Event::NotApplied { attempt, .. } => {
                self.calls.remove(&attempt).map(Told::Answer)
            }
            _ => None,
        })
    }

    fn pass(&self, told: Option<&Told>, intent: Killed, answer: Killed) -> io::Result<()> {
        let passed = match told {
            Some(Told::Intent(call)) => self.practice.pass(call, intent),
            Some(Told::Answer(call)) => self.practice.pass(call, answer),
            None => Ok(()),
        };
        passed.map_err(io::Error::other)
    }
}

impl Disk for Watched {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let told = self.read(bytes)?;
        self.pass(told.as_ref(), Killed::BeforeIntent, Killed::Answered)?;
        self.disk.append(bytes)?;
        self.pass(told.as_ref(), Killed::IntentWritten, Killed::AnswerWritten)?;
        self.written = told;
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.sync()?;
        let told = self.written.take();
        self.pass(told.as_ref(), Killed::IntentDurable, Killed::AnswerDurable)
    }

    fn keep_head(&mut self, head: &[u8]) -> io::Result<()> {
        self.disk.keep_head(head)
    }
}
