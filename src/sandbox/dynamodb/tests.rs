//! Tables and their backups, as an operator meets them.

mod made;
mod scan;

use crate::cloud::dynamodb::{Call, StreamView, TableChange};
use crate::sandbox::testing::{Desk, at};

const TABLE: &str = "sitelogix-reports";

fn describe(table: &str) -> Call {
    Call::DescribeTable { table: table.to_owned() }
}

fn protect(on: bool) -> Call {
    Call::UpdateTable { table: TABLE.to_owned(), change: TableChange::DeletionProtection(on) }
}

fn stream(view: Option<StreamView>) -> Call {
    Call::UpdateTable { table: TABLE.to_owned(), change: TableChange::Stream(view) }
}

fn backups() -> Call {
    Call::DescribeContinuousBackups { table: TABLE.to_owned() }
}

fn recover(days: Option<u32>) -> Call {
    Call::UpdateContinuousBackups { table: TABLE.to_owned(), recovery_period_days: days }
}

/// Status, protection and stream of the table in short.
fn look(desk: &mut Desk, second: f64) -> String {
    let reply = desk.good(second, describe(TABLE));
    let field = |name: &str| {
        let from = reply.split_once(&format!(",{name}:")).unwrap().1;
        from.split([',', '}']).next().unwrap().to_owned()
    };
    [field("status"), field("deletion_protection"), field("stream")].join(" ")
}

#[test]
fn a_seeded_table_is_active_and_unprotected() {
    let mut desk = Desk::sitelogix();
    assert_eq!(
        desk.good(0.0, Call::ListTables {}),
        "{names:[sitelogix-constraints,sitelogix-personnel,sitelogix-reports,sitelogix-vendors]}"
    );
    assert_eq!(look(&mut desk, 0.0), "ACTIVE false null");
    assert_eq!(desk.good(0.0, backups()), "{earliest:null,latest:null,recovery_period_days:null}");
}

#[test]
fn an_update_is_seen_late_then_updating_then_active() {
    let mut desk = Desk::sitelogix();
    assert!(desk.good(0.0, protect(true)).contains("status:UPDATING"));
    assert_eq!(look(&mut desk, 0.9), "ACTIVE false null", "an old answer");
    assert_eq!(look(&mut desk, 2.1), "UPDATING true null");
    assert_eq!(look(&mut desk, 9.9), "UPDATING true null");
    assert_eq!(look(&mut desk, 10.0), "ACTIVE true null");
}

#[test]
fn a_second_update_meanwhile_is_refused() {
    let mut desk = Desk::sitelogix();
    desk.good(0.0, protect(true));
    let refusal = "InUse ResourceInUseException: Attempt to change a resource which is still in \
                   use: Table is being updated: sitelogix-reports";
    // Even while reads still show ACTIVE: a write acts on what is true.
    assert_eq!(desk.bad(0.5, stream(Some(StreamView::NewImage))), refusal);
    assert_eq!(desk.bad(9.9, stream(Some(StreamView::NewImage))), refusal);
    desk.good(10.0, stream(Some(StreamView::NewImage)));
    assert_eq!(look(&mut desk, 21.0), "ACTIVE true NEW_IMAGE");
}

#[test]
fn a_stream_is_neither_turned_on_nor_off_twice() {
    let mut desk = Desk::sitelogix();
    assert_eq!(
        desk.bad(0.0, stream(None)),
        "Refused ValidationException: Table has no stream to disable: TableName: sitelogix-reports"
    );
    desk.good(0.0, stream(Some(StreamView::KeysOnly)));
    let on = "Refused ValidationException: Table already has an enabled stream: TableName: \
              sitelogix-reports";
    assert_eq!(desk.bad(11.0, stream(Some(StreamView::KeysOnly))), on);
    assert_eq!(desk.bad(11.0, stream(Some(StreamView::NewImage))), on, "nor changed in place");
    desk.good(11.0, stream(None));
    assert_eq!(look(&mut desk, 22.0), "ACTIVE false null");
}

#[test]
fn protecting_a_protected_table_is_accepted_and_changes_nothing() {
    let mut desk = Desk::sitelogix();
    assert!(desk.good(0.0, protect(false)).contains("status:ACTIVE"));
    desk.good(0.0, protect(true));
    assert!(desk.good(11.0, protect(true)).contains("status:ACTIVE"));
    assert_eq!(
        desk.effects(),
        [
            "1 dynamodb:UpdateTable sitelogix-reports =",
            "2 dynamodb:UpdateTable sitelogix-reports",
            "3 dynamodb:UpdateTable sitelogix-reports =",
        ]
    );
}

