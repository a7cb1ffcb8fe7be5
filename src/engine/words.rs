//! What happened, in words: one sentence per event, for the screen, plain lines and reports.
//!
//! Names and messages from outside stay as they are: whoever shows a sentence makes it visible.

use serde_json::Value;

use super::event::{AttemptId, Conclusion, Event, Failure, Sight};
use super::plan::{Verdict, WayBack};
use super::run::{Mode, Rest, Run, StepEnd};
use crate::cloud::{Call, Danger, dynamodb};
use crate::runbook::Bound;

/// The event as a sentence without its full stop.
pub fn sentence(event: &Event, run: &Run) -> String {
    sentence_in(event, Some(&run.bound), None)
}

/// The same for whoever has no run at hand, or knows the call of the event's attempt.
pub fn sentence_in(event: &Event, bound: Option<&Bound>, call: Option<&Call>) -> String {
    let at = Names { bound, call };
    match event {
        Event::Started { mode, bound, .. } => began(*mode, bound),
        Event::Identified { identity, .. } => {
            format!("account {} answered as {}", identity.account, identity.arn)
        }
        Event::WrongAccount { expected, found } => {
            format!("WRONG ACCOUNT: {} answered, not {expected}; nothing is sent", found.account)
        }
        Event::Armed {} => "armed: changes are allowed".to_owned(),
        Event::Disarmed {} => "disarmed: changes are forbidden".to_owned(),
        Event::StepStarted { step } => format!("{} begins", at.step(step)),
        Event::Inspected { step, target, verdict } => {
            format!("read {}: {}", at.target(step, target), verdict_words(verdict))
        }
        Event::Planned { step, digest } => {
            format!("{} is planned, {}", at.step(step), short(digest))
        }
        Event::Reopened { step, why } => format!("{} is read again: {why}", at.step(step)),
        Event::Confirmed { step, digest, second, .. } => {
            format!("{} was confirmed{}, {}", at.step(step), also(" with", second), short(digest))
        }
        Event::Intended { attempt, call, .. } => {
            format!("sending {} (attempt {attempt})", call_words(call))
        }
        Event::Answered { attempt, request_id } => {
            format!("answered: {}{}", at.attempt(attempt), also(", request", request_id))
        }
        Event::NotApplied { attempt, error, again_at } => {
            let then = if again_at.is_some() { ", sent again soon" } else { "" };
            format!("not applied{then} ({error}): {}", at.attempt(attempt))
        }
        Event::Unknown { attempt, error } => {
            format!("nobody saw the end, it is looked for ({error}): {}", at.attempt(attempt))
        }
        Event::Looked { attempt, sight, value } => {
            format!("looked, {}: {}", sight_words(*sight, value.as_ref()), at.attempt(attempt))
        }
        Event::Concluded { attempt, conclusion } => {
            format!("{}: {}", conclusion_words(*conclusion), at.attempt(attempt))
        }
        Event::Observed { step, target, value } => {
            format!("{} is now {}", at.target(step, target), there(value.as_ref()))
        }
        Event::Overdue { step, target, waited_seconds, advice } => {
            overdue(&at.target(step, target), *waited_seconds, advice)
        }
        Event::Verified { step, target, value } => {
            format!("verified {}: {}", at.target(step, target), value_words(value))
        }
        Event::TargetFailed { step, target, failure } => {
            format!("{} failed: {}", at.target(step, target), failure_words(failure))
        }
        Event::Asked { step, text } => format!("{} asks: {text}", at.step(step)),
        Event::Replied { step, text } => format!("{} was answered: {text}", at.step(step)),
        Event::StepFailed { step, failure } => {
            format!("{} failed: {}", at.step(step), failure_words(failure))
        }
        Event::Retried { step } => format!("{} is tried again", at.step(step)),
        Event::Skipped { step, reason } => format!("{} is skipped: {reason}", at.step(step)),
        Event::StepEnded { step, end } => format!("{} ended: {}", at.step(step), end_words(end)),
        Event::Noted { text } => format!("note: {text}"),
        Event::Paused { why } => format!("paused: {why}"),
        Event::Resumed {} => "goes on".to_owned(),
        Event::Accepted {} => "what became of the calls in flight was seen".to_owned(),
        Event::TakenOver { name } => format!("taken over by {name}"),
        Event::AbortAsked { reason } => format!("abort was asked: {reason}"),
        Event::RolledBack { by, left } => rolled_back(by, left),
        Event::Rested { rest } => rest_words(rest),
    }
}

