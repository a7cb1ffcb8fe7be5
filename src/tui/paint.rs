//! Text that fits: clipping, wrapping, panes, and the last look at the buffer.
//!
//! Every text from outside becomes displayable here, where lines are built; [`scrub`] looks over
//! the finished buffer once more.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::theme::{Role, Theme};
use crate::text::{is_hidden, visible};

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most so many columns; `…` stands for what was cut.
pub(super) fn clip(text: &str, room: usize) -> String {
    let text = visible(text);
    if width(&text) <= room {
        return text.into_owned();
    }
    let mut shown = String::new();
    let mut used = 0;
    for c in text.chars() {
        let next = used + c.width().unwrap_or(0);
        if next >= room {
            break;
        }
        used = next;
        shown.push(c);
    }
    if room > 0 {
        shown.push('…');
    }
    shown
}

/// The text in exactly so many columns.
pub(super) fn fit(text: &str, room: usize) -> String {
    let mut shown = clip(text, room);
    let missing = room.saturating_sub(width(&shown));
    shown.extend(std::iter::repeat_n(' ', missing));
    shown
}

/// The text in lines of at most so many columns, broken between words where that is possible.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    for part in text.split('\n') {
        let part = visible(part);
        let text = part.trim_start_matches(' ');
        // What is indented stays so, in its first line.
        let mut line = " ".repeat((part.len() - text.len()).min(room / 2));
        for word in text.split(' ') {
            let gap = usize::from(!line.trim_start().is_empty());
            if width(&line) + gap + width(word) <= room {
                line.extend(std::iter::repeat_n(' ', gap));
                line.push_str(word);
                continue;
            }
            if line.trim_start().is_empty() {
                line.clear();
            } else {
                lines.push(std::mem::take(&mut line));
            }
            line = broken(word, room, &mut lines);
        }
        lines.push(line);
    }
    lines
}

/// Puts all full lines of a word that is too long aside, and gives back the rest.
fn broken(word: &str, room: usize, lines: &mut Vec<String>) -> String {
    let mut line = String::new();
    for c in word.chars() {
        if !line.is_empty() && width(&line) + c.width().unwrap_or(0) > room {
            lines.push(std::mem::take(&mut line));
        }
        line.push(c);
    }
    line
}

/// Lines under construction, for a pane of a known width.
pub(super) struct Sheet {
    pub lines: Vec<Line<'static>>,
    pub room: usize,
    pub theme: Theme,
}

impl Sheet {
    pub fn new(theme: Theme, room: u16) -> Self {
        Self { lines: Vec::new(), room: usize::from(room), theme }
    }

    /// An empty line, unless there is one already.
    pub fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// One line, cut where it does not fit.
    pub fn line(&mut self, role: Role, text: &str) {
        self.spans(&[(role, text)]);
    }

    /// One line of several pieces, cut where it does not fit.
    pub fn spans(&mut self, pieces: &[(Role, &str)]) {
        let mut left = self.room;
        let mut spans = Vec::new();
        for (role, text) in pieces {
            let shown = clip(text, left);
            left = left.saturating_sub(width(&shown));
            spans.push(Span::styled(shown, self.theme.style(*role)));
        }
        self.lines.push(Line::from(spans));
    }

    /// A paragraph.
    pub fn para(&mut self, role: Role, text: &str) {
        self.hang("", role, text);
    }

    /// A paragraph behind a label, hanging under itself.
    pub fn hang(&mut self, label: &str, role: Role, text: &str) {
        let label = clip(label, self.room / 2);
        let indent = width(&label);
        for (at, part) in wrap(text, self.room.saturating_sub(indent)).iter().enumerate() {
            let lead = if at == 0 { label.clone() } else { " ".repeat(indent) };
            let lead = Span::styled(lead, self.theme.style(Role::Dim));
            self.lines
                .push(Line::from(vec![lead, Span::styled(part.clone(), self.theme.style(role))]));
        }
    }

    /// The heading of a part.
    pub fn head(&mut self, text: &str) {
        self.gap();
        self.line(Role::Title, text);
    }
}

/// Where things are drawn.
pub(super) struct Canvas<'b> {
    pub buffer: &'b mut Buffer,
    pub theme: Theme,
}

