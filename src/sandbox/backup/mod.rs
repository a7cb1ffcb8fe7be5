//! The simulated AWS Backup: vaults, plans and selections. No jobs run, so vaults stay empty.

mod rules;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::backup::{
    Call, PlanSpec, Reply, Selection, SelectionSpec, Vault as Told, VaultLock,
};

use crate::cloud::{CallError, Ending};

use super::lagging::Shelf;
use super::moment::{Carried, Moment, read, refused, wrote};

/// What the account holds of AWS Backup. Plans and selections are kept under their ids: AWS takes
/// several plans of one name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Backup {
    vaults: Shelf<Vault>,
    plans: Shelf<Plan>,
    selections: Shelf<Chosen>,
    region: Region,
}

/// A vault as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Vault {
    encryption_key: String,
    recovery_points: u64,
    lock: Option<VaultLock>,
    lock_date: Option<Timestamp>,
    /// The token with which it was made.
    token: String,
}

/// A plan as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Plan {
    name: String,
    spec: PlanSpec,
    version: String,
    token: String,
}

/// A selection as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Chosen {
    plan_id: String,
    name: String,
    spec: SelectionSpec,
    token: String,
}

/// What the Region is opted in to, as in an account in which nobody has chosen yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Region {
    opted_in: BTreeMap<String, bool>,
    managed: BTreeMap<String, bool>,
}

impl Default for Region {
    fn default() -> Self {
        let of = |kinds: &[(&str, bool)]| {
            kinds.iter().map(|(kind, on)| ((*kind).to_owned(), *on)).collect()
        };
        Self {
            opted_in: of(&[("Aurora", true), ("DynamoDB", true), ("EBS", true), ("S3", false)]),
            managed: of(&[("DynamoDB", false), ("EFS", true)]),
        }
    }
}

impl Backup {
    /// Carries out one call.
    pub fn call(&mut self, call: &Call, at: &Moment) -> Carried<Reply> {
        match call {
            Call::FindVault { vault } => match self.vaults.seen(vault, at.now) {
                Some(found) => read(Reply::Vault(found.told(vault, at))),
                None => refused(Ending::Absent, ABSENT, "no backup vault has this name"),
            },
            Call::CreateBackupVault { vault, encryption_key } => {
                self.create_vault(vault, encryption_key.as_deref(), &call.token(), at)
            }
            Call::DeleteBackupVault { vault } => self.delete_vault(vault, at),
            Call::PutVaultLock { vault, lock, changeable_for_days } => {
                rules::lock(lock, *changeable_for_days)?;
                let days = changeable_for_days
                    .map(|days| SignedDuration::from_hours(24 * i64::from(days)));
                let date = days.map(|days| at.now.checked_add(days).unwrap_or(Timestamp::MAX));
                self.lock(vault, Some(*lock), date, at)
            }
            Call::DeleteVaultLock { vault } => self.lock(vault, None, None, at),
            Call::FindPlan { plan } => {
                let (id, found) = self.plan(plan, at)?;
                let (version, spec) = (found.version.clone(), found.spec.clone());
                read(Reply::Plan { id, version, spec })
            }
            Call::CreateBackupPlan { plan, spec } => {
                self.create_plan(plan, spec, &call.token(), at)
            }
            Call::UpdateBackupPlan { plan, id, spec } => self.update_plan(plan, id, spec, at),
            Call::DeleteBackupPlan { id, .. } => self.delete_plan(id, at),
            Call::ListSelections { plan } => {
                let (plan_id, _) = self.plan(plan, at)?;
                let selections = self.selections_of(&plan_id, at);
                read(Reply::Selections { plan_id, selections })
            }
            Call::CreateBackupSelection { plan_id, selection, spec, .. } => {
                self.create_selection(plan_id, selection, spec, &call.token(), at)
            }
            Call::DeleteBackupSelection { plan_id, id, .. } => {
                let is_there =
                    self.selections.truth(id).is_some_and(|found| found.plan_id == *plan_id);
                if !is_there {
                    return unknown("Backup selection", id);
                }
                let changed = self.selections.set(id, None, at.now, at.visible);
                wrote(Reply::Done {}, changed)
            }
            Call::DescribeRegionSettings {} => read(Reply::RegionSettings {
                opted_in: self.region.opted_in.clone(),
                managed: self.region.managed.clone(),
            }),
        }
    }

