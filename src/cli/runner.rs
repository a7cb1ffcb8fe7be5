//! `muster runner`: the process that walks runs, started by a console and outliving it.

use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::{Context, Hub, first_console, refuse};
use crate::error::{Error, Exit};

pub(super) async fn runner(context: Arc<Context>) -> Result<Exit, Error> {
    let console = first_console().map_err(|_| {
        let what = "a runner is started by its console";
        Error::usage("no-console", what, "`muster` opens one; `muster attach` comes back to one.")
    })?;
    // From here on it belongs to no terminal: none can hang it up, stop it or interrupt it.
    rustix::process::setsid().map_err(failed)?;
    let mut terminate = on(SignalKind::terminate())?;
    // Whoever closes a terminal or presses Ctrl-C means a console. Not even a signal that is sent
    // by hand stops a run, but the one that means to.
    let _deaf = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::quit()].map(on);
    match Hub::apart(context).await {
        Ok(hub) => {
            let stop = async move {
                terminate.recv().await;
            };
            hub.serve_apart(console, stop).await?;
            Ok(Exit::Succeeded)
        }
        Err(error) => {
            refuse(console, &error).await;
            Err(error)
        }
    }
}

fn on(kind: SignalKind) -> Result<Signal, Error> {
    signal(kind).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::new("signals", Exit::Failed, error.to_string(), "")
}
