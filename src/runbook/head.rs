//! Reading a book: its head, its parameters and its steps.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::bound::{Kind, Pinned, Risk};
use super::duration;
use super::param::Param;
use super::step::StepDraft;
use crate::problem::{Code, Fields, Findings, Node, Shape, Source, kebab, wrong};

/// Keys of a book.
pub(super) const KEYS: &[&str] = &[
    "title", "version", "kind", "summary", "risk", "duration", "cost", "owner", "reviewed",
    "needs", "params", "step",
];
/// The kinds of books, as they are written.
pub(super) const KINDS: &[(&str, Kind)] = &[
    ("phase", Kind::Phase),
    ("restore", Kind::Restore),
    ("rollback", Kind::Rollback),
    ("drill", Kind::Drill),
    ("check", Kind::Check),
    ("procedure", Kind::Procedure),
];
/// The risks, as they are written.
pub(super) const RISKS: &[(&str, Risk)] =
    &[("low", Risk::Low), ("medium", Risk::Medium), ("high", Risk::High)];
/// The most steps of one book: more are no longer walked in one sitting.
pub(super) const MAX_STEPS: usize = 200;

/// A book that is needed, and where that is written.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub name: String,
    pub span: Range<usize>,
}

/// What a file says.
pub(super) struct Head {
    /// None when something of it is missing.
    pub pinned: Option<Pinned>,
    pub params: Vec<Param>,
    /// Where each of the books that it needs is named.
    pub needs: Vec<Need>,
    pub steps: Vec<StepDraft>,
    pub kind: Option<Kind>,
    /// The names of all parameters, also of those that could not be read.
    pub declared: Vec<String>,
    /// False when a step could not be read: what needs all of them is not looked at then.
    pub is_whole: bool,
}

impl Head {
    /// What a file without parameters and steps has: nothing that a path could lead to.
    pub(super) const fn empty() -> Self {
        Self {
            pinned: None,
            params: Vec::new(),
            needs: Vec::new(),
            steps: Vec::new(),
            kind: None,
            declared: Vec::new(),
            is_whole: true,
        }
    }
}

pub(super) fn read(tree: &Node, source: &Source, findings: &mut Findings) -> Option<Head> {
    let fields = Fields::of(tree, "a book", KEYS, findings)?;
    let needed = ["title", "version", "kind", "summary", "risk", "duration", "cost", "owner"];
    let missing =
        needed.into_iter().chain(["reviewed", "step"]).filter(|key| fields.get(key).is_none());
    let missing: Vec<_> = missing.collect();
    if !missing.is_empty() {
        let message = format!("a book has no {}", crate::problem::list(&missing));
        findings.error(Code::MissingKey, 0..0, message);
    }
    let kind = fields.choice("kind", KINDS, findings);
    let params = fields.get("params").map(|node| params(node, findings)).unwrap_or_default();
    let declared = fields.get("params").and_then(Node::table).unwrap_or_default();
    let needs = fields.get("needs").map(|node| needs(node, source, findings)).unwrap_or_default();
    let steps = fields.get("step").map(|node| steps(node, findings)).unwrap_or_default();
    let written = fields.get("step").map_or(0, |node| match &node.shape {
        Shape::List(items) => items.len(),
        _ => 1,
    });
    Some(Head {
        is_whole: steps.len() == written,
        declared: declared.iter().map(|entry| entry.key.clone()).collect(),
        pinned: pinned(&fields, kind, source, findings).map(|pinned| Pinned {
            needs: needs.iter().map(|need| need.name.clone()).collect(),
            ..pinned
        }),
        needs,
        params,
        steps,
        kind,
    })
}

fn pinned(
    fields: &Fields<'_>,
    kind: Option<Kind>,
    source: &Source,
    findings: &mut Findings,
) -> Option<Pinned> {
    let mut words = |key: &str| words(key, fields, findings);
    let (title, summary) = (words("title"), words("summary"));
    let (cost, owner) = (words("cost"), words("owner"));
    let version = version(fields, findings);
    let risk = fields.choice("risk", RISKS, findings);
    let duration = duration::read("duration", fields, findings);
    let reviewed = reviewed(fields, findings);
    Some(Pinned {
        name: source.name.clone(),
        title: title?,
        version: version?,
        kind: kind?,
        summary: summary?,
        risk: risk?,
        duration_seconds: duration?,
        cost: cost?,
        owner: owner?,
        reviewed: reviewed?,
        sha256: hex::encode(Sha256::digest(&source.text)),
        needs: Vec::new(),
    })
}

