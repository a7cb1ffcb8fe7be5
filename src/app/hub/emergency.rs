//! When the journal can no longer be written: nothing more is sent, what is in flight is seen to
//! its end, and what could not be written is kept elsewhere and told.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::Hub;
use crate::app::clock::now;
use crate::cloud::Call;
use crate::engine::words::{call_words, count};
use crate::engine::{AttemptId, Event, Heard, Record, Run, RunId, TargetState, hear};
use crate::error::Error;
use crate::journal::{Head, JournalError, Line, write_private};

/// How many copies of the same record may lie in one place: one for each resume that failed at it.
const COPIES: usize = 9;

impl Hub {
    /// The error with which the runner ends. When a record could not be written, it says besides
    /// where its copy is, what may have changed, and what to do next.
    pub(super) async fn emergency(&mut self, error: Error) -> Error {
        let Some(journal) = &mut self.journal else { return error };
        let unwritten: Vec<_> = journal.unwritten().iter().filter_map(Line::record).collect();
        let Some(first) = unwritten.first() else { return error };
        // The runs as the disk has them, and copies that go on in memory: nothing is sent for them.
        let mut ids = self.hands.walked();
        ids.retain(|id| *id != first.run);
        ids.insert(0, first.run.clone());
        let known = ids.iter().filter_map(|id| self.history.get(id));
        let mut runs: BTreeMap<_, _> =
            known.map(|(run, _)| (run.id.clone(), run.clone())).collect();
        let calls: Calls = runs.values().flat_map(in_flight).collect();
        unwritten.iter().for_each(|record| fold(&mut runs, record));
        while self.hands.is_sending() {
            let Some((id, heard @ Heard::Ended { .. })) = self.hands.heard(now).await else {
                continue;
            };
            for event in runs.get(&id).map(|run| hear(run, &heard, now())).unwrap_or_default() {
                let (actor, time) = (&self.context.surroundings.actor, now());
                let record = journal.next(&id, actor, time, &event);
                if let Err(JournalError::Broken { .. }) = journal.append(&id, actor, time, &event) {
                    fold(&mut runs, &record);
                }
            }
        }
        let copy = Copy { log: journal.head().clone(), lines: journal.unwritten() };
        let places = [Some(self.context.state_dir.clone()), Some(std::env::temp_dir())];
        let home = etcetera::home_dir().ok();
        let places: Vec<_> = places.into_iter().chain([home]).flatten().collect();
        told(error, &ids, &copy, &calls, copy.keep(&places))
    }
}

/// Calls by run and attempt.
type Calls = BTreeMap<(RunId, AttemptId), Call>;

/// Adds a record to its run. A run that it does not fit is left out, so that nothing is concluded
/// from it.
fn fold(runs: &mut BTreeMap<RunId, Run>, record: &Record) {
    let run = match runs.remove(&record.run) {
        Some(mut run) => run.apply(record).is_ok().then_some(run),
        None => Run::begin(record).ok(),
    };
    runs.extend(run.map(|run| (record.run.clone(), run)));
}

/// The calls that were sent and whose ending the journal does not tell.
fn in_flight(run: &Run) -> Vec<((RunId, AttemptId), Call)> {
    let targets = run.steps.iter().flat_map(|step| &step.targets);
    let sent = targets.filter_map(|target| match &target.state {
        TargetState::Sent { attempt, call, .. } | TargetState::Unknown { attempt, call, .. } => {
            Some(((run.id.clone(), *attempt), call.clone()))
        }
        _ => None,
    });
    sent.collect()
}

/// What could not be written.
struct Copy<'a> {
    log: Head,
    lines: &'a [Line],
}

