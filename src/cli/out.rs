//! Where the command line writes: every hidden character in text from outside is spelt out here.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::text::{is_hidden, visible};

/// Standard output for data, standard error for talk.
///
/// A reader that has gone away (`muster list | head`) is no error.
#[derive(Clone, Copy, Debug, Default)]
pub struct Out;

impl Out {
    /// The two streams.
    pub const fn new() -> Self {
        Self
    }

    /// A line of data.
    pub fn line(self, text: &str) {
        let _ = writeln!(io::stdout().lock(), "{}", lines(text));
    }

    /// Data as JSON, on as many lines as it takes.
    pub fn json(self, value: &impl Serialize) {
        let _ = writeln!(io::stdout().lock(), "{}", json_text(value));
    }

    /// Raw bytes, as they are.
    pub fn bytes(self, bytes: &[u8]) {
        let _ = io::stdout().lock().write_all(bytes);
    }

    /// A question, with the cursor behind it.
    pub fn prompt(self, text: &str) {
        let mut stdout = io::stdout().lock();
        let _ = write!(stdout, "{}", lines(text)).and_then(|()| stdout.flush());
    }

    /// Talk: no data.
    pub fn talk(self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", lines(text.trim_end()));
    }
}

/// Data as JSON, with its hidden characters escaped, as it is printed or kept in a file.
pub(super) fn json_text(value: &impl Serialize) -> String {
    escaped(&serde_json::to_string_pretty(value).unwrap_or_default())
}

fn lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// JSON means the same with its hidden characters escaped; they stand only within texts.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_meaning_when_hidden_characters_are_escaped() {
        let value = serde_json::json!({ "a\u{202e}": "x\u{1b}[0m\u{e0041}\u{9b}" });
        let text = escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.chars().all(|c| c == '\n' || !is_hidden(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
