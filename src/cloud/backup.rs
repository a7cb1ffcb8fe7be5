//! AWS Backup: vaults, plans, and what the plans cover.
//!
//! AWS Backup calls a plan and a selection by ids of its own, and people by names. So a read finds
//! them by name, page after page, and says their ids; changes are sent with the ids that were seen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::operation::operations;
use super::{Operation, digest_of};

/// An operation of AWS Backup with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `ListBackupVaults`, every page, for the vault of this name. `DescribeBackupVault` would not
    /// do: AWS answers it for a vault that is not there as if it were forbidden.
    FindVault {
        /// Name of the vault.
        vault: String,
    },
    /// `CreateBackupVault`.
    CreateBackupVault {
        /// Name of the vault.
        vault: String,
        /// ARN of the KMS key; AWS's own key for AWS Backup when left out.
        encryption_key: Option<String>,
    },
    /// `DeleteBackupVault`: only while it holds no recovery points.
    DeleteBackupVault {
        /// Name of the vault.
        vault: String,
    },
    /// `PutBackupVaultLockConfiguration`: replaces the whole lock.
    PutVaultLock {
        /// Name of the vault.
        vault: String,
        /// The lock.
        lock: VaultLock,
        /// After how many days nobody can change it any more; never when left out (B13).
        changeable_for_days: Option<u32>,
    },
    /// `DeleteBackupVaultLockConfiguration`: only before the lock date.
    DeleteVaultLock {
        /// Name of the vault.
        vault: String,
    },
    /// `ListBackupPlans`, every page, and `GetBackupPlan` for the one of this name.
    FindPlan {
        /// Name of the plan.
        plan: String,
    },
    /// `CreateBackupPlan`.
    CreateBackupPlan {
        /// Name of the plan.
        plan: String,
        /// What it does.
        spec: PlanSpec,
    },
    /// `UpdateBackupPlan`: replaces the whole plan.
    UpdateBackupPlan {
        /// Name of the plan.
        plan: String,
        /// Its id.
        id: String,
        /// What it does.
        spec: PlanSpec,
    },
    /// `DeleteBackupPlan`: only while it has no selections. Its recovery points stay.
    DeleteBackupPlan {
        /// Name of the plan.
        plan: String,
        /// Its id.
        id: String,
    },
    /// `ListBackupPlans` for the plan of this name, `ListBackupSelections` and, for each of them,
    /// `GetBackupSelection`; every page.
    ListSelections {
        /// Name of the plan.
        plan: String,
    },
    /// `CreateBackupSelection`: a selection cannot be changed afterwards.
    CreateBackupSelection {
        /// Name of the plan.
        plan: String,
        /// Its id.
        plan_id: String,
        /// Name of the selection.
        selection: String,
        /// What it covers.
        spec: SelectionSpec,
    },
    /// `DeleteBackupSelection`.
    DeleteBackupSelection {
        /// Name of the plan.
        plan: String,
        /// Its id.
        plan_id: String,
        /// Name of the selection.
        selection: String,
        /// Its id.
        id: String,
    },
    /// `DescribeRegionSettings`.
    DescribeRegionSettings {},
}

/// A vault as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vault {
    /// Its ARN.
    pub arn: String,
    /// ARN of the KMS key that encrypts what is in it.
    pub encryption_key: Option<String>,
    /// How many recovery points it holds.
    pub recovery_points: u64,
    /// Its lock, when it has one.
    pub lock: Option<VaultLock>,
    /// From when on the lock cannot be changed; none when it can be at any time.
    pub lock_date: Option<Timestamp>,
}

/// How long the recovery points of a locked vault are kept: jobs that would keep them shorter or
/// longer fail (B13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultLock {
    /// The shortest retention, in days.
    pub min_retention_days: Option<u32>,
    /// The longest retention, in days.
    pub max_retention_days: Option<u32>,
}

/// What a plan does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanSpec {
    /// Its rules, by name.
    pub rules: BTreeMap<String, Rule>,
    /// Options of kinds of resources: `EC2` with `WindowsVSS` = `enabled`.
    #[serde(default)]
    pub advanced: BTreeMap<String, BTreeMap<String, String>>,
}

