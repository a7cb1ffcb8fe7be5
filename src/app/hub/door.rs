//! The door of a runner: a socket that only its owner can reach.
//!
//! It is made by whoever holds the lock of the journal, so there is one per state directory, and
//! one that a dead process left behind is replaced.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::getuid;
use tokio::io::BufReader;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::timeout;

use super::consoles::{ConsoleId, Knock};
use crate::app::wire::{self, ASK_LIMIT, NEWS_LIMIT};
use crate::error::{Error, Exit};
use crate::link::{Ask, Hello, News, VERSION};

/// What the name of a socket may be at most, in bytes, on the systems that allow least.
const LONGEST: usize = 100;
/// How long a console may take to greet: it does so before a person could notice.
const GREETING: Duration = Duration::from_secs(10);
/// How long the door stays shut after it could not be opened, such as without file handles.
const RESPITE: Duration = Duration::from_millis(200);

/// A socket that is listened on. Closed and taken away when it is dropped.
#[derive(Debug)]
pub(super) struct Door {
    listener: UnixListener,
    path: PathBuf,
}

/// Where the socket of a state directory is.
///
/// # Errors
/// Its name would be too long for a socket: the reason, in words.
pub fn socket_of(state_dir: &Path) -> Result<PathBuf, String> {
    let path = state_dir.join("link").join("runner.sock");
    let bytes = path.as_os_str().len();
    if bytes > LONGEST {
        return Err(format!(
            "nobody can attach: {} has {bytes} bytes, and a socket may have {LONGEST}; a shorter \
             --state-dir helps",
            path.display()
        ));
    }
    Ok(path)
}

impl Door {
    /// Opens it. The caller holds the lock of the journal.
    pub(super) fn open(state_dir: &Path) -> Result<Self, String> {
        let path = socket_of(state_dir)?;
        let opened = || -> io::Result<UnixListener> {
            let directory = path.parent().unwrap_or(state_dir);
            fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
            // One that exists may have been left open to others.
            fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            UnixListener::bind(&path)
        };
        let listener =
            opened().map_err(|error| format!("nobody can attach: {}: {error}", path.display()))?;
        Ok(Self { listener, path })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Waits for the next that comes through the door. Nobody comes where there is none.
pub(super) async fn come(door: Option<&Door>) -> UnixStream {
    let Some(door) = door else { return std::future::pending().await };
    loop {
        match door.listener.accept().await {
            Ok((stream, _)) if is_owner(&stream) => return stream,
            Ok(_) => {}
            Err(_) => tokio::time::sleep(RESPITE).await,
        }
    }
}

/// The directory keeps others out; the kernel is asked once more.
fn is_owner(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == getuid().as_raw())
}

/// Talks to a console until one of the two has hung up.
pub(super) async fn talk(
    id: ConsoleId,
    stream: UnixStream,
    knocking: &Sender<(ConsoleId, Knock)>,
    news: Sender<News>,
    told: Receiver<News>,
) {
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    let hello = match timeout(GREETING, wire::read::<serde_json::Value>(&mut from, ASK_LIMIT)).await
    {
        Ok(Ok(Some(value))) => greeted(value),
        Ok(Ok(None)) | Err(_) => return,
        Ok(Err(error)) => Err(senseless(&error.to_string())),
    };
    match hello {
        Ok(hello) => {
            if knocking.send((id, Knock::Joined(hello, news))).await.is_err() {
                return;
            }
        }
        Err(error) => {
            let _ = wire::write(&mut to, &News::Ended { error }).await;
            return;
        }
    }
    tokio::select! {
        () = listen(id, from, knocking) => {
            let _ = knocking.send((id, Knock::Left)).await;
        }
        () = tell(to, told) => {}
    }
}

/// The version decides first: what else another version says cannot be known.
fn greeted(value: serde_json::Value) -> Result<Hello, Error> {
    let version = value.get("version").and_then(|version| version.as_str());
    let Some(version) = version else { return Err(senseless("it does not begin with a version")) };
    if version != VERSION {
        let what = format!("the runner is muster {VERSION}, and this console is {version}");
        let advice = "Use the muster that started the run, or let it come to rest and resume it \
            with this one.";
        return Err(
            Error::new("other-version", Exit::Failed, what, advice).with_effect("nothing was sent")
        );
    }
    serde_json::from_value(value).map_err(|error| senseless(&error.to_string()))
}

fn senseless(why: &str) -> Error {
    let what = format!("the runner did not understand this console: {why}");
    Error::new("link", Exit::Failed, what, "The run is not disturbed. `muster attach` comes back.")
}

/// Hears what a console asks, until it has hung up.
async fn listen(
    id: ConsoleId,
    mut from: BufReader<OwnedReadHalf>,
    knocking: &Sender<(ConsoleId, Knock)>,
) {
    loop {
        let knock = match wire::read::<Ask>(&mut from, ASK_LIMIT).await {
            Ok(Some(ask)) => Knock::Asked(ask),
            Ok(None) | Err(wire::WireError::Gone(_)) => return,
            Err(error) => Knock::Babbled(error.to_string()),
        };
        let babbled = matches!(knock, Knock::Babbled(_));
        if knocking.send((id, knock)).await.is_err() || babbled {
            // Either the runner ends, or this made no sense: it is told why, and then hung up on.
            std::future::pending::<()>().await;
        }
    }
}

/// Tells a console the news, until there are no more.
async fn tell(mut to: OwnedWriteHalf, mut told: Receiver<News>) {
    while let Some(news) = told.recv().await {
        let last = matches!(news, News::Ended { .. });
        if wire::write(&mut to, &fitting(news)).await.is_err() || last {
            return;
        }
    }
}

/// What is too long to be told is not cut, which could mean something else.
fn fitting(news: News) -> News {
    let News::Journal { records, .. } = &news else { return news };
    // A record is told as it is kept; beside the records there is next to nothing.
    let long = records.iter().map(|record| serde_json::to_vec(record).map_or(0, |b| b.len() + 1));
    if long.sum::<usize>() < NEWS_LIMIT / 2 {
        return news;
    }
    let why = "the journal is too long to be shown here; `muster journal show` prints it";
    News::Journal { records: Vec::new(), verified: Err(why.to_owned()) }
}

/// Why a console is hung up on that said something that makes no sense.
pub(super) fn babble(why: &str) -> News {
    News::Ended { error: senseless(why) }
}
