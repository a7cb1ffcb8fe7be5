//! `s3.copy_bucket`: the objects of another bucket, copied into this one and verified.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{bytes, line, listed};
use crate::cloud::bulk::{self, Compared, Copying, Names, Reply, Stage};
use crate::cloud::s3::{self, Algorithm};
use crate::cloud::{self, Call, Danger, Operation, Outcome};
use crate::settings::seen::{reply, strange};
use crate::settings::{Breach, Change, Kind, Progress, Property, Setback, Target, Undo, Unread};

/// `s3.copy_bucket`
pub(super) struct CopyBucket;

/// What is to be copied, and what was found of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Copies {
    /// Name of the bucket that the objects are in.
    pub from: String,
    /// What their keys begin with; all objects when left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// With more missing objects than this, nothing is copied, and S3's own engine proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_above: Option<u64>,
    /// Whether objects that AWS gives nothing to compare of count as copied: encrypted with a key
    /// of KMS, and without a checksum.
    #[serde(default, skip_serializing_if = "is_false")]
    pub accept_unverified: bool,
    /// What was found. It is read, never given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// What is in both buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Found {
    /// Current objects in the source.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those of them that are in the target with the same contents.
    pub verified: u64,
    /// Those of them that are not in the target.
    pub missing: u64,
    /// Their bytes.
    pub missing_bytes: u64,
    /// Those that have other contents in the target.
    #[serde(default, skip_serializing_if = "is_none")]
    pub differing: Names,
    /// Those in the target of which AWS cannot tell whether the contents are the same.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unverified: Names,
    /// Those missing that must be restored from an archive first.
    #[serde(default, skip_serializing_if = "is_none")]
    pub archived: Names,
    /// Versions in the source that are not current, and are not copied.
    pub old_versions: u64,
    /// Delete markers in the source, which are not copied.
    pub delete_markers: u64,
    /// SHA-256 of the manifest: a line for every object, once all of them are copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

const fn is_none(names: &Names) -> bool {
    names.count == 0
}

/// The longest key that S3 takes, in bytes.
const LONGEST_KEY: usize = 1024;

impl Property for CopyBucket {
    type Value = Copies;

