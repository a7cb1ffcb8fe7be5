//! The one boundary at which untrusted text becomes displayable.
//!
//! Names, tags and messages from AWS and from other people's files may hold control characters,
//! bidirectional overrides or invisible letters. Every sink (the screen, plain lines, JSON) passes
//! what it writes through here.

use std::borrow::Cow;
use std::fmt::Write as _;

/// True for characters that a terminal obeys or a reader cannot see.
pub fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    c.is_control()
        || matches!(code,
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164
            | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
            | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// The text with every hidden character spelt out: `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "{}", c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_spelt_out() {
        assert_eq!(visible("a\u{1b}]52;c;eA\u{7}b"), r"a\u{1b}]52;c;eA\u{7}b");
        assert_eq!(visible("x\u{202e}y\u{e0041}\n"), r"x\u{202e}y\u{e0041}\u{a}");
        assert!(matches!(visible("Zürich · 日本"), Cow::Borrowed(_)));
    }
}
