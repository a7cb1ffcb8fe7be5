//! The dialogs, one file each, and the frame around them.

pub(super) mod arm;
pub(super) mod confirm;
pub(super) mod palette;
pub(super) mod quit;
pub(super) mod text;

use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Widget};

use super::page::View;
use super::paint::{Canvas, Sheet, cells, clip, rows};
use super::theme::Role;
use crate::engine::Run;

/// Under this nothing can be read in a dialog.
const READABLE: (u16, u16) = (28, 6);
/// Fewer lines than these of what is asked say nothing.
const LINES: u16 = 2;

/// Where the lines came to stand that are always in sight, and whether all could be read.
struct Placed {
    foot: Rect,
    readable: bool,
}

/// Draws a framed dialog: text that may be scrolled, and under it lines that are always in sight.
fn draw(
    area: Rect,
    canvas: &mut Canvas<'_>,
    title: &str,
    body: Sheet,
    foot: Sheet,
    from: &mut usize,
) -> Placed {
    let border = border(area);
    let wanted = cells(body.lines.len() + foot.lines.len()).saturating_add(border + 1);
    let height = if border > 0 { wanted.min(area.height) } else { area.height };
    let width = cells(body.room).saturating_add(border).min(area.width);
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    canvas.clear(place);
    let inner = if border > 0 {
        let style = canvas.theme.style(Role::Warn);
        let title = Line::styled(format!(" {} ", clip(title, usize::from(width))), style);
        let block = Block::bordered().border_style(style).title(title);
        let inner = block.inner(place);
        block.render(place, canvas.buffer);
        inner
    } else {
        place
    };
    let foot_lines = foot.lines;
    let foot_height = cells(foot_lines.len()).min(inner.height);
    let above = inner.height - foot_height;
    let hidden = body.lines.len() > usize::from(above);
    let room = above.saturating_sub(u16::from(hidden));
    let title = if hidden { "↓ PgDn: there is more" } else { "" };
    *from = canvas.pane(rows(inner, 0, above), title, body.lines, *from);
    let whole = usize::from(foot_height) == foot_lines.len();
    let foot = rows(inner, above, foot_height);
    canvas.pane(foot, "", foot_lines, 0);
    let readable = whole && room >= LINES && area.width >= READABLE.0 && area.height >= READABLE.1;
    Placed { foot, readable }
}

/// What the frame takes: nothing where every row is needed for what is asked.
const fn border(area: Rect) -> u16 {
    if area.height >= 12 && area.width >= 40 { 2 } else { 0 }
}

/// The sheets of a dialog: its text and its foot, as wide as makes sense here.
fn sheets(area: Rect, view: &View<'_>) -> (Sheet, Sheet) {
    let whole = area.width.saturating_sub(border(area));
    // A few columns of the page beside it would only be noise.
    let room = if whole < 112 { whole } else { 96 };
    (Sheet::new(view.theme, room), Sheet::new(view.theme, room))
}

/// Where a run changes things: `sitelogix PROD, account 500313280221 us-east-1, live`.
fn place(run: &Run) -> String {
    let environment = run.bound.environment.name.to_uppercase();
    format!("{} {environment}, account {}, {}", run.bound.estate, run.live_place(), run.mode)
}
