//! Contenders in turns: one of each in every round, so that the load of the machine meets them all.

use std::path::Path;
use std::process::Command;

use crate::gauge::{self, Taken};
use crate::table::median;

/// Something that is run again and again.
pub struct Contender<'a> {
    /// Its name.
    pub name: &'a str,
    /// What makes ready for one turn, and says what is run in it.
    pub turn: Box<dyn FnMut() -> Result<Command, String> + 'a>,
    /// What it took, turn by turn.
    pub taken: Vec<Taken>,
}

impl<'a> Contender<'a> {
    /// One that has not had a turn.
    pub fn new(name: &'a str, turn: impl FnMut() -> Result<Command, String> + 'a) -> Self {
        Self { name, turn: Box::new(turn), taken: Vec::new() }
    }

    /// The middle of its times, in milliseconds.
    pub fn milliseconds(&self) -> f64 {
        median(self.taken.iter().map(Taken::milliseconds))
    }

    /// The most memory that it took in any turn, in MiB.
    pub fn mebibytes(&self) -> f64 {
        self.taken.iter().map(Taken::mebibytes).fold(0.0, f64::max)
    }
}

/// How many times as long the second took: the middle of the rounds' ratios.
pub fn ratio(first: &Contender<'_>, second: &Contender<'_>) -> f64 {
    let rounds = first.taken.iter().zip(&second.taken);
    median(rounds.map(|(a, b)| b.milliseconds() / a.milliseconds()))
}

/// Runs all of them, round after round.
pub async fn contest(rounds: usize, contenders: &mut [Contender<'_>]) -> Result<(), String> {
    for round in 0..rounds {
        for contender in &mut *contenders {
            let command = (contender.turn)()?;
            let taken = run(command).await?.fine(contender.name)?;
            eprintln!(
                "  round {}: {} {:.0} ms, {:.0} % of a processor, {:.1} MiB",
                round + 1,
                contender.name,
                taken.milliseconds(),
                taken.share(),
                taken.mebibytes()
            );
            contender.taken.push(taken);
        }
    }
    Ok(())
}

/// Runs a command under a gauge while this process serves it.
pub async fn run(command: Command) -> Result<Taken, String> {
    tokio::task::spawn_blocking(move || gauge::run(&command)).await.map_err(|e| e.to_string())?
}

/// A command with nothing in its environment but what a client of AWS needs.
pub fn client(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    let mut path = program.parent().map(Path::as_os_str).unwrap_or_default().to_owned();
    path.push(":/usr/bin:/bin");
    command
        .env("HOME", home)
        .env("PATH", path)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("NO_COLOR", "1")
        .current_dir(home);
    command
}
