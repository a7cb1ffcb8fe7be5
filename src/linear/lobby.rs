//! The first page as plain lines: pick a book or a run by its number, and give what a book needs.

use std::collections::BTreeMap;

use super::{Aim, Out};
use crate::compliance::{Report, render};
use crate::engine::RunId;
use crate::error::Exit;
use crate::link::{Ask, BookRow, Course, Home, RunRow, Said};
use crate::runbook::{Param, ParamKind};
use crate::settings::Kind;

/// What is picked before a run is walked.
#[derive(Debug, Default)]
pub(super) struct Lobby {
    home: Option<Home>,
    /// The book that was picked, and what was given for it.
    picked: Option<(BookRow, BTreeMap<String, String>)>,
    /// The names that were offered for the parameter at hand.
    offered: Vec<String>,
}

/// What a line leads to.
pub(super) enum Step {
    /// These are wanted, and then another line.
    Stay(Vec<Out>),
    /// It was picked.
    Picked(Aim),
}

impl Lobby {
    /// The list of books and runs.
    pub(super) fn home(&mut self, home: &Home) -> Vec<Out> {
        // A home that comes again while a book is being picked changes nothing.
        if self.home.replace(home.clone()).is_some() {
            return Vec::new();
        }
        let mut out = vec![line(format!(
            "{} {} {}",
            home.mode.to_string().to_uppercase(),
            home.estate,
            super::wording::place(&home.environment)
        ))];
        for (number, run) in (1..).zip(self.runs()) {
            let needs = run.needs.as_deref().unwrap_or_default();
            out.push(line(format!(
                "{number:>3} run  {} {} is {}: {needs}",
                run.id, run.book, run.state
            )));
        }
        if let Some(row) = &home.score {
            out.push(line(format!("Compliance: {}, at {:.0}", row.score.in_words(), row.at)));
        }
        let first = self.runs().count() + 1;
        for (number, book) in (first..).zip(&home.books) {
            let pinned = &book.pinned;
            out.push(line(format!(
                "{number:>3} book {} {}: {}",
                pinned.name, pinned.version, pinned.title
            )));
        }
        out.push(self.prompt());
        out
    }

    /// Runs that need someone.
    fn runs(&self) -> impl Iterator<Item = &RunRow> {
        self.home.iter().flat_map(|home| &home.runs).filter(|run| run.needs.is_some())
    }

    /// The question at hand.
    pub(super) fn prompt(&self) -> Out {
        Out::Prompt(match self.missing() {
            Some(param) => {
                let default = param.default.as_ref().map(|text| format!(" [{text}]"));
                format!("{}{}: ", param.name, default.unwrap_or_default())
            }
            None => {
                "Number of a run or book, o for the rollout, c for compliance, r RUN for a report, \
                     j for the journal, q leaves: "
                    .to_owned()
            }
        })
    }

    /// The next parameter of the picked book that nothing was given for.
    fn missing(&self) -> Option<&Param> {
        let (book, given) = self.picked.as_ref()?;
        book.params.iter().find(|param| !given.contains_key(&param.name))
    }

    /// A scan that came to its end.
    pub(super) fn scanned(&self, report: &Result<Report, Said>) -> Vec<Out> {
        let text = match report {
            Ok(report) => render::text(report),
            Err(said) => said.text.clone(),
        };
        let lines = text.lines().map(|text| line(text.to_owned()));
        lines.chain([self.prompt()]).collect()
    }

    /// Names that the account has, for the parameter at hand.
    pub(super) fn offer(&mut self, names: &Result<Vec<String>, String>) -> Vec<Out> {
        let mut out = Vec::new();
        match names {
            Ok(names) => {
                self.offered.clone_from(names);
                out.extend((1..).zip(names).map(|(n, name)| line(format!("{n:>3} {name}"))));
            }
            Err(why) => out.push(line(format!("The names cannot be read: {why}"))),
        }
        out.push(self.prompt());
        out
    }

