//! `s3.bucket.tags`: tags of a bucket. Others than those that are named stay as they are.

use std::collections::BTreeMap;

use super::super::presence::Presence;
use super::super::seen::{strange, unless};
use super::super::{Breach, Kind, Property, Target, Undo, Unread};
use super::{call, unreadable};
use crate::cloud::s3::{Call, DELETE_BUCKET_TAGGING, PUT_BUCKET_TAGGING, Reply};
use crate::cloud::{self, Operation, Outcome};
use crate::text;

/// `s3.bucket.tags`
pub(in crate::settings) struct BucketTags;

/// Values by key; `"absent"` for a tag that is not to be there.
type Wanted = BTreeMap<String, Presence<String>>;

/// All tags of a bucket, by key.
type Tags = BTreeMap<String, String>;

/// AWS's word for a bucket without tags.
const NO_TAGS: &str = "NoSuchTagSet";
/// The most tags of one bucket.
const MOST: usize = 50;
/// The longest key, in characters.
const LONGEST_KEY: usize = 128;
/// The longest value, in characters.
const LONGEST_VALUE: usize = 256;
/// What only AWS may set.
const RESERVED: &str = "aws:";

/// The tags in the answer.
fn there(seen: &[Outcome]) -> Result<Tags, Unread> {
    match unless(seen, 0, &[NO_TAGS])? {
        None => Ok(Tags::new()),
        Some(cloud::Reply::S3(Reply::Tags { tags })) => Ok(tags.clone()),
        Some(other) => Err(strange(other)),
    }
}

/// The one call that replaces all tags; none when there is nothing to do.
fn put(on: &Target, now: &Tags, tags: Tags) -> Result<Vec<cloud::Call>, Breach> {
    let bucket = on.name.clone();
    if *now == tags {
        return Ok(Vec::new());
    }
    if tags.is_empty() {
        return Ok(call(Call::DeleteBucketTagging { bucket }));
    }
    if tags.len() > MOST {
        let why = format!(
            "with its other tags the bucket would have {}; the most are {MOST}",
            tags.len()
        );
        return Err(Breach::unfit(why, "take tags away first, in a step of their own"));
    }
    Ok(call(Call::PutBucketTagging { bucket, tags }))
}

/// The tags with what is wanted of them.
fn with<'w>(
    now: &Tags,
    wanted: impl IntoIterator<Item = (&'w String, &'w Presence<String>)>,
) -> Tags {
    let mut tags = now.clone();
    for (key, tag) in wanted {
        match tag.present() {
            Some(value) => tags.insert(key.clone(), value.clone()),
            None => tags.remove(key),
        };
    }
    tags
}

impl Property for BucketTags {
    type Value = Wanted;

