//! Reads a bucket policy: may a service of AWS do something, as far as the policy alone says?
//!
//! The answer has three values, because a condition may rest on what only AWS knows.

use serde_json::{Map, Value};

use crate::cloud::Place;

mod condition;

/// The service that delivers access logs of buckets.
pub(super) const LOGGING: &str = "logging.s3.amazonaws.com";

/// The service that delivers the log files of trails.
pub(super) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// What a policy says of a request. In order: what is certain weighs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::settings) enum Answer {
    /// Certainly not.
    No,
    /// It depends on something that the policy alone does not show.
    Perhaps,
    /// Certainly.
    Yes,
}

/// A request of a service of AWS, as a policy sees it.
#[derive(Clone, Debug)]
pub(super) struct Request<'r> {
    service: &'r str,
    action: &'static str,
    resource: String,
    /// Condition keys in lower case, with their values.
    keys: Vec<(&'static str, String)>,
}

/// A policy document, with all that Muster does not look at kept as it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Policy {
    document: Map<String, Value>,
    pub statements: Vec<Value>,
}

impl Policy {
    /// A policy without statements.
    pub fn empty() -> Self {
        let version = ("Version".to_owned(), Value::from("2012-10-17"));
        Self { document: Map::from_iter([version]), statements: Vec::new() }
    }

    /// Reads the text of a policy.
    ///
    /// # Errors
    /// It is not a policy document.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut document: Map<String, Value> =
            serde_json::from_str(text).map_err(|e| format!("a policy that is not JSON: {e}"))?;
        let statements = match document.remove("Statement") {
            Some(Value::Array(statements)) => statements,
            Some(statement @ Value::Object(_)) => vec![statement],
            Some(_) | None => return Err("a policy without statements".to_owned()),
        };
        if !statements.iter().all(Value::is_object) {
            return Err("a policy with a statement that is not an object".to_owned());
        }
        Ok(Self { document, statements })
    }

    /// The text of the policy: the same policy always gives the same text.
    pub fn text(&self) -> String {
        let mut document = self.document.clone();
        document.insert("Statement".to_owned(), Value::Array(self.statements.clone()));
        Value::Object(document).to_string()
    }

    /// Whether the policy lets the request through.
    pub fn allows(&self, request: &Request<'_>) -> Answer {
        match (self.says("Allow", request), self.denies(request)) {
            (Answer::No, _) | (_, Answer::Yes) => Answer::No,
            (Answer::Yes, Answer::No) => Answer::Yes,
            (Answer::Perhaps, _) | (_, Answer::Perhaps) => Answer::Perhaps,
        }
    }

    /// Whether a statement denies the request, whatever others allow.
    pub fn denies(&self, request: &Request<'_>) -> Answer {
        self.says("Deny", request)
    }

    fn says(&self, effect: &str, request: &Request<'_>) -> Answer {
        let statements = self.statements.iter();
        let matching =
            statements.filter(|statement| statement.get("Effect") == Some(&effect.into()));
        matching.map(|statement| request.meets(statement)).max().unwrap_or(Answer::No)
    }
}

impl<'r> Request<'r> {
    /// The delivery of an access log of one bucket into another.
    pub fn access_log(place: &Place, into: &str, prefix: &str, from: &str) -> Self {
        let object = format!("{prefix}2026-01-31-12-30-00-0123456789ABCDEF");
        let source = place.bucket_arn(from);
        Self::of(LOGGING, "s3:PutObject", object_arn(place, into, &object), place, Some(source))
    }

    /// What CloudTrail does before it uses a bucket, and then for every log file.
    pub fn of_trail(place: &Place, into: &str, prefix: &str, trail: Option<&str>) -> [Self; 2] {
        let source = trail.map(|trail| place.arn("cloudtrail", &format!("trail/{trail}")));
        let Place { account, region } = place;
        let folder = trail_folder(place, prefix);
        let object = format!("{folder}CloudTrail/{region}/2026/01/31/{account}_log.json.gz");
        let check =
            Self::of(CLOUDTRAIL, "s3:GetBucketAcl", place.bucket_arn(into), place, source.clone());
        let resource = object_arn(place, into, &object);
        let mut write = Self::of(CLOUDTRAIL, "s3:PutObject", resource, place, source);
        write.keys.push(("s3:x-amz-acl", "bucket-owner-full-control".to_owned()));
        [check, write]
    }

