//! What books need of each other: that they are there, that no two wait for each other, and the order
//! that follows from it.

use std::collections::BTreeMap;

use super::book::Book;
use super::bound::Pinned;
use crate::problem::{Code, Findings, Problem, list, nearest};

impl Book {
    /// What is wrong with what the book needs, among all books of its estate: each by its name, with
    /// what it needs. A book whose file has errors is among them, and needs nothing.
    pub fn lint_needs(&self, all: &BTreeMap<String, Vec<String>>) -> Vec<Problem> {
        let mut findings = Findings::new(&self.source);
        for need in &self.needs {
            if !all.contains_key(&need.name) {
                let message = format!("the estate has no book `{}`", need.name);
                let known = || all.keys().map(String::as_str).filter(|n| *n != self.pinned.name);
                let help = match nearest(&need.name, known()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "name the books that come before this one, as their files are called"
                        .to_owned(),
                };
                findings.error(Code::UnknownBook, need.span.clone(), message).help(help);
            } else if let Some(way) = way(&need.name, &self.pinned.name, all) {
                let way: Vec<_> = way.iter().map(String::as_str).collect();
                let message = format!("it needs `{}`, which needs {}", need.name, list(&way));
                findings
                    .error(Code::NeedsCircle, need.span.clone(), message)
                    .help("none of them could ever be started: take one of the needs away");
            }
        }
        findings.into_problems()
    }
}

/// The books on the way from one to another that it needs, that one included; none when it does not
/// need it, nor through others.
fn way(from: &str, to: &str, all: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
    // Each with the way that led to it, the nearest first.
    let mut open = std::collections::VecDeque::from([(from, Vec::new())]);
    let mut seen = vec![from];
    while let Some((book, before)) = open.pop_front() {
        for need in all.get(book).into_iter().flatten() {
            let way: Vec<String> = before.iter().chain([need]).cloned().collect();
            if need == to {
                return Some(way);
            }
            if !seen.contains(&need.as_str()) {
                seen.push(need);
                open.push_back((need, way));
            }
        }
    }
    None
}

/// Books in the order in which they can be run: each after those it needs, else by name. What waits
/// for itself or for a book that is not among them comes last.
pub fn in_order(books: &[Pinned]) -> Vec<&Pinned> {
    let mut left: Vec<&Pinned> = books.iter().collect();
    left.sort_by(|a, b| a.name.cmp(&b.name));
    let mut done: Vec<&Pinned> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_ready = |book: &&Pinned| {
            book.needs.iter().all(|need| done.iter().any(|before| before.name == *need))
        };
        let at = left.iter().position(is_ready).unwrap_or(0);
        done.push(left.remove(at));
    }
    done
}
