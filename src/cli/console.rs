//! `muster`: the full-screen console. Keys and news go into one loop; drawing never waits.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::signal::unix::SignalKind;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::Out;
use super::reach::{NEWS, Runner, soon};
use super::run::{self, Signals};
use super::stops::{self, Stops, Wanted, Who};
use crate::app::{Context, Surroundings, clock};
use crate::error::{Error, Exit};
use crate::link::{Ask, News};
use crate::tui::{self, Colour, Console, Events, First, Input, Look, Outgoing, Screen};

/// Whether a full screen can be drawn and typed at.
pub(super) fn is_possible(surroundings: &Surroundings) -> bool {
    surroundings.stdin_is_terminal
        && surroundings.stdout_is_terminal
        && !surroundings.accessible
        && !matches!(surroundings.term.as_str(), "" | "dumb")
}

/// Whether a full screen is possible, and not declined.
pub(super) fn is_wanted(context: &Context) -> bool {
    !context.options.linear && is_possible(&context.surroundings)
}

pub(super) async fn console(context: Arc<Context>, out: &Out) -> Result<Exit, Error> {
    context.place()?;
    if is_wanted(&context) {
        return open(context, First::Home, out).await;
    }
    let surroundings = &context.surroundings;
    if surroundings.stdin_is_terminal && surroundings.stdout_is_terminal {
        return run::pick(context, out).await;
    }
    let what = "there is no terminal to draw on";
    let advice = "Use `muster list`, `muster plan BOOK` and `muster run BOOK --linear`.";
    Err(Error::usage("no-terminal", what, advice))
}

/// Opens the console over the runner of this place. The first picture does not wait for it: a new
/// one reads the journal and the configuration of AWS first.
pub(super) async fn open(context: Arc<Context>, first: First, out: &Out) -> Result<Exit, Error> {
    show(&context, soon(Arc::clone(&context)), first, out).await
}

/// Opens the console, and gives the terminal back whatever happens.
pub(super) async fn show(
    context: &Context,
    runner: Runner,
    first: First,
    out: &Out,
) -> Result<Exit, Error> {
    let look = Look { colour: colour(&context.surroundings), zone: TimeZone::system() };
    let Runner { asks, told, served } = runner;
    let screen = Screen::enter().map_err(|e| {
        let advice = "Use --linear: it does everything that the full screen does.";
        Error::new("terminal", Exit::Failed, e.to_string(), advice)
    })?;
    let mut desk = Desk {
        console: Console::new(look),
        screen,
        waiting: VecDeque::new(),
        away: false,
        left: false,
    };
    desk.take(first);
    // In this order: the first picture is drawn before anything is reached.
    let (shown, served) = tokio::join!(desk.sit(asks, told), served);
    // An error of the runner is worth more than how the screen ended.
    served?;
    for line in shown? {
        out.talk(&line);
    }
    Ok(Exit::Succeeded)
}

fn colour(surroundings: &Surroundings) -> Colour {
    let full = matches!(surroundings.color_term.as_str(), "truecolor" | "24bit");
    match surroundings {
        Surroundings { no_color: true, .. } => Colour::None,
        _ if full || surroundings.term.contains("direct") => Colour::Full,
        _ => Colour::Sixteen,
    }
}

/// A console on a terminal.
struct Desk {
    console: Console,
    screen: Screen,
    waiting: VecDeque<Ask>,
    /// Whether the terminal was given back until the shell says to go on.
    away: bool,
    left: bool,
}

impl Desk {
    fn take(&mut self, first: First) {
        let wanted = self.console.begin_with(first, clock::now());
        self.carry_out(wanted);
    }

    /// Until the person leaves, the terminal is gone, or the runner has stopped. Says what becomes
    /// of the runs.
    async fn sit(
        mut self,
        asks: mpsc::Sender<Ask>,
        mut told: mpsc::Receiver<News>,
    ) -> Result<Vec<String>, Error> {
        let mut events = tui::events();
        let mut signals = Signals::new()?;
        let mut stops = Stops::new()?;
        let mut sizes = run::on(SignalKind::window_change())?;
        // It asks for the first page, which is made while the first picture is drawn.
        self.hear(Input::Tick);
        self.draw();
        let mut is_reached = false;
        while !self.left {
            let input = tokio::select! {
                biased;
                () = signals.any() => break,
                wanted = stops.next() => {
                    match wanted {
                        Wanted::Stop => self.suspend(Who::Console),
                        Wanted::GoOn => self.go_on(),
                    }
                    continue;
                }
                input = events.next() => match input {
                    Some(input) => input,
                    None => break,
                },
                permit = asks.reserve(), if !self.waiting.is_empty() => {
                    if let (Ok(permit), Some(ask)) = (permit, self.waiting.pop_front()) {
                        permit.send(ask);
                    }
                    continue;
                }
                news = told.recv() => match news {
                    Some(news) => {
                        is_reached = true;
                        Input::News(Box::new(news))
                    }
                    None => break,
                },
                _ = sizes.recv() => match tui::size() {
                    Ok((columns, rows)) => Input::Resize(columns, rows),
                    Err(_) => break,
                },
                () = sleep(self.console.lasts(clock::now())) => Input::Tick,
            };
            self.hear(input);
            self.hear_what_waits(&mut events, &mut told);
            self.draw();
        }
        // Dropping the asks tells the runner that nobody is here. The news are read on, so that it
        // never waits for this console.
        drop(asks);
        self.screen.leave();
        if !is_reached {
            // Nor is a runner waited for that has not said anything yet.
            told.close();
        }
        while told.recv().await.is_some() {}
        Ok(self.console.farewell())
    }

    /// Everything that is there already, before drawing once.
    fn hear_what_waits(&mut self, events: &mut Events, told: &mut mpsc::Receiver<News>) {
        for _ in 0..NEWS {
            if let Some(input) = events.try_next() {
                self.hear(input);
            } else if let Ok(news) = told.try_recv() {
                self.hear(Input::News(Box::new(news)));
            } else {
                return;
            }
        }
    }

    fn hear(&mut self, input: Input) {
        let wanted = self.console.update(input, clock::now());
        self.carry_out(wanted);
    }

    fn carry_out(&mut self, wanted: Vec<Outgoing>) {
        for want in wanted {
            match want {
                Outgoing::Ask(ask) => self.waiting.push_back(ask),
                Outgoing::Quit => self.left = true,
                Outgoing::Suspend => self.suspend(Who::Group),
            }
        }
    }

    /// Gives the terminal back and stops, as Ctrl-Z does everywhere.
    fn suspend(&mut self, who: Who) {
        self.screen.leave();
        self.away = true;
        if !stops::stop(who) {
            self.go_on();
            let text = "not stopped: there is no shell here that could bring it back".to_owned();
            self.hear(Input::News(Box::new(News::Notice { text })));
        }
    }

    /// Takes the terminal again and draws anew: the shell has written on it, and set it as it
    /// likes it.
    fn go_on(&mut self) {
        self.screen.leave();
        self.away = false;
        self.left |= self.screen.again().is_err();
        self.draw();
    }

    fn draw(&mut self) {
        if self.away {
            return;
        }
        let (console, now) = (&mut self.console, clock::now());
        let drawn = self.screen.terminal().draw(|frame| console.draw(frame, now));
        // A terminal that cannot be drawn on is gone.
        self.left |= drawn.is_err();
    }
}
