//! Vaults, plans and selections, as an operator meets them.

use crate::cloud::backup::{Call, PlanSpec, Rule, SelectionSpec, VaultLock};
use crate::sandbox::testing::{Desk, at};

const DAY: f64 = 86_400.0;

fn vault() -> String {
    "SiteLogix-Backup-Vault".to_owned()
}

fn make_vault() -> Call {
    Call::CreateBackupVault { vault: vault(), encryption_key: None }
}

fn find_vault() -> Call {
    Call::FindVault { vault: vault() }
}

fn plan() -> String {
    "daily".to_owned()
}

fn spec(cold_after_days: Option<u32>, delete_after_days: Option<u32>) -> PlanSpec {
    let rule = Rule {
        vault: vault(),
        schedule: Some("cron(0 5 * * ? *)".to_owned()),
        cold_after_days,
        delete_after_days,
        ..Rule::default()
    };
    PlanSpec { rules: [("d".to_owned(), rule)].into(), ..PlanSpec::default() }
}

fn make_plan(days: u32) -> Call {
    Call::CreateBackupPlan { plan: plan(), spec: spec(None, Some(days)) }
}

fn find_plan() -> Call {
    Call::FindPlan { plan: plan() }
}

/// A field of an answer, as text.
fn field(answer: &str, name: &str) -> String {
    let rest = answer.split(&format!("{name}:")).nth(1).unwrap();
    rest.split([',', '}']).next().unwrap().to_owned()
}

fn select(plan_id: &str, name: &str, table: &str) -> Call {
    let resources = [format!("arn:aws:dynamodb:us-east-1:500313280221:table/{table}")].into();
    let role = "arn:aws:iam::500313280221:role/service-role/AWSBackupDefaultServiceRole".to_owned();
    Call::CreateBackupSelection {
        plan: plan(),
        plan_id: plan_id.to_owned(),
        selection: name.to_owned(),
        spec: SelectionSpec { role, resources, ..SelectionSpec::default() },
    }
}

#[test]
fn a_vault_is_made_once_and_deleted_while_it_is_empty() {
    let mut desk = Desk::empty();
    let absent = "Absent ResourceNotFoundException: no backup vault has this name";
    assert_eq!(desk.bad(0.0, find_vault()), absent);
    desk.good(0.0, make_vault());
    assert_eq!(desk.bad(0.5, find_vault()), absent, "not seen yet");
    let found = desk.good(3.0, find_vault());
    assert!(found.contains("recovery_points:0") && found.contains("lock:null"), "{found}");
    assert!(found.contains("encryption_key:arn:aws:kms:us-east-1:500313280221:key/"), "{found}");
    desk.good(3.0, make_vault());
    let key = Some("arn:aws:kms:us-east-1:500313280221:key/1".to_owned());
    let other = desk.bad(3.0, Call::CreateBackupVault { vault: vault(), encryption_key: key });
    assert!(other.starts_with("Exists AlreadyExistsException"), "{other}");
    let moment = desk.world.moment(at(4.0));
    desk.world.backup.fill(&vault(), 2, &moment);
    assert_eq!(
        desk.bad(5.0, Call::DeleteBackupVault { vault: vault() }),
        "Refused InvalidRequestException: Backup vault cannot be deleted because it contains \
         recovery points."
    );
    desk.world.backup.fill(&vault(), 0, &moment);
    desk.good(6.0, Call::DeleteBackupVault { vault: vault() });
    assert!(desk.bad(6.0, Call::DeleteBackupVault { vault: vault() }).starts_with("Absent"));
    assert_eq!(desk.bad(9.0, find_vault()), absent);
    let changed: Vec<_> = desk.world.ledger().iter().map(|entry| entry.change).collect();
    assert_eq!(changed, [true, false, true]);
    let bad = Call::CreateBackupVault { vault: "a vault".to_owned(), encryption_key: None };
    assert!(desk.bad(9.0, bad).starts_with("Refused InvalidParameterValueException"));
}

