//! Backup vaults, plans and selections: what is written is there when it is read, by name.
//!
//! ministack differs from AWS: a vault without a key has none, where AWS gives it its own; a second
//! plan is made for the same request id; a vault has no lock; a plan goes with its selections.

use std::collections::BTreeMap;

use muster::aws::Live;
use muster::cloud::backup::{
    Call, Conditions, CopyTo, PlanSpec, Reply, Rule, SelectionSpec, Tag, Vault,
};
use muster::cloud::{self, Ending};

use crate::emulator;
use crate::support::{self, ACCOUNT, REGION, config, ending, error, live};

async fn reply(live: &Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::Backup(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

fn vault() -> String {
    "SiteLogix-Backup-Vault".to_owned()
}

fn plan() -> String {
    "SiteLogix-DynamoDB-Daily-Backup".to_owned()
}

fn absent() -> (Ending, String) {
    (Ending::Absent, "ResourceNotFoundException".to_owned())
}

/// A plan in which every word is used.
fn full() -> PlanSpec {
    let daily = Rule {
        vault: vault(),
        schedule: Some("cron(0 5 * * ? *)".to_owned()),
        timezone: Some("Etc/UTC".to_owned()),
        start_window_minutes: Some(60),
        completion_window_minutes: Some(120),
        cold_after_days: Some(7),
        delete_after_days: Some(97),
        archive: true,
        continuous: false,
        copies: [CopyTo {
            vault_arn: format!("arn:aws:backup:eu-west-1:{ACCOUNT}:backup-vault:far"),
            cold_after_days: None,
            delete_after_days: Some(14),
            archive: false,
        }]
        .into(),
        tags: BTreeMap::from([("System".to_owned(), "SiteLogix".to_owned())]),
    };
    let bare = Rule { vault: vault(), continuous: true, ..Rule::default() };
    let options = BTreeMap::from([("WindowsVSS".to_owned(), "enabled".to_owned())]);
    PlanSpec {
        rules: BTreeMap::from([("Daily".to_owned(), daily), ("Bare".to_owned(), bare)]),
        advanced: BTreeMap::from([("EC2".to_owned(), options)]),
    }
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}

/// A selection in which every word is used.
fn covered() -> SelectionSpec {
    let table = |name: &str| format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}");
    SelectionSpec {
        role: format!("arn:aws:iam::{ACCOUNT}:role/service-role/AWSBackupDefaultServiceRole"),
        resources: [table("sitelogix-*"), table("other")].into(),
        not_resources: [table("sitelogix-audit-log")].into(),
        tags: [tag("Backup", "daily")].into(),
        conditions: Conditions {
            equals: [tag("aws:ResourceTag/Tier", "1")].into(),
            not_equals: [tag("aws:ResourceTag/Stage", "dev")].into(),
            like: [tag("aws:ResourceTag/Owner", "plat*")].into(),
            not_like: [tag("aws:ResourceTag/Name", "tmp*")].into(),
        },
    }
}

#[tokio::test]
async fn a_vault_is_made_found_and_deleted() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let find = || Call::FindVault { vault: vault() };
    assert_eq!(ending(&live, find()).await, absent());
    let key = Some(format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/1"));
    let create = Call::CreateBackupVault { vault: vault(), encryption_key: key.clone() };
    assert_eq!(reply(&live, create.clone()).await, Reply::Done {});
    let exists = (Ending::Exists, "AlreadyExistsException".to_owned());
    assert_eq!(ending(&live, create).await, exists);
    let expected = Vault {
        arn: format!("arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:{}", vault()),
        encryption_key: key,
        recovery_points: 0,
        lock: None,
        lock_date: None,
    };
    assert_eq!(reply(&live, find()).await, Reply::Vault(expected));
    let delete = || Call::DeleteBackupVault { vault: vault() };
    assert_eq!(reply(&live, delete()).await, Reply::Done {});
    assert_eq!(ending(&live, delete()).await, absent());
    assert_eq!(ending(&live, find()).await, absent());
}

#[tokio::test]
async fn a_plan_is_made_found_by_its_name_and_replaced() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let find = || Call::FindPlan { plan: plan() };
    assert_eq!(ending(&live, find()).await, absent());
    let create = Call::CreateBackupPlan { plan: plan(), spec: full() };
    let Reply::PlanPut { id, version } = reply(&live, create).await else { unreachable!() };
    let found = reply(&live, find()).await;
    assert_eq!(found, Reply::Plan { id: id.clone(), version, spec: full() });
    let mut spec = full();
    spec.rules.remove("Bare");
    spec.advanced.clear();
    let update = Call::UpdateBackupPlan { plan: plan(), id: id.clone(), spec: spec.clone() };
    let Reply::PlanPut { id: same, version } = reply(&live, update).await else { unreachable!() };
    assert_eq!(same, id);
    assert_eq!(reply(&live, find()).await, Reply::Plan { id: id.clone(), version, spec });
    let delete = || Call::DeleteBackupPlan { plan: plan(), id: id.clone() };
    assert_eq!(reply(&live, delete()).await, Reply::Done {});
    assert_eq!(ending(&live, delete()).await, absent());
    assert_eq!(ending(&live, find()).await, absent());
}