impl Canvas<'_> {
    /// One line of text on a style that fills the line.
    pub fn bar(&mut self, area: Rect, role: Role, text: &str) {
        if area.is_empty() {
            return;
        }
        let style = self.theme.style(role);
        let row = Rect { height: 1, ..area };
        let text = fit(text, usize::from(area.width));
        Paragraph::new(Line::styled(text, style)).render(row, self.buffer);
    }

    /// Lines under a titled rule, from a line on; says how much does not fit. Gives back the
    /// first line that is really shown.
    pub fn pane(
        &mut self,
        area: Rect,
        title: &str,
        lines: Vec<Line<'static>>,
        from: usize,
    ) -> usize {
        if area.is_empty() {
            return from;
        }
        let body = if title.is_empty() { area } else { rows(area, 1, area.height) };
        let room = usize::from(body.height);
        let from = from.min(lines.len().saturating_sub(room));
        if !title.is_empty() {
            let hidden = lines.len().saturating_sub(room);
            let more = if hidden == 0 {
                String::new()
            } else {
                format!(" {}-{} of {} ", from + 1, (from + room).min(lines.len()), lines.len())
            };
            self.rule(area, title, &more);
        }
        let shown: Vec<_> = lines.into_iter().skip(from).take(room).collect();
        Paragraph::new(shown).render(body, self.buffer);
        from
    }

    fn rule(&mut self, area: Rect, title: &str, more: &str) {
        let room = usize::from(area.width);
        let title = clip(&format!("─ {title} "), room.saturating_sub(width(more)));
        let fill = room.saturating_sub(width(&title) + width(more));
        let line = Line::from(vec![
            Span::styled(title, self.theme.style(Role::Title)),
            Span::styled("─".repeat(fill), self.theme.style(Role::Dim)),
            Span::styled(clip(more, room), self.theme.style(Role::Dim)),
        ]);
        Paragraph::new(line).render(Rect { height: 1, ..area }, self.buffer);
    }

    /// A sentence in at most two full lines; gives back how many rows it took.
    pub fn sentence(&mut self, area: Rect, role: Role, text: &str) -> u16 {
        let room = usize::from(area.width).saturating_sub(2);
        let most = if area.height < 8 { 1 } else { 3 };
        let parts = wrap(text, room);
        let height = cells(parts.len()).min(most).min(area.height);
        for (at, part) in parts.iter().take(usize::from(height)).enumerate() {
            let last = at + 1 == usize::from(height) && parts.len() > usize::from(height);
            let part = if last { clip(&format!("{part} …"), room) } else { part.clone() };
            self.bar(rows(area, cells(at), 1), role, &format!(" {part}"));
        }
        height
    }

    /// An upright rule.
    pub fn upright(&mut self, area: Rect) {
        let lines =
            vec![Line::styled("│", self.theme.style(Role::Dim)); usize::from(area.height)];
        Paragraph::new(lines).render(area, self.buffer);
    }

    /// Makes room for something on top of what is there.
    pub fn clear(&mut self, area: Rect) {
        Clear.render(area, self.buffer);
    }
}

/// A part of an area: from a row on, so many rows, never beyond it.
pub(super) fn rows(area: Rect, from: u16, count: u16) -> Rect {
    let from = from.min(area.height);
    Rect { y: area.y + from, height: count.min(area.height - from), ..area }
}

/// A part of an area: from a column on, so many columns, never beyond it.
pub(super) fn columns(area: Rect, from: u16, count: u16) -> Rect {
    let from = from.min(area.width);
    Rect { x: area.x + from, width: count.min(area.width - from), ..area }
}

/// A count as a coordinate.
pub(super) fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// The last look: nothing that a terminal obeys or a reader cannot see leaves the buffer.
pub(super) fn scrub(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().chars().any(is_hidden) {
            cell.set_char('\u{fffd}');
        }
    }
}

/// A span of time: `0:07`, `1:02:03`.
pub(super) fn clock(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A span of time in its largest unit: `41m`.
pub(super) fn roughly(span: SignedDuration) -> String {
    match span.as_secs().max(0) {
        s @ 0..60 => format!("{s}s"),
        s @ 60..3600 => format!("{}m", s / 60),
        s @ 3600..86_400 => format!("{}h{:02}m", s / 3600, s / 60 % 60),
        s => format!("{}d", s / 86_400),
    }
}

/// How long ago something was.
pub(super) fn ago(then: Timestamp, now: Timestamp) -> String {
    format!("{} ago", roughly(now.duration_since(then)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_fits_its_columns() {
        assert_eq!(clip("sitelogix-reports", 9), "sitelogi…");
        assert_eq!(fit("日本", 5), "日本 ");
        assert_eq!(width(&clip("日本語", 4)), 3);
        assert_eq!(clip("x", 0), "");
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("  one two three", 7), ["  one", "two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
    }

    #[test]
    fn what_is_hidden_is_spelt_out() {
        assert_eq!(clip("a\u{202e}b", 20), r"a\u{202e}b");
        assert_eq!(clip("\u{1b}[2J", 5), r"\u{1…");
        assert_eq!(wrap("a\u{1b}b\nc", 20), [r"a\u{1b}b", "c"]);
    }

    #[test]
    fn spans_of_time_are_read_at_a_glance() {
        assert_eq!(clock(SignedDuration::from_secs(7)), "0:07");
        assert_eq!(clock(SignedDuration::from_secs(3723)), "1:02:03");
        assert_eq!(roughly(SignedDuration::from_secs(2460)), "41m");
        assert_eq!(roughly(SignedDuration::from_secs(-5)), "0s");
    }
}
