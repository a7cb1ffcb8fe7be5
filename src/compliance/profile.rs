//! Reading a profile: a list of checks on settings, as TOML text.

use std::collections::BTreeSet;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::bind::{self, Bound};
use crate::estate::{Environment, Estate};
use crate::problem::{Code, Fields, Findings, Node, Problem, Shape, Source, kebab, snake, wrong};
use crate::runbook::assertion::{self, Assertion, Text};
use crate::runbook::{Book, merge, named, plain_words, raise, reviewed, version};

/// Keys of a profile.
pub(super) const KEYS: &[&str] =
    &["title", "version", "summary", "owner", "reviewed", "pointers", "check"];
/// Keys of a check.
pub(super) const CHECK_KEYS: &[&str] = &[
    "id",
    "title",
    "why",
    "check",
    "on",
    "is",
    "has",
    "parts",
    "ask",
    "who",
    "evidence",
    "together",
    "not_applicable",
    "remedy",
    "link",
];
/// Keys of evidence, of an exemption, and of a remedy.
pub(super) const EVIDENCE_KEYS: &[&str] = &["book", "step"];
pub(super) const EXEMPT_KEYS: &[&str] = &["on", "why"];
pub(super) const REMEDY_KEYS: &[&str] = &["book", "step", "on", "do"];
/// The most checks of one profile.
pub(super) const MAX_CHECKS: usize = 200;

/// A profile as it is written, checked, and not yet bound.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name, that of its file.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Its version.
    pub version: semver::Version,
    /// What it is about, in a sentence or two.
    pub summary: String,
    /// Who answers for it.
    pub owner: String,
    /// When somebody last read it through.
    pub reviewed: jiff::civil::Date,
    /// SHA-256, in hex, of its text.
    pub sha256: String,
    pub(super) pointers: Vec<PointerDraft>,
    pub(super) checks: Vec<Draft>,
}

/// What an entry of the inventory is called now, where a parameter may say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// The entry of the inventory.
    pub key: String,
    /// Name of the parameter in Systems Manager.
    pub parameter: String,
}

#[derive(Clone, Debug)]
pub(super) struct PointerDraft {
    pub key: String,
    pub parameter: Text,
}

/// A check as it is written.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub id: String,
    pub title: String,
    pub why: String,
    pub link: Option<String>,
    pub act: Act,
    /// Under which name all targets are one line.
    pub together: Option<Text>,
    pub exempt: Option<Exempt>,
    pub remedies: Vec<RemedyDraft>,
    pub span: Range<usize>,
}

/// How a check is answered.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// By reading settings, all of which have to be as wanted.
    Read(Vec<Assertion>),
    /// By a person.
    Ask {
        ask: String,
        who: String,
        on: Vec<Text>,
        /// The book and its manual step whose answer is the evidence.
        evidence: Option<(String, String)>,
    },
}

/// Where a check does not apply, and why.
#[derive(Clone, Debug)]
pub(super) struct Exempt {
    pub on: Vec<Text>,
    pub why: String,
}

/// What brings a check to pass.
#[derive(Clone, Debug)]
pub(super) struct RemedyDraft {
    pub book: Option<String>,
    pub step: Option<String>,
    pub words: Option<String>,
    /// For these targets only; for all when empty.
    pub on: Vec<Text>,
    pub span: Range<usize>,
}

impl Profile {
    /// Reads a profile and checks it for every environment of the estate: all problems, not only
    /// the first. There is no profile when one of them is an error.
    ///
    /// Its remedies name books of the estate; a book with errors of its own is named among the
    /// `broken`.
    pub fn load(
        source: &Source,
        estate: &Estate,
        books: &[Book],
        broken: &[String],
    ) -> (Option<Self>, Vec<Problem>) {
        let mut findings = Findings::new(source);
        let profile = read(source, estate, (books, broken), &mut findings);
        let is_good = !findings.has_errors();
        (profile.filter(|_| is_good), findings.into_problems())
    }

    /// The pointers that are to be read first, in one environment.
    pub fn pointers(&self, environment: &Environment) -> Vec<Pointer> {
        let one = |pointer: &PointerDraft| Pointer {
            key: pointer.key.clone(),
            parameter: pointer.parameter.names(environment).into_iter().next().unwrap_or_default(),
        };
        self.pointers.iter().map(one).collect()
    }

