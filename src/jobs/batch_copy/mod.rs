//! `s3.batch_copy`: the objects of another bucket, copied into this one by S3 itself and verified.

mod rules;
mod told;
mod value;

use super::words::bytes;
use crate::cloud::bulk::{self, Batched, Reply};
use crate::cloud::s3control;
use crate::cloud::{self, Call, Danger, Operation, Outcome, digest_of};
use crate::settings::seen::{reply, strange};
use crate::settings::{Breach, Change, Kind, Progress, Property, Setback, Target, Undo, Unread};
use value::{Copies, Found, State};

/// `s3.batch_copy`
pub(super) struct BatchCopy;

impl Property for BatchCopy {
    type Value = Copies;

    const ID: &'static str = "s3.batch_copy";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Copy of a bucket by S3 Batch Operations";
    const HELP: &'static str = "The current objects of another bucket, copied by a job of S3 Batch \
        Operations, for more objects than one machine copies in good time. The job is given a list \
        of what is missing, so that nothing is copied twice; it goes on in AWS whatever becomes of \
        this program. `Complete` says only that it went through its list (C9): then every object is \
        compared as `s3.copy_bucket` compares it, and what failed is read from the report. Metadata \
        and tags are kept; the retention of an object, ACLs, website redirects and older versions \
        are not (C3), and neither are the parts that an object was written in (C7). An object of \
        more than 5 GB is not copied (C1). A job waits for its turn, and takes hours for millions \
        of objects: the step needs a `timeout` that lasts. What somebody else writes into the \
        target meanwhile is written over: a job knows no conditions (C8).";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-copy-object.html";
    const EXAMPLE: &'static str = "{ from = \"audio-files\", role = \
        \"arn:aws:iam::${env.account}:role/batch-copy\", report = { bucket = \"audit-logs\", \
        prefix = \"copies\" } }";
    const WRITES: &'static [&'static Operation] = &[&bulk::BEGIN_BATCH, &s3control::CANCEL_JOB];

    /// Without a value nobody knows the source: the bucket is held against itself.
    fn read(on: &Target) -> Vec<Call> {
        let report = s3control::Report { bucket: on.name.clone(), prefix: String::new() };
        let nothing = Copies {
            from: on.name.clone(),
            prefix: String::new(),
            role: String::new(),
            report,
            storage_class: None,
            leave_large: false,
            accept_unverified: false,
            found: None,
            job: None,
        };
        Self::read_for(on, &nothing)
    }

    fn read_for(on: &Target, to: &Copies) -> Vec<Call> {
        vec![Call::Bulk(bulk::Call::SurveyBatch(to.batch(on)))]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Copies, Unread> {
        batched(seen).map(Copies::of)
    }

    fn is_met(value: &Copies, wanted: &Copies) -> bool {
        let same = value.from == wanted.from && value.prefix == wanted.prefix;
        same && value.found.as_ref().is_some_and(|found| {
            let proven = wanted.accept_unverified || found.unverified.count == 0;
            wanted.left(found) == 0 && found.differing.count == 0 && proven
        })
    }

    fn write(on: &Target, seen: &[Outcome], to: &Copies) -> Result<Vec<Call>, Breach> {
        let value = Self::decode(on, seen).map_err(|why| {
            Breach::unfit(format!("the buckets could not be compared: {why}"), "compare them again")
        })?;
        if let Some(job) = value.job.as_ref().filter(|_| value.is_under_way()) {
            let why = format!("job {} of this copy is under way: AWS is at it", job.id);
            return Err(Breach::unfit(why, "wait until it is over, then retry the step"));
        }
        let found = value.found.unwrap_or_default();
        let storage_class = rules::class(on, to, &found)?;
        let number = value.job.map_or(0, |job| job.number).saturating_add(1);
        let of = to.batch(on);
        // Another for each plan: AWS may remember it longer than it tells of the job.
        let digest = digest_of(&(of.mark(), number, &found));
        let token = format!("muster-{}", digest.get(..32).unwrap_or(&digest));
        Ok(vec![Call::Bulk(bulk::Call::BeginBatch { of, storage_class, number, token })])
    }

    /// A job that goes on is cancelled. What was copied stays.
    fn undo(on: &Target, seen: &[Outcome], undo: &Undo<'_, Copies>) -> Result<Vec<Call>, Breach> {
        let value = Self::decode(on, seen).map_err(|why| {
            Breach::unfit(format!("the job could not be read: {why}"), "try again")
        })?;
        let copied = |of: &Copies| of.found.as_ref().map(|found| found.objects - found.missing);
        match value.job.as_ref() {
            Some(job) if job.state == State::UnderWay => {
                let job = job.id.clone();
                Ok(vec![Call::S3Control(s3control::Call::CancelJob { job })])
            }
            Some(job) if job.state == State::Cancelled => Ok(Vec::new()),
            _ if copied(&value) == copied(undo.before) => Ok(Vec::new()),
            _ => {
                let from = &undo.after.from;
                let why =
                    format!("the copies stay in {}: nothing is deleted on the way back", on.name);
                let fix =
                    format!("point the application back to {from}, which still has every object");
                Err(Breach::unfit(why, fix))
            }
        }
    }

    fn change(from: &Copies, to: &Copies) -> Change {
        if to.found.is_some() {
            let why = "A job that goes on is cancelled. The copies stay: nothing is deleted.";
            return Change::because(Danger::Destroy, why);
        }
        let Some(found) = &from.found else { return Change::exact() };
        Change::because(Danger::Destroy, changes(found, to))
    }

    fn lint(on: &Target, to: &Copies) -> Vec<Breach> {
        rules::lint(on, to)
    }

    fn guard(on: &Target, to: &Copies) -> Vec<Call> {
        rules::guard(on, to)
    }

    fn judge(on: &Target, to: &Copies, seen: &[Outcome]) -> Vec<Breach> {
        rules::judge(on, to, seen)
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        batched(seen).is_ok_and(|batched| Copies::of(batched).is_under_way())
    }

    fn setback(on: &Target, seen: &[Outcome]) -> Option<Setback> {
        told::setback(on, batched(seen).ok()?)
    }

    /// A job that was there before says nothing of the one that was begun since.
    fn is_later(before: &Copies, now: &Copies) -> bool {
        let number = |of: &Copies| of.job.as_ref().map_or(0, |job| job.number);
        number(now) > number(before)
    }

    fn progress(_on: &Target, seen: &[Outcome]) -> Option<Progress> {
        told::progress(batched(seen).ok()?)
    }
}

