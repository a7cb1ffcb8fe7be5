//! `backup.plan`: when recovery points are made, where they go and how long they stay.

mod rules;

use std::collections::BTreeSet;

use super::super::presence::Presence;
use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Severity, Target, Undo, Unread};
use super::{call, unfit_name, unreadable, vault};
use crate::cloud::backup::{
    CREATE_BACKUP_PLAN, Call, DELETE_BACKUP_PLAN, PlanSpec, Reply, Rule, UPDATE_BACKUP_PLAN,
};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `backup.plan`
pub(in crate::settings) struct Plan;

/// The kind of resource whose cold storage depends on a setting of the Region (B2).
const DYNAMODB: &str = "DynamoDB";

/// The plan that is there, if there is one, with its id.
fn plan(seen: &[Outcome]) -> Result<Option<(&str, &PlanSpec)>, Unread> {
    match reply(seen, 0) {
        Ok(cloud::Reply::Backup(Reply::Plan { id, spec, .. })) => Ok(Some((id, spec))),
        Ok(other) => Err(strange(other)),
        Err(Unread::Absent) => Ok(None),
        Err(why) => Err(why),
    }
}

/// True when a rule is as wanted. What a book leaves out of the times is not asked for.
fn fits(now: &Rule, wanted: &Rule) -> bool {
    *now == filled(wanted, now)
}

/// The wanted rule, with the times that a book leaves out as they are now.
fn filled(wanted: &Rule, now: &Rule) -> Rule {
    let now = now.clone();
    Rule {
        schedule: wanted.schedule.clone().or(now.schedule),
        timezone: wanted.timezone.clone().or(now.timezone),
        start_window_minutes: wanted.start_window_minutes.or(now.start_window_minutes),
        completion_window_minutes: wanted
            .completion_window_minutes
            .or(now.completion_window_minutes),
        ..wanted.clone()
    }
}

/// The whole plan after the change: rules of other names stay.
fn merged(now: &PlanSpec, to: &PlanSpec) -> PlanSpec {
    let mut plan = now.clone();
    for (name, wanted) in &to.rules {
        let rule = now.rules.get(name).map_or_else(|| wanted.clone(), |now| filled(wanted, now));
        plan.rules.insert(name.clone(), rule);
    }
    plan.advanced.extend(to.advanced.clone());
    plan
}

/// The whole plan without what the change put in: what was there before is there again, and what
/// others put in since stays.
fn without(now: &PlanSpec, undo: &Undo<'_, Presence<PlanSpec>>) -> PlanSpec {
    let nothing = PlanSpec::default();
    let (before, after) = (undo.before.present(), undo.after.present());
    let (before, after) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
    let mut plan = now.clone();
    for name in after.rules.keys() {
        match before.rules.get(name) {
            Some(rule) => plan.rules.insert(name.clone(), rule.clone()),
            None => plan.rules.remove(name),
        };
    }
    for kind in after.advanced.keys() {
        match before.advanced.get(kind) {
            Some(options) => plan.advanced.insert(kind.clone(), options.clone()),
            None => plan.advanced.remove(kind),
        };
    }
    plan
}

/// The names of the vaults that a plan writes to.
fn vaults(plan: &PlanSpec) -> BTreeSet<&str> {
    plan.rules.values().map(|rule| rule.vault.as_str()).collect()
}

fn is_cold(plan: &PlanSpec) -> bool {
    plan.rules.values().any(|rule| rule.cold_after_days.is_some())
}

impl Property for Plan {
    type Value = Presence<PlanSpec>;

