//! The terminal is given back, whatever happens: seen from the other end of a pseudo-terminal.

use std::io::{IsTerminal, Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use muster::tui::{Colour, Console, Look, Outgoing, terminal};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::fixtures;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

const TAKEN: &str = "\u{1b}[?1049h";
const GIVEN_BACK: [&str; 3] = ["\u{1b}[?1049l", "\u{1b}[?2004l", "\u{1b}[?25h"];

/// Given by the tests below to the process that they start: the name of no test.
const INSIDE: &str = "inside-a-terminal-of-its-own";

/// The console that the tests below look at, in a process of its own; nothing in any other.
#[test]
fn inside() {
    if !std::env::args().any(|argument| argument == INSIDE) || !std::io::stdout().is_terminal() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // As the program does: a hang-up is heard, it does not kill.
        let hang_up = tokio::signal::unix::SignalKind::hangup();
        let _heard = tokio::signal::unix::signal(hang_up).unwrap();
        let mut screen = terminal::Screen::enter().unwrap();
        let mut events = terminal::events();
        let zone = jiff::tz::TimeZone::UTC;
        let mut console = Console::new(Look { colour: Colour::None, zone });
        while let Some(input) = {
            // A terminal that is gone cannot be drawn on; the inputs say so.
            let _ = screen.terminal().draw(|frame| console.draw(frame, fixtures::now()));
            events.next().await
        } {
            assert!(!matches!(&input, muster::tui::Input::Paste(text) if text == "panic"));
            if console.update(input, fixtures::now()).contains(&Outgoing::Quit) {
                return;
            }
        }
        drop(screen);
        std::process::exit(7);
    });
}

struct Outside {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    shown: Receiver<Vec<u8>>,
    ended: Receiver<u32>,
    seen: String,
}

fn start() -> Outside {
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["terminal::inside", INSIDE, "--exact", "--nocapture"]);
    let mut process = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (send, shown) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            if send.send(bytes[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    let (send, ended) = channel();
    std::thread::spawn(move || {
        let code = process.wait().unwrap().exit_code();
        // The test may have failed meanwhile.
        let _ = send.send(code);
    });
    let writer = pair.master.take_writer().unwrap();
    Outside { master: pair.master, writer, shown, ended, seen: String::new() }
}

impl Outside {
    fn until(&mut self, text: &str) {
        while !self.seen.contains(text) {
            let Ok(bytes) = self.shown.recv_timeout(PATIENCE) else {
                panic!("`{text}` never came, but: {:?}", self.seen);
            };
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    fn send(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }
}

#[test]
fn leaving_gives_the_terminal_back() {
    let mut outside = start();
    outside.until(TAKEN);
    outside.until("MUSTER");
    outside.send("q");
    outside.until("Leave Muster?");
    outside.send("y");
    for text in GIVEN_BACK {
        outside.until(text);
    }
    assert_eq!(outside.ended.recv_timeout(PATIENCE), Ok(0));
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_speaks() {
    let mut outside = start();
    outside.until("MUSTER");
    outside.send("\u{1b}[200~panic\u{1b}[201~");
    outside.until("panicked");
    let given = outside.seen.find(GIVEN_BACK[0]).unwrap();
    assert!(given < outside.seen.find("panicked").unwrap());
}

#[test]
fn a_terminal_that_is_gone_ends_the_inputs() {
    let mut outside = start();
    outside.until("MUSTER");
    let Outside { master, writer, shown, ended, .. } = outside;
    drop((master, writer, shown));
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(7));
}
