//! A disk that fails under a run: nothing is sent that was not written down before.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::app::practice::Practice;
use crate::app::{Options, Surroundings};
use crate::cloud::{Call, s3};
use crate::engine::{Command, Effect, StepState};
use crate::journal::{self, Disk};

/// A disk that takes so many operations, and counts the intents that became durable on it.
struct Tired {
    left: usize,
    intended: bool,
    durable: Arc<AtomicUsize>,
}

impl Tired {
    fn works(&mut self) -> io::Result<()> {
        self.left = self.left.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
        Ok(())
    }
}

impl Disk for Tired {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.works()?;
        self.intended = String::from_utf8_lossy(bytes).contains("\"type\":\"intended\"");
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.works()?;
        self.durable.fetch_add(usize::from(self.intended), Ordering::SeqCst);
        Ok(())
    }

    fn keep_head(&mut self, _head: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

fn context(state_dir: &TempDir) -> Arc<Context> {
    let options = Options {
        practice: true,
        environment: Some("dev".to_owned()),
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

fn phase_1() -> Course {
    let params = BTreeMap::from([("alert_email".to_owned(), "oncall@example.com".to_owned())]);
    Course::Book { book: "phase-1-protection".to_owned(), params }
}

/// Walks phase 1 on a disk that takes so many operations. Returns how the runner ended, how many
/// intents became durable, and how many effects the account has seen.
async fn walk(operations: usize) -> (Result<(), Error>, usize, usize) {
    let state_dir = TempDir::new().unwrap();
    let context = context(&state_dir);
    let (news, mut told) = mpsc::channel(1024);
    let (asks, asked) = mpsc::channel(64);
    let mut hub = Hub::new(Arc::clone(&context), news).await.unwrap();
    hub.take_journal().unwrap();
    let durable = Arc::new(AtomicUsize::new(0));
    let tired = Tired { left: operations, intended: false, durable: Arc::clone(&durable) };
    hub.journal = hub.journal.map(|journal| journal.on(|_| Box::new(tired)));
    asks.send(Ask::Start { course: phase_1() }).await.unwrap();
    let operator = async move {
        let mut run: Option<Run> = None;
        while let Some(news) = told.recv().await {
            match news {
                News::Opened { run: opened, .. } => run = Some(*opened),
                News::Recorded { record } => {
                    let Some(run) = &mut run else { continue };
                    run.apply(&record).unwrap();
                    let Some(step) = run.current() else { continue };
                    if run.is_at_rest() {
                        return;
                    }
                    if let (Event::Planned { .. }, StepState::Planned { digest }) =
                        (&record.event, &run.steps[step].state)
                    {
                        let (digest, typed, second) = (digest.clone(), Vec::new(), None);
                        let command = Command::Confirm { step, digest, typed, second };
                        let ask = Ask::Tell { run: run.id.clone(), command };
                        // The runner may have ended on its disk meanwhile.
                        let _ = asks.send(ask).await;
                    }
                }
                _ => {}
            }
        }
    };
    let (served, ()) = tokio::join!(hub.serve(asked), operator);
    let (estate, environment) = context.place().unwrap();
    let practice = Practice::open(&context.state_dir, estate, environment).unwrap();
    (served, durable.load(Ordering::SeqCst), practice.ledger().len())
}

#[tokio::test]
async fn after_a_failing_write_or_fsync_nothing_more_is_sent() {
    let mut cases = 0;
    // Two operations a record: writes and fsyncs fail in turn, through the first steps.
    for operations in (0..60).chain([101, 102, 203, 204]) {
        let (served, durable, effects) = walk(operations).await;
        let error = served.expect_err("the run went on without its journal");
        assert_eq!((error.code.as_ref(), error.exit), ("journal-write", Exit::Stuck), "{error}");
        assert!(effects <= durable, "{effects} effects of {durable} durable intents");
        cases += 1;
    }
    println!("{cases} failing operations");
}

/// A runner with a run that has just begun.
async fn begun(state_dir: &TempDir) -> (Hub, Run) {
    let (news, _) = mpsc::channel(1024);
    let mut hub = Hub::new(context(state_dir), news).await.unwrap();
    hub.start("ana@desk", &phase_1()).await.unwrap();
    let run = hub.history.runs().next().unwrap().clone();
    (hub, run)
}

#[tokio::test]
async fn an_attempt_is_sent_once_whatever_the_state_says() {
    let state_dir = TempDir::new().unwrap();
    let (mut hub, run) = begun(&state_dir).await;
    let bucket = "none".to_owned();
    let call = Call::S3(s3::Call::PutBucketVersioning { bucket, enabled: true });
    let due = || vec![Effect::Send { attempt: 1, call: call.clone() }];
    hub.hands.carry_out(&run, due(), now());
    assert!(hub.hands.is_sending());
    while hub.hands.is_sending() {
        hub.hands.heard(now).await;
    }
    // Nothing followed from its answer: it is due still.
    hub.hands.carry_out(&run, due(), now());
    assert!(!hub.hands.is_sending(), "it is sent a second time");
}

#[tokio::test]
async fn what_cannot_happen_is_not_written_down() {
    let state_dir = TempDir::new().unwrap();
    let (mut hub, run) = begun(&state_dir).await;
    let before = journal::raw(state_dir.path()).unwrap();
    let impossible = Event::Answered { attempt: 9, request_id: None };
    hub.record(&run.id, impossible).await.expect_err("nothing was sent");
    assert_eq!(journal::raw(state_dir.path()).unwrap(), before);
    History::read(state_dir.path()).unwrap();
}