    /// Fills everything in. Where a pointer says how an entry of the inventory is called now, the
    /// environment that is given here has it under that name.
    pub fn bind(&self, estate: &Estate, environment: &Environment) -> Bound {
        bind::bind(self, estate, environment, &mut Vec::new())
    }
}

fn read(
    source: &Source,
    estate: &Estate,
    books: (&[Book], &[String]),
    findings: &mut Findings,
) -> Option<Profile> {
    named(source, findings);
    let tree = Node::read(source, findings)?;
    let fields = Fields::of(&tree, "a profile", KEYS, findings)?;
    let head = head(&fields, source, findings);
    let pointers = pointers(&fields, estate, findings);
    let checks = checks(fields.need("check", findings)?, findings);
    for check in &checks {
        follow(check, estate, findings);
        for remedy in &check.remedies {
            known_step(
                remedy.book.as_deref(),
                remedy.step.as_deref(),
                &remedy.span,
                books,
                findings,
            );
        }
        if let Act::Ask { evidence: Some((book, step)), .. } = &check.act {
            known_step(Some(book), Some(step), &check.span, books, findings);
        }
    }
    let profile = Profile { pointers, checks, ..head? };
    if findings.has_errors() {
        return None;
    }
    let all = estate.environments.iter().map(|environment| {
        let mut raised = Vec::new();
        bind::bind(&profile, estate, environment, &mut raised);
        (environment.name.as_str(), raised)
    });
    raise(merge(all.collect()), findings);
    Some(profile)
}

fn head(fields: &Fields<'_>, source: &Source, findings: &mut Findings) -> Option<Profile> {
    for key in ["title", "version", "summary", "owner", "reviewed"] {
        fields.need(key, findings);
    }
    let title = plain_words("title", fields, findings);
    let summary = plain_words("summary", fields, findings);
    let owner = plain_words("owner", fields, findings);
    let version = version(fields, findings);
    let reviewed = reviewed(fields, findings);
    Some(Profile {
        name: source.name.clone(),
        title: title?,
        version: version?,
        summary: summary?,
        owner: owner?,
        reviewed: reviewed?,
        sha256: hex::encode(Sha256::digest(&source.text)),
        pointers: Vec::new(),
        checks: Vec::new(),
    })
}

fn pointers(fields: &Fields<'_>, estate: &Estate, findings: &mut Findings) -> Vec<PointerDraft> {
    let Some(node) = fields.get("pointers") else { return Vec::new() };
    let Some(entries) = node.table() else {
        return wrong("pointers", "a table", node, findings).unwrap_or_default();
    };
    let mut pointers = Vec::new();
    for entry in entries {
        let Some(fields) = Fields::of(&entry.value, "a pointer", &["parameter"], findings) else {
            continue;
        };
        let known = estate.environments.first().map(|environment| &environment.inventory);
        let is_one = known.and_then(|known| known.get(&entry.key));
        match is_one {
            Some(crate::estate::Item::One(_)) if snake(&entry.key) => {}
            Some(_) => {
                let message = format!("`{}` is a list, and a pointer names one", entry.key);
                findings.error(Code::ListPath, entry.key_span.clone(), message);
            }
            None => {
                let message = format!("the estate has no `{}` in its inventory", entry.key);
                let known = known.into_iter().flatten().map(|(key, _)| key.as_str());
                findings
                    .error(Code::UnknownPath, entry.key_span.clone(), message)
                    .suggest(&entry.key, known);
            }
        }
        let Some((text, _)) = fields.need_text("parameter", findings) else { continue };
        let Some(node) = fields.get("parameter") else { continue };
        let parameter = Text::read(text, node, findings);
        parameter.follow(estate, findings);
        pointers.push(PointerDraft { key: entry.key.clone(), parameter });
    }
    pointers
}