    /// What a person could have set.
    pub fn state(&self) -> Value {
        let vaults: BTreeMap<_, _> = self
            .vaults
            .truths()
            .map(|(name, vault)| {
                (name, (&vault.encryption_key, vault.lock, vault.lock_date.is_some()))
            })
            .collect();
        let name_of = |id: &str| self.plans.truth(id).map(|plan| plan.name.clone());
        let mut plans: Vec<_> =
            self.plans.truths().map(|(_, plan)| json!([plan.name, plan.spec])).collect();
        let mut selections: Vec<_> = self
            .selections
            .truths()
            .map(|(_, chosen)| json!([name_of(&chosen.plan_id), chosen.name, chosen.spec]))
            .collect();
        plans.sort_by_key(Value::to_string);
        selections.sort_by_key(Value::to_string);
        json!({ "vaults": vaults, "plans": plans, "selections": selections, "region": self.region })
    }

    /// Puts recovery points into a vault, as jobs would.
    #[cfg(test)]
    pub(super) fn fill(&mut self, vault: &str, recovery_points: u64, at: &Moment) {
        let Some(found) = self.vaults.truth(vault).cloned() else { return };
        let full = Vault { recovery_points, ..found };
        self.vaults.set(vault, Some(full), at.now, at.now);
    }

