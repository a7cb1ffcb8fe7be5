//! Tables that are made, changed in every way and deleted.

use std::collections::{BTreeMap, BTreeSet};

use super::{describe, look, protect};
use crate::cloud::dynamodb::{
    Attribute, AttributeType, Call, EncryptionKey, GlobalIndexSpec, KeyPart, KeyRole, LocalIndex,
    Projection, TableChange, TableClass, TableSpec, Units,
};
use crate::sandbox::testing::Desk;

const TABLE: &str = "sitelogix-work-logs";
const ARN: &str = "arn:aws:dynamodb:us-east-1:500313280221:table/sitelogix-work-logs";
const SEEDED: &str = "sitelogix-reports";
const HOUR: f64 = 3_600.0;

fn units(units: u64) -> Units {
    Units { read: units, write: units }
}

fn keys(names: &[&str]) -> Vec<KeyPart> {
    let roles = [KeyRole::Hash, KeyRole::Range];
    let part = |(name, role): (&&str, KeyRole)| KeyPart { attribute: (*name).to_owned(), role };
    names.iter().zip(roles).map(part).collect()
}

fn strings(names: &[&str]) -> Vec<Attribute> {
    let string = |name: &&str| Attribute { name: (*name).to_owned(), kind: AttributeType::S };
    names.iter().map(string).collect()
}

fn index(name: &str, of: &[&str]) -> GlobalIndexSpec {
    let capacity = Some(units(5));
    GlobalIndexSpec { name: name.to_owned(), keys: keys(of), projection: Projection::All, capacity }
}

/// Work logs as phase 3 makes them.
fn spec() -> TableSpec {
    TableSpec {
        attributes: strings(&["logId", "date", "project", "team"]),
        keys: keys(&["logId", "date"]),
        global_indexes: vec![
            index("TeamIndex", &["team"]),
            index("ProjectDateIndex", &["project", "date"]),
        ],
        local_indexes: Vec::new(),
        capacity: Some(units(5)),
        encryption: EncryptionKey::AwsManaged,
        class: TableClass::Standard,
        deletion_protection: true,
        stream: None,
        tags: BTreeMap::from([("Environment".to_owned(), "production".to_owned())]),
    }
}

fn create(spec: TableSpec) -> Call {
    Call::CreateTable { table: TABLE.to_owned(), spec: Box::new(spec) }
}

fn update(table: &str, change: TableChange) -> Call {
    Call::UpdateTable { table: table.to_owned(), change }
}

fn provision(table: &str, of_table: Option<Units>, indexes: &[(&str, Units)]) -> Call {
    let indexes = indexes.iter().map(|(name, units)| ((*name).to_owned(), *units)).collect();
    update(table, TableChange::Provisioned { table: of_table, indexes })
}

fn delete(table: &str) -> Call {
    Call::DeleteTable { table: table.to_owned() }
}

#[test]
fn a_table_with_indexes_is_made_slowly_and_described_as_it_is() {
    let mut desk = Desk::empty();
    assert!(desk.good(0.0, create(spec())).contains("status:CREATING"));
    assert!(desk.bad(0.5, describe(TABLE)).starts_with("Absent ResourceNotFoundException"));
    let creating = desk.good(29.9, describe(TABLE));
    assert!(creating.contains("status:CREATING,stream"), "longer for its indexes: {creating}");
    assert!(
        creating
            .contains("name:ProjectDateIndex,on_demand_limit:null,projection:ALL,status:CREATING")
    );
    let made = desk.good(30.0, describe(TABLE));
    assert!(made.contains("status:ACTIVE,stream"), "{made}");
    assert!(made.contains("name:TeamIndex,on_demand_limit:null,projection:ALL,status:ACTIVE"));
    assert!(made.contains("capacity:{read:5,write:5},class:STANDARD,created:2026-11-20T08:00:00Z"));
    assert!(made.contains("encryption:{key_arn:arn:aws:kms:us-east-1:500313280221:key/"));
    assert_eq!(
        desk.good(30.0, Call::ListTagsOfResource { arn: ARN.to_owned() }),
        "{tags:{Environment:production}}"
    );
    assert_eq!(
        desk.bad(30.0, create(spec())),
        "Exists ResourceInUseException: Table already exists: sitelogix-work-logs"
    );
}

