//! The console's side of the link to a runner in another process: found, or started.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::os::unix::net::UnixStream as Pair;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::getuid;
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::timeout;

use super::context::Context;
use super::hub::socket_of;
use super::wire::{self, NEWS_LIMIT, WireError};
use crate::engine::RunId;
use crate::error::{Error, Exit};
use crate::link::{Ask, Hello, News, Welcome};

/// How long a runner that is there may take to answer: it does nothing that takes longer.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a new one may take: it reads the journal and the configuration of AWS first.
const START: Duration = Duration::from_secs(60);
/// What it says on its standard error, for whoever looks into why it ended.
pub const LOG: &str = "runner.log";

/// A link to a runner, after the greeting.
#[derive(Debug)]
pub struct Link {
    from: BufReader<OwnedReadHalf>,
    to: OwnedWriteHalf,
    state_dir: PathBuf,
    hello: Hello,
    /// What it said of itself.
    pub welcome: Welcome,
}

/// Attaches to the runner that holds a state directory; none when there is none.
///
/// # Errors
/// It is there and does not take this console, or does not answer.
pub async fn attach(state_dir: &Path, hello: &Hello) -> Result<Option<Link>, Error> {
    // Where none can be listened on, nobody listens.
    let Ok(path) = socket_of(state_dir) else { return Ok(None) };
    let stream = match UnixStream::connect(&path).await {
        Ok(stream) => stream,
        Err(error) => {
            return match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
                _ => Err(unreachable(&path, &error.to_string())),
            };
        }
    };
    if stream.peer_cred().map_or(true, |peer| peer.uid() != getuid().as_raw()) {
        return Err(unreachable(&path, "it belongs to somebody else"));
    }
    match timeout(ANSWER, greet(stream, state_dir, hello)).await {
        Ok(Err(Refused::Gone)) => Ok(None),
        Ok(Err(Refused::Said(error))) => Err(*error),
        Ok(Ok(link)) => Ok(Some(link)),
        Err(_) => Err(unreachable(&path, "it does not answer")),
    }
}

/// Starts a runner as a process of its own, with the same options, and attaches to it.
///
/// # Errors
/// It cannot be started; or what kept it from serving, as it says.
pub async fn start(context: &Context, hello: &Hello) -> Result<Link, Error> {
    let state_dir = &context.state_dir;
    let stream = spawn(context).map_err(|error| {
        let what = format!("the runner could not be started: {error}");
        let advice = "Check the state directory and the program file. Without a terminal (as in \
            `muster run BOOK --yes | cat`) the run is walked in the same process.";
        Error::new("runner", Exit::Failed, what, advice).with_effect("nothing was sent")
    })?;
    let why = match timeout(START, greet(stream, state_dir, hello)).await {
        Ok(Ok(link)) => return Ok(link),
        Ok(Err(Refused::Said(error))) => return Err(*error),
        Ok(Err(Refused::Gone)) => "it ended at once",
        Err(_) => "it does not answer",
    };
    let what = format!("the runner could not be started: {why}");
    let advice = format!("{} may tell why.", state_dir.join(LOG).display());
    Err(Error::new("runner", Exit::Failed, what, advice).with_effect("nothing was sent"))
}

/// Its standard input is one end of a pair of sockets, so that no name and no race lies between it
/// and its first console.
fn spawn(context: &Context) -> io::Result<UnixStream> {
    let (here, there) = Pair::pair()?;
    DirBuilder::new().recursive(true).mode(0o700).create(&context.state_dir)?;
    let path = context.state_dir.join(LOG);
    let log = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    Command::new(std::env::current_exe()?)
        .args(context.options.arguments())
        .arg("runner")
        .stdin(Stdio::from(OwnedFd::from(there)))
        .stdout(Stdio::null())
        .stderr(Stdio::from(log))
        .spawn()?;
    here.set_nonblocking(true)?;
    UnixStream::from_std(here)
}

enum Refused {
    /// It hung up.
    Gone,
    /// It said why.
    Said(Box<Error>),
}

async fn greet(stream: UnixStream, state_dir: &Path, hello: &Hello) -> Result<Link, Refused> {
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    // One that has hung up already may still have said why.
    let _ = wire::write(&mut to, hello).await;
    match wire::read::<News>(&mut from, NEWS_LIMIT).await {
        Ok(Some(News::Welcome(welcome))) => {
            Ok(Link { from, to, state_dir: state_dir.to_owned(), hello: hello.clone(), welcome })
        }
        Ok(Some(News::Ended { error })) => Err(Refused::Said(Box::new(error))),
        Ok(None) | Err(WireError::Gone(_)) => Err(Refused::Gone),
        Ok(Some(_)) | Err(_) => {
            let what = "something answers there that is no runner of this version";
            let advice = "Use the muster that started it, or end its process.";
            Err(Refused::Said(Box::new(Error::new("link", Exit::Failed, what, advice))))
        }
    }
}

