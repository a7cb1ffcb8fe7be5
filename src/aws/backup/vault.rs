//! Vaults of AWS Backup.

use aws_sdk_backup::Client;
use aws_sdk_backup::types::{BackupVaultListMember, VaultType};
use jiff::Timestamp;

use super::super::MOST_PAGES;
use super::super::ending::{absent, beyond, needed, too_many_pages, unreadable};
use super::super::sending::{Sending, answer, sent};
use super::{ABSENT, count};
use crate::cloud::backup::{Reply, Vault, VaultLock};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn find(client: &Client, sending: &Sending, vault: String) -> Outcome {
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client.list_backup_vaults().set_next_token(token);
        let output = sent!(sending, request)?;
        let found = output
            .backup_vault_list()
            .iter()
            .find(|found| found.backup_vault_name() == Some(vault.as_str()));
        if let Some(found) = found {
            return answer(cloud::Reply::Backup(Reply::Vault(told(found)?)), &output);
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Err(absent(ABSENT, "no backup vault has this name", &output));
        }
    }
    Err(too_many_pages())
}

fn told(vault: &BackupVaultListMember) -> Result<Vault, CallError> {
    if vault.vault_type().is_some_and(|kind| *kind != VaultType::BackupVault) {
        return Err(beyond("the type of a backup vault"));
    }
    let lock = VaultLock {
        min_retention_days: count(vault.min_retention_days(), "MinRetentionDays")?,
        max_retention_days: count(vault.max_retention_days(), "MaxRetentionDays")?,
    };
    let points = vault.number_of_recovery_points();
    let key = vault.encryption_key_arn().filter(|key| !key.is_empty());
    Ok(Vault {
        arn: needed(vault.backup_vault_arn(), "BackupVaultArn")?.to_owned(),
        encryption_key: key.map(str::to_owned),
        recovery_points: u64::try_from(points)
            .map_err(|_| unreadable("NumberOfRecoveryPoints", &points.to_string()))?,
        lock: vault.locked().unwrap_or(false).then_some(lock),
        lock_date: vault.lock_date().map(|date| time(date.secs())).transpose()?,
    })
}

fn time(second: i64) -> Result<Timestamp, CallError> {
    Timestamp::from_second(second).map_err(|_| unreadable("LockDate", &second.to_string()))
}