#[test]
fn a_lock_with_a_date_becomes_final() {
    let mut desk = Desk::empty();
    desk.good(0.0, make_vault());
    let lock = VaultLock { min_retention_days: Some(7), max_retention_days: Some(365) };
    let put =
        |changeable_for_days| Call::PutVaultLock { vault: vault(), lock, changeable_for_days };
    let unlock = || Call::DeleteVaultLock { vault: vault() };
    desk.good(5.0, put(None));
    let found = desk.good(9.0, find_vault());
    assert!(found.contains("min_retention_days:7") && found.contains("lock_date:null"), "{found}");
    desk.good(9.0, unlock());
    assert!(desk.good(12.0, find_vault()).contains("lock:null"));
    assert!(desk.bad(12.0, put(Some(2))).contains("at least 3 days"));
    desk.good(12.0, put(Some(3)));
    let found = desk.good(15.0, find_vault());
    assert!(found.contains("lock_date:2026-11-23T08:00:12Z"), "{found}");
    desk.good(2.0 * DAY, put(Some(3)));
    let late = 6.0 * DAY;
    for call in [put(None), put(Some(9)), unlock()] {
        let refused = desk.bad(late, call);
        assert!(refused.starts_with("Refused InvalidRequestException: Vault lock"), "{refused}");
    }
    for (min_retention_days, max_retention_days) in [(Some(0), None), (Some(9), Some(8))] {
        let lock = VaultLock { min_retention_days, max_retention_days };
        let put = Call::PutVaultLock { vault: vault(), lock, changeable_for_days: None };
        assert!(desk.bad(late, put).starts_with("Refused InvalidParameterValueException"));
    }
    let nowhere = Call::DeleteVaultLock { vault: "nowhere".to_owned() };
    assert!(desk.bad(late, nowhere).starts_with("Absent ResourceNotFoundException"));
}

#[test]
fn a_plan_has_versions_and_goes_after_its_selections() {
    let mut desk = Desk::empty();
    let made = desk.good(0.0, make_plan(35));
    let (id, first) = (field(&made, "id"), field(&made, "version"));
    assert_eq!(desk.good(0.0, make_plan(35)), made, "the same call makes one plan");
    assert!(desk.bad(0.5, find_plan()).starts_with("Absent"), "not seen yet");
    let found = desk.good(3.0, find_plan());
    assert_eq!((field(&found, "id"), field(&found, "version")), (id.clone(), first.clone()));
    let update = |days| Call::UpdateBackupPlan {
        plan: plan(),
        id: id.clone(),
        spec: spec(None, Some(days)),
    };
    let put = desk.good(3.0, update(7));
    assert_eq!(field(&put, "id"), id);
    assert_ne!(field(&put, "version"), first);
    assert!(desk.good(6.0, find_plan()).contains("delete_after_days:7"));
    desk.good(6.0, update(7));

    let made = desk.good(9.0, select(&id, "tables", "a"));
    assert_eq!(desk.good(9.0, select(&id, "tables", "a")), made);
    let other = desk.bad(9.0, select(&id, "tables", "b"));
    assert!(other.starts_with("Exists AlreadyExistsException"), "{other}");
    let listed = desk.good(12.0, Call::ListSelections { plan: plan() });
    assert!(listed.contains("name:tables") && listed.contains("table/a"), "{listed}");
    let delete = || Call::DeleteBackupPlan { plan: plan(), id: id.clone() };
    assert_eq!(
        desk.bad(12.0, delete()),
        "Refused InvalidRequestException: Related backup plan selections must be deleted prior to \
         backup plan deletion"
    );
    let selection = Call::DeleteBackupSelection {
        plan: plan(),
        plan_id: id.clone(),
        selection: "tables".to_owned(),
        id: field(&made, "id"),
    };
    desk.good(12.0, selection.clone());
    assert!(desk.bad(12.0, selection).starts_with("Absent ResourceNotFoundException"));
    desk.good(12.0, delete());
    assert!(desk.bad(12.0, delete()).starts_with("Absent ResourceNotFoundException"));
    assert!(desk.bad(15.0, find_plan()).starts_with("Absent"));
    assert!(desk.bad(15.0, Call::ListSelections { plan: plan() }).starts_with("Absent"));
    assert!(desk.bad(15.0, select(&id, "tables", "a")).starts_with("Absent"));
    assert!(desk.bad(15.0, update(7)).starts_with("Absent"));
    let changed: Vec<_> = desk.world.ledger().iter().map(|entry| entry.change).collect();
    assert_eq!(changed, [true, false, true, false, true, false, true, true]);
}

