//! The setting of backup plans, rule by rule.

use std::collections::BTreeMap;

use super::super::testing::{absent, failed, on, said, vault_of};
use super::*;
use crate::cloud::Ending;
use crate::cloud::backup::{CopyTo, Vault, VaultLock};

/// The document's rule, but for what AWS refuses of it.
fn daily() -> Rule {
    Rule {
        vault: "backups".to_owned(),
        schedule: Some("cron(0 5 * * ? *)".to_owned()),
        start_window_minutes: Some(60),
        completion_window_minutes: Some(120),
        delete_after_days: Some(35),
        ..Rule::default()
    }
}

fn keeps(cold_after_days: Option<u32>, delete_after_days: Option<u32>) -> Rule {
    Rule { cold_after_days, delete_after_days, ..daily() }
}

fn spec(rules: &[(&str, Rule)]) -> PlanSpec {
    let rules = rules.iter().map(|(name, rule)| ((*name).to_owned(), rule.clone())).collect();
    PlanSpec { rules, advanced: BTreeMap::new() }
}

fn there(rules: &[(&str, Rule)]) -> Presence<PlanSpec> {
    Presence::Present(spec(rules))
}

fn seen(value: &Presence<PlanSpec>) -> Vec<Outcome> {
    vec![value.present().map_or_else(absent, |spec| {
        let (id, version, spec) = ("an-id".to_owned(), "a-version".to_owned(), spec.clone());
        said(Reply::Plan { id, version, spec })
    })]
}

fn update(spec: PlanSpec) -> Vec<cloud::Call> {
    let (plan, id) = ("plan".to_owned(), "an-id".to_owned());
    call(Call::UpdateBackupPlan { plan, id, spec })
}

fn delete() -> Vec<cloud::Call> {
    call(Call::DeleteBackupPlan { plan: "plan".to_owned(), id: "an-id".to_owned() })
}

fn create(spec: PlanSpec) -> Vec<cloud::Call> {
    call(Call::CreateBackupPlan { plan: "plan".to_owned(), spec })
}

#[test]
fn from_every_state_to_every_other() {
    let hourly = Rule { schedule: Some("cron(0 * * * ? *)".to_owned()), ..daily() };
    for (from, to, is_met, expected) in [
        (Presence::Absent, Presence::Absent, true, vec![]),
        (Presence::Absent, there(&[("d", daily())]), false, create(spec(&[("d", daily())]))),
        (there(&[("d", daily())]), Presence::Absent, false, delete()),
        (there(&[("d", daily())]), there(&[("d", daily())]), true, vec![]),
        (
            there(&[("d", keeps(None, Some(7))), ("h", hourly.clone())]),
            there(&[("d", daily())]),
            false,
            update(spec(&[("d", daily()), ("h", hourly.clone())])),
        ),
        (
            there(&[("h", hourly.clone())]),
            there(&[("d", daily())]),
            false,
            update(spec(&[("d", daily()), ("h", hourly.clone())])),
        ),
        (there(&[("d", daily()), ("h", hourly)]), there(&[("d", daily())]), true, vec![]),
    ] {
        assert_eq!(Plan::decode(&on("plan"), &seen(&from)).as_ref(), Ok(&from));
        assert_eq!(Plan::is_met(&from, &to), is_met, "{from:?} {to:?}");
        let written = Plan::write(&on("plan"), &seen(&from), &to).unwrap();
        assert!(written.iter().all(|call| Plan::WRITES.contains(&call.operation())));
        assert_eq!(written, expected, "{from:?} {to:?}");
    }
    let denied = [failed(Ending::Denied)];
    assert!(matches!(Plan::decode(&on("plan"), &denied), Err(Unread::Failed(_))));
    assert!(Plan::write(&on("plan"), &denied, &there(&[("d", daily())])).is_err());
    assert_eq!(Plan::fingerprint(&seen(&there(&[]))).as_deref(), Some("an-id"));
    assert_eq!(Plan::fingerprint(&denied), None);
}

#[test]
fn a_time_that_is_left_out_stays_and_a_lifecycle_that_is_left_out_goes() {
    let now = Rule { timezone: Some("Europe/Zurich".to_owned()), ..daily() };
    let bare = Rule { vault: "backups".to_owned(), ..Rule::default() };
    let open = Rule { delete_after_days: Some(35), ..bare.clone() };
    assert!(Plan::is_met(&there(&[("d", now.clone())]), &there(&[("d", open)])));
    assert!(!Plan::is_met(&there(&[("d", now.clone())]), &there(&[("d", bare.clone())])));
    let written =
        Plan::write(&on("plan"), &seen(&there(&[("d", now.clone())])), &there(&[("d", bare)]));
    let kept = Rule { delete_after_days: None, ..now };
    assert_eq!(written, Ok(update(spec(&[("d", kept)]))));
}

