//! One table of keys: what they do, where, and what it is called.
//!
//! The keys, the footer, the palette and the help all come from it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Something that a key can do. What it means is the matter of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Action {
    Go,
    Back,
    Up,
    Down,
    PageUp,
    PageDown,
    Next,
    Previous,
    Search,
    Refresh,
    SeePlan,
    Arm,
    Disarm,
    Retry,
    Skip,
    Pause,
    Note,
    Abort,
    TakeOver,
    Rollback,
    Follow,
    Journal,
    Compliance,
    Rollout,
    Report,
    Keep,
    Palette,
    Help,
    Quit,
    Suspend,
}

/// Where a key means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Scope {
    Home,
    Book,
    Form,
    Plan,
    Run,
    Journal,
    Compliance,
    Rollout,
    Report,
    Help,
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Binding {
    pub action: Action,
    /// The pages on which it means something.
    pub scopes: &'static [Scope],
    pub keys: &'static [Chord],
    /// Its short name, for the footer and the palette.
    pub name: &'static str,
    /// What it does, for the help.
    pub help: &'static str,
}

const fn key(code: KeyCode) -> Chord {
    Chord { code, modifiers: KeyModifiers::NONE }
}

const fn letter(c: char) -> Chord {
    key(KeyCode::Char(c))
}

const fn ctrl(c: char) -> Chord {
    Chord { code: KeyCode::Char(c), modifiers: KeyModifiers::CONTROL }
}

const fn row(
    action: Action,
    scopes: &'static [Scope],
    keys: &'static [Chord],
    name: &'static str,
    help: &'static str,
) -> Binding {
    Binding { action, scopes, keys, name, help }
}

const ENTER: &[Chord] = &[key(KeyCode::Enter)];
const ALL: &[Scope] = &[
    Scope::Home,
    Scope::Book,
    Scope::Form,
    Scope::Plan,
    Scope::Run,
    Scope::Journal,
    Scope::Compliance,
    Scope::Rollout,
    Scope::Report,
    Scope::Help,
];
/// The pages on which letters are not text.
const CALM: &[Scope] = &[
    Scope::Home,
    Scope::Book,
    Scope::Plan,
    Scope::Run,
    Scope::Journal,
    Scope::Compliance,
    Scope::Rollout,
    Scope::Report,
    Scope::Help,
];

