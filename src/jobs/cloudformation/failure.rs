//! What a stack's events say: how far it is, and what made it fail first.

use crate::cloud::cloudformation::{ExecutionStatus, Stack, StackEvent, StackStatus};
use crate::settings::{Progress, ProgressLine, Setback};

use super::deployment::PREFIX;
use super::named;

/// The type of the stack itself.
const STACK: &str = "AWS::CloudFormation::Stack";
/// How many lines of a job are shown: the newest.
const LINES: usize = 200;

/// The events since the last operation was begun, oldest first.
fn since_begun(stack: &Stack) -> impl Iterator<Item = &StackEvent> {
    // AWS itself deletes what it could not create: that is no new operation.
    let by_itself = |event: &StackEvent| {
        event.reason.as_deref().is_some_and(|reason| reason.contains("failed to"))
    };
    let begins = |event: &StackEvent| {
        let status = event.status.as_str();
        event.kind == STACK
            && (matches!(status, "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS")
                || (status == "DELETE_IN_PROGRESS" && !by_itself(event)))
    };
    let begun = stack.events.iter().position(begins).unwrap_or(stack.events.len());
    stack.events.iter().take(begun.saturating_add(1)).rev()
}

fn is_failure(event: &StackEvent) -> bool {
    event.status.ends_with("_FAILED")
}

/// A resource that failed only because another one had.
fn is_cancelled(event: &StackEvent) -> bool {
    event.reason.as_deref().is_some_and(|reason| reason.contains("cancelled"))
}

/// The resources that failed, the first cause first, each with its reason.
pub(super) fn causes(stack: &Stack) -> Vec<String> {
    let failed =
        since_begun(stack).filter(|e| is_failure(e) && e.kind != STACK && !is_cancelled(e));
    failed.map(cause).collect()
}

fn cause(event: &StackEvent) -> String {
    let reason = event.reason.as_deref().unwrap_or("AWS does not say why");
    format!("{} ({}): {reason}", event.logical, event.kind)
}

/// Why a deployment failed, once AWS is done with it.
pub(super) fn of_deployment(stack: &Stack) -> Option<Setback> {
    let waits = stack
        .change_sets
        .iter()
        .any(|set| set.name.starts_with(PREFIX) && set.execution == ExecutionStatus::Available);
    // While ours can be executed, what is told is from before it.
    if waits || stack.status.is_busy() {
        return None;
    }
    let (failed, state) = match stack.status {
        StackStatus::DeleteComplete | StackStatus::RollbackComplete => {
            ("creating the stack failed", cleaned_up(stack))
        }
        StackStatus::CreateFailed | StackStatus::RollbackFailed | StackStatus::DeleteFailed => {
            ("creating the stack failed", left(stack))
        }
        StackStatus::UpdateRollbackComplete => {
            ("changing the stack failed", "AWS has put it back as it was".to_owned())
        }
        StackStatus::UpdateFailed | StackStatus::UpdateRollbackFailed => {
            ("changing the stack failed", "AWS could not put it back as it was".to_owned())
        }
        StackStatus::CreateComplete
        | StackStatus::CreateInProgress
        | StackStatus::DeleteInProgress
        | StackStatus::ImportComplete
        | StackStatus::ImportInProgress
        | StackStatus::ImportRollbackComplete
        | StackStatus::ImportRollbackFailed
        | StackStatus::ImportRollbackInProgress
        | StackStatus::ReviewInProgress
        | StackStatus::RollbackInProgress
        | StackStatus::UpdateComplete
        | StackStatus::UpdateCompleteCleanupInProgress
        | StackStatus::UpdateInProgress
        | StackStatus::UpdateRollbackCompleteCleanupInProgress
        | StackStatus::UpdateRollbackInProgress => return None,
    };
    let causes = causes(stack);
    let first = causes.first().cloned().or_else(|| stack.reason.clone());
    let first = first.unwrap_or_else(|| "AWS does not say why".to_owned());
    let more = match causes.len() {
        0 | 1 => String::new(),
        n => format!(" ({} more failed after it)", n - 1),
    };
    Some(Setback {
        code: "stack-failed".to_owned(),
        what: format!("{failed}, first {first}{more}; {state}"),
        advice: advice(stack, &first),
    })
}

