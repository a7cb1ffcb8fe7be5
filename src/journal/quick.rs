//! The quick way through a line that is as this program writes it.
//!
//! A line is taken apart at places that are known beforehand, and each part is proven to be the very
//! text that its value is written as: so the whole line is. Whatever cannot be proven here is read
//! the long way, which also says what is wrong with it.

use std::io;

use jiff::Timestamp;

use super::line::{Entry, Hash, Line, LogEvent};

/// How many events are known again.
const KNOWN: usize = 2 << 10;
/// The longest of them.
const SHORT: usize = 1 << 10;
/// How long a time is up to its minute: `2026-11-20T12:04:`.
const MINUTE: usize = 17;

/// What was proven so far, of the lines of one walk.
#[derive(Debug)]
pub(super) struct Quick {
    /// What stands between the time and the event in the line that was read last.
    whose: Vec<u8>,
    run: Option<String>,
    actor: String,
    /// Texts that were proven to be events: the same text again is the same event again. The runs
    /// of a book have most of them in common.
    known: Vec<Vec<u8>>,
    /// The minute that a time was in that was read last.
    minute: Vec<u8>,
}

/// A line, taken apart.
struct Parts<'a> {
    time: &'a str,
    event: &'a [u8],
}

impl Default for Quick {
    fn default() -> Self {
        let known = vec![Vec::new(); KNOWN];
        Self { whose: Vec::new(), run: None, actor: String::new(), known, minute: Vec::new() }
    }
}

impl Quick {
    /// Learns from a line that was read the long way.
    pub(super) fn learn(&mut self, line: &Line) {
        let (run, actor) = (serde_json::to_string(&line.run), serde_json::to_string(&line.actor));
        self.whose = match (run, actor) {
            (Ok(run), Ok(actor)) => {
                format!("\",\"run\":{run},\"actor\":{actor},\"event\":").into_bytes()
            }
            (Err(_), _) | (_, Err(_)) => Vec::new(),
        };
        self.run.clone_from(&line.run);
        self.actor.clone_from(&line.actor);
    }

    /// Whether this is certainly the line of this number that hangs on a line with this hash.
    pub(super) fn proves(&mut self, raw: &[u8], seq: u64, prev: &Hash) -> bool {
        let Some(Parts { time, event }) = self.parts(raw, seq, prev) else { return false };
        if !self.is_time(time) {
            return false;
        }
        // Two events of the same place are both known.
        let (first, second) = (place(event), place(event) ^ 1);
        if self.known[first] == event || self.known[second] == event {
            return true;
        }
        let proven = event_of(event).is_some();
        if proven && event.len() <= SHORT {
            self.known.swap(first, second);
            self.known[first].clear();
            self.known[first].extend_from_slice(event);
        }
        proven
    }

    /// Whether this is how a time is written. In a minute that there is, there are all seconds.
    fn is_time(&mut self, text: &str) -> bool {
        match text.as_bytes().split_at_checked(MINUTE) {
            Some((minute, second)) if minute == self.minute && is_second(second) => true,
            Some((minute, _)) if time_of(text).is_some() => {
                // But for the first and the last minute that there are.
                if minute.starts_with(b"2") && minute.ends_with(b":") {
                    self.minute = minute.to_vec();
                }
                true
            }
            Some(_) => false,
            None => time_of(text).is_some(),
        }
    }

    /// The line, where it is certainly the one of this number that hangs on a line with this hash.
    pub(super) fn read(&self, raw: &[u8], seq: u64, prev: &Hash) -> Option<Line> {
        let Parts { time, event } = self.parts(raw, seq, prev)?;
        let (time, event) = (time_of(time)?, event_of(event)?);
        let (run, actor) = (self.run.clone(), self.actor.clone());
        Some(Line { seq, time, run, actor, event, prev: super::line::text(prev) })
    }

    fn parts<'a>(&self, raw: &'a [u8], seq: u64, prev: &Hash) -> Option<Parts<'a>> {
        let rest = number(raw.strip_prefix(b"{\"seq\":")?, seq)?.strip_prefix(b",\"time\":\"")?;
        let (time, rest) = rest.split_at(rest.iter().position(|byte| *byte == b'"')?);
        // Nothing was learned yet: anything would fit.
        if self.whose.is_empty() {
            return None;
        }
        let event = rest
            .strip_prefix(self.whose.as_slice())?
            .strip_suffix(b"\"}\n")?
            .strip_suffix(prev)?
            .strip_suffix(b",\"prev\":\"")?;
        Some(Parts { time: std::str::from_utf8(time).ok()?, event })
    }
}

/// What follows this number.
fn number(rest: &[u8], number: u64) -> Option<&[u8]> {
    let mut digits = [0; 20];
    let (mut from, mut left) = (digits.len(), number);
    while left > 0 {
        from -= 1;
        digits[from] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    rest.strip_prefix(&digits[from..])
}

/// A time, when this is how it is written.
fn time_of(text: &str) -> Option<Timestamp> {
    let time: Timestamp = text.parse().ok()?;
    let mut same = Same(text.as_bytes());
    io::Write::write_fmt(&mut same, format_args!("{time}")).ok()?;
    same.0.is_empty().then_some(time)
}

/// Whether this is how a second is written, with its parts and the end of a time.
fn is_second(text: &[u8]) -> bool {
    let [b'0'..=b'5', b'0'..=b'9', parts @ .., b'Z'] = text else { return false };
    match parts {
        [] => true,
        [b'.', parts @ .., b'1'..=b'9'] => parts.len() < 9 && parts.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// An event, when this is how it is written. The one that begins a journal is looked at closely.
fn event_of(text: &[u8]) -> Option<Entry> {
    let entry = if text.starts_with(b"{\"type\":\"journal_") {
        Entry::Log(serde_json::from_slice(text).ok()?)
    } else if text.starts_with(b"{\"type\":\"scanned\"") {
        Entry::Scan(serde_json::from_slice(text).ok()?)
    } else {
        Entry::Run(serde_json::from_slice(text).ok()?)
    };
    if matches!(entry, Entry::Log(LogEvent::Created { .. })) {
        return None;
    }
    let mut same = Same(text);
    serde_json::to_writer(&mut same, &entry).ok()?;
    same.0.is_empty().then_some(entry)
}

/// Where a text is known, if it is.
fn place(text: &[u8]) -> usize {
    let mixed = text.chunks(8).fold(0_u64, |mixed, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        (mixed.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95)
    });
    (mixed >> 32) as usize % KNOWN
}

/// Takes what is expected, and nothing else.
struct Same<'a>(&'a [u8]);

impl io::Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
