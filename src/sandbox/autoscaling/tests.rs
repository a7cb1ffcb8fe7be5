//! Scalable targets and policies, as an operator meets them.

use serde_json::json;

use crate::cloud::autoscaling::{Call, Dimension, Scalable, Tracking};
use crate::sandbox::testing::Desk;

const TABLE: &str = "sitelogix-reports";

fn reads() -> Scalable {
    Scalable::of(TABLE, None, true)
}

fn register(of: Scalable, min: u32, max: u32) -> Call {
    Call::RegisterScalableTarget { of, min, max }
}

fn tracking(target_utilization: f64) -> Tracking {
    Tracking {
        target_utilization,
        scale_in_cooldown_seconds: None,
        scale_out_cooldown_seconds: None,
        disable_scale_in: false,
    }
}

fn put(of: Scalable, name: &str, percent: f64) -> Call {
    Call::PutScalingPolicy { of, name: name.to_owned(), tracking: tracking(percent) }
}

#[test]
fn a_target_and_its_policy_are_made_changed_and_taken_away_together() {
    let mut desk = Desk::sitelogix();
    let none = "{targets:[]}";
    assert_eq!(desk.good(0.0, Call::DescribeScalableTargets {}), none);
    desk.good(0.0, register(reads(), 5, 50));
    assert_eq!(desk.good(0.5, Call::DescribeScalableTargets {}), none, "an old answer");
    desk.good(3.0, put(reads(), "p", 70.0));
    desk.good(3.0, register(reads(), 5, 60));
    assert_eq!(
        desk.good(6.0, Call::DescribeScalableTargets {}),
        "{targets:[{dimension:dynamodb:table:ReadCapacityUnits,max:60,min:5,\
         resource:table/sitelogix-reports,suspended:false}]}"
    );
    assert!(desk.good(6.0, Call::DescribeScalingPolicies {}).contains("target_utilization:70.0"));
    desk.good(6.0, Call::DeregisterScalableTarget { of: reads() });
    assert_eq!(desk.good(9.0, Call::DescribeScalableTargets {}), none);
    assert_eq!(desk.good(9.0, Call::DescribeScalingPolicies {}), "{policies:[]}");
    assert_eq!(desk.world.state()["autoscaling"], json!({}));
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut desk = Desk::sitelogix();
    let of = "service namespace: dynamodb, resource ID: table/sitelogix-reports, scalable \
              dimension: dynamodb:table:ReadCapacityUnits";
    assert_eq!(
        desk.bad(0.0, put(reads(), "p", 70.0)),
        format!("Absent ObjectNotFoundException: No scalable target registered for {of}")
    );
    assert_eq!(
        desk.bad(0.0, Call::DeregisterScalableTarget { of: reads() }),
        format!("Absent ObjectNotFoundException: No scalable target found for {of}")
    );
    desk.good(0.0, register(reads(), 5, 50));
    assert_eq!(
        desk.bad(0.0, Call::DeleteScalingPolicy { of: reads(), name: "p".to_owned() }),
        format!("Absent ObjectNotFoundException: No scaling policy found for {of}, policy name: p")
    );
}

#[test]
fn a_policy_is_the_only_one_of_its_metric() {
    let mut desk = Desk::sitelogix();
    desk.good(0.0, register(reads(), 5, 50));
    desk.good(0.0, put(reads(), "p", 70.0));
    assert!(desk.bad(0.0, put(reads(), "q", 50.0)).contains("Only one TargetTrackingScaling"));
    desk.good(0.0, put(reads(), "p", 50.0));
    desk.good(0.0, Call::DeleteScalingPolicy { of: reads(), name: "p".to_owned() });
    desk.good(0.0, put(reads(), "q", 50.0));
}

#[test]
fn what_makes_no_sense_is_invalid() {
    let mut desk = Desk::sitelogix();
    let mut bad = |of: Scalable, min, max| desk.bad(0.0, register(of, min, max));
    assert!(bad(reads(), 6, 5).contains("cannot be greater than maximum"));
    assert!(bad(reads(), 0, 5).contains("at least 1"));
    let none = Scalable::of("none", None, false);
    assert!(bad(none, 5, 50).contains("DynamoDB table does not exist: table/none"));
    let index = Scalable::of(TABLE, Some("none"), true);
    assert!(bad(index, 5, 50).contains("DynamoDB index does not exist"));
    let mixed = Scalable { dimension: Dimension::IndexRead, ..reads() };
    assert!(bad(mixed, 5, 50).contains("Unsupported service namespace"));
    let bare = Scalable { resource: TABLE.to_owned(), ..reads() };
    assert!(bad(bare, 5, 50).contains("Unsupported service namespace"));
}