fn checks(node: &Node, findings: &mut Findings) -> Vec<Draft> {
    let Shape::List(items) = &node.shape else {
        let _: Option<()> =
            wrong("check", "a list of tables, each under `[[check]]`", node, findings);
        return Vec::new();
    };
    if items.is_empty() {
        findings.error(Code::Empty, node.span.clone(), "the profile has no checks");
    }
    if let Some(first) = items.get(MAX_CHECKS) {
        let message = format!("more than {MAX_CHECKS} checks in one profile");
        findings
            .error(Code::TooMany, first.span.clone(), message)
            .help("split it into several profiles");
    }
    let mut seen = BTreeSet::new();
    let mut checks = Vec::new();
    for item in items.iter().take(MAX_CHECKS) {
        let Some(check) = Draft::read(item, findings) else { continue };
        if !seen.insert(check.id.clone()) {
            let message = format!("there are two checks `{}`", check.id);
            findings
                .error(Code::Duplicate, check.span.clone(), message)
                .help("give each check an id of its own: scans are compared by it");
        }
        checks.push(check);
    }
    checks
}

impl Draft {
    fn read(node: &Node, findings: &mut Findings) -> Option<Self> {
        let fields = Fields::of(node, "a check", CHECK_KEYS, findings)?;
        let id = fields.need_text("id", findings);
        if let Some((id, span)) = &id
            && !kebab(id)
        {
            findings
                .error(Code::BadName, span.clone(), format!("a check cannot be called `{id}`"))
                .help("use small letters, digits and hyphens: `table-recovery`");
        }
        for key in ["title", "why"] {
            fields.need(key, findings);
        }
        let title = plain_words("title", &fields, findings);
        let why = plain_words("why", &fields, findings);
        let link = crate::runbook::link(&fields, findings);
        let act = act(&fields, findings);
        let together = fields.text("together", findings).map(str::to_owned);
        let together = together
            .zip(fields.get("together"))
            .map(|(text, node)| Text::read(&text, node, findings));
        if together.is_none() && fields.get("parts").is_some() {
            let message = "`parts` are one line, which needs a name";
            findings
                .error(Code::MissingKey, fields.at.clone(), message)
                .help("give it: together = \"${estate.trail}\"");
        }
        let exempt = fields.get("not_applicable").map(|node| exempt(node, findings));
        let remedies = fields.get("remedy").map(|node| remedies(node, findings));
        Some(Self {
            id: id.as_ref()?.0.to_owned(),
            span: id?.1,
            title: title?,
            why: why?,
            link,
            act: act?,
            together,
            exempt: exempt.map_or(Some(None), |found| found.map(Some))?,
            remedies: remedies.unwrap_or_default(),
        })
    }
}

/// How the check is answered: by `check`, by `parts`, or by `ask`.
fn act(fields: &Fields<'_>, findings: &mut Findings) -> Option<Act> {
    let verbs: Vec<_> =
        ["check", "parts", "ask"].iter().filter_map(|verb| fields.entry(verb)).collect();
    let first = match verbs.as_slice() {
        [] => {
            findings
                .error(Code::NothingToDo, fields.at.clone(), "the check looks at nothing")
                .help("give it one of `check`, `parts` and `ask`");
            return None;
        }
        [first] => *first,
        [first, second, ..] => {
            let message =
                format!("a check says one thing, not both `{}` and `{}`", first.key, second.key);
            findings
                .error(Code::TwoThingsToDo, second.key_span.clone(), message)
                .help("make two checks of it");
            return None;
        }
    };
    let verb = first.key.as_str();
    let goes_with: &[(&str, &[&str])] = &[
        ("on", &["check", "ask"]),
        ("is", &["check"]),
        ("has", &["check"]),
        ("who", &["ask"]),
        ("evidence", &["ask"]),
        ("not_applicable", &["check"]),
    ];
    for (key, verbs) in goes_with {
        if let Some(entry) = fields.entry(key).filter(|_| !verbs.contains(&verb)) {
            let message = format!("`{key}` does not go with `{verb}`");
            findings
                .error(Code::StrayKey, entry.key_span.clone(), message)
                .help(format!("it goes with {}", crate::problem::list(verbs)));
        }
    }
    match verb {
        "check" => Assertion::read(fields, findings).map(|one| Act::Read(vec![one])),
        "parts" => parts(&first.value, findings),
        _ => ask(fields, findings),
    }
}

