//! Every book that ships with the program, bound in every environment of its estate, with the
//! account that practice begins with. A new book is walked by all tests that ask here; nothing has
//! to be added for it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use muster::app::{Library, Shelf, practice};
use muster::engine::{Event, NoWayBack, Rest, rollback};
use muster::estate::{Environment, Item};
use muster::runbook::{Book, Bound, Param, ParamKind};
use muster::sandbox::World;

use crate::book::{start, started};
use crate::operator::Operator;
use crate::shell::Shell;

/// How many seconds of AWS pass in one second of the clock, as in practice.
pub const PACE: u32 = practice::PACE;

/// A shipped book in one environment.
#[derive(Debug)]
pub struct Shipped {
    /// `sitelogix/phase-1-protection in prod`.
    pub name: String,
    /// The book, with its parameters filled in.
    pub bound: Bound,
    /// The account before the book: fresh, but for the books that it needs.
    world: World,
    /// When a run of it begins.
    now: Timestamp,
}

/// Every book in every environment.
static ALL: LazyLock<Vec<Shipped>> = LazyLock::new(|| {
    let library = Library::embedded();
    for shelf in &library.shelves {
        assert_eq!(shelf.books.len(), shelf.found, "{:?}", shelf.problems);
    }
    let found: Vec<_> = library.shelves.iter().flat_map(of_shelf).collect();
    assert!(!found.is_empty(), "no book ships");
    found
});

/// The ways back from all of them.
static BACK: LazyLock<Vec<Shipped>> =
    LazyLock::new(|| ALL.iter().filter_map(Shipped::way_back).collect());

/// Whether the large sizes are asked for, which take hours: `MUSTER_HARNESS=large`.
pub fn large() -> bool {
    variable("MUSTER_HARNESS").is_some_and(|size| {
        assert_eq!(size, "large", "the only other size is `large`");
        true
    })
}

#[expect(clippy::disallowed_methods, reason = "a test may be told how much to do")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Every shipped book in every environment.
pub fn everywhere() -> &'static [Shipped] {
    &ALL
}

/// Every shipped book with its environments.
pub fn shelved() -> Vec<Vec<&'static Shipped>> {
    let mut found: BTreeMap<(&str, &str), Vec<&Shipped>> = BTreeMap::new();
    for shipped in &*ALL {
        let name = (shipped.bound.estate.as_str(), shipped.bound.book.name.as_str());
        found.entry(name).or_default().push(shipped);
    }
    found.into_values().collect()
}

/// Every shipped book once, in the environment that asks for most; at the large size in all.
pub fn books() -> Vec<&'static Shipped> {
    if large() {
        return ALL.iter().collect();
    }
    let strictest = |all: Vec<&'static Shipped>| {
        let protected = all.iter().find(|one| one.bound.environment.protected);
        protected.or(all.first()).copied()
    };
    shelved().into_iter().filter_map(strictest).collect()
}

/// The ways back from all of them, in every environment.
pub fn backs() -> &'static [Shipped] {
    &BACK
}

/// Every shipped book once, as [`books`] has them, and the way back from each.
pub fn and_back() -> Vec<&'static Shipped> {
    let mut found = books();
    let is_of = |back: &&Shipped| found.iter().any(|book| back.name.ends_with(&book.name));
    let back: Vec<_> = BACK.iter().filter(is_of).collect();
    found.extend(back);
    found
}

fn of_shelf(shelf: &Shelf) -> Vec<Shipped> {
    let estate = shelf.estate.as_ref().unwrap();
    let all =
        shelf.books.iter().flat_map(|book| estate.environments.iter().map(move |e| (book, e)));
    let made = all.map(|(book, environment)| {
        let bound = bind(shelf, book, environment);
        let name = format!("{}/{} in {}", bound.estate, bound.book.name, bound.environment.name);
        let mut world = practice::fresh(estate, environment, start());
        let mut now = start();
        for needed in needs(shelf, book) {
            let before = bind(shelf, needed, environment);
            let shell = walk(&before, &world, now);
            (world, now) =
                (without_ledger(&shell.world), shell.now + SignedDuration::from_hours(1));
        }
        Shipped { name, bound, world, now }
    });
    made.collect()
}

