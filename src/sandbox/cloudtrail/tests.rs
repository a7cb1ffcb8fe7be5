//! Trails, as an operator meets them.

use crate::cloud::cloudtrail::{
    AdvancedSelector, Call, DataResource, EventSelector, FieldOperator, FieldSelector, ReadWrite,
    Selectors, TrailSpec,
};
use crate::cloud::s3;
use crate::sandbox::testing::Desk;

const TRAIL: &str = "sitelogix-trail";
const LOGS: &str = "sitelogix-logs-prod";

fn spec() -> TrailSpec {
    TrailSpec {
        bucket: LOGS.to_owned(),
        prefix: "trail".to_owned(),
        multi_region: false,
        global_services: true,
        log_file_validation: true,
    }
}

fn create() -> Call {
    Call::CreateTrail { trail: TRAIL.to_owned(), spec: spec() }
}

fn get() -> Call {
    Call::GetTrail { trail: TRAIL.to_owned() }
}

fn status() -> Call {
    Call::GetTrailStatus { trail: TRAIL.to_owned() }
}

fn start() -> Call {
    Call::StartLogging { trail: TRAIL.to_owned() }
}

fn put(selectors: Selectors) -> Call {
    Call::PutEventSelectors { trail: TRAIL.to_owned(), selectors }
}

fn objects(arns: &[&str]) -> EventSelector {
    let arns = arns.iter().map(|arn| (*arn).to_owned()).collect();
    EventSelector {
        read_write: ReadWrite::All,
        management_events: true,
        data: vec![DataResource { kind: "AWS::S3::Object".to_owned(), arns }],
    }
}

fn bucket() -> s3::Call {
    s3::Call::CreateBucket { bucket: LOGS.to_owned(), object_lock: false }
}

/// The policy that AWS's guide gives, for files below this prefix.
fn policy(prefix: &str) -> s3::Call {
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[
        {{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},
          "Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::{LOGS}"}},
        {{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},
          "Action":"s3:PutObject","Resource":"arn:aws:s3:::{LOGS}/{prefix}AWSLogs/500313280221/*",
          "Condition":{{"StringEquals":{{"s3:x-amz-acl":"bucket-owner-full-control",
          "aws:SourceArn":"arn:aws:cloudtrail:us-east-1:500313280221:trail/{TRAIL}"}}}}}}]}}"#
    );
    s3::Call::PutBucketPolicy { bucket: LOGS.to_owned(), policy }
}

/// A desk with the trail on it, made at the beginning.
fn with_trail() -> Desk {
    let mut desk = Desk::empty();
    desk.good(0.0, bucket());
    desk.good(0.0, policy("trail/"));
    desk.good(0.0, create());
    desk
}

#[test]
fn a_trail_needs_a_bucket_that_lets_it_write() {
    let mut desk = Desk::empty();
    assert_eq!(
        desk.bad(0.0, create()),
        "Refused S3BucketDoesNotExistException: S3 bucket sitelogix-logs-prod does not exist!"
    );
    let refusal = "Refused InsufficientS3BucketPolicyException: Incorrect S3 bucket policy is \
                   detected for bucket: sitelogix-logs-prod";
    desk.good(1.0, bucket());
    assert_eq!(desk.bad(1.0, create()), refusal, "no policy");
    desk.good(2.0, policy("elsewhere/"));
    assert_eq!(desk.bad(2.0, create()), refusal, "another prefix");
    desk.good(3.0, policy("trail/"));
    assert_eq!(
        desk.good(3.0, create()),
        "{arn:arn:aws:cloudtrail:us-east-1:500313280221:trail/sitelogix-trail,\
         home_region:us-east-1,spec:{bucket:sitelogix-logs-prod,global_services:true,\
         log_file_validation:true,multi_region:false,prefix:trail}}"
    );
}

#[test]
fn a_trail_of_another_name_does_not_meet_the_condition() {
    let mut desk = with_trail();
    let other = Call::CreateTrail { trail: "other-trail".to_owned(), spec: spec() };
    assert!(desk.bad(0.0, other).starts_with("Refused InsufficientS3BucketPolicyException"));
}