fn parts(node: &Node, findings: &mut Findings) -> Option<Act> {
    let Shape::List(items) = &node.shape else {
        return wrong("parts", "a list of tables", node, findings);
    };
    if items.is_empty() {
        findings.error(Code::Empty, node.span.clone(), "`parts` is empty");
        return None;
    }
    let read = |item: &Node, findings: &mut Findings| {
        let fields = Fields::of(item, "a part", assertion::KEYS, findings)?;
        Assertion::read(&fields, findings)
    };
    let parts: Vec<_> = items.iter().map(|item| read(item, findings)).collect();
    parts.into_iter().collect::<Option<_>>().map(Act::Read)
}

fn ask(fields: &Fields<'_>, findings: &mut Findings) -> Option<Act> {
    let ask = plain_words("ask", fields, findings);
    fields.need("who", findings);
    let who = plain_words("who", fields, findings);
    let on = fields.need("on", findings).and_then(|node| Text::several(node, findings));
    let evidence = match fields.get("evidence") {
        None => None,
        Some(node) => {
            let fields = Fields::of(node, "the evidence", EVIDENCE_KEYS, findings)?;
            let book = fields.need_text("book", findings)?.0.to_owned();
            Some((book, fields.need_text("step", findings)?.0.to_owned()))
        }
    };
    Some(Act::Ask { ask: ask?, who: who?, on: on?, evidence })
}

fn exempt(node: &Node, findings: &mut Findings) -> Option<Exempt> {
    let fields = Fields::of(node, "`not_applicable`", EXEMPT_KEYS, findings)?;
    let on = fields.need("on", findings).and_then(|node| Text::several(node, findings));
    fields.need("why", findings);
    let why = plain_words("why", &fields, findings);
    Some(Exempt { on: on?, why: why? })
}

fn remedies(node: &Node, findings: &mut Findings) -> Vec<RemedyDraft> {
    let items = match &node.shape {
        Shape::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items.iter().filter_map(|item| remedy(item, findings)).collect()
}

fn remedy(node: &Node, findings: &mut Findings) -> Option<RemedyDraft> {
    let fields = Fields::of(node, "a remedy", REMEDY_KEYS, findings)?;
    let text = |key: &str, findings: &mut Findings| fields.text(key, findings).map(str::to_owned);
    let (book, step) = (text("book", findings), text("step", findings));
    let words = plain_words("do", &fields, findings);
    if book.is_none() && words.is_none() {
        findings
            .error(Code::MissingKey, node.span.clone(), "a remedy has neither `book` nor `do`")
            .help("name a book and its step, or say in words what a person does");
    }
    if let (None, Some(entry)) = (&book, fields.entry("step")) {
        findings.error(Code::StrayKey, entry.key_span.clone(), "`step` goes with `book`");
    }
    let on = match fields.get("on") {
        Some(node) => Text::several(node, findings)?,
        None => Vec::new(),
    };
    Some(RemedyDraft { book, step, words, on, span: node.span.clone() })
}

/// Whether every path of a check leads somewhere.
fn follow(check: &Draft, estate: &Estate, findings: &mut Findings) {
    let mut texts: Vec<&Text> = check.together.iter().collect();
    match &check.act {
        Act::Read(parts) => parts.iter().for_each(|part| part.follow(estate, findings)),
        Act::Ask { on, .. } => texts.extend(on),
    }
    texts.extend(check.exempt.iter().flat_map(|exempt| &exempt.on));
    texts.extend(check.remedies.iter().flat_map(|remedy| &remedy.on));
    texts.into_iter().for_each(|text| text.follow(estate, findings));
}

/// A book and its step exist.
fn known_step(
    book: Option<&str>,
    step: Option<&str>,
    span: &Range<usize>,
    (books, broken): (&[Book], &[String]),
    findings: &mut Findings,
) {
    // What is wrong with a book that could not be read has been said.
    let Some(name) = book.filter(|name| !broken.iter().any(|broken| broken == name)) else {
        return;
    };
    let Some(found) = books.iter().find(|book| book.pinned.name == name) else {
        findings
            .error(Code::UnknownBook, span.clone(), format!("the estate has no book `{name}`"))
            .suggest(name, books.iter().map(|book| book.pinned.name.as_str()));
        return;
    };
    let Some(step) = step else { return };
    let steps: Vec<_> = found.outline().into_iter().map(|step| step.id).collect();
    if !steps.iter().any(|known| known == step) {
        findings
            .error(Code::UnknownBook, span.clone(), format!("`{name}` has no step `{step}`"))
            .suggest(step, steps.iter().map(String::as_str));
    }
}
