//! Numbers of objects and bytes, in words.

use crate::cloud::bulk::{self, Names};
use crate::settings::{Progress, ProgressLine};

/// `6.5 GB`: in units of a thousand, as AWS bills them.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if count < 1_000 {
        return format!("{count} bytes");
    }
    let mut tenths = u128::from(count) * 10;
    let mut unit = "bytes";
    for next in UNITS {
        if tenths < 10_000 {
            break;
        }
        (tenths, unit) = (tenths / 1_000, next);
    }
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

/// `3 (a, b, c)`, `12 (a, b, ...)`.
pub(super) fn listed(names: &Names) -> String {
    let more = if names.count > names.first.len() as u64 { ", ..." } else { "" };
    format!("{} ({}{more})", names.count, names.first.join(", "))
}

/// How far work over many objects is, in one line, with what went wrong beneath.
pub(super) fn line(progress: &bulk::Progress, what: &str) -> Progress {
    let tally = &progress.tally;
    let done = tally.done + tally.unverified.count;
    let mut parts = vec![match progress.objects {
        Some(all) => format!("{done} of {all} {what}"),
        None => format!("{done} {what}"),
    }];
    parts.extend(rate(tally.bytes, progress.milliseconds));
    parts.extend(left(progress));
    if tally.kept > 0 {
        parts.push(format!("{} were there", tally.kept));
    }
    if tally.unverified.count > 0 {
        parts.push(format!("{} unverified", tally.unverified.count));
    }
    if tally.failed > 0 {
        parts.push(format!("{} failed", tally.failed));
    }
    let lines = tally.failures.iter().map(|failure| ProgressLine {
        at: None,
        text: format!("{}: {} {}", failure.key, failure.code, failure.message),
        failed: true,
    });
    let share = progress.objects.map(|all| (done.min(all), all));
    Progress { line: parts.join(", "), share, lines: lines.collect() }
}

fn rate(bytes_done: u64, millis: u64) -> Option<String> {
    let per_second = u128::from(bytes_done) * 1_000 / u128::from(millis.max(1));
    let per_second = u64::try_from(per_second).ok().filter(|rate| *rate > 0)?;
    (millis >= 1_000).then(|| format!("{}/s", bytes(per_second)))
}

/// How long the rest takes at the pace so far: by bytes, or by objects where bytes are not moved.
fn left(progress: &bulk::Progress) -> Option<String> {
    let tally = &progress.tally;
    let (done, all) = match progress.bytes.filter(|all| *all > 0 && tally.bytes > 0) {
        Some(all) => (tally.bytes, all),
        None => (tally.done, progress.objects?),
    };
    if done == 0 || done >= all || progress.milliseconds < 1_000 {
        return None;
    }
    let millis = u128::from(all - done) * u128::from(progress.milliseconds) / u128::from(done);
    let minutes = (millis / 60_000).min(999 * 60);
    Some(match minutes {
        0 => "under a minute left".to_owned(),
        1..=119 => format!("{minutes} min left"),
        _ => format!("{} h left", minutes / 60),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::bulk::{Stage, Tally};

    #[test]
    fn sizes_are_read_at_a_glance() {
        let sizes = [0, 999, 1_000, 1_550, 999_999, 6_442_450_944, 2_000_000_000_000];
        assert_eq!(
            sizes.map(bytes),
            ["0 bytes", "999 bytes", "1.0 kB", "1.5 kB", "999.9 kB", "6.4 GB", "2.0 TB"]
        );
    }

    #[test]
    fn a_line_says_how_far_it_is_and_what_went_wrong() {
        let mut tally = Tally { done: 1_204, bytes: 41_000_000_000, ..Tally::default() };
        tally.fail("a/b", "AccessDenied", "Access Denied");
        let progress = bulk::Progress {
            stage: Stage::Running,
            tally,
            objects: Some(10_000),
            bytes: Some(410_000_000_000),
            milliseconds: 1_000_000,
            at_once: 64,
        };
        let told = line(&progress, "objects");
        assert_eq!(
            told.line,
            "1204 of 10000 objects, 41.0 MB/s, 150 min left, 1 failed".replace("150 min", "2 h")
        );
        assert_eq!(told.share, Some((1_204, 10_000)));
        assert_eq!(told.lines[0].text, "a/b: AccessDenied Access Denied");
        let names = Names { count: 12, first: vec!["a".into(), "b".into()] };
        assert_eq!(listed(&names), "12 (a, b, ...)");
    }
}