#[test]
fn a_trail_is_made_once_and_begins_silent() {
    let mut desk = with_trail();
    assert_eq!(
        desk.bad(0.1, create()),
        "Exists TrailAlreadyExistsException: Trail sitelogix-trail already exists for customer: \
         500313280221"
    );
    assert_eq!(
        desk.bad(0.1, get()),
        "Absent TrailNotFoundException: Unknown trail: sitelogix-trail for the user: 500313280221",
        "not seen yet"
    );
    assert_eq!(desk.good(3.0, status()), "{delivery_error:null,logging:false}");
    assert_eq!(
        desk.good(3.0, Call::GetEventSelectors { trail: TRAIL.to_owned() }),
        "{selectors:{basic:[{data:[],management_events:true,read_write:All}]}}"
    );
}

#[test]
fn logging_starts_stops_and_may_fail_to_deliver() {
    let mut desk = with_trail();
    desk.good(1.0, start());
    desk.good(1.0, start());
    assert_eq!(desk.good(4.0, status()), "{delivery_error:null,logging:true}");
    desk.good(5.0, s3::Call::DeleteBucketPolicy { bucket: LOGS.to_owned() });
    assert_eq!(desk.good(8.0, status()), "{delivery_error:AccessDenied,logging:true}");
    desk.good(8.0, s3::Call::DeleteBucket { bucket: LOGS.to_owned() });
    assert_eq!(desk.good(11.0, status()), "{delivery_error:NoSuchBucket,logging:true}");
    desk.good(11.0, Call::StopLogging { trail: TRAIL.to_owned() });
    assert_eq!(desk.good(11.5, status()), "{delivery_error:NoSuchBucket,logging:true}", "old");
    assert_eq!(desk.good(14.0, status()), "{delivery_error:null,logging:false}");
    assert_eq!(
        desk.effects()[3..5],
        [
            "4 cloudtrail:StartLogging sitelogix-trail".to_owned(),
            "5 cloudtrail:StartLogging sitelogix-trail =".to_owned(),
        ]
    );
}

#[test]
fn selectors_are_replaced_as_a_whole() {
    let mut desk = with_trail();
    let read = || Call::GetEventSelectors { trail: TRAIL.to_owned() };
    desk.good(1.0, put(Selectors::Basic(vec![objects(&["arn:aws:s3:::a/"])])));
    desk.good(2.0, put(Selectors::Basic(vec![objects(&["arn:aws:s3:::b/"])])));
    let shown = desk.good(5.0, read());
    assert!(shown.contains(":::b/") && !shown.contains(":::a/"), "{shown}");
    let advanced = AdvancedSelector { name: "all".to_owned(), fields: vec![category("Data")] };
    desk.good(6.0, put(Selectors::Advanced(vec![advanced])));
    assert!(desk.good(9.0, read()).starts_with("{selectors:{advanced:"), "one kind or the other");
}

fn category(value: &str) -> FieldSelector {
    let conditions = vec![(FieldOperator::Equals, vec![value.to_owned()])];
    FieldSelector { field: "eventCategory".to_owned(), conditions }
}

#[test]
fn an_s3_arn_ends_in_a_slash_or_stands_for_all() {
    let mut desk = with_trail();
    for good in ["arn:aws:s3", "arn:aws:s3:::", "arn:aws:s3:::logs/", "arn:aws:s3:::logs/trail/x"] {
        desk.good(0.0, put(Selectors::Basic(vec![objects(&[good])])));
    }
    for bad in
        ["arn:aws:s3:::logs", "arn:aws:s3:::*", "arn:aws:s3:::logs/*", "logs/", "arn:aws:s3:::/"]
    {
        assert_eq!(
            desk.bad(0.0, put(Selectors::Basic(vec![objects(&[bad])]))),
            format!(
                "Refused InvalidEventSelectorsException: Value {bad} for DataResources.Values is \
                 invalid."
            )
        );
    }
}

