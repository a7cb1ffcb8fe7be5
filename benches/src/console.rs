//! The full-screen console in a terminal: idle, at its start, and while a great deal happens.

use std::io::{Read as _, Write};
use std::net::TcpListener;
use std::num::NonZero;
use std::path::Path;
use std::process::{Child as Process, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use crate::contest::{client, run};
use crate::table::{Row, Target, median, time};

/// For how long nothing is done.
const IDLE: Duration = Duration::from_secs(30);

/// Events a second.
const RATE: u32 = 10_000;

/// Keys that are pressed meanwhile.
const KEYS: usize = 200;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

const ROWS: NonZero<u16> = NonZero::new(40).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(120).unwrap();

const SIZE: PtySize =
    PtySize { rows: ROWS.get(), cols: COLUMNS.get(), pixel_width: 0, pixel_height: 0 };

/// A word that only the page with the keys shows.
const HELP: &str = "keys of the page";

/// A console in a terminal of its own.
struct Seat {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    bytes: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    began: Instant,
    drawn: usize,
    _master: Box<dyn MasterPty + Send>,
}

impl Seat {
    fn take(home: &Path, state: &Path, words: &[&str]) -> Result<Self, String> {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_muster"));
        command.env_clear();
        for (name, value) in client(Path::new("/usr/bin/env"), home).get_envs() {
            // Colours are part of what is drawn.
            if let (Some(value), false) = (value, name == "NO_COLOR") {
                command.env(name, value);
            }
        }
        command.env("TERM", "xterm-256color");
        command.args(["--estate", "sitelogix", "--env", "prod", "--state-dir"]);
        command.arg(state);
        command.args(words);
        let made = || -> Result<_, Box<dyn std::error::Error + Send + Sync>> {
            let pair = native_pty_system().openpty(SIZE)?;
            let mut reader = pair.master.try_clone_reader()?;
            let writer = pair.master.take_writer()?;
            let began = Instant::now();
            let child = pair.slave.spawn_command(command)?;
            let (send, bytes) = channel();
            std::thread::spawn(move || {
                let mut buffer = [0; 1 << 16];
                while let Ok(count @ 1..) = reader.read(&mut buffer) {
                    if send.send((Instant::now(), buffer[..count].to_vec())).is_err() {
                        return;
                    }
                }
            });
            let screen = vt100::Parser::new(ROWS, COLUMNS, 0);
            Ok(Self { child, writer, bytes, screen, began, drawn: 0, _master: pair.master })
        };
        made().map_err(|e| e.to_string())
    }

    /// Waits until the screen is as wanted: when the bytes came that made it so.
    fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> Result<Instant, String> {
        let late = Instant::now() + PATIENCE;
        loop {
            let left = late.saturating_duration_since(Instant::now());
            match self.bytes.recv_timeout(left) {
                Ok((when, bytes)) => {
                    self.drawn += bytes.len();
                    self.screen.process(&bytes);
                    if wanted(&self.screen.screen().contents()) {
                        return Ok(when);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!("{what}: not within a minute"));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(format!("{what}: it ended")),
            }
        }
    }

    /// Presses a key, and waits for what it does: how long that took.
    fn press(
        &mut self,
        key: &str,
        what: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<f64, String> {
        let pressed = Instant::now();
        let wrote = self.writer.write_all(key.as_bytes()).and_then(|()| self.writer.flush());
        wrote.map_err(|e| e.to_string())?;
        Ok(self.until(what, wanted)?.duration_since(pressed).as_secs_f64() * 1e3)
    }

    fn process(&self) -> Option<u32> {
        self.child.process_id()
    }

    /// The runner that it started.
    fn runner(&self) -> Option<u32> {
        let process = self.process()?;
        let threads = std::fs::read_dir(format!("/proc/{process}/task")).ok()?;
        threads.flatten().find_map(|thread| {
            let children = std::fs::read_to_string(thread.path().join("children")).ok()?;
            children.split_whitespace().next()?.parse().ok()
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A process of this run, gone when it is dropped.
struct Served(Process);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// All measurements of the console.
pub async fn console(rounds: usize, rows: &mut Vec<Row>) -> Result<(), String> {
    let home = tempfile::tempdir().map_err(|e| e.to_string())?;
    let source = practised(home.path()).await?;
    let measured = tokio::task::spawn_blocking(move || {
        let mut rows = Vec::new();
        let ended = start(home.path(), rounds, &mut rows)
            .and_then(|()| idle(home.path(), &mut rows))
            .and_then(|()| busy(&home, &source, &mut rows));
        (rows, ended)
    });
    let (measured, ended) = measured.await.map_err(|e| e.to_string())?;
    rows.extend(measured);
    ended
}

/// The state directory of a run of phase 1 in practice: something real to show, and to write again.
pub async fn practised(home: &Path) -> Result<std::path::PathBuf, String> {
    let state = home.join("practised");
    let mut command = client(Path::new(env!("CARGO_BIN_EXE_muster")), home);
    command.args(["--practice", "--estate", "sitelogix", "--env", "prod", "--state-dir"]);
    command.arg(&state).args(["run", "phase-1-protection", "-p", "alert_email=oncall@example.com"]);
    command.args(["--linear", "--yes"]);
    run(command).await?.fine("muster")?;
    Ok(state)
}

/// From the start of the process to the first frame, and to the first connection to AWS.
fn start(home: &Path, rounds: usize, rows: &mut Vec<Row>) -> Result<(), String> {
    let (mut frames, mut connections) = (Vec::new(), Vec::new());
    for round in 0..rounds.max(5) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|e| e.to_string())?;
        let url = format!("http://{}", listener.local_addr().map_err(|e| e.to_string())?);
        let (send, first) = channel();
        std::thread::spawn(move || {
            if let Ok(connection) = listener.accept() {
                let _ = send.send(Instant::now());
                // It is never answered.
                std::thread::sleep(Duration::from_secs(5));
                drop(connection);
            }
        });
        let state = home.join(format!("start-{round}"));
        let mut seat = Seat::take(home, &state, &["--endpoint-url", &url])?;
        let frame = seat.until("the first frame", |screen| !screen.trim().is_empty())?;
        frames.push(frame.duration_since(seat.began).as_secs_f64() * 1e3);
        if let Ok(connected) = first.recv_timeout(Duration::from_secs(5)) {
            connections.push(connected.duration_since(seat.began).as_secs_f64() * 1e3);
        }
    }
    let (frame, connection) = (median(frames), median(connections));
    let later = connection - frame;
    let ours = format!("frame {}, connection {}", time(frame), time(connection));
    let what = "the first frame comes before the first connection to AWS, by";
    rows.push(Row::of(what, ours, String::new(), later, " ms", Target::AtLeast(0.0)));
    Ok(())
}

/// The share of a processor while nothing happens, and how often it wakes.
fn idle(home: &Path, rows: &mut Vec<Row>) -> Result<(), String> {
    let state = home.join("idle");
    let mut seat = Seat::take(home, &state, &["--practice"])?;
    seat.until("the home page", |screen| screen.contains("phase-1"))?;
    // What comes just after it is not idleness.
    while seat.bytes.recv_timeout(Duration::from_secs(2)).is_ok() {}
    for (what, process) in [("console", seat.process()), ("runner", seat.runner())] {
        let process = process.ok_or_else(|| format!("no process of the {what}"))?;
        let before = Spent::by(process)?;
        let until = Instant::now() + IDLE;
        let mut drawn = 0;
        while let Ok((_, bytes)) =
            seat.bytes.recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            drawn += bytes.len();
        }
        let after = Spent::by(process)?;
        let share = (after.seconds - before.seconds) / IDLE.as_secs_f64() * 100.0;
        let woken = (after.woken - before.woken) as f64 / IDLE.as_secs_f64();
        let seconds = IDLE.as_secs();
        let drawn = format!("{drawn} bytes drawn");
        let what = format!("{what} in practice, idle for {seconds} s: processor");
        rows.push(Row::of(&what, drawn, String::new(), share, " %", Target::AtMost(0.0)));
        rows.push(Row::of(
            "how often it wakes",
            String::new(),
            String::new(),
            woken,
            " /s",
            Target::AtMost(0.0),
        ));
    }
    Ok(())
}

/// From a key to the frame that shows what it did, while events arrive.
fn busy(home: &TempDir, source: &Path, rows: &mut Vec<Row>) -> Result<(), String> {
    let state = home.path().join("busy");
    let probe = Command::new(env!("CARGO_BIN_EXE_probe"))
        .arg("runner")
        .args([source, state.as_path()])
        .arg(RATE.to_string())
        .stdin(Stdio::null())
        .spawn();
    let _runner = Served(probe.map_err(|e| e.to_string())?);
    let late = Instant::now() + PATIENCE;
    while !state.join("link/runner.sock").exists() && Instant::now() < late {
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut seat = Seat::take(home.path(), &state, &["--practice", "attach"])?;
    seat.until("the run", |screen| screen.contains("busy afternoon"))?;
    let process = seat.process().ok_or("no process of the console")?;
    let before = (Spent::by(process)?, Instant::now());
    let mut times = Vec::new();
    for _ in 0..KEYS / 2 {
        times.push(seat.press("?", "the keys", |screen| screen.contains(HELP))?);
        times.push(seat.press("\x1b", "the run", |screen| !screen.contains(HELP))?);
    }
    let spent = Spent::by(process)?.seconds - before.0.seconds;
    let share = spent / before.1.elapsed().as_secs_f64() * 100.0;
    times.sort_by(f64::total_cmp);
    let p95 = times[times.len() * 95 / 100];
    let ours = format!("median {}, {share:.0} % of a processor", time(median(times.clone())));
    let what = format!("from key to frame, p95, with {RATE} events a second");
    rows.push(Row::of(&what, ours, String::new(), p95, " ms", Target::AtMost(16.6)));
    Ok(())
}

/// What a process, with all its threads, has spent so far.
struct Spent {
    seconds: f64,
    woken: u64,
}

impl Spent {
    fn by(process: u32) -> Result<Self, String> {
        let stat =
            std::fs::read_to_string(format!("/proc/{process}/stat")).map_err(|e| e.to_string())?;
        // After the name, which may hold blanks: user and kernel time are the 12th and 13th, in
        // hundredths of a second.
        let fields = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ')).ok_or("no stat")?;
        let ticks: u64 = fields.skip(11).take(2).filter_map(|f| f.parse::<u64>().ok()).sum();
        let threads =
            std::fs::read_dir(format!("/proc/{process}/task")).map_err(|e| e.to_string())?;
        let mut woken = 0;
        for thread in threads.flatten() {
            let status = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
            let line =
                status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            woken += line.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or_default();
        }
        Ok(Self { seconds: ticks as f64 / 100.0, woken })
    }
}
