//! The setting of backup selections.

use std::collections::BTreeMap;

use super::super::testing::{absent, failed, on, said};
use super::*;
use crate::cloud::Ending;
use crate::cloud::backup::{Conditions, PlanSpec, Tag};

const ROLE: &str = "arn:aws:iam::500313280221:role/service-role/AWSBackupDefaultServiceRole";

fn table(name: &str) -> String {
    format!("arn:aws:dynamodb:us-east-1:500313280221:table/{name}")
}

fn of(names: &[&str]) -> SelectionSpec {
    let resources = names.iter().map(|name| table(name)).collect();
    SelectionSpec { role: ROLE.to_owned(), resources, ..SelectionSpec::default() }
}

fn there(names: &[&str]) -> Presence<SelectionSpec> {
    Presence::Present(of(names))
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}

fn tagged(tags: &[Tag]) -> SelectionSpec {
    SelectionSpec { tags: tags.iter().cloned().collect(), ..of(&[]) }
}

fn seen(value: &Presence<SelectionSpec>) -> Vec<Outcome> {
    let found = |name: &str, spec: &SelectionSpec| Found {
        name: name.to_owned(),
        id: format!("id-of-{name}"),
        spec: spec.clone(),
    };
    let other = found("other", &of(&["elsewhere"]));
    let selections = value.present().map(|spec| found("sel", spec)).into_iter().chain([other]);
    let plan_id = "plan-id".to_owned();
    vec![said(Reply::Selections { plan_id, selections: selections.collect() })]
}

fn target() -> Target {
    on("plan/sel")
}

fn made(spec: SelectionSpec) -> cloud::Call {
    cloud::Call::Backup(create(&target(), "plan-id", spec))
}

fn deleted() -> cloud::Call {
    cloud::Call::Backup(Call::DeleteBackupSelection {
        plan: "plan".to_owned(),
        plan_id: "plan-id".to_owned(),
        selection: "sel".to_owned(),
        id: "id-of-sel".to_owned(),
    })
}

#[test]
fn from_every_state_to_every_other() {
    for (from, to, is_met, expected) in [
        (Presence::Absent, Presence::Absent, true, vec![]),
        (Presence::Absent, there(&["a"]), false, vec![made(of(&["a"]))]),
        (there(&["a"]), Presence::Absent, false, vec![deleted()]),
        (there(&["a", "b"]), there(&["a"]), true, vec![]),
        // What others put in stays.
        (
            there(&["a", "b"]),
            there(&["b", "c"]),
            false,
            vec![deleted(), made(of(&["a", "b", "c"]))],
        ),
    ] {
        assert_eq!(Selection::decode(&target(), &seen(&from)).as_ref(), Ok(&from));
        assert_eq!(Selection::is_met(&from, &to), is_met, "{from:?} {to:?}");
        let written = Selection::write(&target(), &seen(&from), &to).unwrap();
        assert!(written.iter().all(|call| Selection::WRITES.contains(&call.operation())));
        assert_eq!(written, expected, "{from:?} {to:?}");
    }
}

#[test]
fn a_selection_belongs_to_a_plan() {
    let read = call(Call::ListSelections { plan: "plan".to_owned() });
    assert_eq!(Selection::read(&target()), read);
    assert_eq!(Selection::read(&on("plan")), read, "one name for both");
    assert_eq!(Selection::decode(&target(), &[absent()]), Ok(Presence::Absent));
    assert_eq!(Selection::write(&target(), &[absent()], &Presence::Absent), Ok(vec![]));
    let refused = Selection::write(&target(), &[absent()], &there(&["a"])).unwrap_err();
    assert!(refused.why.contains("no backup plan plan"), "{refused}");
    let guard = call(Call::FindPlan { plan: "plan".to_owned() });
    assert_eq!(Selection::guard(&target(), &there(&["a"])), guard);
    let (id, version, spec) = ("plan-id".to_owned(), "v".to_owned(), PlanSpec::default());
    let plan =
        || said(Reply::Plan { id: id.clone(), version: version.clone(), spec: spec.clone() });
    assert_eq!(Selection::judge(&target(), &there(&["a"]), &[plan()]), []);
    assert_eq!(Selection::judge(&target(), &there(&["a"]), &[absent()]).len(), 1);
    assert_eq!(Selection::judge(&target(), &Presence::Absent, &[]), []);
    let denied = [failed(Ending::Denied)];
    assert!(Selection::write(&target(), &denied, &there(&["a"])).is_err());
    assert!(matches!(Selection::decode(&target(), &denied), Err(Unread::Failed(_))));
    assert_eq!(Selection::fingerprint(&seen(&Presence::Absent)).as_deref(), Some("plan-id"));
}

