//! Plans of AWS Backup. One that our words cannot hold is not read: it would be written back
//! without the rest.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_backup::Client;
use aws_sdk_backup::types::{
    AdvancedBackupSetting, BackupPlan, BackupPlanInput, BackupRule, BackupRuleInput, CopyAction,
    Lifecycle,
};

use super::super::ending::{beyond, needed, unbuilt};
use super::super::sending::{Sending, answer, sent};
use super::{count, id_of_plan};
use crate::cloud::backup::{CopyTo, PlanSpec, Reply, Rule};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn find(client: &Client, sending: &Sending, plan: String) -> Outcome {
    let id = id_of_plan(client, sending, &plan).await?;
    let output = sent!(sending, client.get_backup_plan().backup_plan_id(&id))?;
    let spec = spec_from_sdk(needed(output.backup_plan(), "BackupPlan")?)?;
    let version = needed(output.version_id(), "VersionId")?.to_owned();
    answer(cloud::Reply::Backup(Reply::Plan { id, version, spec }), &output)
}

pub(super) async fn create(
    client: &Client,
    sending: &Sending,
    plan: String,
    spec: PlanSpec,
    token: String,
) -> Outcome {
    let request =
        client.create_backup_plan().backup_plan(plan_to_sdk(plan, spec)?).creator_request_id(token);
    let output = sent!(sending, request)?;
    let reply = put(output.backup_plan_id(), output.version_id())?;
    answer(cloud::Reply::Backup(reply), &output)
}

pub(super) async fn update(
    client: &Client,
    sending: &Sending,
    plan: String,
    id: String,
    spec: PlanSpec,
) -> Outcome {
    let request =
        client.update_backup_plan().backup_plan_id(id).backup_plan(plan_to_sdk(plan, spec)?);
    let output = sent!(sending, request)?;
    let reply = put(output.backup_plan_id(), output.version_id())?;
    answer(cloud::Reply::Backup(reply), &output)
}

fn put(id: Option<&str>, version: Option<&str>) -> Result<Reply, CallError> {
    let id = needed(id, "BackupPlanId")?.to_owned();
    Ok(Reply::PlanPut { id, version: needed(version, "VersionId")?.to_owned() })
}

fn plan_to_sdk(name: String, spec: PlanSpec) -> Result<BackupPlanInput, CallError> {
    let PlanSpec { rules, advanced } = spec;
    let rules = rules.into_iter().map(|(name, rule)| rule_to_sdk(name, rule));
    let advanced = advanced.into_iter().map(|(kind, options)| {
        AdvancedBackupSetting::builder()
            .resource_type(kind)
            .set_backup_options(Some(options.into_iter().collect()))
            .build()
    });
    let advanced: Vec<_> = advanced.collect();
    BackupPlanInput::builder()
        .backup_plan_name(name)
        .set_rules(Some(rules.collect::<Result<_, CallError>>()?))
        .set_advanced_backup_settings(Some(advanced).filter(|all| !all.is_empty()))
        .build()
        .map_err(unbuilt)
}

fn rule_to_sdk(name: String, rule: Rule) -> Result<BackupRuleInput, CallError> {
    let copies = rule.copies.into_iter().map(|copy| {
        CopyAction::builder()
            .destination_backup_vault_arn(copy.vault_arn)
            .set_lifecycle(lifecycle_to_sdk(
                copy.cold_after_days,
                copy.delete_after_days,
                copy.archive,
            ))
            .build()
            .map_err(unbuilt)
    });
    let copies = copies.collect::<Result<Vec<_>, CallError>>()?;
    let tags: std::collections::HashMap<_, _> = rule.tags.into_iter().collect();
    BackupRuleInput::builder()
        .rule_name(name)
        .target_backup_vault_name(rule.vault)
        .set_schedule_expression(rule.schedule)
        .set_schedule_expression_timezone(rule.timezone)
        .set_start_window_minutes(rule.start_window_minutes.map(i64::from))
        .set_completion_window_minutes(rule.completion_window_minutes.map(i64::from))
        .set_lifecycle(lifecycle_to_sdk(rule.cold_after_days, rule.delete_after_days, rule.archive))
        .enable_continuous_backup(rule.continuous)
        .set_copy_actions(Some(copies).filter(|all| !all.is_empty()))
        .set_recovery_point_tags(Some(tags).filter(|all| !all.is_empty()))
        .build()
        .map_err(unbuilt)
}

