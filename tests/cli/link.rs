//! Consoles that speak to a runner in another process, as the program's own do.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use muster::engine::{Command, Event, Run, StepState};
use muster::link::{Ask, Course, Hello, News, Seat, Welcome, Wish};
use serde::Serialize;

use crate::support::Machine;

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A runner as a process of its own. It outlives its consoles, and is ended with the test.
pub struct Runner(Child);

/// A console without a screen.
pub struct Console {
    stream: UnixStream,
    from: BufReader<UnixStream>,
    /// The run that it looks at.
    pub run: Option<Run>,
}

impl Runner {
    /// Starts one with its first console.
    pub fn starts(machine: &Machine, hello: &Hello) -> (Self, Console) {
        let (here, there) = UnixStream::pair().expect("two ends");
        let mut command = machine.command(&["runner"]);
        let child = command.stdin(Stdio::from(OwnedFd::from(there))).spawn().expect("the program");
        let mut console = Console::over(here);
        console.say(hello);
        (Self(child), console)
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Clock ticks that it has worked for.
    pub fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).expect("stat");
        let fields: Vec<_> = stat.rsplit(')').next().expect("fields").split(' ').collect();
        [12, 13].iter().map(|at| fields[*at].parse::<u64>().expect("a number")).sum()
    }

    /// Waits until it has ended by itself.
    pub fn ends(mut self) -> Option<i32> {
        self.0.wait().expect("its end").code()
    }

    pub fn is_alive(&mut self) -> bool {
        self.0.try_wait().expect("its state").is_none()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Console {
    fn over(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let from = BufReader::new(stream.try_clone().expect("the other half"));
        Self { stream, from, run: None }
    }

    /// One that finds the socket of the state directory; it has not greeted yet.
    pub fn knocks(machine: &Machine) -> Self {
        let path = machine.state().join("link/runner.sock");
        Self::over(UnixStream::connect(path).expect("somebody who listens"))
    }

    /// One that attaches.
    pub fn attaches(machine: &Machine, wish: Wish) -> (Self, Welcome) {
        let mut console = Self::knocks(machine);
        console.say(&Hello::new("bob@desk", wish));
        let welcome = console.welcomed();
        (console, welcome)
    }

    pub fn say(&mut self, line: &impl Serialize) {
        let mut text = serde_json::to_string(line).expect("json");
        text.push('\n');
        self.raw(text.as_bytes());
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        // Whoever was hung up on learns it when it listens.
        let _ = self.stream.write_all(bytes);
    }

    /// The next that it is told; none once it was hung up on.
    pub fn hear(&mut self) -> Option<News> {
        let mut line = String::new();
        let read = self.from.read_line(&mut line);
        if !read.is_ok_and(|count| count > 0) {
            return None;
        }
        let news: News = serde_json::from_str(&line).expect("news");
        match &news {
            News::Opened { run, .. } => self.run = Some((**run).clone()),
            News::Recorded { record } => {
                if let Some(run) = self.run.as_mut().filter(|run| run.id == record.run) {
                    run.apply(record).expect("a run that can be folded");
                }
            }
            _ => {}
        }
        Some(news)
    }

    /// Listens until it is told something like this.
    #[track_caller]
    pub fn until<T>(&mut self, mut wanted: impl FnMut(&News) -> Option<T>) -> T {
        loop {
            let news = self.hear().expect("hung up on before it was told");
            if let Some(found) = wanted(&news) {
                return found;
            }
        }
    }

    /// True when nothing is told for so long.
    pub fn hears_nothing_for(&mut self, stretch: Duration) -> bool {
        self.stream.set_read_timeout(Some(stretch)).expect("a limit");
        let silent = self.hear().is_none();
        self.stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        silent
    }

    #[track_caller]
    pub fn welcomed(&mut self) -> Welcome {
        self.until(|news| match news {
            News::Welcome(welcome) => Some(welcome.clone()),
            _ => None,
        })
    }

    #[track_caller]
    pub fn seated(&mut self, wanted: Seat) -> Option<String> {
        self.until(|news| match news {
            News::Seats { seat, pilot } if *seat == wanted => Some(pilot.clone()),
            _ => None,
        })
    }

    #[track_caller]
    pub fn denied(&mut self) -> String {
        self.until(|news| match news {
            News::Denied { why } => Some(why.clone()),
            _ => None,
        })
    }

    /// Begins a run of a book.
    #[track_caller]
    pub fn starts_run(&mut self, book: &str, params: &[(&str, &str)]) -> String {
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let params = params.iter().map(text).collect();
        self.say(&Ask::Start { course: Course::Book { book: book.to_owned(), params } });
        self.until(|news| match news {
            News::Opened { run, .. } => Some(run.id.clone()),
            News::Trouble { said } => panic!("{}", said.text),
            _ => None,
        })
    }

    pub fn tells(&mut self, command: Command) {
        let run = self.run.as_ref().expect("a run").id.clone();
        self.say(&Ask::Tell { run, command });
    }

    /// Listens until an event like this is told.
    #[track_caller]
    pub fn happens(&mut self, wanted: impl Fn(&Event) -> bool) {
        self.until(|news| match news {
            News::Recorded { record } => wanted(&record.event).then_some(()),
            _ => None,
        });
    }

    /// Confirms the step that waits for it, once it does.
    #[track_caller]
    pub fn confirms(&mut self) {
        loop {
            let run = self.run.as_ref().expect("a run");
            let waits = run.current().and_then(|step| match &run.steps[step].state {
                StepState::Planned { digest } => Some((step, digest.clone())),
                _ => None,
            });
            if run.identity.is_some() && !run.armed {
                self.tells(Command::Arm {});
                self.happens(|event| matches!(event, Event::Armed {}));
            } else if let (Some((step, digest)), true) = (waits, run.armed) {
                self.tells(Command::Confirm { step, digest, typed: Vec::new(), second: None });
                return self.happens(|event| matches!(event, Event::Confirmed { .. }));
            } else {
                self.hear().expect("hung up on before a step was planned");
            }
        }
    }

    /// Does what a run needs until it rests.
    #[track_caller]
    pub fn walks_to_the_end(&mut self) {
        let mut confirmed = None;
        while let Some(run) = self.run.as_ref().filter(|run| !run.is_at_rest()) {
            let at = run.current().map(|step| (step, run.steps[step].state.clone()));
            match at {
                Some((step, StepState::Planned { digest })) if confirmed != Some(step) => {
                    confirmed = Some(step);
                    if run.friction(step) != muster::engine::Friction::None {
                        let (typed, second) = (Vec::new(), None);
                        self.tells(Command::Confirm { step, digest, typed, second });
                    }
                }
                _ => drop(self.hear().expect("hung up on before the run came to rest")),
            }
        }
    }
}