#[test]
fn selectors_have_limits() {
    let mut desk = with_trail();
    let refusal = |message: &str| format!("Refused InvalidEventSelectorsException: {message}");
    let one = objects(&["arn:aws:s3:::logs/"]);
    let count = refusal("Specify a valid number of event selectors (1 to 5) for a trail.");
    assert_eq!(desk.bad(0.0, put(Selectors::Basic(Vec::new()))), count);
    assert_eq!(desk.bad(0.0, put(Selectors::Basic(vec![one.clone(); 6]))), count);
    desk.good(0.0, put(Selectors::Basic(vec![one; 5])));

    let arns: Vec<String> = (0..126).map(|n| format!("arn:aws:s3:::bucket-{n}/")).collect();
    let half = objects(&arns.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(
        desk.bad(0.0, put(Selectors::Basic(vec![half.clone(), half]))),
        refusal("Specify a valid number of DataResources.Values (0 to 250) for all your selectors")
    );

    let nothing =
        EventSelector { read_write: ReadWrite::All, management_events: false, data: Vec::new() };
    assert_eq!(
        desk.bad(0.0, put(Selectors::Basic(vec![nothing]))),
        refusal(
            "Invalid combination of parameters in EventSelectors. When includeManagementEvents \
             is false, DataResources must not be empty."
        )
    );
}

#[test]
fn advanced_selectors_have_rules_too() {
    let mut desk = with_trail();
    let advanced = |fields| {
        put(Selectors::Advanced(vec![AdvancedSelector { name: "data".to_owned(), fields }]))
    };
    let field = |field: &str, operator| FieldSelector {
        field: field.to_owned(),
        conditions: vec![(operator, vec!["true".to_owned()])],
    };
    let code = "Refused InvalidEventSelectorsException";
    assert!(desk.bad(0.0, put(Selectors::Advanced(Vec::new()))).starts_with(code));
    assert!(desk.bad(0.0, advanced(Vec::new())).starts_with(code), "no eventCategory");
    let strict = field("readOnly", FieldOperator::NotEquals);
    assert!(desk.bad(0.0, advanced(vec![category("Data"), strict])).starts_with(code));
    let many = FieldSelector {
        field: "resources.ARN".to_owned(),
        conditions: vec![(FieldOperator::StartsWith, vec!["arn:aws:s3:::a/".to_owned(); 500])],
    };
    assert!(desk.bad(0.0, advanced(vec![category("Data"), many])).starts_with(code));
    desk.good(0.0, advanced(vec![category("Data"), field("readOnly", FieldOperator::Equals)]));
}

#[test]
fn names_and_combinations_are_checked() {
    let mut desk = with_trail();
    let named = |name: &str| Call::GetTrail { trail: name.to_owned() };
    for (name, message) in [
        (
            "ab",
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 \
             characters.",
        ),
        ("-trail", "Trail name must starts with a letter or number."),
        ("trail!", "Trail name must ends with a letter or number."),
    ] {
        assert_eq!(
            desk.bad(0.0, named(name)),
            format!("Refused InvalidTrailNameException: {message}")
        );
    }
    let mut partial = spec();
    partial.multi_region = true;
    partial.global_services = false;
    assert_eq!(
        desk.bad(0.0, Call::UpdateTrail { trail: TRAIL.to_owned(), spec: partial }),
        "Refused InvalidParameterCombinationException: Multi-Region trail must include global \
         service events."
    );
}

#[test]
fn a_trail_is_changed_and_deleted_by_name_or_arn() {
    let mut desk = with_trail();
    let arn = "arn:aws:cloudtrail:us-east-1:500313280221:trail/sitelogix-trail".to_owned();
    let mut wide = spec();
    wide.multi_region = true;
    desk.good(1.0, Call::UpdateTrail { trail: arn.clone(), spec: wide });
    assert!(desk.good(4.0, get()).contains("multi_region:true"));
    desk.good(5.0, Call::DeleteTrail { trail: arn.clone() });
    let unknown = "Absent TrailNotFoundException: Unknown trail: sitelogix-trail for the user: \
                   500313280221";
    assert_eq!(desk.bad(5.0, Call::DeleteTrail { trail: arn }), unknown);
    assert_eq!(desk.bad(8.0, get()), unknown);
    assert_eq!(desk.bad(8.0, start()), unknown);
}
