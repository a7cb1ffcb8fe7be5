//! Amazon CloudWatch.

mod dashboard;
mod history;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{
    AlarmType, ComparisonOperator, Dimension, MetricAlarm, StateValue, Statistic as SdkStatistic,
};

use super::MOST_PAGES;
use super::ending::{absent, beyond, needed, too_many_pages, unreadable};
use super::sending::{Sending, answer, sent};
use crate::cloud::cloudwatch::{
    AlarmSpec, AlarmState, Call, Comparison, MissingData, Reply, Statistic,
};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn send(client: &Client, sending: &Sending, call: Call) -> Outcome {
    match call {
        Call::DescribeAlarm { alarm } => describe_alarm(client, sending, alarm).await,
        Call::DescribeAlarmsTelling { action } => {
            describe_alarms_telling(client, sending, action).await
        }
        Call::PutMetricAlarm { alarm, spec } => {
            put_metric_alarm(client, sending, alarm, spec).await
        }
        Call::DeleteAlarm { alarm } => delete_alarm(client, sending, alarm).await,
        Call::DescribeAlarmHistory { alarm } => history::describe(client, sending, alarm).await,
        Call::SetAlarmState { alarm, state, reason } => {
            history::set_state(client, sending, alarm, state, reason).await
        }
        Call::GetDashboard { dashboard } => dashboard::get(client, sending, dashboard).await,
        Call::PutDashboard { dashboard, body } => {
            dashboard::put(client, sending, dashboard, body).await
        }
        Call::DeleteDashboard { dashboard } => dashboard::delete(client, sending, dashboard).await,
    }
}

async fn describe_alarm(client: &Client, sending: &Sending, alarm: String) -> Outcome {
    let request = client.describe_alarms().alarm_names(&alarm).alarm_types(AlarmType::MetricAlarm);
    let output = sent!(sending, request)?;
    let found =
        output.metric_alarms().iter().find(|found| found.alarm_name() == Some(alarm.as_str()));
    let Some(found) = found else {
        return Err(absent("ResourceNotFound", "no metric alarm has this name", &output));
    };
    let reply = Reply::Alarm {
        spec: spec_from_sdk(found)?,
        state: state_from_sdk(needed(found.state_value(), "StateValue")?)?,
    };
    answer(cloud::Reply::CloudWatch(reply), &output)
}

async fn describe_alarms_telling(client: &Client, sending: &Sending, action: String) -> Outcome {
    let mut names = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client
            .describe_alarms()
            .action_prefix(&action)
            .alarm_types(AlarmType::MetricAlarm)
            .set_next_token(token);
        let output = sent!(sending, request)?;
        for alarm in output.metric_alarms() {
            // The prefix matches a longer name too, and an action for another state.
            let tells = alarm.alarm_actions().contains(&action);
            if tells && needed(alarm.actions_enabled(), "ActionsEnabled")? {
                names.push(needed(alarm.alarm_name(), "AlarmName")?.to_owned());
            }
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            names.sort_unstable();
            return answer(cloud::Reply::CloudWatch(Reply::Alarms { names }), &output);
        }
    }
    Err(too_many_pages())
}

async fn put_metric_alarm(
    client: &Client,
    sending: &Sending,
    alarm: String,
    spec: AlarmSpec,
) -> Outcome {
    let dimensions = spec.dimensions.into_iter().map(|(name, value)| dimension_to_sdk(name, value));
    let request = client
        .put_metric_alarm()
        .alarm_name(alarm)
        .alarm_description(spec.description)
        .namespace(spec.namespace)
        .metric_name(spec.metric)
        .set_dimensions(Some(dimensions.collect()))
        .statistic(statistic_to_sdk(spec.statistic))
        .period(spec.period_seconds.cast_signed())
        .evaluation_periods(spec.evaluation_periods.cast_signed())
        .threshold(spec.threshold)
        .comparison_operator(comparison_to_sdk(spec.comparison))
        .treat_missing_data(missing_to_sdk(spec.missing_data))
        .set_alarm_actions(Some(spec.actions));
    let output = sent!(sending, request)?;
    answer(cloud::Reply::CloudWatch(Reply::Done {}), &output)
}

async fn delete_alarm(client: &Client, sending: &Sending, alarm: String) -> Outcome {
    let output = sent!(sending, client.delete_alarms().alarm_names(alarm))?;
    answer(cloud::Reply::CloudWatch(Reply::Done {}), &output)
}

fn spec_from_sdk(alarm: &MetricAlarm) -> Result<AlarmSpec, CallError> {
    refuse_what_would_be_lost(alarm)?;
    let dimensions = alarm.dimensions().iter().map(|dimension| {
        let name = needed(dimension.name(), "Name")?.to_owned();
        Ok((name, needed(dimension.value(), "Value")?.to_owned()))
    });
    let mut actions = alarm.alarm_actions().to_vec();
    actions.sort_unstable();
    Ok(AlarmSpec {
        description: alarm.alarm_description().unwrap_or_default().to_owned(),
        namespace: needed(alarm.namespace(), "Namespace")?.to_owned(),
        metric: needed(alarm.metric_name(), "MetricName")?.to_owned(),
        dimensions: dimensions.collect::<Result<_, CallError>>()?,
        statistic: statistic_from_sdk(needed(alarm.statistic(), "Statistic")?)?,
        period_seconds: count(alarm.period(), "Period")?,
        evaluation_periods: count(alarm.evaluation_periods(), "EvaluationPeriods")?,
        threshold: needed(alarm.threshold(), "Threshold")?,
        comparison: comparison_from_sdk(needed(
            alarm.comparison_operator(),
            "ComparisonOperator",
        )?)?,
        missing_data: missing_from_sdk(alarm.treat_missing_data())?,
        actions,
    })
}