/// The books that come before a book, those first that others need.
fn needs<'a>(shelf: &'a Shelf, book: &Book) -> Vec<&'a Book> {
    let mut found: Vec<&Book> = Vec::new();
    for name in &book.pinned.needs {
        let needed = shelf.books.iter().find(|book| book.pinned.name == *name).unwrap();
        for one in needs(shelf, needed).into_iter().chain([needed]) {
            if !found.iter().any(|before| before.pinned.name == one.pinned.name) {
                found.push(one);
            }
        }
    }
    found
}

pub fn bind(shelf: &Shelf, book: &Book, environment: &Environment) -> Bound {
    let given = book.params.iter().map(|param| (param.name.clone(), sample(param, environment)));
    let estate = shelf.estate.as_ref().unwrap();
    book.bind(estate, environment, &given.collect())
        .unwrap_or_else(|problems| panic!("{}: {problems:?}", book.pinned.name))
}

/// A value for a parameter: its default, or one that means something in this environment.
fn sample(param: &Param, environment: &Environment) -> String {
    let first = |key: &str| {
        environment.inventory.get(key).map(Item::names).and_then(<[String]>::first).cloned()
    };
    let known = match param.kind {
        _ if param.default.is_some() => None,
        ParamKind::Table => first("tables"),
        ParamKind::Bucket => first("data_buckets"),
        ParamKind::Time => Some(start().to_string()),
        ParamKind::Text
        | ParamKind::Email
        | ParamKind::Integer { .. }
        | ParamKind::Boolean
        | ParamKind::Choice(_) => None,
    };
    known.unwrap_or_else(|| param.example())
}

/// The same account with an empty ledger: what was done before a run is not the run's.
pub fn without_ledger(world: &World) -> World {
    let mut json = serde_json::to_value(world).unwrap();
    json["ledger"] = serde_json::json!([]);
    serde_json::from_value(json).unwrap()
}

pub fn walk(bound: &Bound, world: &World, now: Timestamp) -> Shell {
    let mut shell = Shell::begin(world.clone(), started(bound.clone(), PACE));
    shell.now = now;
    let rest = Operator::default().walk(&mut shell);
    let what = "a shipped book succeeds in the account that practice begins with";
    assert_eq!(rest, Rest::Succeeded {}, "{}: {what}\n{}", shell.run.bound.book.name, shell.tail());
    shell
}

impl Shipped {
    /// A book that does not ship, walked as if it did.
    pub fn like(bound: Bound, world: &World, now: Timestamp) -> Self {
        Self { name: bound.book.name.clone(), bound, world: without_ledger(world), now }
    }

    /// The account before the book.
    pub fn world(&self) -> World {
        self.world.clone()
    }

    /// The first event of a run of it.
    pub fn started(&self) -> Event {
        started(self.bound.clone(), PACE)
    }

    /// A run that begins.
    pub fn begin(&self) -> Shell {
        self.again(self.world())
    }

    /// A run that begins in this account.
    pub fn again(&self, world: World) -> Shell {
        let mut shell = Shell::begin(world, self.started());
        shell.now = self.now;
        shell
    }

    /// The way back from a run of it; none when it changes nothing.
    pub fn way_back(&self) -> Option<Self> {
        let shell = self.walked();
        let bound = match rollback(&shell.run) {
            Err(NoWayBack::NothingChanged) => return None,
            bound => bound.unwrap(),
        };
        let (name, now) = (format!("back from {}", self.name), shell.now);
        Some(Self { name, bound, world: without_ledger(&shell.world), now })
    }

    /// A run that nothing disturbs, to its end.
    pub fn walked(&self) -> Shell {
        walk(&self.bound, &self.world, self.now)
    }
}