/// What was found, if that was asked for.
fn batched(seen: &[Outcome]) -> Result<&Batched, Unread> {
    match reply(seen, 0)? {
        cloud::Reply::Bulk(Reply::Batched(batched)) => Ok(batched),
        other => Err(strange(other)),
    }
}

/// What happens, in words.
fn changes(found: &Found, to: &Copies) -> String {
    let large = if to.leave_large { found.large.count } else { 0 };
    let mut why = format!(
        "A job of S3 Batch Operations copies {} objects; {} are missing in all",
        found.missing - large,
        bytes(found.missing_bytes)
    );
    if large > 0 {
        why.push_str(&format!(", and {large} of more than 5 GB are left to another step"));
    }
    if let Some(class) = to.storage_class {
        // A plain enum, whose name JSON cannot refuse.
        let class = serde_json::to_value(class).unwrap_or_default();
        why.push_str(&format!(". All copies are in {}", class.as_str().unwrap_or_default()));
    }
    if found.old_versions + found.delete_markers > 0 {
        why.push_str(&format!(
            ". {} older versions and {} delete markers stay behind: only what is current is copied",
            found.old_versions, found.delete_markers
        ));
    }
    why.push_str(
        ". Retention of single objects, ACLs and website redirects are not taken over (C3). What \
         somebody writes into the target meanwhile may be written over (C8). AWS bills the job and \
         each object in it. Copies that the target holds cannot be deleted before their retention \
         ends.",
    );
    why
}

#[cfg(test)]
mod tests;
