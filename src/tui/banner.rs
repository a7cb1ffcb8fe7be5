//! The banner: where everything would be sent, and whether anything may be.

use ratatui::layout::Rect;

use super::page::View;
use super::paint::{Canvas, cells, clip, columns, roughly, rows, width};
use super::theme::Role;
use crate::cloud::skew_words;
use crate::engine::{Mode, Run};
use crate::estate::Environment;

/// Credentials that end sooner than this are called out.
const SOON_SECONDS: i64 = 600;

/// Draws the banner; gives back how many rows it took.
pub(super) fn draw(area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>, run: Option<&Run>) -> u16 {
    if let Some((expected, found)) = view.told.wrong_account(run) {
        let what =
            place(view, run).map(|(mode, environment, estate)| named(mode, environment, estate));
        let what = what.unwrap_or_default();
        let text =
            format!(" WRONG ACCOUNT  {found} answers, not {expected} ({what}). Nothing is sent.");
        return bars(area, canvas, Role::Wrong, &split(&text, area.width), view.small);
    }
    let Some((mode, environment, estate)) = place(view, run) else {
        canvas.bar(rows(area, 0, 1), Role::Strong, " MUSTER  reading the estate");
        return 1;
    };
    let role = match (mode, environment.protected) {
        (Mode::Live, true) => Role::Danger,
        (Mode::Live, false) => Role::Live,
        (Mode::Drill, _) => Role::Drill,
        (Mode::Practice, _) => Role::Practice,
    };
    let armed = armed(view, run, environment);
    let first = format!(" {}", named(mode, environment, estate));
    let lines = compose(&first, &details(view, run, environment), armed, view, area.width);
    let height = bars(area, canvas, role, &lines, view.small);
    if run.is_some_and(|run| run.armed) {
        mark(rows(area, 0, height), canvas, &lines);
    }
    height
}

/// Lets the word ARMED stand out.
fn mark(area: Rect, canvas: &mut Canvas<'_>, lines: &[String]) {
    for (at, line) in lines.iter().enumerate() {
        if let Some(before) = line.rfind(" ARMED").and_then(|from| line.get(..from)) {
            let word = columns(rows(area, cells(at), 1), cells(width(before)), 7);
            canvas.buffer.set_style(word, canvas.theme.style(Role::Armed));
        }
    }
}

fn place<'a>(view: &View<'a>, run: Option<&'a Run>) -> Option<(Mode, &'a Environment, &'a str)> {
    match run {
        Some(run) => Some((run.mode, &run.bound.environment, &run.bound.estate)),
        None => {
            let home = view.told.home.as_ref()?;
            Some((home.mode, &home.environment, &home.estate))
        }
    }
}

/// `LIVE  sitelogix PROD`
fn named(mode: Mode, environment: &Environment, estate: &str) -> String {
    let mode = mode.to_string().to_uppercase();
    format!("{mode}  {estate} {}", environment.name.to_uppercase())
}

/// Whether anything may be changed, in full and for where there is little room. A console that
/// watches can change nothing, whatever the run may.
fn armed(view: &View<'_>, run: Option<&Run>, environment: &Environment) -> [&'static str; 2] {
    if view.told.watching {
        return match run {
            Some(run) if run.armed => ["WATCHING an ARMED run", "WATCHING ARMED"],
            _ => ["WATCHING", "WATCHING"],
        };
    }
    let locked = view.told.home.as_ref().is_some_and(|home| home.read_only);
    match run {
        Some(run) if run.read_only => ["READ-ONLY for good", "READ-ONLY"],
        Some(run) if run.armed => ["ARMED", "ARMED"],
        Some(_) => ["READ-ONLY", "READ-ONLY"],
        None if locked => ["READ-ONLY for good", "READ-ONLY"],
        None if environment.protected => ["PROTECTED, starts READ-ONLY", "PROTECTED"],
        None => ["runs start ARMED", ""],
    }
}

