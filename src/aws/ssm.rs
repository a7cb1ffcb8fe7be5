//! AWS Systems Manager.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::ParameterType;

use super::ending::{beyond, needed, unreadable};
use super::sending::{Sending, answer, sent};
use crate::cloud::ssm::{Call, Reply};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn send(client: &Client, sending: &Sending, call: Call) -> Outcome {
    match call {
        Call::GetParameter { parameter } => get_parameter(client, sending, parameter).await,
        Call::PutParameter { parameter, value, overwrite } => {
            put_parameter(client, sending, parameter, value, overwrite).await
        }
        Call::DeleteParameter { parameter } => {
            let output = sent!(sending, client.delete_parameter().name(parameter))?;
            answer(cloud::Reply::Ssm(Reply::Done {}), &output)
        }
    }
}

async fn get_parameter(client: &Client, sending: &Sending, parameter: String) -> Outcome {
    // Without decryption: a secret stays one.
    let request = client.get_parameter().name(parameter).with_decryption(false);
    let output = sent!(sending, request)?;
    let found = needed(output.parameter(), "Parameter")?;
    match needed(found.r#type(), "Type")? {
        ParameterType::String => {}
        other => return Err(beyond(&format!("the type {} of a parameter", other.as_str()))),
    }
    // Read through it, a value that only looks right would be taken for one that is.
    if found.data_type().is_some_and(|kind| kind != "text") {
        return Err(beyond("DataType of a parameter"));
    }
    let reply = Reply::Parameter {
        value: needed(found.value(), "Value")?.to_owned(),
        version: version(found.version())?,
    };
    answer(cloud::Reply::Ssm(reply), &output)
}

async fn put_parameter(
    client: &Client,
    sending: &Sending,
    parameter: String,
    value: String,
    overwrite: bool,
) -> Outcome {
    let request = client
        .put_parameter()
        .name(parameter)
        .value(value)
        .r#type(ParameterType::String)
        .overwrite(overwrite);
    let output = sent!(sending, request)?;
    let reply = Reply::Version { version: version(output.version())? };
    answer(cloud::Reply::Ssm(reply), &output)
}

fn version(number: i64) -> Result<u64, CallError> {
    u64::try_from(number).map_err(|_| unreadable("Version", &number.to_string()))
}
