//! Auto scaling of tables, against winterbaume, an emulator inside this process: ministack has no
//! Application Auto Scaling.

use muster::aws::Live;
use muster::cloud::autoscaling::{
    Call, Dimension, Reply, Scalable, ScalableTarget, ScalingPolicy, Tracking,
};
use muster::cloud::{self};
use winterbaume_applicationautoscaling::ApplicationAutoScalingService;
use winterbaume_core::MockAws;

use crate::support::{self, ACCOUNT, REGION, connection};

pub async fn in_process() -> Live {
    let mock = MockAws::builder().with_service(ApplicationAutoScalingService::new()).build();
    let config = mock.sdk_config(REGION).await;
    Live::from_sdk_config(&config, &connection("https://aws.invalid", REGION, ACCOUNT))
}

async fn reply(live: &Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::AutoScaling(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

fn targets(found: &Reply) -> &[ScalableTarget] {
    match found {
        Reply::Targets { targets } => targets,
        other => unreachable!("{other:?}"),
    }
}

/// Reads and writes of a table and of an index of it.
fn four() -> [Scalable; 4] {
    let of = |index, read| Scalable::of("sitelogix-work-logs", index, read);
    [of(None, true), of(None, false), of(Some("TeamIndex"), true), of(Some("TeamIndex"), false)]
}

#[tokio::test]
async fn every_dimension_is_registered_given_a_policy_and_read_back() {
    let live = in_process().await;
    for (n, of) in (1_u32..).zip(four()) {
        let call = Call::RegisterScalableTarget { of: of.clone(), min: n, max: 10 * n };
        assert_eq!(reply(&live, call).await, Reply::Done {});
        let tracking = Tracking {
            target_utilization: 70.5,
            scale_in_cooldown_seconds: (n % 2 == 0).then_some(60 * n),
            scale_out_cooldown_seconds: (n % 2 == 1).then_some(30 * n),
            disable_scale_in: n == 3,
        };
        let call = Call::PutScalingPolicy { of, name: format!("policy-{n}"), tracking };
        assert_eq!(reply(&live, call).await, Reply::Done {});
    }
    let found = reply(&live, Call::DescribeScalableTargets {}).await;
    let order: Vec<_> = targets(&found).iter().map(|target| target.of.dimension).collect();
    use Dimension::{IndexRead, IndexWrite, TableRead, TableWrite};
    assert_eq!(order, [TableRead, TableWrite, IndexRead, IndexWrite]);
    for (n, (of, target)) in (1_u32..).zip(four().iter().zip(targets(&found))) {
        let wanted = ScalableTarget { of: of.clone(), min: n, max: 10 * n, suspended: false };
        assert_eq!(*target, wanted);
    }
    let Reply::Policies { policies } = reply(&live, Call::DescribeScalingPolicies {}).await else {
        unreachable!("policies")
    };
    let third = ScalingPolicy {
        of: four()[2].clone(),
        name: "policy-3".to_owned(),
        tracking: Some(Tracking {
            target_utilization: 70.5,
            scale_in_cooldown_seconds: None,
            scale_out_cooldown_seconds: Some(90),
            disable_scale_in: true,
        }),
    };
    assert_eq!((policies.len(), &policies[2]), (4, &third));
}

#[tokio::test]
async fn a_policy_of_another_kind_is_told_from_ours_and_suspended_scaling_is_seen() {
    let mock = MockAws::builder().with_service(ApplicationAutoScalingService::new()).build();
    let config = mock.sdk_config(REGION).await;
    let live = Live::from_sdk_config(&config, &connection("https://aws.invalid", REGION, ACCOUNT));
    let second = aws_sdk_applicationautoscaling::Client::new(&config);
    use aws_sdk_applicationautoscaling::types::{
        MetricType, PolicyType, PredefinedMetricSpecification, ScalableDimension, ServiceNamespace,
        SuspendedState, TargetTrackingScalingPolicyConfiguration,
    };
    second
        .register_scalable_target()
        .service_namespace(ServiceNamespace::Dynamodb)
        .scalable_dimension(ScalableDimension::DynamoDbTableReadCapacityUnits)
        .resource_id("table/sitelogix-work-logs")
        .min_capacity(1)
        .max_capacity(9)
        .suspended_state(SuspendedState::builder().dynamic_scaling_out_suspended(true).build())
        .send()
        .await
        .expect("a target");
    let metric = PredefinedMetricSpecification::builder()
        .predefined_metric_type(MetricType::DynamoDbWriteCapacityUtilization)
        .build()
        .expect("a metric");
    let tracking = TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(50.0)
        .predefined_metric_specification(metric)
        .build()
        .expect("a configuration");
    second
        .put_scaling_policy()
        .policy_name("of-writes")
        .policy_type(PolicyType::TargetTrackingScaling)
        .service_namespace(ServiceNamespace::Dynamodb)
        .scalable_dimension(ScalableDimension::DynamoDbTableReadCapacityUnits)
        .resource_id("table/sitelogix-work-logs")
        .target_tracking_scaling_policy_configuration(tracking)
        .send()
        .await
        .expect("a policy");
    let found = reply(&live, Call::DescribeScalableTargets {}).await;
    assert!(targets(&found)[0].suspended, "{found:?}");
    let Reply::Policies { policies } = reply(&live, Call::DescribeScalingPolicies {}).await else {
        unreachable!("policies")
    };
    assert_eq!((policies[0].name.as_str(), &policies[0].tracking), ("of-writes", &None));
}
