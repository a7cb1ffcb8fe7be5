//! `muster attach`: back to a run that is going on.

use std::sync::Arc;

use super::args::AttachArgs;
use super::reach::{self, peek};
use super::{Out, console, run};
use crate::app::{Context, History, attach as reach_out, socket_of};
use crate::engine::Mode;
use crate::error::{Error, Exit};
use crate::linear::Aim;
use crate::link::{Hello, Welcome, Wish};
use crate::tui::First;

pub(super) async fn attach(
    context: Arc<Context>,
    args: AttachArgs,
    out: &Out,
) -> Result<Exit, Error> {
    let surroundings = &context.surroundings;
    let found = peek(&context).await?.ok_or_else(|| nobody(&context, args.run.as_deref()))?;
    if !is_meant(&context, &found) {
        return Err(elsewhere(&found));
    }
    let run = match args.run {
        Some(run) => Some(History::read(&context.state_dir)?.meant(Some(&run), false)?.id.clone()),
        None => found.walks.last().cloned(),
    };
    // Where nobody can type, nobody can command.
    let typed = surroundings.stdin_is_terminal && surroundings.stdout_is_terminal;
    let watch = args.watch || context.options.read_only || !typed;
    let hello = Hello::new(&surroundings.actor, if watch { Wish::Watch } else { Wish::Pilot });
    let link = reach_out(&context.state_dir, &hello).await?;
    let runner = reach::over(link.ok_or_else(|| nobody(&context, run.as_deref()))?);
    if console::is_wanted(&context) {
        return console::show(&context, runner, run.map_or(First::Home, First::Run), out).await;
    }
    match run {
        Some(run) => {
            run::talk(&context, runner, Aim::Attach { run }, &Default::default(), out).await
        }
        None if watch => {
            out.talk("No run is being walked. `muster runs` shows what rests where.");
            Ok(Exit::Succeeded)
        }
        None => run::talk(&context, runner, Aim::Pick, &Default::default(), out).await,
    }
}

/// Whether a runner serves what was asked for, as far as that was said.
fn is_meant(context: &Context, found: &Welcome) -> bool {
    let options = &context.options;
    let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|w| w == found);
    is(&options.estate, &found.estate)
        && is(&options.environment, &found.environment)
        && (!options.practice || found.mode == Mode::Practice)
}

fn elsewhere(found: &Welcome) -> Error {
    let Welcome { estate, environment, mode, process, .. } = found;
    let what = format!("the runner here (process {process}) serves {estate} {environment}, {mode}");
    let practice = if *mode == Mode::Practice { "--practice " } else { "" };
    let advice = format!(
        "`muster {practice}--estate {estate} --env {environment} attach` attaches to it. Another \
         --state-dir lets another estate be served beside it."
    );
    Error::usage("other-place", what, advice)
}

/// There is no runner to attach to: what rests, and how to go on with it.
fn nobody(context: &Context, run: Option<&str>) -> Error {
    if let Err(why) = socket_of(&context.state_dir) {
        return Error::usage("no-runner", why, "`muster runs` says what rests where.");
    }
    let history = match History::read(&context.state_dir) {
        Ok(history) => history,
        Err(error) => return error,
    };
    let what = "nothing is being walked here: there is no runner to attach to";
    match history.meant(run, true) {
        Ok(found) if !found.is_at_rest() || run.is_none() => {
            let (state, needs) = crate::app::state_of(found);
            let needs = needs.map(|needs| format!(", {needs}")).unwrap_or_default();
            let id = &found.id;
            let what = format!("{what}; run {id} of {} is {state}{needs}", found.bound.book.name);
            let advice =
                format!("`muster {} resume {id}` goes on with it.", crate::app::options_of(found));
            Error::usage("no-runner", what, advice)
        }
        Ok(found) => {
            let advice = format!("`muster status {}` tells how it ended.", found.id);
            Error::usage("no-runner", what, advice)
        }
        Err(error) if run.is_some() => error,
        Err(_) => Error::usage("no-runner", what, "`muster run BOOK` begins a run."),
    }
}
