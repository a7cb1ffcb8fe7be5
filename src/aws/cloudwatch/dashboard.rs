//! Dashboards of CloudWatch.

use aws_sdk_cloudwatch::Client;

use super::super::ending::needed;
use super::super::sending::{Sending, answer, sent};
use crate::cloud::cloudwatch::Reply;
use crate::cloud::{self, Outcome};

pub(super) async fn get(client: &Client, sending: &Sending, dashboard: String) -> Outcome {
    let output = sent!(sending, client.get_dashboard().dashboard_name(dashboard))?;
    let body = needed(output.dashboard_body(), "DashboardBody")?.to_owned();
    answer(cloud::Reply::CloudWatch(Reply::Dashboard { body }), &output)
}

pub(super) async fn put(
    client: &Client,
    sending: &Sending,
    dashboard: String,
    body: String,
) -> Outcome {
    let request = client.put_dashboard().dashboard_name(dashboard).dashboard_body(body);
    let output = sent!(sending, request)?;
    let remarks = output.dashboard_validation_messages().iter().map(|remark| {
        let (path, message) = (remark.data_path(), remark.message());
        [path, message].into_iter().flatten().collect::<Vec<_>>().join(": ")
    });
    let reply = Reply::DashboardPut { remarks: remarks.collect() };
    answer(cloud::Reply::CloudWatch(reply), &output)
}

pub(super) async fn delete(client: &Client, sending: &Sending, dashboard: String) -> Outcome {
    let output = sent!(sending, client.delete_dashboards().dashboard_names(dashboard))?;
    answer(cloud::Reply::CloudWatch(Reply::Done {}), &output)
}
