//! `cloudwatch.alarm.definition`: when an alarm goes off, and whom it tells.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::presence::Presence;
use super::super::seen::{reply, strange};
use super::super::sns::is_topic_name;
use super::super::{Breach, Change, Kind, Property, Target, Unread};
use crate::cloud::cloudwatch::{
    AlarmSpec, Call, Comparison, DELETE_ALARM, MissingData, PUT_METRIC_ALARM, Reply, Statistic,
};
use crate::cloud::{self, Danger, Operation, Outcome, Place};
use crate::text;

/// `cloudwatch.alarm.definition`
pub(in crate::settings) struct Definition;

/// When an alarm goes off and whom it tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Alarm {
    /// What it is for, in words.
    #[serde(default)]
    pub description: String,
    /// Namespace of the metric: `AWS/DynamoDB`.
    pub namespace: String,
    /// Name of the metric: `SystemErrors`.
    pub metric: String,
    /// Which series of the metric.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// How the points of a period become one number.
    pub statistic: Statistic,
    /// Length of a period, in seconds: 10, 20, 30 or a multiple of 60.
    pub period_seconds: u32,
    /// How many periods are looked at.
    pub evaluation_periods: u32,
    /// The number that is compared with.
    pub threshold: f64,
    /// How it is compared.
    pub comparison: Comparison,
    /// What a period without points means.
    #[serde(default)]
    pub missing_data: MissingData,
    /// Whom it tells when it goes off: names of topics of the same place, or other ARNs.
    #[serde(default)]
    pub notify: BTreeSet<String>,
}

const NAME_LENGTH: std::ops::RangeInclusive<usize> = 1..=255;
const DESCRIPTION_LENGTH: usize = 1024;
const DIMENSIONS: usize = 30;
const ACTIONS: usize = 5;
const HOUR: u32 = 3600;
/// The longest that may be looked at, in seconds, when a period is shorter than an hour.
const DAY: u64 = 86_400;
/// The longest that may be looked at, in seconds.
const WEEK: u64 = 604_800;

/// A topic of the same place is told by its name, everything else by its ARN.
fn named(place: &Place, action: &str) -> String {
    match action.strip_prefix(&place.arn("sns", "")) {
        Some(name) if is_topic_name(name) => name.to_owned(),
        Some(_) | None => action.to_owned(),
    }
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.splitn(6, ':').filter(|part| !part.is_empty()).count() >= 5
}

impl Alarm {
    fn read(place: &Place, spec: &AlarmSpec) -> Self {
        Self {
            description: spec.description.clone(),
            namespace: spec.namespace.clone(),
            metric: spec.metric.clone(),
            dimensions: spec.dimensions.clone(),
            statistic: spec.statistic,
            period_seconds: spec.period_seconds,
            evaluation_periods: spec.evaluation_periods,
            threshold: spec.threshold,
            comparison: spec.comparison,
            missing_data: spec.missing_data,
            notify: spec.actions.iter().map(|action| named(place, action)).collect(),
        }
    }

    fn spec(&self, place: &Place) -> AlarmSpec {
        let arn = |told: &String| if is_arn(told) { told.clone() } else { place.arn("sns", told) };
        let actions: BTreeSet<_> = self.notify.iter().map(arn).collect();
        AlarmSpec {
            description: self.description.clone(),
            namespace: self.namespace.clone(),
            metric: self.metric.clone(),
            dimensions: self.dimensions.clone(),
            statistic: self.statistic,
            period_seconds: self.period_seconds,
            evaluation_periods: self.evaluation_periods,
            threshold: self.threshold,
            comparison: self.comparison,
            missing_data: self.missing_data,
            actions: actions.into_iter().collect(),
        }
    }

    fn breaches(&self, place: &Place) -> Vec<Breach> {
        let mut breaches = self.unfit_times();
        let mut refuse = |why: String, fix: &str| breaches.push(Breach::unfit(why, fix));
        if self.description.chars().count() > DESCRIPTION_LENGTH {
            refuse(
                format!("the description has more than {DESCRIPTION_LENGTH} characters"),
                "say it in fewer",
            );
        }
        for (what, name) in [("namespace", &self.namespace), ("metric", &self.metric)] {
            if !NAME_LENGTH.contains(&name.chars().count()) {
                refuse(
                    format!("the {what} has 1 to 255 characters"),
                    "write it as the service documents it: `AWS/DynamoDB`, `SystemErrors`",
                );
            }
        }
        if self.dimensions.len() > DIMENSIONS {
            let count = self.dimensions.len();
            refuse(
                format!("an alarm has at most {DIMENSIONS} dimensions, not {count}"),
                "name only those under which the metric is counted",
            );
        }
        if self.notify.len() > ACTIONS {
            let count = self.notify.len();
            refuse(
                format!("an alarm tells at most {ACTIONS} others, not {count}"),
                "let it tell one topic, and subscribe the others to that",
            );
        }
        breaches.extend(self.notify.iter().filter_map(|told| unfit_action(place, told)));
        breaches
    }

