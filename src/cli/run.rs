//! `muster run` and `muster resume`: a book walked, full screen or as plain lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, Stdin};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use super::args::{ResumeArgs, RollbackArgs, RunArgs, WalkArgs};
use super::console;
use super::reach::{Runner, reach};
use super::{Out, plan};
use crate::app::{Context, History, clock, connect, identity, unbound};
use crate::error::{Error, Exit};
use crate::linear::{self, Aim, Answers, Linear};
use crate::link::{Ask, Course, News};
use crate::tui::First;

pub(super) async fn run(context: Arc<Context>, args: RunArgs, out: &Out) -> Result<Exit, Error> {
    let (estate, environment) = context.place()?;
    let book = context.library.book(&estate.name, &args.book)?;
    let params: BTreeMap<_, _> = args.params.param.iter().cloned().collect();
    let digest = args.plan.as_deref().map(plan::kept_digest).transpose()?;
    if is_full_screen(&context, &args.walk) && digest.is_none() {
        let all_given =
            book.params.iter().all(|p| params.contains_key(&p.name) || p.default.is_some());
        let first = match all_given {
            true => First::Plan(Course::Book { book: args.book, params }),
            false => First::Book(args.book),
        };
        return console::open(context, first, out).await;
    }
    if let Some(unmet) = plan::unmet(&context, book)? {
        return Err(unmet.into());
    }
    // Bad parameters, a login that is needed, or the wrong account: each has its own code, and
    // shows before a run begins.
    let bound = book.bind(estate, environment, &params).map_err(|found| unbound(&found))?;
    let connected = connect(&context, estate, environment).await?;
    identity(&connected.account, &bound.estate, &bound.environment).await?;
    let aim = Aim::Walk { course: Course::Book { book: args.book, params }, digest };
    walk(context, aim, &args.walk, out).await
}

pub(super) async fn resume(
    context: Arc<Context>,
    args: ResumeArgs,
    out: &Out,
) -> Result<Exit, Error> {
    let history = History::read(&context.state_dir)?;
    let run = history.meant(args.run.as_deref(), true)?.id.clone();
    if is_full_screen(&context, &args.walk) {
        return console::open(context, First::Run(run), out).await;
    }
    walk(context, Aim::Resume { run }, &args.walk, out).await
}

pub(super) async fn rollback(
    context: Arc<Context>,
    args: RollbackArgs,
    out: &Out,
) -> Result<Exit, Error> {
    let (estate, environment) = context.place()?;
    let history = History::read(&context.state_dir)?;
    let (bound, ..) = history.way_back(&args.run)?;
    let course = Course::Rollback { run: args.run };
    if is_full_screen(&context, &args.walk) {
        return console::open(context, First::Plan(course), out).await;
    }
    let connected = connect(&context, estate, environment).await?;
    identity(&connected.account, &bound.estate, &bound.environment).await?;
    walk(context, Aim::Walk { course, digest: None }, &args.walk, out).await
}

fn is_full_screen(context: &Context, walk: &WalkArgs) -> bool {
    !walk.yes && console::is_wanted(context)
}

/// The console as plain lines, from the list of books on.
pub(super) async fn pick(context: Arc<Context>, out: &Out) -> Result<Exit, Error> {
    walk(context, Aim::Pick, &WalkArgs::default(), out).await
}

async fn walk(context: Arc<Context>, aim: Aim, walk: &WalkArgs, out: &Out) -> Result<Exit, Error> {
    let runner = reach(&context).await?;
    talk(&context, runner, aim, walk, out).await
}

/// The console as plain lines, over a runner.
pub(super) async fn talk(
    context: &Context,
    runner: Runner,
    aim: Aim,
    walk: &WalkArgs,
    out: &Out,
) -> Result<Exit, Error> {
    let surroundings = &context.surroundings;
    let answers = Answers {
        yes: walk.yes,
        confirm: walk.confirm.clone(),
        second: walk.second_person.clone(),
        answers: walk.answer.iter().cloned().collect(),
        read_only: context.options.read_only,
        interactive: !walk.yes && surroundings.stdin_is_terminal && surroundings.stdout_is_terminal,
    };
    let Runner { asks, told, served } = runner;
    let linear = Linear::new(aim, answers);
    let (served, exit) = tokio::join!(served, converse(linear, asks, told, out));
    served?;
    exit
}

/// A line that comes so soon after a question was typed before it, or by a hand that slipped.
const TOO_EARLY: SignedDuration = SignedDuration::from_millis(500);

/// Lines out and lines in, until the console leaves or the runner stops.
async fn converse(
    mut linear: Linear,
    asks: mpsc::Sender<Ask>,
    mut told: mpsc::Receiver<News>,
    out: &Out,
) -> Result<Exit, Error> {
    let mut lines: Option<Lines<BufReader<Stdin>>> = None;
    let mut signals = Signals::new()?;
    let mut wanted = linear.begin();
    let mut asked = clock::now();
    loop {
        let mut reading = false;
        for want in std::mem::take(&mut wanted) {
            match want {
                linear::Out::Line(text) => out.line(&text),
                linear::Out::Prompt(text) => {
                    out.prompt(&text);
                    asked = clock::now();
                    reading = true;
                }
                linear::Out::Ask(ask) => {
                    if asks.send(ask).await.is_err() {
                        return Ok(Exit::Stuck);
                    }
                }
                linear::Out::Leave(exit) => return Ok(exit),
            }
        }
        if reading && lines.is_none() {
            lines = Some(BufReader::new(tokio::io::stdin()).lines());
        }
        wanted = tokio::select! {
            news = told.recv() => match news {
                Some(news) => linear.told(&news),
                // The runner stopped; its own error says why.
                None => return Ok(Exit::Stuck),
            },
            line = next_line(&mut lines) => match line {
                Ok(Some(_)) if clock::now().duration_since(asked) < TOO_EARLY => linear.too_early(),
                Ok(Some(line)) => linear.typed(&line),
                Ok(None) | Err(_) => { lines = None; linear.hung_up() }
            },
            () = signals.any() => {
                out.talk(&linear.farewell());
                return Ok(Exit::Paused);
            }
        };
    }
}

async fn next_line(lines: &mut Option<Lines<BufReader<Stdin>>>) -> std::io::Result<Option<String>> {
    match lines {
        Some(lines) => lines.next_line().await,
        None => std::future::pending().await,
    }
}

/// The signals that mean: leave.
pub(super) struct Signals([Signal; 4]);

/// A signal to this process, as it is heard.
pub(super) fn on(kind: SignalKind) -> Result<Signal, Error> {
    signal(kind).map_err(|e| Error::new("signals", Exit::Failed, e.to_string(), ""))
}

impl Signals {
    pub(super) fn new() -> Result<Self, Error> {
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = kinds.map(on);
        Ok(Self([interrupt?, terminate?, hangup?, on(SignalKind::quit())?]))
    }

    pub(super) async fn any(&mut self) {
        let [interrupt, terminate, hangup, quit] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = quit.recv() => {}
        }
    }
}
