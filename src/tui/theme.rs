//! What each kind of text looks like: without colour, in sixteen colours, in full colour.
//!
//! Colour never says anything that a word does not say too.

use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal has, and may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// None: `NO_COLOR`, or a terminal without them.
    None,
    /// The sixteen that every terminal has.
    #[default]
    Sixteen,
    /// Any.
    Full,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    Dim,
    Strong,
    Title,
    Key,
    Good,
    Warn,
    Bad,
    Selected,
    Next,
    /// The banner of a protected environment, in earnest.
    Danger,
    /// The banner of an unprotected environment, in earnest.
    Live,
    Drill,
    Practice,
    /// The banner when the wrong account answers.
    Wrong,
    Armed,
}

/// The styles of a [`Colour`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Theme {
    pub colour: Colour,
}

impl Theme {
    /// The style of a role.
    pub const fn style(self, role: Role) -> Style {
        match self.colour {
            Colour::None => bare(role),
            Colour::Sixteen => sixteen(role),
            Colour::Full => full(role),
        }
    }
}

const fn bare(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Plain | Role::Good | Role::Practice => style,
        Role::Dim => style.add_modifier(Modifier::DIM),
        Role::Strong | Role::Title | Role::Key | Role::Warn | Role::Next | Role::Live => {
            style.add_modifier(Modifier::BOLD)
        }
        Role::Bad | Role::Drill => {
            style.add_modifier(Modifier::BOLD).add_modifier(Modifier::UNDERLINED)
        }
        Role::Selected | Role::Danger | Role::Armed => style.add_modifier(Modifier::REVERSED),
        Role::Wrong => style.add_modifier(Modifier::REVERSED).add_modifier(Modifier::BOLD),
    }
}

const fn sixteen(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Plain => style,
        // A grey of the sixteen is no colour to rely on: some themes make it the background.
        Role::Dim => style.add_modifier(Modifier::DIM),
        Role::Strong => style.add_modifier(Modifier::BOLD),
        Role::Title => style.fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Role::Key => style.fg(Color::Cyan),
        Role::Good => style.fg(Color::Green),
        Role::Warn => style.fg(Color::Yellow),
        Role::Bad => style.fg(Color::LightRed).add_modifier(Modifier::BOLD),
        Role::Selected => style.add_modifier(Modifier::REVERSED),
        Role::Next => style.fg(Color::Black).bg(Color::Cyan),
        Role::Danger => style.fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD),
        Role::Live => style.fg(Color::Black).bg(Color::Yellow),
        Role::Drill => style.fg(Color::White).bg(Color::Magenta),
        Role::Practice => style.fg(Color::Black).bg(Color::Green),
        Role::Wrong => style.fg(Color::Red).bg(Color::White).add_modifier(Modifier::BOLD),
        Role::Armed => style.fg(Color::Black).bg(Color::Yellow).add_modifier(Modifier::BOLD),
    }
}

const fn full(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Plain => style,
        Role::Dim => style.fg(Color::Rgb(0x8a, 0x8f, 0x98)),
        Role::Strong => style.add_modifier(Modifier::BOLD),
        Role::Title => style.fg(Color::Rgb(0x7c, 0xc4, 0xff)).add_modifier(Modifier::BOLD),
        Role::Key => style.fg(Color::Rgb(0x7c, 0xc4, 0xff)),
        Role::Good => style.fg(Color::Rgb(0x6c, 0xc6, 0x6c)),
        Role::Warn => style.fg(Color::Rgb(0xf0, 0xb4, 0x3c)),
        Role::Bad => style.fg(Color::Rgb(0xff, 0x6b, 0x6b)).add_modifier(Modifier::BOLD),
        Role::Selected => style.fg(Color::Rgb(0xff, 0xff, 0xff)).bg(Color::Rgb(0x2b, 0x4a, 0x6f)),
        Role::Next => style.fg(Color::Rgb(0xff, 0xff, 0xff)).bg(Color::Rgb(0x1f, 0x5f, 0x8b)),
        Role::Danger => style
            .fg(Color::Rgb(0xff, 0xff, 0xff))
            .bg(Color::Rgb(0xb0, 0x1c, 0x1c))
            .add_modifier(Modifier::BOLD),
        Role::Live => style.fg(Color::Rgb(0, 0, 0)).bg(Color::Rgb(0xe0, 0xa0, 0x30)),
        Role::Drill => style.fg(Color::Rgb(0xff, 0xff, 0xff)).bg(Color::Rgb(0x7a, 0x3d, 0xa8)),
        Role::Practice => style.fg(Color::Rgb(0, 0, 0)).bg(Color::Rgb(0x58, 0xb3, 0x68)),
        Role::Wrong => style
            .fg(Color::Rgb(0xb0, 0, 0))
            .bg(Color::Rgb(0xff, 0xff, 0xff))
            .add_modifier(Modifier::BOLD),
        Role::Armed => style
            .fg(Color::Rgb(0, 0, 0))
            .bg(Color::Rgb(0xff, 0xd7, 0x4a))
            .add_modifier(Modifier::BOLD),
    }
}
