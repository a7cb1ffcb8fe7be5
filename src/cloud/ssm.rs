//! AWS Systems Manager: parameters that say where something is.

use serde::{Deserialize, Serialize};

use super::Operation;
use super::operation::operations;

/// An operation of AWS Systems Manager with its parameters.
///
/// Only parameters of the type `String`: one that is a secret is never read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `GetParameter`, without decryption.
    GetParameter {
        /// Its full name: `/sitelogix/prod/audio-bucket`.
        parameter: String,
    },
    /// `PutParameter` with the type `String`.
    PutParameter {
        /// Its full name.
        parameter: String,
        /// Its new value.
        value: String,
        /// Whether it replaces the value that is there; without it AWS refuses a name that is
        /// taken.
        overwrite: bool,
    },
    /// `DeleteParameter`, with all its versions.
    DeleteParameter {
        /// Its full name.
        parameter: String,
    },
}

/// What AWS Systems Manager answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::GetParameter`].
    Parameter {
        /// Its value.
        value: String,
        /// The number of this version of it, from 1.
        version: u64,
    },
    /// To [`Call::PutParameter`].
    Version {
        /// The number of the new version.
        version: u64,
    },
    /// To [`Call::DeleteParameter`].
    Done {},
}

operations! {
    "ssm"
    read {
        GET_PARAMETER "GetParameter" "ssm:GetParameter";
    }
    change {
        DELETE_PARAMETER "DeleteParameter" ["ssm:DeleteParameter"] Change Refused "GetParameter";
        PUT_PARAMETER "PutParameter" ["ssm:PutParameter"] Change Same "GetParameter";
    }
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::GetParameter { .. } => &GET_PARAMETER,
            Self::PutParameter { .. } => &PUT_PARAMETER,
            Self::DeleteParameter { .. } => &DELETE_PARAMETER,
        }
    }

    /// The parameter that the call is about.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::GetParameter { parameter }
            | Self::PutParameter { parameter, .. }
            | Self::DeleteParameter { parameter } => Some(parameter),
        }
    }
}
