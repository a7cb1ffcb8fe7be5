//! Which reads and writes of objects a trail records.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Target, Undo, Unread};
use super::selectors::{self, covers, is_every_bucket};
use super::unreadable;
use crate::cloud::cloudtrail::{Call, EventSelector, PUT_EVENT_SELECTORS, Reply, Selectors};
use crate::cloud::{self, Danger, Operation, Outcome, Place};
use crate::text;

/// `cloudtrail.trail.data_events`
pub(in crate::settings) struct DataEvents;

/// What a trail records: of both reads and writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Recorded {
    /// ARNs of buckets, with a slash at the end (T4), of prefixes in them, or `arn:aws:s3` for all
    /// buckets.
    pub resources: BTreeSet<String>,
    /// Whether management events are recorded too, as they are by default (T5).
    #[serde(default = "by_default")]
    pub management_events: bool,
    /// ARNs that must not be among those that it records. A wider one that covers them stays.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub absent: BTreeSet<String>,
}

const fn by_default() -> bool {
    true
}

/// The most basic selectors of a trail (T3).
const SELECTORS: usize = 5;
/// The most data resources in all its basic selectors together (T3).
const RESOURCES: usize = 250;

impl Recorded {
    /// Those of the wanted resources that are not recorded.
    pub(super) fn missing<'w>(&self, wanted: &'w Self) -> impl Iterator<Item = &'w String> {
        let is_held = |wanted: &String| self.resources.iter().any(|held| covers(held, wanted));
        wanted.resources.iter().filter(move |wanted| !is_held(wanted))
    }

    /// Those that are recorded and must not be.
    pub(super) fn excess<'w>(&self, wanted: &'w Self) -> impl Iterator<Item = &'w String> {
        wanted.absent.iter().filter(|absent| self.resources.contains(*absent))
    }
}

fn selectors(seen: &[Outcome]) -> Result<&Selectors, Unread> {
    match reply(seen, 0)? {
        cloud::Reply::CloudTrail(Reply::Selectors { selectors }) => Ok(selectors),
        other => Err(strange(other)),
    }
}

/// The call that puts the new list, or the rule that it breaks; none when it is there already.
fn put(
    on: &Target,
    now: &[EventSelector],
    list: Vec<EventSelector>,
) -> Result<Vec<cloud::Call>, Breach> {
    if list == now {
        return Ok(Vec::new());
    }
    if list.iter().all(selectors::is_idle) {
        let why = "the trail would record nothing at all, and AWS refuses that";
        let fix = "record some resources, or turn the trail off with `cloudtrail.trail.logging`";
        return Err(Breach::refuse("T5", why, fix));
    }
    let resources: usize = list.iter().flat_map(|one| &one.data).map(|data| data.arns.len()).sum();
    if list.len() > SELECTORS || resources > RESOURCES {
        let why = format!(
            "with what the trail records already it would have {} selectors and {resources} data \
             resources; the most are {SELECTORS} and {RESOURCES}",
            list.len()
        );
        let fix = "record all buckets with `arn:aws:s3`, or use a second trail";
        return Err(Breach::refuse("T3", why, fix));
    }
    let selectors = Selectors::Basic(list);
    let trail = on.name.clone();
    Ok(vec![cloud::Call::CloudTrail(Call::PutEventSelectors { trail, selectors })])
}

fn advanced(on: &Target) -> Breach {
    Breach::refuse(
        "T1",
        "the trail has advanced event selectors, and basic ones would overwrite all of them",
        format!(
            "add an advanced selector to the trail {} yourself (eventCategory Equals Data, \
             resources.type Equals AWS::S3::Object, resources.ARN StartsWith the wanted ARNs), then \
             check again",
            on.name
        ),
    )
}

impl Property for DataEvents {
    type Value = Recorded;