#[test]
fn two_of_one_name_are_not_guessed_at() {
    let found = Found { name: "sel".to_owned(), id: "x".to_owned(), spec: of(&["a"]) };
    let selections = vec![found.clone(), found];
    let seen = [said(Reply::Selections { plan_id: "plan-id".to_owned(), selections })];
    assert!(matches!(Selection::decode(&target(), &seen), Err(Unread::Strange(_))));
}

#[test]
fn undo_takes_out_what_the_change_put_in_and_no_more() {
    let undo = |now: &Presence<SelectionSpec>, before: &Presence<SelectionSpec>| {
        let after = there(&["b", "c"]);
        Selection::undo(&target(), &seen(now), &Undo { before, after: &after }).unwrap()
    };
    let nothing = Presence::Absent;
    // It was made by the change.
    assert_eq!(undo(&there(&["b", "c"]), &nothing), [deleted()]);
    assert_eq!(undo(&there(&["b", "c", "d"]), &nothing), [deleted(), made(of(&["d"]))]);
    assert_eq!(undo(&nothing, &nothing), []);
    // It was there, with some of it.
    let before = there(&["a", "b"]);
    assert_eq!(undo(&there(&["a", "b", "c"]), &before), [deleted(), made(of(&["a", "b"]))]);
    let since = there(&["a", "b", "c", "d"]);
    assert_eq!(undo(&since, &before), [deleted(), made(of(&["a", "b", "d"]))]);
    assert_eq!(undo(&there(&["a", "b"]), &before), []);
    assert_eq!(undo(&nothing, &before), [made(of(&["a", "b"]))]);
    // It went with its plan.
    let gone = Undo { before: &nothing, after: &before };
    assert_eq!(Selection::undo(&target(), &[absent()], &gone), Ok(vec![]));
    let gone = Undo { before: &before, after: &nothing };
    assert!(Selection::undo(&target(), &[absent()], &gone).is_err());
}

#[test]
fn more_covers_less_and_narrower_does_not() {
    let met = |value: SelectionSpec, wanted: &SelectionSpec| {
        Selection::is_met(&Presence::Present(value), &Presence::Present(wanted.clone()))
    };
    let wanted = of(&["a", "b"]);
    let wide = |pattern: &str| SelectionSpec { resources: [pattern.to_owned()].into(), ..of(&[]) };
    assert!(met(wide("*"), &wanted));
    assert!(met(wide(&table("*")), &wanted));
    assert!(!met(wide(&table("a*")), &wanted));
    assert!(!met(SelectionSpec { not_resources: [table("b")].into(), ..wide("*") }, &wanted));
    let equals = [tag("aws:ResourceTag/Backup", "yes")].into();
    let conditions = Conditions { equals, ..Conditions::default() };
    assert!(!met(SelectionSpec { conditions: conditions.clone(), ..wanted.clone() }, &wanted));
    let narrow = SelectionSpec { conditions, ..wanted.clone() };
    assert!(!met(wanted.clone(), &narrow));
    assert!(met(narrow.clone(), &narrow));
    assert!(!met(
        SelectionSpec { role: ROLE.replace("Default", "Other"), ..wanted.clone() },
        &wanted
    ));
    let both = tagged(&[tag("Backup", "yes"), tag("Tier", "1")]);
    assert!(met(both.clone(), &tagged(&[tag("Backup", "yes")])));
    assert!(!met(tagged(&[tag("Backup", "yes")]), &both));
}

