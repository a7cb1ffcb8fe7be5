//! Every state and every answer of the account, in time or too late: what follows.

use jiff::SignedDuration;
use muster::cloud::{Answer, Ending, Outcome, Reply, dynamodb, s3, sts};
use muster::engine::{Event, Heard, Run, Sight, hear};
use serde_json::json;

use crate::pairs::{golden, table, told};
use crate::states::{Story, error, identity, record, sent};

fn answered(reply: Reply) -> Outcome {
    Ok(Answer { reply, request_id: None })
}

fn who(account: &str) -> Heard {
    let outcome = answered(Reply::Sts(sts::Reply::Identity(identity(account))));
    Heard::Identity { outcome, expires: None }
}

fn table_reply(protected: bool) -> Outcome {
    table_in("ACTIVE", protected)
}

fn table_in(status: &str, protected: bool) -> Outcome {
    let value = json!({
        "reply": "Table",
        "id": "1", "name": "sitelogix-reports", "arn": "a",
        "status": status, "deletion_protection": protected,
        "stream": null, "items_about": 3,
        "created": null, "attributes": [], "keys": [], "global_indexes": [],
        "local_indexes": [], "vector_indexes": [], "capacity": null,
        "on_demand_limit": null, "encryption": null, "class": "STANDARD",
        "latest_stream": null, "replicas": [],
    });
    let reply: Result<dynamodb::Reply, _> = serde_json::from_value(value);
    answered(Reply::DynamoDb(reply.unwrap()))
}

/// Answers that the shell may hear, in time or too late.
fn answers(run: &Run) -> Vec<(&'static str, Heard)> {
    let step = run.current().unwrap_or(0);
    let attempt = run.attempts;
    let done = || answered(Reply::S3(s3::Reply::Done {}));
    let lost = |ending| Err(error(ending));
    let nobody = |outcome| Heard::Identity { outcome, expires: None };
    let ended = |outcome| Heard::Ended { attempt, outcome };
    let observed = |seen: Outcome| Heard::Observed { step, target: 0, seen: vec![seen] };
    let inspected = |seen: Outcome| Heard::Inspected { step, target: 0, seen: vec![seen] };
    vec![
        ("identity", who(&run.bound.environment.place.account)),
        ("another identity", who("999999999999")),
        ("identity: strange", nobody(done())),
        ("identity: expired", nobody(lost(Ending::Expired))),
        ("identity: wrong clock", nobody(lost(Ending::ClockSkew))),
        ("inspected", inspected(table_reply(false))),
        ("inspected: denied", inspected(lost(Ending::Denied))),
        ("inspected: throttled", inspected(lost(Ending::Throttled))),
        ("inspected: wrong clock", inspected(lost(Ending::ClockSkew))),
        ("inspected: expired", inspected(lost(Ending::Expired))),
        ("ended: well", ended(done())),
        ("ended: unknown", ended(lost(Ending::Unknown))),
        ("ended: exists", ended(lost(Ending::Exists))),
        ("ended: expired", ended(lost(Ending::Expired))),
        ("ended: wrong clock", ended(lost(Ending::ClockSkew))),
        ("ended: in use", ended(lost(Ending::InUse))),
        ("ended: throttled", ended(lost(Ending::Throttled))),
        ("ended: denied", ended(lost(Ending::Denied))),
        ("observed: as wanted", observed(table_reply(true))),
        ("observed: as before", observed(table_reply(false))),
        ("observed: still changing", observed(table_in("UPDATING", false))),
        ("observed: absent", observed(lost(Ending::Absent))),
        ("observed: denied", observed(lost(Ending::Denied))),
        ("observed: expired", observed(lost(Ending::Expired))),
        ("observed: wrong clock", observed(lost(Ending::ClockSkew))),
        ("observed: throttled", observed(lost(Ending::Throttled))),
        ("observed: strange", observed(done())),
        ("of no step", Heard::Observed { step: 99, target: 0, seen: Vec::new() }),
        ("of no target", Heard::Inspected { step, target: 99, seen: Vec::new() }),
        ("of no attempt", Heard::Ended { attempt: 99, outcome: done() }),
    ]
}

#[test]
fn what_an_answer_leads_to_in_each_state_is_written_down() {
    for (file, after) in [("answers.txt", 0), ("answers-late.txt", 1_000)] {
        let now = record(Event::Resumed {}).time + SignedDuration::from_secs(after);
        let text = table(answers, |run, heard| told(run, Ok(hear(run, heard, now))));
        // What nothing follows from is left out: most answers come when nobody waits for them.
        let lines = text.lines().filter(|line| !line.starts_with("    nothing: "));
        golden(file, &lines.map(|line| format!("{line}\n")).collect::<String>());
    }
}

#[test]
fn a_call_never_happened_only_when_several_looks_in_a_row_say_so() {
    let lost = Event::Unknown { attempt: 1, error: error(Ending::Unknown) };
    let look = |sight, value| Event::Looked { attempt: 1, sight, value };
    let looked = || look(Sight::AsBefore, Some(json!(false)));
    let other = look(Sight::Different, None);
    let now = record(Event::Resumed {}).time + SignedDuration::from_secs(11);
    let as_before = Heard::Observed { step: 0, target: 0, seen: vec![table_reply(false)] };
    let looks = |events: &[Event]| {
        let story = events.iter().cloned().fold(sent().then(lost.clone()), Story::then);
        told(&story.0, Ok(hear(&story.0, &as_before, now)))
    };
    assert_eq!(looks(&[]), "looked");
    assert_eq!(looks(&[looked()]), "looked");
    assert_eq!(looks(&[looked(), looked()]), "looked concluded(never-happened)");
    // Something else in between: counting begins anew.
    assert_eq!(looks(&[looked(), looked(), other.clone()]), "looked");
    assert_eq!(looks(&[looked(), other, looked(), looked()]), "looked concluded(never-happened)");
}
