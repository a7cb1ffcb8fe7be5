//! Jobs of CloudFormation: a change set that shows what a template would change, its execution,
//! the deletion of a stack, and its drift.
//!
//! Nothing is executed that was not shown: the change set is made by one step, and the next one
//! shows what is in it before it executes that very one, by its ARN.

mod change_set;
mod delete_stack;
mod deploy;
mod deployment;
mod drift;
mod failure;
mod template;

pub(super) use change_set::ChangeSet;
pub(super) use delete_stack::DeleteStack;
pub(super) use deploy::Deploy;
pub(super) use drift::Drift;

use crate::cloud::cloudformation::{Call, Reply, Resource, Stack, StackStatus};
use crate::cloud::{self, Ending, Outcome, digest_of};
use crate::settings::{Breach, Target, Unread};
use crate::text;

/// What tells that there is no stack.
const ABSENT: &str = "absent";

/// A template of the estate, with a parameter.
const EXAMPLE: &str = "{ template = \"${asset.missing-tables.template.json}\", parameters = { Environment = \"prod\" } }";

fn describe(on: &Target) -> Vec<cloud::Call> {
    vec![cloud::Call::CloudFormation(Call::DescribeStack { stack: on.name.clone() })]
}

fn call(call: Call) -> Vec<cloud::Call> {
    vec![cloud::Call::CloudFormation(call)]
}

/// The stack that has the name, or was the last to have it; none when there never was one.
fn stack(seen: &[Outcome]) -> Result<Option<&Stack>, Unread> {
    match seen.first() {
        Some(Ok(answer)) => match &answer.reply {
            cloud::Reply::CloudFormation(Reply::Stack(stack)) => Ok(Some(stack)),
            other => {
                let words = serde_json::to_string(other).unwrap_or_else(|e| e.to_string());
                Err(Unread::Strange(words))
            }
        },
        Some(Err(error)) if error.ending == Ending::Absent => Ok(None),
        Some(Err(error)) => Err(Unread::Failed(error.clone())),
        None => Err(Unread::Strange("no answer at all".to_owned())),
    }
}

/// The stack that is there.
fn live(seen: &[Outcome]) -> Result<Option<&Stack>, Unread> {
    let found = stack(seen)?;
    Ok(found.filter(|stack| stack.status != StackStatus::DeleteComplete))
}

fn is_busy(seen: &[Outcome]) -> bool {
    live(seen).is_ok_and(|stack| stack.is_some_and(|stack| stack.status.is_busy()))
}

fn unreadable(why: &Unread) -> Breach {
    Breach::unfit(format!("the stack could not be read: {why}"), "try again when it can be read")
}

/// A token that is the same for the same thing.
fn token(of: &impl serde::Serialize) -> String {
    let digest = digest_of(of);
    format!("muster-{}", digest.get(..32).unwrap_or(&digest))
}

/// CloudFormation's rule for names of stacks.
fn unfit_name(on: &Target) -> Option<Breach> {
    let name = on.name.as_str();
    let is_name = name.len() <= 128
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let why = || format!("`{}` is no name for a stack", text::visible(name));
    let fix = "use up to 128 letters, digits and hyphens, the first a letter";
    (!is_name).then(|| Breach::unfit(why(), fix))
}

/// Why a stack in this state cannot be changed; none when it can.
fn blocked(stack: &Stack) -> Option<Breach> {
    let status = stack.status;
    if status.is_busy() {
        let why = format!("the stack is in {status}: AWS is at it");
        return Some(Breach::unfit(why, "wait until it is done, then retry the step"));
    }
    if status.is_stable() || status == StackStatus::ReviewInProgress {
        return None;
    }
    let causes = failure::causes(stack);
    let causes = if causes.is_empty() { String::new() } else { format!(": {}", causes.join("; ")) };
    let why = format!("the stack is in {status}{causes}");
    Some(match status {
        StackStatus::UpdateRollbackFailed => Breach::refuse(
            "F2",
            why,
            "mend what failed, then continue the rollback (`aws cloudformation \
             continue-update-rollback`), of the parent and never of a nested stack; a resource \
             that is skipped is no longer as the stack believes",
        ),
        StackStatus::UpdateFailed => Breach::refuse(
            "F1",
            why,
            "roll it back to its last stable state first (`aws cloudformation rollback-stack`)",
        ),
        _ => Breach::refuse(
            "F1",
            why,
            "it was never stable, so AWS can only delete it, rolled back too: run \
             `cloudformation.delete_stack`, then begin again",
        ),
    })
}

/// What of a stack refuses to be deleted; none when nothing does.
fn guarded(stack: &Stack) -> Option<Breach> {
    if stack.termination_protection {
        return Some(Breach::refuse(
            "F5",
            "the stack has termination protection, so AWS does not delete it",
            "turn it off yourself, if that is meant (`aws cloudformation \
             update-termination-protection --no-enable-termination-protection`)",
        ));
    }
    let kept = template::kept(stack.template.as_deref().unwrap_or_default());
    let protected: Vec<_> = stack
        .resources
        .iter()
        .filter(|one| one.protected == Some(true) && one.is_there() && !kept.contains(&one.logical))
        .map(named)
        .collect();
    if protected.is_empty() {
        return None;
    }
    let why = format!(
        "protected against deletion: {}; the stack would be left in DELETE_FAILED",
        protected.join(", ")
    );
    let fix = "turn the protection off first, in a step with `dynamodb.table.deletion_protection`";
    Some(Breach::refuse("F5", why, fix))
}

/// The resources that go with the stack and hold data: their names in AWS.
fn losses(stack: &Stack) -> impl Iterator<Item = &Resource> {
    let kept = template::kept(stack.template.as_deref().unwrap_or_default());
    let there = stack.resources.iter().filter(|one| one.is_there() && one.holds_data());
    there.filter(move |one| !kept.contains(&one.logical))
}

/// `sitelogix-work-logs (AWS::DynamoDB::Table)`
fn named(resource: &Resource) -> String {
    let name = resource.physical.as_deref().unwrap_or(&resource.logical);
    format!("{name} ({})", resource.kind)
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
