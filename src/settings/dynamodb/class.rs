//! `dynamodb.table.class`: whether requests or storage are cheaper.

use super::super::{Breach, Change, Kind, Property, Target, Unread};
use super::{describe, is_changing, table, table_id, update};
use crate::cloud::dynamodb::{TableChange, TableClass, UPDATE_TABLE};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `dynamodb.table.class`
pub(in crate::settings) struct Class;

impl Property for Class {
    type Value = TableClass;

    const ID: &'static str = "dynamodb.table.class";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Table class";
    const HELP: &'static str = "Whether requests are cheaper (STANDARD) or storage is \
        (STANDARD_INFREQUENT_ACCESS). A table that is restored from a backup is always STANDARD \
        (D16). AWS takes two changes in 30 days.";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.TableClasses.html";
    const EXAMPLE: &'static str = "\"STANDARD_INFREQUENT_ACCESS\"";
    const WRITES: &'static [&'static Operation] = &[&UPDATE_TABLE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        describe(on)
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<TableClass, Unread> {
        Ok(table(seen)?.class)
    }

    fn write(on: &Target, _seen: &[Outcome], to: &TableClass) -> Result<Vec<cloud::Call>, Breach> {
        Ok(update(on, TableChange::Class(*to)))
    }

    fn change(from: &TableClass, to: &TableClass) -> Change {
        if from == to {
            return Change::exact();
        }
        let why = "AWS takes two changes of the class in 30 days: this one counts, and so does the \
            way back.";
        Change::because(Danger::Change, why)
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        is_changing(seen)
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        table_id(seen)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{on, setting, table, with};
    use super::*;

    #[test]
    fn the_class_is_read_and_changed_and_the_way_back_counts_too() {
        let class = setting("dynamodb.table.class");
        let seen = [table(|_| {})];
        assert_eq!(class.decode(&on(), &seen).unwrap(), json!("STANDARD"));
        let wanted = json!("STANDARD_INFREQUENT_ACCESS");
        let change = TableChange::Class(TableClass::StandardInfrequentAccess);
        assert_eq!(class.write(&on(), &seen, &wanted).unwrap(), with(change));
        assert!(class.change(&json!("STANDARD"), &wanted).why.unwrap().contains("30 days"));
        assert!(class.is_busy(&[table(|table| {
            table.status = crate::cloud::dynamodb::TableStatus::Updating;
        })]));
        assert_eq!(class.fingerprint(&seen).as_deref(), Some("id-1"));
    }
}
