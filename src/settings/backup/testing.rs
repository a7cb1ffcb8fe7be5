//! What the tests of this folder share: a target, and endings as AWS gives them.

use super::super::Target;
use crate::cloud::backup::{Reply, Vault};
use crate::cloud::{self, Answer, CallError, Ending, Outcome, Place};

pub(super) fn on(name: &str) -> Target {
    Target { place: Place::new("500313280221", "us-east-1"), name: name.to_owned() }
}

pub(super) fn said(reply: Reply) -> Outcome {
    Ok(Answer { reply: cloud::Reply::Backup(reply), request_id: None })
}

pub(super) fn absent() -> Outcome {
    Err(CallError::new(Ending::Absent, "ResourceNotFoundException", "not there"))
}

pub(super) fn failed(ending: Ending) -> Outcome {
    Err(CallError::new(ending, "SomeError", "something else"))
}

/// An empty vault without a lock.
pub(super) fn vault_of(name: &str) -> Vault {
    Vault {
        arn: on(name).place.arn("backup", &format!("backup-vault:{name}")),
        encryption_key: None,
        recovery_points: 0,
        lock: None,
        lock_date: None,
    }
}