    /// What a line means.
    pub(super) fn typed(&mut self, typed: &str) -> Step {
        let typed = typed.trim();
        if typed == "q" && self.missing().is_none() {
            return Step::Stay(vec![Out::Leave(Exit::Succeeded)]);
        }
        if self.missing().is_some() { self.give(typed) } else { self.pick(typed) }
    }

    fn pick(&mut self, typed: &str) -> Step {
        if typed == "j" {
            return Step::Stay(vec![Out::Ask(Ask::Journal {})]);
        }
        if typed == "c" {
            return Step::Stay(vec![Out::Ask(Ask::Scan { profile: None })]);
        }
        if typed == "o" {
            let rollout = self.home.as_ref().map(|home| &home.rollout);
            let lines = rollout.map(super::wording::rollout).unwrap_or_default();
            let out: Vec<_> = lines.into_iter().map(line).chain([self.prompt()]).collect();
            return Step::Stay(out);
        }
        if let Some(run) = self.reported(typed) {
            return Step::Stay(vec![run.map_or_else(
                || line("There is no run yet.".to_owned()),
                |run| Out::Ask(Ask::Report { run, keep: false }),
            )]);
        }
        let runs: Vec<_> = self.runs().map(|run| run.id.clone()).collect();
        let books = self.home.as_ref().map(|home| home.books.as_slice()).unwrap_or_default();
        let number = typed.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        if let Some(run) = number.and_then(|at| runs.get(at)) {
            return Step::Picked(Aim::Resume { run: run.clone() });
        }
        let Some(book) = number.and_then(|at| books.get(at.checked_sub(runs.len())?)).cloned()
        else {
            return Step::Stay(vec![line("There is no such number.".to_owned()), self.prompt()]);
        };
        let mut out = vec![line(book.pinned.summary.clone())];
        for (number, step) in (1..).zip(&book.steps) {
            out.push(line(format!("{number:>3} {}", step.title)));
        }
        self.picked = Some((book, BTreeMap::new()));
        self.next(out)
    }

    /// The run whose report is wanted, the latest when none is named; none when that is not it.
    fn reported(&self, typed: &str) -> Option<Option<RunId>> {
        let named =
            typed.strip_prefix('r').filter(|rest| rest.is_empty() || rest.starts_with(' '))?;
        let runs = self.home.iter().flat_map(|home| &home.runs);
        Some(match named.trim() {
            "" => runs.map(|run| run.id.clone()).next(),
            name => Some(name.to_owned()),
        })
    }

    fn give(&mut self, typed: &str) -> Step {
        let Some(param) = self.missing().cloned() else { return self.next(Vec::new()) };
        let numbered =
            typed.parse::<usize>().ok().and_then(|n| self.offered.get(n.checked_sub(1)?));
        let text = match (numbered, &param.default) {
            (Some(name), _) => name.clone(),
            (None, Some(default)) if typed.is_empty() => default.clone(),
            (None, _) => typed.to_owned(),
        };
        if let Err(why) = param.check(&text) {
            return Step::Stay(vec![line(format!("Not taken: {why}")), self.prompt()]);
        }
        if let Some((_, given)) = &mut self.picked {
            given.insert(param.name, text);
        }
        self.offered.clear();
        self.next(Vec::new())
    }

    /// Asks for the next parameter, or has everything.
    fn next(&self, mut out: Vec<Out>) -> Step {
        let Some(param) = self.missing() else {
            return match &self.picked {
                Some((book, given)) => Step::Picked(Aim::Walk {
                    course: Course::Book { book: book.pinned.name.clone(), params: given.clone() },
                    digest: None,
                }),
                None => Step::Stay(vec![self.prompt()]),
            };
        };
        out.push(line(param.help.clone()));
        out.push(match param.kind {
            ParamKind::Table => Out::Ask(Ask::Pick { kind: Kind::Table }),
            ParamKind::Bucket => Out::Ask(Ask::Pick { kind: Kind::Bucket }),
            ParamKind::Text
            | ParamKind::Email
            | ParamKind::Integer { .. }
            | ParamKind::Boolean
            | ParamKind::Choice(_)
            | ParamKind::Time => self.prompt(),
        });
        Step::Stay(out)
    }
}

const fn line(text: String) -> Out {
    Out::Line(text)
}
