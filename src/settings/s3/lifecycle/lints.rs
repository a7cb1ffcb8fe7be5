//! What AWS does not take as a lifecycle, known before it is asked.

use std::collections::BTreeSet;

use super::super::super::Breach;
use super::{Rules, deletes, moves};
use crate::cloud::s3::{Filter, LifecycleRule, StorageClass};

/// The longest name of a rule.
const LONGEST_ID: usize = 255;
/// Days before an object comes into infrequent access, and that it stays there (S9).
const INFREQUENT_DAYS: u32 = 30;
/// Days that an object in Glacier Instant Retrieval is paid for at least.
const GLACIER_IR_DAYS: u32 = 90;
/// The most old versions that can be kept (S12).
const MOST_VERSIONS: u32 = 100;
/// The largest size that a filter may name, in bytes.
const LARGEST: u64 = 1_099_511_627_776_000;

/// All that is wrong with the rules of a book.
pub(super) fn of(to: &Rules) -> Vec<Breach> {
    let mut breaches = names(to);
    for rule in to.list() {
        filter(rule, &mut breaches);
        actions(rule, &mut breaches);
        expiration(rule, &mut breaches);
        transitions(rule, &mut breaches);
        noncurrent(rule, &mut breaches);
    }
    breaches.extend(small(to));
    breaches
}

fn names(to: &Rules) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if to.list().is_empty() && to.absent.is_empty() {
        let why = "it names no rule, neither one that must be there nor one that must not";
        breaches.push(Breach::unfit(why, "write `rules` or `absent`"));
    }
    let mut seen = BTreeSet::new();
    for LifecycleRule { id, .. } in to.list() {
        let why = if id.is_empty() || id.chars().count() > LONGEST_ID {
            format!("a rule's name has 1 to {LONGEST_ID} characters, not {}", id.chars().count())
        } else if !seen.insert(id) {
            format!("two rules are called `{id}`")
        } else if to.absent.contains(id) {
            format!("the rule `{id}` must be there and must not")
        } else {
            continue;
        };
        breaches.push(Breach::refuse("S12", why, "give each rule a name of its own"));
    }
    breaches
}

fn filter(LifecycleRule { id, filter, .. }: &LifecycleRule, breaches: &mut Vec<Breach>) {
    let Filter { size_greater_than: above, size_less_than: below, old_form, .. } = filter;
    if *old_form {
        let why = format!("the rule `{id}` is in the form before filters, which is only read");
        breaches.push(Breach::refuse("S12", why, "drop `old_form`"));
    }
    let why = match (above, below) {
        (Some(above), _) if *above > LARGEST => format!("more than {above} bytes"),
        (_, Some(below)) if *below > LARGEST || *below == 0 => format!("fewer than {below} bytes"),
        (Some(above), Some(below)) if below <= above => {
            format!("more than {above} and fewer than {below} bytes")
        }
        _ => return,
    };
    let why = format!("the rule `{id}` is about objects of {why}, which AWS does not take");
    let fix = "give sizes up to 1099511627776000 bytes, the smaller one as `size_greater_than`";
    breaches.push(Breach::refuse("S12", why, fix));
}

fn actions(rule: &LifecycleRule, breaches: &mut Vec<Breach>) {
    let LifecycleRule { id, filter, .. } = rule;
    let abort = rule.abort_incomplete_uploads_after_days;
    let markers = rule.expiration.as_ref().is_some_and(|one| one.expired_object_delete_marker);
    let does_something = deletes(&LifecycleRule { enabled: true, ..rule.clone() })
        || moves(&LifecycleRule { enabled: true, ..rule.clone() })
        || rule.expiration.is_some()
        || abort.is_some();
    if !does_something {
        let why = format!("the rule `{id}` does nothing");
        let fix = "give it one of `transitions`, `expiration`, `noncurrent_transitions`, \
            `noncurrent_expiration` and `abort_incomplete_uploads_after_days`";
        breaches.push(Breach::refuse("S12", why, fix));
    }
    if abort == Some(0) {
        let why = format!("the rule `{id}` aborts uploads after no days at all");
        breaches.push(Breach::refuse("S12", why, "give at least 1 day"));
    }
    let is_narrow = !filter.tags.is_empty()
        || filter.size_greater_than.is_some()
        || filter.size_less_than.is_some();
    for (is_there, name) in [
        (markers, "`expired_object_delete_marker`"),
        (abort.is_some(), "`abort_incomplete_uploads_after_days`"),
    ] {
        if is_there && is_narrow {
            let why = format!("the rule `{id}`: {name} does not go with a filter of tags or sizes");
            breaches.push(Breach::refuse("S12", why, "make a rule of its own for it"));
        }
    }
}

