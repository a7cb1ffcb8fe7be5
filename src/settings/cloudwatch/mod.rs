//! Settings of CloudWatch: alarms, what they say, whether they were tried, and dashboards.

mod dashboard;
mod definition;
mod state;
mod test;

pub(super) use dashboard::Dashboard;
pub(super) use definition::Definition;
pub(super) use state::State;
pub(super) use test::Test;

use super::seen::{reply, strange};
use super::{Target, Unread};
use crate::cloud::cloudwatch::{AlarmSpec, AlarmState, Call, Reply};
use crate::cloud::{self, Outcome};

fn describe(on: &Target) -> cloud::Call {
    cloud::Call::CloudWatch(Call::DescribeAlarm { alarm: on.name.clone() })
}

/// The alarm that the first read shows, and what it says now.
fn alarm(seen: &[Outcome]) -> Result<(&AlarmSpec, AlarmState), Unread> {
    match reply(seen, 0)? {
        cloud::Reply::CloudWatch(Reply::Alarm { spec, state }) => Ok((spec, *state)),
        other => Err(strange(other)),
    }
}

#[cfg(test)]
mod testing {
    //! What the tests of this folder share.

    use super::super::Target;
    use crate::cloud::cloudwatch::{AlarmSpec, AlarmState, Comparison, MissingData, Reply};
    use crate::cloud::cloudwatch::{Call, Statistic};
    use crate::cloud::{self, Answer, CallError, Ending, Outcome, Place};

    pub(super) fn on(name: &str) -> Target {
        Target { place: Place::new("500313280221", "us-east-1"), name: name.to_owned() }
    }

    pub(super) fn said(reply: Reply) -> Outcome {
        Ok(Answer { reply: cloud::Reply::CloudWatch(reply), request_id: None })
    }

    pub(super) fn absent() -> Outcome {
        Err(CallError::new(Ending::Absent, "ResourceNotFound", "not there"))
    }

    pub(super) fn failed(ending: Ending) -> Outcome {
        Err(CallError::new(ending, "SomeError", "something else"))
    }

    pub(super) fn call(call: Call) -> Vec<cloud::Call> {
        vec![cloud::Call::CloudWatch(call)]
    }

    /// An alarm that tells these.
    pub(super) fn alarm(actions: &[&str], state: AlarmState) -> Outcome {
        let spec = AlarmSpec {
            description: String::new(),
            namespace: "AWS/DynamoDB".to_owned(),
            metric: "SystemErrors".to_owned(),
            dimensions: [].into(),
            statistic: Statistic::Sum,
            period_seconds: 300,
            evaluation_periods: 1,
            threshold: 1.0,
            comparison: Comparison::GreaterThanOrEqualToThreshold,
            missing_data: MissingData::NotBreaching,
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        };
        said(Reply::Alarm { spec, state })
    }
}