    fn create_vault(
        &mut self,
        name: &str,
        key: Option<&str>,
        token: &str,
        at: &Moment,
    ) -> Carried<Reply> {
        rules::vault_name(name)?;
        if let Some(found) = self.vaults.truth(name) {
            if found.token == token {
                return wrote(Reply::Done {}, false);
            }
            let message = format!("Backup vault with the same name already exists: {name}");
            return refused(Ending::Exists, EXISTS, message);
        }
        let vault = Vault {
            encryption_key: key.map_or_else(|| own_key(at), str::to_owned),
            recovery_points: 0,
            lock: None,
            lock_date: None,
            token: token.to_owned(),
        };
        let changed = self.vaults.set(name, Some(vault), at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }

    fn delete_vault(&mut self, name: &str, at: &Moment) -> Carried<Reply> {
        let Some(found) = self.vaults.truth(name) else { return unknown("Backup vault", name) };
        if found.recovery_points > 0 {
            let message = "Backup vault cannot be deleted because it contains recovery points.";
            return refused(Ending::Refused, INVALID_REQUEST, message);
        }
        let changed = self.vaults.set(name, None, at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }

    fn lock(
        &mut self,
        name: &str,
        lock: Option<VaultLock>,
        lock_date: Option<Timestamp>,
        at: &Moment,
    ) -> Carried<Reply> {
        let Some(found) = self.vaults.truth(name) else { return unknown("Backup vault", name) };
        if found.lock_date.is_some_and(|date| date <= at.now) {
            let message = "Vault lock configuration is immutable and cannot be changed or deleted.";
            return refused(Ending::Refused, INVALID_REQUEST, message);
        }
        let vault = Vault { lock, lock_date, ..found.clone() };
        let changed = self.vaults.set(name, Some(vault), at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }

    /// The only plan of this name that a read shows, with its id.
    fn plan(&self, name: &str, at: &Moment) -> Result<(String, &Plan), CallError> {
        let seen = self.plans.names(at.now).into_iter().filter_map(|id| {
            let plan = self.plans.seen(&id, at.now)?;
            (plan.name == name).then_some((id, plan))
        });
        let mut seen: Vec<_> = seen.collect();
        let only = seen.pop();
        let (ending, code, message) = match (only, seen.is_empty()) {
            (Some(only), true) => return Ok(only),
            (Some(_), false) => {
                (Ending::Refused, "SeveralOfOneName", "several backup plans have this name")
            }
            (None, _) => (Ending::Absent, ABSENT, "no backup plan has this name"),
        };
        Err(CallError::new(ending, code, message))
    }

    fn create_plan(
        &mut self,
        name: &str,
        spec: &PlanSpec,
        token: &str,
        at: &Moment,
    ) -> Carried<Reply> {
        rules::plan(name, spec)?;
        let twin = self.plans.truths().find(|(_, plan)| plan.token == token);
        if let Some((id, plan)) = twin {
            let (id, version) = (id.to_owned(), plan.version.clone());
            return wrote(Reply::PlanPut { id, version }, false);
        }
        if self.plans.truths().any(|(_, plan)| plan.name == name && plan.spec == *spec) {
            let message = "Backup plan with the same plan document already exists";
            return refused(Ending::Exists, EXISTS, message);
        }
        let (id, version) = (at.uuid("backup plan"), at.uuid("version of a backup plan"));
        let plan = Plan {
            name: name.to_owned(),
            spec: spec.clone(),
            version: version.clone(),
            token: token.to_owned(),
        };
        let changed = self.plans.set(&id, Some(plan), at.now, at.visible);
        wrote(Reply::PlanPut { id, version }, changed)
    }

    fn update_plan(
        &mut self,
        name: &str,
        id: &str,
        spec: &PlanSpec,
        at: &Moment,
    ) -> Carried<Reply> {
        rules::plan(name, spec)?;
        let Some(found) = self.plans.truth(id) else { return unknown("Backup plan", id) };
        let changed = found.spec != *spec || found.name != name;
        let version = at.uuid("version of a backup plan");
        let plan = Plan {
            name: name.to_owned(),
            spec: spec.clone(),
            version: version.clone(),
            token: found.token.clone(),
        };
        // Every update is a new version, also one that says the same.
        self.plans.set(id, Some(plan), at.now, at.visible);
        wrote(Reply::PlanPut { id: id.to_owned(), version }, changed)
    }

    fn delete_plan(&mut self, id: &str, at: &Moment) -> Carried<Reply> {
        if self.plans.truth(id).is_none() {
            return unknown("Backup plan", id);
        }
        if self.selections.truths().any(|(_, chosen)| chosen.plan_id == id) {
            let message = "Related backup plan selections must be deleted prior to backup plan \
                deletion";
            return refused(Ending::Refused, INVALID_REQUEST, message);
        }
        let changed = self.plans.set(id, None, at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }

    fn selections_of(&self, plan_id: &str, at: &Moment) -> Vec<Selection> {
        let seen = self.selections.names(at.now).into_iter().filter_map(|id| {
            let chosen = self.selections.seen(&id, at.now)?;
            let (name, spec) = (chosen.name.clone(), chosen.spec.clone());
            (chosen.plan_id == plan_id).then_some(Selection { name, id, spec })
        });
        let mut selections: Vec<_> = seen.collect();
        selections.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        selections
    }

    fn create_selection(
        &mut self,
        plan_id: &str,
        name: &str,
        spec: &SelectionSpec,
        token: &str,
        at: &Moment,
    ) -> Carried<Reply> {
        rules::selection(name, spec)?;
        if self.plans.truth(plan_id).is_none() {
            return unknown("Backup plan", plan_id);
        }
        let mut all = self.selections.truths();
        let twin = all.find(|(_, found)| found.plan_id == plan_id && found.name == name);
        let twin = twin.map(|(id, found)| (id.to_owned(), found.token == token));
        drop(all);
        if let Some((id, is_same)) = twin {
            if is_same {
                return wrote(Reply::SelectionMade { id }, false);
            }
            let message = format!("Backup selection with the same name already exists: {name}");
            return refused(Ending::Exists, EXISTS, message);
        }
        let id = at.uuid("backup selection");
        let chosen = Chosen {
            plan_id: plan_id.to_owned(),
            name: name.to_owned(),
            spec: spec.clone(),
            token: token.to_owned(),
        };
        let changed = self.selections.set(&id, Some(chosen), at.now, at.visible);
        wrote(Reply::SelectionMade { id }, changed)
    }
}

impl Vault {
    fn told(&self, name: &str, at: &Moment) -> Told {
        Told {
            arn: at.place.arn("backup", &format!("backup-vault:{name}")),
            encryption_key: Some(self.encryption_key.clone()),
            recovery_points: self.recovery_points,
            lock: self.lock,
            lock_date: self.lock_date,
        }
    }
}

const ABSENT: &str = "ResourceNotFoundException";
const EXISTS: &str = "AlreadyExistsException";
const INVALID_REQUEST: &str = "InvalidRequestException";

/// The key that AWS keeps for AWS Backup: one for each account and Region.
fn own_key(at: &Moment) -> String {
    at.place.arn("kms", "key/0f1d3c6e-5a1b-4c52-9c8e-6b6d5f7a2e10")
}

fn unknown<R>(what: &str, id: &str) -> Carried<R> {
    refused(Ending::Absent, ABSENT, format!("{what} not found: {id}"))
}

#[cfg(test)]
mod tests;
