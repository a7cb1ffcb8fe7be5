//! AWS CloudTrail.

mod selectors;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::operation::create_trail::CreateTrailOutput;
use aws_sdk_cloudtrail::operation::update_trail::UpdateTrailOutput;
use aws_sdk_cloudtrail::types::Trail;

use super::ending::needed;
use super::sending::{Sending, answer, sent};
use crate::cloud::cloudtrail::{Call, Reply, Selectors, TrailSpec};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn send(client: &Client, sending: &Sending, call: Call) -> Outcome {
    match call {
        Call::GetTrail { trail } => get_trail(client, sending, trail).await,
        Call::CreateTrail { trail, spec } => create_trail(client, sending, trail, spec).await,
        Call::UpdateTrail { trail, spec } => update_trail(client, sending, trail, spec).await,
        Call::DeleteTrail { trail } => delete_trail(client, sending, trail).await,
        Call::GetEventSelectors { trail } => get_event_selectors(client, sending, trail).await,
        Call::PutEventSelectors { trail, selectors } => {
            put_event_selectors(client, sending, trail, selectors).await
        }
        Call::GetTrailStatus { trail } => get_trail_status(client, sending, trail).await,
        Call::StartLogging { trail } => start_logging(client, sending, trail).await,
        Call::StopLogging { trail } => stop_logging(client, sending, trail).await,
    }
}

async fn get_trail(client: &Client, sending: &Sending, trail: String) -> Outcome {
    let output = sent!(sending, client.get_trail().name(trail))?;
    answer(described(needed(output.trail(), "Trail")?)?, &output)
}

async fn create_trail(
    client: &Client,
    sending: &Sending,
    trail: String,
    spec: TrailSpec,
) -> Outcome {
    let prefix = (!spec.prefix.is_empty()).then_some(spec.prefix);
    let request = client
        .create_trail()
        .name(trail)
        .s3_bucket_name(spec.bucket)
        .set_s3_key_prefix(prefix)
        .is_multi_region_trail(spec.multi_region)
        .include_global_service_events(spec.global_services)
        .enable_log_file_validation(spec.log_file_validation);
    let output = sent!(sending, request)?;
    answer(described(&of_creation(&output))?, &output)
}

/// Every member is sent, the empty prefix too: what is left out stays as it was.
async fn update_trail(
    client: &Client,
    sending: &Sending,
    trail: String,
    spec: TrailSpec,
) -> Outcome {
    let request = client
        .update_trail()
        .name(trail)
        .s3_bucket_name(spec.bucket)
        .s3_key_prefix(spec.prefix)
        .is_multi_region_trail(spec.multi_region)
        .include_global_service_events(spec.global_services)
        .enable_log_file_validation(spec.log_file_validation);
    let output = sent!(sending, request)?;
    answer(described(&of_update(&output))?, &output)
}

async fn delete_trail(client: &Client, sending: &Sending, trail: String) -> Outcome {
    let output = sent!(sending, client.delete_trail().name(trail))?;
    answer(cloud::Reply::CloudTrail(Reply::Done {}), &output)
}

async fn get_event_selectors(client: &Client, sending: &Sending, trail: String) -> Outcome {
    let output = sent!(sending, client.get_event_selectors().trail_name(trail))?;
    let selectors =
        selectors::from_sdk(output.event_selectors(), output.advanced_event_selectors())?;
    answer(cloud::Reply::CloudTrail(Reply::Selectors { selectors }), &output)
}

async fn put_event_selectors(
    client: &Client,
    sending: &Sending,
    trail: String,
    selectors: Selectors,
) -> Outcome {
    let request = client.put_event_selectors().trail_name(trail);
    let request = match selectors {
        Selectors::Basic(list) => {
            request.set_event_selectors(Some(list.into_iter().map(selectors::to_sdk).collect()))
        }
        Selectors::Advanced(list) => {
            let list: Result<_, _> = list.into_iter().map(selectors::advanced_to_sdk).collect();
            request.set_advanced_event_selectors(Some(list?))
        }
    };
    let output = sent!(sending, request)?;
    let selectors =
        selectors::from_sdk(output.event_selectors(), output.advanced_event_selectors())?;
    answer(cloud::Reply::CloudTrail(Reply::Selectors { selectors }), &output)
}

async fn get_trail_status(client: &Client, sending: &Sending, trail: String) -> Outcome {
    let output = sent!(sending, client.get_trail_status().name(trail))?;
    let reply = Reply::Status {
        logging: needed(output.is_logging(), "IsLogging")?,
        delivery_error: output
            .latest_delivery_error()
            .filter(|error| !error.is_empty())
            .map(str::to_owned),
    };
    answer(cloud::Reply::CloudTrail(reply), &output)
}

async fn start_logging(client: &Client, sending: &Sending, trail: String) -> Outcome {
    let output = sent!(sending, client.start_logging().name(trail))?;
    answer(cloud::Reply::CloudTrail(Reply::Done {}), &output)
}

async fn stop_logging(client: &Client, sending: &Sending, trail: String) -> Outcome {
    let output = sent!(sending, client.stop_logging().name(trail))?;
    answer(cloud::Reply::CloudTrail(Reply::Done {}), &output)
}

fn of_creation(output: &CreateTrailOutput) -> Trail {
    Trail::builder()
        .set_trail_arn(output.trail_arn.clone())
        .set_s3_bucket_name(output.s3_bucket_name.clone())
        .set_s3_key_prefix(output.s3_key_prefix.clone())
        .set_is_multi_region_trail(output.is_multi_region_trail)
        .set_include_global_service_events(output.include_global_service_events)
        .set_log_file_validation_enabled(output.log_file_validation_enabled)
        .build()
}

fn of_update(output: &UpdateTrailOutput) -> Trail {
    Trail::builder()
        .set_trail_arn(output.trail_arn.clone())
        .set_s3_bucket_name(output.s3_bucket_name.clone())
        .set_s3_key_prefix(output.s3_key_prefix.clone())
        .set_is_multi_region_trail(output.is_multi_region_trail)
        .set_include_global_service_events(output.include_global_service_events)
        .set_log_file_validation_enabled(output.log_file_validation_enabled)
        .build()
}

fn described(trail: &Trail) -> Result<cloud::Reply, CallError> {
    let arn = needed(trail.trail_arn(), "TrailARN")?;
    // Only GetTrail names the home Region; the ARN always holds it.
    let home = trail.home_region().or_else(|| arn.split(':').nth(3));
    Ok(cloud::Reply::CloudTrail(Reply::Trail {
        arn: arn.to_owned(),
        home_region: needed(home, "HomeRegion")?.to_owned(),
        spec: TrailSpec {
            bucket: needed(trail.s3_bucket_name(), "S3BucketName")?.to_owned(),
            prefix: trail.s3_key_prefix().unwrap_or_default().to_owned(),
            multi_region: trail.is_multi_region_trail().unwrap_or(false),
            global_services: trail.include_global_service_events().unwrap_or(false),
            log_file_validation: trail.log_file_validation_enabled().unwrap_or(false),
        },
    }))
}
