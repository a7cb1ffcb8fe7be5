//! AWS Security Token Service: who is asking.

use serde::{Deserialize, Serialize};

use super::Operation;
use super::operation::operations;

/// An STS operation with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `GetCallerIdentity`: needs no permission and cannot be denied; the account guard.
    GetCallerIdentity {},
}

/// What STS answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::GetCallerIdentity`].
    Identity(Identity),
}

/// Who the credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The twelve-digit account id.
    pub account: String,
    /// The ARN of the user or assumed role.
    pub arn: String,
}

operations! {
    "sts"
    read {
        GET_CALLER_IDENTITY "GetCallerIdentity" "sts:GetCallerIdentity";
    }
    change {
    }
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::GetCallerIdentity {} => &GET_CALLER_IDENTITY,
        }
    }
}