impl Copy<'_> {
    /// The lines as they would stand in the journal.
    fn text(&self) -> Result<String, JournalError> {
        let lines: Result<Vec<_>, _> = self.lines.iter().map(Line::to_bytes).collect();
        Ok(String::from_utf8_lossy(&lines?.concat()).into_owned())
    }

    /// Writes them into the first place that takes them. Else what each of the places said.
    fn keep(&self, places: &[PathBuf]) -> Result<PathBuf, String> {
        let text = self.text().map_err(|error| error.to_string())?;
        let mut refused = Vec::new();
        for place in places {
            match self.keep_in(place, text.as_bytes()) {
                Ok(path) => return Ok(path),
                Err(error) => refused.push(format!("{}: {error}", place.display())),
            }
        }
        Err(refused.join("; "))
    }

    fn keep_in(&self, place: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
        let seq = self.lines.first().map_or(0, |line| line.seq);
        let name = format!("muster-unwritten-{}-{seq}", self.log.log);
        let mut last = io::ErrorKind::AlreadyExists.into();
        for copy in 1..=COPIES {
            let again = if copy == 1 { String::new() } else { format!("-{copy}") };
            let path = place.join(format!("{name}{again}.jsonl"));
            match write_private(&path, bytes) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }
}

/// What a person is told.
fn told(
    error: Error,
    runs: &[RunId],
    copy: &Copy<'_>,
    calls: &Calls,
    kept: Result<PathBuf, String>,
) -> Error {
    let begun = !copy.lines.iter().any(|line| {
        line.record().is_some_and(|record| matches!(record.event, Event::Started { .. }))
    });
    let text = copy.text().unwrap_or_else(|error| error.to_string());
    let records = count(copy.lines.len(), "record");
    let run = runs.first().map_or("", String::as_str);
    let mut stuck = match begun {
        true => format!("The run {run} is stuck here."),
        false => format!("The run {run} did not begin."),
    };
    for other in runs.iter().skip(1) {
        stuck.push_str(&format!("\nThe run {other} is stuck here, too."));
    }
    let (place, copy_below) = match kept {
        Ok(path) => {
            let place = format!("What could not be written, {records}, is in {}", path.display());
            (format!("{place}, and below."), Some(text))
        }
        // Part of what happened, so that it reaches every console.
        Err(why) => {
            let place =
                format!("What could not be written, {records}, could not be kept in a file");
            (format!("{place} either ({why}). This is the only copy:\n{text}"), None)
        }
    };
    let next = if begun {
        format!("`muster resume {run}`: it looks at AWS before it does anything")
    } else {
        "begin the run again".to_owned()
    };
    Error {
        what: format!("{}\n{stuck}\n{place}", error.what),
        effect: Some(effect(copy.lines, calls)),
        advice: format!(
            "Make room or repair the disk, then {next}. The copy is for whoever audits the run: \
             the journal does not take it back in."
        ),
        copy: copy_below.map(String::into_boxed_str),
        ..error
    }
}

/// What was in flight and how it ended, as far as anybody saw.
fn effect(lines: &[Line], calls: &Calls) -> String {
    let mut endings: BTreeMap<(RunId, AttemptId), (String, &str)> = calls
        .iter()
        .map(|(attempt, call)| {
            (attempt.clone(), (call_words(call), "may have been carried out, nobody saw the end"))
        })
        .collect();
    for record in lines.iter().filter_map(Line::record) {
        if let Event::Intended { attempt, call, .. } = &record.event {
            endings.insert((record.run, *attempt), (call_words(call), "was not sent"));
            continue;
        }
        let how = match &record.event {
            Event::Answered { .. } => "was carried out",
            Event::NotApplied { .. } => "was not carried out",
            _ => continue,
        };
        let attempt = record.event.ends().map(|attempt| (record.run, attempt));
        if let Some(ending) = attempt.and_then(|attempt| endings.get_mut(&attempt)) {
            ending.1 = how;
        }
    }
    if endings.is_empty() {
        return "nothing was in flight, and nothing more was sent".to_owned();
    }
    let endings: Vec<_> =
        endings.into_values().map(|(call, ending)| format!("{call}: {ending}")).collect();
    format!("nothing more was sent. What the journal does not tell:\n{}", endings.join("\n"))
}

#[cfg(test)]
mod tests;