#[test]
fn a_table_that_is_not_there_is_absent_in_two_ways() {
    let mut desk = Desk::empty();
    let missing = "Absent ResourceNotFoundException: Requested resource not found: Table: \
                   sitelogix-reports not found";
    assert_eq!(desk.bad(0.0, describe(TABLE)), missing);
    assert_eq!(desk.bad(0.0, protect(true)), missing);
    let missing = "Absent TableNotFoundException: Table not found: sitelogix-reports";
    assert_eq!(desk.bad(0.0, backups()), missing);
    assert_eq!(desk.bad(0.0, recover(Some(35))), missing);
}

#[test]
fn a_name_that_cannot_be_is_invalid() {
    let mut desk = Desk::empty();
    assert_eq!(
        desk.bad(0.0, describe("ab")),
        "Refused ValidationException: TableName must be at least 3 characters long and at most \
         255 characters long"
    );
    assert!(desk.bad(0.0, describe("a b c")).contains("pattern: [a-zA-Z0-9_.-]+"));
}

#[test]
fn a_new_table_is_not_found_then_creating_then_active() {
    let mut desk = Desk::empty();
    desk.world.create_table(TABLE, at(0.0));
    assert!(desk.bad(0.5, describe(TABLE)).starts_with("Absent ResourceNotFoundException"));
    assert_eq!(look(&mut desk, 2.1), "CREATING false null");
    assert_eq!(
        desk.bad(2.1, protect(true)),
        "InUse ResourceInUseException: Attempt to change a resource which is still in use: Table \
         is being created: sitelogix-reports"
    );
    let enabling = "InUse ContinuousBackupsUnavailableException: Backups are being enabled for \
                    the table: sitelogix-reports. Please retry later";
    assert_eq!(desk.bad(2.1, recover(Some(35))), enabling);
    assert_eq!(look(&mut desk, 20.0), "ACTIVE false null");
    assert_eq!(desk.bad(25.9, recover(Some(35))), enabling, "for some seconds after ACTIVE, too");
    desk.good(26.0, recover(Some(35)));
}

#[test]
fn the_window_grows_from_when_recovery_was_turned_on() {
    let mut desk = Desk::sitelogix();
    desk.good(0.0, recover(Some(7)));
    assert_eq!(
        desk.good(60.0, backups()),
        "{earliest:2026-11-20T08:00:00Z,latest:2026-11-20T08:00:00Z,recovery_period_days:7}"
    );
    assert_eq!(
        desk.good(3_600.5, backups()),
        "{earliest:2026-11-20T08:00:00Z,latest:2026-11-20T08:55:00Z,recovery_period_days:7}"
    );
    // After ten days it reaches back seven.
    assert_eq!(
        desk.good(864_000.0, backups()),
        "{earliest:2026-11-23T08:00:00Z,latest:2026-11-30T07:55:00Z,recovery_period_days:7}"
    );
}

#[test]
fn turning_recovery_off_loses_the_window() {
    let mut desk = Desk::sitelogix();
    desk.good(0.0, recover(Some(35)));
    desk.good(3_600.0, recover(Some(20)));
    assert!(desk.good(7_200.0, backups()).contains("earliest:2026-11-20T08:00:00Z"), "kept");
    desk.good(7_200.0, recover(None));
    assert!(desk.good(7_300.0, backups()).contains("earliest:null"));
    desk.good(7_400.0, recover(Some(20)));
    assert!(desk.good(7_500.0, backups()).contains("earliest:2026-11-20T10:03:20Z"), "reset");
}

#[test]
fn a_period_is_1_to_35_days() {
    let mut desk = Desk::sitelogix();
    let refusal = |days: u32, bound: &str| {
        format!(
            "Refused ValidationException: 1 validation error detected: Value '{days}' at \
             'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy \
             constraint: Member must have value {bound}"
        )
    };
    assert_eq!(desk.bad(0.0, recover(Some(0))), refusal(0, "greater than or equal to 1"));
    assert_eq!(desk.bad(0.0, recover(Some(36))), refusal(36, "less than or equal to 35"));
    desk.good(0.0, recover(Some(1)));
    desk.good(0.0, recover(Some(35)));
    desk.good(0.0, recover(Some(35)));
    assert_eq!(
        desk.effects(),
        [
            "1 dynamodb:UpdateContinuousBackups sitelogix-reports",
            "2 dynamodb:UpdateContinuousBackups sitelogix-reports",
            "3 dynamodb:UpdateContinuousBackups sitelogix-reports =",
        ]
    );
}