/// The table, in the order in which the footer and the help show it.
pub(super) const TABLE: &[Binding] = &[
    row(Action::Go, &[Scope::Home], ENTER, "open", "Open the selected book or run."),
    row(
        Action::Go,
        &[Scope::Book],
        ENTER,
        "go on",
        "Fill in what the book needs, then see its plan.",
    ),
    row(
        Action::Go,
        &[Scope::Form],
        ENTER,
        "next",
        "Take the suggestion, or go to the next field; on the last, see the plan.",
    ),
    row(
        Action::Go,
        &[Scope::Plan],
        ENTER,
        "start",
        "Start the run. It reads first and asks before every change.",
    ),
    row(
        Action::Go,
        &[Scope::Run],
        ENTER,
        "do what is next",
        "What NEXT says: confirm, answer, or go on. A confirmation is always asked once more.",
    ),
    row(
        Action::Go,
        &[Scope::Compliance],
        ENTER,
        "remedy",
        "Open the book that brings the selected check to pass, at its step.",
    ),
    row(
        Action::Go,
        &[Scope::Rollout],
        ENTER,
        "open",
        "Open the book of the selected phase, or the run of it that is not finished.",
    ),
    row(
        Action::Keep,
        &[Scope::Report],
        &[letter('w')],
        "write",
        "Write the report to a file, as a page that prints well.",
    ),
    row(
        Action::SeePlan,
        &[Scope::Form],
        &[ctrl('s')],
        "see plan",
        "See the plan without going through the other fields.",
    ),
    row(Action::Next, &[Scope::Form], &[key(KeyCode::Tab)], "field", "Go to the next field."),
    row(
        Action::Next,
        &[Scope::Compliance],
        &[key(KeyCode::Tab)],
        "next not met",
        "Go to the next check that is not met.",
    ),
    row(
        Action::Previous,
        &[Scope::Compliance],
        &[key(KeyCode::BackTab)],
        "not met before",
        "Go to the check before that is not met.",
    ),
    row(
        Action::Previous,
        &[Scope::Form],
        &[key(KeyCode::BackTab)],
        "field before",
        "Go to the field before.",
    ),
    row(Action::Arm, &[Scope::Run], &[letter('a')], "arm", "Allow changes in this run."),
    row(
        Action::Retry,
        &[Scope::Run],
        &[letter('r')],
        "retry",
        "Try the failed step again. Targets that are done stay done.",
    ),
    row(
        Action::Skip,
        &[Scope::Run],
        &[letter('s')],
        "skip",
        "Leave the current step out, with a reason.",
    ),
    row(Action::Pause, &[Scope::Run], &[letter('p')], "pause", "Begin no new call; again: go on."),
    row(
        Action::Note,
        &[Scope::Run],
        &[letter('n')],
        "note",
        "Write something down in the journal.",
    ),
    row(Action::Disarm, &[Scope::Run], &[letter('d')], "disarm", "Forbid changes again, at once."),
    row(
        Action::Abort,
        &[Scope::Run],
        &[letter('A')],
        "abort",
        "End the run after what is in flight. Nothing is undone.",
    ),
    row(
        Action::Rollback,
        &[Scope::Run],
        &[letter('u')],
        "roll back",
        "See what taking back this run would change, and start that as a run of its own.",
    ),
    row(
        Action::TakeOver,
        &[Scope::Run],
        &[letter('T')],
        "take over",
        "Command this run from here. Whoever commands it now only watches then.",
    ),
    row(
        Action::Report,
        &[Scope::Run],
        &[letter('R')],
        "report",
        "What this run did, for people who were not there.",
    ),
    row(
        Action::Follow,
        &[Scope::Run],
        &[letter('f')],
        "follow",
        "Look at the step that is being walked.",
    ),
    row(
        Action::Search,
        &[Scope::Home, Scope::Journal],
        &[letter('/')],
        "search",
        "Type to search. On the first page any letter does.",
    ),
    row(Action::Up, ALL, &[key(KeyCode::Up)], "up", "The line, step or suggestion above."),
    row(Action::Down, ALL, &[key(KeyCode::Down)], "down", "The line, step or suggestion below."),
    row(Action::PageUp, ALL, &[key(KeyCode::PageUp)], "scroll up", "Scroll back."),
    row(Action::PageDown, ALL, &[key(KeyCode::PageDown)], "scroll", "Scroll on."),
    row(
        Action::Refresh,
        &[
            Scope::Home,
            Scope::Plan,
            Scope::Journal,
            Scope::Compliance,
            Scope::Rollout,
            Scope::Report,
        ],
        &[key(KeyCode::F(5)), ctrl('r')],
        "read again",
        "Ask for everything on this page again.",
    ),
    row(
        Action::Back,
        ALL,
        &[key(KeyCode::Esc)],
        "back",
        "Close what is open: a message, the search, the page.",
    ),
    row(
        Action::Rollout,
        &[Scope::Home, Scope::Book],
        &[key(KeyCode::F(6))],
        "rollout",
        "The phases of the estate: how far each is, and what to do next.",
    ),
    row(
        Action::Journal,
        &[
            Scope::Home,
            Scope::Book,
            Scope::Form,
            Scope::Plan,
            Scope::Run,
            Scope::Compliance,
            Scope::Rollout,
            Scope::Report,
            Scope::Help,
        ],
        &[key(KeyCode::F(3))],
        "journal",
        "The journal, and whether it verifies.",
    ),
    row(
        Action::Compliance,
        &[Scope::Home, Scope::Book, Scope::Plan, Scope::Run, Scope::Journal],
        &[key(KeyCode::F(4))],
        "compliance",
        "Scan the environment: how much of its profile is met. Only reads.",
    ),
    row(
        Action::Palette,
        CALM,
        &[letter(':'), key(KeyCode::F(2))],
        "commands",
        "Find an action by its name.",
    ),
    row(
        Action::Palette,
        &[Scope::Form],
        &[key(KeyCode::F(2))],
        "commands",
        "Find an action by its name.",
    ),
    row(Action::Help, CALM, &[letter('?'), key(KeyCode::F(1))], "help", "All keys of the page."),
    row(Action::Help, &[Scope::Form], &[key(KeyCode::F(1))], "help", "All keys of the page."),
    row(Action::Quit, CALM, &[letter('q'), ctrl('c')], "quit", "Leave Muster. Asked once more."),
    row(Action::Quit, &[Scope::Form], &[ctrl('c')], "quit", "Leave Muster. Asked once more."),
    row(
        Action::Suspend,
        ALL,
        &[ctrl('z')],
        "suspend",
        "Back to the shell for a moment; `fg` returns. What is in flight goes on.",
    ),
];

