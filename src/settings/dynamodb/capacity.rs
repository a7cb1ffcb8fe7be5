//! `dynamodb.table.capacity`: on demand, or how much of a table and its indexes is provisioned.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{Breach, Change, Kind, Property, Target, Undo, Unread};
use super::{describe, is_changing, table, table_id, update};
use crate::cloud::dynamodb::{IndexStatus, Table, TableChange, UPDATE_TABLE, Units};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `dynamodb.table.capacity`
pub(in crate::settings) struct Capacity;

/// How a table is paid for, and how much of it is provisioned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Throughput {
    /// `PAY_PER_REQUEST` or `PROVISIONED`.
    pub mode: Mode,
    /// Read capacity units of the table; as they are when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub read: Option<u64>,
    /// Write capacity units of the table; as they are when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub write: Option<u64>,
    /// Units of global secondary indexes, by name; others stay as they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indexes: BTreeMap<String, Units>,
}

/// How a table is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(in crate::settings) enum Mode {
    /// For each request.
    PayPerRequest,
    /// For what is provisioned.
    Provisioned,
}

impl Property for Capacity {
    type Value = Throughput;

    const ID: &'static str = "dynamodb.table.capacity";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Capacity";
    const HELP: &'static str = "Whether the table is paid for by request, or how many units a \
        second of it and of its global secondary indexes are provisioned. On its way from on demand \
        every one of them needs its units. AWS takes four switches to on demand in 24 hours, and a \
        few decreases a day. Where `dynamodb.table.auto_scaling` is on, it moves what is set here.";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/switching.capacitymode.html";
    const EXAMPLE: &'static str = "{ mode = \"PROVISIONED\", read = 5, write = 5, \
        indexes = { TeamIndex = { read = 5, write = 5 } } }";
    const WRITES: &'static [&'static Operation] = &[&UPDATE_TABLE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        describe(on)
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Throughput, Unread> {
        let table = table(seen)?;
        let Some(Units { read, write }) = table.capacity else {
            return Ok(Throughput {
                mode: Mode::PayPerRequest,
                read: None,
                write: None,
                indexes: BTreeMap::new(),
            });
        };
        let units =
            |index: &cloud::dynamodb::GlobalIndex| Some((index.name.clone(), index.capacity?));
        Ok(Throughput {
            mode: Mode::Provisioned,
            read: Some(read),
            write: Some(write),
            indexes: table.global_indexes.iter().filter_map(units).collect(),
        })
    }

    fn is_met(value: &Throughput, wanted: &Throughput) -> bool {
        let is = |there: Option<u64>, wanted: Option<u64>| wanted.is_none() || there == wanted;
        value.mode == wanted.mode
            && is(value.read, wanted.read)
            && is(value.write, wanted.write)
            && wanted.indexes.iter().all(|(name, units)| value.indexes.get(name) == Some(units))
    }

    fn write(on: &Target, seen: &[Outcome], to: &Throughput) -> Result<Vec<cloud::Call>, Breach> {
        let Ok(table) = table(seen) else {
            return Err(Breach::unfit("the table could not be read", "read it again"));
        };
        limited(table, to)?;
        match to.mode {
            Mode::PayPerRequest if table.capacity.is_none() => Ok(Vec::new()),
            Mode::PayPerRequest => Ok(update(on, TableChange::OnDemand {})),
            Mode::Provisioned => provisioned(on, table, to),
        }
    }

    /// An index that is gone since needs nothing back.
    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Throughput>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let there = table(seen).map(|table| table.global_indexes.as_slice()).unwrap_or_default();
        let mut before = undo.before.clone();
        before.indexes.retain(|name, _| there.iter().any(|index| index.name == *name));
        Self::write(on, seen, &before)
    }

    fn change(from: &Throughput, to: &Throughput) -> Change {
        match (from.mode, to.mode) {
            (Mode::Provisioned, Mode::PayPerRequest) => Change::because(
                Danger::Change,
                "Every request is paid for. AWS takes four switches to on demand in 24 hours.",
            ),
            (Mode::PayPerRequest, Mode::Provisioned) => Change::because(
                Danger::Change,
                "Requests beyond the units are throttled. AWS takes four switches back to on \
                 demand in 24 hours.",
            ),
            (Mode::Provisioned, Mode::Provisioned) if lowers(from, to) => Change::because(
                Danger::Change,
                "Requests beyond the units are throttled. AWS takes only a few decreases a day.",
            ),
            (Mode::Provisioned, Mode::Provisioned) | (Mode::PayPerRequest, Mode::PayPerRequest) => {
                Change::exact()
            }
        }
    }

    fn lint(_on: &Target, to: &Throughput) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let given = to.read.is_some() || to.write.is_some() || !to.indexes.is_empty();
        if to.mode == Mode::PayPerRequest && given {
            let why = "a table on demand has no units";
            breaches.push(Breach::unfit(why, "leave `read`, `write` and `indexes` out"));
        }
        let of_indexes = to.indexes.values().flat_map(|units| [units.read, units.write]);
        if to.read.into_iter().chain(to.write).chain(of_indexes).any(|units| units < 1) {
            let why = "a table or an index that is provisioned has at least one unit each way";
            breaches.push(Breach::unfit(why, "give 1 or more"));
        }
        breaches
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        let indexes = table(seen).map(|table| table.global_indexes.as_slice()).unwrap_or_default();
        is_changing(seen) || indexes.iter().any(|index| index.status != IndexStatus::Active)
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        table_id(seen)
    }
}