fn began(mode: Mode, bound: &Bound) -> String {
    let book = &bound.book;
    format!("started {} {} as {mode} in {}", book.name, book.version, bound.environment.name)
}

fn overdue(name: &str, waited_seconds: u64, advice: &str) -> String {
    format!("nothing new of {name} for {waited_seconds} s, longer than usual: {advice}")
}

fn rolled_back(by: &str, left: &[String]) -> String {
    match left {
        [] => format!("what it changed was taken back by run {by}"),
        left => {
            format!("what it changed was taken back by run {by}, but for {}", left.join("; "))
        }
    }
}

fn also(lead: &str, text: &Option<String>) -> String {
    text.as_ref().map(|text| format!("{lead} {text}")).unwrap_or_default()
}

fn there(value: Option<&Value>) -> String {
    value.map_or_else(|| "not there".to_owned(), value_words)
}

/// The call with everything that is sent: `UpdateTable sitelogix-reports, stream none`.
pub fn call_words(call: &Call) -> String {
    let name = call.operation().name;
    let resource = call.resource().map(|name| format!(" {name}")).unwrap_or_default();
    let rest = match call {
        Call::DynamoDb(of_table) => table_words(of_table).unwrap_or_else(|| parameters(call)),
        Call::Sts(_)
        | Call::S3(_)
        | Call::Sns(_)
        | Call::CloudTrail(_)
        | Call::CloudWatch(_)
        | Call::AutoScaling(_)
        | Call::Backup(_)
        | Call::CloudFormation(_)
        | Call::S3Control(_)
        | Call::Ssm(_)
        | Call::Objects(_)
        | Call::Bulk(_) => parameters(call),
    };
    let comma = if rest.is_empty() { "" } else { ", " };
    format!("{name}{resource}{comma}{rest}")
}

/// The parameters of a DynamoDB call, where a short sentence says them better than their names do.
fn table_words(call: &dynamodb::Call) -> Option<String> {
    use dynamodb::{Call, TableChange};
    match call {
        Call::UpdateTable { change, .. } => match change {
            TableChange::DeletionProtection(on) => {
                Some(format!("deletion protection {}", on_off(*on)))
            }
            TableChange::Stream(None) => Some("stream off".to_owned()),
            TableChange::Stream(Some(view)) => Some(format!("stream {}", json_words(view))),
            TableChange::OnDemand {} => Some("on demand".to_owned()),
            TableChange::Encryption(_)
            | TableChange::Class(_)
            | TableChange::Provisioned { .. } => None,
        },
        Call::UpdateContinuousBackups { recovery_period_days: None, .. } => {
            Some("point-in-time recovery off".to_owned())
        }
        Call::UpdateContinuousBackups { recovery_period_days: Some(days), .. } => {
            Some(format!("point-in-time recovery on, {days} days"))
        }
        Call::UpdateTimeToLive { attribute, enabled, .. } => {
            Some(format!("time to live {}, attribute {attribute}", on_off(*enabled)))
        }
        Call::ListTables {}
        | Call::DescribeTable { .. }
        | Call::DescribeContinuousBackups { .. }
        | Call::CreateTable { .. }
        | Call::DeleteTable { .. }
        | Call::ListTagsOfResource { .. }
        | Call::TagResource { .. }
        | Call::UntagResource { .. }
        | Call::DescribeTimeToLive { .. }
        | Call::Scan { .. } => None,
    }
}

/// Every parameter of a call but the resource itself, so that nothing which is sent is hidden.
fn parameters(call: &Call) -> String {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(call) else { return String::new() };
    fields.remove("service");
    fields.remove("operation");
    fields.retain(|_, value| value.as_str().is_none_or(|text| Some(text) != call.resource()));
    if fields.is_empty() { String::new() } else { value_words(&Value::Object(fields)) }
}

