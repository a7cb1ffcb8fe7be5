//! The account as a whole: faults, the ledger, determinism, and its life as a file.

use jiff::Timestamp;

use crate::cloud::dynamodb::{self, TableChange};
use crate::cloud::sns::Protocol;
use crate::cloud::{Call, Ending, Outcome, s3, sns, sts};
use crate::sandbox::testing::{Desk, at, place, start};
use crate::sandbox::{Fault, FaultKind, Killed, World, seeds};

const TABLE: &str = "sitelogix-reports";
const TRANSCRIPTS: &str = "sitelogix-transcripts-prod";

fn protect(table: &str, on: bool) -> Call {
    let change = TableChange::DeletionProtection(on);
    Call::DynamoDb(dynamodb::Call::UpdateTable { table: table.to_owned(), change })
}

fn describe() -> Call {
    Call::DynamoDb(dynamodb::Call::DescribeTable { table: TABLE.to_owned() })
}

fn version(enabled: bool) -> Call {
    Call::S3(s3::Call::PutBucketVersioning { bucket: TRANSCRIPTS.to_owned(), enabled })
}

fn fault(on: &str, kind: FaultKind) -> Fault {
    Fault { on: on.to_owned(), resource: None, nth: 1, times: 1, kind, reason: None }
}

/// A day's work: one call of every kind that matters here, each ten seconds after the last.
fn day(world: &mut World) -> Vec<Outcome> {
    let topic = "arn:aws:sns:us-east-1:500313280221:alerts".to_owned();
    let endpoint = "oncall@example.com".to_owned();
    let calls = [
        Call::Sts(sts::Call::GetCallerIdentity {}),
        describe(),
        protect(TABLE, true),
        describe(),
        version(true),
        Call::Sns(sns::Call::CreateTopic { name: "alerts".to_owned() }),
        Call::Sns(sns::Call::Subscribe { topic, protocol: Protocol::Email, endpoint }),
        Call::S3(s3::Call::CreateBucket { bucket: "logs".to_owned(), object_lock: true }),
        protect("no-such-table", true),
    ];
    (0i64..).zip(calls).map(|(n, call)| world.call(&call, seconds(n * 10))).collect()
}

fn seconds(count: i64) -> Timestamp {
    Timestamp::from_second(start().as_second() + count).unwrap()
}

#[test]
fn whoever_practises_is_the_operator_of_the_place() {
    let mut desk = Desk::empty();
    assert_eq!(
        desk.good(0.0, sts::Call::GetCallerIdentity {}),
        "{account:500313280221,arn:arn:aws:sts::500313280221:assumed-role/practice/operator}"
    );
    assert_eq!(*desk.world.place(), place());
}

#[test]
fn the_same_calls_at_the_same_times_give_the_same_answers() {
    let (mut one, mut two) =
        (seeds::sitelogix(place(), start()), seeds::sitelogix(place(), start()));
    assert_eq!(day(&mut one), day(&mut two));
    assert_eq!(one, two);
}

