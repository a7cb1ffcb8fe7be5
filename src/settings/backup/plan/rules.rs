//! The rules of AWS about the rules of a plan.

use super::super::super::Breach;
use super::super::{COLD_AT_LEAST, unfit_name, unfit_vault};
use super::DYNAMODB;
use crate::cloud::backup::{PlanSpec, Rule, Vault};
use crate::text;

/// The shortest window in which a job may start, in minutes (B15).
const SHORTEST_WINDOW: u32 = 60;
/// What a cron expression of AWS consists of: minutes, hours, day, month, day of the week, year.
const CRON_FIELDS: usize = 6;

/// All that a plan breaks, before anything is asked of AWS.
pub(super) fn breaches(plan: &PlanSpec) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if plan.rules.is_empty() {
        let why = "a plan without rules backs nothing up, and AWS takes none";
        breaches.push(Breach::unfit(why, "give it a rule"));
    }
    if plan.advanced.contains_key(DYNAMODB) {
        breaches.push(Breach::refuse(
            "B3",
            "the advanced features of DynamoDB are not turned on in a plan: its advanced settings \
             are for EC2 and S3",
            "take `DynamoDB` out, and turn them on for the Region: `aws backup \
             update-region-settings --resource-type-management-preference DynamoDB=true`",
        ));
    }
    for (name, rule) in &plan.rules {
        breaches.extend(unfit_name("rule", name));
        breaches.extend(of_rule(name, rule));
    }
    breaches
}

fn of_rule(name: &str, rule: &Rule) -> Vec<Breach> {
    let mut breaches: Vec<_> = unfit_vault(&rule.vault).into_iter().collect();
    let name = text::visible(name);
    breaches.extend(too_soon(&name, rule.cold_after_days, rule.delete_after_days));
    for copy in &rule.copies {
        breaches.extend(too_soon(&name, copy.cold_after_days, copy.delete_after_days));
        if !copy.vault_arn.starts_with("arn:") {
            let why = format!("`{}` is not the ARN of a vault", text::visible(&copy.vault_arn));
            let fix = "give the whole ARN: `arn:aws:backup:REGION:ACCOUNT:backup-vault:NAME`";
            breaches.push(Breach::unfit(why, fix));
        }
    }
    if rule.continuous && rule.cold_after_days.is_some() {
        breaches.push(Breach::refuse(
            "B4",
            format!(
                "the rule `{name}` makes continuous backups, and those never go to cold storage"
            ),
            "leave `cold_after_days` out, or make a second rule without `continuous`",
        ));
    }
    if rule.continuous && !rule.copies.is_empty() {
        breaches.push(Breach::warn(
            "B4",
            format!(
                "continuous backups are not copied: what the rule `{name}` copies are snapshots"
            ),
            "restore to a point in time works from this vault only",
        ));
    }
    if rule.start_window_minutes.is_some_and(|minutes| minutes < SHORTEST_WINDOW) {
        breaches.push(Breach::refuse(
            "B15",
            format!("the rule `{name}` gives a job less than 60 minutes to start"),
            "give `start_window_minutes` of 60 or more",
        ));
    }
    if let (Some(start), Some(end)) = (rule.start_window_minutes, rule.completion_window_minutes)
        && end < start
    {
        let why = format!("the rule `{name}` ends its jobs before the last of them may start");
        breaches.push(Breach::unfit(why, "give a longer `completion_window_minutes`"));
    }
    breaches.extend(rule.schedule.as_deref().and_then(unfit_schedule));
    breaches
}

/// Cold storage is paid for 90 days, so AWS takes no shorter stay in it (B1).
fn too_soon(rule: &str, cold: Option<u32>, delete: Option<u32>) -> Option<Breach> {
    let (cold, delete) = (cold?, delete?);
    let least = cold.saturating_add(COLD_AT_LEAST);
    (delete < least).then(|| {
        Breach::refuse(
            "B1",
            format!(
                "the rule `{rule}` moves to cold storage after {cold} days and deletes after \
                 {delete}: it has to stay there for 90 days"
            ),
            format!(
                "leave `cold_after_days` out and keep `delete_after_days = {delete}`, or keep \
                 `cold_after_days = {cold}` and delete after {least} days or more"
            ),
        )
    })
}

fn unfit_schedule(schedule: &str) -> Option<Breach> {
    let inside = schedule.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')'));
    let fields: Vec<_> = inside.unwrap_or_default().split_whitespace().collect();
    let is_one_open = match fields.as_slice() {
        // One of the two days has to be left open.
        [_, _, day, _, weekday, _] => (*day == "?") != (*weekday == "?"),
        _ => false,
    };
    let why = || format!("`{}` is no schedule that AWS Backup takes", text::visible(schedule));
    let fix = "write `cron(minute hour day month weekday year)` with `?` for the day or for the \
        weekday: `cron(0 5 * * ? *)` is 05:00 every day";
    (fields.len() != CRON_FIELDS || !is_one_open).then(|| Breach::unfit(why(), fix))
}

/// The rules whose retention the lock of their vault does not allow (B13).
pub(super) fn outside(plan: &PlanSpec, name: &str, vault: &Vault) -> Vec<Breach> {
    let Some(lock) = vault.lock else { return Vec::new() };
    let mut breaches = Vec::new();
    for (rule, spec) in plan.rules.iter().filter(|(_, rule)| rule.vault == name) {
        let kept = spec.delete_after_days;
        let too_short = lock.min_retention_days.filter(|min| kept.is_some_and(|days| days < *min));
        let too_long = lock.max_retention_days.filter(|max| kept.is_none_or(|days| days > *max));
        let (bound, word) = match (too_short, too_long) {
            (Some(min), _) => (min, "shortest"),
            (None, Some(max)) => (max, "longest"),
            (None, None) => continue,
        };
        let kept = kept.map_or_else(|| "for good".to_owned(), |days| format!("for {days} days"));
        breaches.push(Breach::refuse(
            "B13",
            format!(
                "the rule `{}` keeps recovery points {kept}, and the lock of the vault {name} has \
                 {bound} days as the {word}: its jobs would fail",
                text::visible(rule)
            ),
            "change `delete_after_days`, or write to another vault",
        ));
    }
    breaches
}