/// A text of the head, which has no paths.
pub(crate) fn words(key: &str, fields: &Fields<'_>, findings: &mut Findings) -> Option<String> {
    let text = fields.text(key, findings)?;
    if text.contains("${") {
        let span = fields.get(key)?.span.clone();
        findings
            .error(Code::MisplacedPath, span, format!("`{key}` of a book has no paths"))
            .help("it is shown before anything is filled in: write the words out");
    }
    Some(text.to_owned())
}

pub(crate) fn version(fields: &Fields<'_>, findings: &mut Findings) -> Option<semver::Version> {
    let text = fields.text("version", findings)?;
    match text.parse() {
        Ok(version) => Some(version),
        Err(why) => {
            let span = fields.get("version")?.span.clone();
            findings
                .error(Code::BadVersion, span, format!("`{text}` is no version: {why}"))
                .help("write it as \"1.2.0\"");
            None
        }
    }
}

pub(crate) fn reviewed(fields: &Fields<'_>, findings: &mut Findings) -> Option<Date> {
    let node = fields.get("reviewed")?;
    let date = match &node.shape {
        Shape::Time(time) if time.time.is_none() && time.offset.is_none() => time.date,
        _ => None,
    };
    let number = |n: u8| i8::try_from(n).ok();
    let read = date.and_then(|date| {
        let year = i16::try_from(date.year).ok()?;
        Date::new(year, number(date.month)?, number(date.day)?).ok()
    });
    if read.is_none() {
        let message = match &node.shape {
            Shape::Time(_) => "`reviewed` is a date without a time".to_owned(),
            _ => format!("`reviewed` is a date, not {}", node.kind()),
        };
        findings
            .error(Code::WrongType, node.span.clone(), message)
            .help("write it without quotes: 2026-11-01");
    }
    read
}

fn needs(node: &Node, source: &Source, findings: &mut Findings) -> Vec<Need> {
    let Shape::List(items) = &node.shape else {
        return wrong("needs", "a list of texts", node, findings).unwrap_or_default();
    };
    let mut names: Vec<Need> = Vec::new();
    for item in items {
        let Some(name) = crate::problem::text_of("needs", item, findings) else { continue };
        let message = if name == source.name {
            "a book cannot come before itself".to_owned()
        } else if !kebab(name) {
            format!("no book is called `{name}`")
        } else if names.iter().any(|known| known.name == name) {
            findings.error(Code::Duplicate, item.span.clone(), format!("`{name}` stands twice"));
            continue;
        } else {
            names.push(Need { name: name.to_owned(), span: item.span.clone() });
            continue;
        };
        findings
            .error(Code::BadName, item.span.clone(), message)
            .help("name the books that come before this one, as their files are called");
    }
    names
}

fn params(node: &Node, findings: &mut Findings) -> Vec<Param> {
    let Some(entries) = node.table() else {
        return wrong("params", "a table", node, findings).unwrap_or_default();
    };
    entries.iter().filter_map(|entry| Param::read(entry, findings)).collect()
}

fn steps(node: &Node, findings: &mut Findings) -> Vec<StepDraft> {
    let Shape::List(items) = &node.shape else {
        let _: Option<()> =
            wrong("step", "a list of tables, each under `[[step]]`", node, findings);
        return Vec::new();
    };
    if items.is_empty() {
        findings.error(Code::Empty, node.span.clone(), "the book has no steps");
    }
    if let Some(first) = items.get(MAX_STEPS) {
        let message = format!("more than {MAX_STEPS} steps in one book");
        findings
            .error(Code::TooMany, first.span.clone(), message)
            .help("split it into several books");
    }
    let read = items.iter().take(MAX_STEPS).filter_map(|item| StepDraft::read(item, findings));
    let steps: Vec<_> = read.collect();
    let mut seen = BTreeMap::new();
    for step in &steps {
        if seen.insert(&step.id, ()).is_some() {
            let message = format!("there are two steps `{}`", step.id);
            findings
                .error(Code::Duplicate, step.span.clone(), message)
                .help("give each step an id of its own: the journal tells them apart by it");
        }
    }
    steps
}
