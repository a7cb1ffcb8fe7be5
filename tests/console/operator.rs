//! Somebody who sits at a terminal: reads the screen, and presses keys when it says so.

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

const ROWS: NonZero<u16> = NonZero::new(40).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(120).unwrap();

pub const SIZE: PtySize =
    PtySize { rows: ROWS.get(), cols: COLUMNS.get(), pixel_width: 0, pixel_height: 0 };

/// The books of the tests.
pub const BOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/books");

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Keys of the first half second of a dialog are dropped, and begin it anew.
const HASTE: Duration = Duration::from_millis(650);

#[expect(clippy::disallowed_methods, reason = "the program under test lives by the real clock")]
fn clock() -> Instant {
    Instant::now()
}

/// The runner of a state directory. It outlives its consoles, and is ended with the test.
pub struct Runner(std::path::PathBuf);

impl Runner {
    pub fn of(state: &Path) -> Self {
        Self(state.to_owned())
    }

    /// Number of its process, when it has taken the journal.
    pub fn process(&self) -> Option<u32> {
        let holder = std::fs::read_to_string(self.0.join("journal.lock")).ok()?;
        holder.split(", process ").nth(1)?.split(',').next()?.parse().ok()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if let Some(process) = self.process() {
            let kill = format!("kill -9 {process}");
            // It may have ended by itself.
            let _ = std::process::Command::new("sh").args(["-c", &kill]).output();
        }
    }
}

pub struct Operator {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    screen: Parser,
    raw: Vec<u8>,
    _master: Box<dyn MasterPty + Send>,
}

impl Operator {
    /// Sits down at a terminal in which the program was started on the shipped books.
    pub fn sits_down(state: &Path, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_muster"));
        command.args(["--practice", "--estate", "sitelogix", "--env", "prod"]);
        command.args(arguments);
        Self::starts(state, command)
    }

    /// Sits down at a terminal with a shell that starts the program on the books of the tests.
    pub fn in_a_shell(state: &Path, script: &str, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_muster"), "--practice"]);
        command.args(arguments);
        command.env("MUSTER_RUNBOOKS", BOOKS);
        Self::starts(state, command)
    }

    /// A terminal of 120 columns and 40 rows.
    fn starts(state: &Path, mut command: CommandBuilder) -> Self {
        let pair = native_pty_system().openpty(SIZE).unwrap();
        command.env("MUSTER_STATE_DIR", state);
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        command.env_remove("ACCESSIBLE");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        let screen = Parser::new(ROWS, COLUMNS, 0);
        Self { child, writer, bytes, screen, raw: Vec::new(), _master: pair.master }
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        self.screen.screen().contents()
    }

    /// Whether the terminal is as it was before a full screen: its own screen, with a cursor, and
    /// pastes like any other keys.
    pub fn is_given_back(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
    }

    /// Whether there is a full screen.
    pub fn is_taken(&self) -> bool {
        self.screen.screen().alternate_screen()
    }

    /// Everything that the program ever wrote.
    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    pub fn types(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Reads the screen until it says so.
    pub fn sees(&mut self, text: &str) {
        self.sees_one_of(&[text]);
    }

    /// Reads the screen until it says one of these.
    pub fn sees_one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        let limit = clock() + PATIENCE;
        loop {
            let shown = self.screen();
            if let Some(text) = texts.iter().find(|text| shown.contains(**text)) {
                return text;
            }
            let left = limit.saturating_duration_since(clock());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => self.shown(&bytes),
                Err(_) => panic!("the screen never said {texts:?}:\n{shown}"),
            }
        }
    }

    /// Reads what a dialog says, for as long as it takes no keys.
    pub fn reads_on(&mut self) {
        let limit = clock() + HASTE;
        loop {
            match self.bytes.recv_timeout(limit.saturating_duration_since(clock())) {
                Ok(bytes) => self.shown(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn shown(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.screen.process(bytes);
    }

    /// The window is closed: the terminal goes away under the program, which must end by itself.
    pub fn hangs_up(self) {
        let Self { mut child, writer, bytes, _master, .. } = self;
        drop((writer, bytes, _master));
        let (send, ended) = channel();
        std::thread::spawn(move || send.send(child.wait().is_ok()));
        assert_eq!(ended.recv_timeout(PATIENCE), Ok(true), "it outlives its terminal");
    }

    /// Waits until the program has ended, and says with which code.
    pub fn leaves(mut self) -> (u32, String) {
        let limit = clock() + PATIENCE;
        loop {
            match self.bytes.recv_timeout(limit.saturating_duration_since(clock())) {
                Ok(bytes) => self.shown(&bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it never left:\n{}", self.screen()),
            }
        }
        let code = self.child.wait().unwrap().exit_code();
        (code, self.raw())
    }
}
