//! Trails.

use muster::aws::Live;
use muster::cloud::cloudtrail::{
    AdvancedSelector, Call, DataResource, EventSelector, FieldOperator, FieldSelector, ReadWrite,
    Reply, Selectors, TrailSpec,
};
use muster::cloud::{self, Ending, s3};

use crate::emulator;
use crate::support::{self, ACCOUNT, REGION, ending, live};

async fn reply(live: &Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::CloudTrail(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

fn audit() -> String {
    "sitelogix-audit".to_owned()
}

fn spec() -> TrailSpec {
    TrailSpec {
        bucket: "sitelogix-audit-logs".to_owned(),
        prefix: "trail".to_owned(),
        multi_region: true,
        global_services: true,
        log_file_validation: true,
    }
}

fn described(spec: TrailSpec) -> Reply {
    Reply::Trail {
        arn: format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/sitelogix-audit"),
        home_region: REGION.to_owned(),
        spec,
    }
}

async fn make(live: &Live) -> Reply {
    let bucket = spec().bucket;
    support::reply(live, s3::Call::CreateBucket { bucket, object_lock: false }).await;
    reply(live, Call::CreateTrail { trail: audit(), spec: spec() }).await
}

#[tokio::test]
async fn a_trail_is_made_changed_and_deleted() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    assert_eq!(make(&live).await, described(spec()));
    let read = Call::GetTrail { trail: audit() };
    assert_eq!(reply(&live, read.clone()).await, described(spec()));
    let again = Call::CreateTrail { trail: audit(), spec: spec() };
    let exists = (Ending::Exists, "TrailAlreadyExistsException".to_owned());
    assert_eq!(ending(&live, again).await, exists);

    let narrow = TrailSpec { multi_region: false, log_file_validation: false, ..spec() };
    let update = Call::UpdateTrail { trail: audit(), spec: narrow.clone() };
    assert_eq!(reply(&live, update).await, described(narrow.clone()));
    assert_eq!(reply(&live, read.clone()).await, described(narrow));

    assert_eq!(reply(&live, Call::DeleteTrail { trail: audit() }).await, Reply::Done {});
    let absent = (Ending::Absent, "TrailNotFoundException".to_owned());
    assert_eq!(ending(&live, read).await, absent);
}

#[tokio::test]
async fn a_trail_records_when_it_is_told_to() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live).await;
    let read = Call::GetTrailStatus { trail: audit() };
    let logging = |logging| Reply::Status { logging, delivery_error: None };
    assert_eq!(reply(&live, read.clone()).await, logging(false));
    assert_eq!(reply(&live, Call::StartLogging { trail: audit() }).await, Reply::Done {});
    assert_eq!(reply(&live, read.clone()).await, logging(true));
    assert_eq!(reply(&live, Call::StopLogging { trail: audit() }).await, Reply::Done {});
    assert_eq!(reply(&live, read).await, logging(false));
}

#[tokio::test]
async fn selectors_of_both_kinds_replace_the_whole_list() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live).await;
    let read = Call::GetEventSelectors { trail: audit() };

    let basic = Selectors::Basic(vec![EventSelector {
        read_write: ReadWrite::WriteOnly,
        management_events: true,
        data: vec![DataResource {
            kind: "AWS::S3::Object".to_owned(),
            arns: vec!["arn:aws:s3:::sitelogix-files/".to_owned()],
        }],
    }]);
    let put = Call::PutEventSelectors { trail: audit(), selectors: basic.clone() };
    let expected = Reply::Selectors { selectors: basic };
    assert_eq!(reply(&live, put).await, expected);
    assert_eq!(reply(&live, read.clone()).await, expected);

    let field = |field: &str, operator, value: &str| FieldSelector {
        field: field.to_owned(),
        conditions: vec![(operator, vec![value.to_owned()])],
    };
    let advanced = Selectors::Advanced(vec![AdvancedSelector {
        name: "Objects".to_owned(),
        fields: vec![
            field("eventCategory", FieldOperator::Equals, "Data"),
            field("resources.type", FieldOperator::Equals, "AWS::S3::Object"),
            field("resources.ARN", FieldOperator::StartsWith, "arn:aws:s3:::sitelogix-files/"),
        ],
    }]);
    let put = Call::PutEventSelectors { trail: audit(), selectors: advanced.clone() };
    let expected = Reply::Selectors { selectors: advanced };
    assert_eq!(reply(&live, put).await, expected);
    assert_eq!(reply(&live, read).await, expected);
}

#[tokio::test]
async fn a_trail_that_is_not_there_is_absent() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let selectors = Selectors::Basic(Vec::new());
    let calls = [
        Call::GetTrail { trail: audit() },
        Call::UpdateTrail { trail: audit(), spec: spec() },
        Call::DeleteTrail { trail: audit() },
        Call::GetEventSelectors { trail: audit() },
        Call::PutEventSelectors { trail: audit(), selectors },
        Call::GetTrailStatus { trail: audit() },
        Call::StartLogging { trail: audit() },
        Call::StopLogging { trail: audit() },
    ];
    for call in calls {
        let name = call.operation().name;
        let absent = (Ending::Absent, "TrailNotFoundException".to_owned());
        assert_eq!(ending(&live, call).await, absent, "{name}");
    }
}
