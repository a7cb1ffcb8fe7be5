//! Files as a reader meets them: what they say first, how long they are, where they are explained.

use crate::LINES;
use crate::read::{Breach, File, module, read};

/// Finds files that do not begin by saying what they are for.
pub fn introduced(files: &[File]) -> Vec<Breach> {
    let silent = files.iter().filter(|file| {
        let first = file.text.lines().next().unwrap_or_default();
        first.strip_prefix("//!").is_none_or(|said| said.trim().is_empty())
    });
    silent
        .map(|file| Breach {
            path: file.path.clone(),
            line: 1,
            rule: "the first line says what the file is for: `//! ...`".to_owned(),
        })
        .collect()
}

/// Finds files that are too long. Items under `#[cfg(test)]` are not counted, and neither is a
/// file that is a module of that kind.
pub fn short(files: &[File]) -> Vec<Breach> {
    let sources: Vec<_> = files.iter().map(|file| (file, read(file))).collect();
    let tests: Vec<_> = sources.iter().flat_map(|(_, source)| &source.test_modules).collect();
    let counted = sources.iter().filter(|(file, _)| {
        let here = module(&file.path);
        !tests.iter().any(|test| here.starts_with(test))
    });
    counted
        .filter_map(|(file, source)| {
            let tests: usize = source.tests.iter().map(|(from, to)| to - from + 1).sum();
            let lines = file.text.lines().count().saturating_sub(tests);
            (lines > LINES).then(|| Breach {
                path: file.path.clone(),
                line: LINES + 1,
                rule: format!(
                    "{lines} lines without the tests, {LINES} at the most: split it by variant"
                ),
            })
        })
        .collect()
}

/// Finds modules of the crate that the architecture document does not name.
pub fn explained(files: &[File]) -> Vec<Breach> {
    let root = files.iter().find(|file| file.path == "src/lib.rs");
    let root = root.map(|file| file.text.as_str()).unwrap_or_default();
    let document: String =
        root.lines().filter_map(|line| line.strip_prefix("//!")).flat_map(|l| [l, "\n"]).collect();
    let mut missing: Vec<String> = files
        .iter()
        .filter_map(|file| module(&file.path).into_iter().next())
        .filter(|name| !mentions(&document, name))
        .collect();
    missing.sort();
    missing.dedup();
    missing
        .into_iter()
        .map(|name| Breach {
            path: "src/lib.rs".to_owned(),
            line: 1,
            rule: format!("the architecture document does not name `{name}`: say what it is for"),
        })
        .collect()
}

/// Whether a text names a module: `` `name` ``, `name/` or `name.rs`. The bare word is not enough.
fn mentions(document: &str, name: &str) -> bool {
    document.match_indices(name).any(|(at, _)| {
        let before = document[..at].chars().next_back();
        let after = &document[at + name.len()..];
        let word = before.is_none_or(|c| !c.is_alphanumeric() && !"_/:".contains(c));
        let quoted = before == Some('`') && after.starts_with('`');
        quoted || word && (after.starts_with('/') || after.starts_with(".rs"))
    })
}