fn expiration(rule: &LifecycleRule, breaches: &mut Vec<Breach>) {
    let (id, Some(one)) = (&rule.id, &rule.expiration) else { return };
    let given = [one.days.is_some(), one.date.is_some(), one.expired_object_delete_marker];
    let mut refuse = |why: String, fix: &str| breaches.push(Breach::refuse("S12", why, fix));
    if given.iter().filter(|is_given| **is_given).count() != 1 {
        refuse(
            format!(
                "the expiration of the rule `{id}` is not one of `days`, `date` and \
                 `expired_object_delete_marker`, which AWS does not combine"
            ),
            "keep one; with `days`, S3 removes the markers of objects that old as well",
        );
    }
    if one.days == Some(0) {
        refuse(format!("the rule `{id}` deletes objects after no days"), "give at least 1 day");
    }
    let (counted, dated) = kinds(rule);
    if counted && dated {
        refuse(
            format!("the rule `{id}` mixes days and dates"),
            "use days everywhere, or make two rules of it",
        );
    }
    let is_late = |move_: &&crate::cloud::s3::Transition| {
        let by_days = move_.days.zip(one.days).is_some_and(|(move_, end)| move_ >= end);
        by_days || move_.date.zip(one.date).is_some_and(|(move_, end)| move_ >= end)
    };
    if let Some(late) = rule.transitions.iter().find(is_late) {
        let class = late.storage_class;
        refuse(
            format!("the rule `{id}` moves objects to {class} when it has deleted them already"),
            "drop the transition, or delete later: deletion wins over moving",
        );
    }
}

/// Whether a rule counts days, and whether it names dates.
fn kinds(rule: &LifecycleRule) -> (bool, bool) {
    let end = rule.expiration.as_ref();
    let counted = rule.transitions.iter().any(|one| one.days.is_some())
        || end.is_some_and(|one| one.days.is_some());
    let dated = rule.transitions.iter().any(|one| one.date.is_some())
        || end.is_some_and(|one| one.date.is_some());
    (counted, dated)
}

fn transitions(rule: &LifecycleRule, breaches: &mut Vec<Breach>) {
    let id = &rule.id;
    for one in &rule.transitions {
        let class = one.storage_class;
        if one.days.is_some() == one.date.is_some() {
            let why = format!("the rule `{id}` moves to {class} after days or at a date, not both");
            breaches.push(Breach::refuse("S12", why, "give one of `days` and `date`"));
        }
        breaches.extend(too_early(id, class, one.days));
    }
    if rule.expiration.is_none() && kinds(rule) == (true, true) {
        let why = format!("the rule `{id}` mixes days and dates");
        breaches.push(Breach::refuse("S12", why, "use days everywhere, or make two rules of it"));
    }
    let mut moves: Vec<_> = rule.transitions.iter().collect();
    moves.sort_by_key(|one| (one.days, one.date));
    for pair in moves.windows(2) {
        let [from, to] = pair else { continue };
        let (upper, lower) = (from.storage_class, to.storage_class);
        let is_at_once = from.days == to.days && from.date == to.date;
        breaches.extend(downward(id, upper, lower, is_at_once));
        if let (Some(first), Some(second)) = (from.days, to.days) {
            breaches.extend(too_soon(id, (upper, first), (lower, second)));
        }
    }
}

/// Infrequent access begins after 30 days; nothing moves to STANDARD.
fn too_early(id: &str, class: StorageClass, days: Option<u32>) -> Option<Breach> {
    if class == StorageClass::Standard {
        let why = format!("the rule `{id}` moves objects to STANDARD, where nothing moves to");
        return Some(Breach::refuse("S10", why, "drop the transition"));
    }
    let days = days.filter(|days| class.is_infrequent() && *days < INFREQUENT_DAYS)?;
    let why = format!(
        "the rule `{id}` moves objects to {class} after {days} days; AWS takes {INFREQUENT_DAYS} \
         or more"
    );
    let fix = format!("give at least {INFREQUENT_DAYS} days, or use INTELLIGENT_TIERING");
    Some(Breach::refuse("S9", why, fix))
}

