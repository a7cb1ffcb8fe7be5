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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{example, failed, on, said, setting};
    use super::*;
    use crate::cloud::Ending;

    const ID: &str = "cloudtrail.trail.logging";

    #[test]
    fn recording_is_read_started_and_stopped() {
        assert_eq!(example(ID), json!(true));
        let trail = || "audit".to_owned();
        let call = |call: Call| [cloud::Call::CloudTrail(call)];
        let setting = setting(ID);
        assert_eq!(setting.read(&on("audit")), call(Call::GetTrailStatus { trail: trail() }));
        for logging in [true, false] {
            let status = said(Reply::Status { logging, delivery_error: None });
            assert_eq!(setting.decode(&on("audit"), &[status]), Ok(json!(logging)));
        }
        let read = |seen: Outcome| setting.decode(&on("audit"), &[seen]);
        assert_eq!(read(failed(Ending::Absent)), Err(Unread::Absent));
        assert!(matches!(read(said(Reply::Done {})), Err(Unread::Strange(_))));
        let write = |to: bool| setting.write(&on("audit"), &[], &json!(to)).unwrap();
        assert_eq!(write(true), call(Call::StartLogging { trail: trail() }));
        assert_eq!(write(false), call(Call::StopLogging { trail: trail() }));
    }

    #[test]
    fn stopping_is_told_to_lose_what_happens_meanwhile() {
        let change = |from: bool, to: bool| setting(ID).change(&json!(from), &json!(to));
        assert_eq!(change(false, true), Change::exact());
        assert_eq!(change(true, false).danger, Danger::Destroy);
        assert!(change(true, false).why.unwrap().contains("cannot be had later"));
    }
}
