//! `backup.selection`: what a backup plan covers.

mod coverage;

use std::collections::BTreeSet;

use super::super::presence::Presence;
use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Severity, Target, Undo, Unread};
use super::{call, unfit_name, unreadable};
use crate::cloud::backup::{
    CREATE_BACKUP_SELECTION, Call, DELETE_BACKUP_SELECTION, Reply, Selection as Found,
    SelectionSpec,
};
use crate::cloud::{self, Danger, Operation, Outcome};
use crate::text;

/// `backup.selection`
pub(in crate::settings) struct Selection;

/// The plan and the selection that a target means. Without a slash both have the same name.
fn names(on: &Target) -> (&str, &str) {
    on.name.split_once('/').unwrap_or((&on.name, &on.name))
}

/// The id of the plan, and the selection of this name if there is one; none when there is no plan.
fn found<'s>(
    on: &Target,
    seen: &'s [Outcome],
) -> Result<Option<(&'s str, Option<&'s Found>)>, Unread> {
    let (_, name) = names(on);
    match reply(seen, 0) {
        Ok(cloud::Reply::Backup(Reply::Selections { plan_id, selections })) => {
            let mut same = selections.iter().filter(|selection| selection.name == name);
            let first = same.next();
            if same.next().is_some() {
                let why = format!("the plan has two selections `{}`", text::visible(name));
                return Err(Unread::Strange(why));
            }
            Ok(Some((plan_id, first)))
        }
        Ok(other) => Err(strange(other)),
        Err(Unread::Absent) => Ok(None),
        Err(why) => Err(why),
    }
}

/// The whole selection after the change: what others named or tagged stays covered.
fn merged(now: &SelectionSpec, to: &SelectionSpec) -> SelectionSpec {
    SelectionSpec {
        resources: &now.resources | &to.resources,
        tags: &now.tags | &to.tags,
        ..to.clone()
    }
}

/// The whole selection without what the change put in.
fn without(now: &SelectionSpec, before: &SelectionSpec, after: &SelectionSpec) -> SelectionSpec {
    SelectionSpec {
        resources: &(&now.resources - &after.resources) | &(&before.resources & &now.resources),
        tags: &(&now.tags - &after.tags) | &(&before.tags & &now.tags),
        ..before.clone()
    }
}

/// AWS never changes a selection: it is deleted and made anew.
fn replaced(
    on: &Target,
    plan_id: &str,
    now: &Found,
    spec: Option<SelectionSpec>,
) -> Vec<cloud::Call> {
    let (plan, selection) = names(on);
    let delete = Call::DeleteBackupSelection {
        plan: plan.to_owned(),
        plan_id: plan_id.to_owned(),
        selection: selection.to_owned(),
        id: now.id.clone(),
    };
    let create = spec.map(|spec| create(on, plan_id, spec));
    std::iter::once(delete).chain(create).map(cloud::Call::Backup).collect()
}

fn create(on: &Target, plan_id: &str, spec: SelectionSpec) -> Call {
    let (plan, selection) = names(on);
    Call::CreateBackupSelection {
        plan: plan.to_owned(),
        plan_id: plan_id.to_owned(),
        selection: selection.to_owned(),
        spec,
    }
}

fn no_plan(on: &Target) -> Breach {
    let (plan, _) = names(on);
    let why = format!("there is no backup plan {plan}, and a selection belongs to one");
    Breach::unfit(why, "create it in a step before this one")
}

impl Property for Selection {
    type Value = Presence<SelectionSpec>;

