//! A child process and what it took: time, memory, processor.
//!
//! Linux counts to a child's peak what its parent held when it was started. So every child is
//! started by a small process of its own: this program, told to be nothing but a gauge.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wait4::Wait4 as _;

/// The word that makes this program a gauge.
pub const WORD: &str = "--gauge";

/// What a child took.
#[derive(Clone, Debug)]
pub struct Taken {
    /// From its start to its end.
    pub wall: Duration,
    /// Processor time, in user and kernel mode, of it and of all its children.
    pub cpu: Duration,
    /// The most memory that it, or any one of its children, held at once: bytes.
    pub resident: u64,
    /// How it ended.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it complained about.
    pub err: String,
}

impl Taken {
    /// The time in milliseconds.
    pub fn milliseconds(&self) -> f64 {
        self.wall.as_secs_f64() * 1e3
    }

    /// The share of one processor, in percent.
    pub fn share(&self) -> f64 {
        self.cpu.as_secs_f64() / self.wall.as_secs_f64() * 100.0
    }

    /// The memory in MiB.
    pub fn mebibytes(&self) -> f64 {
        self.resident as f64 / f64::from(1 << 20)
    }

    /// Itself, when it succeeded.
    ///
    /// # Errors
    /// What it printed, when it did not.
    pub fn fine(self, what: &str) -> Result<Self, String> {
        if self.code == Some(0) {
            return Ok(self);
        }
        let Self { code, out, err, .. } = self;
        let end = |text: &str| {
            let from = text.char_indices().rev().nth(2_000).map_or(0, |(at, _)| at);
            text[from..].to_owned()
        };
        Err(format!("{what} ended with {code:?}:\n{}\n{}", end(&out), end(&err)))
    }
}

/// Runs a command under a gauge, to its end.
///
/// # Errors
/// It cannot be started.
pub fn run(command: &Command) -> Result<Taken, String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let result = folder.path().join("taken.json");
    let this = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut gauge = Command::new(this);
    gauge.arg(WORD).arg(&result).arg(command.get_program()).args(command.get_args());
    gauge.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        gauge.current_dir(folder);
    }
    let output = gauge.stdin(Stdio::null()).output().map_err(|e| e.to_string())?;
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    let text = std::fs::read_to_string(&result).map_err(|e| format!("{e}: {err}"))?;
    let taken: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let micros = |name: &str| Duration::from_micros(taken[name].as_u64().unwrap_or_default());
    Ok(Taken {
        wall: micros("wall"),
        cpu: micros("cpu"),
        resident: taken["resident"].as_u64().unwrap_or_default(),
        code: taken["code"].as_i64().and_then(|code| i32::try_from(code).ok()),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err,
    })
}

/// Is the gauge: the file for the result, then the command.
///
/// # Errors
/// The command cannot be started, or the result not be written.
pub fn be(mut words: impl Iterator<Item = OsString>) -> Result<(), String> {
    let (Some(result), Some(program)) = (words.next(), words.next()) else {
        return Err("a gauge needs a file and a command".to_owned());
    };
    let began = Instant::now();
    let child = Command::new(&program).args(words).spawn();
    let child = child.map_err(|e| format!("{}: {e}", program.display()))?;
    let used = child.wait4().map_err(|e| e.to_string())?;
    let wall = began.elapsed();
    let taken = json!({
        "wall": u64::try_from(wall.as_micros()).unwrap_or(u64::MAX),
        "cpu": u64::try_from((used.rusage.utime + used.rusage.stime).as_micros()).unwrap_or(u64::MAX),
        "resident": used.rusage.maxrss,
        "code": used.status.code(),
    });
    std::fs::write(Path::new(&result), taken.to_string()).map_err(|e| e.to_string())
}
