//! Eventual consistency: what is true, and what a read may still show instead.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A value whose changes are seen late. Writes act on the truth; reads ask what is seen at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lagging<T> {
    truth: T,
    /// Values that reads may still show, oldest first.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    stale: Vec<Stale<T>>,
}

/// A value of the past that is seen until a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stale<T> {
    until: Timestamp,
    value: T,
}

impl<T: PartialEq> Lagging<T> {
    /// A value that everybody sees.
    pub fn settled(truth: T) -> Self {
        Self { truth, stale: Vec::new() }
    }

    /// What is true, whatever reads show.
    pub fn truth(&self) -> &T {
        &self.truth
    }

    /// What a read at this time shows: the oldest value that may still be shown, so that changes
    /// show in the order in which they were made.
    pub fn seen(&self, at: Timestamp) -> &T {
        self.stale.iter().find(|stale| at < stale.until).map_or(&self.truth, |stale| &stale.value)
    }

    /// Changes the truth at `at`, seen from `visible` on. Answers whether it became another value.
    pub fn set(&mut self, value: T, at: Timestamp, visible: Timestamp) -> bool {
        if self.truth == value {
            return false;
        }
        self.stale.retain(|stale| at < stale.until);
        let value = std::mem::replace(&mut self.truth, value);
        self.stale.push(Stale { until: visible, value });
        true
    }
}

/// Resources of one kind by name, each seen late.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shelf<T> {
    entries: BTreeMap<String, Lagging<Option<T>>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { entries: BTreeMap::new() }
    }
}

impl<T: PartialEq> Shelf<T> {
    /// The resource as it is.
    pub fn truth(&self, name: &str) -> Option<&T> {
        self.entries.get(name)?.truth().as_ref()
    }

    /// The resource as a read at this time shows it.
    pub fn seen(&self, name: &str, at: Timestamp) -> Option<&T> {
        self.entries.get(name)?.seen(at).as_ref()
    }

    /// Puts, replaces or (with `None`) removes a resource at `at`, seen from `visible` on.
    /// Answers whether anything changed.
    pub fn set(&mut self, name: &str, value: Option<T>, at: Timestamp, visible: Timestamp) -> bool {
        // What is gone for everybody leaves no trace.
        self.entries.retain(|_, entry| entry.truth().is_some() || entry.seen(at).is_some());
        if value.is_none() && !self.entries.contains_key(name) {
            return false;
        }
        self.entries
            .entry(name.to_owned())
            .or_insert_with(|| Lagging::settled(None))
            .set(value, at, visible)
    }

    /// Names that a read at this time lists, sorted.
    pub fn names(&self, at: Timestamp) -> Vec<String> {
        let seen = self.entries.iter().filter(|(_, entry)| entry.seen(at).is_some());
        seen.map(|(name, _)| name.clone()).collect()
    }

    /// All resources as they are, by name.
    pub fn truths(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries
            .iter()
            .filter_map(|(name, entry)| Some((name.as_str(), entry.truth().as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn a_change_is_true_at_once_and_seen_later() {
        let mut value = Lagging::settled("off");
        assert!(value.set("on", at(0), at(2)));
        assert_eq!(*value.truth(), "on");
        assert_eq!(*value.seen(at(1)), "off");
        assert_eq!(*value.seen(at(2)), "on");
    }

    #[test]
    fn changes_are_seen_in_the_order_in_which_they_were_made() {
        let mut value = Lagging::settled(0);
        assert!(value.set(1, at(0), at(5)));
        assert!(value.set(2, at(1), at(3)));
        assert_eq!(*value.seen(at(4)), 0);
        assert_eq!(*value.seen(at(5)), 2);
    }

    #[test]
    fn the_same_value_again_changes_nothing() {
        let mut value = Lagging::settled("on");
        assert!(!value.set("on", at(0), at(2)));
        assert_eq!(value, Lagging::settled("on"));
    }

    #[test]
    fn a_removed_resource_is_listed_until_its_removal_is_seen() {
        let mut shelf = Shelf::default();
        assert!(shelf.set("a", Some(1), at(0), at(1)));
        assert_eq!(shelf.names(at(0)), [""; 0]);
        assert_eq!(shelf.names(at(1)), ["a"]);
        assert!(shelf.set("a", None, at(10), at(12)));
        assert_eq!((shelf.truth("a"), shelf.seen("a", at(11))), (None, Some(&1)));
        assert_eq!(shelf.seen("a", at(12)), None);
        assert!(!shelf.set("b", None, at(20), at(21)), "removing what is not there");
        assert_eq!(shelf, Shelf::default(), "nothing is left of it");
    }
}
