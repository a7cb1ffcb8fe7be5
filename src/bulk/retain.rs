//! Puts retention on every version that has none, or too little.

use std::sync::Arc;

use futures_util::stream::StreamExt as _;

use super::board::Entry;
use super::survey::Hold;
use super::{Inner, listing, send};
use crate::cloud::bulk::{Retaining, Stage, Tally};
use crate::cloud::objects::{Call, Version};
use crate::cloud::{CallError, Ending};

/// What became of one version.
enum Done {
    Retained,
    Kept,
    /// It is a delete marker, or its time is over.
    Passed,
    Failed(CallError),
}

pub(super) async fn run(inner: &Arc<Inner>, of: &Retaining) -> Result<Tally, CallError> {
    let entry = inner.begins(of);
    let mut tally = Tally::default();
    let ended = walk(inner, of, &entry, &mut tally).await;
    let stage = if ended.is_ok() { Stage::Finished } else { Stage::Stopped };
    inner.ends(&entry, stage, &tally);
    match ended {
        Ok(()) => Ok(tally),
        Err(error) if tally.done == 0 && tally.failed == 0 && error.ending.not_applied() => {
            Err(error)
        }
        Err(error) => {
            let message = format!("{} versions were held before that: {error}", tally.done);
            Err(CallError { ending: Ending::Unknown, message, ..error })
        }
    }
}

async fn walk(
    inner: &Arc<Inner>,
    of: &Retaining,
    entry: &Entry,
    tally: &mut Tally,
) -> Result<(), CallError> {
    let mut done = listing::versions(inner, &of.bucket, &of.prefix)
        .map(|version| async move {
            let version = version?;
            let done = one(inner, of, &version).await.unwrap_or_else(Done::Failed);
            Ok::<_, CallError>((version, done))
        })
        .buffered(inner.tools.limits.objects);
    while let Some(found) = done.next().await {
        let (version, done) = found?;
        match done {
            Done::Retained => {
                tally.done += 1;
                tally.bytes += version.listed.size;
            }
            Done::Kept => tally.kept += 1,
            Done::Passed => {}
            Done::Failed(error) if send::is_fatal(&error) => return Err(error),
            Done::Failed(error) => tally.fail(&version.listed.key, &error.code, &error.message),
        }
        let at_once = u32::try_from(inner.tools.limits.objects).unwrap_or(u32::MAX);
        inner.comes_to(entry, tally, at_once);
        if inner.is_stopped() {
            let message = "it was stopped, and goes on where it stopped";
            return Err(CallError::new(Ending::Unknown, "Stopped", message));
        }
    }
    Ok(())
}

async fn one(inner: &Inner, of: &Retaining, version: &Version) -> Result<Done, CallError> {
    let lock = match inner.hold(of, version, true).await? {
        Hold::Marker | Hold::Over => return Ok(Done::Passed),
        Hold::Held => return Ok(Done::Kept),
        Hold::Short(lock) => lock,
    };
    let call = Call::PutObjectRetention {
        bucket: of.bucket.clone(),
        key: version.listed.key.clone(),
        version: Some(version.version.clone()),
        lock,
    };
    inner.ask(call).await?;
    Ok(Done::Retained)
}
