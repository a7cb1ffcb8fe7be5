//! Settings of AWS Backup: vaults, their locks, plans, and what the plans cover.

mod lock;
mod plan;
mod selection;
mod vault;

pub(super) use lock::Lock;
pub(super) use plan::Plan;
pub(super) use selection::Selection;
pub(super) use vault::Existence;

use std::ops::RangeInclusive;

use super::seen::{reply, strange};
use super::{Breach, Unread};
use crate::cloud::backup::{Call, Reply, Vault};
use crate::cloud::{self, Outcome};
use crate::text;

/// How long the name of a plan, a rule or a selection may be.
const NAME_LENGTH: RangeInclusive<usize> = 1..=50;
/// How long the name of a vault may be.
const VAULT_NAME_LENGTH: RangeInclusive<usize> = 2..=50;
/// How much later than its move to cold storage a recovery point is deleted, in days (B1).
const COLD_AT_LEAST: u32 = 90;

fn call(call: Call) -> Vec<cloud::Call> {
    vec![cloud::Call::Backup(call)]
}

fn unreadable(what: &str, why: &Unread) -> Breach {
    let why = format!("the {what} could not be read: {why}");
    Breach::unfit(why, "try again when it can be read")
}

/// The vault at a position; none when it is not there.
fn vault(seen: &[Outcome], position: usize) -> Result<Option<&Vault>, Unread> {
    match reply(seen, position) {
        Ok(cloud::Reply::Backup(Reply::Vault(vault))) => Ok(Some(vault)),
        Ok(other) => Err(strange(other)),
        Err(Unread::Absent) => Ok(None),
        Err(why) => Err(why),
    }
}

/// The rule of AWS that the name of a plan, a rule or a selection breaks, if any.
fn unfit_name(what: &str, name: &str) -> Option<Breach> {
    let is_name = NAME_LENGTH.contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let why = || format!("`{}` is no name for a {what}", text::visible(name));
    let fix = "use 1 to 50 letters, digits, hyphens, underscores and dots";
    (!is_name).then(|| Breach::unfit(why(), fix))
}

/// The rule of AWS that the name of a vault breaks, if any.
fn unfit_vault(name: &str) -> Option<Breach> {
    let is_name = VAULT_NAME_LENGTH.contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let why = || format!("`{}` is no name for a backup vault", text::visible(name));
    let fix = "use 2 to 50 letters, digits, hyphens and underscores";
    (!is_name).then(|| Breach::unfit(why(), fix))
}

#[cfg(test)]
mod testing;
