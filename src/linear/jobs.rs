//! How far jobs are and what cannot be read, as plain lines: only what is new since the last look.

use serde_json::Value;

use super::{Linear, Out};
use crate::engine::{RunId, TargetState};
use crate::settings::{Progress, ProgressLine, Unread};

/// What was told of one job.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The last thing that happened to it.
    last: Option<ProgressLine>,
    /// How many tenths of it were done.
    tenth: Option<u64>,
    /// Why it could not be read, when it could not.
    unread: Option<String>,
}

impl Linear {
    /// What happened since the last look, and each tenth that was done.
    pub(super) fn progress(
        &mut self,
        run: &RunId,
        at: (usize, usize),
        progress: &Progress,
    ) -> Vec<Out> {
        if self.run.as_ref().is_none_or(|walked| walked.id != *run) {
            return Vec::new();
        }
        self.tell_job(at, progress)
    }

    /// That what is waited for cannot be read: it is looked at again until its time is over, and
    /// nobody should wait for that without knowing.
    pub(super) fn unread(
        &mut self,
        run: &RunId,
        at: (usize, usize),
        seen: &Result<Value, String>,
    ) -> Vec<Out> {
        let Some(walked) = self.run.as_ref().filter(|walked| walked.id == *run) else {
            return Vec::new();
        };
        let (step, target) = at;
        let state = walked.steps.get(step).and_then(|step| step.targets.get(target));
        let is_awaited = state.is_some_and(|target| {
            matches!(target.state, TargetState::Observing {} | TargetState::Unknown { .. })
        });
        let wanted = walked.bound.steps.get(step).and_then(|step| step.targets()?.1.get(target));
        let name = wanted.map(|wanted| wanted.on.name.clone()).unwrap_or_default();
        let absent = Unread::Absent.to_string();
        let unread = seen.as_ref().err().filter(|text| is_awaited && **text != absent).cloned();
        self.tell_unread(at, &name, unread)
    }

    fn tell_unread(&mut self, at: (usize, usize), name: &str, unread: Option<String>) -> Vec<Out> {
        let told = self.jobs.entry(at).or_default();
        let is_new = told.unread != unread;
        told.unread = unread;
        let text = told.unread.as_ref().filter(|_| is_new);
        let line = |text| format!("    {name} cannot be read now, and is looked at again: {text}");
        text.map(|text| Out::Line(line(text))).into_iter().collect()
    }

    fn tell_job(&mut self, at: (usize, usize), progress: &Progress) -> Vec<Out> {
        let told = self.jobs.entry(at).or_default();
        let lines = progress.lines.as_slice();
        // Where the last one is no longer among them, all are new.
        let known = lines.iter().rposition(|line| Some(line) == told.last.as_ref());
        let new = lines.get(known.map_or(0, |at| at + 1)..).unwrap_or_default();
        let mut out: Vec<_> = new.iter().map(|line| Out::Line(words(line))).collect();
        told.last = lines.last().cloned().or_else(|| told.last.take());
        let tenth = progress.share.map(|(done, all)| done.saturating_mul(10) / all.max(1));
        if tenth.is_some() && tenth != told.tenth {
            told.tenth = tenth;
            out.push(Out::Line(format!("    {}", progress.line)));
        }
        out
    }
}

fn words(line: &ProgressLine) -> String {
    let at = line.at.map(|at| format!("{} ", at.strftime("%H:%M:%S"))).unwrap_or_default();
    let failed = if line.failed { "FAILED: " } else { "" };
    format!("    {at}{failed}{}", line.text)
}

#[cfg(test)]
mod tests {
    use super::super::{Aim, Answers};
    use super::*;

    fn line(text: &str, failed: bool) -> ProgressLine {
        ProgressLine { at: "2026-11-20T12:00:05Z".parse().ok(), text: text.to_owned(), failed }
    }

    fn lines(told: &mut Told, progress: &Progress) -> Vec<String> {
        let mut linear = Linear::new(Aim::Pick, Answers::default());
        linear.jobs.insert((0, 0), std::mem::take(told));
        let out = linear.tell_job((0, 0), progress);
        *told = linear.jobs.remove(&(0, 0)).unwrap();
        let text = |out: Out| match out {
            Out::Line(text) => text,
            other => panic!("{other:?}"),
        };
        out.into_iter().map(text).collect()
    }

    #[test]
    fn only_what_is_new_is_told() {
        let mut told = Told::default();
        let mut progress =
            Progress { lines: vec![line("A CREATE_IN_PROGRESS", false)], ..Progress::default() };
        assert_eq!(lines(&mut told, &progress), ["    12:00:05 A CREATE_IN_PROGRESS"]);
        assert_eq!(lines(&mut told, &progress), [""; 0], "the same again");
        progress.lines.push(line("A CREATE_FAILED: no room", true));
        assert_eq!(lines(&mut told, &progress), ["    12:00:05 FAILED: A CREATE_FAILED: no room"]);
    }

    #[test]
    fn what_cannot_be_read_is_told_once_for_each_reason() {
        let mut linear = Linear::new(Aim::Pick, Answers::default());
        let mut told = |unread: Option<&str>| {
            let out = linear.tell_unread((0, 0), "stack", unread.map(str::to_owned));
            out.into_iter().map(|out| format!("{out:?}")).collect::<String>()
        };
        assert_eq!(told(None), "");
        assert!(told(Some("no Status")).contains("stack cannot be read now"));
        assert_eq!(told(Some("no Status")), "", "the same again");
        assert!(told(Some("throttled")).contains("looked at again: throttled"));
        assert_eq!(told(None), "");
        assert!(told(Some("throttled")).contains("throttled"), "it had been read meanwhile");
    }

    #[test]
    fn each_tenth_is_told_once() {
        let mut told = Told::default();
        let mut count = 0;
        for done in 0..=1_000 {
            let share = Some((done, 1_000));
            let progress = Progress { line: format!("{done}"), share, ..Progress::default() };
            count += lines(&mut told, &progress).len();
        }
        assert_eq!(count, 11);
    }
}