impl Chord {
    /// The chord of a key event. Shift is in the letter already.
    pub fn of(event: KeyEvent) -> Self {
        let modifiers = match event.code {
            KeyCode::Char(_) | KeyCode::BackTab => event.modifiers - KeyModifiers::SHIFT,
            _ => event.modifiers,
        };
        Self { code: event.code, modifiers }
    }

    /// The letter, when it is one that could be text.
    pub fn text(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => Some(c),
            _ => None,
        }
    }

    /// True for this key without a modifier.
    pub fn is(self, code: KeyCode) -> bool {
        self.code == code && self.modifiers.is_empty()
    }

    /// True for this letter with Ctrl.
    pub fn is_ctrl(self, c: char) -> bool {
        self == ctrl(c)
    }

    /// How the key is written.
    pub fn name(self) -> String {
        let name = match self.code {
            KeyCode::Enter => "Enter".to_owned(),
            KeyCode::Esc => "Esc".to_owned(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::Tab => "Tab".to_owned(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::F(n) => format!("F{n}"),
            KeyCode::Char(c) => c.to_string(),
            other => format!("{other:?}"),
        };
        if self.modifiers.contains(KeyModifiers::CONTROL) { format!("Ctrl-{name}") } else { name }
    }
}

/// The rows that mean something on a page.
pub(super) fn rows(scope: Scope) -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().filter(move |row| row.scopes.contains(&scope))
}

/// What a key does on a page. While text is typed, letters are text.
pub(super) fn find(scope: Scope, chord: Chord, typing: bool) -> Option<Action> {
    if typing && chord.text().is_some() {
        return None;
    }
    rows(scope).find(|row| row.keys.contains(&chord)).map(|row| row.action)
}

/// The key that does something on a page, as it is written. While text is typed, not a letter.
pub(super) fn key_of(scope: Scope, action: Action, typing: bool) -> Option<String> {
    let row = rows(scope).find(|row| row.action == action)?;
    row.keys.iter().find(|key| !typing || key.text().is_none()).map(|key| key.name())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ACTIONS: [Action; 30] = [
        Action::Go,
        Action::Back,
        Action::Up,
        Action::Down,
        Action::PageUp,
        Action::PageDown,
        Action::Next,
        Action::Previous,
        Action::Search,
        Action::Refresh,
        Action::SeePlan,
        Action::Arm,
        Action::Disarm,
        Action::Retry,
        Action::Skip,
        Action::Pause,
        Action::Note,
        Action::Abort,
        Action::TakeOver,
        Action::Rollback,
        Action::Follow,
        Action::Journal,
        Action::Compliance,
        Action::Rollout,
        Action::Report,
        Action::Keep,
        Action::Palette,
        Action::Help,
        Action::Quit,
        Action::Suspend,
    ];

    #[test]
    fn no_key_means_two_things_on_a_page() {
        for scope in ALL {
            let mut seen = HashSet::new();
            for chord in rows(*scope).flat_map(|row| row.keys) {
                assert!(seen.insert(*chord), "{} twice on {scope:?}", chord.name());
            }
        }
    }

    #[test]
    fn every_action_has_a_key_and_is_named_once_on_a_page() {
        for action in ACTIONS {
            assert!(TABLE.iter().any(|row| row.action == action && !row.keys.is_empty()));
            for scope in ALL {
                assert!(rows(*scope).filter(|row| row.action == action).count() <= 1);
            }
        }
        let listed: HashSet<_> = TABLE.iter().map(|row| row.action).collect();
        assert_eq!(listed.len(), ACTIONS.len());
    }

    #[test]
    fn a_form_keeps_its_letters() {
        for chord in rows(Scope::Form).flat_map(|row| row.keys) {
            assert_eq!(chord.text(), None, "{}", chord.name());
        }
    }

    #[test]
    fn shift_is_in_the_letter() {
        let chord = Chord::of(KeyEvent::new(KeyCode::Char('A'), KeyModifiers::SHIFT));
        assert_eq!(find(Scope::Run, chord, false), Some(Action::Abort));
        assert_eq!(find(Scope::Run, chord, true), None);
    }
}