fn json_words(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).map(|value| value_words(&value)).unwrap_or_default()
}

/// A value as a person reads it: `on, recovery period days 35`.
pub fn value_words(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(on) => on_off(*on).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => in_short(text),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(value_words).collect::<Vec<_>>().join(" + "),
        Value::Object(fields) => {
            let enabled = fields.get("enabled").and_then(Value::as_bool).map(on_off);
            let others = fields.iter().filter(|(name, _)| enabled.is_none() || *name != "enabled");
            let words = enabled.map(ToOwned::to_owned).into_iter().chain(others.map(field_words));
            words.collect::<Vec<_>>().join(", ")
        }
    }
}

/// A text of many lines or characters by its size and digest: a template is not read in a table.
fn in_short(text: &str) -> String {
    const READABLE: usize = 400;
    if text.len() <= READABLE {
        return text.to_owned();
    }
    let digest = crate::cloud::digest_of(&text);
    format!("a text of {} characters ({})", text.chars().count(), short(&digest))
}

fn field_words((name, value): (&String, &Value)) -> String {
    let name = name.replace('_', " ");
    match value {
        Value::Object(_) => format!("{name} ({})", value_words(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            format!("{name} {}", value_words(value))
        }
    }
}

/// What an inspection said.
pub fn verdict_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::NoChange { value } => format!("{}, as wanted already", value_words(value)),
        Verdict::Change { before, calls, danger, .. } => {
            let before = before.as_ref().map_or_else(|| "not there yet".to_owned(), value_words);
            let calls = count(calls.len(), "call");
            match danger {
                Danger::Read | Danger::Change => format!("{before}, will be changed by {calls}"),
                Danger::Destroy | Danger::Irreversible => {
                    format!("{before}, will be changed by {calls} ({danger})")
                }
            }
        }
        Verdict::Refused { breach, .. } => {
            let fact = breach.fact.as_ref().map(|fact| format!("{fact}: ")).unwrap_or_default();
            format!("refused, {fact}{}", breach.why)
        }
        Verdict::Undetermined { depends_on } => format!("known after step {depends_on}"),
        Verdict::Unreadable { error } => format!("could not be read: {error}"),
        Verdict::NotYet { value } => {
            format!("{}, not as expected yet", there(value.as_ref()))
        }
    }
}

/// What the way back from a change would cost; none when it is exact.
pub fn way_back_words(way_back: &WayBack) -> Option<String> {
    match way_back {
        WayBack::Exact => None,
        WayBack::Loses(what) => Some(format!("if it is rolled back later: {what}")),
        WayBack::Closed(why) => Some(format!("POINT OF NO RETURN: {why}")),
    }
}

/// That the credentials will probably end before the step does; none when they will not.
pub fn outlasts_words(run: &Run, step: usize) -> Option<String> {
    let left = run.steps.get(step)?.outlasts?.max(0);
    let usual = run.bound.steps.get(step)?.usual_seconds?;
    Some(format!(
        "it usually takes {usual} s, and the credentials end in {left} s: log in first, or the run \
         pauses in the middle and goes on after the next login"
    ))
}

/// How a step ended.
pub fn end_words(end: &StepEnd) -> String {
    match end {
        StepEnd::Changed {} => "changed and verified".to_owned(),
        StepEnd::NoChange {} => "everything was as wanted already".to_owned(),
        StepEnd::Passed {} => "passed".to_owned(),
        StepEnd::Answered { text } => format!("answered, {text}"),
        StepEnd::Skipped { reason } => format!("skipped, {reason}"),
        StepEnd::LeftOut { reason } => format!("left out, {reason}"),
    }
}

/// How a run came to rest.
pub fn rest_words(rest: &Rest) -> String {
    match rest {
        Rest::Succeeded {} => "the run succeeded".to_owned(),
        Rest::Aborted { reason } => format!("the run was aborted: {reason}"),
        Rest::Failed { failure } => {
            format!("the run failed before anything was changed: {}", failure_words(failure))
        }
        Rest::Stuck { failure } => {
            format!("the run is stuck and needs a person: {}", failure_words(failure))
        }
        Rest::RolledBack { by, left } => rolled_back(by, left),
    }
}