    const ID: &'static str = "s3.copy_bucket";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Copy of a bucket";
    const HELP: &'static str = "The current objects of another bucket, copied within S3 and \
        compared one by one: by ETag, or by a checksum where the ETag says nothing, never by size \
        alone (C7). Metadata, tags, storage class, checksums and the retention of an object are \
        kept; ACLs, website redirects and older versions are not (C3). Objects of more than 5 GB \
        are copied in parts (C1, C4). Nothing in the target is ever written over (C8). A copy that \
        is cut short goes on where it stopped.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html";
    const EXAMPLE: &'static str = "{ from = \"audio-files\", prefix = \"trial/\" }";
    const WRITES: &'static [&'static Operation] = &[&bulk::COPY_OBJECTS];

    /// Without a value nobody knows the source: the bucket is held against itself.
    fn read(on: &Target) -> Vec<Call> {
        let nothing = Copies {
            from: on.name.clone(),
            prefix: String::new(),
            batch_above: None,
            accept_unverified: false,
            found: None,
        };
        Self::read_for(on, &nothing)
    }

    fn read_for(on: &Target, to: &Copies) -> Vec<Call> {
        let copying = copying(on, to);
        vec![
            Call::Bulk(bulk::Call::CompareBuckets(copying.clone())),
            Call::Bulk(bulk::Call::CopyProgress(copying)),
        ]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Copies, Unread> {
        match reply(seen, 0)? {
            cloud::Reply::Bulk(Reply::Compared(compared)) => Ok(copies(compared)),
            other => Err(strange(other)),
        }
    }

    fn is_met(value: &Copies, wanted: &Copies) -> bool {
        let same = value.from == wanted.from && value.prefix == wanted.prefix;
        same && value.found.as_ref().is_some_and(|found| {
            let proven = wanted.accept_unverified || found.unverified.count == 0;
            found.missing == 0 && found.differing.count == 0 && proven
        })
    }

    fn write(on: &Target, seen: &[Outcome], to: &Copies) -> Result<Vec<Call>, Breach> {
        let value = Self::decode(on, seen).map_err(|why| {
            Breach::unfit(format!("the buckets could not be compared: {why}"), "compare them again")
        })?;
        let found = value.found.unwrap_or_default();
        if let Some(breach) = hindrance(on, to, &found) {
            return Err(breach);
        }
        Ok(vec![Call::Bulk(bulk::Call::CopyObjects(copying(on, to)))])
    }

    fn undo(on: &Target, _seen: &[Outcome], undo: &Undo<'_, Copies>) -> Result<Vec<Call>, Breach> {
        let from = &undo.after.from;
        let why = format!("the copies stay in {}: nothing is deleted on the way back", on.name);
        let fix = format!("point the application back to {from}, which still has every object");
        Err(Breach::unfit(why, fix))
    }

    fn change(from: &Copies, to: &Copies) -> Change {
        if to.found.is_some() {
            return Change::because(Danger::Destroy, "The copies stay: nothing is deleted.");
        }
        let Some(found) = &from.found else { return Change::exact() };
        let mut why =
            format!("{} objects, {}, are copied", found.missing, bytes(found.missing_bytes));
        if found.old_versions + found.delete_markers > 0 {
            why.push_str(&format!(
                ". {} older versions and {} delete markers stay behind: only what is current is \
                 copied",
                found.old_versions, found.delete_markers
            ));
        }
        why.push_str(
            ". ACLs and website redirects are not taken over (C3). Copies that the target holds \
             cannot be deleted before their retention ends.",
        );
        Change::because(Danger::Destroy, why)
    }

    fn lint(on: &Target, to: &Copies) -> Vec<Breach> {
        lints(on, to)
    }

    fn guard(on: &Target, to: &Copies) -> Vec<Call> {
        let lock =
            |bucket: &str| s3::Call::GetObjectLockConfiguration { bucket: bucket.to_owned() };
        vec![
            Call::S3(s3::Call::GetBucketEncryption { bucket: on.name.clone() }),
            Call::S3(lock(&on.name)),
            Call::S3(lock(&to.from)),
        ]
    }

    fn judge(_on: &Target, to: &Copies, seen: &[Outcome]) -> Vec<Breach> {
        let is_kms = match reply(seen, 0) {
            Ok(cloud::Reply::S3(s3::Reply::Encryption(encryption))) => {
                matches!(encryption.algorithm, Algorithm::Kms | Algorithm::KmsDsse)
            }
            Ok(_) | Err(_) => false,
        };
        let mut found = Vec::new();
        if is_kms && !to.accept_unverified {
            found.push(kms_hides_contents());
        }
        if reply(seen, 1) == Err(Unread::Absent) && reply(seen, 2).is_ok() {
            found.push(Breach::warn(
                "C3",
                "objects of the source may be held by Object Lock, which is off in the target: \
                 their copies will not be held",
                "set `s3.bucket.object_lock` on the target first, if they must be",
            ));
        }
        found
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        progress(seen).is_some_and(|progress| progress.stage == Stage::Running)
    }

    fn setback(on: &Target, seen: &[Outcome]) -> Option<Setback> {
        setback(on, seen)
    }

    fn goes_on(before: &Copies, now: &Copies) -> bool {
        let done = |copies: &Copies| {
            copies.found.as_ref().map(|found| found.verified + found.unverified.count)
        };
        before.from == now.from && before.prefix == now.prefix && done(now) > done(before)
    }

    fn watch(on: &Target, to: &Copies) -> Vec<Call> {
        vec![Call::Bulk(bulk::Call::CopyProgress(copying(on, to)))]
    }

    fn progress(_on: &Target, seen: &[Outcome]) -> Option<Progress> {
        let progress = progress(seen)?;
        (progress.stage == Stage::Running).then(|| line(progress, "objects"))
    }
}

pub(super) fn kms_hides_contents() -> Breach {
    Breach::warn(
        "C7",
        "the target is encrypted with a key of KMS, so that its ETags say nothing of the \
         contents: only objects that have a checksum can be verified",
        "let S3 make checksums of the source first (Batch Operations, ComputeObjectChecksum), or \
         set `accept_unverified = true`",
    )
}

fn copying(on: &Target, to: &Copies) -> Copying {
    Copying {
        from: to.from.clone(),
        to: on.name.clone(),
        prefix: to.prefix.clone(),
        accept_unverified: to.accept_unverified,
    }
}

fn copies(compared: &Compared) -> Copies {
    let Copying { from, prefix, accept_unverified, .. } = compared.of.clone();
    let found = Found {
        objects: compared.objects,
        bytes: compared.bytes,
        verified: compared.verified,
        missing: compared.missing,
        missing_bytes: compared.missing_bytes,
        differing: compared.differing.clone(),
        unverified: compared.unverified.clone(),
        archived: compared.archived.clone(),
        old_versions: compared.noncurrent,
        delete_markers: compared.markers,
        manifest: compared.manifest.clone(),
    };
    Copies { from, prefix, batch_above: None, accept_unverified, found: Some(found) }
}