#[test]
fn what_is_covered_is_said() {
    let why = |to: SelectionSpec| {
        Selection::change(&Presence::Absent, &Presence::Present(to)).why.unwrap()
    };
    assert_eq!(why(of(&["a"])), "It covers table/a.");
    assert_eq!(why(of(&["a", "b"])), "It covers 2 resources (table/a, table/b).");
    let like = [tag("aws:ResourceTag/Tier", "1*")].into();
    let spec = SelectionSpec {
        tags: [tag("Backup", "yes")].into(),
        not_resources: [table("b")].into(),
        conditions: Conditions { like, ..Conditions::default() },
        ..of(&["a"])
    };
    assert_eq!(
        why(spec),
        "It covers table/a, or everything with the tag Backup = yes, but not table/b; of that only \
         where aws:ResourceTag/Tier is like 1*."
    );
    let change = Selection::change(&there(&["a"]), &there(&["b"]));
    assert_eq!(change.danger, Danger::Change);
    let why = change.why.unwrap();
    assert!(why.contains("made anew") && why.contains("2 resources"), "{why}");
    assert_eq!(Selection::change(&there(&["a"]), &Presence::Absent).danger, Danger::Destroy);
    assert_eq!(Selection::change(&Presence::Absent, &Presence::Absent), Change::exact());
}

#[test]
fn what_a_selection_breaks() {
    let lint = |name: &str, to: SelectionSpec| {
        let found = Selection::lint(&on(name), &Presence::Present(to)).into_iter();
        found.map(|breach| breach.fact.unwrap_or_else(|| "unfit".to_owned())).collect::<Vec<_>>()
    };
    let untagged = Conditions { equals: [tag("Backup", "yes")].into(), ..Conditions::default() };
    let named = |arn: &str| SelectionSpec { resources: [arn.to_owned()].into(), ..of(&[]) };
    for (name, to, facts) in [
        ("plan/sel", of(&["a"]), vec![]),
        ("plan/sel", named("*"), vec![]),
        ("plan", tagged(&[tag("Backup", "yes")]), vec![]),
        ("a plan/a sel", of(&["a"]), vec!["unfit", "unfit"]),
        ("plan/sel/more", of(&["a"]), vec!["unfit"]),
        ("plan/sel", of(&[]), vec!["unfit"]),
        ("plan/sel", named("sitelogix-reports"), vec!["unfit"]),
        ("plan/sel", SelectionSpec { role: "backup".to_owned(), ..of(&["a"]) }, vec!["unfit"]),
        ("plan/sel", SelectionSpec { tags: [tag("a", "b")].into(), ..of(&["a"]) }, vec!["B6"]),
        ("plan/sel", SelectionSpec { conditions: untagged, ..of(&["a"]) }, vec!["unfit"]),
    ] {
        assert_eq!(lint(name, to.clone()), facts, "{name} {to:?}");
    }
    assert_eq!(Selection::lint(&on("a b"), &Presence::Absent), []);
}

#[test]
fn tags_alone_obey_what_the_region_is_opted_in_to() {
    let to = Presence::Present(tagged(&[tag("Backup", "yes")]));
    let plan = || {
        let (id, version) = ("plan-id".to_owned(), "v".to_owned());
        said(Reply::Plan { id, version, spec: PlanSpec::default() })
    };
    let region = |is_in: bool| {
        let opted_in = BTreeMap::from([("DynamoDB".to_owned(), is_in), ("S3".to_owned(), true)]);
        said(Reply::RegionSettings { opted_in, managed: BTreeMap::new() })
    };
    assert_eq!(Selection::guard(&target(), &to).len(), 2);
    let judge = |second: Outcome| Selection::judge(&target(), &to, &[plan(), second]);
    assert_eq!(judge(region(true)), []);
    let found = judge(region(false));
    assert_eq!((found[0].fact.as_deref(), found[0].severity), (Some("B5"), Severity::Warn));
    assert!(found[0].why.contains("DynamoDB") && !found[0].why.contains("S3"), "{}", found[0].why);
    assert_eq!(judge(failed(Ending::Denied))[0].fact.as_deref(), Some("B5"));
    // A named resource is backed up whatever the Region is opted in to.
    let named = Presence::Present(SelectionSpec { tags: [tag("a", "b")].into(), ..of(&["a"]) });
    assert_eq!(Selection::guard(&target(), &named).len(), 1);
}