    const ID: &'static str = "backup.plan";
    const KIND: Kind = Kind::BackupPlan;
    const TITLE: &'static str = "Backup plan";
    const HELP: &'static str = "When recovery points are made, where they go and how long they \
        stay, rule by rule, or `\"absent\"`. Rules of other names stay as they are. A schedule, a \
        time zone or a window that is left out is not asked for; a lifecycle that is left out means \
        that recovery points stay for good. Cold storage takes `delete_after_days` of at least 90 \
        more than `cold_after_days` (B1), and for DynamoDB the advanced features of AWS Backup \
        (B2). A plan covers nothing before it has a `backup.selection`.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupPlan.html";
    const EXAMPLE: &'static str = "{ rules = { daily = { vault = \"backups\", \
        schedule = \"cron(0 5 * * ? *)\", start_window_minutes = 60, \
        completion_window_minutes = 120, delete_after_days = 35 } } }";
    const WRITES: &'static [&'static Operation] =
        &[&CREATE_BACKUP_PLAN, &DELETE_BACKUP_PLAN, &UPDATE_BACKUP_PLAN];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::FindPlan { plan: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Presence<PlanSpec>, Unread> {
        Ok(plan(seen)?.map_or(Presence::Absent, |(_, spec)| Presence::Present(spec.clone())))
    }

    fn is_met(value: &Presence<PlanSpec>, wanted: &Presence<PlanSpec>) -> bool {
        match (value, wanted) {
            (Presence::Absent, Presence::Absent) => true,
            (Presence::Present(value), Presence::Present(wanted)) => {
                let fits = |(name, rule): (&String, &Rule)| {
                    value.rules.get(name).is_some_and(|now| fits(now, rule))
                };
                wanted.rules.iter().all(fits)
                    && wanted.advanced.iter().all(|(kind, to)| value.advanced.get(kind) == Some(to))
            }
            (Presence::Absent, Presence::Present(_)) | (Presence::Present(_), Presence::Absent) => {
                false
            }
        }
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &Presence<PlanSpec>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = plan(seen).map_err(|why| unreadable("backup plan", &why))?;
        let plan = on.name.clone();
        Ok(match (now, to) {
            (None, Presence::Absent) => Vec::new(),
            (None, Presence::Present(to)) => {
                call(Call::CreateBackupPlan { plan, spec: to.clone() })
            }
            (Some((id, _)), Presence::Absent) => {
                call(Call::DeleteBackupPlan { plan, id: id.to_owned() })
            }
            (Some((id, now)), Presence::Present(to)) => {
                let spec = merged(now, to);
                if spec == *now {
                    return Ok(Vec::new());
                }
                call(Call::UpdateBackupPlan { plan, id: id.to_owned(), spec })
            }
        })
    }

    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Presence<PlanSpec>>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = plan(seen).map_err(|why| unreadable("backup plan", &why))?;
        let plan = on.name.clone();
        let Some((id, now)) = now else {
            // What the change left is gone already; what was there before it comes back.
            return match undo.before {
                Presence::Absent => Ok(Vec::new()),
                Presence::Present(before) => {
                    Ok(call(Call::CreateBackupPlan { plan, spec: before.clone() }))
                }
            };
        };
        let (id, spec) = (id.to_owned(), without(now, undo));
        Ok(if spec.rules.is_empty() {
            call(Call::DeleteBackupPlan { plan, id })
        } else if spec == *now {
            Vec::new()
        } else {
            call(Call::UpdateBackupPlan { plan, id, spec })
        })
    }

    fn change(from: &Presence<PlanSpec>, to: &Presence<PlanSpec>) -> Change {
        match (from, to) {
            (Presence::Present(_), Presence::Absent) => Change::because(
                Danger::Destroy,
                "No recovery points are made any more, and those that are missed cannot be had \
                 later. What the vault holds stays.",
            ),
            (Presence::Present(_), Presence::Present(_)) => Change::because(
                Danger::Change,
                "Recovery points that are there keep the lifecycle under which they were made.",
            ),
            (Presence::Absent, Presence::Absent | Presence::Present(_)) => Change::exact(),
        }
    }

    fn lint(on: &Target, to: &Presence<PlanSpec>) -> Vec<Breach> {
        let Some(to) = to.present() else { return Vec::new() };
        unfit_name("backup plan", &on.name).into_iter().chain(rules::breaches(to)).collect()
    }

    fn guard(_on: &Target, to: &Presence<PlanSpec>) -> Vec<cloud::Call> {
        let Some(to) = to.present() else { return Vec::new() };
        let find = |name: &str| Call::FindVault { vault: name.to_owned() };
        let region = is_cold(to).then_some(Call::DescribeRegionSettings {});
        vaults(to).into_iter().map(find).chain(region).map(cloud::Call::Backup).collect()
    }

    fn judge(_on: &Target, to: &Presence<PlanSpec>, seen: &[Outcome]) -> Vec<Breach> {
        let Some(to) = to.present() else { return Vec::new() };
        let vaults = vaults(to);
        let count = vaults.len();
        let mut breaches = Vec::new();
        for (position, name) in vaults.into_iter().enumerate() {
            match vault(seen, position) {
                Ok(None) => {
                    let why = format!(
                        "the backup vault {name}, to which the plan writes, does not \
                        exist"
                    );
                    breaches.push(Breach::unfit(why, "create it in a step before this one"));
                }
                Ok(Some(vault)) => breaches.extend(rules::outside(to, name, vault)),
                Err(why) => breaches.push(unseen(&format!("the backup vault {name}"), &why)),
            }
        }
        if is_cold(to) {
            breaches.extend(ignored_cold(seen, count));
        }
        breaches
    }

    fn creates(to: &Presence<PlanSpec>) -> bool {
        to.present().is_some()
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        plan(seen).ok().flatten().map(|(id, _)| id.to_owned())
    }
}

/// Cold storage of DynamoDB is ignored, without an error, where the advanced features are off (B2).
fn ignored_cold(seen: &[Outcome], position: usize) -> Option<Breach> {
    let managed = match reply(seen, position) {
        Ok(cloud::Reply::Backup(Reply::RegionSettings { managed, .. })) => managed,
        Ok(other) => return Some(unseen("the settings of the Region", &strange(other))),
        Err(why) => return Some(unseen("the settings of the Region", &why)),
    };
    if managed.get(DYNAMODB) == Some(&true) {
        return None;
    }
    Some(Breach::warn(
        "B2",
        "the advanced features for DynamoDB are off in this Region and account, and without them \
         AWS ignores the move to cold storage of tables and says nothing",
        "turn them on first: `aws backup update-region-settings \
         --resource-type-management-preference DynamoDB=true`; or leave `cold_after_days` out",
    ))
}

/// It could not be looked at: AWS decides.
fn unseen(what: &str, why: &Unread) -> Breach {
    Breach {
        severity: Severity::Warn,
        ..Breach::unfit(format!("{what} could not be seen: {why}"), "look at it before you go on")
    }
}

#[cfg(test)]
mod tests;
