//! `s3.bucket.sample`: objects that are read, and held against what S3 keeps of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::seen::{reply, strange};
use super::super::{Breach, Kind, Property, Setback, Target, Unread};
use crate::cloud::bulk::{Call, Names, Reply, Sampled, Sampling};
use crate::cloud::{self, Outcome};

/// `s3.bucket.sample`
pub(in crate::settings) struct Sample;

/// How many objects are read, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Objects {
    /// How many objects are read, at the most.
    #[schemars(range(min = 1, max = 1000))]
    pub objects: u32,
    /// What the keys begin with; all objects when left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// What was found. It is read, never given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// What reading a sample showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Found {
    /// Objects that the sample was taken from: all current ones under the prefix.
    pub among: u64,
    /// Objects whose contents are what S3 says of them.
    pub verified: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Objects whose contents are not.
    pub differing: Names,
    /// Objects of which S3 keeps nothing that their contents could be held against.
    pub unverifiable: Names,
    /// Objects that could not be read, with the reason.
    pub unread: Names,
    /// Objects that were left out: they would have to be restored from an archive.
    pub archived: u64,
    /// Objects that were left out: they are larger than 100 MiB.
    pub large: u64,
    /// Objects that were deleted before they were read.
    pub gone: u64,
}

/// The most objects of one sample.
const MOST: u32 = 1_000;

/// How many objects are read where nobody says it.
const USUAL: u32 = 20;

impl Property for Sample {
    type Value = Objects;

    const ID: &'static str = "s3.bucket.sample";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "A sample of the objects";
    const HELP: &'static str = "Reads so many objects to their end, others every day, and holds \
        what was read against what S3 keeps of them: the checksum of the whole object, or the MD5 \
        in the ETag of one that was written at once and is not encrypted with a key of KMS (C7). It \
        is met when none differs, all could be read and at least one was verified, or when nothing \
        is there. What has neither is named as unverifiable, and never passed. Objects in an \
        archive, and those above 100 MiB, are left out and counted. The whole list is read, which \
        costs one request for each thousand objects; nothing that is read is kept. Contents that \
        are encrypted with a key of KMS need `kms:Decrypt` besides.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html";
    const EXAMPLE: &'static str = "{ objects = 20 }";

    /// Without a value nobody knows how many.
    fn read(on: &Target) -> Vec<cloud::Call> {
        let usual = Objects { objects: USUAL, prefix: String::new(), found: None };
        Self::read_for(on, &usual)
    }