/// Limits of on demand would be gone after a switch, and nothing here could bring them back.
fn limited(table: &Table, to: &Throughput) -> Result<(), Breach> {
    let of_indexes = table.global_indexes.iter().filter_map(|index| index.on_demand_limit);
    let switches = table.capacity.is_none() && to.mode == Mode::Provisioned;
    if switches && table.on_demand_limit.into_iter().chain(of_indexes).next().is_some() {
        return Err(Breach::unfit(
            "the table or an index has a limit on demand, which the switch would lose",
            "note the limits and take them away first, outside of this book",
        ));
    }
    Ok(())
}

/// What differs, in one call: AWS refuses units that are there already.
fn provisioned(on: &Target, table: &Table, to: &Throughput) -> Result<Vec<cloud::Call>, Breach> {
    let there = |name: &str| table.global_indexes.iter().find(|index| index.name == name);
    if let Some(name) = to.indexes.keys().find(|name| there(name).is_none()) {
        return Err(Breach::unfit(
            format!("the table has no global secondary index `{name}`"),
            "name one that it has, or leave it out",
        ));
    }
    let read = to.read.or(table.capacity.map(|units| units.read));
    let write = to.write.or(table.capacity.map(|units| units.write));
    let (Some(read), Some(write)) = (read, write) else {
        return Err(missing("the table"));
    };
    let units = Units { read, write };
    if table.capacity.is_none() {
        let without = table.global_indexes.iter().find(|i| !to.indexes.contains_key(&i.name));
        if let Some(index) = without {
            return Err(missing(&format!("the index `{}`", index.name)));
        }
    }
    let differs = |name: &str, units: &Units| there(name).and_then(|i| i.capacity) != Some(*units);
    let indexes: BTreeMap<_, _> = to
        .indexes
        .iter()
        .filter(|(name, units)| differs(name, units))
        .map(|(name, units)| (name.clone(), *units))
        .collect();
    let whole = (table.capacity != Some(units)).then_some(units);
    if whole.is_none() && indexes.is_empty() {
        return Ok(Vec::new());
    }
    Ok(update(on, TableChange::Provisioned { table: whole, indexes }))
}

fn missing(what: &str) -> Breach {
    Breach::refuse(
        "D18",
        format!("{what} is on demand, and on its way to provisioned it needs its units"),
        "give `read` and `write` for the table and for each of its global secondary indexes",
    )
}

