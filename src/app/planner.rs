//! What a whole book would change, from live reads, before a run begins. Nothing is sent that
//! changes anything.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use crate::cloud::backup;
use crate::cloud::bulk;
use crate::cloud::cloudformation;
use crate::cloud::sts::{self, Identity};
use crate::cloud::{
    Account, Answer, Call, CallError, Ending, Outcome, Reply, SET_CLOCK, digest_of,
};
use crate::engine::{Mode, StepPlan, TargetPlan, Verdict};
use crate::error::{Error, Exit};
use crate::estate::Environment;
use crate::jobs;
use crate::link::Planned;
use crate::runbook::{Act, Bound, Step, Wanted};
use crate::settings::{Kind, Setting, Unread};

/// How many targets are read at once: enough to hide the round trips, too few to be throttled.
const READS_AT_ONCE: usize = 8;

/// Reads every target of a book and says what would change.
///
/// # Errors
/// The account does not answer, or it is not the one of the environment.
pub async fn plan(
    account: &Arc<dyn Account>,
    mode: Mode,
    bound: Bound,
    now: Timestamp,
) -> Result<Planned, Error> {
    let identity = identity(account, &bound.estate, &bound.environment).await?;
    let mut steps = Vec::new();
    for (step, text) in bound.steps.iter().enumerate() {
        if let Some((id, wanted)) = text.targets()
            && text.left_out.is_none()
            && let Some(setting) = jobs::row(id)
        {
            let targets = stream::iter(wanted.to_vec())
                .map(|wanted| inspect(account, &bound, step, setting, wanted))
                .buffered(READS_AT_ONCE)
                .collect()
                .await;
            steps.push(StepPlan { step, targets });
        }
    }
    let digest = digest_of(&steps);
    Ok(Planned { mode, bound, identity, at: now, steps, digest, unmet: None })
}

/// Asks the account who is asking, and refuses another account than the environment's.
///
/// # Errors
/// It does not answer, or it is another account.
pub async fn identity(
    account: &Arc<dyn Account>,
    estate: &str,
    environment: &Environment,
) -> Result<Identity, Error> {
    let expected = &environment.place.account;
    let found = who(account).await.map_err(|error| unanswered(&error))?;
    if found.account == *expected {
        return Ok(found);
    }
    let what = format!(
        "the credentials belong to another account\nexpected: {expected} ({} {})\nfound:    {} ({})",
        estate, environment.name, found.account, found.arn
    );
    let advice = "Choose the profile of the right account (--profile), or the environment that you \
        mean (--env).";
    Err(Error::new("wrong-account", Exit::Failed, what, advice).with_effect("nothing was changed"))
}

/// Asks the account who is asking.
///
/// # Errors
/// How the call ended.
pub async fn who(account: &Arc<dyn Account>) -> Result<Identity, CallError> {
    let answer = account.send(Call::Sts(sts::Call::GetCallerIdentity {})).await?;
    match answer {
        Answer { reply: Reply::Sts(sts::Reply::Identity(found)), .. } => Ok(found),
        Answer { reply, .. } => {
            Err(CallError::new(Ending::Refused, "StrangeReply", format!("{reply:?}")))
        }
    }
}

/// Why nothing can begin, with the way out.
pub fn unanswered(error: &CallError) -> Error {
    let what = format!("the account did not say who is asking: {error}");
    match error.ending {
        Ending::Expired => {
            let advice = "log in (`aws sso login --profile NAME`, or fresh keys)";
            let advice = error.advice.as_deref().unwrap_or(advice);
            let advice = format!("To go on: {advice}, then try again.");
            Error::new("login", Exit::Login, what, advice).with_effect("nothing was changed")
        }
        Ending::ClockSkew => {
            let advice = error.advice.as_deref().unwrap_or(SET_CLOCK);
            let advice = format!("The clock of this machine is wrong: {advice}, then try again.");
            Error::new("clock", Exit::Failed, what, advice).with_effect("nothing was changed")
        }
        Ending::Denied
        | Ending::Throttled
        | Ending::Absent
        | Ending::Exists
        | Ending::InUse
        | Ending::Refused
        | Ending::WrongRegion
        | Ending::NotSent
        | Ending::Unknown => {
            let advice = "Check the network, the endpoint and the profile; `muster doctor` shows \
                what was found.";
            Error::new("no-answer", Exit::Failed, what, advice).with_effect("nothing was changed")
        }
    }
}

async fn inspect(
    account: &Arc<dyn Account>,
    bound: &Bound,
    step: usize,
    setting: &'static Setting,
    wanted: Wanted,
) -> TargetPlan {
    let check = matches!(bound.steps[step].act, Act::Check { .. });
    let mut calls = setting.read_for(&wanted.on, &wanted.to);
    let own = calls.len();
    if !check && wanted.undoes.is_none() {
        calls.extend(setting.guard(&wanted.on, &wanted.to));
    }
    let seen = read(account, calls).await;
    let verdict = match Verdict::of(setting, &wanted, &seen, check) {
        // What an earlier step makes or changes cannot be judged before it ran.
        Verdict::Unreadable { error: Unread::Absent } => {
            creator(bound, step, setting.kind, &wanted.on.name)
                .map_or(Verdict::Unreadable { error: Unread::Absent }, after)
        }
        Verdict::Refused { before, breach } => {
            let mut touched = guarded(setting, &wanted, &seen[own.min(seen.len())..]);
            touched.extend(inside(&seen));
            match touched.iter().find_map(|(kind, name)| maker(bound, step, *kind, name)) {
                Some(maker) if setting.lint(&wanted.on, &wanted.to).is_empty() => after(maker),
                _ => Verdict::Refused { before, breach },
            }
        }
        Verdict::NotYet { value } => {
            let made = || creator(bound, step, setting.kind, &wanted.on.name);
            let setter = setter(bound, step, setting, &wanted);
            match setter.or_else(|| if value.is_none() { made() } else { None }) {
                Some(setter) => after(setter),
                None => Verdict::NotYet { value },
            }
        }
        verdict => verdict,
    };
    let verdict = verdict.or_left(bound, &bound.steps[step]);
    TargetPlan { target: wanted.on, to: wanted.to, verdict }
}