/// Objects move only down the list of classes, one class at a time.
fn downward(id: &str, upper: StorageClass, lower: StorageClass, at_once: bool) -> Option<Breach> {
    if upper.goes_to(lower) && !at_once {
        return None;
    }
    let why = if at_once || upper == lower {
        format!("the rule `{id}` moves objects to {upper} and to {lower} at once, or twice")
    } else {
        format!("the rule `{id}` moves objects from {upper} to {lower}, and AWS does not")
    };
    let fix = "move down: STANDARD_IA, INTELLIGENT_TIERING, ONEZONE_IA, GLACIER_IR, GLACIER, \
        DEEP_ARCHIVE, each class once; from ONEZONE_IA only to GLACIER and DEEP_ARCHIVE";
    Some(Breach::refuse("S10", why, fix))
}

/// From infrequent access to an archive it takes 30 days in the same rule.
fn too_soon(
    id: &str,
    (upper, first): (StorageClass, u32),
    (lower, second): (StorageClass, u32),
) -> Option<Breach> {
    let goes_down = lower.is_archive() || lower == StorageClass::GlacierIr;
    let fewest = if upper.is_infrequent() && goes_down {
        INFREQUENT_DAYS
    } else if upper == StorageClass::GlacierIr {
        GLACIER_IR_DAYS
    } else {
        return None;
    };
    let least = first.saturating_add(fewest);
    if second < first || second >= least {
        return None;
    }
    let why = format!(
        "the rule `{id}` moves objects to {lower} {} days after {upper}; it takes {fewest}",
        second - first
    );
    let fix = format!("move to {lower} after {least} days or later, or drop {upper}");
    let breach = Breach::refuse("S9", why, fix);
    // That AWS refuses this was told by others, not by AWS.
    let severity =
        if upper.is_infrequent() { breach.severity } else { super::super::super::Severity::Warn };
    Some(Breach { severity, ..breach })
}

fn noncurrent(rule: &LifecycleRule, breaches: &mut Vec<Breach>) {
    let id = &rule.id;
    let end = rule.noncurrent_expiration.as_ref();
    let mut refuse =
        |fact: &str, why: String, fix: &str| breaches.push(Breach::refuse(fact, why, fix));
    if end.is_some_and(|end| end.days == 0) {
        let why = format!("the rule `{id}` deletes old versions after no days");
        refuse("S12", why, "give at least 1 day");
    }
    let counts = rule.noncurrent_transitions.iter().map(|one| one.newer_versions);
    for count in counts.chain([end.and_then(|end| end.newer_versions)]).flatten() {
        if !(1..=MOST_VERSIONS).contains(&count) {
            let why = format!("the rule `{id}` keeps {count} old versions; AWS keeps 1 to 100");
            refuse("S12", why, "give `newer_versions` from 1 to 100, or leave it out");
        }
    }
    if let Some(late) =
        end.and_then(|end| rule.noncurrent_transitions.iter().find(|one| one.days >= end.days))
    {
        let class = late.storage_class;
        let why = format!("the rule `{id}` moves old versions to {class} when it has deleted them");
        refuse("S12", why, "drop the transition, or delete old versions later");
    }
    let mut moves: Vec<_> = rule.noncurrent_transitions.iter().collect();
    moves.sort_by_key(|one| one.days);
    breaches
        .extend(moves.iter().filter_map(|one| too_early(id, one.storage_class, Some(one.days))));
    for pair in moves.windows(2) {
        let [from, to] = pair else { continue };
        let (upper, lower) = (from.storage_class, to.storage_class);
        breaches.extend(downward(id, upper, lower, from.days == to.days));
        breaches.extend(too_soon(id, (upper, from.days), (lower, to.days)));
    }
}

/// Small objects stay, and nobody said that this is known.
fn small(to: &Rules) -> Option<Breach> {
    if to.transition_default_minimum_object_size.is_some() {
        return None;
    }
    // A rule that names a size decides for itself.
    let is_sized = |Filter { size_greater_than: above, size_less_than: below, .. }: &Filter| {
        above.is_some() || below.is_some()
    };
    let is_silent = |rule: &&LifecycleRule| moves(rule) && !is_sized(&rule.filter);
    let LifecycleRule { id, .. } = to.list().iter().find(is_silent)?;
    let why = format!(
        "the rule `{id}` moves objects, but those under 128 KB stay where they are, unless the \
         bucket says otherwise"
    );
    let fix = "say which is meant: `transition_default_minimum_object_size` = \
        \"all_storage_classes_128K\" (small objects stay) or \"varies_by_storage_class\" (they \
        move to GLACIER and DEEP_ARCHIVE), or a filter with `size_greater_than`";
    Some(Breach::warn("S11", why, fix))
}
