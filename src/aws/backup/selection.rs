//! Selections of AWS Backup: what a plan covers.

use std::collections::BTreeSet;

use aws_sdk_backup::Client;
use aws_sdk_backup::types::{
    BackupSelection, Condition, ConditionParameter, ConditionType, Conditions as SdkConditions,
};

use super::super::MOST_PAGES;
use super::super::ending::{needed, too_many_pages, unbuilt, unreadable};
use super::super::sending::{Sending, answer, sent};
use super::id_of_plan;
use crate::cloud::backup::{Conditions, Reply, Selection, SelectionSpec, Tag};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn list(client: &Client, sending: &Sending, plan: String) -> Outcome {
    let plan_id = id_of_plan(client, sending, &plan).await?;
    let mut selections = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request =
            client.list_backup_selections().backup_plan_id(&plan_id).set_next_token(token);
        let output = sent!(sending, request)?;
        for entry in output.backup_selections_list() {
            let id = needed(entry.selection_id(), "SelectionId")?;
            selections.push(get(client, sending, &plan_id, id).await?);
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            selections.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
            return answer(
                cloud::Reply::Backup(Reply::Selections { plan_id, selections }),
                &output,
            );
        }
    }
    Err(too_many_pages())
}

async fn get(
    client: &Client,
    sending: &Sending,
    plan_id: &str,
    id: &str,
) -> Result<Selection, CallError> {
    let request = client.get_backup_selection().backup_plan_id(plan_id).selection_id(id);
    let output = sent!(sending, request)?;
    let found = needed(output.backup_selection(), "BackupSelection")?;
    let (name, id) = (found.selection_name().to_owned(), id.to_owned());
    Ok(Selection { name, id, spec: spec_from_sdk(found)? })
}

pub(super) async fn create(
    client: &Client,
    sending: &Sending,
    plan_id: String,
    name: String,
    spec: SelectionSpec,
    token: String,
) -> Outcome {
    let request = client
        .create_backup_selection()
        .backup_plan_id(plan_id)
        .backup_selection(spec_to_sdk(name, spec)?)
        .creator_request_id(token);
    let output = sent!(sending, request)?;
    let id = needed(output.selection_id(), "SelectionId")?.to_owned();
    answer(cloud::Reply::Backup(Reply::SelectionMade { id }), &output)
}

fn spec_to_sdk(name: String, spec: SelectionSpec) -> Result<BackupSelection, CallError> {
    let tags = spec.tags.into_iter().map(|tag| {
        Condition::builder()
            .condition_type(ConditionType::Stringequals)
            .condition_key(tag.key)
            .condition_value(tag.value)
            .build()
            .map_err(unbuilt)
    });
    let list = |set: BTreeSet<String>| Some(Vec::from_iter(set)).filter(|all| !all.is_empty());
    BackupSelection::builder()
        .selection_name(name)
        .iam_role_arn(spec.role)
        .set_resources(list(spec.resources))
        .set_not_resources(list(spec.not_resources))
        .set_list_of_tags(Some(tags.collect::<Result<_, CallError>>()?))
        .set_conditions(conditions_to_sdk(spec.conditions))
        .build()
        .map_err(unbuilt)
}

fn conditions_to_sdk(conditions: Conditions) -> Option<SdkConditions> {
    if conditions == Conditions::default() {
        return None;
    }
    let list = |tags: BTreeSet<Tag>| {
        let made = tags.into_iter().map(|tag| {
            ConditionParameter::builder().condition_key(tag.key).condition_value(tag.value).build()
        });
        Some(made.collect::<Vec<_>>()).filter(|all| !all.is_empty())
    };
    let made = SdkConditions::builder()
        .set_string_equals(list(conditions.equals))
        .set_string_not_equals(list(conditions.not_equals))
        .set_string_like(list(conditions.like))
        .set_string_not_like(list(conditions.not_like));
    Some(made.build())
}

fn spec_from_sdk(selection: &BackupSelection) -> Result<SelectionSpec, CallError> {
    let mut tags = BTreeSet::new();
    for tag in selection.list_of_tags() {
        if *tag.condition_type() != ConditionType::Stringequals {
            return Err(unreadable("ConditionType", tag.condition_type().as_str()));
        }
        let (key, value) = (tag.condition_key().to_owned(), tag.condition_value().to_owned());
        tags.insert(Tag { key, value });
    }
    let conditions = selection.conditions().map(conditions_from_sdk).transpose()?;
    Ok(SelectionSpec {
        role: selection.iam_role_arn().to_owned(),
        resources: selection.resources().iter().cloned().collect(),
        not_resources: selection.not_resources().iter().cloned().collect(),
        tags,
        conditions: conditions.unwrap_or_default(),
    })
}

fn conditions_from_sdk(conditions: &SdkConditions) -> Result<Conditions, CallError> {
    let set = |all: &[ConditionParameter]| {
        let tag = |one: &ConditionParameter| {
            let key = needed(one.condition_key(), "ConditionKey")?.to_owned();
            let value = needed(one.condition_value(), "ConditionValue")?.to_owned();
            Ok(Tag { key, value })
        };
        all.iter().map(tag).collect::<Result<BTreeSet<_>, CallError>>()
    };
    Ok(Conditions {
        equals: set(conditions.string_equals())?,
        not_equals: set(conditions.string_not_equals())?,
        like: set(conditions.string_like())?,
        not_like: set(conditions.string_not_like())?,
    })
}
