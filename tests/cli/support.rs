//! The program, started as a person starts it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The shipped book with its one parameter.
pub const PHASE_1: [&str; 3] = ["phase-1-protection", "-p", "alert_email=oncall@example.com"];

/// How the program ended.
pub mod exit {
    pub const SUCCEEDED: i32 = 0;
    pub const FAILED: i32 = 1;
    pub const USAGE: i32 = 2;
    pub const CANCELLED: i32 = 3;
    pub const LOGIN: i32 = 4;
    pub const STUCK: i32 = 5;
    pub const MISSED: i32 = 6;
    pub const TAMPERED: i32 = 7;
    pub const PAUSED: i32 = 75;
}

/// A machine with nothing on it: a home, a state directory, and no terminal.
pub struct Machine {
    home: TempDir,
    /// Given before everything else.
    global: Vec<String>,
}

/// What the program printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The program while it runs.
pub struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    printed: String,
}

impl Machine {
    /// One that practises on the shipped books.
    pub fn new() -> Self {
        Self::with(&["--practice"])
    }

    /// One that practises on the books of these tests.
    pub fn harbour() -> Self {
        let books = folder().display().to_string();
        Self::with(&["--practice", "--runbooks", &books])
    }

    /// One with these arguments before all others.
    pub fn with(global: &[&str]) -> Self {
        let home = TempDir::new().expect("a home");
        Self { home, global: global.iter().map(|&word| word.to_owned()).collect() }
    }

    /// Where runs, journal and the simulated account are.
    pub fn state(&self) -> PathBuf {
        self.home.path().join("state")
    }

    /// A file beside the state.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().expect("its folder")).expect("its folder");
        std::fs::write(&path, text).expect("a file");
        path
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The program with these arguments, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("USER", "ada")
            .env("NO_COLOR", "1")
            .env("MUSTER_STATE_DIR", self.state())
            .current_dir(self.home.path())
            .args(&self.global)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("the program"))
    }

    /// Runs it and expects it to succeed; what it printed.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        ran.ended(exit::SUCCEEDED);
        ran.out
    }

    /// Runs it with `--json` and expects it to succeed; what it printed.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        json(&self.ok(&[arguments, &["--json"]].concat()))
    }

    /// Runs it with an input that is not even there.
    pub fn run_without_input(&self, arguments: &[&str]) -> Ran {
        self.run_through("exec \"$@\" <&-", arguments)
    }

    /// Runs it from a shell, whose script does `exec "$@"` in the end.
    pub fn run_through(&self, script: &str, arguments: &[&str]) -> Ran {
        let program = self.command(arguments);
        let mut shell = Command::new("sh");
        let words = std::iter::once(program.get_program()).chain(program.get_args());
        shell.args(["-c", script, "sh"]).args(words).env_clear();
        shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Ran::of(shell.current_dir(self.home.path()).output().expect("a shell"))
    }

    /// Starts it.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        let child = command.stdout(Stdio::piped()).spawn().expect("the program");
        Running::of(child)
    }

    /// Starts it, with its talk among its data.
    pub fn start_talking(&self, arguments: &[&str]) -> Running {
        let program = self.command(arguments);
        let mut shell = Command::new("sh");
        let words = std::iter::once(program.get_program()).chain(program.get_args());
        shell.args(["-c", "exec \"$@\" 2>&1", "sh"]).args(words).env_clear();
        shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).current_dir(self.home.path());
        Running::of(shell.spawn().expect("a shell"))
    }

    /// Makes calls of the simulated account go wrong.
    pub fn faults(&self, faults: &Value) {
        let file = self.file("faults.json", &faults.to_string());
        self.ok(&["practice", "faults", file.to_str().expect("text")]);
    }

    /// Nothing goes wrong any more.
    pub fn no_faults(&self) {
        self.ok(&["practice", "faults"]);
    }

    /// Every effect that the simulated account has seen: operation, resource, digest, whether
    /// anything changed.
    pub fn effects(&self) -> Vec<Effect> {
        let ledger = self.json(&["practice", "ledger"]);
        let effects = ledger["effects"].as_array().expect("a list").iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        effects
            .map(|effect| Effect {
                operation: text(&effect["operation"]),
                resource: text(&effect["resource"]),
                digest: text(&effect["digest"]),
                change: effect["change"].as_bool().expect("a flag"),
            })
            .collect()
    }

    /// The bytes of the journal.
    pub fn journal(&self) -> Vec<u8> {
        std::fs::read(self.state().join("journal.jsonl")).expect("a journal")
    }
}

/// A variable of the environment: how large the harness is, or where its chance begins.
#[expect(clippy::disallowed_methods, reason = "what the tests do, is no business of the program")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether the harness runs at its large size: before a release, and not with every change.
pub fn is_large() -> bool {
    variable("MUSTER_HARNESS").is_some_and(|size| size == "large")
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub operation: String,
    pub resource: String,
    pub digest: String,
    pub change: bool,
}

/// No call changed anything twice.
#[track_caller]
pub fn nothing_twice(effects: &[Effect]) {
    let mut changes: Vec<_> = effects.iter().filter(|effect| effect.change).collect();
    changes.sort_by(|a, b| a.digest.cmp(&b.digest));
    for pair in changes.windows(2) {
        assert_ne!(pair[0].digest, pair[1].digest, "twice: {:?}", pair[0]);
    }
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// It ended so.
    #[track_caller]
    pub fn ended(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// It printed this, as data or as talk.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.out.contains(words) || self.err.contains(words), "no `{words}` in {self}");
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let last: Vec<&str> = self.out.lines().rev().take(30).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        write!(f, "exit {:?}\n{}\n--\n{}", self.code, last.join("\n"), self.err)
    }
}

impl Running {
    fn of(mut child: Child) -> Self {
        let out = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, out, printed: String::new() }
    }

    /// Reads what it prints until a line holds these words; false when it ended before.
    pub fn until(&mut self, words: &str) -> bool {
        while let Some(line) = self.line() {
            if line.contains(words) {
                return true;
            }
        }
        false
    }

    /// The next line that it prints.
    pub fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.out.read_line(&mut line).expect("its output");
        self.printed.push_str(&line);
        (read > 0).then_some(line)
    }

    /// Ends it as the kernel does when the memory is used up: it cannot clean up.
    pub fn kill(mut self) {
        self.child.kill().expect("a process to kill");
        self.child.wait().expect("its end");
    }

    /// Stops reading what it prints, and waits for its end.
    pub fn close_output(self) -> Option<i32> {
        let Self { mut child, out, .. } = self;
        drop(out);
        child.wait().expect("its end").code()
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
        assert!(sent.success(), "{kill}");
    }

    /// Reads to its end.
    pub fn end(mut self) -> Ran {
        self.out.read_to_string(&mut self.printed).expect("its output");
        let code = self.child.wait().expect("its end").code();
        Ran { code, out: self.printed, err: String::new() }
    }
}

/// The books of these tests.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/books")
}

/// The shipped books.
pub fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks")
}

#[track_caller]
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Copies a folder with its folders.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in from.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file");
        }
    }
}

/// The words to walk the shipped book without a person.
pub fn walk_phase_1() -> Vec<&'static str> {
    [&["run"][..], &PHASE_1, &["--linear", "--yes"]].concat()
}
