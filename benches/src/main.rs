//! The benchmark against peers: one command runs everything and prints a table.
//!
//! `cargo bench --manifest-path benches/Cargo.toml` measures all; names after `--` choose: `checks`,
//! `tables`, `quota`, `changes`, `copy`, `memory`, `journal`, `console`. `--rounds N` sets how often each
//! contender has its turn. docs/benchmarks.md says what is measured, and keeps the figures; with
//! `UPDATE=1` they are written there.

mod changes;
mod console;
mod contest;
mod copy;
mod emulator;
mod gauge;
mod http;
mod journal;
mod peers;
mod replay;
mod s3;
mod scan;
mod stage;
mod table;

use std::ffi::OsString;
use std::process::ExitCode;

use peers::Peers;
use table::Row;

/// What can be measured, in the order of the table.
const GROUPS: [&str; 8] =
    ["checks", "tables", "quota", "changes", "copy", "memory", "journal", "console"];

/// What follows in the page are the figures.
const MARK: &str = "## Figures";

/// How often each contender has its turn.
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1).peekable();
    if words.next_if(|word| word == gauge::WORD).is_some() {
        return told(gauge::be(words));
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    match runtime {
        Ok(runtime) => told(runtime.block_on(measure(words.collect()))),
        Err(error) => told(Err(error.to_string())),
    }
}

fn told(ended: Result<(), String>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(words: Vec<OsString>) -> Result<(), String> {
    let (mut chosen, mut rounds) = (Vec::new(), ROUNDS);
    let mut words = words.into_iter().filter_map(|word| word.into_string().ok());
    while let Some(word) = words.next() {
        match word.as_str() {
            // What cargo says to every benchmark.
            "--bench" => {}
            "--rounds" => {
                let number = words.next().and_then(|number| number.parse().ok());
                rounds = number.ok_or("--rounds needs a number")?;
            }
            name => match GROUPS.iter().find(|group| **group == name) {
                Some(group) => chosen.push(*group),
                None => return Err(format!("`{name}` is none of {}", GROUPS.join(", "))),
            },
        }
    }
    let all = chosen.is_empty();
    if all {
        chosen = GROUPS.to_vec();
    }
    let load = load();
    let peers = Peers::install(chosen.contains(&"copy"));
    let mut rows = Vec::new();
    for group in chosen {
        eprintln!("{group}");
        let ended = match group {
            "checks" => scan::checks(&peers, rounds, &mut rows).await,
            "tables" => scan::tables(&peers, rounds, &mut rows).await,
            "quota" => scan::quota(&peers, rounds.min(3), &mut rows).await,
            "changes" => changes::changes(&peers, rounds, &mut rows).await,
            "journal" => journal::journal(rounds, &mut rows).await,
            "console" => console::console(rounds, &mut rows).await,
            "memory" => copy::memory(&mut rows).await,
            _ => copy::copy(&peers, rounds, &mut rows).await,
        };
        if let Err(why) = ended {
            eprintln!("  {why}");
            rows.push(Row::not_measured(group, &why));
        }
    }
    let text = format!("{}\n{}\n", about(&peers, rounds, &load), table::markdown(&rows).trim_end());
    println!("{text}");
    if all && std::env::var_os("UPDATE").is_some() {
        write_down(&text)?;
    }
    Ok(())
}

/// Puts the figures into the page, in place of those before.
fn write_down(text: &str) -> Result<(), String> {
    let page = peers::package().join("../docs/benchmarks.md");
    let before = std::fs::read_to_string(&page).map_err(|e| e.to_string())?;
    let (head, _) = before.split_once(MARK).ok_or("the page has no place for the figures")?;
    std::fs::write(page, format!("{head}{MARK}\n\n{text}")).map_err(|e| e.to_string())
}

/// The load of the machine: averages over 1, 5 and 15 minutes.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// The machine, and what ran on it.
fn about(peers: &Peers, rounds: usize, load: &str) -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, name)| name);
    let threads = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut text = format!(
        "{model}, {threads} threads, Linux {}. {rounds} rounds. Load before: {load}; after: {}.\n\n",
        kernel.trim(),
        self::load()
    );
    for version in &peers.versions {
        text += &format!("- {version}\n");
    }
    for (name, missing) in [
        ("AWS CLI and boto3", peers.python.as_ref().err()),
        ("ministack", peers.emulator.as_ref().err()),
        ("rclone", peers.rclone.as_ref().err()),
        ("s3sync", peers.s3sync.as_ref().err()),
    ] {
        if let Some(why) = missing {
            text += &format!("- {name}: not here: {why}\n");
        }
    }
    text
}
