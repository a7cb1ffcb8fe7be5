//! `dynamodb.table.time_to_live`: whether items expire, and by which attribute.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Target, Unread};
use crate::cloud::dynamodb::{Call, Reply, TimeToLiveStatus, UPDATE_TIME_TO_LIVE};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `dynamodb.table.time_to_live`
pub(in crate::settings) struct TimeToLive;

/// Whether items expire, and by which attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Expiry {
    /// ENABLED or DISABLED; in between, while AWS is at it, ENABLING or DISABLING.
    pub status: Status,
    /// The attribute that holds the second (since 1970) at which an item expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255))]
    pub attribute: Option<String>,
}

/// The state of time to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(in crate::settings) enum Status {
    /// Expired items are deleted.
    Enabled,
    /// Nothing expires.
    Disabled,
    /// Being turned on.
    Enabling,
    /// Being turned off.
    Disabling,
}

impl Property for TimeToLive {
    type Value = Expiry;

    const ID: &'static str = "dynamodb.table.time_to_live";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Time to live";
    const HELP: &'static str = "Whether items expire, and by which attribute. A change may take an \
        hour, and AWS refuses another within that hour, the way back too (D17). Expired items are \
        deleted within some days; until then reads still show them. Another attribute needs two \
        changes: off, and an hour later on.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html";
    const EXAMPLE: &'static str = "{ status = \"ENABLED\", attribute = \"expiresAt\" }";
    const WRITES: &'static [&'static Operation] = &[&UPDATE_TIME_TO_LIVE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::DynamoDb(Call::DescribeTimeToLive { table: on.name.clone() })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Expiry, Unread> {
        let found = match reply(seen, 0)? {
            cloud::Reply::DynamoDb(Reply::TimeToLive(found)) => found,
            other => return Err(strange(other)),
        };
        let status = match found.status {
            TimeToLiveStatus::Enabled => Status::Enabled,
            TimeToLiveStatus::Disabled => Status::Disabled,
            TimeToLiveStatus::Enabling => Status::Enabling,
            TimeToLiveStatus::Disabling => Status::Disabling,
        };
        let attribute = found.attribute.clone().filter(|_| status != Status::Disabled);
        Ok(Expiry { status, attribute })
    }

    fn write(on: &Target, seen: &[Outcome], to: &Expiry) -> Result<Vec<cloud::Call>, Breach> {
        let now = Self::decode(on, seen).ok();
        let there = now.as_ref().and_then(|now| now.attribute.as_ref());
        let at_it = |now: &Expiry| matches!(now.status, Status::Enabling | Status::Disabling);
        if now.as_ref().is_some_and(at_it) {
            return Err(Breach::refuse(
                "D17",
                "time to live is being turned on or off, and AWS takes no other change meanwhile",
                "wait for an hour after the last change, then plan again",
            ));
        }
        let (attribute, enabled) = match (to.status, there, &to.attribute) {
            (Status::Enabled, Some(there), Some(wanted)) if there != wanted => {
                return Err(Breach::refuse(
                    "D17",
                    format!("items expire by `{there}`, and AWS knows no change of the attribute"),
                    "turn it off in a step of its own, and on again an hour later",
                ));
            }
            (Status::Enabled, _, Some(wanted)) => (wanted, true),
            (Status::Disabled, Some(there), _) => (there, false),
            (Status::Disabled, None, _) => return Ok(Vec::new()),
            (Status::Enabled | Status::Enabling | Status::Disabling, _, _) => {
                return Err(Breach::unfit(
                    "time to live is turned on with an attribute, or off",
                    "give `status` as ENABLED with an `attribute`, or as DISABLED",
                ));
            }
        };
        Ok(vec![cloud::Call::DynamoDb(Call::UpdateTimeToLive {
            table: on.name.clone(),
            attribute: attribute.clone(),
            enabled,
        })])
    }

    fn change(from: &Expiry, to: &Expiry) -> Change {
        match (from.status, to.status) {
            (Status::Disabled | Status::Disabling, Status::Enabled) => Change::because(
                Danger::Destroy,
                "Items that are past their time begin to vanish, on an old or restored table many \
                 at once: verify the data first (D17). AWS takes no other change for an hour, the \
                 way back neither.",
            ),
            (Status::Enabled | Status::Enabling, Status::Disabled) => Change::because(
                Danger::Change,
                "AWS takes no other change for an hour, the way back neither (D17).",
            ),
            (
                Status::Enabled | Status::Enabling,
                Status::Enabled | Status::Enabling | Status::Disabling,
            )
            | (
                Status::Disabled | Status::Disabling,
                Status::Disabled | Status::Enabling | Status::Disabling,
            ) => Change::exact(),
        }
    }

    fn lint(_on: &Target, to: &Expiry) -> Vec<Breach> {
        let breach = match (to.status, &to.attribute) {
            (Status::Enabled, Some(name)) if (1..=255).contains(&name.len()) => return Vec::new(),
            (Status::Disabled, None) => return Vec::new(),
            (Status::Enabled, _) => Breach::refuse(
                "D17",
                "time to live needs the attribute by which items expire, 1 to 255 characters",
                "give `attribute`",
            ),
            (Status::Disabled, Some(_)) => Breach::refuse(
                "D17",
                "an attribute means nothing while time to live is off",
                "leave `attribute` out",
            ),
            (Status::Enabling | Status::Disabling, _) => Breach::refuse(
                "D17",
                "ENABLING and DISABLING are states in between, which only AWS sets",
                "give ENABLED or DISABLED",
            ),
        };
        vec![breach]
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        matches!(
            reply(seen, 0),
            Ok(cloud::Reply::DynamoDb(Reply::TimeToLive(found)))
                if matches!(found.status, TimeToLiveStatus::Enabling | TimeToLiveStatus::Disabling)
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::Undo;
    use super::super::testing::{NAME, on, said, setting};
    use super::*;

    fn ttl(status: TimeToLiveStatus, attribute: Option<&str>) -> [Outcome; 1] {
        let attribute = attribute.map(str::to_owned);
        [said(Reply::TimeToLive(cloud::dynamodb::TimeToLive { status, attribute }))]
    }

    fn sent(attribute: &str, enabled: bool) -> Vec<cloud::Call> {
        let (table, attribute) = (NAME.to_owned(), attribute.to_owned());
        vec![cloud::Call::DynamoDb(Call::UpdateTimeToLive { table, attribute, enabled })]
    }

    fn enabled() -> Value {
        json!({ "status": "ENABLED", "attribute": "expiresAt" })
    }

    #[test]
    fn it_is_turned_on_and_met_only_when_aws_is_done() {
        let setting = setting("dynamodb.table.time_to_live");
        let off = ttl(TimeToLiveStatus::Disabled, None);
        assert_eq!(setting.write(&on(), &off, &enabled()).unwrap(), sent("expiresAt", true));
        let value = |seen: &[Outcome]| setting.decode(&on(), seen).unwrap();
        let enabling = ttl(TimeToLiveStatus::Enabling, Some("expiresAt"));
        assert!(!setting.is_met(&value(&enabling), &enabled()), "not yet");
        assert!(setting.is_busy(&enabling));
        let done = ttl(TimeToLiveStatus::Enabled, Some("expiresAt"));
        assert!(setting.is_met(&value(&done), &enabled()));
        assert!(!setting.is_busy(&done));
    }

    #[test]
    fn undo_turns_it_off_with_the_attribute_that_is_there() {
        let setting = setting("dynamodb.table.time_to_live");
        let (before, after) = (json!({ "status": "DISABLED" }), enabled());
        let undo = Undo { before: &before, after: &after };
        let now = ttl(TimeToLiveStatus::Enabled, Some("expiresAt"));
        assert_eq!(setting.undo(&on(), &now, &undo).unwrap(), sent("expiresAt", false));
        let at_it = ttl(TimeToLiveStatus::Disabling, Some("expiresAt"));
        assert!(!setting.is_undone(&on(), &at_it, &undo));
        assert!(setting.is_undone(&on(), &ttl(TimeToLiveStatus::Disabled, None), &undo));
    }

    #[test]
    fn another_attribute_and_a_change_meanwhile_are_refused() {
        let setting = setting("dynamodb.table.time_to_live");
        let other = ttl(TimeToLiveStatus::Enabled, Some("ttl"));
        let breach = setting.write(&on(), &other, &enabled()).unwrap_err();
        assert_eq!(breach.fact.as_deref(), Some("D17"));
        assert!(breach.why.contains("no change of the attribute"), "{}", breach.why);
        let at_it = ttl(TimeToLiveStatus::Disabling, Some("expiresAt"));
        let breach = setting.write(&on(), &at_it, &enabled()).unwrap_err();
        assert!(breach.why.contains("no other change meanwhile"), "{}", breach.why);
    }

    #[test]
    fn turning_it_on_may_lose_items_and_says_so() {
        let setting = setting("dynamodb.table.time_to_live");
        let off = json!({ "status": "DISABLED" });
        let change = setting.change(&off, &enabled());
        assert_eq!(change.danger, Danger::Destroy);
        assert!(change.why.unwrap().contains("vanish"));
        let change = setting.change(&enabled(), &off);
        assert_eq!(change.danger, Danger::Change);
        assert!(change.why.unwrap().contains("an hour"));
    }

    #[test]
    fn values_that_mean_nothing_are_found_before() {
        let setting = setting("dynamodb.table.time_to_live");
        let fact = |value: Value| {
            let breaches = setting.lint(&on(), &value);
            breaches.first().map(|breach| (breach.fact.clone().unwrap(), breach.fix.clone()))
        };
        let d17 = |fix: &str| Some(("D17".to_owned(), fix.to_owned()));
        assert_eq!(fact(enabled()), None);
        assert_eq!(fact(json!({ "status": "DISABLED" })), None);
        assert_eq!(fact(json!({ "status": "ENABLED" })), d17("give `attribute`"));
        let off = json!({ "status": "DISABLED", "attribute": "ttl" });
        assert_eq!(fact(off), d17("leave `attribute` out"));
        let between = json!({ "status": "ENABLING", "attribute": "ttl" });
        assert_eq!(fact(between), d17("give ENABLED or DISABLED"));
    }
}