#[tokio::test]
async fn a_selection_is_made_listed_and_deleted() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let list = || Call::ListSelections { plan: plan() };
    assert_eq!(ending(&live, list()).await, absent());
    let create = Call::CreateBackupPlan { plan: plan(), spec: full() };
    let Reply::PlanPut { id: plan_id, .. } = reply(&live, create).await else { unreachable!() };
    let create = Call::CreateBackupSelection {
        plan: plan(),
        plan_id: plan_id.clone(),
        selection: "Tables".to_owned(),
        spec: covered(),
    };
    let Reply::SelectionMade { id } = reply(&live, create).await else { unreachable!() };
    let Reply::Selections { plan_id: of, selections } = reply(&live, list()).await else {
        unreachable!()
    };
    let [only] = selections.as_slice() else { panic!("{selections:?}") };
    assert_eq!(
        (of, only.name.as_str(), only.id.as_str()),
        (plan_id.clone(), "Tables", id.as_str())
    );
    assert_eq!(only.spec, covered());
    let delete =
        Call::DeleteBackupSelection { plan: plan(), plan_id, selection: "Tables".to_owned(), id };
    assert_eq!(reply(&live, delete.clone()).await, Reply::Done {});
    assert_eq!(ending(&live, delete).await, absent());
    let Reply::Selections { selections, .. } = reply(&live, list()).await else { unreachable!() };
    assert_eq!(selections, []);
}

#[tokio::test]
async fn a_name_is_looked_for_on_every_page() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    // A page holds a hundred.
    for number in 0..101 {
        let vault = format!("vault-{number:03}");
        reply(&live, Call::CreateBackupVault { vault, encryption_key: None }).await;
        let plan = format!("plan-{number:03}");
        reply(&live, Call::CreateBackupPlan { plan, spec: full() }).await;
    }
    let last = Call::FindVault { vault: "vault-100".to_owned() };
    let Reply::Vault(found) = reply(&live, last).await else { unreachable!() };
    assert!(found.arn.ends_with(":vault-100"), "{}", found.arn);
    let last = Call::FindPlan { plan: "plan-100".to_owned() };
    assert!(matches!(reply(&live, last).await, Reply::Plan { .. }));
    let none = Call::FindVault { vault: "vault-101".to_owned() };
    assert_eq!(ending(&live, none).await, absent());
}

#[tokio::test]
async fn two_plans_of_one_name_are_not_guessed_at() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    for _ in 0..2 {
        reply(&live, Call::CreateBackupPlan { plan: plan(), spec: full() }).await;
    }
    for call in [Call::FindPlan { plan: plan() }, Call::ListSelections { plan: plan() }] {
        let error = error(&live, call).await;
        assert_eq!((error.ending, error.code.as_str()), (Ending::Refused, "SeveralOfOneName"));
    }
}

#[tokio::test]
async fn a_plan_that_our_words_cannot_hold_is_not_read() {
    use aws_sdk_backup::types::{
        BackupPlanInput, BackupRuleInput, Lifecycle, LifecycleDeleteAfterEvent,
    };
    let emulator = emulator::start(ACCOUNT);
    let url = emulator.url();
    let second = aws_sdk_backup::Client::new(&config(&url, REGION));
    let event = LifecycleDeleteAfterEvent::DeleteAfterCopy;
    let lifecycle = Lifecycle::builder().delete_after_event(event).build();
    let rule = BackupRuleInput::builder()
        .rule_name("Daily")
        .target_backup_vault_name(vault())
        .lifecycle(lifecycle)
        .build()
        .unwrap();
    let input = BackupPlanInput::builder().backup_plan_name(plan()).rules(rule).build().unwrap();
    second.create_backup_plan().backup_plan(input).send().await.unwrap();
    let error = error(&live(&url), Call::FindPlan { plan: plan() }).await;
    assert_eq!((error.ending, error.code.as_str()), (Ending::Refused, "BeyondVocabulary"));
    assert!(error.message.contains("DeleteAfterEvent"), "{}", error.message);
}
