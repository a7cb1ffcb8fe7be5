//! How a call can end badly, in classes that decide what may be done next.

use serde::{Deserialize, Serialize};

/// A call that did not answer with a reply.
///
/// `code` and `message` are AWS's own words: untrusted text, made visible where it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CallError {
    /// The class of the ending.
    pub ending: Ending,
    /// AWS's error code (`ResourceInUseException`), or ours for the transport (`Timeout`).
    pub code: String,
    /// AWS's message.
    pub message: String,
    /// AWS's request id, when there was one.
    pub request_id: Option<String>,
    /// What to do, where whoever carries calls out knows it better than the class tells: the command
    /// that logs this very profile in. No full stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// The class of a bad ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The identity may not do this. Not applied.
    Denied,
    /// Too many calls; the same call may be sent later. Not applied.
    Throttled,
    /// The resource, or this part of its configuration, is not there. Not applied.
    Absent,
    /// It exists already. Not applied.
    Exists,
    /// The resource is busy with another change; later it may work. Not applied.
    InUse,
    /// AWS refuses the parameters or the state. Not applied.
    Refused,
    /// The credentials have expired, or there are none. Not applied.
    Expired,
    /// The clock of this machine is wrong, so AWS does not take the signature. Not applied.
    ClockSkew,
    /// The resource lives in another Region. Not applied.
    WrongRegion,
    /// The request never left: no connection. Not applied.
    NotSent,
    /// The request may have arrived and may have been applied: nobody saw the end.
    Unknown,
}

impl Ending {
    /// Every class, for tests and documents.
    pub const ALL: [Self; 11] = [
        Self::Denied,
        Self::Throttled,
        Self::Absent,
        Self::Exists,
        Self::InUse,
        Self::Refused,
        Self::Expired,
        Self::ClockSkew,
        Self::WrongRegion,
        Self::NotSent,
        Self::Unknown,
    ];

    /// True when the call certainly changed nothing.
    pub const fn not_applied(self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// True when nothing was applied and the very same call may succeed a little later.
    pub const fn passes(self) -> bool {
        matches!(self, Self::Throttled | Self::InUse | Self::NotSent)
    }

    /// True when nothing goes on before a person has set this machine right: its login, its clock.
    pub const fn pauses(self) -> bool {
        matches!(self, Self::Expired | Self::ClockSkew)
    }
}

impl CallError {
    /// An error with a class, a code and a message.
    pub fn new(ending: Ending, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { ending, code, message, request_id: None, advice: None }
    }
}