    const ID: &'static str = "s3.bucket.tags";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Tags";
    const HELP: &'static str = "Values of tags by key. Tags that are not named stay as they are, \
        although AWS only replaces all of them at once (S8); `\"absent\"` takes one away. A bucket \
        has at most 50, with keys up to 128 and values up to 256 characters.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html";
    const EXAMPLE: &'static str = "{ Status = \"Deprecated\" }";
    const WRITES: &'static [&'static Operation] = &[&DELETE_BUCKET_TAGGING, &PUT_BUCKET_TAGGING];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::GetBucketTagging { bucket: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Wanted, Unread> {
        Ok(there(seen)?.into_iter().map(|(key, value)| (key, Presence::Present(value))).collect())
    }

    fn is_met(value: &Wanted, wanted: &Wanted) -> bool {
        wanted.iter().all(|(key, tag)| match tag {
            Presence::Absent => !value.contains_key(key),
            Presence::Present(_) => value.get(key) == Some(tag),
        })
    }

    fn write(on: &Target, seen: &[Outcome], to: &Wanted) -> Result<Vec<cloud::Call>, Breach> {
        let now = there(seen).map_err(|why| unreadable(&why))?;
        put(on, &now, with(&now, to))
    }

    /// Only what the change put there, where it is still so.
    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Wanted>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = match there(seen) {
            Ok(now) => now,
            // They went with the bucket.
            Err(Unread::Absent) => return Ok(Vec::new()),
            Err(why) => return Err(unreadable(&why)),
        };
        let is_ours = |(key, after): &(&String, &Presence<String>)| match after {
            Presence::Absent => !now.contains_key(*key),
            Presence::Present(value) => now.get(*key) == Some(value),
        };
        let before = |key: &String| undo.before.get(key).cloned().unwrap_or(Presence::Absent);
        let ours = undo.after.iter().filter(is_ours);
        let back: Wanted = ours.map(|(key, _)| (key.clone(), before(key))).collect();
        put(on, &now, with(&now, &back))
    }

    fn lint(_on: &Target, to: &Wanted) -> Vec<Breach> {
        let mut breaches: Vec<_> =
            to.iter().filter_map(|(key, tag)| unfit(key, tag.present())).collect();
        if to.values().filter(|tag| tag.present().is_some()).count() > MOST {
            let why = format!("a bucket has at most {MOST} tags");
            breaches.push(Breach::unfit(why, "leave some out"));
        }
        if to.is_empty() {
            breaches.push(Breach::unfit("it names no tag", "name one, or drop the step"));
        }
        breaches
    }
}

/// What AWS does not take as a tag.
fn unfit(key: &str, value: Option<&String>) -> Option<Breach> {
    let shown = text::visible(key);
    let length = key.chars().count();
    let odd = |text: &str| text.chars().find(|c| !is_taken(*c));
    let (why, fix) = if key.to_lowercase().starts_with(RESERVED) {
        (format!("the tag `{shown}` begins with `aws:`, which only AWS may set"), "use another key")
    } else if !(1..=LONGEST_KEY).contains(&length) {
        let why = format!("the key of a tag has 1 to {LONGEST_KEY} characters, not {length}");
        (why, "use another key")
    } else if let Some(odd) = odd(key) {
        let why = format!("the key `{shown}` holds `{}`", odd.escape_debug());
        (why, "use letters, digits, spaces and `+ - = . _ : / @`")
    } else if let Some(long) =
        value.map(|value| value.chars().count()).filter(|n| *n > LONGEST_VALUE)
    {
        let why = format!("the value of `{shown}` has {long} characters, {LONGEST_VALUE} at most");
        (why, "use a shorter value")
    } else {
        let odd = value.and_then(|value| odd(value))?;
        let why = format!("the value of `{shown}` holds `{}`", odd.escape_debug());
        (why, "use letters, digits, spaces and `+ - = . _ : / @`")
    };
    Some(Breach::unfit(why, fix))
}

