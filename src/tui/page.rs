//! What a page and a dialog are to the console.

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::layout::Rect;

use super::console::Look;
use super::keymap::{Action, Scope};
use super::paint::Canvas;
use super::theme::{Role, Theme};
use super::told::{Told, Watched};
use crate::engine::RunId;
use crate::link::Ask;

/// What a page or a dialog wants of the console.
#[derive(Debug)]
pub(super) enum Move {
    Ask(Ask),
    Open(Box<dyn Page>),
    /// Open in place of this page.
    Replace(Box<dyn Page>),
    Back,
    Dialog(Box<dyn Dialog>),
    /// Close the dialog.
    Close,
    /// As if the key of the action had been pressed.
    Do(Action),
    Say(Role, String),
    Quit,
}

/// What may be looked at while keys are taken and pages are drawn.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub told: &'a Told,
    pub look: &'a Look,
    pub theme: Theme,
    pub now: Timestamp,
    /// True when there is only room for a single pane of text.
    pub small: bool,
}

/// A page.
pub(super) trait Page: std::fmt::Debug {
    /// Which keys mean something.
    fn scope(&self) -> Scope;

    /// True while letters are text.
    fn typing(&self) -> bool {
        false
    }

    /// The run that it shows.
    fn run(&self) -> Option<&RunId> {
        None
    }

    /// True when a run that is opened should be shown instead of this page.
    fn awaits_run(&self) -> bool {
        false
    }

    /// Why an action is not possible now; none when it is.
    fn refuses(&self, action: Action, view: &View<'_>) -> Option<String>;

    /// What an action does.
    fn act(&mut self, action: Action, view: &View<'_>) -> Vec<Move>;

    /// A key that is no action.
    fn key(&mut self, _key: KeyEvent, _view: &View<'_>) -> Vec<Move> {
        Vec::new()
    }

    /// Text that was pasted.
    fn paste(&mut self, _text: &str, _view: &View<'_>) -> Vec<Move> {
        Vec::new()
    }

    /// Something was told.
    fn told(&mut self, _view: &View<'_>) {}

    /// Draws it.
    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>);
}

/// How a dialog treats keys that come too soon to have been meant for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Haste {
    /// It takes them.
    Takes,
    /// They are dropped in the first half second.
    Drops,
    /// As before, and each dropped key starts the half second anew: a key that is held down never
    /// decides.
    Restarts,
}

/// A dialog over a page.
pub(super) trait Dialog: std::fmt::Debug {
    fn haste(&self) -> Haste;

    /// Why it makes no sense any more.
    fn outdated(&self, _view: &View<'_>) -> Option<String> {
        None
    }

    /// Any key but the ones that cancel.
    fn key(&mut self, key: KeyEvent, view: &View<'_>) -> Vec<Move>;

    /// Text that was pasted.
    fn paste(&mut self, _text: &str) -> Vec<Move> {
        Vec::new()
    }

    /// What its keys do, in a line.
    fn hint(&self) -> String;

    /// Draws it. False when there was no room to read what it asks.
    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) -> bool;
}

impl<'a> View<'a> {
    /// A run that is looked at.
    pub fn watched(&self, run: &str) -> Option<&'a Watched> {
        self.told.runs.get(run)
    }
}
