//! Fuzzy search.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The positions of the texts that match, best first; all of them, in order, for no pattern.
pub(super) fn seek<T: AsRef<str>>(pattern: &str, texts: &[T]) -> Vec<usize> {
    if pattern.trim().is_empty() {
        return (0..texts.len()).collect();
    }
    let pattern = Pattern::parse(pattern, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut letters = Vec::new();
    let mut hits: Vec<(u32, usize)> = texts
        .iter()
        .enumerate()
        .filter_map(|(at, text)| {
            let text = Utf32Str::new(text.as_ref(), &mut letters);
            pattern.score(text, &mut matcher).map(|score| (score, at))
        })
        .collect();
    hits.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    hits.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_comes_first() {
        let texts = ["restore-table", "phase-1-protection", "rollback-phase-1"];
        assert_eq!(seek("", &texts), [0, 1, 2]);
        assert_eq!(seek("rest", &texts), [0]);
        assert_eq!(seek("phase", &texts).len(), 2);
        assert!(seek("zzz", &texts).is_empty());
    }
}