/// What AWS takes in keys and values.
fn is_taken(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{absent, bucket, failed, said};
    use super::*;
    use crate::cloud::Ending;

    fn on() -> Target {
        bucket("audio-bucket")
    }

    fn wanted(value: Value) -> Wanted {
        serde_json::from_value(value).unwrap()
    }

    fn seen(tags: Value) -> Vec<Outcome> {
        let tags: Tags = serde_json::from_value(tags).unwrap();
        vec![if tags.is_empty() { absent(NO_TAGS) } else { said(Reply::Tags { tags }) }]
    }

    fn after(calls: &[cloud::Call], before: &[Outcome]) -> Vec<Outcome> {
        assert!(calls.iter().all(|call| BucketTags::WRITES.contains(&call.operation())));
        match calls {
            [] => before.to_vec(),
            [cloud::Call::S3(Call::PutBucketTagging { tags, .. })] => {
                vec![said(Reply::Tags { tags: tags.clone() })]
            }
            [cloud::Call::S3(Call::DeleteBucketTagging { .. })] => vec![absent(NO_TAGS)],
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn tags_come_and_go_beside_those_of_others() {
        for (before, to, expected) in [
            (json!({}), json!({ "a": "1" }), json!({ "a": "1" })),
            (json!({ "b": "2" }), json!({ "a": "1" }), json!({ "a": "1", "b": "2" })),
            (json!({ "a": "2" }), json!({ "a": "1" }), json!({ "a": "1" })),
            (json!({ "a": "2", "b": "2" }), json!({ "a": "absent" }), json!({ "b": "2" })),
            (json!({ "a": "2" }), json!({ "a": "absent" }), json!({})),
            (json!({ "aws:x": "y" }), json!({ "a": "1" }), json!({ "a": "1", "aws:x": "y" })),
        ] {
            let (start, to) = (seen(before), wanted(to));
            let before = BucketTags::decode(&on(), &start).unwrap();
            assert!(!BucketTags::is_met(&before, &to));
            let now = after(&BucketTags::write(&on(), &start, &to).unwrap(), &start);
            assert_eq!(now, seen(expected));
            assert!(BucketTags::is_met(&BucketTags::decode(&on(), &now).unwrap(), &to));
            assert_eq!(BucketTags::write(&on(), &now, &to), Ok(vec![]));
            let undo = Undo { before: &before, after: &to };
            let back = BucketTags::undo(&on(), &now, &undo).unwrap();
            assert_eq!(after(&back, &now), start);
        }
    }

    #[test]
    fn what_others_did_since_stays() {
        let (before, to) = (wanted(json!({ "a": "0" })), wanted(json!({ "a": "1", "b": "1" })));
        let undo = Undo { before: &before, after: &to };
        let now = seen(json!({ "a": "2", "b": "1", "c": "3" }));
        let back = after(&BucketTags::undo(&on(), &now, &undo).unwrap(), &now);
        assert_eq!(back, seen(json!({ "a": "2", "c": "3" })));
        assert_eq!(BucketTags::undo(&on(), &[absent("NoSuchBucket")], &undo), Ok(vec![]));
        for seen in [vec![failed(Ending::Denied)], vec![]] {
            assert!(BucketTags::write(&on(), &seen, &to).is_err());
            assert!(BucketTags::undo(&on(), &seen, &undo).is_err());
        }
    }

    #[test]
    fn there_are_fifty_at_most_and_aws_keeps_some_for_itself() {
        let many: Tags = (0..50).map(|n| (n.to_string(), "v".to_owned())).collect();
        let full = [said(Reply::Tags { tags: many.clone() })];
        let one = wanted(json!({ "a": "1" }));
        let refused = BucketTags::write(&on(), &full, &one).unwrap_err();
        assert!(refused.why.contains("51"), "{refused}");
        let all = json!(many);
        let mut more = all.clone();
        more["a"] = json!("1");
        let (long, longer) = ("k".repeat(129), "v".repeat(257));
        for (to, part) in [
            (json!({ "Status": "Deprecated" }), None),
            (json!({ "Größe + Ort": "a:b/c@d" }), None),
            (all, None),
            (json!({}), Some("no tag")),
            (more, Some("at most 50")),
            (json!({ "aws:x": "y" }), Some("only AWS")),
            (json!({ "AWS:x": "absent" }), Some("only AWS")),
            (json!({ "": "y" }), Some("not 0")),
            (json!({ long: "y" }), Some("not 129")),
            (json!({ "a": longer }), Some("257 characters")),
            (json!({ "a<": "y" }), Some("holds `<`")),
            (json!({ "a": "y!" }), Some("holds `!`")),
        ] {
            let breaches = BucketTags::lint(&on(), &wanted(to.clone()));
            let whys: Vec<&str> = breaches.iter().map(|breach| breach.why.as_str()).collect();
            assert_eq!(whys.len(), usize::from(part.is_some()), "{to} {whys:?}");
            assert!(part.is_none_or(|part| whys.concat().contains(part)), "{to} {whys:?}");
        }
    }
}
