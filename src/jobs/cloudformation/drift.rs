//! `cloudformation.drift`: what of a stack is no longer as its template says.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call;
use crate::cloud::cloudformation::{Call, DriftedResource, Reply};
use crate::cloud::{self, Ending, Outcome};
use crate::settings::{Kind, Property, Target, Unread};

/// `cloudformation.drift`
pub(in crate::jobs) struct Drift;

/// What drifted: nothing, when it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::jobs) struct Drifted {
    /// The resources that are not as the template says, each with what differs.
    #[serde(default)]
    pub resources: BTreeMap<String, Vec<String>>,
}

impl Property for Drift {
    type Value = Drifted;

    const ID: &'static str = "cloudformation.drift";
    const KIND: Kind = Kind::Stack;
    const TITLE: &'static str = "Drift";
    const HELP: &'static str = "What of a stack somebody changed behind its back. AWS compares only \
        what the template sets, and nested stacks separately (F4): deletion protection that the \
        template does not name is no drift. AWS reads every resource for it, which takes a while.";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackDrift.html";
    const EXAMPLE: &'static str = "{ resources = {} }";

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::DetectStackDrift { stack: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Drifted, Unread> {
        let found = match seen.first() {
            Some(Ok(answer)) => &answer.reply,
            Some(Err(error)) if error.ending == Ending::Absent => return Err(Unread::Absent),
            Some(Err(error)) => return Err(Unread::Failed(error.clone())),
            None => return Err(Unread::Strange("no answer at all".to_owned())),
        };
        match found {
            cloud::Reply::CloudFormation(Reply::Drift(drift)) => {
                let resources = drift.resources.iter();
                Ok(Drifted { resources: resources.map(words).collect() })
            }
            other => {
                let words = serde_json::to_string(other).unwrap_or_else(|e| e.to_string());
                Err(Unread::Strange(words))
            }
        }
    }
}

fn words(resource: &DriftedResource) -> (String, Vec<String>) {
    let name = match &resource.physical {
        Some(physical) => format!("{} ({physical})", resource.logical),
        None => resource.logical.clone(),
    };
    if resource.deleted {
        return (name, vec!["deleted".to_owned()]);
    }
    let differences = resource
        .differences
        .iter()
        .map(|one| format!("{}: {}, not {}", one.path, one.actual, one.expected));
    (name, differences.collect())
}
