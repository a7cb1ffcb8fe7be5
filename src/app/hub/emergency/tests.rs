//! A disk that fails at any operation of a whole run: what could not be written is kept and told,
//! and once the disk works again the run is resumed and nothing happens twice.
//!
//! What was taken out, alone, and who saw it:
//!
//! ```text
//! the copy of what could not be written           all three tests here
//! a call is sent before its intent is durable     the failing disk, here and in `hub::tests`
//! the runner goes on after an error of the disk   the failing disk, here
//! an attempt may be sent again                    hub::tests: sent once whatever the state says
//! what cannot be folded is written down           hub::tests: what cannot happen
//! ```
//!
//! `MUSTER_HARNESS=large` fails every operation in every way instead of in one of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::app::practice::Practice;
use crate::app::{Context, Options, Surroundings};
use crate::engine::Event;
use crate::error::Exit;
use crate::journal::testing::{Failing, Fails, Failure};
use crate::journal::{self, Entry, read};
use crate::linear::{Aim, Answers, Linear, Out};
use crate::link::Course;
use crate::sandbox;

/// Runs at once: they wait for the simulated account most of the time.
const AT_ONCE: usize = 48;
const BOOK: &str = "prepare";

fn context(state_dir: &TempDir) -> Arc<Context> {
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/books");
    let options = Options {
        practice: true,
        runbooks: Some(books),
        state_dir: Some(state_dir.path().to_owned()),
        ..Options::default()
    };
    let surroundings = Surroundings {
        actor: "ana@desk".to_owned(),
        term: String::new(),
        color_term: String::new(),
        no_color: false,
        accessible: false,
        stdin_is_terminal: false,
        stdout_is_terminal: false,
    };
    Arc::new(Context::new(options, surroundings).unwrap())
}

fn ledger(context: &Context) -> Vec<sandbox::Entry> {
    let (estate, environment) = context.place().unwrap();
    Practice::open(&context.state_dir, estate, environment).unwrap().ledger()
}

/// Begins a run, or goes on with the one that is there, and confirms whatever is planned.
async fn walk(
    context: &Arc<Context>,
    disk: Option<(Failure, &Arc<AtomicUsize>)>,
) -> Result<(), Error> {
    let (news, mut told) = mpsc::channel(1024);
    let (asks, asked) = mpsc::channel(64);
    let mut hub = Hub::new(Arc::clone(context), news).await?;
    hub.take_journal()?;
    if let Some((failure, seen)) = disk {
        hub.journal = hub
            .journal
            .map(|journal| journal.on(|disk| Box::new(Failing::new(disk, failure, seen))));
    }
    let aim = match hub.history.runs().next() {
        Some(run) => Aim::Resume { run: run.id.clone() },
        None => {
            let course = Course::Book { book: BOOK.to_owned(), params: BTreeMap::new() };
            Aim::Walk { course, digest: None }
        }
    };
    let mut console = Linear::new(aim, Answers { yes: true, ..Answers::default() });
    let operator = async move {
        let mut said = Vec::new();
        let mut wanted = console.begin();
        loop {
            for want in std::mem::take(&mut wanted) {
                match want {
                    Out::Leave(exit) => return (exit, said),
                    // The runner may have ended on its disk meanwhile.
                    Out::Ask(ask) => asks.send(ask).await.unwrap_or_default(),
                    Out::Line(text) | Out::Prompt(text) => said.push(text),
                }
            }
            let Some(news) = told.recv().await else { return (Exit::Stuck, said) };
            wanted = console.told(&news);
        }
    };
    let (served, (exit, said)) = tokio::join!(hub.serve(asked), operator);
    served?;
    assert_eq!(exit, Exit::Succeeded, "{said:#?}");
    Ok(())
}

/// What was changed, in any order, and nothing twice.
fn changes(context: &Context) -> BTreeSet<String> {
    let ledger = ledger(context);
    let changes: Vec<_> = ledger.iter().filter(|e| e.change).map(|e| e.digest.clone()).collect();
    let once: BTreeSet<_> = changes.iter().cloned().collect();
    assert_eq!(once.len(), changes.len(), "something happened twice");
    once
}

/// Every effect that the account has seen was intended in the journal before.
fn nothing_without_its_intent(context: &Context, failure: Failure) {
    let lines = read(&context.state_dir).unwrap().lines;
    let intended: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| match &line.event {
            Entry::Run(Event::Intended { digest, .. }) => Some(digest.clone()),
            _ => None,
        })
        .collect();
    for entry in ledger(context) {
        assert!(intended.contains(&entry.digest), "{failure:?}: {entry:?} without an intent");
    }
}

/// What was kept elsewhere continues what became durable, and the error says where it is.
fn copied(context: &Context, error: &Error, failure: Failure) {
    assert_eq!(
        (error.code.as_ref(), error.exit),
        ("journal-write", Exit::Stuck),
        "{failure:?}: {error}"
    );
    let mut names = context.state_dir.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let path = names.find(|path| path.to_string_lossy().contains("muster-unwritten-")).unwrap();
    assert!(error.what.contains(&path.display().to_string()), "{failure:?}: {}", error.what);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(error.copy.as_deref(), Some(text.as_str()), "{failure:?}");
    let copy: Line = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let whole = journal::raw(&context.state_dir).unwrap();
    let before = whole.split_inclusive(|b| *b == b'\n').nth(copy.seq as usize - 2).unwrap();
    assert_eq!(copy.prev, journal::testing::hash(before), "{failure:?}");
}

