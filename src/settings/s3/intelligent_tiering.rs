//! `s3.bucket.intelligent_tiering`: which objects go to archive tiers when nobody reads them.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Target, Undo, Unread};
use super::rules::{self, Named, Wish};
use super::unreadable;
use crate::cloud::s3::{
    AccessTier, Call, DELETE_BUCKET_TIERING, PUT_BUCKET_TIERING, Reply, Tier, Tiering,
};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `s3.bucket.intelligent_tiering`
pub(in crate::settings) struct IntelligentTiering;

/// Configurations of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Tierings {
    /// Those that are there, each with a name of its own. In a book: at least these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configurations: Option<Vec<Tiering>>,
    /// In a book: names of configurations that must not be there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub absent: BTreeSet<String>,
}

/// The longest name of a configuration.
const LONGEST_ID: usize = 64;
/// The most days without access.
const MOST_DAYS: u32 = 730;

impl Tierings {
    fn list(&self) -> &[Tiering] {
        self.configurations.as_deref().unwrap_or_default()
    }

    fn wish(&self) -> Wish<'_, Tiering> {
        Wish { rules: self.list(), absent: &self.absent }
    }
}

impl Named for Tiering {
    fn id(&self) -> &str {
        &self.id
    }

    fn is_same(&self, other: &Self) -> bool {
        plain(self) == plain(other)
    }
}

/// A configuration in the one form that says what it does.
fn plain(one: &Tiering) -> Tiering {
    let mut one = one.clone();
    one.filter.prefix = one.filter.prefix.filter(|prefix| !prefix.is_empty());
    one.tiers.sort_by_key(|tier| tier.access_tier);
    one
}

/// The calls that turn one list into the other.
fn put(on: &Target, now: &[Tiering], list: &[Tiering]) -> Vec<cloud::Call> {
    let bucket = || on.name.clone();
    let gone = now.iter().filter(|one| rules::find(list, &one.id).is_none());
    let delete = gone.map(|one| Call::DeleteBucketIntelligentTieringConfiguration {
        bucket: bucket(),
        id: one.id.clone(),
    });
    let new = list.iter().filter(|one| rules::find(now, &one.id) != Some(*one));
    let put = new.map(|one| Call::PutBucketIntelligentTieringConfiguration {
        bucket: bucket(),
        tiering: one.clone(),
    });
    delete.chain(put).map(cloud::Call::S3).collect()
}

impl Property for IntelligentTiering {
    type Value = Tierings;

