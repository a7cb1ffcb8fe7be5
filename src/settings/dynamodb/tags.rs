//! `dynamodb.table.tags`: tags of a table. Others than those that are named stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use super::super::presence::Presence;
use super::super::seen::{reply, strange};
use super::super::{Breach, Kind, Property, Target, Undo, Unread};
use crate::cloud::dynamodb::{Call, Reply, TAG_RESOURCE, UNTAG_RESOURCE};
use crate::cloud::{self, Operation, Outcome};

/// `dynamodb.table.tags`
pub(in crate::settings) struct Tags;

/// Values by key; `"absent"` for a tag that is not to be there.
type Wanted = BTreeMap<String, Presence<String>>;

/// The most tags of one table.
const MOST: usize = 50;
/// The longest key, in characters.
const LONGEST_KEY: usize = 128;
/// The longest value, in characters.
const LONGEST_VALUE: usize = 256;

impl Property for Tags {
    type Value = Wanted;

    const ID: &'static str = "dynamodb.table.tags";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Tags";
    const HELP: &'static str = "Values of tags by key. Tags that are not named stay as they are; \
        `\"absent\"` takes one away. AWS shows a new tag only after a while (D20). A restored table \
        has none of them (D2).";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html";
    const EXAMPLE: &'static str = "{ Environment = \"production\", System = \"sitelogix\" }";
    const WRITES: &'static [&'static Operation] = &[&TAG_RESOURCE, &UNTAG_RESOURCE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::DynamoDb(Call::ListTagsOfResource { arn: arn(on) })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Wanted, Unread> {
        let there = there(seen)?;
        Ok(there
            .iter()
            .map(|(key, value)| (key.clone(), Presence::Present(value.clone())))
            .collect())
    }

    fn is_met(value: &Wanted, wanted: &Wanted) -> bool {
        wanted.iter().all(|(key, tag)| match tag {
            Presence::Absent => !value.contains_key(key),
            Presence::Present(_) => value.get(key) == Some(tag),
        })
    }

    fn write(on: &Target, seen: &[Outcome], to: &Wanted) -> Result<Vec<cloud::Call>, Breach> {
        let none = BTreeMap::new();
        let there = there(seen).unwrap_or(&none);
        let most = there.keys().chain(present(to).map(|(key, _)| key)).collect::<BTreeSet<_>>();
        let gone =
            to.iter().filter(|(key, tag)| **tag == Presence::Absent && there.contains_key(*key));
        if most.len() - gone.count() > MOST {
            return Err(Breach::unfit(
                format!(
                    "with its {} other tags the table would have more than {MOST}",
                    there.len()
                ),
                "take tags away first, in a step of their own",
            ));
        }
        Ok(calls(on, there, to))
    }

    /// Only what the change put there, where it is still so.
    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Wanted>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let none = BTreeMap::new();
        let there = there(seen).unwrap_or(&none);
        let before = |key: &String| undo.before.get(key).cloned().unwrap_or(Presence::Absent);
        let ours = undo.after.iter().filter(|(key, after)| match after {
            Presence::Absent => !there.contains_key(*key),
            Presence::Present(value) => there.get(*key) == Some(value),
        });
        let back = ours.map(|(key, _)| (key.clone(), before(key))).collect();
        Ok(calls(on, there, &back))
    }

    fn lint(_on: &Target, to: &Wanted) -> Vec<Breach> {
        let mut breaches = Vec::new();
        for (key, value) in to {
            if key.to_ascii_lowercase().starts_with("aws:") {
                let why = format!("the tag `{key}` begins with `aws:`, which only AWS may set");
                breaches.push(Breach::unfit(why, "choose another key"));
            }
            let length = key.chars().count();
            if !(1..=LONGEST_KEY).contains(&length) {
                let why =
                    format!("the key of a tag has 1 to {LONGEST_KEY} characters, not {length}");
                breaches.push(Breach::unfit(why, "choose another key"));
            }
            let length = value.present().map_or(0, |value| value.chars().count());
            if length > LONGEST_VALUE {
                let why = format!(
                    "the value of the tag `{key}` has {length} characters, more than {LONGEST_VALUE}"
                );
                breaches.push(Breach::unfit(why, "choose a shorter value"));
            }
        }
        if present(to).count() > MOST {
            let why = format!("a table has at most {MOST} tags");
            breaches.push(Breach::unfit(why, "leave some out"));
        }
        breaches
    }
}

/// The tags that are to be there.
fn present(to: &Wanted) -> impl Iterator<Item = (&String, &String)> {
    to.iter().filter_map(|(key, tag)| Some((key, tag.present()?)))
}