/// What is left after AWS cleaned up.
fn cleaned_up(stack: &Stack) -> String {
    let left: Vec<_> = stack
        .resources
        .iter()
        .filter(|one| one.is_there() && one.status == "DELETE_SKIPPED")
        .map(named)
        .collect();
    match (left.is_empty(), stack.status) {
        (true, StackStatus::DeleteComplete) => {
            "AWS has cleaned up: nothing of it is left".to_owned()
        }
        (true, _) => "AWS has taken back what it made; the empty stack is left".to_owned(),
        (false, _) => format!("AWS has cleaned up, but kept {}", left.join(", ")),
    }
}

fn left(stack: &Stack) -> String {
    let left: Vec<_> = stack.resources.iter().filter(|one| one.is_there()).map(named).collect();
    if left.is_empty() {
        return "the stack itself is left".to_owned();
    }
    format!("AWS could not clean up; left are {}", left.join(", "))
}

/// What to do next, by what is wrong.
fn advice(stack: &Stack, cause: &str) -> String {
    let has = |words: &str| cause.to_ascii_lowercase().contains(words);
    let mend = if has("already exists") || has("alreadyexists") {
        "Something of that name is there already, made by other means: look at it, then rename it \
         in the template, or import it into the stack (F5)."
    } else if has("applicationautoscaling") {
        "The service role of auto scaling is made on first use, and takes a moment: often the \
         second try succeeds. Otherwise look at the permission `iam:CreateServiceLinkedRole`."
    } else if has("not authorized") || has("accessdenied") || has("access denied") {
        "AWS makes the resources with your own permissions: ask for the one that is named."
    } else if has("limit") || has("throttl") || has("rate exceeded") {
        "A quota of the account is used up: wait, or ask AWS to raise it."
    } else {
        "Mend what the reason names, in the template, its parameters or the account."
    };
    let next = match stack.status {
        StackStatus::DeleteComplete | StackStatus::UpdateRollbackComplete => {
            "Then end this run and begin the book again: what is done stays, and a new change set \
             is made and shown."
        }
        StackStatus::UpdateRollbackFailed | StackStatus::UpdateFailed => {
            "Then continue the rollback in AWS's console before anything else (F2)."
        }
        _ => {
            "Then delete what is left with `cloudformation.delete_stack`, and begin the book again."
        }
    };
    format!("{mend} {next}")
}

/// Why a deletion failed, once AWS is done with it.
pub(super) fn of_deletion(stack: &Stack) -> Option<Setback> {
    if stack.status != StackStatus::DeleteFailed {
        return None;
    }
    let causes = causes(stack);
    let first = causes.first().cloned().or_else(|| stack.reason.clone());
    Some(Setback {
        code: "delete-failed".to_owned(),
        what: format!(
            "the stack could not be deleted, first {}; {}",
            first.unwrap_or_else(|| "AWS does not say why".to_owned()),
            left(stack)
        ),
        advice: "Mend what the reason names (a protected table: turn its protection off), then \
            retry the step. What can never be deleted can be left outside the stack in AWS's \
            console (FORCE_DELETE_STACK, F5)."
            .to_owned(),
    })
}

/// How far the last operation is: its events, oldest first.
pub(super) fn progress(stack: &Stack) -> Option<Progress> {
    if stack.status == StackStatus::ReviewInProgress {
        return None;
    }
    let events: Vec<_> = since_begun(stack).collect();
    let ended = |end: &str| {
        let is = |status: &str| status.ends_with(end);
        stack.resources.iter().filter(|one| is(&one.status)).count()
    };
    let (done, going, failed) = (ended("_COMPLETE"), ended("_IN_PROGRESS"), ended("_FAILED"));
    let failed = if failed == 0 { String::new() } else { format!(", {failed} failed") };
    let line = format!("{}: {done} resources done, {going} going on{failed}", stack.status);
    let lines = events.iter().skip(events.len().saturating_sub(LINES)).map(|event| ProgressLine {
        at: Some(event.at),
        text: match &event.reason {
            Some(reason) => format!("{} {}: {reason}", event.logical, event.status),
            None => format!("{} {}", event.logical, event.status),
        },
        failed: is_failure(event),
    });
    Some(Progress { line, share: None, lines: lines.collect() })
}
