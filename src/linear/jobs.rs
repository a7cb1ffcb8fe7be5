//! How far jobs are, as plain lines: only what is new since the last look.

use super::{Linear, Out};
use crate::engine::RunId;
use crate::settings::{Progress, ProgressLine};

/// What was told of one job.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The last thing that happened to it.
    last: Option<ProgressLine>,
    /// How many tenths of it were done.
    tenth: Option<u64>,
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