#[test]
fn a_table_that_aws_would_not_make_is_refused() {
    let mut desk = Desk::empty();
    let mut refused = |change: fn(&mut TableSpec)| {
        let mut spec = spec();
        change(&mut spec);
        let message = desk.bad(0.0, create(spec));
        let begins = "Refused ValidationException: ";
        message.strip_prefix(begins).unwrap_or_else(|| unreachable!("{message}")).to_owned()
    };
    assert!(refused(|spec| spec.keys.clear()).contains("not a HASH key type"));
    assert!(refused(|spec| spec.keys.swap(0, 1)).contains("not a HASH key type"));
    assert!(refused(|spec| spec.keys.extend(keys(&["x"]))).contains("too many"));
    let unused = refused(|spec| spec.attributes.extend(strings(&["more"])));
    assert!(unused.contains("Some AttributeDefinitions are not used"), "{unused}");
    let undefined = refused(|spec| spec.attributes.truncate(3));
    assert!(undefined.contains("not defined in AttributeDefinitions. Keys: [date"), "{undefined}");
    assert!(refused(|spec| spec.attributes.extend(strings(&["date"]))).contains("same name"));
    let twice = refused(|spec| spec.global_indexes.push(index("TeamIndex", &["team"])));
    assert!(twice.contains("Duplicate index name: TeamIndex"), "{twice}");
    assert!(refused(|spec| spec.capacity = None).contains("PAY_PER_REQUEST"));
    let without = refused(|spec| spec.global_indexes[0].capacity = None);
    assert!(without.contains("not specified for index: TeamIndex"), "{without}");
    assert!(refused(|spec| spec.capacity = Some(units(0))).contains("readCapacityUnits"));
    let key = refused(|spec| spec.encryption = EncryptionKey::Customer("alias/x".to_owned()));
    assert!(key.contains("KMS validation error"), "{key}");
    let local = refused(|spec| {
        let (name, keys) = ("Local".to_owned(), keys(&["team", "date"]));
        spec.local_indexes.push(LocalIndex { name, keys, projection: Projection::KeysOnly });
    });
    assert!(local.contains("for index: Local"), "{local}");
    let tags = refused(|spec| drop(spec.tags.insert("aws:x".to_owned(), String::new())));
    assert!(tags.contains("reserved for system use"), "{tags}");
    assert_eq!(desk.effects(), [""; 0]);
}

#[test]
fn a_protected_table_is_not_deleted_and_another_goes_by_and_by() {
    let mut desk = Desk::sitelogix();
    desk.good(0.0, protect(true));
    let protected = "Refused ValidationException: Resource cannot be deleted as it is currently \
                     protected against deletion. Disable deletion protection first.";
    assert!(desk.bad(0.0, delete(SEEDED)).contains("being updated"));
    assert_eq!(desk.bad(11.0, delete(SEEDED)), protected);
    desk.good(11.0, protect(false));
    assert!(desk.good(22.0, delete(SEEDED)).contains("status:DELETING"));
    assert_eq!(look(&mut desk, 22.5), "ACTIVE false null", "an old answer");
    assert_eq!(look(&mut desk, 24.5), "DELETING false null");
    assert!(desk.bad(24.5, delete(SEEDED)).contains("being deleted"));
    assert!(desk.bad(24.5, protect(true)).contains("being deleted"));
    let tag = Call::TagResource {
        arn: "arn:aws:dynamodb:us-east-1:500313280221:table/sitelogix-reports".to_owned(),
        tags: BTreeMap::new(),
    };
    assert!(desk.bad(24.5, tag).contains("being deleted"));
    assert!(desk.world.state()["dynamodb"][SEEDED].is_null(), "nobody can have it back");
    assert!(desk.bad(27.0, describe(SEEDED)).starts_with("Absent ResourceNotFoundException"));
    assert!(desk.bad(27.0, delete(SEEDED)).starts_with("Absent ResourceNotFoundException"));
}