impl Link {
    /// Carries asks up and news down, until the console hangs up. When the runner has left it
    /// behind, such as one that was stopped for a while, it attaches again, once, and looks again at
    /// the runs that it looked at.
    ///
    /// # Errors
    /// The runner ended, and why; or it is there no more, or left this console behind again.
    pub async fn carry(
        mut self,
        mut asked: Receiver<Ask>,
        news: Sender<News>,
    ) -> Result<(), Error> {
        let mut opened = BTreeSet::new();
        let _ = news.send(News::Welcome(self.welcome.clone())).await;
        if let Some(error) = self.exchange(&mut asked, &news, &mut opened).await? {
            // Whatever keeps it from attaching again, that it was left behind says more.
            let Ok(Some(again)) = attach(&self.state_dir, &self.hello).await else {
                return Err(error);
            };
            self = again;
            let text = "the runner had left this console behind: it is attached again".to_owned();
            let _ = news.send(News::Welcome(self.welcome.clone())).await;
            let _ = news.send(News::Notice { text }).await;
            for ask in opened.iter().map(|run: &RunId| Ask::Open { run: run.clone() }) {
                // Where this fails, the news say why.
                let _ = wire::write(&mut self.to, &ask).await;
            }
            if let Some(error) = self.exchange(&mut asked, &news, &mut opened).await? {
                return Err(error);
            }
        }
        // What was asked last was written; hanging up is all that is left.
        let _ = self.to.shutdown().await;
        Ok(())
    }

    /// The same over one socket. None once the console hangs up; how it reads that the runner has
    /// hung up without a word, when it has.
    async fn exchange(
        &mut self,
        asked: &mut Receiver<Ask>,
        news: &Sender<News>,
        opened: &mut BTreeSet<RunId>,
    ) -> Result<Option<Error>, Error> {
        let Self { from, to, state_dir, .. } = self;
        let up = async {
            while let Some(ask) = asked.recv().await {
                // The runner is gone, or tells why it does not listen: the news say which.
                if wire::write(to, &ask).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        let down = async {
            loop {
                match wire::read::<News>(from, NEWS_LIMIT).await {
                    Ok(Some(News::Ended { error })) => return Err(error),
                    // A console that leaves reads on until the asks are closed, too.
                    Ok(Some(told)) => {
                        if let News::Opened { run, .. } = &told {
                            opened.insert(run.id.clone());
                        }
                        drop(news.send(told).await);
                    }
                    Ok(None) | Err(WireError::Gone(_)) => {
                        return Ok(Some(left_behind(state_dir).await));
                    }
                    Err(error) => return Err(broken(&error)),
                }
            }
        };
        tokio::select! {
            () = up => Ok(None),
            ended = down => ended,
        }
    }
}

/// A link that ended without a word: either the runner died, or this console was too slow.
async fn left_behind(state_dir: &Path) -> Error {
    let lives = match socket_of(state_dir) {
        Ok(path) => UnixStream::connect(path).await.is_ok(),
        Err(_) => false,
    };
    let (what, advice) = match lives {
        true => (
            "the runner has left this console behind, which did not read what it was told",
            "The run goes on until it needs you: `muster attach` comes back.",
        ),
        false => (
            "the runner is gone: its process was ended",
            "`muster resume` goes on: it looks at AWS before it does anything.",
        ),
    };
    Error::new("runner-gone", Exit::Paused, what, advice)
}

fn broken(error: &WireError) -> Error {
    let what = format!("the runner cannot be understood: {error}");
    let advice = "The run goes on until it needs you: `muster attach` comes back.";
    Error::new("link", Exit::Paused, what, advice)
}

fn unreachable(path: &Path, why: &str) -> Error {
    let what = format!("the runner behind {} cannot be reached: {why}", path.display());
    let advice = "`muster runs` says what rests where. End its process, then `muster resume`: it \
        looks at AWS before it does anything.";
    Error::new("runner-unreachable", Exit::Failed, what, advice).with_effect("nothing was sent")
}

/// Tells the console on the other end of this socket why there will be no runner.
pub async fn refuse(stream: UnixStream, error: &Error) {
    let (_from, mut to) = stream.into_split();
    let _ = wire::write(&mut to, &News::Ended { error: error.clone() }).await;
}

/// The console that started this process: the socket that is its standard input.
///
/// # Errors
/// There is none: it was started by hand.
pub fn first_console() -> io::Result<UnixStream> {
    use std::os::fd::AsFd as _;
    let stream = Pair::from(io::stdin().as_fd().try_clone_to_owned()?);
    stream.peer_addr()?;
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}