/// One call that sets what differs, and one that takes away what is there and should not be.
fn calls(on: &Target, there: &BTreeMap<String, String>, to: &Wanted) -> Vec<cloud::Call> {
    let tags: BTreeMap<_, _> = present(to)
        .filter(|(key, value)| there.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let absent =
        to.iter().filter(|(key, tag)| **tag == Presence::Absent && there.contains_key(*key));
    let keys: BTreeSet<_> = absent.map(|(key, _)| key.clone()).collect();
    let arn = arn(on);
    let untag =
        (!keys.is_empty()).then(|| Call::UntagResource { arn: arn.clone(), keys: keys.clone() });
    let tag =
        (!tags.is_empty()).then(|| Call::TagResource { arn: arn.clone(), tags: tags.clone() });
    untag.into_iter().chain(tag).map(cloud::Call::DynamoDb).collect()
}

fn arn(on: &Target) -> String {
    on.place.arn("dynamodb", &format!("table/{}", on.name))
}

fn there(seen: &[Outcome]) -> Result<&BTreeMap<String, String>, Unread> {
    match reply(seen, 0)? {
        cloud::Reply::DynamoDb(Reply::Tags { tags }) => Ok(tags),
        other => Err(strange(other)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::Undo;
    use super::super::testing::{on, said, setting, text, told};
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> [Outcome; 1] {
        [said(Reply::Tags { tags: text(pairs) })]
    }

    fn untagged(keys: &str) -> String {
        format!("UntagResource {{arn:{TABLE},keys:[{keys}]}}")
    }

    fn tagged(tags: &str) -> String {
        format!("TagResource {{arn:{TABLE},tags:{{{tags}}}}}")
    }

    const TABLE: &str = "arn:aws:dynamodb:us-east-1:500313280221:table/sitelogix-work-logs";

    #[test]
    fn only_what_differs_is_set_and_others_stay() {
        let setting = setting("dynamodb.table.tags");
        let seen = tags(&[("Owner", "platform"), ("Status", "Active"), ("Old", "x")]);
        let wanted = json!({ "Status": "Deprecated", "Owner": "platform", "Old": "absent" });
        let value = setting.decode(&on(), &seen).unwrap();
        assert!(!setting.is_met(&value, &wanted));
        assert_eq!(
            told(setting.write(&on(), &seen, &wanted).unwrap()),
            [untagged("Old"), tagged("Status:Deprecated"),]
        );
        let after = tags(&[("Owner", "platform"), ("Status", "Deprecated"), ("Other", "y")]);
        assert!(setting.is_met(&setting.decode(&on(), &after).unwrap(), &wanted));
    }

    #[test]
    fn undo_takes_back_only_what_is_still_as_the_change_left_it() {
        let setting = setting("dynamodb.table.tags");
        let before = json!({ "Owner": "platform", "Status": "Active" });
        let after = json!({ "Status": "Deprecated", "New": "1", "Owner": "team" });
        let undo = Undo { before: &before, after: &after };
        // Somebody else set the owner again, and added a tag.
        let now =
            tags(&[("Owner", "other"), ("Status", "Deprecated"), ("New", "1"), ("Theirs", "z")]);
        assert!(!setting.is_undone(&on(), &now, &undo));
        assert_eq!(
            told(setting.undo(&on(), &now, &undo).unwrap()),
            [untagged("New"), tagged("Status:Active"),]
        );
        let undone = tags(&[("Owner", "other"), ("Status", "Active"), ("Theirs", "z")]);
        assert!(setting.is_undone(&on(), &undone, &undo));
    }

    #[test]
    fn a_tag_that_was_taken_away_comes_back() {
        let setting = setting("dynamodb.table.tags");
        let (before, after) = (json!({ "Old": "x" }), json!({ "Old": "absent" }));
        let undo = Undo { before: &before, after: &after };
        let calls = setting.undo(&on(), &tags(&[]), &undo).unwrap();
        assert_eq!(told(calls), [tagged("Old:x")]);
    }

    #[test]
    fn a_table_has_no_more_than_fifty() {
        let setting = setting("dynamodb.table.tags");
        let many: Vec<(String, String)> =
            (0..50).map(|n| (format!("k{n}"), "v".to_owned())).collect();
        let pairs: Vec<_> = many.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let seen = tags(&pairs);
        let breach = setting.write(&on(), &seen, &json!({ "one": "more" })).unwrap_err();
        assert!(breach.why.contains("more than 50"), "{}", breach.why);
        let one_out = json!({ "one": "more", "k0": "absent" });
        assert_eq!(setting.write(&on(), &seen, &one_out).unwrap().len(), 2);
    }

    #[test]
    fn keys_and_values_that_aws_refuses_are_found_before() {
        let setting = setting("dynamodb.table.tags");
        let whys = |value: Value| -> Vec<String> {
            setting.lint(&on(), &value).into_iter().map(|breach| breach.why).collect()
        };
        assert_eq!(whys(json!({ "Status": "", "Other": "absent" })), [""; 0]);
        assert!(whys(json!({ "aws:x": "1" }))[0].contains("only AWS may set"));
        assert!(whys(json!({ "": "1" }))[0].contains("1 to 128 characters, not 0"));
        assert!(whys(json!({ "k": "v".repeat(257) }))[0].contains("257 characters"));
        let many: serde_json::Map<_, _> = (0..51).map(|n| (format!("k{n}"), json!("v"))).collect();
        assert_eq!(whys(Value::Object(many)), ["a table has at most 50 tags"]);
    }
}
