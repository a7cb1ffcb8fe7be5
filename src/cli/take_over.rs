//! `muster runs take-over`: another operator commands a run from now on.

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::mpsc::{Receiver, Sender};

use super::Out;
use super::args::TakeOverArgs;
use super::reach::{Runner, over};
use crate::app::{Context, History, attach, clock, doing, take_over_alone};
use crate::engine::{Command, Run};
use crate::error::{Error, Exit};
use crate::link::{Ask, Hello, News, Seat, Wish};

pub(super) async fn take_over(
    context: &Context,
    args: TakeOverArgs,
    out: &Out,
) -> Result<Exit, Error> {
    let history = History::read(&context.state_dir)?;
    let run = history.meant(Some(&args.run), false)?;
    out.talk(&format!("This is {}.", doing(run)));
    let name = match args.operator {
        Some(name) => name,
        None => ask(context, run, out).await?,
    };
    let name = name.trim().to_owned();
    if name.is_empty() {
        let what = "nobody takes it over: no name was given";
        return Err(Error::new("no-name", Exit::Cancelled, what, "Type your name."));
    }
    let hello = Hello::new(&context.surroundings.actor, Wish::TakeOver);
    match attach(&context.state_dir, &hello).await? {
        Some(link) => {
            let Runner { asks, told, served } = over(link);
            let command = Command::TakeOver { name: name.clone() };
            // A runner that ends meanwhile says so through the link.
            let _ = asks.send(Ask::Tell { run: run.id.clone(), command }).await;
            match tokio::join!(served, hear(told, asks)) {
                (_, Some(done)) => done?,
                (ended, None) => ended?,
            }
        }
        None => take_over_alone(context, &run.id, &name, clock::now())?,
    }
    let id = &run.id;
    out.talk(&format!(
        "{name} commands run {id} now. `muster attach {id}` or `muster resume {id}`."
    ));
    Ok(Exit::Succeeded)
}

async fn ask(context: &Context, run: &Run, out: &Out) -> Result<String, Error> {
    let surroundings = &context.surroundings;
    if !(surroundings.stdin_is_terminal && surroundings.stdout_is_terminal) {
        let what = "nobody is here to type a name";
        return Err(Error::new("no-name", Exit::Cancelled, what, "Give --operator NAME."));
    }
    let operator = &run.operator.name;
    out.prompt(&format!("{operator} will only watch. Your name, to command it from now on: "));
    let line = BufReader::new(tokio::io::stdin()).lines().next_line().await;
    Ok(line.ok().flatten().unwrap_or_default())
}

/// Until the runner has written it down and gives this console the command, or refuses. Hangs up
/// then. None when the runner ended before.
async fn hear(mut told: Receiver<News>, asks: Sender<Ask>) -> Option<Result<(), Error>> {
    let refused = |why: String| Some(Err(Error::new("refused", Exit::Failed, why, "")));
    let mut done = None;
    while done.is_none() {
        let Some(news) = told.recv().await else { break };
        done = match news {
            News::Seats { seat: Seat::Pilot, .. } => Some(Ok(())),
            News::Refused { refusal, .. } => refused(refusal.to_string()),
            News::Denied { why } => refused(why),
            News::Trouble { said } => refused(said.text),
            _ => None,
        };
    }
    drop(asks);
    while told.recv().await.is_some() {}
    done
}
