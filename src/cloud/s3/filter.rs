//! Which objects a rule is about.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::written::is_no;

/// The objects that a rule is about: those that all of its conditions hold for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// What their keys begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The tags that they have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// They have more bytes than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_greater_than: Option<u64>,
    /// They have fewer bytes than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_less_than: Option<u64>,
    /// The prefix stands in the rule itself, the form before filters. AWS answers with it, and
    /// takes no document that mixes the two forms.
    #[serde(default, skip_serializing_if = "is_no")]
    pub old_form: bool,
}

/// The objects that a rule without sizes is about: those that all of its conditions hold for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// What their keys begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The tags that they have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Selection {
    /// True when it says nothing, not even an empty prefix.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

impl Filter {
    /// True when it says nothing, not even an empty prefix.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// How many conditions it has: two and more stand in an `And`.
    pub fn conditions(&self) -> usize {
        usize::from(self.prefix.is_some())
            + self.tags.len()
            + usize::from(self.size_greater_than.is_some())
            + usize::from(self.size_less_than.is_some())
    }

    /// What the keys begin with; nothing for all.
    pub fn prefix(&self) -> &str {
        self.prefix.as_deref().unwrap_or_default()
    }

    /// True when some object may meet both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (self.prefix(), other.prefix());
        let differs = |(key, value): (&String, &String)| {
            other.tags.get(key).is_some_and(|theirs| theirs != value)
        };
        let above = self.size_greater_than.max(other.size_greater_than);
        let below = [self.size_less_than, other.size_less_than].into_iter().flatten().min();
        let has_room = match (above, below) {
            (Some(above), Some(below)) => above.saturating_add(1) < below,
            (None, Some(below)) => below > 0,
            (Some(_) | None, None) => true,
        };
        (a.starts_with(b) || b.starts_with(a)) && !self.tags.iter().any(differs) && has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(json: serde_json::Value) -> Filter {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn filters_overlap_when_an_object_may_meet_both() {
        let all = || filter(serde_json::json!({}));
        let of = |json| filter(json);
        for (a, b, overlap) in [
            (all(), all(), true),
            (all(), of(serde_json::json!({ "prefix": "a/" })), true),
            (
                of(serde_json::json!({ "prefix": "a/" })),
                of(serde_json::json!({ "prefix": "a/b" })),
                true,
            ),
            (
                of(serde_json::json!({ "prefix": "a/" })),
                of(serde_json::json!({ "prefix": "b/" })),
                false,
            ),
            (
                of(serde_json::json!({ "tags": { "k": "1" } })),
                of(serde_json::json!({ "tags": { "k": "2" } })),
                false,
            ),
            (
                of(serde_json::json!({ "tags": { "k": "1" } })),
                of(serde_json::json!({ "tags": { "l": "2" } })),
                true,
            ),
            (
                of(serde_json::json!({ "size_greater_than": 10 })),
                of(serde_json::json!({ "size_less_than": 10 })),
                false,
            ),
            (
                of(serde_json::json!({ "size_greater_than": 10 })),
                of(serde_json::json!({ "size_less_than": 12 })),
                true,
            ),
        ] {
            assert_eq!((a.overlaps(&b), b.overlaps(&a)), (overlap, overlap), "{a:?} {b:?}");
        }
    }
}
