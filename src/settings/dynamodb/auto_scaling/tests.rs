//! Auto scaling: what is sent, what is met, and exactly what comes back.

use serde_json::{Value, json};

use super::super::super::{Setting, Undo};
use super::super::testing::{NAME, failed, index, on, setting, table, told, units};
use super::*;
use crate::cloud::autoscaling::Tracking;
use crate::cloud::{Answer, Ending};

fn scaling() -> &'static Setting {
    setting("dynamodb.table.auto_scaling")
}

fn said(reply: Reply) -> Outcome {
    Ok(Answer { reply: cloud::Reply::AutoScaling(reply), request_id: None })
}

/// What the account has: index, whether reads, bounds, and name and utilisation of a policy.
type There<'a> = (Option<&'a str>, bool, u32, u32, Option<(&'a str, f64)>);

fn seen(there: &[There<'_>]) -> [Outcome; 2] {
    let of = |index, read| Scalable::of(NAME, index, read);
    let targets = there
        .iter()
        .map(|(index, read, min, max, _)| ScalableTarget {
            of: of(*index, *read),
            min: *min,
            max: *max,
            suspended: false,
        })
        .collect();
    let policies = there
        .iter()
        .filter_map(|(index, read, _, _, policy)| {
            let (name, target_utilization) = (*policy)?;
            let tracking = Tracking {
                target_utilization,
                scale_in_cooldown_seconds: Some(60),
                scale_out_cooldown_seconds: None,
                disable_scale_in: false,
            };
            let name = name.to_owned();
            Some(ScalingPolicy { of: of(*index, *read), name, tracking: Some(tracking) })
        })
        .collect();
    [said(Reply::Targets { targets }), said(Reply::Policies { policies })]
}

fn five_to_fifty() -> Value {
    json!({ "read": { "min": 5, "max": 50, "target_utilization": 70.0 } })
}

const READS: &str = "dimension:dynamodb:table:ReadCapacityUnits";
const RESOURCE: &str = "resource:table/sitelogix-work-logs";

fn register(min: u32, max: u32) -> String {
    format!("RegisterScalableTarget {{{READS},max:{max},min:{min},{RESOURCE}}}")
}

fn put(name: &str, cooldown: &str, percent: &str) -> String {
    format!(
        "PutScalingPolicy {{{READS},name:{name},{RESOURCE},tracking:{{disable_scale_in:false,\
         scale_in_cooldown_seconds:{cooldown},scale_out_cooldown_seconds:null,\
         target_utilization:{percent}}}}}"
    )
}

const USUAL: &str = "DynamoDBReadCapacityUtilization:table/sitelogix-work-logs";

#[test]
fn a_target_is_registered_then_given_its_policy() {
    let none = seen(&[]);
    let value = scaling().decode(&on(), &none).unwrap();
    assert_eq!(value, json!({ "read": "absent", "write": "absent" }));
    assert!(!scaling().is_met(&value, &five_to_fifty()));
    let calls = told(scaling().write(&on(), &none, &five_to_fifty()).unwrap());
    assert_eq!(calls, [register(5, 50), put(USUAL, "null", "70.0")]);
    let done = seen(&[(None, true, 5, 50, Some((USUAL, 70.0)))]);
    let value = scaling().decode(&on(), &done).unwrap();
    assert!(scaling().is_met(&value, &five_to_fifty()), "{value}");
}

#[test]
fn only_what_differs_is_sent_and_what_is_not_said_stays() {
    let now = seen(&[(None, true, 5, 40, Some(("theirs", 70.0)))]);
    let calls = told(scaling().write(&on(), &now, &five_to_fifty()).unwrap());
    assert_eq!(calls, [register(5, 50)], "the policy is as wanted, under its own name");
    let other = json!({ "read": { "min": 5, "max": 40, "target_utilization": 50.0 } });
    let calls = told(scaling().write(&on(), &now, &other).unwrap());
    assert_eq!(calls, [put("theirs", "60", "50.0")], "its cooldown stays");
    let renamed = json!({
        "read": { "min": 5, "max": 40, "target_utilization": 70.0, "policy": "ours" }
    });
    let calls = told(scaling().write(&on(), &now, &renamed).unwrap());
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert!(calls[0].starts_with("DeleteScalingPolicy") && calls[1] == put("ours", "60", "70.0"));
}

#[test]
fn indexes_are_scaled_by_name_and_others_stay() {
    let wanted = json!({ "indexes": {
        "TeamIndex": { "write": { "min": 5, "max": 50, "target_utilization": 70.0 } }
    } });
    let now = seen(&[(Some("Other"), true, 1, 2, None)]);
    let calls = told(scaling().write(&on(), &now, &wanted).unwrap());
    assert!(
        calls[0].contains("dynamodb:index:WriteCapacityUnits")
            && calls[0].contains("table/sitelogix-work-logs/index/TeamIndex"),
        "{calls:?}"
    );
    assert_eq!(calls.len(), 2);
}

#[test]
fn undo_takes_away_what_was_not_there_and_nothing_else() {
    let before = json!({ "read": "absent", "write": "absent" });
    let after = five_to_fifty();
    let undo = Undo { before: &before, after: &after };
    let now = seen(&[
        (None, true, 5, 50, Some((USUAL, 70.0))),
        (None, false, 1, 2, Some(("theirs", 50.0))),
    ]);
    let calls = told(scaling().undo(&on(), &now, &undo).unwrap());
    assert_eq!(calls, [format!("DeregisterScalableTarget {{{READS},{RESOURCE}}}")]);
    let undone = seen(&[(None, false, 1, 2, Some(("theirs", 50.0)))]);
    assert!(!scaling().is_undone(&on(), &now, &undo));
    assert!(scaling().is_undone(&on(), &undone, &undo));
}

#[test]
fn undo_brings_back_bounds_policy_name_and_cooldown() {
    let was = seen(&[(None, true, 2, 20, Some(("theirs", 60.0)))]);
    let before = scaling().decode(&on(), &was).unwrap();
    let after = json!({ "read": "absent" });
    let undo = Undo { before: &before, after: &after };
    let calls = told(scaling().undo(&on(), &seen(&[]), &undo).unwrap());
    assert_eq!(calls, [register(2, 20), put("theirs", "60", "60.0")]);
    assert!(scaling().is_undone(&on(), &was, &undo));

    // A target without a policy: the policy that the change put there goes.
    let was = seen(&[(None, true, 5, 50, None)]);
    let before = scaling().decode(&on(), &was).unwrap();
    let after = five_to_fifty();
    let undo = Undo { before: &before, after: &after };
    let now = seen(&[(None, true, 5, 50, Some((USUAL, 70.0)))]);
    let calls = told(scaling().undo(&on(), &now, &undo).unwrap());
    assert_eq!(calls, [format!("DeleteScalingPolicy {{{READS},name:{USUAL},{RESOURCE}}}")]);
}

#[test]
fn taking_it_away_says_what_that_means() {
    let from = five_to_fifty();
    let why = scaling().change(&from, &json!({ "read": "absent" })).why.unwrap_or_default();
    assert!(why.contains("stays where it is"), "{why}");
    assert_eq!(scaling().change(&json!({ "read": "absent" }), &from).why, None);
}

#[test]
fn suspended_scaling_is_not_met_and_not_overridden() {
    let mut now = seen(&[(None, true, 5, 50, Some((USUAL, 70.0)))]);
    let target =
        ScalableTarget { of: Scalable::of(NAME, None, true), min: 5, max: 50, suspended: true };
    now[0] = said(Reply::Targets { targets: vec![target] });
    let value = scaling().decode(&on(), &now).unwrap();
    assert!(!scaling().is_met(&value, &five_to_fifty()));
    let breach = scaling().write(&on(), &now, &five_to_fifty()).unwrap_err();
    assert!(breach.why.contains("suspended"), "{}", breach.why);
}

#[test]
fn a_table_on_demand_and_an_index_that_is_not_there_are_refused_before() {
    let judge = |seen: Outcome, to: &Value| -> Vec<String> {
        let breaches = scaling().judge(&on(), to, &[seen]);
        breaches.into_iter().map(|breach| breach.why).collect()
    };
    assert_eq!(judge(table(|_| {}), &five_to_fifty()), [""; 0]);
    let whys = judge(table(|table| table.capacity = None), &five_to_fifty());
    assert!(whys[0].starts_with("the table is on demand"), "{whys:?}");
    let of_index = json!({ "indexes": { "A": { "read": { "min": 1, "max": 2 } } } });
    let with = |table: &mut dynamodb::Table| {
        table.global_indexes = vec![index("A", Some(units(1, 1)))];
    };
    assert_eq!(judge(table(with), &of_index), [""; 0]);
    assert!(judge(table(|_| {}), &of_index)[0].contains("no global secondary index `A`"));
    let off = json!({ "read": "absent" });
    assert_eq!(judge(table(|table| table.capacity = None), &off), [""; 0], "it may always go");
    assert!(judge(failed(Ending::Denied), &five_to_fifty())[0].contains("not known"));
}

#[test]
fn bounds_that_make_no_sense_are_found_before() {
    let whys = |read: Value| -> Vec<String> {
        let breaches = scaling().lint(&on(), &json!({ "read": read }));
        breaches.into_iter().map(|breach| breach.why).collect()
    };
    assert_eq!(whys(json!("absent")), [""; 0]);
    assert_eq!(whys(json!({ "min": 1, "max": 1, "target_utilization": 20.0 })), [""; 0]);
    assert_eq!(whys(json!({ "min": 6, "max": 5 })), ["capacity cannot be scaled between 6 and 5"]);
    assert_eq!(whys(json!({ "min": 0, "max": 5 })).len(), 1);
    for percent in [19.9, 90.1] {
        let whys = whys(json!({ "min": 1, "max": 5, "target_utilization": percent }));
        assert_eq!(whys, ["the utilisation that is aimed at is 20 to 90 per cent"]);
    }
    let cooldown = json!({ "min": 1, "max": 5, "scale_in_cooldown_seconds": 60 });
    assert!(whys(cooldown)[0].contains("not the utilisation"));
    assert!(whys(json!({ "min": 1, "max": 5, "suspended": true }))[0].contains("only read"));
    assert_eq!(scaling().lint(&on(), &json!({}))[0].why, "it names nothing that is to be scaled");
}