#[test]
fn tags_are_added_and_taken_away_and_seen_late() {
    let mut desk = Desk::empty();
    desk.good(0.0, create(spec()));
    let arn = || ARN.to_owned();
    let list = || Call::ListTagsOfResource { arn: arn() };
    let tags = BTreeMap::from([("Status".to_owned(), "Deprecated".to_owned())]);
    desk.good(40.0, Call::TagResource { arn: arn(), tags: tags.clone() });
    assert_eq!(desk.good(40.5, list()), "{tags:{Environment:production}}", "an old answer");
    assert_eq!(desk.good(43.0, list()), "{tags:{Environment:production,Status:Deprecated}}");
    desk.good(43.0, Call::TagResource { arn: arn(), tags });
    let keys = BTreeSet::from(["Environment".to_owned(), "none".to_owned()]);
    desk.good(43.0, Call::UntagResource { arn: arn(), keys });
    assert_eq!(desk.good(46.0, list()), "{tags:{Status:Deprecated}}");
    assert_eq!(
        desk.effects()[1..],
        [
            format!("2 dynamodb:TagResource {ARN}"),
            format!("3 dynamodb:TagResource {ARN} ="),
            format!("4 dynamodb:UntagResource {ARN}"),
        ]
    );
    let aws = BTreeMap::from([("AWS:x".to_owned(), String::new())]);
    let refused = desk.bad(46.0, Call::TagResource { arn: arn(), tags: aws });
    assert!(refused.contains("reserved for system use"), "{refused}");
    let many = (0..50).map(|n| (format!("k{n}"), String::new())).collect();
    let refused = desk.bad(46.0, Call::TagResource { arn: arn(), tags: many });
    assert!(refused.contains("maximum number of tags is 50"), "{refused}");
    let none = desk.bad(46.0, Call::ListTagsOfResource { arn: format!("{ARN}-none") });
    assert!(none.starts_with("Absent ResourceNotFoundException"), "{none}");
    let bucket = desk.bad(46.0, Call::ListTagsOfResource { arn: "arn:aws:s3:::x".to_owned() });
    assert!(bucket.starts_with("Refused ValidationException"), "{bucket}");
}

#[test]
fn time_to_live_takes_a_while_and_then_rests_for_an_hour() {
    let mut desk = Desk::sitelogix();
    let ttl = |attribute: &str, enabled| Call::UpdateTimeToLive {
        table: SEEDED.to_owned(),
        attribute: attribute.to_owned(),
        enabled,
    };
    let look = || Call::DescribeTimeToLive { table: SEEDED.to_owned() };
    assert!(desk.bad(0.0, ttl("at", false)).ends_with("TimeToLive is already disabled"));
    desk.good(0.0, ttl("at", true));
    assert_eq!(desk.good(0.5, look()), "{attribute:null,status:DISABLED}", "an old answer");
    assert_eq!(desk.good(3.0, look()), "{attribute:at,status:ENABLING}");
    assert_eq!(desk.good(30.0, look()), "{attribute:at,status:ENABLED}");
    assert!(desk.bad(30.0, ttl("at", true)).ends_with("TimeToLive is already enabled"));
    assert!(desk.bad(30.0, ttl("of", true)).contains("active on a different AttributeName"));
    let soon = "Refused ValidationException: Time to live has been modified multiple times within \
                a fixed interval";
    assert_eq!(desk.bad(HOUR - 1.0, ttl("at", false)), soon);
    desk.good(HOUR, ttl("at", false));
    assert_eq!(desk.good(HOUR + 3.0, look()), "{attribute:null,status:DISABLING}");
    assert_eq!(desk.good(HOUR + 30.0, look()), "{attribute:null,status:DISABLED}");
    assert_eq!(desk.bad(HOUR + 30.0, ttl("of", true)), soon);
    let creating = desk.bad(HOUR, Call::DescribeTimeToLive { table: TABLE.to_owned() });
    assert!(creating.starts_with("Absent"), "{creating}");
    desk.good(2.0 * HOUR, create(spec()));
    let call = || Call::DescribeTimeToLive { table: TABLE.to_owned() };
    assert!(desk.bad(2.0 * HOUR + 3.0, call()).ends_with("while table is in CREATING state"));
}