/// What keeps the copy from being begun.
fn hindrance(on: &Target, to: &Copies, found: &Found) -> Option<Breach> {
    let into = &on.name;
    if found.differing.count > 0 {
        let why = format!(
            "{into} has other contents under {}, which a copy would have to write over",
            listed(&found.differing)
        );
        let fix = "find out who wrote them; delete or rename them, then copy again";
        return Some(Breach::refuse("C8", why, fix));
    }
    if found.archived.count > 0 {
        let why = format!("archived objects cannot be copied: {}", listed(&found.archived));
        let fix =
            "restore them for some days (RestoreObject, or Batch Operations), then copy again";
        return Some(Breach::refuse("C9", why, fix));
    }
    if let Some(most) = to.batch_above.filter(|most| found.missing > *most) {
        let why = format!(
            "{} objects are missing, and this book copies no more than {most} by itself",
            found.missing
        );
        return Some(Breach::refuse("C10", why, instead(on, to)));
    }
    if found.missing == 0 && found.unverified.count > 0 {
        let why = format!("nothing shows that these are the same: {}", listed(&found.unverified));
        let fix = "let S3 make checksums of both (Batch Operations, ComputeObjectChecksum), or set \
            `accept_unverified = true`";
        return Some(Breach::refuse("C7", why, fix));
    }
    None
}

/// What to do with more objects than one machine is to copy: a step that can be pasted.
fn instead(on: &Target, to: &Copies) -> String {
    let (from, account) = (&to.from, &on.place.account);
    let prefix = match to.prefix.as_str() {
        "" => String::new(),
        prefix => format!(", prefix = {prefix:?}"),
    };
    format!(
        "put a job of S3 Batch Operations before this step: `run = \"s3.batch_copy\"`, `on = \
         \"{}\"`, `with = {{ from = \"{from}\"{prefix}, role = \
         \"arn:{}:iam::{account}:role/ROLE\", report = {{ bucket = \"BUCKET\", prefix = \
         \"copies\" }}, leave_large = true }}`, `timeout = \"24h\"`; or use S3 Batch Replication, \
         which keeps versions and retention besides; or raise `batch_above`",
        on.name,
        on.place.partition()
    )
}

fn lints(on: &Target, to: &Copies) -> Vec<Breach> {
    let mut found = Vec::new();
    let mut refuse = |why: &str, fix: &str| found.push(Breach::unfit(why, fix));
    if to.from == on.name {
        refuse("a bucket is not copied into itself", "name another bucket in `from`");
    }
    if to.from.is_empty() {
        refuse("a copy comes from somewhere", "name a bucket in `from`");
    }
    if to.prefix.len() > LONGEST_KEY {
        refuse("no key begins with that: they have 1024 bytes at most", "shorten `prefix`");
    }
    if to.batch_above == Some(0) {
        refuse("nothing could be copied", "give `batch_above` a number, or leave it out");
    }
    if to.found.is_some() {
        refuse("what is found is read, not given", "leave `found` out");
    }
    found
}

fn progress(seen: &[Outcome]) -> Option<&bulk::Progress> {
    seen.iter().flatten().find_map(|answer| match &answer.reply {
        cloud::Reply::Bulk(Reply::Progress(progress)) => Some(progress),
        _ => None,
    })
}

/// It went through all objects, and they will not become as wanted by waiting.
fn setback(on: &Target, seen: &[Outcome]) -> Option<Setback> {
    let progress =
        progress(seen).filter(|p| matches!(p.stage, Stage::Finished | Stage::Stopped))?;
    let cloud::Reply::Bulk(Reply::Compared(compared)) = reply(seen, 0).ok()? else { return None };
    let from = &compared.of.from;
    let told = |code: &str, what: String, advice: &str| {
        Some(Setback { code: code.to_owned(), what, advice: advice.to_owned() })
    };
    if compared.differing.count > 0 {
        let what = format!(
            "{} has other contents than {from} under {}",
            on.name,
            listed(&compared.differing)
        );
        return told("contents-differ", what, "find out who wrote them; nothing was written over");
    }
    if progress.tally.failed > 0 && compared.missing > 0 {
        let first = progress.tally.failures.iter().take(3);
        let first: Vec<_> =
            first.map(|f| format!("{} ({}: {})", f.key, f.code, f.message)).collect();
        let what =
            format!("{} objects could not be copied: {}", progress.tally.failed, first.join("; "));
        let advice = "put right what stands in the way of these objects, then try again: what is \
            copied is kept";
        return told("objects-failed", what, advice);
    }
    if !compared.of.accept_unverified && compared.unverified.count > 0 && compared.missing == 0 {
        let what = format!(
            "AWS gives nothing to compare of {}: they may or may not be the same",
            listed(&compared.unverified)
        );
        let advice = "let S3 make checksums of both buckets (Batch Operations, \
            ComputeObjectChecksum), or set `accept_unverified = true` in the book";
        return told("unverified", what, advice);
    }
    None
}

#[cfg(test)]
mod tests;
