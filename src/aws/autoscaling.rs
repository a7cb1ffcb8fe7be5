//! Application Auto Scaling.

use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{
    MetricType, PolicyType, PredefinedMetricSpecification, ScalableDimension,
    ScalableTarget as SdkTarget, ScalingPolicy as SdkPolicy, ServiceNamespace, SuspendedState,
    TargetTrackingScalingPolicyConfiguration,
};

use super::MOST_PAGES;
use super::ending::{invalid, too_many_pages, unbuilt, unreadable};
use super::sending::{Sending, answer, sent};
use crate::cloud::autoscaling::{
    Call, Dimension, Reply, Scalable, ScalableTarget, ScalingPolicy, Tracking,
};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn send(client: &Client, sending: &Sending, call: Call) -> Outcome {
    match call {
        Call::DescribeScalableTargets {} => targets(client, sending).await,
        Call::RegisterScalableTarget { of, min, max } => {
            register(client, sending, of, min, max).await
        }
        Call::DeregisterScalableTarget { of } => deregister(client, sending, of).await,
        Call::DescribeScalingPolicies {} => policies(client, sending).await,
        Call::PutScalingPolicy { of, name, tracking } => {
            put_policy(client, sending, of, name, tracking).await
        }
        Call::DeleteScalingPolicy { of, name } => delete_policy(client, sending, of, name).await,
    }
}

async fn targets(client: &Client, sending: &Sending) -> Outcome {
    let mut targets = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client
            .describe_scalable_targets()
            .service_namespace(ServiceNamespace::Dynamodb)
            .set_next_token(token);
        let output = sent!(sending, request)?;
        for found in output.scalable_targets() {
            targets.push(target(found)?);
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            targets.sort_by(|a, b| a.of.cmp(&b.of));
            return answer(cloud::Reply::AutoScaling(Reply::Targets { targets }), &output);
        }
    }
    Err(too_many_pages())
}

async fn policies(client: &Client, sending: &Sending) -> Outcome {
    let mut policies = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client
            .describe_scaling_policies()
            .service_namespace(ServiceNamespace::Dynamodb)
            .set_next_token(token);
        let output = sent!(sending, request)?;
        for found in output.scaling_policies() {
            policies.push(policy(found)?);
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            policies.sort_by(|a, b| (&a.of, &a.name).cmp(&(&b.of, &b.name)));
            return answer(cloud::Reply::AutoScaling(Reply::Policies { policies }), &output);
        }
    }
    Err(too_many_pages())
}

async fn register(client: &Client, sending: &Sending, of: Scalable, min: u32, max: u32) -> Outcome {
    let request = client
        .register_scalable_target()
        .service_namespace(ServiceNamespace::Dynamodb)
        .scalable_dimension(dimension_to_sdk(of.dimension))
        .resource_id(of.resource)
        .min_capacity(whole(min)?)
        .max_capacity(whole(max)?);
    let output = sent!(sending, request)?;
    answer(cloud::Reply::AutoScaling(Reply::Done {}), &output)
}

async fn deregister(client: &Client, sending: &Sending, of: Scalable) -> Outcome {
    let request = client
        .deregister_scalable_target()
        .service_namespace(ServiceNamespace::Dynamodb)
        .scalable_dimension(dimension_to_sdk(of.dimension))
        .resource_id(of.resource);
    let output = sent!(sending, request)?;
    answer(cloud::Reply::AutoScaling(Reply::Done {}), &output)
}

async fn put_policy(
    client: &Client,
    sending: &Sending,
    of: Scalable,
    name: String,
    tracking: Tracking,
) -> Outcome {
    let metric = PredefinedMetricSpecification::builder()
        .predefined_metric_type(metric_to_sdk(of.dimension))
        .build()
        .map_err(unbuilt)?;
    let cooldown = |seconds: Option<u32>| seconds.map(whole).transpose();
    let configuration = TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(tracking.target_utilization)
        .predefined_metric_specification(metric)
        .set_scale_in_cooldown(cooldown(tracking.scale_in_cooldown_seconds)?)
        .set_scale_out_cooldown(cooldown(tracking.scale_out_cooldown_seconds)?)
        .disable_scale_in(tracking.disable_scale_in)
        .build()
        .map_err(unbuilt)?;
    let request = client
        .put_scaling_policy()
        .policy_name(name)
        .policy_type(PolicyType::TargetTrackingScaling)
        .service_namespace(ServiceNamespace::Dynamodb)
        .scalable_dimension(dimension_to_sdk(of.dimension))
        .resource_id(of.resource)
        .target_tracking_scaling_policy_configuration(configuration);
    let output = sent!(sending, request)?;
    answer(cloud::Reply::AutoScaling(Reply::Done {}), &output)
}

