//! Time spans as books write them: `1h30m`.

use crate::problem::{Code, Fields, Findings};

/// The longest span that is taken seriously: a week.
const LONGEST: u64 = 7 * 24 * 3600;
/// The units, from the largest to the smallest.
const UNITS: &[(char, u64)] = &[('d', 24 * 3600), ('h', 3600), ('m', 60), ('s', 1)];

/// The seconds of `1h30m`, `90s` or `2d`.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let mut units = UNITS;
    let mut rest = text;
    let mut total = 0_u64;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next()?;
        let place = units.iter().position(|(name, _)| *name == unit)?;
        total = total.checked_add(count.checked_mul(units[place].1)?)?;
        units = &units[place + 1..];
        rest = &rest[end + 1..];
    }
    (!text.is_empty()).then_some(total)
}

/// The seconds that a key says.
pub(super) fn read(key: &str, fields: &Fields<'_>, findings: &mut Findings) -> Option<u64> {
    let text = fields.text(key, findings)?;
    let span = fields.get(key)?.span.clone();
    let Some(seconds) = seconds(text) else {
        findings
            .error(Code::BadDuration, span, format!("`{text}` is no time span"))
            .help("write it as \"45s\", \"5m\", \"1h30m\" or \"2d\"");
        return None;
    };
    if seconds == 0 || seconds > LONGEST {
        let message = format!("`{key}` is from one second to seven days");
        findings.error(Code::OutOfRange, span, message);
        return None;
    }
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn spans_are_read_from_large_to_small() {
        assert_eq!(seconds("1h30m"), Some(5400));
        assert_eq!(seconds("2d"), Some(172_800));
        assert_eq!(seconds("90s"), Some(90));
        for bad in ["", "1", "m", "30m1h", "1h1h", "1.5h", "-1h", "1 h", "99999999999999999999d"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
