//! The confirmation: the very calls that will be sent, and exactly the keys their danger asks for.
//!
//! The dialog holds the plan that it shows; what it sends is the digest of that plan.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

use crate::cloud::Danger;
use crate::engine::words::{call_words, count, outlasts_words, way_back_words};
use crate::engine::{Command, Friction, Run, RunId, Stage, StepPlan, StepState, Verdict};
use crate::link::Ask;
use crate::tui::keymap::Chord;
use crate::tui::page::{Dialog, Haste, Move, View};
use crate::tui::paint::{Canvas, Sheet};
use crate::tui::theme::Role;
use crate::tui::wording;

/// The longest that is taken while something is typed.
const LONGEST: usize = 512;

/// The confirmation of a step.
#[derive(Debug)]
pub(in crate::tui) struct Confirm {
    run: RunId,
    /// Who started the run: not a second person.
    actor: String,
    title: String,
    place: String,
    plan: StepPlan,
    digest: String,
    friction: Friction,
    typed: Vec<String>,
    text: String,
    wrong: Option<String>,
    /// That the credentials will probably end before the step does.
    outlasts: Option<String>,
    from: usize,
}

/// What is asked for at the moment.
enum Asked<'a> {
    Enter,
    Yes,
    Phrase { phrase: &'a str, at: usize, all: usize },
    Second,
}

impl Confirm {
    /// The confirmation of a step's plan; none without a plan, or when nothing is asked.
    pub fn new(run: &Run, step: usize) -> Option<Self> {
        let plan = run.plan(step)?;
        let text = run.step(step)?;
        Some(Self {
            run: run.id.clone(),
            actor: run.actor.clone(),
            title: format!("Step {} of {}: {}", step + 1, run.steps.len(), text.title),
            place: super::place(run),
            digest: plan.digest(),
            friction: run.friction(step),
            plan,
            typed: Vec::new(),
            outlasts: outlasts_words(run, step),
            text: String::new(),
            wrong: None,
            from: 0,
        })
    }

    fn asked(&self) -> Asked<'_> {
        match &self.friction {
            Friction::None | Friction::Enter => Asked::Enter,
            Friction::Yes => Asked::Yes,
            Friction::Type { phrases, second } => match phrases.get(self.typed.len()) {
                Some(phrase) => Asked::Phrase { phrase, at: self.typed.len(), all: phrases.len() },
                None if *second => Asked::Second,
                // No phrase at all: nothing of that danger is in the plan.
                None => Asked::Yes,
            },
        }
    }

    fn send(&self, second: Option<String>) -> Vec<Move> {
        let command = Command::Confirm {
            step: self.plan.step,
            digest: self.digest.clone(),
            typed: self.typed.clone(),
            second,
        };
        vec![Move::Ask(Ask::Tell { run: self.run.clone(), command }), Move::Close]
    }

    /// Enter, where something is typed.
    fn entered(&mut self) -> Vec<Move> {
        let text = self.text.trim().to_owned();
        if text.is_empty() {
            return vec![Move::Close];
        }
        let (expected, last) = match self.asked() {
            Asked::Phrase { phrase, at, all } => (phrase.to_owned(), at + 1 == all),
            Asked::Second => {
                if self.actor.split('@').next().is_some_and(|name| name.eq_ignore_ascii_case(&text))
                {
                    self.wrong =
                        Some(format!("{text} started this run: a second person is needed"));
                    return Vec::new();
                }
                return self.send(Some(text));
            }
            Asked::Enter | Asked::Yes => return Vec::new(),
        };
        self.text.clear();
        if text != expected {
            self.wrong = Some(format!("`{text}` is not it: type exactly what stands above"));
            return Vec::new();
        }
        self.typed.push(text);
        self.wrong = None;
        if last && !matches!(self.friction, Friction::Type { second: true, .. }) {
            return self.send(None);
        }
        Vec::new()
    }

    fn typing(&mut self, chord: Chord) -> Vec<Move> {
        if chord.is(KeyCode::Enter) {
            return self.entered();
        }
        if chord.is(KeyCode::Backspace) {
            self.text.pop();
        } else if let Some(c) = chord.text().filter(|_| self.text.len() < LONGEST) {
            self.text.push(c);
        }
        Vec::new()
    }

    fn body(&self, sheet: &mut Sheet) {
        sheet.para(Role::Strong, &self.title);
        sheet.para(Role::Plain, &self.place);
        let danger = self.plan.danger();
        let (words, role) = wording::danger(danger);
        sheet.para(role, words);
        if let Some(words) = &self.outlasts {
            sheet.para(Role::Warn, words);
        }
        for target in &self.plan.targets {
            let Verdict::Change { why, danger, way_back, warnings, .. } = &target.verdict else {
                continue;
            };
            let lead = format!("  {}: ", target.target.name);
            let role = if *danger > Danger::Change { Role::Bad } else { Role::Plain };
            if let Some(why) = why {
                sheet.hang(&lead, role, why);
            }
            for warning in warnings {
                sheet.hang(&lead, Role::Warn, &warning.why);
            }
            if let Some(words) = way_back_words(way_back) {
                sheet.hang(&lead, Role::Warn, &words);
            }
        }
        let calls = self.plan.calls().count();
        sheet.gap();
        sheet.para(Role::Plain, &format!("{} will be sent, exactly:", count(calls, "call")));
        let mut number = 0;
        for target in &self.plan.targets {
            let before = wording::before(Some(&target.verdict));
            for call in target.verdict.calls() {
                number += 1;
                let text = format!("{}  (now: {before})", call_words(call));
                sheet.hang(&format!("{number:>3} "), Role::Plain, &text);
            }
        }
        let others = self.plan.targets.iter().filter(|t| t.verdict.calls().is_empty()).count();
        if others > 0 {
            let text = format!("{} stay as they are.", count(others, "resource"));
            sheet.para(Role::Dim, &text);
        }
    }

    fn foot(&self, sheet: &mut Sheet) {
        sheet.line(Role::Dim, &"─".repeat(sheet.room));
        match self.asked() {
            Asked::Enter => sheet.spans(&[
                (Role::Next, " Enter "),
                (Role::Plain, " confirm      "),
                (Role::Key, "Esc"),
                (Role::Plain, " cancel"),
            ]),
            Asked::Yes => sheet.spans(&[
                (Role::Key, "y"),
                (Role::Plain, " confirm      "),
                (Role::Next, " Enter "),
                (Role::Plain, " or Esc: cancel"),
            ]),
            Asked::Phrase { phrase, at, all } => {
                let lead = format!("Type this to confirm ({} of {all}):", at + 1);
                sheet.para(Role::Strong, &lead);
                sheet.para(Role::Bad, phrase);
                self.field(sheet);
            }
            Asked::Second => {
                sheet.para(
                    Role::Strong,
                    "Nothing brings this back. The name of a second person who agrees:",
                );
                self.field(sheet);
            }
        }
    }

    fn field(&self, sheet: &mut Sheet) {
        sheet.spans(&[(Role::Key, "> "), (Role::Strong, &self.text), (Role::Key, "▏")]);
        if let Some(why) = &self.wrong {
            sheet.para(Role::Bad, why);
        }
    }
}