/// When recovery points are made, where they go and how long they stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name of the vault.
    pub vault: String,
    /// When: `cron(0 5 * * ? *)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The time zone of the schedule: `Etc/UTC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// How long after its time a job may still start, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_window_minutes: Option<u32>,
    /// How long after its time a job may take, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_window_minutes: Option<u32>,
    /// After how many days a recovery point goes to cold storage; never when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cold_after_days: Option<u32>,
    /// After how many days a recovery point is deleted; never when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_after_days: Option<u32>,
    /// Archives what can be archived, as the lifecycle says.
    #[serde(default)]
    pub archive: bool,
    /// Makes continuous backups of what can be restored to a point in time.
    #[serde(default)]
    pub continuous: bool,
    /// Other vaults that get a copy.
    #[serde(default)]
    pub copies: BTreeSet<CopyTo>,
    /// Tags of the recovery points.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// Another vault that gets a copy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyTo {
    /// ARN of the vault.
    pub vault_arn: String,
    /// After how many days the copy goes to cold storage; never when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cold_after_days: Option<u32>,
    /// After how many days the copy is deleted; never when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_after_days: Option<u32>,
    /// Archives what can be archived, as the lifecycle says.
    #[serde(default)]
    pub archive: bool,
}

/// What a selection covers: what is named or tagged (either is enough), but for what is excluded,
/// and of that only what fits all conditions (B6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectionSpec {
    /// ARN of the role with which AWS Backup reads and writes.
    pub role: String,
    /// ARNs of resources; `*` stands for any text.
    #[serde(default)]
    pub resources: BTreeSet<String>,
    /// ARNs that are left out.
    #[serde(default)]
    pub not_resources: BTreeSet<String>,
    /// Tags, of which one is enough.
    #[serde(default)]
    pub tags: BTreeSet<Tag>,
    /// Conditions, all of which must hold.
    #[serde(default)]
    pub conditions: Conditions,
}

/// A tag and the value that it has to have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The key; in a condition `aws:ResourceTag/KEY`.
    pub key: String,
    /// The value.
    pub value: String,
}

/// Conditions on tags, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// The tag has this value.
    #[serde(default)]
    pub equals: BTreeSet<Tag>,
    /// The tag has another value.
    #[serde(default)]
    pub not_equals: BTreeSet<Tag>,
    /// The tag fits this pattern.
    #[serde(default)]
    pub like: BTreeSet<Tag>,
    /// The tag does not fit this pattern.
    #[serde(default)]
    pub not_like: BTreeSet<Tag>,
}

/// A selection of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// What it covers.
    pub spec: SelectionSpec,
}

/// What AWS Backup answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::FindVault`]; a name that is not in the list is
    /// [`Absent`](super::Ending::Absent).
    Vault(Vault),
    /// To [`Call::FindPlan`]; a name that is not in the list is [`Absent`](super::Ending::Absent).
    Plan {
        /// Its id.
        id: String,
        /// The id of this version of it.
        version: String,
        /// What it does.
        spec: PlanSpec,
    },
    /// To [`Call::CreateBackupPlan`] and [`Call::UpdateBackupPlan`].
    PlanPut {
        /// Its id.
        id: String,
        /// The id of the new version.
        version: String,
    },
    /// To [`Call::ListSelections`].
    Selections {
        /// The id of the plan.
        plan_id: String,
        /// Its selections, sorted by name.
        selections: Vec<Selection>,
    },
    /// To [`Call::CreateBackupSelection`].
    SelectionMade {
        /// Its id.
        id: String,
    },
    /// To [`Call::DescribeRegionSettings`].
    RegionSettings {
        /// Which kinds of resources are backed up when only a tag names them (B5).
        opted_in: BTreeMap<String, bool>,
        /// Of which kinds AWS Backup manages the recovery points in full (B2).
        managed: BTreeMap<String, bool>,
    },
    /// To all other changes.
    Done {},
}