    fn read_for(on: &Target, to: &Objects) -> Vec<cloud::Call> {
        let (bucket, prefix) = (on.name.clone(), to.prefix.clone());
        let sampling = Sampling { bucket, prefix, count: to.objects };
        vec![cloud::Call::Bulk(Call::SampleObjects(sampling))]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Objects, Unread> {
        match reply(seen, 0)? {
            cloud::Reply::Bulk(Reply::Sampled(sampled)) => Ok(objects(sampled)),
            other => Err(strange(other)),
        }
    }

    fn is_met(value: &Objects, wanted: &Objects) -> bool {
        let same = value.objects == wanted.objects && value.prefix == wanted.prefix;
        same && value.found.as_ref().is_none_or(Found::is_sound)
    }

    /// What differs does not get right by waiting, and each look reads the sample anew.
    fn setback(on: &Target, seen: &[Outcome]) -> Option<Setback> {
        let found = Self::decode(on, seen).ok()?.found?;
        if found.differing.count > 0 {
            let (differing, verified) = (found.differing.count, found.verified);
            return Some(Setback {
                code: "objects-differ".to_owned(),
                what: format!(
                    "{differing} of {} objects are not what S3 says of them: {}",
                    differing + verified,
                    named(&found.differing)
                ),
                advice: "write nothing over them; read them once more, then look at their earlier \
                    versions, their copies and the backups"
                    .to_owned(),
            });
        }
        let is_over = found.unread.count == 0 && !found.is_sound();
        is_over.then(|| Setback {
            code: "nothing-verified".to_owned(),
            what: format!(
                "none of {} objects was verified: {} lie in an archive, {} are larger than 100 \
                 MiB, and of {} S3 says too little",
                found.among, found.archived, found.large, found.unverifiable.count
            ),
            advice: "give a `prefix` with objects that can be read, or have S3 make checksums (S3 \
                Batch Operations: Compute checksum)"
                .to_owned(),
        })
    }

    fn lint(_on: &Target, to: &Objects) -> Vec<Breach> {
        let mut found = Vec::new();
        if to.objects == 0 {
            let why = "a sample of none shows nothing: the check could not fail";
            found.push(Breach::unfit(why, "give a number from 1 on"));
        }
        if to.objects > MOST {
            let why =
                format!("a sample is {MOST} objects at most: each of them is read to its end");
            found.push(Breach::unfit(why, "give fewer, or look at one prefix after another"));
        }
        if to.found.is_some() {
            found.push(Breach::unfit("what is found is read, not given", "leave `found` out"));
        }
        found
    }
}

impl Found {
    /// True when nothing speaks against the bucket, and something for it.
    fn is_sound(&self) -> bool {
        let is_bad = self.differing.count + self.unread.count > 0;
        !is_bad && (self.verified > 0 || self.among == 0)
    }
}

/// The first of them.
fn named(names: &Names) -> String {
    let rest = names.count.saturating_sub(names.first.len() as u64);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", names.first.join(", "))
}

fn objects(sampled: &Sampled) -> Objects {
    let Sampled { of, objects, archived, large, verified, bytes, gone, .. } = sampled;
    let found = Found {
        among: *objects,
        verified: *verified,
        bytes: *bytes,
        differing: sampled.differing.clone(),
        unverifiable: sampled.unverifiable.clone(),
        unread: sampled.unread.clone(),
        archived: *archived,
        large: *large,
        gone: *gone,
    };
    Objects { objects: of.count, prefix: of.prefix.clone(), found: Some(found) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cloud::{Answer, Place};
    use crate::settings::{self, Setting};

    fn on() -> Target {
        Target { place: Place::new("500313280221", "us-east-1"), name: "audio".to_owned() }
    }

    fn setting() -> &'static Setting {
        settings::find(Sample::ID).unwrap()
    }

    /// A bucket with ten objects, of which this was found.
    fn seen(change: impl FnOnce(&mut Sampled)) -> Vec<Outcome> {
        let (bucket, prefix) = ("audio".to_owned(), String::new());
        let mut sampled = Sampled {
            of: Sampling { bucket, prefix, count: 20 },
            objects: 10,
            archived: 0,
            large: 0,
            verified: 0,
            bytes: 0,
            differing: Names::default(),
            unverifiable: Names::default(),
            unread: Names::default(),
            gone: 0,
        };
        change(&mut sampled);
        let reply = cloud::Reply::Bulk(Reply::Sampled(Box::new(sampled)));
        vec![Ok(Answer { reply, request_id: None })]
    }

    fn met(change: impl FnOnce(&mut Sampled)) -> bool {
        let value = setting().decode(&on(), &seen(change)).unwrap();
        setting().is_met(&value, &json!({ "objects": 20 }))
    }

    #[test]
    fn what_does_not_get_right_by_waiting_is_told_at_once() {
        let setback = |change: fn(&mut Sampled)| {
            setting().setback(&on(), &seen(change)).map(|found| (found.code, found.what))
        };
        let told = |code: &str, what: &str| Some((code.to_owned(), what.to_owned()));
        let differs = |found: &mut Sampled| {
            found.verified = 8;
            found.differing = Names { count: 2, first: vec!["b".to_owned()] };
        };
        let what = "2 of 10 objects are not what S3 says of them: b and 1 more";
        assert_eq!(setback(differs), told("objects-differ", what));
        let what = "none of 10 objects was verified: 4 lie in an archive, 1 are larger than 100 \
            MiB, and of 5 S3 says too little";
        let none = |found: &mut Sampled| {
            (found.archived, found.large, found.unverifiable.count) = (4, 1, 5);
        };
        assert_eq!(setback(none), told("nothing-verified", what));
        assert_eq!(setback(|found| found.verified = 1), None);
        assert_eq!(setback(|found| found.objects = 0), None);
        // What could not be read may be readable a little later.
        assert_eq!(setback(|found| found.unread.count = 1), None);
    }

    #[test]
    fn it_is_met_when_something_was_verified_and_nothing_differs() {
        assert!(met(|found| found.verified = 10));
        assert!(met(|found| (found.verified, found.unverifiable.count) = (1, 9)));
        assert!(met(|found| found.objects = 0), "nothing is there");
        assert!(!met(|_| {}), "nothing was verified");
        assert!(!met(|found| found.unverifiable.count = 10), "nothing was verified");
        assert!(!met(|found| found.archived = 10), "nothing was read");
        assert!(!met(|found| (found.verified, found.differing.count) = (9, 1)));
        assert!(!met(|found| (found.verified, found.unread.count) = (9, 1)));
    }

    #[test]
    fn what_was_found_of_another_sample_is_not_it() {
        let value = json!({ "objects": 20, "prefix": "trial/" });
        assert!(!setting().is_met(&value, &json!({ "objects": 20 })));
    }

    #[test]
    fn a_sample_has_a_size() {
        let lint = |value: Value| {
            let found = setting().lint(&on(), &value);
            found.into_iter().map(|breach| breach.why).collect::<Vec<_>>()
        };
        assert_eq!(lint(json!({ "objects": 1000 })), [""; 0]);
        assert_eq!(
            lint(json!({ "objects": 0 })),
            ["a sample of none shows nothing: the check could not fail"]
        );
        assert_eq!(
            lint(json!({ "objects": 1001 })),
            ["a sample is 1000 objects at most: each of them is read to its end"]
        );
        assert!(!setting().is_writable());
        assert_eq!(setting().iam(&on(), None), ["s3:GetObject", "s3:ListBucket"]);
    }
}