#[test]
fn several_plans_of_one_name_cannot_be_told_apart() {
    let mut desk = Desk::empty();
    desk.good(0.0, make_plan(35));
    desk.good(0.0, make_plan(36));
    assert!(desk.bad(3.0, find_plan()).starts_with("Refused SeveralOfOneName"));
    assert!(desk.bad(3.0, Call::ListSelections { plan: plan() }).starts_with("Refused Several"));
}

#[test]
fn what_cannot_be_a_plan_or_a_selection_is_refused() {
    let mut desk = Desk::empty();
    let cold = Call::CreateBackupPlan { plan: plan(), spec: spec(Some(7), Some(35)) };
    assert_eq!(
        desk.bad(0.0, cold),
        "Refused InvalidParameterValueException: Invalid lifecycle. DeleteAfterDays cannot be less \
         than 90 days apart from MoveToColdStorageAfterDays"
    );
    desk.good(0.0, Call::CreateBackupPlan { plan: plan(), spec: spec(Some(7), Some(97)) });
    let mut refused = |change: &dyn Fn(&mut Rule), said: &str| {
        let mut spec = spec(None, Some(35));
        spec.rules.values_mut().for_each(change);
        let refused = desk.bad(0.0, Call::CreateBackupPlan { plan: "other".to_owned(), spec });
        assert!(refused.starts_with("Refused InvalidParameterValueException"), "{refused}");
        assert!(refused.contains(said), "{refused}");
    };
    refused(&|rule| rule.start_window_minutes = Some(59), "at least 60");
    refused(&|rule| rule.vault = "a vault".to_owned(), "vault name");
    let unavailable = "MoveToColdStorageAfterDays is unavailable";
    refused(&|rule| (rule.continuous, rule.cold_after_days) = (true, Some(1)), unavailable);
    let none = Call::CreateBackupPlan { plan: "none".to_owned(), spec: PlanSpec::default() };
    assert!(desk.bad(0.0, none).contains("at least one rule"));
    let mut advanced = spec(None, None);
    advanced.advanced.insert("DynamoDB".to_owned(), [].into());
    let advanced = Call::CreateBackupPlan { plan: "other".to_owned(), spec: advanced };
    assert!(desk.bad(0.0, advanced).contains("AdvancedBackupSettings: DynamoDB"));
    let id = field(&desk.good(3.0, find_plan()), "id");
    assert!(desk.bad(3.0, select(&id, "a b", "a")).contains("selection name"));
    let Call::CreateBackupSelection { plan, plan_id, selection, spec } = select(&id, "s", "a")
    else {
        unreachable!()
    };
    let mut refused = |change: &dyn Fn(&mut SelectionSpec)| {
        let mut spec = spec.clone();
        change(&mut spec);
        let (plan, plan_id, selection) = (plan.clone(), plan_id.clone(), selection.clone());
        desk.bad(3.0, Call::CreateBackupSelection { plan, plan_id, selection, spec })
    };
    assert!(refused(&|spec| spec.resources.clear()).contains("Resources or ListOfTags"));
    assert!(refused(&|spec| spec.role = "backup".to_owned()).contains("role"));
    assert!(refused(&|spec| spec.not_resources = ["x".to_owned()].into()).contains("Invalid ARN"));
}

#[test]
fn a_region_in_which_nobody_has_chosen_yet() {
    let mut desk = Desk::empty();
    let found = desk.good(0.0, Call::DescribeRegionSettings {});
    assert!(found.contains("managed:{DynamoDB:false"), "{found}");
    assert!(found.contains("opted_in:{Aurora:true,DynamoDB:true"), "{found}");
}

#[test]
fn what_was_made_and_deleted_leaves_no_trace_in_the_state() {
    let mut desk = Desk::empty();
    let before = desk.world.state();
    desk.good(0.0, make_vault());
    let id = field(&desk.good(0.0, make_plan(35)), "id");
    assert_ne!(desk.world.state(), before);
    desk.good(3.0, Call::DeleteBackupPlan { plan: plan(), id });
    desk.good(3.0, Call::DeleteBackupVault { vault: vault() });
    assert_eq!(desk.world.state(), before);
}
