//! Simulated tags of tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloud::dynamodb::Reply;

use super::super::moment::{Carried, read, wrote};
use super::{Moment, Tables, in_use, invalid};

/// The most tags that a table may have.
const MOST: usize = 50;

impl Tables {
    pub(super) fn tags(&self, arn: &str, at: &Moment) -> Carried<Reply> {
        let name = self.of_arn(arn, at)?;
        let tags = self.shelf.seen(name, at.now).map(|table| table.tags.clone());
        read(Reply::Tags { tags: tags.unwrap_or_default() })
    }

    pub(super) fn tag(
        &mut self,
        arn: &str,
        tags: &BTreeMap<String, String>,
        at: &Moment,
    ) -> Carried<Reply> {
        check(tags)?;
        self.retag(arn, at, |there| there.extend(tags.clone()))
    }

    pub(super) fn untag(
        &mut self,
        arn: &str,
        keys: &BTreeSet<String>,
        at: &Moment,
    ) -> Carried<Reply> {
        self.retag(arn, at, |there| there.retain(|key, _| !keys.contains(key)))
    }

    fn retag(
        &mut self,
        arn: &str,
        at: &Moment,
        change: impl FnOnce(&mut BTreeMap<String, String>),
    ) -> Carried<Reply> {
        let name = self.of_arn(arn, at)?;
        let Some(table) = self.shelf.truth(name) else { return super::absent(name) };
        if table.is_going() {
            return in_use(name, "deleted");
        }
        let mut new = table.clone();
        change(&mut new.tags);
        if new.tags.len() > MOST {
            return invalid(format!("Too many tags: The maximum number of tags is {MOST}"));
        }
        let changed = self.shelf.set(name, Some(new), at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }
}

/// What AWS refuses of tags: keys that are its own, too long, or empty.
pub(super) fn check(tags: &BTreeMap<String, String>) -> Result<(), crate::cloud::CallError> {
    for (key, value) in tags {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return invalid(
                "One or more parameter values were invalid: Tag keys starting with 'aws:' are \
                 reserved for system use",
            );
        }
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return invalid(format!(
                "One or more parameter values were invalid: Tag {key:?} is too long or has no key"
            ));
        }
    }
    Ok(())
}