fn lowers(from: &Throughput, to: &Throughput) -> bool {
    let below =
        |from: Option<u64>, to: Option<u64>| to.zip(from).is_some_and(|(to, from)| to < from);
    below(from.read, to.read)
        || below(from.write, to.write)
        || to.indexes.iter().any(|(name, to)| {
            from.indexes.get(name).is_some_and(|from| to.read < from.read || to.write < from.write)
        })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::Undo;
    use super::super::testing::{index, on, setting, table, told, units};
    use super::*;

    fn five() -> [Outcome; 1] {
        [table(|table| {
            table.global_indexes =
                vec![index("A", Some(units(5, 5))), index("B", Some(units(7, 7)))];
        })]
    }

    fn on_demand() -> [Outcome; 1] {
        [table(|table| {
            table.capacity = None;
            table.global_indexes = vec![index("A", None)];
        })]
    }

    fn provisioned(units: u64, indexes: Value) -> Value {
        json!({ "mode": "PROVISIONED", "read": units, "write": units, "indexes": indexes })
    }

    fn write(seen: &[Outcome], to: &Value) -> Result<Vec<String>, Breach> {
        setting("dynamodb.table.capacity").write(&on(), seen, to).map(told)
    }

    #[test]
    fn only_what_differs_is_sent_in_one_call() {
        let wanted = provisioned(5, json!({ "A": { "read": 6, "write": 5 } }));
        assert_eq!(
            write(&five(), &wanted).unwrap(),
            ["UpdateTable {change:{provisioned:{indexes:{A:{read:6,write:5}},table:null}},\
              table:sitelogix-work-logs}"]
        );
        let only_reads = json!({ "mode": "PROVISIONED", "read": 9 });
        assert_eq!(
            write(&five(), &only_reads).unwrap(),
            ["UpdateTable {change:{provisioned:{indexes:{},table:{read:9,write:5}}},\
              table:sitelogix-work-logs}"]
        );
        let setting = setting("dynamodb.table.capacity");
        let value = setting.decode(&on(), &five()).unwrap();
        let less = provisioned(5, json!({ "B": { "read": 7, "write": 7 } }));
        assert!(setting.is_met(&value, &less), "index A is not asked for");
        assert!(!setting.is_met(&value, &wanted));
        assert!(!setting.is_met(&value, &json!({ "mode": "PAY_PER_REQUEST" })));
    }

    #[test]
    fn from_on_demand_everything_needs_its_units() {
        let wanted = json!({ "mode": "PROVISIONED", "read": 5 });
        let breach = write(&on_demand(), &wanted).unwrap_err();
        assert_eq!(breach.fact.as_deref(), Some("D18"));
        assert!(breach.why.starts_with("the table is on demand"), "{}", breach.why);
        let breach = write(&on_demand(), &provisioned(5, json!({}))).unwrap_err();
        assert!(breach.why.starts_with("the index `A` is on demand"), "{}", breach.why);
        let all = provisioned(5, json!({ "A": { "read": 5, "write": 5 } }));
        assert_eq!(write(&on_demand(), &all).unwrap().len(), 1);
        let none = provisioned(5, json!({ "Z": { "read": 5, "write": 5 } }));
        let breach = write(&on_demand(), &none).unwrap_err();
        assert!(breach.why.contains("no global secondary index `Z`"), "{}", breach.why);
    }

    #[test]
    fn undo_brings_back_mode_units_and_the_indexes_that_are_still_there() {
        let setting = setting("dynamodb.table.capacity");
        let before = provisioned(
            5,
            json!({ "A": { "read": 5, "write": 5 }, "Gone": { "read": 1, "write": 1 } }),
        );
        let after = json!({ "mode": "PAY_PER_REQUEST" });
        let undo = Undo { before: &before, after: &after };
        assert_eq!(
            told(setting.undo(&on(), &on_demand(), &undo).unwrap()),
            ["UpdateTable {change:{provisioned:{indexes:{A:{read:5,write:5}},\
              table:{read:5,write:5}}},table:sitelogix-work-logs}"]
        );
        let undo = Undo { before: &after, after: &before };
        assert_eq!(
            told(setting.undo(&on(), &five(), &undo).unwrap()),
            ["UpdateTable {change:{on_demand:{}},table:sitelogix-work-logs}"]
        );
        assert!(setting.is_undone(&on(), &on_demand(), &undo));
    }

    #[test]
    fn a_limit_on_demand_is_not_lost_unseen() {
        let limit = cloud::dynamodb::OnDemandLimit { read: Some(100), write: None };
        let seen = [table(|table| {
            table.capacity = None;
            table.on_demand_limit = Some(limit);
        })];
        let breach = write(&seen, &provisioned(5, json!({}))).unwrap_err();
        assert!(breach.why.contains("limit on demand"), "{}", breach.why);
    }

    #[test]
    fn a_switch_and_a_decrease_say_what_they_cost() {
        let setting = setting("dynamodb.table.capacity");
        let why = |from: &Value, to: &Value| setting.change(from, to).why.unwrap_or_default();
        let (demand, five) = (json!({ "mode": "PAY_PER_REQUEST" }), provisioned(5, json!({})));
        assert!(why(&five, &demand).contains("four switches"));
        assert!(why(&demand, &five).contains("throttled"));
        assert!(why(&five, &provisioned(4, json!({}))).contains("few decreases"));
        assert_eq!(why(&five, &provisioned(6, json!({}))), "");
    }

    #[test]
    fn units_that_mean_nothing_are_found_before() {
        let setting = setting("dynamodb.table.capacity");
        let whys = |value: Value| setting.lint(&on(), &value).len();
        assert_eq!(whys(json!({ "mode": "PAY_PER_REQUEST" })), 0);
        assert_eq!(whys(json!({ "mode": "PAY_PER_REQUEST", "read": 5 })), 1);
        assert_eq!(whys(provisioned(0, json!({}))), 1);
        assert_eq!(whys(provisioned(1, json!({ "A": { "read": 1, "write": 0 } }))), 1);
    }

    #[test]
    fn it_is_busy_while_an_index_is_changed() {
        let setting = setting("dynamodb.table.capacity");
        assert!(!setting.is_busy(&five()));
        let seen = [table(|table| {
            let mut of = index("A", None);
            of.status = IndexStatus::Updating;
            table.global_indexes = vec![of];
        })];
        assert!(setting.is_busy(&seen));
    }
}
