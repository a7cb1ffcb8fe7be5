//! Being stopped and going on again: Ctrl-Z, `kill -TSTP`, `fg`.

use rustix::process::{Signal as Number, getpgrp, getpid, getsid};
use rustix::process::{kill_current_process_group, kill_process};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{Error, Exit};

/// What the shell, or somebody else, wants of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// That it stops.
    Stop,
    /// That it goes on; it may have been stopped without being asked.
    GoOn,
}

/// Who is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// All that were started with the console, such as the script around it: a key means them all.
    Group,
    /// The console alone: whoever sends it a signal means it.
    Console,
}

/// The signals about it.
pub(super) struct Stops {
    stop: Signal,
    go_on: Signal,
}

impl Stops {
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self { stop: on(Number::TSTP)?, go_on: on(Number::CONT)? })
    }

    pub(super) async fn next(&mut self) -> Wanted {
        tokio::select! {
            _ = self.stop.recv() => Wanted::Stop,
            _ = self.go_on.recv() => Wanted::GoOn,
        }
    }
}

fn on(number: Number) -> Result<Signal, Error> {
    let kind = SignalKind::from_raw(number.as_raw());
    signal(kind).map_err(|e| Error::new("signals", Exit::Failed, e.to_string(), ""))
}

/// Stops. False when nobody could make it go on: where no shell with jobs started it, such as
/// `ssh HOST muster`, a stopped console would only hang.
pub(super) fn stop(who: Who) -> bool {
    if getsid(None).is_ok_and(|session| session == getpgrp()) {
        return false;
    }
    // The signal that is asked with is caught here; this one stops for sure.
    let stopped = match who {
        Who::Group => kill_current_process_group(Number::STOP),
        Who::Console => kill_process(getpid(), Number::STOP),
    };
    stopped.is_ok()
}
