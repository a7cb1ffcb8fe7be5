//! The footer: a message when there is one, and the keys that are possible now.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::keymap::{self, Action, Scope};
use super::page::{Page, View};
use super::paint::{Canvas, cells, clip, rows, width, wrap};
use super::theme::Role;

/// Draws the footer at the bottom of the area; gives back how many rows it took.
pub(super) fn draw(
    area: Rect,
    canvas: &mut Canvas<'_>,
    view: &View<'_>,
    page: &dyn Page,
    hint: Option<String>,
    message: &Option<(Role, String)>,
) -> u16 {
    if area.height < 3 {
        return 0;
    }
    let mut height = 1;
    if let Some((role, text)) = message {
        let lines = wrap(text, usize::from(area.width));
        let taken = cells(lines.len()).min(3).min(area.height - 2);
        let from = area.height - 1 - taken;
        for (at, line) in lines.iter().take(usize::from(taken)).enumerate() {
            canvas.bar(rows(area, from + cells(at), 1), *role, line);
        }
        height += taken;
    }
    let last = rows(area, area.height - 1, 1);
    match hint {
        Some(hint) => canvas.bar(last, Role::Dim, &hint),
        None => keys(last, canvas, view, page),
    }
    height
}

fn keys(area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>, page: &dyn Page) {
    let scope = page.scope();
    let typing = page.typing();
    let entry = |action, name: &str| {
        let key = keymap::key_of(scope, action, typing)?;
        Some((key, name.to_owned()))
    };
    let tail: Vec<_> = [(Action::Palette, "commands"), (Action::Help, "help")]
        .into_iter()
        .filter_map(|(action, name)| entry(action, name))
        .collect();
    let mut room = usize::from(area.width).saturating_sub(tail.iter().map(taken).sum::<usize>());
    let mut shown = Vec::new();
    for row in keymap::rows(scope).filter(|row| is_worth_it(scope, row.action)) {
        if page.refuses(row.action, view).is_some() {
            continue;
        }
        let Some(entry) = entry(row.action, row.name) else { continue };
        if taken(&entry) > room {
            break;
        }
        room -= taken(&entry);
        shown.push(entry);
    }
    let spans = shown.into_iter().chain(tail).flat_map(|(key, name)| {
        let key = Span::styled(format!(" {key}"), canvas.theme.style(Role::Key));
        [key, Span::styled(format!(" {name} "), canvas.theme.style(Role::Dim))]
    });
    let spans: Vec<_> = spans
        .map(|span| Span::styled(clip(&span.content, usize::from(area.width)), span.style))
        .collect();
    Paragraph::new(Line::from(spans)).render(area, canvas.buffer);
}

fn taken((key, name): &(String, String)) -> usize {
    width(key) + width(name) + 3
}

/// Moving about is known; the footer is for the rest.
fn is_worth_it(scope: Scope, action: Action) -> bool {
    let moving = matches!(
        action,
        Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::Palette
            | Action::Help
            | Action::Suspend
    );
    let clearing = scope == Scope::Home && action == Action::Back;
    !moving && !clearing
}