operations! {
    "backup"
    read {
        DESCRIBE_REGION_SETTINGS "DescribeRegionSettings" "backup:DescribeRegionSettings";
        GET_BACKUP_PLAN "GetBackupPlan" "backup:GetBackupPlan" "backup:ListBackupPlans";
        GET_BACKUP_SELECTION "GetBackupSelection" "backup:GetBackupSelection" "backup:ListBackupPlans" "backup:ListBackupSelections";
        LIST_BACKUP_VAULTS "ListBackupVaults" "backup:ListBackupVaults";
    }
    change {
        CREATE_BACKUP_PLAN "CreateBackupPlan" ["backup:CreateBackupPlan"] Change Same "GetBackupPlan";
        CREATE_BACKUP_SELECTION "CreateBackupSelection" ["backup:CreateBackupSelection", "iam:PassRole"] Change Same "GetBackupSelection";
        CREATE_BACKUP_VAULT "CreateBackupVault" ["backup-storage:MountCapsule", "backup:CreateBackupVault", "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:RetireGrant"] Change Refused "ListBackupVaults";
        DELETE_BACKUP_PLAN "DeleteBackupPlan" ["backup:DeleteBackupPlan"] Change Refused "GetBackupPlan";
        DELETE_BACKUP_SELECTION "DeleteBackupSelection" ["backup:DeleteBackupSelection"] Change Refused "GetBackupSelection";
        DELETE_BACKUP_VAULT "DeleteBackupVault" ["backup:DeleteBackupVault"] Change Refused "ListBackupVaults";
        DELETE_VAULT_LOCK "DeleteBackupVaultLockConfiguration" ["backup:DeleteBackupVaultLockConfiguration"] Change Same "ListBackupVaults";
        PUT_VAULT_LOCK "PutBackupVaultLockConfiguration" ["backup:PutBackupVaultLockConfiguration"] Change Same "ListBackupVaults";
        UPDATE_BACKUP_PLAN "UpdateBackupPlan" ["backup:UpdateBackupPlan"] Change Same "GetBackupPlan";
    }
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::FindVault { .. } => &LIST_BACKUP_VAULTS,
            Self::CreateBackupVault { .. } => &CREATE_BACKUP_VAULT,
            Self::DeleteBackupVault { .. } => &DELETE_BACKUP_VAULT,
            Self::PutVaultLock { .. } => &PUT_VAULT_LOCK,
            Self::DeleteVaultLock { .. } => &DELETE_VAULT_LOCK,
            Self::FindPlan { .. } => &GET_BACKUP_PLAN,
            Self::CreateBackupPlan { .. } => &CREATE_BACKUP_PLAN,
            Self::UpdateBackupPlan { .. } => &UPDATE_BACKUP_PLAN,
            Self::DeleteBackupPlan { .. } => &DELETE_BACKUP_PLAN,
            Self::ListSelections { .. } => &GET_BACKUP_SELECTION,
            Self::CreateBackupSelection { .. } => &CREATE_BACKUP_SELECTION,
            Self::DeleteBackupSelection { .. } => &DELETE_BACKUP_SELECTION,
            Self::DescribeRegionSettings {} => &DESCRIBE_REGION_SETTINGS,
        }
    }

    /// The vault, plan or selection that the call is about.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::FindVault { vault }
            | Self::CreateBackupVault { vault, .. }
            | Self::DeleteBackupVault { vault }
            | Self::PutVaultLock { vault, .. }
            | Self::DeleteVaultLock { vault } => Some(vault),
            Self::FindPlan { plan }
            | Self::CreateBackupPlan { plan, .. }
            | Self::UpdateBackupPlan { plan, .. }
            | Self::DeleteBackupPlan { plan, .. }
            | Self::ListSelections { plan } => Some(plan),
            Self::CreateBackupSelection { selection, .. }
            | Self::DeleteBackupSelection { selection, .. } => Some(selection),
            Self::DescribeRegionSettings {} => None,
        }
    }

    /// What is sent as `CreatorRequestId`, where AWS takes one: equal for equal calls, so that one
    /// that is sent twice makes one thing. At most 50 letters, digits and hyphens.
    pub fn token(&self) -> String {
        let digest = digest_of(self);
        format!("muster-{}", digest.get(..32).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_of_the_call_and_fits_what_aws_takes() {
        let create =
            |vault: &str| Call::CreateBackupVault { vault: vault.to_owned(), encryption_key: None };
        assert_eq!(create("a").token(), create("a").token());
        assert_ne!(create("a").token(), create("b").token());
        let token = create("a").token();
        assert!(token.len() <= 50 && token.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    }
}