    fn of(
        service: &'r str,
        action: &'static str,
        resource: String,
        place: &Place,
        source: Option<String>,
    ) -> Self {
        let mut keys = vec![
            ("aws:sourceaccount", place.account.clone()),
            ("aws:principalisawsservice", "true".to_owned()),
            ("aws:principalservicename", service.to_owned()),
            ("aws:securetransport", "true".to_owned()),
            ("s3:tlsversion", "1.2".to_owned()),
        ];
        keys.extend(source.map(|source| ("aws:sourcearn", source)));
        Self { service, action, resource, keys }
    }

    /// Whether a statement, allowing or denying, is about this request.
    fn meets(&self, statement: &Value) -> Answer {
        let principal = either(statement, "Principal", |named| self.is_named(named));
        let action = either(statement, "Action", |named| any(named, self.action, true));
        let resource = either(statement, "Resource", |named| any(named, &self.resource, false));
        let condition =
            statement.get("Condition").map_or(Answer::Yes, |c| condition::holds(c, self));
        principal.min(action).min(resource).min(condition)
    }

    fn is_named(&self, principal: &Value) -> Answer {
        match principal {
            Value::String(everyone) => answer(everyone == "*"),
            Value::Object(kinds) => {
                let everyone = kinds.get("AWS").map_or(Answer::No, |who| any_equal(who, "*"));
                let service = kinds.get("Service").map_or(Answer::No, |who| {
                    any_equal(who, self.service).max(any_equal(who, "*"))
                });
                everyone.max(service)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Answer::Perhaps,
        }
    }
}

/// Whether a bucket's policy lets CloudTrail write the logs of this account's trails under a
/// prefix (without a slash at its end; none when empty). A condition that cannot be judged without
/// the trail's name, or at all, counts as met.
pub(in crate::settings) fn allows_trail(
    policy: &str,
    place: &Place,
    bucket: &str,
    prefix: &str,
) -> bool {
    Policy::parse(policy).is_ok_and(|policy| {
        let requests = Request::of_trail(place, bucket, prefix, None);
        requests.iter().all(|request| policy.allows(request) != Answer::No)
    })
}

/// Whether a bucket's policy lets the access logs of `source` in, under a prefix.
pub(in crate::settings) fn allows_access_logs(
    policy: &str,
    place: &Place,
    bucket: &str,
    prefix: &str,
    source: &str,
) -> Answer {
    let request = Request::access_log(place, bucket, prefix, source);
    Policy::parse(policy).map_or(Answer::Perhaps, |policy| policy.allows(&request))
}

/// The folder into which CloudTrail writes: `prefix/AWSLogs/account/`.
pub(super) fn trail_folder(place: &Place, prefix: &str) -> String {
    let slash = if prefix.is_empty() { "" } else { "/" };
    format!("{prefix}{slash}AWSLogs/{}/", place.account)
}

/// The ARN of an object, or of a pattern of objects.
pub(super) fn object_arn(place: &Place, bucket: &str, key: &str) -> String {
    format!("{}/{key}", place.bucket_arn(bucket))
}

/// One of the texts, whether a policy writes one or a list.
pub(super) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let one = value.as_str();
    one.into_iter().chain(value.as_array().into_iter().flatten().filter_map(Value::as_str))
}

/// An element of a statement, or its opposite: `Action` or `NotAction`.
fn either(statement: &Value, element: &str, is_met: impl Fn(&Value) -> Answer) -> Answer {
    match (statement.get(element), statement.get(format!("Not{element}"))) {
        (Some(named), _) => is_met(named),
        (None, Some(named)) => not(is_met(named)),
        (None, None) => Answer::No,
    }
}

fn any(patterns: &Value, text: &str, ignore_case: bool) -> Answer {
    let patterns = texts(patterns).map(|pattern| match ignore_case {
        true => condition::like(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase()),
        false => condition::like(pattern, text),
    });
    patterns.max().unwrap_or(Answer::No)
}

fn any_equal(names: &Value, name: &str) -> Answer {
    answer(texts(names).any(|named| named == name))
}

const fn answer(is: bool) -> Answer {
    if is { Answer::Yes } else { Answer::No }
}

const fn not(given: Answer) -> Answer {
    match given {
        Answer::No => Answer::Yes,
        Answer::Perhaps => Answer::Perhaps,
        Answer::Yes => Answer::No,
    }
}

#[cfg(test)]
mod tests;