/// False when this run, which is a little shorter or longer each time, came to its end before.
async fn fails(failure: Failure, undisturbed: &BTreeSet<String>) -> bool {
    let state_dir = TempDir::new().unwrap();
    let context = context(&state_dir);
    let seen = Arc::default();
    let Err(error) = walk(&context, Some((failure, &seen))).await else {
        let seen = seen.load(Ordering::SeqCst);
        assert!(seen < failure.nth, "{failure:?}: the run went on without its journal");
        return false;
    };
    copied(&context, &error, failure);
    nothing_without_its_intent(&context, failure);
    let before = ledger(&context);
    walk(&context, None).await.unwrap_or_else(|error| panic!("{failure:?}: {error}"));
    assert_eq!(ledger(&context)[..before.len()], before, "{failure:?}");
    assert_eq!(changes(&context), *undisturbed, "{failure:?}");
    nothing_without_its_intent(&context, failure);
    true
}

#[expect(
    clippy::disallowed_methods,
    reason = "how large the harness is, is no business of the program"
)]
fn is_large() -> bool {
    std::env::var("MUSTER_HARNESS").is_ok_and(|size| size == "large")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_at_any_operation_loses_nothing_and_nothing_happens_twice() {
    let state_dir = TempDir::new().unwrap();
    let (context, seen) = (context(&state_dir), Arc::default());
    let never = Failure { nth: usize::MAX, how: Fails::Io, for_good: false };
    walk(&context, Some((never, &seen))).await.unwrap();
    let (undisturbed, operations) = (changes(&context), seen.load(Ordering::SeqCst));
    assert!(operations > 100 && undisturbed.len() == 5, "{operations} {undisturbed:?}");
    let ways: Vec<_> =
        [false, true].into_iter().flat_map(|good| Fails::ALL.map(|how| (how, good))).collect();
    // Three operations a record and eight ways: each way meets each of the three.
    let cases = (1..=operations).flat_map(|nth| {
        let some = if is_large() { 0..ways.len() } else { nth % ways.len()..nth % ways.len() + 1 };
        ways[some].iter().map(move |(how, for_good)| Failure {
            nth,
            how: *how,
            for_good: *for_good,
        })
    });
    let cases: Vec<_> = cases.collect();
    let wanted = cases.len();
    let tries = futures_util::stream::iter(cases).map(|failure| fails(failure, &undisturbed));
    let reached = tries.buffer_unordered(AT_ONCE).filter(|reached| std::future::ready(*reached));
    let count = reached.count().await;
    // Even the shortest run writes so many records: how often a value is seen differs.
    assert!(count > 3 * 30, "{count} of {wanted} operations were reached");
    println!("{count} failing operations");
}

fn copy_of(lines: &[Line]) -> Copy<'_> {
    let log = Head { log: "0123".to_owned(), seq: 1, hash: String::new() };
    Copy { log, lines }
}

fn noted() -> Line {
    let event = Entry::Run(Event::Noted { text: "Ebb\u{202e}.".to_owned() });
    let (run, actor) = (Some("run-1".to_owned()), "ana@desk".to_owned());
    let time = "2026-11-20T00:00:00Z".parse().unwrap();
    Line { seq: 7, time, run, actor, event, prev: "ab".repeat(32) }
}

#[test]
fn the_first_place_that_takes_the_copy_has_it() {
    let (good, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let lines = [noted()];
    let copy = copy_of(&lines);
    let missing = good.path().join("missing");
    let places = [missing.clone(), good.path().to_owned(), other.path().to_owned()];
    let path = copy.keep(&places).unwrap();
    assert_eq!(path, good.path().join("muster-unwritten-0123-7.jsonl"));
    assert_eq!(std::fs::read(&path).unwrap(), noted().to_bytes().unwrap());
    // The next one at the same record stands beside it.
    assert_eq!(copy.keep(&places).unwrap(), good.path().join("muster-unwritten-0123-7-2.jsonl"));
    assert_eq!(other.path().read_dir().unwrap().count(), 0);
}

#[test]
fn where_no_place_takes_the_copy_it_is_told_whole() {
    let lines = [noted()];
    let copy = copy_of(&lines);
    let gone = TempDir::new().unwrap().path().join("missing");
    let kept = copy.keep(&[gone]);
    let error = Error::from(JournalError::Broken { why: "no space".to_owned() });
    let error = told(error, &["run-1".to_owned()], &copy, &BTreeMap::new(), kept);
    assert!(error.what.contains(&copy.text().unwrap()), "{}", error.what);
    assert_eq!(error.copy, None);
    assert!(error.advice.contains("`muster resume run-1`"));
    // On a terminal nothing hidden arrives.
    assert!(!error.render().contains('\u{202e}'));
}