    const ID: &'static str = "backup.selection";
    const KIND: Kind = Kind::BackupSelection;
    const TITLE: &'static str = "Backup selection";
    const HELP: &'static str = "What a backup plan covers, at least, or `\"absent\"`. The target is \
        `PLAN/SELECTION`, or one name for both. What is named or tagged is covered (one of them is \
        enough), but for `not_resources`, and only what fits all conditions (B6). In `resources`, \
        `*` stands for any text, and a wider pattern meets a narrower one. AWS never changes a \
        selection: it is deleted and made anew, and what others put into it stays. Undo takes out \
        what the change put in.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html";
    const EXAMPLE: &'static str = "{ role = \
        \"arn:aws:iam::500313280221:role/service-role/AWSBackupDefaultServiceRole\", resources = \
        [\"arn:aws:dynamodb:us-east-1:500313280221:table/sitelogix-reports\"] }";
    const WRITES: &'static [&'static Operation] =
        &[&CREATE_BACKUP_SELECTION, &DELETE_BACKUP_SELECTION];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::ListSelections { plan: names(on).0.to_owned() })
    }

    fn decode(on: &Target, seen: &[Outcome]) -> Result<Presence<SelectionSpec>, Unread> {
        let found = found(on, seen)?.and_then(|(_, selection)| selection);
        Ok(found.map_or(Presence::Absent, |found| Presence::Present(found.spec.clone())))
    }

    fn is_met(value: &Presence<SelectionSpec>, wanted: &Presence<SelectionSpec>) -> bool {
        match (value, wanted) {
            (Presence::Absent, Presence::Absent) => true,
            (Presence::Present(value), Presence::Present(wanted)) => coverage::meets(value, wanted),
            (Presence::Absent, Presence::Present(_)) | (Presence::Present(_), Presence::Absent) => {
                false
            }
        }
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &Presence<SelectionSpec>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = found(on, seen).map_err(|why| unreadable("backup selection", &why))?;
        Ok(match (now, to) {
            (None | Some((_, None)), Presence::Absent) => Vec::new(),
            (None, Presence::Present(_)) => return Err(no_plan(on)),
            (Some((plan, None)), Presence::Present(to)) => call(create(on, plan, to.clone())),
            (Some((plan, Some(now))), Presence::Absent) => replaced(on, plan, now, None),
            (Some((plan, Some(now))), Presence::Present(to)) => {
                let spec = merged(&now.spec, to);
                if spec == now.spec {
                    return Ok(Vec::new());
                }
                replaced(on, plan, now, Some(spec))
            }
        })
    }

    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Presence<SelectionSpec>>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = found(on, seen).map_err(|why| unreadable("backup selection", &why))?;
        let nothing = SelectionSpec::default();
        let after = undo.after.present().unwrap_or(&nothing);
        let before = undo.before.present();
        Ok(match (now, before) {
            (None | Some((_, None)), None) => Vec::new(),
            (None, Some(_)) => return Err(no_plan(on)),
            (Some((plan, None)), Some(before)) => call(create(on, plan, before.clone())),
            (Some((plan, Some(now))), before) => {
                let base = before.cloned().unwrap_or_else(|| SelectionSpec {
                    resources: BTreeSet::new(),
                    tags: BTreeSet::new(),
                    ..now.spec.clone()
                });
                let spec = without(&now.spec, &base, after);
                if spec.resources.is_empty() && spec.tags.is_empty() && before.is_none() {
                    replaced(on, plan, now, None)
                } else if spec == now.spec {
                    Vec::new()
                } else {
                    replaced(on, plan, now, Some(spec))
                }
            }
        })
    }

    fn change(from: &Presence<SelectionSpec>, to: &Presence<SelectionSpec>) -> Change {
        match (from, to) {
            (Presence::Absent, Presence::Absent) => Change::exact(),
            (Presence::Absent, Presence::Present(to)) => {
                Change::because(Danger::Change, format!("{}.", coverage::words(to)))
            }
            (Presence::Present(from), Presence::Present(to)) => Change::because(
                Danger::Change,
                format!(
                    "A selection is deleted and made anew: a backup that is due in between is \
                     missed. {}.",
                    coverage::words(&merged(from, to))
                ),
            ),
            (Presence::Present(_), Presence::Absent) => Change::because(
                Danger::Destroy,
                "What it covers is not backed up any more, and backups that are missed cannot be \
                 had later. Recovery points that are there stay.",
            ),
        }
    }

    fn lint(on: &Target, to: &Presence<SelectionSpec>) -> Vec<Breach> {
        let Some(to) = to.present() else { return Vec::new() };
        let (plan, selection) = names(on);
        unfit_name("backup plan", plan)
            .into_iter()
            .chain(unfit_name("backup selection", selection))
            .chain(coverage::breaches(to))
            .collect()
    }

    fn guard(on: &Target, to: &Presence<SelectionSpec>) -> Vec<cloud::Call> {
        let Some(to) = to.present() else { return Vec::new() };
        let plan = Call::FindPlan { plan: names(on).0.to_owned() };
        let region = coverage::is_by_tag_alone(to).then_some(Call::DescribeRegionSettings {});
        std::iter::once(plan).chain(region).map(cloud::Call::Backup).collect()
    }

    fn judge(on: &Target, to: &Presence<SelectionSpec>, seen: &[Outcome]) -> Vec<Breach> {
        let Some(to) = to.present() else { return Vec::new() };
        let mut breaches = Vec::new();
        if reply(seen, 0) == Err(Unread::Absent) {
            breaches.push(no_plan(on));
        }
        if coverage::is_by_tag_alone(to) {
            breaches.extend(not_opted_in(seen));
        }
        breaches
    }

    fn creates(to: &Presence<SelectionSpec>) -> bool {
        to.present().is_some()
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        match reply(seen, 0) {
            Ok(cloud::Reply::Backup(Reply::Selections { plan_id, .. })) => Some(plan_id.clone()),
            Ok(_) | Err(_) => None,
        }
    }
}

/// Where only tags name resources, kinds that are not opted in are left out (B5).
fn not_opted_in(seen: &[Outcome]) -> Option<Breach> {
    let opted_in = match reply(seen, 1) {
        Ok(cloud::Reply::Backup(Reply::RegionSettings { opted_in, .. })) => opted_in,
        other => {
            let why = other.map_or_else(|why| why, strange);
            return Some(Breach {
                severity: Severity::Warn,
                ..Breach::refuse(
                    "B5",
                    format!("which kinds of resources are opted in could not be seen: {why}"),
                    "look at them: `aws backup describe-region-settings`",
                )
            });
        }
    };
    let out: Vec<_> =
        opted_in.iter().filter(|(_, is_in)| !**is_in).map(|(kind, _)| kind.as_str()).collect();
    (!out.is_empty()).then(|| {
        Breach::warn(
            "B5",
            format!(
                "only tags name what is covered, and then these kinds are left out, because this \
                 Region is not opted in: {}",
                out.join(", ")
            ),
            "opt in (`aws backup update-region-settings`), or name the resources by ARN",
        )
    })
}

#[cfg(test)]
mod tests;