    fn unfit_times(&self) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let Self { period_seconds: period, evaluation_periods: periods, .. } = *self;
        let is_period = matches!(period, 10 | 20 | 30) || (period >= 60 && period % 60 == 0);
        if !is_period {
            let why = format!("a period of {period} seconds is not possible");
            breaches.push(Breach::unfit(why, "give 10, 20, 30 or a multiple of 60 seconds"));
        }
        if periods == 0 {
            let why = "an alarm that looks at no period never goes off";
            breaches.push(Breach::unfit(why, "give 1 evaluation period or more"));
        }
        let (longest, words) = if period < HOUR {
            (DAY, "86400 (one day), because a period is shorter than an hour")
        } else {
            (WEEK, "604800 (seven days)")
        };
        let window = u64::from(period) * u64::from(periods);
        if window > longest {
            let why = format!(
                "{periods} periods of {period} seconds are {window} seconds; the most is {words}"
            );
            breaches.push(Breach::unfit(why, "look at fewer or shorter periods"));
        }
        breaches
    }
}

fn unfit_action(place: &Place, told: &str) -> Option<Breach> {
    let shown = text::visible(told);
    if !is_arn(told) {
        let why = format!("`{shown}` is neither the name of a topic nor an ARN");
        let fix = "give the name of a topic of the same account and Region, or a whole ARN";
        return (!is_topic_name(told)).then(|| Breach::unfit(why, fix));
    }
    // Two spellings of one topic would never compare equal.
    let name = named(place, told);
    (name != told).then(|| {
        let why = format!("`{shown}` is a topic of the alarm's own account and Region");
        Breach::unfit(why, format!("write its name alone: `{name}`"))
    })
}

impl Property for Definition {
    type Value = Presence<Alarm>;

    const ID: &'static str = "cloudwatch.alarm.definition";
    const KIND: Kind = Kind::Alarm;
    const TITLE: &'static str = "Definition";
    const HELP: &'static str = "When the alarm goes off and whom it tells, or `\"absent\"`. \
        `period_seconds` is 10, 20, 30 or a multiple of 60, and all evaluation periods together \
        are at most a day, or seven days when a period is an hour or longer. `notify` names topics \
        of the same account and Region, or gives other ARNs.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html";
    const EXAMPLE: &'static str = "{ namespace = \"AWS/DynamoDB\", metric = \"SystemErrors\", \
        dimensions = { TableName = \"reports\", Operation = \"PutItem\" }, statistic = \"Sum\", \
        period_seconds = 300, evaluation_periods = 1, threshold = 1, \
        comparison = \"GreaterThanOrEqualToThreshold\", missing_data = \"notBreaching\", \
        notify = [\"alerts\"] }";
    const WRITES: &'static [&'static Operation] = &[&DELETE_ALARM, &PUT_METRIC_ALARM];

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::CloudWatch(Call::DescribeAlarm { alarm: on.name.clone() })]
    }

    fn decode(on: &Target, seen: &[Outcome]) -> Result<Presence<Alarm>, Unread> {
        match reply(seen, 0) {
            Ok(cloud::Reply::CloudWatch(Reply::Alarm { spec, .. })) => {
                Ok(Presence::Present(Alarm::read(&on.place, spec)))
            }
            Ok(other) => Err(strange(other)),
            Err(Unread::Absent) => Ok(Presence::Absent),
            Err(why) => Err(why),
        }
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &Presence<Alarm>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = Self::decode(on, seen).map_err(|why| {
            let why = format!("the alarm could not be read: {why}");
            Breach::unfit(why, "try again when it can be read")
        })?;
        let alarm = on.name.clone();
        let call = match to {
            to if *to == now => return Ok(Vec::new()),
            Presence::Absent => Call::DeleteAlarm { alarm },
            Presence::Present(to) => Call::PutMetricAlarm { alarm, spec: to.spec(&on.place) },
        };
        Ok(vec![cloud::Call::CloudWatch(call)])
    }

    fn change(from: &Presence<Alarm>, to: &Presence<Alarm>) -> Change {
        let why = match (from, to) {
            (Presence::Absent, Presence::Absent | Presence::Present(_)) => return Change::exact(),
            (Presence::Present(from), Presence::Present(to)) if from == to => {
                return Change::exact();
            }
            (Presence::Present(_), Presence::Present(_)) => {
                "It replaces the whole alarm of that name. What Muster does not read of it (such as \
                 actions on OK, or datapoints to alarm) is lost."
            }
            (Presence::Present(_), Presence::Absent) => {
                "Nobody is told any more. What Muster does not read of it (such as actions on OK, \
                 or datapoints to alarm) does not come back with undo."
            }
        };
        Change::because(Danger::Change, why)
    }

    fn lint(on: &Target, to: &Presence<Alarm>) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let is_name = NAME_LENGTH.contains(&on.name.chars().count())
            && !on.name.chars().any(char::is_control);
        if !is_name {
            let why = format!("`{}` is no name for an alarm", text::visible(&on.name));
            breaches.push(Breach::unfit(why, "use 1 to 255 characters on one line"));
        }
        breaches.extend(to.present().into_iter().flat_map(|to| to.breaches(&on.place)));
        breaches
    }

    fn creates(to: &Presence<Alarm>) -> bool {
        to.present().is_some()
    }
}

#[cfg(test)]
mod tests;
