//! The score of the shipped profile at each point of the rollout, as its document promises it.

use jiff::{SignedDuration, Timestamp};
use muster::app::{Library, Shelf, practice};
use muster::compliance::{Checked, Outcome, Profile, Score, Sweep};
use muster::engine::{Rest, rollback};
use muster::estate::{Environment, Estate, Item};
use muster::runbook::Kind;
use muster::sandbox::World;
use muster::settings::{self, Target};

use crate::book::{start, started};
use crate::operator::Operator;
use crate::shell::Shell;
use crate::shipped::{PACE, bind, walk};

/// What each phase adds to the three of 36 that are met before: 23, 26, 32, 35, 36.
const ADDS: &[(&str, usize)] = &[
    ("phase-1-protection", 20),
    ("phase-2-lifecycle", 3),
    ("phase-3-missing-tables", 6),
    ("phase-4-object-lock", 3),
    ("phase-5-backup-plan", 1),
];

struct Sight {
    library: Library,
}

impl Sight {
    fn new() -> Self {
        Self { library: Library::embedded() }
    }

    fn shelf(&self) -> &Shelf {
        self.library.shelf(Some("sitelogix")).unwrap()
    }

    fn prod(&self) -> (&Estate, &Environment, &Profile) {
        let shelf = self.shelf();
        let estate = shelf.estate.as_ref().unwrap();
        let profile = self.library.profile("sitelogix", None).unwrap();
        (estate, estate.environment("prod").unwrap(), profile)
    }
}

/// Reads everything once, long enough after the last change that everybody sees it: first how the
/// buckets are called now.
fn scan(
    (estate, environment, profile): (&Estate, &Environment, &Profile),
    world: &World,
    now: Timestamp,
) -> (Score, Vec<Checked>) {
    let mut world = world.clone();
    let now = now + SignedDuration::from_hours(1);
    let parameter = settings::find("ssm.parameter").unwrap();
    let mut called = environment.clone();
    for pointer in profile.pointers(environment) {
        let on = Target { place: environment.place.clone(), name: pointer.parameter };
        let seen: Vec<_> = parameter.read(&on).iter().map(|call| world.call(call, now)).collect();
        if let Some(name) = parameter.decode(&on, &seen).unwrap()["value"].as_str() {
            called.inventory.insert(pointer.key, Item::One(name.to_owned()));
        }
    }
    let bound = &profile.bind(estate, &called);
    let (mut sweep, mut lines) = Sweep::new(bound);
    for call in 0..sweep.calls().len() {
        let outcome = world.call(&sweep.calls()[call].clone(), now);
        lines.extend(sweep.ended(call, &outcome));
    }
    assert_eq!(lines.len(), bound.lines.len(), "a line was lost");
    lines.sort_by_key(|(line, _)| *line);
    let lines: Vec<_> = lines.into_iter().map(|(_, checked)| checked).collect();
    (Score::of(lines.iter().map(|line| &line.outcome)), lines)
}

fn failing(lines: &[Checked]) -> String {
    let open = lines.iter().filter(|line| !line.outcome.is_met());
    open.map(|line| format!("{} {}: {}\n", line.id, line.target, line.detail())).collect()
}

#[test]
fn before_any_phase_three_of_thirty_six_are_met() {
    let sight = Sight::new();
    let (estate, environment, _) = sight.prod();
    let fresh = practice::fresh(estate, environment, start());
    let (score, lines) = scan(sight.prod(), &fresh, start());
    let met: Vec<_> = lines
        .iter()
        .filter(|line| line.outcome.is_met())
        .map(|line| (line.id.as_str(), line.target.as_str()))
        .collect();
    assert_eq!(
        met,
        [
            ("bucket-versioning", "sitelogix-audio-files-prod"),
            ("buckets-reachable", "the data buckets"),
            ("tables-active", "the four tables"),
        ]
    );
    assert!(score.in_words().starts_with("3 of 36 (8 %)"), "{}", score.in_words());
}

#[test]
fn each_phase_brings_the_score_to_where_its_document_says_and_its_way_back_to_where_it_was() {
    let sight = Sight::new();
    let (estate, environment, _) = sight.prod();
    let mut world = practice::fresh(estate, environment, start());
    let mut now = start();
    let mut before = scan(sight.prod(), &world, now).0;
    let phases = sight.shelf().books.iter().filter(|book| book.pinned.kind == Kind::Phase).count();
    let mut walked = 0;
    for (name, adds) in ADDS {
        let books = &sight.shelf().books;
        let Some(book) = books.iter().find(|book| book.pinned.name == *name) else { continue };
        let met = before.met + adds;
        let shell = walk(&bind(sight.shelf(), book, environment), &world, now);
        let (score, lines) = scan(sight.prod(), &shell.world, shell.now);
        assert_eq!((score.met, score.total), (met, 36), "after {name}:\n{}", failing(&lines));
        if let Ok(back) = rollback(&shell.run) {
            let mut again = Shell::begin(shell.world.clone(), started(back, PACE));
            again.now = shell.now;
            if Operator::default().walk(&mut again) == (Rest::Succeeded {}) {
                let (score, lines) = scan(sight.prod(), &again.world, again.now);
                assert_eq!(score.met, before.met, "{name} taken back:\n{}", failing(&lines));
            }
        }
        (world, now, before) = (shell.world, shell.now + SignedDuration::from_hours(1), score);
        walked += 1;
    }
    // Of Object Lock there are two ways, and one of them is walked.
    assert!(walked > 0 && walked + 1 >= phases, "{walked} of {phases} phases");
}

#[test]
fn no_call_is_made_twice() {
    let sight = Sight::new();
    let (estate, environment, profile) = sight.prod();
    let bound = profile.bind(estate, environment);
    let (sweep, _) = Sweep::new(&bound);
    let mut digests: Vec<_> = sweep.calls().iter().map(muster::cloud::Call::digest).collect();
    let all = digests.len();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), all);
    let parts: usize = bound.lines.iter().map(|line| line.parts.len()).sum();
    assert!(all < parts, "reads are shared: {all} calls for {parts} parts");
    assert!(sweep.calls().iter().all(|call| call.operation().is_read()));
}

#[test]
fn what_may_not_be_read_is_neither_passed_nor_failed() {
    let sight = Sight::new();
    let (estate, environment, _) = sight.prod();
    let mut world = practice::fresh(estate, environment, start());
    world.set_faults(
        serde_json::from_value(serde_json::json!([
            { "on": "cloudtrail:GetTrailStatus", "kind": "denied", "times": u32::MAX },
            { "on": "cloudtrail:GetEventSelectors", "kind": "denied", "times": u32::MAX },
        ]))
        .unwrap(),
    );
    let (score, lines) = scan(sight.prod(), &world, start());
    assert_eq!((score.met, score.total, score.could_not_check), (3, 35, 1));
    let trail = lines.iter().find(|line| line.id == "trail").unwrap();
    let Outcome::CouldNotCheck { missing, .. } = &trail.outcome else { panic!("{trail:?}") };
    assert_eq!(missing, &["cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"]);
}