    const ID: &'static str = "s3.bucket.intelligent_tiering";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Intelligent-Tiering";
    const HELP: &'static str = "Which objects of the class INTELLIGENT_TIERING go to an archive \
        tier when nobody reads them: to ARCHIVE_ACCESS after 90 to 730 days, to \
        DEEP_ARCHIVE_ACCESS after 180 to 730. Objects of other classes are no matter of it: they \
        come into the class when they are written, or by `s3.bucket.lifecycle`. A book names its \
        own configurations; those of others stay.";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/AmazonS3/latest/API/\
        API_PutBucketIntelligentTieringConfiguration.html";
    const EXAMPLE: &'static str = "{ configurations = [{ id = \"archive\", tiers = [{ access_tier \
        = \"ARCHIVE_ACCESS\", days = 90 }] }] }";
    const WRITES: &'static [&'static Operation] = &[&DELETE_BUCKET_TIERING, &PUT_BUCKET_TIERING];

    fn read(on: &Target) -> Vec<cloud::Call> {
        let bucket = on.name.clone();
        super::call(Call::ListBucketIntelligentTieringConfigurations { bucket })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Tierings, Unread> {
        match reply(seen, 0)? {
            cloud::Reply::S3(Reply::Tierings { tierings }) => {
                Ok(Tierings { configurations: Some(tierings.clone()), absent: BTreeSet::new() })
            }
            other => Err(strange(other)),
        }
    }

    fn is_met(value: &Tierings, wanted: &Tierings) -> bool {
        rules::is_met(value.list(), &wanted.wish())
    }

    fn write(on: &Target, seen: &[Outcome], to: &Tierings) -> Result<Vec<cloud::Call>, Breach> {
        let now = Self::decode(on, seen).map_err(|why| unreadable(&why))?;
        Ok(put(on, now.list(), &rules::with(now.list(), &to.wish())))
    }

    /// The configurations from before, but for what others did to them since.
    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Tierings>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = match Self::decode(on, seen) {
            Ok(now) => now,
            // They went with the bucket.
            Err(Unread::Absent) => return Ok(Vec::new()),
            Err(why) => return Err(unreadable(&why)),
        };
        let list = rules::without(now.list(), undo.before.list(), &undo.after.wish());
        Ok(put(on, now.list(), &list))
    }

    fn change(from: &Tierings, to: &Tierings) -> Change {
        let is_new = |one: &&Tiering| one.enabled && !rules::holds(from.list(), *one);
        if to.list().iter().any(|one| is_new(&one)) {
            let why = "An object that goes to an archive tier stays there when the configuration \
                is taken out, until it is restored; only then can it be read.";
            return Change::because(Danger::Change, why);
        }
        Change::exact()
    }

    fn lint(_on: &Target, to: &Tierings) -> Vec<Breach> {
        let mut breaches = Vec::new();
        if to.list().is_empty() && to.absent.is_empty() {
            let why = "it names no configuration, neither one that must be there nor one that \
                must not";
            breaches.push(Breach::unfit(why, "write `configurations` or `absent`"));
        }
        let mut seen = BTreeSet::new();
        for one in to.list() {
            let id = &one.id;
            if id.is_empty() || id.chars().count() > LONGEST_ID {
                let why = format!("the name `{id}` has not 1 to {LONGEST_ID} characters");
                breaches.push(Breach::unfit(why, "give it a shorter name"));
            }
            if !seen.insert(id) || to.absent.contains(id) {
                let why = format!("the configuration `{id}` is named twice");
                breaches.push(Breach::unfit(why, "give each a name of its own"));
            }
            breaches.extend(unfit_tiers(id, &one.tiers));
        }
        breaches
    }
}