#[test]
fn undo_takes_out_what_the_change_put_in_and_no_more() {
    let undo = |now: &Presence<PlanSpec>, before: Presence<PlanSpec>| {
        let after = there(&[("d", daily())]);
        let undo = Undo { before: &before, after: &after };
        Plan::undo(&on("plan"), &seen(now), &undo).unwrap()
    };
    let other = keeps(None, Some(7));
    let both = there(&[("d", daily()), ("other", other.clone())]);
    let only = there(&[("d", daily())]);
    // The plan was made by the change.
    assert_eq!(undo(&only, Presence::Absent), delete());
    assert_eq!(undo(&both, Presence::Absent), update(spec(&[("other", other.clone())])));
    assert_eq!(undo(&there(&[("other", other.clone())]), Presence::Absent), vec![]);
    assert_eq!(undo(&Presence::Absent, Presence::Absent), vec![]);
    // The plan was there, with another rule of this name.
    let former = there(&[("d", keeps(None, None))]);
    let back = spec(&[("d", keeps(None, None)), ("other", other)]);
    assert_eq!(undo(&both, former.clone()), update(back));
    assert_eq!(undo(&former, former.clone()), vec![]);
    assert_eq!(undo(&Presence::Absent, former), create(spec(&[("d", keeps(None, None))])));
}

#[test]
fn options_of_kinds_are_merged_and_put_back() {
    let vss = |on: &str| {
        let options = BTreeMap::from([("WindowsVSS".to_owned(), on.to_owned())]);
        BTreeMap::from([("EC2".to_owned(), options)])
    };
    let with = |on: &str| PlanSpec { advanced: vss(on), ..spec(&[("d", daily())]) };
    let (from, to) = (Presence::Present(with("disabled")), Presence::Present(with("enabled")));
    assert!(!Plan::is_met(&from, &to));
    assert_eq!(Plan::write(&on("plan"), &seen(&from), &to), Ok(update(with("enabled"))));
    let undo = Undo { before: &from, after: &to };
    assert_eq!(Plan::undo(&on("plan"), &seen(&to), &undo), Ok(update(with("disabled"))));
    let nothing = there(&[("d", daily())]);
    let undo = Undo { before: &nothing, after: &to };
    let bare = spec(&[("d", daily())]);
    assert_eq!(Plan::undo(&on("plan"), &seen(&to), &undo), Ok(update(bare)));
}

/// The facts that a plan with this rule breaks, with the fix of the first.
fn broken(rule: Rule) -> (Vec<String>, String) {
    let breaches = Plan::lint(&on("plan"), &there(&[("d", rule)]));
    let fix = breaches.first().map(|breach| breach.fix.clone()).unwrap_or_default();
    let fact = |breach: Breach| breach.fact.unwrap_or_else(|| "unfit".to_owned());
    (breaches.into_iter().map(fact).collect(), fix)
}

#[test]
fn cold_storage_takes_ninety_days() {
    for (cold, delete, facts) in [
        (Some(7), Some(35), 1),
        (Some(7), Some(96), 1),
        (Some(7), Some(97), 0),
        (None, Some(35), 0),
        (Some(7), None, 0),
        // Shorter than 30 days in warm storage: said by nobody who knows (B17).
        (Some(1), Some(91), 0),
    ] {
        let (found, fix) = broken(keeps(cold, delete));
        assert_eq!(found, vec!["B1"; facts], "{cold:?} {delete:?}");
        if (cold, delete) == (Some(7), Some(35)) {
            assert!(fix.contains("`delete_after_days = 35`"), "{fix}");
            assert!(fix.contains("after 97 days"), "{fix}");
        }
    }
    let copy = CopyTo {
        vault_arn: "arn:aws:backup:eu-west-1:500313280221:backup-vault:far".to_owned(),
        cold_after_days: Some(7),
        delete_after_days: Some(35),
        archive: false,
    };
    assert_eq!(broken(Rule { copies: [copy].into(), ..daily() }).0, ["B1"]);
}