async fn delete_policy(client: &Client, sending: &Sending, of: Scalable, name: String) -> Outcome {
    let request = client
        .delete_scaling_policy()
        .policy_name(name)
        .service_namespace(ServiceNamespace::Dynamodb)
        .scalable_dimension(dimension_to_sdk(of.dimension))
        .resource_id(of.resource);
    let output = sent!(sending, request)?;
    answer(cloud::Reply::AutoScaling(Reply::Done {}), &output)
}

fn target(found: &SdkTarget) -> Result<ScalableTarget, CallError> {
    let suspends = |state: &SuspendedState| {
        state.dynamic_scaling_in_suspended() == Some(true)
            || state.dynamic_scaling_out_suspended() == Some(true)
    };
    Ok(ScalableTarget {
        of: scalable(found.resource_id(), found.scalable_dimension())?,
        min: units("MinCapacity", found.min_capacity())?,
        max: units("MaxCapacity", found.max_capacity())?,
        suspended: found.suspended_state().is_some_and(suspends),
    })
}

fn policy(found: &SdkPolicy) -> Result<ScalingPolicy, CallError> {
    let of = scalable(found.resource_id(), found.scalable_dimension())?;
    let tracking = found
        .target_tracking_scaling_policy_configuration()
        .filter(|of_policy| {
            let metric = of_policy.predefined_metric_specification();
            let metric = metric.map(|metric| metric.predefined_metric_type().as_str());
            metric == Some(of.dimension.metric())
        })
        .map(|of_policy| {
            let seconds = |name, found: Option<i32>| found.map(|n| units(name, n)).transpose();
            Ok::<_, CallError>(Tracking {
                target_utilization: of_policy.target_value(),
                scale_in_cooldown_seconds: seconds(
                    "ScaleInCooldown",
                    of_policy.scale_in_cooldown(),
                )?,
                scale_out_cooldown_seconds: seconds(
                    "ScaleOutCooldown",
                    of_policy.scale_out_cooldown(),
                )?,
                disable_scale_in: of_policy.disable_scale_in().unwrap_or(false),
            })
        })
        .transpose()?;
    Ok(ScalingPolicy { of, name: found.policy_name().to_owned(), tracking })
}

fn scalable(resource: &str, dimension: &ScalableDimension) -> Result<Scalable, CallError> {
    let dimension = match dimension {
        ScalableDimension::DynamoDbTableReadCapacityUnits => Dimension::TableRead,
        ScalableDimension::DynamoDbTableWriteCapacityUnits => Dimension::TableWrite,
        ScalableDimension::DynamoDbIndexReadCapacityUnits => Dimension::IndexRead,
        ScalableDimension::DynamoDbIndexWriteCapacityUnits => Dimension::IndexWrite,
        other => return Err(unreadable("ScalableDimension", other.as_str())),
    };
    Ok(Scalable { resource: resource.to_owned(), dimension })
}

const fn dimension_to_sdk(dimension: Dimension) -> ScalableDimension {
    match dimension {
        Dimension::TableRead => ScalableDimension::DynamoDbTableReadCapacityUnits,
        Dimension::TableWrite => ScalableDimension::DynamoDbTableWriteCapacityUnits,
        Dimension::IndexRead => ScalableDimension::DynamoDbIndexReadCapacityUnits,
        Dimension::IndexWrite => ScalableDimension::DynamoDbIndexWriteCapacityUnits,
    }
}

const fn metric_to_sdk(dimension: Dimension) -> MetricType {
    if dimension.is_read() {
        MetricType::DynamoDbReadCapacityUtilization
    } else {
        MetricType::DynamoDbWriteCapacityUtilization
    }
}

fn whole(number: u32) -> Result<i32, CallError> {
    i32::try_from(number).map_err(|_| invalid(format!("{number} is too large a number")))
}

fn units(member: &str, number: i32) -> Result<u32, CallError> {
    u32::try_from(number).map_err(|_| unreadable(member, &number.to_string()))
}
