//! AWS Backup: what people call by name is looked for, page after page.

mod plan;
mod selection;
mod vault;

use aws_sdk_backup::Client;
use aws_sdk_backup::types::BackupPlansListMember;

use super::MOST_PAGES;
use super::ending::{absent, needed, too_many_pages, unreadable};
use super::sending::{Sending, answer, sent};
use crate::cloud::backup::{Call, Reply};
use crate::cloud::{self, CallError, Ending, Outcome};

/// Ours: AWS Backup has several plans of one name.
const SEVERAL: &str = "SeveralOfOneName";
/// What AWS calls something that is not there.
const ABSENT: &str = "ResourceNotFoundException";

pub(super) async fn send(client: &Client, sending: &Sending, call: Call) -> Outcome {
    let token = call.token();
    match call {
        Call::FindVault { vault } => vault::find(client, sending, vault).await,
        Call::CreateBackupVault { vault, encryption_key } => {
            let request = client
                .create_backup_vault()
                .backup_vault_name(vault)
                .set_encryption_key_arn(encryption_key)
                .creator_request_id(token);
            done(&sent!(sending, request)?)
        }
        Call::DeleteBackupVault { vault } => {
            done(&sent!(sending, client.delete_backup_vault().backup_vault_name(vault))?)
        }
        Call::PutVaultLock { vault, lock, changeable_for_days } => {
            let request = client
                .put_backup_vault_lock_configuration()
                .backup_vault_name(vault)
                .set_min_retention_days(lock.min_retention_days.map(i64::from))
                .set_max_retention_days(lock.max_retention_days.map(i64::from))
                .set_changeable_for_days(changeable_for_days.map(i64::from));
            done(&sent!(sending, request)?)
        }
        Call::DeleteVaultLock { vault } => {
            let request = client.delete_backup_vault_lock_configuration().backup_vault_name(vault);
            done(&sent!(sending, request)?)
        }
        Call::FindPlan { plan } => plan::find(client, sending, plan).await,
        Call::CreateBackupPlan { plan, spec } => {
            plan::create(client, sending, plan, spec, token).await
        }
        Call::UpdateBackupPlan { plan, id, spec } => {
            plan::update(client, sending, plan, id, spec).await
        }
        Call::DeleteBackupPlan { id, .. } => {
            done(&sent!(sending, client.delete_backup_plan().backup_plan_id(id))?)
        }
        Call::ListSelections { plan } => selection::list(client, sending, plan).await,
        Call::CreateBackupSelection { plan_id, selection, spec, .. } => {
            selection::create(client, sending, plan_id, selection, spec, token).await
        }
        Call::DeleteBackupSelection { plan_id, id, .. } => {
            let request = client.delete_backup_selection().backup_plan_id(plan_id).selection_id(id);
            done(&sent!(sending, request)?)
        }
        Call::DescribeRegionSettings {} => describe_region_settings(client, sending).await,
    }
}

fn done(output: &impl aws_types::request_id::RequestId) -> Outcome {
    answer(cloud::Reply::Backup(Reply::Done {}), output)
}

async fn describe_region_settings(client: &Client, sending: &Sending) -> Outcome {
    let output = sent!(sending, client.describe_region_settings())?;
    let all = |map: Option<&std::collections::HashMap<String, bool>>| {
        map.into_iter().flatten().map(|(kind, on)| (kind.clone(), *on)).collect()
    };
    let reply = Reply::RegionSettings {
        opted_in: all(output.resource_type_opt_in_preference()),
        managed: all(output.resource_type_management_preference()),
    };
    answer(cloud::Reply::Backup(reply), &output)
}

/// The id of the only plan of this name. AWS Backup takes several, and then a name says nothing.
async fn id_of_plan(client: &Client, sending: &Sending, plan: &str) -> Result<String, CallError> {
    let mut ids = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client.list_backup_plans().set_next_token(token);
        let output = sent!(sending, request)?;
        let same = |one: &&BackupPlansListMember| one.backup_plan_name() == Some(plan);
        for one in output.backup_plans_list().iter().filter(same) {
            ids.push(needed(one.backup_plan_id(), "BackupPlanId")?.to_owned());
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return match (ids.pop(), ids.is_empty()) {
                (Some(only), true) => Ok(only),
                (Some(last), false) => {
                    let ids = ids.join(", ");
                    let message = format!("several backup plans have this name: {ids} and {last}");
                    Err(CallError::new(Ending::Refused, SEVERAL, message))
                }
                (None, _) => Err(absent(ABSENT, "no backup plan has this name", &output)),
            };
        }
    }
    Err(too_many_pages())
}

/// A number of days or minutes. AWS says -1 for one that was taken back.
fn count(number: Option<i64>, member: &str) -> Result<Option<u32>, CallError> {
    match number {
        None | Some(-1) => Ok(None),
        Some(number) => {
            let unfit = |_| unreadable(member, &number.to_string());
            u32::try_from(number).map(Some).map_err(unfit)
        }
    }
}
