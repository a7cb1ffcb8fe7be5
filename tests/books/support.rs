//! Reading the cases of this folder, and showing problems as people see them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use miette::{GraphicalReportHandler, GraphicalTheme};
use muster::compliance::Profile;
use muster::estate::Estate;
use muster::problem::{Problem, Source};
use muster::runbook::Book;

/// Where the cases are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books")
}

/// A file of the project, as the program reads it.
pub fn source(path: &str, name: &str) -> Source {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    Source { path: path.to_owned(), name: name.to_owned(), text }
}

/// The estate of the cases.
pub fn harbour() -> Estate {
    estate(&source("tests/books/estate.toml", "harbour"))
}

/// An estate without a problem.
pub fn estate(source: &Source) -> Estate {
    let (estate, problems) = Estate::load(source);
    assert!(problems.is_empty(), "{}", shown(&problems));
    estate.unwrap()
}

/// A case: a file, with lines `#% ...` that say how it is used.
pub struct Case {
    pub source: Source,
    /// The schema refuses it, too.
    pub is_of_schema: bool,
    /// The environment and the parameters it is bound with.
    pub bind: Option<(String, BTreeMap<String, String>)>,
    /// Other books of the estate, each with what it needs.
    pub others: BTreeMap<String, Vec<String>>,
}

impl Case {
    pub fn read(path: &Path) -> Self {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let mut text = fs::read_to_string(path).unwrap();
        let mut others = BTreeMap::new();
        let (mut is_of_schema, mut bind, mut name) = (false, None, stem.to_owned());
        if stem.starts_with("estate-") {
            "harbour".clone_into(&mut name);
        }
        let lines = text.lines().filter_map(|line| line.strip_prefix("#% "));
        for line in lines.map(str::to_owned).collect::<Vec<_>>() {
            let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match word {
                "other" => {
                    let mut words = rest.split(' ').map(str::to_owned);
                    others.insert(words.next().unwrap(), words.collect());
                }
                "schema" => is_of_schema = true,
                "name" => rest.clone_into(&mut name),
                "pad" => {
                    let blanks = " ".repeat(rest.parse().unwrap());
                    text = format!("{text}{blanks}\n");
                }
                "bind" => {
                    let mut words = rest.split(' ').map(str::to_owned);
                    let environment = words.next().unwrap();
                    let pair = |word: String| {
                        let (key, value) = word.split_once('=').unwrap();
                        (key.to_owned(), value.to_owned())
                    };
                    bind = Some((environment, words.map(pair).collect()));
                }
                "repeat" => {
                    let (once, again) = text.split_once(&format!("#% {line}\n")).unwrap();
                    let count: usize = rest.parse().unwrap();
                    let copies = (0..count).map(|n| again.replace("%N%", &n.to_string()));
                    text = once.to_owned() + &copies.collect::<String>();
                }
                _ => panic!("{stem}: what is `#% {line}`?"),
            }
        }
        let path = format!("{}.toml", stem);
        Self { source: Source { path, name, text }, is_of_schema, bind, others }
    }

    pub fn is_estate(&self) -> bool {
        self.source.path.starts_with("estate-")
    }

    pub fn is_profile(&self) -> bool {
        self.source.path.starts_with("compliance")
    }

    /// What is wrong with it, and whether it can be used.
    pub fn problems(&self) -> (bool, Vec<Problem>) {
        if self.is_estate() {
            let (estate, problems) = Estate::load(&self.source);
            return (estate.is_some(), problems);
        }
        let estate = harbour();
        if self.is_profile() {
            let (book, _) =
                Book::load(&source("tests/books/good/minimal.toml", "minimal"), &estate);
            let broken = ["broken".to_owned()];
            let (profile, problems) =
                Profile::load(&self.source, &estate, &[book.unwrap()], &broken);
            return (profile.is_some(), problems);
        }
        let (book, mut problems) = Book::load(&self.source, &estate);
        if let Some(book) = &book {
            let mut all = self.others.clone();
            all.insert(book.pinned.name.clone(), book.pinned.needs.clone());
            problems.extend(book.lint_needs(&all));
        }
        let (Some(book), Some((environment, params))) = (&book, &self.bind) else {
            return (book.is_some(), problems);
        };
        let environment = estate.environment(environment).unwrap();
        match book.bind(&estate, environment, params) {
            Ok(_) => (true, problems),
            Err(more) => {
                problems.extend(more);
                (false, problems)
            }
        }
    }
}

/// Every case of a folder, in order of name.
pub fn cases(folder: &Path) -> Vec<(PathBuf, Case)> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), Case::read(&path))).collect()
}

/// Problems as a terminal of a hundred columns shows them, without colour.
pub fn shown(problems: &[Problem]) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .with_links(false);
    let mut text = String::new();
    for problem in problems {
        handler.render_report(&mut text, problem).unwrap();
        text.push('\n');
    }
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Compares with a file; with `UPDATE` set in the environment, writes it instead.
pub fn golden(path: &Path, text: &str) {
    if updates() {
        fs::write(path, text).unwrap();
        return;
    }
    let wanted = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text, wanted, "{}: run the tests with UPDATE=1", path.display());
}

#[expect(clippy::disallowed_methods, reason = "a test may be told to write what it found")]
fn updates() -> bool {
    std::env::var_os("UPDATE").is_some()
}
