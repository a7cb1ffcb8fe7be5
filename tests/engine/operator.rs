//! A person who does what the run asks for, and does not give up too soon.

use muster::engine::{Command, Friction, Refusal, Rest, Run, Stage, StepState};

use crate::shell::{Shell, Turn};

/// More turns than any run of these tests takes: one that goes on for ever is a failure.
const TURNS: usize = 100_000;

/// The person.
#[derive(Clone, Debug)]
pub struct Operator {
    /// How many failed steps are tried again, and stuck runs resumed.
    pub retries: u32,
    /// How often a pause was ended.
    pub resumed: u32,
    /// What is said to a question.
    pub answer: String,
    /// Who stands beside.
    pub second: Option<String>,
}

impl Default for Operator {
    fn default() -> Self {
        let (answer, second) = ("done".to_owned(), Some("grace".to_owned()));
        Self { retries: 20, resumed: 0, answer, second }
    }
}

impl Operator {
    /// Nobody is there to decide: failures are final.
    pub fn absent() -> Self {
        Self { retries: 0, ..Self::default() }
    }

    /// Walks the run until it rests for good, and answers how.
    pub fn walk(&mut self, shell: &mut Shell) -> Rest {
        for _ in 0..TURNS {
            if let Stage::Aborting { .. } = shell.run.stage {
                // It asks for the identity again and again, and for no login.
                shell.log_in();
            }
            match shell.turn() {
                Turn::Went => {}
                Turn::Waits => self.help(shell),
                Turn::Rests => {
                    let Stage::Rested { rest } = &shell.run.stage else { panic!("no rest") };
                    let rest = rest.clone();
                    if !matches!(rest, Rest::Stuck { .. }) || self.retries == 0 {
                        return rest;
                    }
                    self.retries -= 1;
                    take_over(shell);
                    shell.ask(&Command::Resume {}).unwrap();
                }
            }
        }
        panic!("it goes on for ever:\n{}", shell.tail());
    }

    /// Does what the run waits for.
    pub fn help(&mut self, shell: &mut Shell) {
        if take_over(shell) {
            // It may go on by that alone.
            return;
        }
        let command = self.next(shell);
        if command == (Command::Resume {}) {
            shell.log_in();
        }
        let asked = shell.ask(&command);
        assert_eq!(asked, Ok(()), "{command:?}\n{}", shell.tail());
    }

    /// What the run waits for.
    pub fn next(&mut self, shell: &Shell) -> Command {
        let run = &shell.run;
        if let Stage::Paused { .. } = run.stage {
            self.resumed += 1;
            return Command::Resume {};
        }
        if let Stage::Reviewing {} = run.stage {
            return Command::Accept {};
        }
        let step = run.current().unwrap();
        match &run.steps[step].state {
            StepState::Planned { .. } | StepState::Working {} if !run.armed => Command::Arm {},
            StepState::Planned { .. } => confirm(run, step, self.second.clone()),
            StepState::Asking { .. } => Command::Answer { step, text: self.answer.clone() },
            StepState::Failed { .. } if self.retries > 0 => {
                self.retries -= 1;
                Command::Retry { step }
            }
            StepState::Failed { .. } => Command::GiveUp {},
            state => panic!(
                "step {} is {state:?}, and nobody knows what it waits for\n{}",
                step + 1,
                shell.tail()
            ),
        }
    }
}

/// Whoever sits at the console takes the run over, when it is somebody else's; whether it was.
pub fn take_over(shell: &mut Shell) -> bool {
    let is_other = shell.run.operator.actor != shell.by;
    if is_other {
        let name = shell.by.split('@').next().unwrap().to_owned();
        let asked = shell.ask(&Command::TakeOver { name });
        assert!(matches!(asked, Ok(()) | Err(Refusal::AtRest {})), "{asked:?}");
    }
    is_other
}

/// The confirmation of a planned step, with exactly what it asks for.
pub fn confirm(run: &Run, step: usize, second: Option<String>) -> Command {
    let StepState::Planned { digest } = &run.steps[step].state else { panic!("no plan") };
    let digest = digest.clone();
    match run.friction(step) {
        Friction::None | Friction::Enter | Friction::Yes => {
            Command::Confirm { step, digest, typed: Vec::new(), second: None }
        }
        Friction::Type { phrases, second: needed } => {
            Command::Confirm { step, digest, typed: phrases, second: second.filter(|_| needed) }
        }
    }
}

/// Walks until the run waits for a person.
pub fn until_it_waits(shell: &mut Shell) -> Turn {
    for _ in 0..TURNS {
        match shell.turn() {
            Turn::Went => {}
            turn => return turn,
        }
    }
    panic!("it goes on for ever:\n{}", shell.tail());
}

/// What a command is refused with.
pub fn refused(shell: &mut Shell, command: &Command) -> Refusal {
    let before = (shell.records.len(), shell.world.ledger().len());
    let refusal = shell.ask(command).unwrap_err();
    assert_eq!((shell.records.len(), shell.world.ledger().len()), before, "nothing has happened");
    refusal
}

/// Walks until the run is paused, and answers for what.
pub fn until_paused(shell: &mut Shell, operator: &mut Operator) -> String {
    for _ in 0..TURNS {
        if let Stage::Paused { why, .. } = &shell.run.stage {
            return why.clone();
        }
        match shell.turn() {
            Turn::Went => {}
            Turn::Waits => operator.help(shell),
            Turn::Rests => panic!("it rests:\n{}", shell.tail()),
        }
    }
    panic!("it goes on for ever:\n{}", shell.tail());
}
