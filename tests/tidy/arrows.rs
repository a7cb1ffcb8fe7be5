//! Arrows between the modules of `src/`: who may know whom.

use std::collections::BTreeSet;

use crate::ARROWS;
use crate::read::{Breach, File, module, read};

/// Finds wrong arrows, files of modules that have no arrows, and ways around them.
pub fn check(files: &[File]) -> Vec<Breach> {
    let modules: BTreeSet<Vec<String>> = files.iter().map(|file| module(&file.path)).collect();
    let mut breaches: Vec<Breach> =
        files.iter().flat_map(|file| check_file(file, &modules)).collect();
    // One group of imports is one mistake.
    breaches.dedup();
    breaches
}

fn check_file(file: &File, modules: &BTreeSet<Vec<String>>) -> Vec<Breach> {
    let breach = |line, rule| Breach { path: file.path.clone(), line, rule };
    let source = read(file);
    let Some(from) = source.module.first() else {
        let rule = "`src/lib.rs` imports nothing: a name from there would hide its arrow";
        return source.imports.iter().map(|line| breach(*line, rule.to_owned())).collect();
    };
    let Some((_, knows)) = ARROWS.iter().find(|(module, _)| module == from) else {
        let rule =
            format!("`{from}` has no arrows: say in the table of the tidy test what it may know");
        return vec![breach(1, rule)];
    };
    let ours = source.names.iter().filter(|named| named.segments[0] == "crate");
    ours.filter_map(|named| {
        let rule = wrong(from, knows, &named.segments[1..], modules)?;
        Some(breach(named.line, rule))
    })
    .collect()
}

/// Why `from` may not name this path; none when it may.
fn wrong(
    from: &str,
    knows: &[&str],
    path: &[String],
    modules: &BTreeSet<Vec<String>>,
) -> Option<String> {
    let Some(to) = path.first().filter(|to| *to != "*") else {
        return Some(format!("`{from}` names the whole crate: name the module that it needs"));
    };
    if to == from || knows.contains(&to.as_str()) {
        return None;
    }
    if !modules.iter().any(|module| module.first() == Some(to)) {
        return Some(format!("`crate::{to}` is no module of `src/`"));
    }
    if knows.contains(&format!("{to}/mod.rs").as_str()) {
        let inside = path.len() > 1 && modules.contains(&path[..2]);
        let rule = || {
            format!("`{from}` may know only what `{to}/mod.rs` offers, not `{}`", path.join("::"))
        };
        return inside.then(rule);
    }
    let may = if knows.is_empty() { "nothing".to_owned() } else { knows.join(", ") };
    Some(format!("`{from}` may not know `{to}`; it may know {may}"))
}
