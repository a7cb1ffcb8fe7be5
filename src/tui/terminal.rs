//! The terminal: taken once, and always given back.

use std::io::{self, IsTerminal, Stdout, stdin, stdout};
use std::mem::ManuallyDrop;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste, Event, poll, read};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use rustix::event::{PollFd, PollFlags};
use tokio::sync::mpsc;

use super::console::Input;

/// Whether the terminal is ours at the moment.
static TAKEN: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// Inputs that may wait to be taken. A fast typist makes twenty a second; a flood waits its turn.
const WAITING: usize = 256;

/// The terminal, full-screen. Given back when this is dropped, and on a panic.
#[derive(Debug)]
pub struct Screen {
    /// Never dropped: `ratatui` shows the cursor when it is, and where the terminal is gone says
    /// so on a standard error that is gone too, which panics. [`give_back`] shows the cursor.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
}

impl Screen {
    /// Takes the terminal: raw mode, the alternate screen, pastes that say that they are.
    ///
    /// # Errors
    /// There is no terminal, or it does not obey.
    pub fn enter() -> io::Result<Self> {
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                give_back();
                before(info);
            }));
        });
        take()?;
        match Terminal::new(CrosstermBackend::new(stdout())) {
            Ok(terminal) => Ok(Self { terminal: ManuallyDrop::new(terminal) }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Where to draw.
    pub fn terminal(&mut self) -> &mut Terminal<CrosstermBackend<Stdout>> {
        &mut self.terminal
    }

    /// Gives the terminal back for a while, such as before stopping.
    pub fn leave(&mut self) {
        give_back();
    }

    /// Takes it again, and draws everything anew.
    ///
    /// # Errors
    /// The terminal is gone or does not obey.
    pub fn again(&mut self) -> io::Result<()> {
        take()?;
        // `clear` would ask the terminal where its cursor is, and wait for an answer that a slow
        // line or the thread that listens to the keys may keep from it. A new size asks nothing.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let entered = execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste);
    if entered.is_err() {
        give_back();
    }
    entered
}

/// Gives the terminal back if it was taken; any number of times, from anywhere. What cannot be
/// done on a terminal that is gone is left.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Columns and rows of the terminal.
///
/// # Errors
/// It is gone.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// What happens on the terminal, until it is gone.
#[derive(Debug)]
pub struct Events {
    inputs: mpsc::Receiver<Input>,
}

impl Events {
    /// The next input; none when the terminal is gone. May be dropped and asked again.
    pub async fn next(&mut self) -> Option<Input> {
        self.inputs.recv().await
    }

    /// The next input that is there already.
    pub fn try_next(&mut self) -> Option<Input> {
        self.inputs.try_recv().ok()
    }
}

/// Begins to listen to the terminal, in a thread of its own.
///
/// `crossterm` never returns, and burns a processor, when it reads from a terminal that is gone
/// (crossterm#793). So this thread waits for the terminal itself, asks `crossterm` only for what is
/// there, and ends when the terminal is gone; nobody waits for it. While nobody types, it sleeps.
/// A new size is no input: the shell of the console hears of it as a signal.
pub fn events() -> Events {
    let (sender, inputs) = mpsc::channel(WAITING);
    std::thread::spawn(move || listen(&sender));
    Events { inputs }
}

fn listen(sender: &mpsc::Sender<Input>) {
    let (keys, picture) = (stdin().is_terminal(), stdout().is_terminal());
    let is_there = || (!keys || stdin().is_terminal()) && (!picture || stdout().is_terminal());
    while !sender.is_closed() && is_there() && waited() {
        while is_there() {
            match poll(Duration::ZERO) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return,
            }
            let Ok(event) = read() else { return };
            if input(event).is_some_and(|input| sender.blocking_send(input).is_err()) {
                return;
            }
        }
    }
}

/// Sleeps until something was typed; false when the terminal is gone.
fn waited() -> bool {
    let (keys, picture) = (stdin(), stdout());
    // Of where it draws, only the end is wanted: that is told unasked.
    let mut there = [PollFd::new(&keys, PollFlags::IN), PollFd::new(&picture, PollFlags::empty())];
    match rustix::event::poll(&mut there, None) {
        Ok(_) => {
            let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
            !there.iter().any(|fd| fd.revents().intersects(gone))
        }
        Err(error) => error == rustix::io::Errno::INTR,
    }
}

fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => Some(Input::Key(key)),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
        Event::FocusGained | Event::FocusLost | Event::Mouse(_) => None,
    }
}