#[test]
fn another_key_takes_a_while_with_the_former_on_show_and_the_table_active() {
    let mut desk = Desk::sitelogix();
    let encrypt = |key| update(SEEDED, TableChange::Encryption(key));
    let by_default = desk.bad(0.0, encrypt(EncryptionKey::AwsOwned));
    assert!(by_default.contains("already encrypted by default"), "{by_default}");
    let mine = "arn:aws:kms:us-east-1:500313280221:key/1";
    desk.good(0.0, encrypt(EncryptionKey::Customer(mine.to_owned())));
    let at_it = desk.good(3.0, describe(SEEDED));
    assert!(at_it.contains(&format!("encryption:{{key_arn:{mine},status:UPDATING}}")), "{at_it}");
    assert!(at_it.contains("status:ACTIVE,stream"), "{at_it}");
    assert!(desk.bad(3.0, encrypt(EncryptionKey::AwsManaged)).starts_with("InUse"));
    assert!(desk.bad(3.0, delete(SEEDED)).starts_with("InUse"));
    assert!(desk.good(22.0, describe(SEEDED)).contains("status:ENABLED"));
    let again = desk.bad(22.0, encrypt(EncryptionKey::Customer(mine.to_owned())));
    assert!(again.contains("already encrypted by given KMSMasterKeyId"), "{again}");
    desk.good(22.0, encrypt(EncryptionKey::AwsManaged));
    let at_it = desk.good(25.0, describe(SEEDED));
    assert!(at_it.contains(&format!("{{key_arn:{mine},status:UPDATING}}")), "the former: {at_it}");
    desk.good(50.0, encrypt(EncryptionKey::AwsOwned));
    desk.good(80.0, encrypt(EncryptionKey::AwsManaged));
    let fifth = desk.bad(110.0, encrypt(EncryptionKey::AwsOwned));
    assert!(fifth.starts_with("Throttled LimitExceededException"), "{fifth}");
    // After four in a day, one in six hours.
    desk.good(80.0 + 6.0 * HOUR, encrypt(EncryptionKey::AwsOwned));
    assert!(desk.good(30.0 * HOUR, describe(SEEDED)).contains("encryption:null"));
}

#[test]
fn the_class_changes_twice_in_thirty_days() {
    let mut desk = Desk::sitelogix();
    let class = |class| update(SEEDED, TableChange::Class(class));
    desk.good(0.0, class(TableClass::Standard));
    desk.good(0.0, class(TableClass::StandardInfrequentAccess));
    desk.good(20.0, class(TableClass::Standard));
    let third = desk.bad(40.0, class(TableClass::StandardInfrequentAccess));
    assert!(third.contains("limited to 2 times in 720 hour(s)"), "{third}");
    desk.good(31.0 * 24.0 * HOUR, class(TableClass::StandardInfrequentAccess));
}

#[test]
fn from_on_demand_to_provisioned_and_back_four_times_a_day() {
    let mut desk = Desk::sitelogix();
    let on_demand = || update(SEEDED, TableChange::OnDemand {});
    assert!(desk.good(0.0, on_demand()).contains("status:ACTIVE"), "it is already");
    let missing = desk.bad(0.0, provision(SEEDED, None, &[]));
    assert!(missing.contains("At least one of ProvisionedThroughput"), "{missing}");
    let mut second = 0.0;
    for round in 1..=5_u64 {
        desk.good(second, provision(SEEDED, Some(units(round)), &[]));
        second += 60.0;
        assert!(desk.bad(second, on_demand()).starts_with("InUse"), "the switch takes longer");
        second += 20.0;
        if round < 5 {
            desk.good(second, on_demand());
            second += 80.0;
        }
    }
    let fifth = desk.bad(second, on_demand());
    assert!(fifth.contains("Update to PayPerRequest mode are limited to 4 times"), "{fifth}");
    desk.good(24.0 * HOUR + second, on_demand());
}

#[test]
fn capacity_is_raised_at_will_and_lowered_a_few_times_a_day() {
    let mut desk = Desk::empty();
    desk.good(0.0, create(spec()));
    let same = desk.bad(40.0, provision(TABLE, Some(units(5)), &[]));
    assert!(same.contains("for the table will not change"), "{same}");
    let same = desk.bad(40.0, provision(TABLE, None, &[("TeamIndex", units(5))]));
    assert!(same.contains("for the index TeamIndex will not change"), "{same}");
    let none = desk.bad(40.0, provision(TABLE, None, &[("none", units(5))]));
    assert!(none.starts_with("Absent ResourceNotFoundException"), "{none}");
    desk.good(40.0, provision(TABLE, Some(units(50)), &[("TeamIndex", units(6))]));
    let at_it = desk.good(43.0, describe(TABLE));
    assert!(at_it.contains("name:TeamIndex,on_demand_limit:null,projection:ALL,status:UPDATING"));
    let mut second = 60.0;
    for lower in [49, 48, 47, 46] {
        desk.good(second, provision(TABLE, Some(units(lower)), &[]));
        second += 20.0;
    }
    let fifth = desk.bad(second, provision(TABLE, Some(units(45)), &[]));
    assert!(fifth.contains("Number of decreases today: 4"), "{fifth}");
    desk.good(second, provision(TABLE, Some(units(60)), &[]));
    desk.good(second + HOUR, provision(TABLE, Some(units(45)), &[]));
    desk.good(second + HOUR + 20.0, provision(TABLE, None, &[("TeamIndex", units(5))]));
}