impl Dialog for Confirm {
    fn haste(&self) -> Haste {
        match self.asked() {
            Asked::Enter | Asked::Yes => Haste::Restarts,
            Asked::Phrase { .. } | Asked::Second => Haste::Drops,
        }
    }

    fn outdated(&self, view: &View<'_>) -> Option<String> {
        let Some(watched) = view.watched(&self.run) else {
            return Some("the run is not open any more: nothing was confirmed".to_owned());
        };
        let run = &watched.run;
        let state = run.steps.get(self.plan.step).map(|step| &step.state);
        let same = matches!(state, Some(StepState::Planned { digest }) if *digest == self.digest)
            && run.plan(self.plan.step).as_ref() == Some(&self.plan)
            && run.friction(self.plan.step) == self.friction
            && super::place(run) == self.place;
        if !same {
            return Some(
                "the plan changed while it was shown: nothing was confirmed, look again".to_owned(),
            );
        }
        if !matches!(run.stage, Stage::Walking {}) {
            return Some("the run waits: nothing was confirmed".to_owned());
        }
        if self.plan.danger() > Danger::Read && !run.armed {
            return Some("the run was disarmed: nothing was confirmed".to_owned());
        }
        let wrong = view.told.wrong_account(Some(run)).is_some();
        wrong.then(|| "the wrong account answers: nothing was confirmed".to_owned())
    }

    fn key(&mut self, key: KeyEvent, _view: &View<'_>) -> Vec<Move> {
        let chord = Chord::of(key);
        match key.code {
            KeyCode::Up => self.from = self.from.saturating_sub(1),
            KeyCode::Down => self.from += 1,
            KeyCode::PageUp => self.from = self.from.saturating_sub(5),
            KeyCode::PageDown => self.from += 5,
            _ => {
                return match self.asked() {
                    Asked::Enter if chord.is(KeyCode::Enter) => self.send(None),
                    Asked::Yes if chord.is(KeyCode::Char('y')) => self.send(None),
                    Asked::Yes if chord.is(KeyCode::Enter) => vec![Move::Close],
                    Asked::Enter | Asked::Yes => Vec::new(),
                    Asked::Phrase { .. } | Asked::Second => self.typing(chord),
                };
            }
        }
        Vec::new()
    }

    fn paste(&mut self, _text: &str) -> Vec<Move> {
        let text = "a confirmation is typed, never pasted".to_owned();
        vec![Move::Say(Role::Warn, text)]
    }

    fn hint(&self) -> String {
        let keys = match self.asked() {
            Asked::Enter => "Enter: confirm",
            Asked::Yes => "y: confirm, Enter: cancel",
            Asked::Phrase { .. } => "type it, then Enter",
            Asked::Second => "type a name, then Enter",
        };
        format!(" {keys}, Esc: cancel, ↑↓: scroll")
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) -> bool {
        let (mut body, mut foot) = super::sheets(area, view);
        self.body(&mut body);
        self.foot(&mut foot);
        super::draw(area, canvas, "Confirm", body, foot, &mut self.from).readable
    }
}