/// What AWS does not take as the tiers of a configuration.
fn unfit_tiers(id: &str, tiers: &[Tier]) -> Vec<Breach> {
    let kinds: BTreeSet<_> = tiers.iter().map(|tier| tier.access_tier).collect();
    let mut breaches = Vec::new();
    if tiers.is_empty() || kinds.len() < tiers.len() {
        let why = format!("the configuration `{id}` names no tier, or one of them twice");
        breaches.push(Breach::unfit(why, "name ARCHIVE_ACCESS, DEEP_ARCHIVE_ACCESS or both, once"));
    }
    for Tier { access_tier, days } in tiers {
        let fewest = access_tier.fewest_days();
        if !(fewest..=MOST_DAYS).contains(days) {
            let tier = access_tier.as_str();
            let why = format!("the configuration `{id}` moves to {tier} after {days} days");
            breaches.push(Breach::unfit(why, format!("give {fewest} to {MOST_DAYS} days")));
        }
    }
    let days =
        |tier: AccessTier| tiers.iter().find(|one| one.access_tier == tier).map(|one| one.days);
    let both = days(AccessTier::ArchiveAccess).zip(days(AccessTier::DeepArchiveAccess));
    if both.is_some_and(|(archive, deep)| deep <= archive) {
        let why = format!("the configuration `{id}` reaches the deep archive no later");
        breaches.push(Breach::unfit(why, "give DEEP_ARCHIVE_ACCESS more days"));
    }
    breaches
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

    fn value(value: Value) -> Tierings {
        serde_json::from_value(value).unwrap()
    }

    fn archive(id: &str, days: u32) -> Value {
        json!({ "id": id, "tiers": [{ "access_tier": "ARCHIVE_ACCESS", "days": days }] })
    }

    fn seen(value: &Tierings) -> Vec<Outcome> {
        vec![said(Reply::Tierings { tierings: value.list().to_vec() })]
    }

    /// The calls in a few words.
    fn words(calls: &[cloud::Call]) -> String {
        let word = |call: &cloud::Call| match call {
            cloud::Call::S3(Call::PutBucketIntelligentTieringConfiguration { tiering, .. }) => {
                format!("put {} {}", tiering.id, tiering.tiers[0].days)
            }
            cloud::Call::S3(Call::DeleteBucketIntelligentTieringConfiguration { id, .. }) => {
                format!("delete {id}")
            }
            other => panic!("{other:?}"),
        };
        assert!(calls.iter().all(|c| IntelligentTiering::WRITES.contains(&c.operation())));
        calls.iter().map(word).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn configurations_come_and_go_beside_those_of_others() {
        let theirs = value(json!({ "configurations": [archive("theirs", 100)] }));
        for (before, to, there, back) in [
            (
                theirs.clone(),
                json!({ "configurations": [archive("ours", 90)] }),
                "put ours 90",
                "delete ours",
            ),
            (
                theirs.clone(),
                json!({ "configurations": [archive("theirs", 90)] }),
                "put theirs 90",
                "put theirs 100",
            ),
            (theirs.clone(), json!({ "absent": ["theirs"] }), "delete theirs", "put theirs 100"),
            (theirs, json!({ "absent": ["none"] }), "", ""),
        ] {
            let to = value(to);
            assert_eq!(IntelligentTiering::decode(&on(), &seen(&before)), Ok(before.clone()));
            let calls = IntelligentTiering::write(&on(), &seen(&before), &to).unwrap();
            assert_eq!(words(&calls), there);
            assert_eq!(IntelligentTiering::is_met(&before, &to), calls.is_empty());
            let now = Tierings {
                configurations: Some(rules::with(before.list(), &to.wish())),
                absent: BTreeSet::new(),
            };
            assert!(IntelligentTiering::is_met(&now, &to));
            let undo = Undo { before: &before, after: &to };
            assert_eq!(words(&IntelligentTiering::undo(&on(), &seen(&now), &undo).unwrap()), back);
        }
    }

    #[test]
    fn what_could_not_be_read_is_not_written() {
        let to = value(json!({ "configurations": [archive("ours", 90)] }));
        let undo = Undo { before: &Tierings::default(), after: &to };
        let denied = [failed(Ending::Denied)];
        assert!(IntelligentTiering::write(&on(), &denied, &to).is_err());
        assert!(IntelligentTiering::undo(&on(), &denied, &undo).is_err());
        let gone = [absent("NoSuchBucket")];
        assert_eq!(IntelligentTiering::undo(&on(), &gone, &undo), Ok(vec![]));
        assert!(IntelligentTiering::change(&Tierings::default(), &to).why.is_some());
        assert_eq!(IntelligentTiering::change(&to, &to), Change::exact());
    }

    #[test]
    fn lint_of_values() {
        let tiers = |tiers: Value| json!({ "configurations": [{ "id": "a", "tiers": tiers }] });
        let tier = |tier: &str, days: u32| json!({ "access_tier": tier, "days": days });
        let long = "x".repeat(65);
        for (to, part) in [
            (tiers(json!([tier("ARCHIVE_ACCESS", 90), tier("DEEP_ARCHIVE_ACCESS", 180)])), None),
            (json!({ "absent": ["a"] }), None),
            (json!({}), Some("names no configuration")),
            (tiers(json!([])), Some("names no tier")),
            (tiers(json!([tier("ARCHIVE_ACCESS", 89)])), Some("after 89 days")),
            (tiers(json!([tier("DEEP_ARCHIVE_ACCESS", 179)])), Some("after 179 days")),
            (tiers(json!([tier("ARCHIVE_ACCESS", 731)])), Some("after 731 days")),
            (tiers(json!([tier("ARCHIVE_ACCESS", 90), tier("ARCHIVE_ACCESS", 90)])), Some("twice")),
            (
                tiers(json!([tier("ARCHIVE_ACCESS", 200), tier("DEEP_ARCHIVE_ACCESS", 190)])),
                Some("no later"),
            ),
            (json!({ "configurations": [archive("a", 90), archive("a", 91)] }), Some("twice")),
            (json!({ "configurations": [archive("a", 90)], "absent": ["a"] }), Some("named twice")),
            (json!({ "configurations": [archive(&long, 90)] }), Some("characters")),
        ] {
            let breaches = IntelligentTiering::lint(&on(), &value(to.clone()));
            let whys: Vec<&str> = breaches.iter().map(|breach| breach.why.as_str()).collect();
            assert_eq!(whys.is_empty(), part.is_none(), "{to} {whys:?}");
            assert!(part.is_none_or(|part| whys.concat().contains(part)), "{to} {whys:?}");
        }
    }
}