#[test]
fn every_request_has_an_id_of_its_own() {
    let mut world = seeds::sitelogix(place(), start());
    let ids = [0, 0].map(|second| world.call(&describe(), seconds(second)).unwrap().request_id);
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn another_seed_gives_other_ids_and_the_same_state() {
    let world = |seed| {
        let tables = [TABLE.to_owned()];
        let mut world = seeds::from_inventory(
            place(),
            &tables,
            &[(TRANSCRIPTS.to_owned(), false)],
            seed,
            start(),
        );
        let answers = day(&mut world);
        (world, answers)
    };
    let ((one, some), (two, others)) = (world(1), world(2));
    assert_ne!(some[0], others[0], "request ids");
    assert_ne!(some[1], others[1], "table ids");
    assert_eq!(one.state(), two.state());
}

#[test]
fn a_world_that_slept_in_a_file_goes_on_as_if_nothing_had_been() {
    let mut awake = seeds::sitelogix(place(), start());
    awake.set_faults(vec![Fault { nth: 2, ..fault("DescribeTable", FaultKind::Throttled) }]);
    day(&mut awake);
    awake.call(&protect(TABLE, false), seconds(100)).unwrap();
    let file = serde_json::to_string(&awake).unwrap();
    let mut slept: World = serde_json::from_str(&file).unwrap();
    assert_eq!(slept, awake);
    // In the middle of an update and of a lag.
    assert_eq!(slept.call(&describe(), seconds(100)), awake.call(&describe(), seconds(100)));
    assert_eq!(slept.call(&describe(), seconds(105)), awake.call(&describe(), seconds(105)));
    assert_eq!(slept, awake);
}

#[test]
fn time_never_goes_back() {
    let mut desk = Desk::sitelogix();
    desk.good(100.0, protect(TABLE, true));
    desk.good(0.0, describe());
    assert_eq!(desk.world.clock(), at(100.0));
    assert!(desk.bad(50.0, protect(TABLE, false)).starts_with("InUse"), "still at 100 s");
}

#[test]
fn the_ledger_lists_effects_and_nothing_else() {
    let mut desk = Desk::sitelogix();
    desk.good(0.0, describe());
    desk.good(1.0, protect(TABLE, true));
    desk.bad(2.0, protect(TABLE, false));
    desk.good(3.0, version(true));
    desk.good(4.0, version(true));
    assert_eq!(
        desk.effects(),
        [
            "1 dynamodb:UpdateTable sitelogix-reports",
            "2 s3:PutBucketVersioning sitelogix-transcripts-prod",
            "3 s3:PutBucketVersioning sitelogix-transcripts-prod =",
        ]
    );
    let entry = &desk.world.ledger()[0];
    assert_eq!(entry.at, at(1.0));
    assert_eq!(entry.detail, protect(TABLE, true));
    assert_eq!(entry.digest, protect(TABLE, true).digest());
    assert_eq!(entry.request_id.len(), 52, "as DynamoDB's are: {}", entry.request_id);
}

#[test]
fn the_reply_and_the_ledger_name_the_same_request() {
    let mut world = seeds::sitelogix(place(), start());
    let answer = world.call(&version(true), start()).unwrap();
    assert_eq!(answer.request_id.as_deref(), Some(world.ledger()[0].request_id.as_str()));
    let refusal = world.call(&protect("no-such-table", true), start()).unwrap_err();
    assert!(refusal.request_id.is_some(), "AWS answered");
}

#[test]
fn a_fault_is_applied_or_not_as_its_kind_says() {
    for kind in FaultKind::ALL {
        let mut desk = Desk::sitelogix();
        let before = desk.world.state();
        desk.world.set_faults(vec![fault("*", kind)]);
        let error = desk.ask(0.0, protect(TABLE, true)).unwrap_err();
        let applied = matches!(kind, FaultKind::LostReply | FaultKind::Truncated);
        assert_eq!(desk.world.state() != before, applied, "{kind:?}");
        assert_eq!(desk.world.ledger().len(), usize::from(applied), "{kind:?}");
        assert!(!applied || error.ending == Ending::Unknown, "{kind:?}");
        // The next call goes well.
        desk.ask(60.0, describe()).unwrap();
    }
}

#[test]
fn to_be_killed_is_counted_at_its_moment_and_is_no_fault_of_the_account() {
    let mut desk = Desk::sitelogix();
    let killed = FaultKind::Killed(Killed::Applied);
    desk.world.set_faults(vec![Fault { nth: 2, ..fault("UpdateTable", killed) }]);
    desk.ask(0.0, protect(TABLE, true)).unwrap();
    let (mut world, call) = (desk.world, protect(TABLE, true));
    assert!(world.kills_at(Killed::Applied) && !world.kills_at(Killed::Sent));
    let met = [
        world.is_killed(&call, Killed::Sent),
        world.is_killed(&call, Killed::Applied),
        world.is_killed(&describe(), Killed::Applied),
        world.is_killed(&call, Killed::Applied),
        world.is_killed(&call, Killed::Applied),
    ];
    assert_eq!(met, [false, false, false, true, false]);
    let file = serde_json::to_string(&fault("*", killed)).unwrap();
    assert_eq!(file, r#"{"on":"*","nth":1,"times":1,"kind":"killed_applied"}"#);
    assert_eq!(serde_json::from_str::<Fault>(&file).unwrap(), fault("*", killed));
}

#[test]
fn faults_speak_as_the_service_does() {
    let mut desk = Desk::sitelogix();
    desk.world.set_faults(vec![Fault { times: 2, ..fault("*", FaultKind::Throttled) }]);
    assert_eq!(
        desk.bad(0.0, version(true)),
        "Throttled SlowDown: Please reduce your request rate."
    );
    assert_eq!(desk.bad(0.0, describe()), "Throttled ThrottlingException: Rate exceeded");
    let endings = FaultKind::ALL.map(|kind| kind.error(&describe(), "id").ending);
    assert_eq!(
        endings,
        [
            Ending::Throttled,
            Ending::Denied,
            Ending::Expired,
            Ending::ClockSkew,
            Ending::NotSent,
            Ending::Unknown,
            Ending::Unknown,
            Ending::Unknown,
            Ending::Unknown,
            Ending::InUse,
            Ending::Absent,
            Ending::Refused,
            Ending::WrongRegion,
        ]
    );
}

#[test]
fn nobody_can_tell_a_lost_reply_from_a_lost_request() {
    let error = |kind: FaultKind| kind.error(&version(true), "id");
    assert_eq!(error(FaultKind::LostReply), error(FaultKind::LostRequest));
    assert_eq!(error(FaultKind::LostReply).request_id, None);
    assert_eq!(error(FaultKind::ServerError).request_id.as_deref(), Some("id"));
}

#[test]
fn a_lost_reply_of_a_call_that_aws_refuses_has_no_effect() {
    let mut desk = Desk::sitelogix();
    desk.world.set_faults(vec![fault("UpdateTable", FaultKind::LostReply)]);
    assert!(desk.bad(0.0, protect("no-such-table", true)).starts_with("Unknown Timeout"));
    assert_eq!(desk.effects(), [""; 0]);
}

#[test]
fn a_fault_waits_for_its_call() {
    let mut desk = Desk::sitelogix();
    desk.world.set_faults(vec![Fault {
        on: "s3:PutBucketVersioning".to_owned(),
        resource: Some(TRANSCRIPTS.to_owned()),
        nth: 2,
        times: 2,
        kind: FaultKind::InUse,
        reason: None,
    }]);
    let other = s3::Call::PutBucketVersioning {
        bucket: "sitelogix-audio-files-prod".to_owned(),
        enabled: true,
    };
    desk.good(0.0, version(true));
    desk.good(1.0, other.clone());
    assert!(desk.bad(2.0, version(true)).starts_with("InUse OperationAborted"));
    desk.good(3.0, other);
    assert!(desk.bad(4.0, version(true)).starts_with("InUse OperationAborted"));
    desk.good(5.0, version(true));
}

#[test]
fn a_fault_for_good_never_ends_and_the_first_of_two_strikes() {
    let mut desk = Desk::sitelogix();
    desk.world.set_faults(vec![
        Fault { nth: 2, ..fault("DescribeTable", FaultKind::Denied) },
        Fault { times: u32::MAX, ..fault("DescribeTable", FaultKind::NotSent) },
    ]);
    let mut endings = Vec::new();
    for _ in 0..4 {
        endings.push(desk.ask(0.0, describe()).unwrap_err().ending);
    }
    assert_eq!(endings, [Ending::NotSent, Ending::Denied, Ending::NotSent, Ending::NotSent]);
    desk.world.set_faults(Vec::new());
    desk.good(0.0, describe());
}

#[test]
fn faults_are_read_from_files_and_typing_errors_are_found() {
    let fault: Fault = serde_json::from_str(r#"{"on":"UpdateTable","kind":"lost_reply"}"#).unwrap();
    assert_eq!((fault.nth, fault.times, fault.kind), (1, 1, FaultKind::LostReply));
    assert!(serde_json::from_str::<Fault>(r#"{"on":"*","kind":"denied","tmes":2}"#).is_err());
    assert!(serde_json::from_str::<Fault>(r#"{"on":"*","kind":"lost"}"#).is_err());
}

#[test]
fn what_was_undone_leaves_the_account_as_a_fresh_one() {
    let mut desk = Desk::sitelogix();
    let fresh = seeds::sitelogix(place(), at(5_000.0)).state();
    assert_eq!(desk.world.state(), fresh);
    desk.good(0.0, protect(TABLE, true));
    desk.good(0.0, sns::Call::CreateTopic { name: "alerts".to_owned() });
    desk.good(0.0, s3::Call::CreateBucket { bucket: "logs".to_owned(), object_lock: false });
    assert_ne!(desk.world.state(), fresh);
    desk.good(60.0, protect(TABLE, false));
    let topic = "arn:aws:sns:us-east-1:500313280221:alerts".to_owned();
    desk.good(60.0, sns::Call::DeleteTopic { topic });
    desk.good(60.0, s3::Call::DeleteBucket { bucket: "logs".to_owned() });
    assert_eq!(desk.world.state(), fresh);
    desk.good(60.0, version(true));
    desk.good(70.0, version(false));
    assert_ne!(desk.world.state(), fresh, "suspended is not never");
}

#[test]
fn an_inventory_becomes_tables_and_buckets_with_something_in_them() {
    let buckets = [("backups".to_owned(), true), ("scratch".to_owned(), false)];
    let world = seeds::from_inventory(place(), &["sessions".to_owned()], &buckets, 3, start());
    let mut desk = Desk { world };
    assert_eq!(desk.good(0.0, dynamodb::Call::ListTables {}), "{names:[sessions]}");
    assert_eq!(desk.good(0.0, s3::Call::ListBuckets {}), "{names:[backups,scratch]}");
    let scratch = s3::Call::DeleteBucket { bucket: "scratch".to_owned() };
    assert!(desk.bad(0.0, scratch).starts_with("Refused BucketNotEmpty"));
    let table = dynamodb::Call::DescribeTable { table: "sessions".to_owned() };
    assert!(desk.good(0.0, table).contains("items_about:3"));
}
