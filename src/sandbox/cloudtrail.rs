//! The simulated CloudTrail: trails, which look at the bucket that they write to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::cloudtrail::{Call, EventSelector, ReadWrite, Reply, Selectors, TrailSpec};
use crate::cloud::{CallError, Ending};

use super::lagging::Shelf;
use super::moment::{Carried, Moment, read, refused, wrote};
use super::policy::{self, Wish};
use super::s3::Buckets;
use super::selectors;

/// All trails of the account, by name. Their home is the Region of the world.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trails {
    shelf: Shelf<Trail>,
}

/// A trail as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Trail {
    spec: TrailSpec,
    selectors: Selectors,
    logging: bool,
}

impl Trails {
    /// Carries out one CloudTrail call. A trail is named by its name or its ARN.
    pub fn call(&mut self, call: &Call, buckets: &Buckets, at: &Moment) -> Carried<Reply> {
        let given = call.resource();
        let name = given.rsplit_once(":trail/").map_or(given, |(_, name)| name);
        check_name(name)?;
        match call {
            Call::GetTrail { .. } => self.look(name, at, |trail| describe(name, &trail.spec, at)),
            Call::CreateTrail { spec, .. } => self.create(name, spec, buckets, at),
            Call::UpdateTrail { spec, .. } => self.change(name, at, |trail| {
                check_spec(name, spec, buckets, at)?;
                trail.spec = spec.clone();
                Ok(describe(name, spec, at))
            }),
            Call::DeleteTrail { .. } => {
                if self.shelf.truth(name).is_none() {
                    return unknown(name, at);
                }
                let changed = self.shelf.set(name, None, at.now, at.visible);
                wrote(Reply::Done {}, changed)
            }
            Call::GetEventSelectors { .. } => {
                self.look(name, at, |trail| Reply::Selectors { selectors: trail.selectors.clone() })
            }
            Call::PutEventSelectors { selectors, .. } => self.change(name, at, |trail| {
                selectors::check(selectors)?;
                trail.selectors = selectors.clone();
                Ok(Reply::Selectors { selectors: selectors.clone() })
            }),
            Call::GetTrailStatus { .. } => self.look(name, at, |trail| Reply::Status {
                logging: trail.logging,
                delivery_error: trail.delivery_error(name, buckets, at),
            }),
            Call::StartLogging { .. } => self.change(name, at, |trail| {
                trail.logging = true;
                Ok(Reply::Done {})
            }),
            Call::StopLogging { .. } => self.change(name, at, |trail| {
                trail.logging = false;
                Ok(Reply::Done {})
            }),
        }
    }

    /// All trails as they are.
    pub fn state(&self) -> Value {
        serde_json::json!(self.shelf.truths().collect::<BTreeMap<_, _>>())
    }

    fn create(
        &mut self,
        name: &str,
        spec: &TrailSpec,
        buckets: &Buckets,
        at: &Moment,
    ) -> Carried<Reply> {
        if self.shelf.truth(name).is_some() {
            return refused(
                Ending::Exists,
                "TrailAlreadyExistsException",
                format!("Trail {name} already exists for customer: {}", at.place.account),
            );
        }
        check_spec(name, spec, buckets, at)?;
        let management =
            EventSelector { read_write: ReadWrite::All, management_events: true, data: Vec::new() };
        let trail = Trail {
            spec: spec.clone(),
            selectors: Selectors::Basic(vec![management]),
            logging: false,
        };
        let changed = self.shelf.set(name, Some(trail), at.now, at.visible);
        wrote(describe(name, spec, at), changed)
    }

    fn look(
        &self,
        name: &str,
        at: &Moment,
        answer: impl FnOnce(&Trail) -> Reply,
    ) -> Carried<Reply> {
        match self.shelf.seen(name, at.now) {
            Some(trail) => read(answer(trail)),
            None => unknown(name, at),
        }
    }

