//! The simulated STS: whoever practises is always the same operator.

use crate::cloud::sts::{Call, Identity, Reply};

use super::moment::{Carried, Moment, read};

/// Carries out one STS call.
pub fn call(call: &Call, at: &Moment) -> Carried<Reply> {
    match call {
        Call::GetCallerIdentity {} => {
            read(Reply::Identity(Identity { account: at.place.account.clone(), arn: operator(at) }))
        }
    }
}

/// ARN of the one who practises.
pub fn operator(at: &Moment) -> String {
    let partition = at.place.partition();
    format!("arn:{partition}:sts::{}:assumed-role/practice/operator", at.place.account)
}