    const ID: &'static str = "cloudtrail.trail.data_events";
    const KIND: Kind = Kind::Trail;
    const TITLE: &'static str = "Data events";
    const HELP: &'static str = "The buckets whose reads and writes of objects the trail records, at \
        least: what others selected stays (T1), but for those in `absent`. Data events are paid for \
        (T5). A bucket is `arn:aws:s3:::bucket/`, with the slash (T4); `arn:aws:s3` is all of them.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html";
    const EXAMPLE: &'static str =
        "{ resources = [\"arn:aws:s3:::sitelogix-logs-prod/\"], management_events = true }";
    const WRITES: &'static [&'static Operation] = &[&PUT_EVENT_SELECTORS];

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::CloudTrail(Call::GetEventSelectors { trail: on.name.clone() })]
    }

    fn decode(on: &Target, seen: &[Outcome]) -> Result<Recorded, Unread> {
        Ok(match selectors(seen)? {
            Selectors::Basic(list) => selectors::read_basic(list),
            Selectors::Advanced(list) => selectors::read_advanced(&on.place, list),
        })
    }

    fn is_met(value: &Recorded, wanted: &Recorded) -> bool {
        value.management_events == wanted.management_events
            && value.missing(wanted).next().is_none()
            && value.excess(wanted).next().is_none()
    }

    fn write(on: &Target, seen: &[Outcome], to: &Recorded) -> Result<Vec<cloud::Call>, Breach> {
        match selectors(seen).map_err(|why| unreadable(&why))? {
            Selectors::Basic(now) => put(on, now, selectors::with(now, to)),
            Selectors::Advanced(_) => Err(advanced(on)),
        }
    }

    /// Only the resources that the change added are taken out, those that it took out are put back,
    /// and so are management events.
    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Recorded>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        match selectors(seen) {
            Ok(Selectors::Basic(now)) => {
                put(on, now, selectors::without(now, undo.before, undo.after))
            }
            Ok(Selectors::Advanced(_)) => Err(advanced(on)),
            // They went with the trail.
            Err(Unread::Absent) => Ok(Vec::new()),
            Err(why) => Err(unreadable(&why)),
        }
    }

    fn change(from: &Recorded, to: &Recorded) -> Change {
        if from.management_events && !to.management_events {
            let why = "Management events are not recorded meanwhile, and cannot be had later from \
                this trail (T5).";
            return Change::because(Danger::Destroy, why);
        }
        if from.excess(to).next().is_some() {
            let why = "Reads and writes of these objects are not recorded meanwhile, and cannot be \
                had later.";
            return Change::because(Danger::Destroy, why);
        }
        if from.missing(to).next().is_some() {
            return Change::because(Danger::Change, "Data events are paid for, each of them (T5).");
        }
        Change::exact()
    }

    fn lint(on: &Target, to: &Recorded) -> Vec<Breach> {
        let mut breaches: Vec<_> = super::unfit_name(on).into_iter().collect();
        let named = to.resources.iter().chain(&to.absent);
        breaches.extend(named.filter_map(|arn| unfit_resource(&on.place, arn)));
        breaches.extend(
            to.absent.iter().filter(|arn| to.resources.contains(*arn)).map(|arn| both(arn)),
        );
        if to.resources.len() > RESOURCES {
            let why = format!(
                "a trail has at most {RESOURCES} data resources, not {}",
                to.resources.len()
            );
            breaches.push(Breach::refuse("T3", why, "record all buckets with `arn:aws:s3`"));
        }
        if !to.management_events {
            breaches.push(Breach::warn(
                "T5",
                "without management events the trail does not show who changed or deleted buckets",
                "leave `management_events` out, unless another trail records them",
            ));
        }
        breaches
    }
}

fn both(arn: &str) -> Breach {
    let why = format!("`{}` must be recorded and must not", text::visible(arn));
    Breach::unfit(why, "write it into `resources` or into `absent`")
}

fn unfit_resource(place: &Place, arn: &str) -> Option<Breach> {
    let all = format!("arn:{}:s3", place.partition());
    let start = format!("{all}:::");
    let is_all = is_every_bucket(arn) && arn.starts_with(&all);
    let in_bucket = arn.strip_prefix(&start).and_then(|path| path.split_once('/'));
    let names_bucket = in_bucket.is_some_and(|(bucket, _)| !bucket.is_empty());
    let is_plain = !arn.contains('*') && !arn.chars().any(text::is_hidden);
    if is_plain && (is_all || names_bucket) {
        return None;
    }
    let shown = text::visible(arn);
    let why = format!("`{shown}` selects no objects: it is no bucket with a slash, or has a `*`");
    Some(Breach::refuse("T4", why, format!("write `{}`", meant(arn, &start, &all))))
}

/// The ARN that was probably meant.
fn meant(arn: &str, start: &str, all: &str) -> String {
    let is_kept = |c: &char| *c != '*' && !text::is_hidden(*c);
    let plain: String = arn.chars().filter(is_kept).collect();
    let path = plain.strip_prefix(start).or_else(|| plain.strip_prefix("s3://")).unwrap_or(&plain);
    if path.is_empty() || path.starts_with("arn:") {
        return if arn.contains('*') { all.to_owned() } else { format!("{start}BUCKET/") };
    }
    let bucket = if path.starts_with('/') { "BUCKET" } else { "" };
    let slash = if path.contains('/') { "" } else { "/" };
    format!("{start}{bucket}{path}{slash}")
}

#[cfg(test)]
mod tests;