#[test]
fn what_else_a_plan_breaks() {
    let copy = |vault_arn: &str| CopyTo {
        vault_arn: vault_arn.to_owned(),
        cold_after_days: None,
        delete_after_days: None,
        archive: false,
    };
    let far = copy("arn:aws:backup:eu-west-1:500313280221:backup-vault:far");
    let cron = |schedule: &str| Rule { schedule: Some(schedule.to_owned()), ..daily() };
    for (rule, facts) in [
        (daily(), vec![]),
        (Rule { start_window_minutes: Some(59), ..daily() }, vec!["B15"]),
        (Rule { start_window_minutes: Some(121), ..daily() }, vec!["unfit"]),
        (Rule { start_window_minutes: None, completion_window_minutes: None, ..daily() }, vec![]),
        (Rule { continuous: true, ..keeps(Some(7), Some(97)) }, vec!["B4"]),
        (Rule { continuous: true, copies: [far.clone()].into(), ..daily() }, vec!["B4"]),
        (Rule { copies: [far].into(), ..daily() }, vec![]),
        (Rule { copies: [copy("far")].into(), ..daily() }, vec!["unfit"]),
        (Rule { vault: "no vault".to_owned(), ..daily() }, vec!["unfit"]),
        (cron("cron(0 5 ? * MON *)"), vec![]),
        (cron("cron(0 5 * * * *)"), vec!["unfit"]),
        (cron("cron(0 5 ? * ? *)"), vec!["unfit"]),
        (cron("0 5 * * *"), vec!["unfit"]),
        (cron("cron(0 5 * * ?)"), vec!["unfit"]),
    ] {
        assert_eq!(broken(rule.clone()).0, facts, "{rule:?}");
    }
    let lint = |name: &str, spec: PlanSpec| Plan::lint(&on(name), &Presence::Present(spec));
    assert_eq!(lint("a plan", spec(&[("d", daily())])).len(), 1);
    assert_eq!(lint("plan", spec(&[("a rule", daily())])).len(), 1);
    assert_eq!(lint("plan", spec(&[])).len(), 1);
    let advanced = BTreeMap::from([("DynamoDB".to_owned(), BTreeMap::new())]);
    let found = lint("plan", PlanSpec { advanced, ..spec(&[("d", daily())]) });
    assert_eq!(found.first().and_then(|breach| breach.fact.as_deref()), Some("B3"));
    assert_eq!(Plan::lint(&on("a plan"), &Presence::Absent), []);
}

fn region(managed: bool) -> Outcome {
    let managed = BTreeMap::from([(DYNAMODB.to_owned(), managed)]);
    said(Reply::RegionSettings { opted_in: BTreeMap::new(), managed })
}

fn judge(rule: Rule, seen: &[Outcome]) -> Vec<(String, Severity)> {
    let to = there(&[("d", rule)]);
    assert_eq!(Plan::guard(&on("plan"), &to).len(), seen.len());
    let found = Plan::judge(&on("plan"), &to, seen).into_iter();
    found.map(|breach| (breach.fact.unwrap_or_default(), breach.severity)).collect()
}

#[test]
fn the_vault_has_to_be_there_and_to_take_the_retention() {
    let locked = |min_retention_days, max_retention_days| {
        let lock = Some(VaultLock { min_retention_days, max_retention_days });
        [said(Reply::Vault(Vault { lock, ..vault_of("backups") }))]
    };
    let refused = |fact: &str| vec![(fact.to_owned(), Severity::Refuse)];
    assert_eq!(judge(daily(), &[said(Reply::Vault(vault_of("backups")))]), []);
    assert_eq!(judge(daily(), &[absent()]), refused(""));
    for (min, max, delete, is_refused) in [
        (Some(35), Some(35), Some(35), false),
        (Some(36), None, Some(35), true),
        (None, Some(34), Some(35), true),
        (None, None, None, false),
        (Some(36), None, None, false),
        (None, Some(365), None, true),
    ] {
        let found = judge(keeps(None, delete), &locked(min, max));
        let expected = if is_refused { refused("B13") } else { vec![] };
        assert_eq!(found, expected, "{min:?} {max:?} {delete:?}");
    }
    let unseen = judge(daily(), &[failed(Ending::Denied)]);
    assert_eq!(unseen, [(String::new(), Severity::Warn)]);
    assert_eq!(Plan::judge(&on("plan"), &Presence::Absent, &[]), []);
    assert_eq!(Plan::guard(&on("plan"), &Presence::Absent), []);
}

#[test]
fn cold_storage_of_tables_needs_a_setting_of_the_region() {
    let vault = || said(Reply::Vault(vault_of("backups")));
    let cold = || keeps(Some(7), Some(97));
    let warned = |fact: &str| vec![(fact.to_owned(), Severity::Warn)];
    assert_eq!(judge(cold(), &[vault(), region(true)]), []);
    assert_eq!(judge(cold(), &[vault(), region(false)]), warned("B2"));
    let unsaid =
        said(Reply::RegionSettings { opted_in: BTreeMap::new(), managed: BTreeMap::new() });
    assert_eq!(judge(cold(), &[vault(), unsaid]), warned("B2"));
    assert_eq!(judge(cold(), &[vault(), failed(Ending::Denied)]), warned(""));
    assert_eq!(judge(cold(), &[vault(), said(Reply::Done {})]), warned(""));
}

#[test]
fn dangers() {
    let change = |from: &Presence<PlanSpec>, to: &Presence<PlanSpec>| Plan::change(from, to).danger;
    let plan = there(&[("d", daily())]);
    assert_eq!(change(&Presence::Absent, &plan), Danger::Change);
    assert_eq!(change(&plan, &there(&[])), Danger::Change);
    assert_eq!(change(&plan, &Presence::Absent), Danger::Destroy);
    assert!(Plan::creates(&plan) && !Plan::creates(&Presence::Absent));
}
