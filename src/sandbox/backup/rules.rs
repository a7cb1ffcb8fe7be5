//! What the simulated AWS Backup takes as parameters, in AWS's own codes.

use crate::cloud::backup::{PlanSpec, SelectionSpec, VaultLock};
use crate::cloud::{CallError, Ending};

/// How many days AWS lets everybody think before a lock is final.
const COOLING_OFF: u32 = 3;
/// The shortest window in which a job may start, in minutes.
const SHORTEST_WINDOW: u32 = 60;
/// How much later than its move to cold storage a recovery point is deleted, in days.
const COLD_AT_LEAST: u32 = 90;

fn invalid(message: impl Into<String>) -> CallError {
    CallError::new(Ending::Refused, "InvalidParameterValueException", message)
}

fn is_name(name: &str, least: usize, marks: &str) -> bool {
    (least..=50).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
}

pub(super) fn vault_name(name: &str) -> Result<(), CallError> {
    if is_name(name, 2, "-_") {
        return Ok(());
    }
    Err(invalid(format!("Invalid vault name {name}: it must match ^[a-zA-Z0-9\\-\\_]{{2,50}}$")))
}

pub(super) fn lock(lock: &VaultLock, days: Option<u32>) -> Result<(), CallError> {
    let VaultLock { min_retention_days: min, max_retention_days: max } = *lock;
    if days.is_some_and(|days| days < COOLING_OFF) {
        return Err(invalid("ChangeableForDays must be at least 3 days"));
    }
    if min == Some(0) || max == Some(0) || max.is_some_and(|days| days > 36_500) {
        return Err(invalid("Retention days must be between 1 and 36500"));
    }
    if max.is_some_and(|max| min.is_some_and(|min| min > max)) {
        return Err(invalid("MinRetentionDays cannot be greater than MaxRetentionDays"));
    }
    Ok(())
}

pub(super) fn plan(name: &str, spec: &PlanSpec) -> Result<(), CallError> {
    if !is_name(name, 1, "-_.") {
        return Err(invalid(format!("Invalid backup plan name {name}")));
    }
    if spec.rules.is_empty() {
        return Err(invalid("A backup plan must have at least one rule"));
    }
    if let Some(kind) = spec.advanced.keys().find(|kind| !matches!(kind.as_str(), "EC2" | "S3")) {
        return Err(invalid(format!("Invalid resource type in AdvancedBackupSettings: {kind}")));
    }
    for (name, rule) in &spec.rules {
        if !is_name(name, 1, "-_.") {
            return Err(invalid(format!("Invalid rule name {name}")));
        }
        vault_name(&rule.vault)?;
        if rule.start_window_minutes.is_some_and(|minutes| minutes < SHORTEST_WINDOW) {
            return Err(invalid("StartWindowMinutes must be at least 60"));
        }
        if rule.continuous && rule.cold_after_days.is_some() {
            return Err(invalid("MoveToColdStorageAfterDays is unavailable"));
        }
        let own = (rule.cold_after_days, rule.delete_after_days);
        let copies = rule.copies.iter().map(|copy| (copy.cold_after_days, copy.delete_after_days));
        for lifecycle in std::iter::once(own).chain(copies) {
            if let (Some(cold), Some(delete)) = lifecycle
                && delete < cold.saturating_add(COLD_AT_LEAST)
            {
                return Err(invalid(
                    "Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from \
                     MoveToColdStorageAfterDays",
                ));
            }
        }
    }
    Ok(())
}

pub(super) fn selection(name: &str, spec: &SelectionSpec) -> Result<(), CallError> {
    if !is_name(name, 1, "-_.") {
        return Err(invalid(format!("Invalid selection name {name}")));
    }
    if spec.resources.is_empty() && spec.tags.is_empty() {
        return Err(invalid("Provide either Resources or ListOfTags"));
    }
    if !spec.role.starts_with("arn:") || !spec.role.contains(":role/") {
        return Err(invalid("Invalid role ARN"));
    }
    let mut arns = spec.resources.iter().chain(&spec.not_resources);
    if let Some(odd) = arns.find(|arn| *arn != "*" && !arn.starts_with("arn:")) {
        return Err(invalid(format!("Invalid ARN: {odd}")));
    }
    Ok(())
}