fn details(view: &View<'_>, run: Option<&Run>, environment: &Environment) -> Vec<String> {
    let place = &environment.place;
    let mut parts = vec![format!("{} {}", place.account, place.region)];
    if view.told.watching {
        // What matters most to whoever cannot command comes first.
        parts.insert(
            0,
            match &view.told.pilot {
                Some(pilot) => format!("{pilot} commands"),
                None => "NOBODY commands".to_owned(),
            },
        );
    }
    let told = match &view.told.identity {
        Some(Ok(identity)) => Some(identity.arn.as_str()),
        Some(Err(_)) => None,
        None => run.and_then(|run| run.identity.as_ref()).map(|identity| identity.arn.as_str()),
    };
    match (told, &view.told.identity) {
        (Some(arn), _) => parts.push(format!("role {}", role_name(arn))),
        (None, Some(Err(_))) => parts.push("NOT LOGGED IN".to_owned()),
        (None, _) => parts.push("role not known yet".to_owned()),
    }
    if let Some(end) = view.told.expires {
        let left = end.duration_since(view.now);
        parts.push(match left.as_secs() {
            ..=0 => "CREDS EXPIRED".to_owned(),
            1..SOON_SECONDS => format!("CREDS END IN {}", roughly(left)),
            _ => format!("creds {}", roughly(left)),
        });
    }
    if let Some(words) = view.told.skew.and_then(skew_words) {
        parts.insert(1, format!("CLOCK {}", words.to_uppercase().replace(" MIN", " min")));
    }
    parts
}

/// The name of the role or user in an ARN: the session of an assumed role is left out.
fn role_name(arn: &str) -> &str {
    let path = arn.rsplit(':').next().unwrap_or(arn);
    let mut parts = path.split('/');
    match (parts.next(), parts.next()) {
        (Some("assumed-role"), Some(role)) => role,
        _ => path.rsplit('/').next().unwrap_or(path),
    }
}

/// One line where everything fits; otherwise two, the second for what matters less.
fn compose(
    first: &str,
    details: &[String],
    [long, short]: [&str; 2],
    view: &View<'_>,
    columns: u16,
) -> Vec<String> {
    let room = usize::from(columns);
    let shape = if view.told.is_still(view.now) { "%H:%MZ " } else { "%H:%M:%SZ " };
    let clock = view.now.strftime(shape).to_string();
    let whole = format!("{first}  {}   {long}", details.join("  "));
    if width(&whole) + 2 + width(&clock) <= room {
        return vec![spread(&whole, &clock, room)];
    }
    let mut second = String::new();
    let mut left = details.iter();
    for part in left.by_ref() {
        if width(&second) + width(part) + 2 + width(&clock) > room {
            break;
        }
        second = if second.is_empty() { format!(" {part}") } else { format!("{second}  {part}") };
    }
    let armed = if width(first) + width(long) + 2 > room { short } else { long };
    vec![spread(first, &format!("{armed} "), room), spread(&second, &clock, room)]
}

/// One text on the left, one on the right; the right one is never cut first.
fn spread(left: &str, right: &str, room: usize) -> String {
    let left = clip(left, room.saturating_sub(width(right) + 1));
    let gap = room.saturating_sub(width(&left) + width(right));
    format!("{left}{}{right}", " ".repeat(gap))
}

fn split(text: &str, columns: u16) -> Vec<String> {
    let mut lines = super::paint::wrap(text, usize::from(columns).max(1));
    lines.truncate(2);
    lines
}

fn bars(area: Rect, canvas: &mut Canvas<'_>, role: Role, lines: &[String], small: bool) -> u16 {
    let most = if small && area.height < 8 { 1 } else { 2 };
    let height = cells(lines.len()).min(most).min(area.height);
    for (at, line) in lines.iter().take(usize::from(height)).enumerate() {
        canvas.bar(rows(area, cells(at), 1), role, line);
    }
    height
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_without_its_session() {
        assert_eq!(role_name("arn:aws:sts::500313280221:assumed-role/oncall/anna"), "oncall");
        assert_eq!(role_name("arn:aws:iam::500313280221:user/ops/anna"), "anna");
        assert_eq!(role_name("junk"), "junk");
    }

    #[test]
    fn what_is_armed_is_never_cut_first() {
        assert_eq!(spread(" LIVE  sitelogix PROD", "ARMED ", 20), " LIVE  sitel… ARMED ");
    }
}
