//! Documents that are lists of named rules and replaced as a whole (S8): how the wanted rules come
//! into such a list, and out of it again, while those of others stay as they are.

use std::collections::BTreeSet;

/// A rule with a name that is its own in its document.
pub(super) trait Named: Clone + PartialEq {
    /// Its name.
    fn id(&self) -> &str;

    /// True when both do the same, however they are written.
    fn is_same(&self, other: &Self) -> bool;
}

/// What is wanted of a list: these rules, and none of these names.
#[derive(Debug)]
pub(super) struct Wish<'w, R> {
    pub rules: &'w [R],
    pub absent: &'w BTreeSet<String>,
}

/// The rule of this name.
pub(super) fn find<'l, R: Named>(list: &'l [R], id: &str) -> Option<&'l R> {
    list.iter().find(|rule| rule.id() == id)
}

/// True when the list has a rule that does the same under the same name.
pub(super) fn holds<R: Named>(list: &[R], rule: &R) -> bool {
    find(list, rule.id()).is_some_and(|there| there.is_same(rule))
}

/// True when the list is as wanted.
pub(super) fn is_met<R: Named>(list: &[R], wish: &Wish<'_, R>) -> bool {
    wish.rules.iter().all(|rule| holds(list, rule))
        && !wish.absent.iter().any(|id| find(list, id).is_some())
}

/// The list as wanted, all else as it was and where it was.
pub(super) fn with<R: Named>(now: &[R], wish: &Wish<'_, R>) -> Vec<R> {
    let mut list = now.to_vec();
    list.retain(|rule| !wish.absent.contains(rule.id()));
    for rule in wish.rules {
        match list.iter_mut().find(|there| there.id() == rule.id()) {
            Some(there) if there.is_same(rule) => {}
            Some(there) => *there = rule.clone(),
            None => list.push(rule.clone()),
        }
    }
    list
}

/// The list without what a change did to it: its rules are as before the change, where the change
/// touched them, and all else is as it is now.
pub(super) fn without<R: Named>(now: &[R], before: &[R], wish: &Wish<'_, R>) -> Vec<R> {
    let mut list = now.to_vec();
    let made = wish.rules.iter().filter(|rule| !holds(before, *rule));
    for rule in made {
        match (find(before, rule.id()), list.iter().position(|there| there.id() == rule.id())) {
            (Some(old), Some(position)) => list[position] = old.clone(),
            (Some(old), None) => put_back(&mut list, before, old),
            (None, Some(position)) => drop(list.remove(position)),
            (None, None) => {}
        }
    }
    for old in before.iter().filter(|rule| wish.absent.contains(rule.id())) {
        if find(&list, old.id()).is_none() {
            put_back(&mut list, before, old);
        }
    }
    list
}

/// Puts a rule behind the one that it stood behind.
fn put_back<R: Named>(list: &mut Vec<R>, before: &[R], old: &R) {
    let earlier = before.iter().take_while(|rule| rule.id() != old.id());
    let stands = |rule: &R| list.iter().position(|there| there.id() == rule.id());
    let position = earlier.filter_map(stands).max().map_or(0, |position| position + 1);
    list.insert(position, old.clone());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A name and what the rule does; capital letters are only another way to write it.
    #[derive(Clone, Debug, PartialEq)]
    struct Rule(String, String);

    impl Named for Rule {
        fn id(&self) -> &str {
            &self.0
        }

        fn is_same(&self, other: &Self) -> bool {
            self.0 == other.0 && self.1.eq_ignore_ascii_case(&other.1)
        }
    }

    fn list(text: &str) -> Vec<Rule> {
        let rule = |word: &str| {
            let (id, does) = word.split_once('=').unwrap();
            Rule(id.to_owned(), does.to_owned())
        };
        text.split_whitespace().map(rule).collect()
    }

    fn words(list: &[Rule]) -> String {
        let word = |Rule(id, does): &Rule| format!("{id}={does}");
        list.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    fn names(text: &str) -> BTreeSet<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn rules_come_in_and_go_out_again_between_those_of_others() {
        for (before, wanted, absent, after) in [
            ("", "a=x", "", "a=x"),
            ("b=y", "a=x", "", "b=y a=x"),
            ("a=y b=y", "a=x", "", "a=x b=y"),
            ("a=X b=y", "a=x", "", "a=X b=y"),
            ("a=x b=y c=z", "", "b", "a=x c=z"),
            ("a=x b=y", "c=z", "a", "b=y c=z"),
        ] {
            let (before, wanted, absent) = (list(before), list(wanted), names(absent));
            let wish = Wish { rules: &wanted, absent: &absent };
            let now = with(&before, &wish);
            assert_eq!(words(&now), after);
            assert!(is_met(&now, &wish));
            assert_eq!(without(&now, &before, &wish), before);
        }
    }

    #[test]
    fn what_others_did_since_stays() {
        let (before, wanted) = (list("a=y"), list("a=x b=x"));
        let wish = Wish { rules: &wanted, absent: &BTreeSet::new() };
        assert_eq!(words(&without(&list("c=z a=x b=x"), &before, &wish)), "c=z a=y");
        assert_eq!(words(&without(&list("c=z"), &before, &wish)), "a=y c=z");
        // It was there before the change: it was not the change that made it.
        assert_eq!(words(&without(&list("a=q b=x"), &list("a=X"), &wish)), "a=q");
    }

    fn some_list() -> impl Strategy<Value = Vec<Rule>> {
        prop::collection::btree_map("[a-d]", "[xyX]", 0..4)
            .prop_map(|rules| rules.into_iter().map(|(id, does)| Rule(id, does)).collect())
    }

    proptest! {
        #[test]
        fn taking_out_what_came_in_is_as_before(
            before in some_list().prop_shuffle(),
            wanted in some_list(),
            absent in prop::collection::btree_set("[e-g]|a", 0..3),
        ) {
            let wanted: Vec<_> =
                wanted.into_iter().filter(|rule| !absent.contains(rule.id())).collect();
            let wish = Wish { rules: &wanted, absent: &absent };
            let now = with(&before, &wish);
            prop_assert!(is_met(&now, &wish));
            prop_assert_eq!(with(&now, &wish), now.clone(), "again changes nothing");
            prop_assert_eq!(without(&now, &before, &wish), before);
        }
    }
}