    fn change(
        &mut self,
        name: &str,
        at: &Moment,
        change: impl FnOnce(&mut Trail) -> Result<Reply, CallError>,
    ) -> Carried<Reply> {
        let Some(trail) = self.shelf.truth(name) else { return unknown(name, at) };
        let mut new = trail.clone();
        let reply = change(&mut new)?;
        let changed = self.shelf.set(name, Some(new), at.now, at.visible);
        wrote(reply, changed)
    }
}

impl Trail {
    /// The code with which S3 refuses the log files now, if it does.
    fn delivery_error(&self, name: &str, buckets: &Buckets, at: &Moment) -> Option<String> {
        if !self.logging {
            return None;
        }
        let code = match buckets.truth(&self.spec.bucket) {
            None => Some("NoSuchBucket"),
            Some(bucket) => {
                let policy = bucket.policy().unwrap_or(&Value::Null);
                (!may_write(name, &self.spec, policy, at)).then_some("AccessDenied")
            }
        };
        code.map(str::to_owned)
    }
}

fn describe(name: &str, spec: &TrailSpec, at: &Moment) -> Reply {
    Reply::Trail { arn: arn(name, at), home_region: at.place.region.clone(), spec: spec.clone() }
}

fn arn(name: &str, at: &Moment) -> String {
    at.place.arn("cloudtrail", &format!("trail/{name}"))
}

fn check_spec(
    name: &str,
    spec: &TrailSpec,
    buckets: &Buckets,
    at: &Moment,
) -> Result<(), CallError> {
    let bucket = &spec.bucket;
    if spec.multi_region && !spec.global_services {
        return Err(CallError::new(
            Ending::Refused,
            "InvalidParameterCombinationException",
            "Multi-Region trail must include global service events.",
        ));
    }
    let Some(found) = buckets.truth(bucket) else {
        return Err(CallError::new(
            Ending::Refused,
            "S3BucketDoesNotExistException",
            format!("S3 bucket {bucket} does not exist!"),
        ));
    };
    if !may_write(name, spec, found.policy().unwrap_or(&Value::Null), at) {
        return Err(CallError::new(
            Ending::Refused,
            "InsufficientS3BucketPolicyException",
            format!("Incorrect S3 bucket policy is detected for bucket: {bucket}"),
        ));
    }
    Ok(())
}

/// Whether the bucket's policy lets the trail look at the bucket and write its log files there.
fn may_write(name: &str, spec: &TrailSpec, policy: &Value, at: &Moment) -> bool {
    let bucket = at.place.bucket_arn(&spec.bucket);
    let slash = if spec.prefix.is_empty() { "" } else { "/" };
    let account = &at.place.account;
    let file = format!("{bucket}/{}{slash}AWSLogs/{account}/CloudTrail/log.json.gz", spec.prefix);
    let trail = arn(name, at);
    [("s3:GetBucketAcl", &bucket), ("s3:PutObject", &file)].into_iter().all(|(action, resource)| {
        let service = "cloudtrail.amazonaws.com";
        policy::lets(policy, &Wish { service, action, resource, account, source: &trail })
    })
}

fn check_name(name: &str) -> Result<(), CallError> {
    let length = name.chars().count();
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inside = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let message = if length < 3 {
        format!(
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: \
             {length} characters."
        )
    } else if length > 128 {
        format!(
            "Trail name too long. Maximum allowed length: 128 characters. Specified name length: \
             {length} characters."
        )
    } else if !edge(name.chars().next()) {
        "Trail name must starts with a letter or number.".to_owned()
    } else if !edge(name.chars().last()) {
        "Trail name must ends with a letter or number.".to_owned()
    } else if !name.chars().all(inside) {
        "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, \
         periods (.), hyphens (-), and underscores (_)."
            .to_owned()
    } else {
        return Ok(());
    };
    Err(CallError::new(Ending::Refused, "InvalidTrailNameException", message))
}

fn unknown<R>(name: &str, at: &Moment) -> Carried<R> {
    refused(
        Ending::Absent,
        "TrailNotFoundException",
        format!("Unknown trail: {name} for the user: {}", at.place.account),
    )
}

#[cfg(test)]
mod tests;
