//! What is told of a job: how far it is, and why it will not bring about what is wanted.

use crate::cloud::bulk::{Batched, Compared, LookedFor};
use crate::cloud::s3control::JobStatus;
use crate::jobs::words::listed;
use crate::settings::{Progress, ProgressLine, Setback, Target};

/// How many objects that failed are named.
const NAMED: usize = 3;

/// What to do about what a job has left.
const GO_ON: &str = "put right what stands in the way, then go on with a step with \
    `s3.copy_bucket`, which copies what is missing and keeps what is copied; retrying this step \
    begins another job for what is missing";

/// How far the job is.
pub(super) fn progress(batched: &Batched) -> Option<Progress> {
    let LookedFor { job, .. } = batched.job.as_ref()?;
    if job.status.is_over() {
        return None;
    }
    let done = job.succeeded + job.failed;
    let mut line = match job.total {
        Some(total) => format!("{}: {done} of {total} objects", job.status),
        None => format!("{}: job {}", job.status, job.id),
    };
    if job.failed > 0 {
        line.push_str(&format!(", {} failed", job.failed));
    }
    let lines = job.reasons.iter().map(|reason| ProgressLine {
        at: None,
        text: reason.clone(),
        failed: true,
    });
    let share = job.total.map(|total| (done.min(total), total));
    Some(Progress { line, share, lines: lines.collect() })
}

/// Why a job that is over has not done what it was for.
pub(super) fn setback(on: &Target, batched: &Batched) -> Option<Setback> {
    let looked = batched.job.as_ref().filter(|looked| looked.job.status.is_over())?;
    let compared = batched.compared.as_ref()?;
    let job = &looked.job;
    let told = |code: &str, what: String, advice: &str| {
        Some(Setback { code: code.to_owned(), what, advice: advice.to_owned() })
    };
    let copied = || format!("{} objects were copied", job.succeeded);
    match job.status {
        JobStatus::Failed => {
            let why = match job.reasons.as_slice() {
                [] => "AWS does not say why".to_owned(),
                reasons => reasons.join("; "),
            };
            let what = format!("job {} failed: {why}; {}{}", job.id, copied(), named(looked));
            let advice = format!(
                "look at the role first: it has to trust batchoperations.s3.amazonaws.com, to read \
                 the source and the list, and to write the target and the report. Then {GO_ON}"
            );
            told("job-failed", what, &advice)
        }
        JobStatus::Cancelled => {
            let what = format!("job {} was cancelled; {}{}", job.id, copied(), named(looked));
            told("job-cancelled", what, &format!("find out who cancelled it. Then {GO_ON}"))
        }
        _ if compared.differing.count > 0 => {
            let from = &compared.of.from;
            let differing = listed(&compared.differing);
            let what = format!("{} has other contents than {from} under {differing}", on.name);
            told("contents-differ", what, "find out who wrote them, and which are right")
        }
        _ if job.failed > 0 && compared.missing > 0 => {
            let what = format!(
                "the job is Complete, but {} objects could not be copied{}",
                job.failed,
                named(looked)
            );
            told("objects-failed", what, GO_ON)
        }
        _ => unfinished(compared),
    }
}

/// The first objects that failed, with the reasons that the report gives.
fn named(looked: &LookedFor) -> String {
    let first = looked.failures.iter().take(NAMED);
    let first: Vec<_> = first.map(|f| format!("{} ({}: {})", f.key, f.code, f.message)).collect();
    match (&looked.unread, first.is_empty()) {
        (Some(why), _) => format!("; the report that names them could not be read ({why})"),
        (None, true) => String::new(),
        (None, false) => format!(": {}", first.join("; ")),
    }
}

/// What the job did not see, or cannot show.
fn unfinished(compared: &Compared) -> Option<Setback> {
    let told = |code: &str, what: String, advice: &str| {
        Some(Setback { code: code.to_owned(), what, advice: advice.to_owned() })
    };
    if compared.missing > compared.large.count {
        let missing = compared.missing - compared.large.count;
        let what = format!("the job is Complete, but {missing} objects are not in the target");
        let advice = "they were written since its list was made: copy them with \
            `s3.copy_bucket`, or retry this step, which begins another job for them";
        return told("objects-missing", what, advice);
    }
    if !compared.of.accept_unverified && compared.unverified.count > 0 {
        let what = format!(
            "AWS gives nothing to compare of {}: they may or may not be the same",
            listed(&compared.unverified)
        );
        let advice = "let S3 make checksums of both buckets (Batch Operations, \
            ComputeObjectChecksum), or set `accept_unverified = true` in the book";
        return told("unverified", what, advice);
    }
    if compared.missing > 0 {
        let what = format!("a job copies no object of more than 5 GB: {}", listed(&compared.large));
        let advice = "set `leave_large = true` in the book, and copy them with `s3.copy_bucket` in \
            the next step";
        return told("objects-large", what, advice);
    }
    None
}
