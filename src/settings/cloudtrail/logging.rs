//! Whether a trail records now.

use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Target, Unread};
use crate::cloud::cloudtrail::{Call, Reply, START_LOGGING, STOP_LOGGING};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `cloudtrail.trail.logging`
pub(in crate::settings) struct Logging;

impl Property for Logging {
    type Value = bool;

    const ID: &'static str = "cloudtrail.trail.logging";
    const KIND: Kind = Kind::Trail;
    const TITLE: &'static str = "Recording";
    const HELP: &'static str = "Whether the trail records. A trail that is created over the API \
        records nothing until it is started.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html";
    const EXAMPLE: &'static str = "true";
    const WRITES: &'static [&'static Operation] = &[&START_LOGGING, &STOP_LOGGING];

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::CloudTrail(Call::GetTrailStatus { trail: on.name.clone() })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<bool, Unread> {
        match reply(seen, 0)? {
            cloud::Reply::CloudTrail(Reply::Status { logging, .. }) => Ok(*logging),
            other => Err(strange(other)),
        }
    }

    fn write(on: &Target, _seen: &[Outcome], to: &bool) -> Result<Vec<cloud::Call>, Breach> {
        let trail = on.name.clone();
        let call = if *to { Call::StartLogging { trail } } else { Call::StopLogging { trail } };
        Ok(vec![cloud::Call::CloudTrail(call)])
    }

    fn change(from: &bool, to: &bool) -> Change {
        if *from && !*to {
            let why = "Events are not recorded meanwhile, and cannot be had later.";
            return Change::because(Danger::Destroy, why);
        }
        Change::exact()
    }
}
