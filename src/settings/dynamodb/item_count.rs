//! `dynamodb.table.item_count`: how many items are in a table, counted by reading all of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::seen::{reply, strange};
use super::super::{Breach, Kind, Property, Target, Unread};
use crate::cloud::bulk::{Call, Reply};
use crate::cloud::{self, Outcome};

/// `dynamodb.table.item_count`
pub(in crate::settings) struct ItemCount;

/// How many items are wanted, and how many were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Items {
    /// How many there are to be, at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub at_least: Option<u64>,
    /// How many were counted. It is read, never given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<u64>,
}

impl Property for ItemCount {
    type Value = Items;

    const ID: &'static str = "dynamodb.table.item_count";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Number of items";
    const HELP: &'static str = "How many items are in the table, at least. They are counted by a \
        scan, which reads all of the table and sends no item over the line: what DescribeTable \
        says is about six hours old, and proves nothing (D11). The scan costs half a read unit for \
        each 4 KB of the table, and takes them from the capacity of a table that is not on demand. \
        What is written meanwhile may be counted or not.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html";
    const EXAMPLE: &'static str = "{ at_least = 1 }";

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::Bulk(Call::CountItems { table: on.name.clone() })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Items, Unread> {
        match reply(seen, 0)? {
            cloud::Reply::Bulk(Reply::Counted(counted)) => {
                Ok(Items { at_least: None, items: Some(counted.items) })
            }
            other => Err(strange(other)),
        }
    }

    fn is_met(value: &Items, wanted: &Items) -> bool {
        let found = value.items.or(value.at_least);
        found.zip(wanted.at_least).is_some_and(|(found, least)| found >= least)
    }

    fn lint(_on: &Target, to: &Items) -> Vec<Breach> {
        let mut found = Vec::new();
        match to.at_least {
            Some(0) => {
                let why = "at least none is always so: the check could not fail";
                found.push(Breach::unfit(why, "give a number from 1 on"));
            }
            None => {
                let why = "without a number there is nothing to check";
                found.push(Breach::unfit(why, "give `at_least`"));
            }
            Some(_) => {}
        }
        if to.items.is_some() {
            let why = "what is counted is read, not given";
            found.push(Breach::unfit(why, "give `at_least`, and leave `items` out"));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::on;
    use super::*;
    use crate::cloud::bulk::Counted;
    use crate::cloud::{Answer, CallError, Ending};
    use crate::settings;

    fn counted(items: u64) -> Outcome {
        let reply = Reply::Counted(Counted { table: "reports".to_owned(), items });
        Ok(Answer { reply: cloud::Reply::Bulk(reply), request_id: None })
    }

    #[test]
    fn what_was_counted_is_held_against_the_least() {
        let setting = settings::find(ItemCount::ID).unwrap();
        let value = setting.decode(&on(), &[counted(4)]).unwrap();
        assert_eq!(value, json!({ "items": 4 }));
        assert!(setting.is_met(&value, &json!({ "at_least": 4 })));
        assert!(!setting.is_met(&value, &json!({ "at_least": 5 })));
        assert!(!setting.is_met(&json!({ "items": 0 }), &json!({ "at_least": 1 })));
        assert!(!setting.is_met(&json!({}), &json!({ "at_least": 1 })), "nothing was counted");
        assert!(!setting.is_writable());
        assert_eq!(setting.iam(&on(), None), ["dynamodb:Scan"]);
    }

    #[test]
    fn a_count_that_failed_is_no_count() {
        let failed = |ending, code| vec![Err(CallError::new(ending, code, "no"))];
        let denied = failed(Ending::Denied, "AccessDeniedException");
        assert!(matches!(ItemCount::decode(&on(), &denied), Err(Unread::Failed(_))));
        let gone = failed(Ending::Absent, "ResourceNotFoundException");
        assert_eq!(ItemCount::decode(&on(), &gone), Err(Unread::Absent));
    }

    #[test]
    fn a_check_that_could_not_fail_is_refused() {
        let lint = |value| {
            let setting = settings::find(ItemCount::ID).unwrap();
            let found = setting.lint(&on(), &value);
            found.into_iter().map(|breach| breach.why).collect::<Vec<_>>()
        };
        assert_eq!(lint(json!({ "at_least": 1 })), [""; 0]);
        assert_eq!(
            lint(json!({ "at_least": 0 })),
            ["at least none is always so: the check could not fail"]
        );
        assert_eq!(
            lint(json!({ "items": 3 })),
            ["without a number there is nothing to check", "what is counted is read, not given"]
        );
    }
}