/// Why something failed, with its code.
pub fn failure_words(failure: &Failure) -> String {
    format!("{} ({})", failure.what, failure.code)
}

/// What a look for the ending of a call showed.
pub fn sight_words(sight: Sight, value: Option<&Value>) -> String {
    match sight {
        Sight::AsBefore => "it is as it was before".to_owned(),
        Sight::Partly => format!("it was begun and not finished: {}", there(value)),
        Sight::GoingOn => "the resource is still being changed".to_owned(),
        Sight::Different => format!("it is {}", there(value)),
    }
}

/// How a call whose ending nobody saw turned out to have ended.
pub const fn conclusion_words(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Done => "it was applied after all",
        Conclusion::NeverHappened => "it never happened",
        Conclusion::Partly => "it was begun and not finished: it goes on where it stopped",
        Conclusion::Differently => "it happened differently, a person must look",
        Conclusion::CannotTell => "it cannot be told whether it was applied, a person must look",
    }
}

const fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// A number with its noun: `1 call`, `2 calls`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// The first letters of a digest: enough to compare by eye.
pub fn short(digest: &str) -> &str {
    digest.get(..8).unwrap_or(digest)
}

struct Names<'a> {
    bound: Option<&'a Bound>,
    call: Option<&'a Call>,
}

impl Names<'_> {
    fn step(&self, step: &usize) -> String {
        let title = self.bound.and_then(|bound| bound.steps.get(*step)).map(|step| &step.title);
        let title = title.map(|title| format!(" `{title}`")).unwrap_or_default();
        format!("step {}{title}", step + 1)
    }

    fn target(&self, step: &usize, target: &usize) -> String {
        let known = self.bound.and_then(|bound| bound.steps.get(*step));
        let wanted = known.and_then(|step| step.targets()?.1.get(*target));
        wanted.map_or_else(
            || format!("target {} of step {}", target + 1, step + 1),
            |wanted| wanted.on.name.clone(),
        )
    }

    fn attempt(&self, attempt: &AttemptId) -> String {
        self.call.map_or_else(|| format!("attempt {attempt}"), call_words)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloud::{CallError, Ending, s3};

    #[test]
    fn a_call_shows_everything_that_is_sent() {
        let call = Call::DynamoDb(dynamodb::Call::UpdateTable {
            table: "sitelogix-reports".into(),
            change: dynamodb::TableChange::DeletionProtection(true),
        });
        assert_eq!(call_words(&call), "UpdateTable sitelogix-reports, deletion protection on");
        let call = Call::S3(s3::Call::PutBucketLogging {
            bucket: "audio".into(),
            logging: Some(s3::Logging { bucket: "logs".into(), prefix: "audio/".into() }),
        });
        let words = call_words(&call);
        assert_eq!(words, "PutBucketLogging audio, logging (bucket logs, prefix audio/)");
        let call = Call::S3(s3::Call::HeadBucket { bucket: "audio".into() });
        assert_eq!(call_words(&call), "HeadBucket audio");
    }

    #[test]
    fn a_value_reads_as_words() {
        let value = json!({ "enabled": true, "recovery_period_days": 35 });
        assert_eq!(value_words(&value), "on, recovery period days 35");
        assert_eq!(value_words(&json!([])), "none");
        assert_eq!(value_words(&json!(["a", false])), "a + off");
    }

    #[test]
    fn an_event_is_a_sentence_even_when_nothing_is_known_of_the_run() {
        let lost = CallError::new(Ending::Unknown, "Timeout", "no answer");
        let event = Event::Unknown { attempt: 7, error: lost };
        let words = sentence_in(&event, None, None);
        assert_eq!(words, "nobody saw the end, it is looked for (Timeout: no answer): attempt 7");
        let event = Event::Verified { step: 2, target: 1, value: json!(true) };
        assert_eq!(sentence_in(&event, None, None), "verified target 2 of step 3: on");
    }
}
