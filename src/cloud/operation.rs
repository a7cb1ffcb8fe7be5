//! What is known about an AWS operation before it is sent.

use serde::{Deserialize, Serialize};

/// The facts about one AWS operation.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Operation {
    /// Service as it stands in IAM actions: `dynamodb`.
    pub service: &'static str,
    /// AWS's own name: `UpdateTable`.
    pub name: &'static str,
    /// IAM actions that the caller needs.
    pub iam: &'static [&'static str],
    /// What it does to the account.
    pub effect: Effect,
}

/// What an operation does to the account.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Nothing: it can be sent any number of times.
    Read,
    /// Something changes.
    Change {
        /// The least danger of such a change; a setting may judge a given change worse.
        danger: Danger,
        /// What happens when the very same call is sent twice.
        repeat: Repeat,
        /// The operations that show whether it was applied.
        read_back: &'static [&'static str],
    },
}

/// How dangerous a change is; decides what a person must do to confirm it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// Nothing changes.
    Read,
    /// Something changes, and undo brings it back exactly.
    Change,
    /// Something is lost, or undo is not exact.
    Destroy,
    /// Nothing brings it back.
    Irreversible,
}

impl std::fmt::Display for Danger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Change => "change",
            Self::Destroy => "destroy",
            Self::Irreversible => "irreversible",
        })
    }
}

/// What happens when the very same call is sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// The second changes nothing more: the account is as after the first.
    Same,
    /// AWS refuses the second.
    Refused,
}

impl Operation {
    /// An operation that only reads.
    pub const fn read(
        service: &'static str,
        name: &'static str,
        iam: &'static [&'static str],
    ) -> Self {
        Self { service, name, iam, effect: Effect::Read }
    }

    /// An operation that changes something.
    pub const fn change(
        service: &'static str,
        name: &'static str,
        iam: &'static [&'static str],
        danger: Danger,
        repeat: Repeat,
        read_back: &'static [&'static str],
    ) -> Self {
        Self { service, name, iam, effect: Effect::Change { danger, repeat, read_back } }
    }

    /// True when it changes nothing.
    pub const fn is_read(&self) -> bool {
        matches!(self.effect, Effect::Read)
    }

    /// The least danger of sending it.
    pub const fn danger(&self) -> Danger {
        match self.effect {
            Effect::Read => Danger::Read,
            Effect::Change { danger, .. } => danger,
        }
    }
}

/// Declares the operations of a service, and the list of them all.
///
/// A read is its constant, AWS's name and its IAM actions (several, where it asks AWS more than once
/// to find something by its name); a change has besides the least danger, what a repetition does,
/// and the operation that shows whether it was applied.
macro_rules! operations {
    ($service:literal
     read { $($read:ident $rname:literal $($riam:literal)+;)* }
     change { $($change:ident $cname:literal [$($ciam:literal),+] $danger:ident $repeat:ident $back:literal;)* }) => {
        $(#[doc = concat!("`", $service, ":", $rname, "`")]
        pub const $read: $crate::cloud::Operation =
            $crate::cloud::Operation::read($service, $rname, &[$($riam),+]);)*
        $(#[doc = concat!("`", $service, ":", $cname, "`")]
        pub const $change: $crate::cloud::Operation = $crate::cloud::Operation::change(
            $service,
            $cname,
            &[$($ciam),+],
            $crate::cloud::Danger::$danger,
            $crate::cloud::Repeat::$repeat,
            &[$back],
        );)*
        pub(super) const OPERATIONS: &[&$crate::cloud::Operation] =
            &[$(&$read,)* $(&$change,)*];
    };
}
pub(super) use operations;