fn lifecycle_to_sdk(cold: Option<u32>, delete: Option<u32>, archive: bool) -> Option<Lifecycle> {
    let is_none = cold.is_none() && delete.is_none() && !archive;
    let lifecycle = Lifecycle::builder()
        .set_move_to_cold_storage_after_days(cold.map(i64::from))
        .set_delete_after_days(delete.map(i64::from))
        .set_opt_in_to_archive_for_supported_resources(archive.then_some(true))
        .build();
    (!is_none).then_some(lifecycle)
}

fn spec_from_sdk(plan: &BackupPlan) -> Result<PlanSpec, CallError> {
    if !plan.scan_settings().is_empty() {
        return Err(beyond("ScanSettings of a backup plan"));
    }
    let mut rules = BTreeMap::new();
    for rule in plan.rules() {
        if rules.insert(rule.rule_name().to_owned(), rule_from_sdk(rule)?).is_some() {
            return Err(beyond(&format!("one of two rules `{}`", rule.rule_name())));
        }
    }
    let mut advanced = BTreeMap::new();
    for setting in plan.advanced_backup_settings() {
        let kind = needed(setting.resource_type(), "ResourceType")?.to_owned();
        let options = setting.backup_options().into_iter().flatten();
        advanced.insert(kind, options.map(|(name, to)| (name.clone(), to.clone())).collect());
    }
    Ok(PlanSpec { rules, advanced })
}

fn rule_from_sdk(rule: &BackupRule) -> Result<Rule, CallError> {
    let beyond_words = [
        (
            "TargetLogicallyAirGappedBackupVaultArn",
            rule.target_logically_air_gapped_backup_vault_arn().is_some(),
        ),
        ("IndexActions", !rule.index_actions().is_empty()),
        ("ScanActions", !rule.scan_actions().is_empty()),
    ];
    if let Some((member, _)) = beyond_words.into_iter().find(|(_, used)| *used) {
        return Err(beyond(&format!("{member} of a rule of a backup plan")));
    }
    let (cold_after_days, delete_after_days, archive) = lifecycle_from_sdk(rule.lifecycle())?;
    let mut copies = BTreeSet::new();
    for copy in rule.copy_actions() {
        let (cold_after_days, delete_after_days, archive) = lifecycle_from_sdk(copy.lifecycle())?;
        let vault_arn = copy.destination_backup_vault_arn().to_owned();
        copies.insert(CopyTo { vault_arn, cold_after_days, delete_after_days, archive });
    }
    let tags = rule.recovery_point_tags().into_iter().flatten();
    let (start, end) = (rule.start_window_minutes(), rule.completion_window_minutes());
    Ok(Rule {
        vault: rule.target_backup_vault_name().to_owned(),
        schedule: rule.schedule_expression().map(str::to_owned),
        timezone: rule.schedule_expression_timezone().map(str::to_owned),
        start_window_minutes: count(start, "StartWindowMinutes")?,
        completion_window_minutes: count(end, "CompletionWindowMinutes")?,
        cold_after_days,
        delete_after_days,
        archive,
        continuous: rule.enable_continuous_backup().unwrap_or(false),
        copies,
        tags: tags.map(|(key, value)| (key.clone(), value.clone())).collect(),
    })
}

/// After how many days it gets cold, after how many it is deleted, and whether it is archived.
type Days = (Option<u32>, Option<u32>, bool);

fn lifecycle_from_sdk(lifecycle: Option<&Lifecycle>) -> Result<Days, CallError> {
    let Some(lifecycle) = lifecycle else { return Ok((None, None, false)) };
    if lifecycle.delete_after_event().is_some() {
        return Err(beyond("DeleteAfterEvent of a lifecycle"));
    }
    Ok((
        count(lifecycle.move_to_cold_storage_after_days(), "MoveToColdStorageAfterDays")?,
        count(lifecycle.delete_after_days(), "DeleteAfterDays")?,
        lifecycle.opt_in_to_archive_for_supported_resources().unwrap_or(false),
    ))
}