/// An alarm is written as a whole: what our words cannot hold would be gone after an undo.
fn refuse_what_would_be_lost(alarm: &MetricAlarm) -> Result<(), CallError> {
    let all_periods = |n| Some(n) == alarm.evaluation_periods();
    let beyond_words = [
        ("Metrics", !alarm.metrics().is_empty()),
        ("ThresholdMetricId", alarm.threshold_metric_id().is_some()),
        ("ExtendedStatistic", alarm.extended_statistic().is_some()),
        ("OKActions", !alarm.ok_actions().is_empty()),
        ("InsufficientDataActions", !alarm.insufficient_data_actions().is_empty()),
        ("ActionsEnabled", alarm.actions_enabled() == Some(false)),
        ("Unit", alarm.unit().is_some()),
        ("DatapointsToAlarm", alarm.datapoints_to_alarm().is_some_and(|n| !all_periods(n))),
        ("EvaluationCriteria", alarm.evaluation_criteria().is_some()),
    ];
    match beyond_words.into_iter().find(|(_, used)| *used) {
        Some((member, _)) => Err(beyond(&format!("{member} of an alarm"))),
        None => Ok(()),
    }
}

fn dimension_to_sdk(name: String, value: String) -> Dimension {
    Dimension::builder().name(name).value(value).build()
}

fn count(number: Option<i32>, member: &str) -> Result<u32, CallError> {
    let number = needed(number, member)?;
    u32::try_from(number).map_err(|_| unreadable(member, &number.to_string()))
}

fn state_from_sdk(state: &StateValue) -> Result<AlarmState, CallError> {
    match state {
        StateValue::Ok => Ok(AlarmState::Ok),
        StateValue::Alarm => Ok(AlarmState::Alarm),
        StateValue::InsufficientData => Ok(AlarmState::InsufficientData),
        other => Err(unreadable("StateValue", other.as_str())),
    }
}

const fn statistic_to_sdk(statistic: Statistic) -> SdkStatistic {
    match statistic {
        Statistic::SampleCount => SdkStatistic::SampleCount,
        Statistic::Average => SdkStatistic::Average,
        Statistic::Sum => SdkStatistic::Sum,
        Statistic::Minimum => SdkStatistic::Minimum,
        Statistic::Maximum => SdkStatistic::Maximum,
    }
}

fn statistic_from_sdk(statistic: &SdkStatistic) -> Result<Statistic, CallError> {
    match statistic {
        SdkStatistic::SampleCount => Ok(Statistic::SampleCount),
        SdkStatistic::Average => Ok(Statistic::Average),
        SdkStatistic::Sum => Ok(Statistic::Sum),
        SdkStatistic::Minimum => Ok(Statistic::Minimum),
        SdkStatistic::Maximum => Ok(Statistic::Maximum),
        other => Err(unreadable("Statistic", other.as_str())),
    }
}

const fn comparison_to_sdk(comparison: Comparison) -> ComparisonOperator {
    match comparison {
        Comparison::GreaterThanOrEqualToThreshold => {
            ComparisonOperator::GreaterThanOrEqualToThreshold
        }
        Comparison::GreaterThanThreshold => ComparisonOperator::GreaterThanThreshold,
        Comparison::LessThanThreshold => ComparisonOperator::LessThanThreshold,
        Comparison::LessThanOrEqualToThreshold => ComparisonOperator::LessThanOrEqualToThreshold,
    }
}

fn comparison_from_sdk(comparison: &ComparisonOperator) -> Result<Comparison, CallError> {
    match comparison {
        ComparisonOperator::GreaterThanOrEqualToThreshold => {
            Ok(Comparison::GreaterThanOrEqualToThreshold)
        }
        ComparisonOperator::GreaterThanThreshold => Ok(Comparison::GreaterThanThreshold),
        ComparisonOperator::LessThanThreshold => Ok(Comparison::LessThanThreshold),
        ComparisonOperator::LessThanOrEqualToThreshold => {
            Ok(Comparison::LessThanOrEqualToThreshold)
        }
        other => Err(unreadable("ComparisonOperator", other.as_str())),
    }
}

const fn missing_to_sdk(missing: MissingData) -> &'static str {
    match missing {
        MissingData::Missing => "missing",
        MissingData::NotBreaching => "notBreaching",
        MissingData::Breaching => "breaching",
        MissingData::Ignore => "ignore",
    }
}

fn missing_from_sdk(missing: Option<&str>) -> Result<MissingData, CallError> {
    match missing {
        None | Some("missing") => Ok(MissingData::Missing),
        Some("notBreaching") => Ok(MissingData::NotBreaching),
        Some("breaching") => Ok(MissingData::Breaching),
        Some("ignore") => Ok(MissingData::Ignore),
        Some(other) => Err(unreadable("TreatMissingData", other)),
    }
}
