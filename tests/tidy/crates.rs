//! Foreign crates, and parts of the standard library, that have one home.

use crate::read::{Breach, File, Named, module, read};
use crate::{HOMES, Home};

/// Finds crates that are named away from their home.
pub fn check(files: &[File]) -> Vec<Breach> {
    let sources: Vec<_> = files.iter().map(|file| (file, read(file))).collect();
    let tests: Vec<_> = sources.iter().flat_map(|(_, source)| &source.test_modules).collect();
    let mut breaches = Vec::new();
    for (file, source) in &sources {
        let here = module(&file.path);
        let all_test = tests.iter().any(|test| here.starts_with(test));
        for named in &source.names {
            breaches.extend(HOMES.iter().filter_map(|home| away(home, file, named, all_test)));
        }
    }
    breaches
}

fn away(home: &Home, file: &File, named: &Named, all_test: bool) -> Option<Breach> {
    let name = home.names.iter().find(|name| matches(name, &named.segments))?;
    let allowed = home.at.iter().any(|at| file.path.starts_with(at))
        || home.tests && (named.test || all_test);
    let rule = || {
        let at = home.at.join(", ");
        format!("`{name}` may be named only in {at}: {}", home.why)
    };
    (!allowed).then(|| Breach { path: file.path.clone(), line: named.line, rule: rule() })
}

/// Whether a path lies at or under a name. A glob could be anything, and is taken for it.
fn matches(name: &str, segments: &[String]) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    let long_enough = segments.len() >= parts.len();
    long_enough
        && parts.iter().zip(segments).all(|(part, segment)| match part.strip_suffix('*') {
            Some(beginning) => segment.starts_with(beginning) || segment == "*",
            None => part == segment || segment == "*",
        })
}
