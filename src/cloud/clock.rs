//! How wrong the clock of this machine is, in words.

use jiff::SignedDuration;

/// From here on a wrong clock is told: the times of the journal are off by as much, and AWS takes no
/// request that is five minutes off.
const TOLD_SECONDS: u64 = 60;

/// What to do about a wrong clock. No full stop.
pub const SET_CLOCK: &str = "set the clock right (`timedatectl` shows it and what sets it)";

/// `7 min ahead`, `2 h 5 min behind`; none when the clock is right to the minute.
pub fn skew_words(ahead: SignedDuration) -> Option<String> {
    let seconds = ahead.as_secs().unsigned_abs();
    if seconds < TOLD_SECONDS {
        return None;
    }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let side = if ahead.is_negative() { "behind" } else { "ahead" };
    Some(match hours {
        0 => format!("{minutes} min {side}"),
        _ => format!("{hours} h {minutes} min {side}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_to_be_wrong_from_a_minute_on() {
        let words = |seconds| skew_words(SignedDuration::from_secs(seconds));
        assert_eq!([words(0), words(59), words(-59)], [None, None, None]);
        assert_eq!(words(60).as_deref(), Some("1 min ahead"));
        assert_eq!(words(-7 * 60 - 59).as_deref(), Some("7 min behind"));
        assert_eq!(words(3600 + 5 * 60).as_deref(), Some("1 h 5 min ahead"));
    }
}