fn after(step: &Step) -> Verdict {
    Verdict::Undetermined { depends_on: step.id.clone() }
}

/// Carries reads out one after another.
pub async fn read(account: &Arc<dyn Account>, calls: Vec<Call>) -> Vec<Outcome> {
    let mut seen = Vec::with_capacity(calls.len());
    for call in calls {
        seen.push(account.send(call).await);
    }
    seen
}

/// The resources that the guard of a setting looked at.
fn guarded(setting: &Setting, wanted: &Wanted, seen: &[Outcome]) -> Vec<(Kind, String)> {
    if seen.is_empty() {
        return Vec::new();
    }
    let calls = setting.guard(&wanted.on, &wanted.to);
    let mut found: Vec<_> = calls
        .iter()
        .filter_map(|call| {
            let kind = match call {
                Call::DynamoDb(_) | Call::Bulk(bulk::Call::CountItems { .. }) => Kind::Table,
                Call::S3(_) | Call::Objects(_) | Call::Bulk(_) => Kind::Bucket,
                Call::Sns(_) => Kind::Topic,
                Call::CloudTrail(_) => Kind::Trail,
                Call::CloudWatch(_) => Kind::Alarm,
                Call::Backup(backup::Call::FindVault { .. }) => Kind::Vault,
                Call::Backup(_) => Kind::BackupPlan,
                Call::CloudFormation(_) => Kind::Stack,
                Call::Ssm(_) => Kind::Parameter,
                Call::AutoScaling(_) => Kind::Table,
                Call::S3Control(_) => Kind::Bucket,
                Call::Sts(_) => return None,
            };
            Some((kind, call.resource()?.to_owned()))
        })
        .collect();
    found.dedup();
    found
}

/// The tables in the stacks that were read.
fn inside(seen: &[Outcome]) -> Vec<(Kind, String)> {
    let stacks = seen.iter().filter_map(|outcome| match outcome {
        Ok(Answer {
            reply: Reply::CloudFormation(cloudformation::Reply::Stack(stack)), ..
        }) => Some(stack),
        _ => None,
    });
    let resources = stacks.flat_map(|stack| &stack.resources);
    let tables = resources.filter(|resource| resource.kind == "AWS::DynamoDB::Table");
    tables.filter_map(|table| Some((Kind::Table, table.physical.clone()?))).collect()
}

/// The earlier step that writes anything of a resource: what it leaves behind is not known yet.
fn maker<'b>(bound: &'b Bound, before: usize, kind: Kind, name: &str) -> Option<&'b Step> {
    bound.steps[..before].iter().rev().find(|step| {
        sets(step).is_some_and(|(setting, targets)| {
            setting.kind == kind && targets.iter().any(|wanted| wanted.on.name == name)
        })
    })
}

/// The earlier step that brings a resource into being: it makes that very one, or a stack, of which
/// nobody knows what it makes before it is made.
fn creator<'b>(bound: &'b Bound, before: usize, kind: Kind, name: &str) -> Option<&'b Step> {
    let makes = |step: &&Step, is_it: &dyn Fn(&Setting, &Wanted) -> bool| {
        sets(step).is_some_and(|(setting, targets)| {
            targets.iter().any(|wanted| is_it(setting, wanted) && setting.creates(&wanted.to))
        })
    };
    let itself = |setting: &Setting, on: &Wanted| setting.kind == kind && on.on.name == name;
    let stack = |setting: &Setting, _: &Wanted| setting.kind == Kind::Stack && kind != Kind::Stack;
    let earlier = &bound.steps[..before];
    let found = earlier.iter().find(|step| makes(step, &itself));
    found.or_else(|| earlier.iter().rev().find(|step| makes(step, &stack)))
}

/// The earlier step that sets what a later one checks.
fn setter<'b>(
    bound: &'b Bound,
    before: usize,
    setting: &Setting,
    wanted: &Wanted,
) -> Option<&'b Step> {
    bound.steps[..before].iter().rev().find(|step| {
        sets(step).is_some_and(|(found, targets)| {
            let same = targets.iter().any(|target| target.on == wanted.on);
            same && (found.id == setting.id || targets.iter().any(|t| found.creates(&t.to)))
        })
    })
}

fn sets(step: &Step) -> Option<(&'static Setting, &[Wanted])> {
    match &step.act {
        Act::Set { setting, targets } if step.left_out.is_none() => {
            Some((jobs::row(setting)?, targets))
        }
        Act::Set { .. } | Act::Check { .. } | Act::Ask { .. } => None,
    }
}
