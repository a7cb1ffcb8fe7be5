//! A book: loaded once, bound to an environment and parameters as often as it is run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::bound::{Bound, Pinned};
use super::head::{self, Head, Need};
use super::lints;
use super::outline::{self, OutlineStep};
use super::param::Param;
use super::scope::Scope;
use super::step::StepDraft;
use super::{bind, refs};
use crate::estate::{Environment, Estate};
use crate::problem::{Code, Findings, Node, Problem, Source, kebab, nearest};

/// A book as it is written, checked, and not yet bound.
#[derive(Clone, Debug)]
pub struct Book {
    /// What a run keeps of it.
    pub pinned: Pinned,
    /// What a person is asked for, in the order of the file.
    pub params: Vec<Param>,
    /// Where the books that come before it are named.
    pub(super) needs: Vec<Need>,
    steps: Vec<StepDraft>,
    pub(super) source: Source,
}

impl Book {
    /// Reads a book and checks it for every environment of the estate: all problems, not only the
    /// first. There is no book when one of them is an error.
    pub fn load(source: &Source, estate: &Estate) -> (Option<Self>, Vec<Problem>) {
        let mut findings = Findings::new(source);
        let book = Self::read(source, estate, &mut findings);
        let is_good = !findings.has_errors();
        (book.filter(|_| is_good), findings.into_problems())
    }

    fn read(source: &Source, estate: &Estate, findings: &mut Findings) -> Option<Self> {
        named(source, findings);
        let tree = Node::read(source, findings)?;
        let head = head::read(&tree, source, findings)?;
        refs::check(&head, estate, findings);
        if let Some(kind) = head.kind.filter(|_| head.is_whole) {
            lints::book(kind, &head.steps, findings);
        }
        let Head { pinned, params, needs, steps, .. } = head;
        let (values, guessed) = bind::samples(&params);
        let mut all = Vec::new();
        for environment in &estate.environments {
            let scope = Scope {
                environment,
                assets: &estate.assets,
                params: &values,
                guessed: &guessed,
                each: None,
            };
            let (bound, raised) = bind::steps(&steps, &scope);
            if all.is_empty() {
                lints::sequence(&steps, &bound, findings);
            }
            all.push((environment.name.as_str(), raised));
        }
        raise(bind::merge(all), findings);
        Some(Self { pinned: pinned?, params, needs, steps, source: source.clone() })
    }

    /// The book as it was read.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// Where it was read, as shown to people.
    pub fn path(&self) -> &str {
        &self.source.path
    }

    /// The steps as they are written, for people who read the book before it is bound.
    pub fn outline(&self) -> Vec<OutlineStep> {
        self.steps.iter().map(outline::of).collect()
    }

    /// Fills everything in.
    ///
    /// # Errors
    /// A parameter is missing or does not fit, or a value breaks a rule of AWS here.
    pub fn bind(
        &self,
        estate: &Estate,
        environment: &Environment,
        params: &BTreeMap<String, String>,
    ) -> Result<Bound, Vec<Problem>> {
        let mut findings = Findings::new(&self.source);
        let (values, texts) = self.given(params, &mut findings);
        if findings.has_errors() {
            return Err(findings.into_problems());
        }
        let guessed = BTreeSet::new();
        let scope = Scope {
            environment,
            assets: &estate.assets,
            params: &values,
            guessed: &guessed,
            each: None,
        };
        let (steps, raised) = bind::steps(&self.steps, &scope);
        raise(raised, &mut findings);
        if steps.len() != self.steps.len() && !findings.has_errors() {
            let message = format!("the environment `{}` is not of this estate", environment.name);
            findings.error(Code::UnknownPath, 0..0, message);
        }
        if findings.has_errors() {
            return Err(findings.into_problems());
        }
        Ok(Bound {
            book: self.pinned.clone(),
            estate: estate.name.clone(),
            estate_sha256: estate.sha256.clone(),
            environment: environment.clone(),
            params: texts,
            steps,
            undoes: None,
        })
    }

    /// The parameters that were given or have a default: by type, and as text.
    fn given(
        &self,
        params: &BTreeMap<String, String>,
        findings: &mut Findings,
    ) -> (BTreeMap<String, Value>, BTreeMap<String, String>) {
        for name in params.keys().filter(|name| !self.params.iter().any(|p| p.name == **name)) {
            let known: Vec<_> = self.params.iter().map(|param| param.name.as_str()).collect();
            let found = findings.error(
                Code::UnknownParam,
                0..0,
                format!("the book has no parameter `{name}`"),
            );
            match nearest(name, known.iter().copied()) {
                Some(meant) => found.help(format!("did you mean `{meant}`?")),
                None if known.is_empty() => found.help("it takes none"),
                None => found.help(format!("it takes {}", crate::problem::list(&known))),
            }
        }
        let mut values = BTreeMap::new();
        let mut texts = BTreeMap::new();
        for param in &self.params {
            let Some(text) = params.get(&param.name).or(param.default.as_ref()) else {
                let message = format!("the parameter `{}` is missing", param.name);
                findings
                    .error(Code::MissingParam, param.span.clone(), message)
                    .help(format!("{} Give it with `-p {}=...`.", param.help, param.name));
                continue;
            };
            match param.check(text) {
                Ok(value) => {
                    values.insert(param.name.clone(), value);
                    texts.insert(param.name.clone(), text.clone());
                }
                Err(why) => {
                    let message = format!("`{}` cannot be `{text}`: {why}", param.name);
                    findings.error(Code::BadParam, param.span.clone(), message).help(&param.help);
                }
            }
        }
        (values, texts)
    }
}

/// A book is called as its file.
pub(crate) fn named(source: &Source, findings: &mut Findings) {
    let file = source.path.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = file.strip_suffix(".toml").unwrap_or(file);
    if !kebab(&source.name) {
        let message = format!("a book cannot be called `{}`", source.name);
        findings
            .error(Code::FileName, 0..0, message)
            .help("use small letters, digits and hyphens: `phase-1-protection.toml`");
    } else if stem != source.name {
        let message = format!("the file is called `{file}`, and the book `{}`", source.name);
        findings.error(Code::FileName, 0..0, message).help("a book is called as its file");
    }
}

/// Tells the problems of the environments.
pub(crate) fn raise(raised: Vec<bind::Raised>, findings: &mut Findings) {
    for raised in raised {
        let found = findings.add(raised.severity, raised.code, raised.span, &raised.message);
        if let Some(help) = raised.help {
            found.help(help);
        }
    }
}
