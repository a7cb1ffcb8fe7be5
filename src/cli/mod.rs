//! The command line: one file per subcommand, data on stdout and talk on stderr.

mod args;
mod attach;
mod check;
mod compliance;
mod console;
mod doctor;
mod generate;
mod journal;
mod list;
mod out;
mod plan;
mod practice;
mod reach;
mod report;
mod rollout;
mod run;
mod runner;
mod runs;
mod show;
mod stops;
mod take_over;

use std::sync::Arc;

use clap::{CommandFactory as _, Parser as _};

pub use args::Arguments;
use args::{Command, RunsCommand};
pub use out::Out;

use crate::app::{Context, Surroundings};
use crate::error::{Error, Exit};

/// Runs the program and says how it ended. Errors are printed here and nowhere else.
pub fn main() -> Exit {
    let out = Out::new();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    match perform(arguments, &out) {
        Ok(exit) => exit,
        Err(error) => {
            out.talk(&error.render());
            error.exit
        }
    }
}

/// Help and version go to stdout and are no error; everything else goes to stderr.
fn usage(error: &clap::Error) -> Exit {
    // There is nothing left to do when even this cannot be printed.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Succeeded }
}

fn perform(arguments: Arguments, out: &Out) -> Result<Exit, Error> {
    match &arguments.command {
        Some(Command::Schema { what }) => return generate::schema(*what, out),
        Some(Command::Completions { shell }) => {
            return generate::completions(*shell, Arguments::command(), out);
        }
        Some(Command::Man) => return generate::man(Arguments::command(), out),
        Some(Command::Check { path }) => {
            let path = path.as_deref().or(arguments.runbooks.as_deref());
            return check::check(path, arguments.json, out);
        }
        _ => {}
    }
    let json = arguments.json;
    let context = Arc::new(Context::new(arguments.options(), Surroundings::read())?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Error::new("runtime", Exit::Failed, e.to_string(), ""))?;
    let ended = runtime.block_on(command(arguments.command, context, json, out));
    // A thread that waits for a line of input is not waited for: nobody will type it.
    runtime.shutdown_background();
    ended
}

async fn command(
    command: Option<Command>,
    context: Arc<Context>,
    json: bool,
    out: &Out,
) -> Result<Exit, Error> {
    match command {
        None => console::console(context, out).await,
        Some(Command::List) => list::list(&context, json, out),
        Some(Command::Show(args)) => show::show(&context, &args, json, out),
        Some(Command::Plan(args)) => plan::plan(&context, &args, json, out).await,
        Some(Command::Compliance(args)) => compliance::compliance(&context, &args, json, out).await,
        Some(Command::Run(args)) => run::run(context, args, out).await,
        Some(Command::Resume(args)) => run::resume(context, args, out).await,
        Some(Command::Rollback(args)) => run::rollback(context, args, out).await,
        Some(Command::Attach(args)) => attach::attach(context, args, out).await,
        Some(Command::Runner) => runner::runner(context).await,
        Some(Command::Runs { command: Some(RunsCommand::TakeOver(args)) }) => {
            take_over::take_over(&context, args, out).await
        }
        Some(Command::Runs { command: None }) => runs::runs(&context, json, out).await,
        Some(Command::Status { run, hand_over }) => {
            runs::status(&context, run.as_deref(), hand_over, json, out).await
        }
        Some(Command::Rollout) => rollout::rollout(&context, json, out),
        Some(Command::Report(args)) => report::report(&context, &args, json, out),
        Some(Command::Journal { command }) => journal::journal(&context, &command, json, out),
        Some(Command::Practice { command }) => practice::practice(&context, &command, json, out),
        Some(Command::Doctor) => doctor::doctor(&context, json, out).await,
        // These need no context and were answered before.
        Some(
            Command::Check { .. }
            | Command::Schema { .. }
            | Command::Completions { .. }
            | Command::Man,
        ) => Ok(Exit::Succeeded),
    }
}
