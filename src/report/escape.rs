//! Text from outside, made fit for a page: nothing in it is obeyed, nothing in it is hidden.
//!
//! The templates pass everything that they are given through here, chosen by the ending of their
//! file; only their own text is markup.

use std::fmt::{self, Write};

use askama::filters::Escaper;

use crate::text::visible;

/// For HTML, in text and in quoted attributes. A line end stays one: the style keeps it.
#[derive(Clone, Copy, Debug)]
pub struct Html;

/// For Markdown, within a paragraph, an item or a cell of a table: always a single line.
#[derive(Clone, Copy, Debug)]
pub struct Markdown;

impl Escaper for Html {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        for (at, line) in lines(text).enumerate() {
            if at > 0 {
                dest.write_char('\n')?;
            }
            for c in visible(line).chars() {
                match c {
                    '&' => dest.write_str("&amp;")?,
                    '<' => dest.write_str("&lt;")?,
                    '>' => dest.write_str("&gt;")?,
                    '"' => dest.write_str("&quot;")?,
                    '\'' => dest.write_str("&#39;")?,
                    c => dest.write_char(c)?,
                }
            }
        }
        Ok(())
    }
}

impl Escaper for Markdown {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        for (at, line) in lines(text).enumerate() {
            if at > 0 {
                dest.write_str("<br>")?;
            }
            let shown = visible(line);
            for (at, c) in shown.char_indices() {
                if is_markup(c, &shown[..at], &shown[at + c.len_utf8()..]) {
                    dest.write_char('\\')?;
                }
                dest.write_char(c)?;
            }
        }
        Ok(())
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))
}

/// Whether a character could begin markup where it stands: a list only at the beginning of a text,
/// a bare address only after its scheme.
fn is_markup(c: char, before: &str, after: &str) -> bool {
    match c {
        '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&'
        | '!' | '$' | '@' => true,
        '-' | '+' | '=' => before.trim().is_empty(),
        ')' => is_number(before),
        '.' => is_number(before) || before.to_ascii_lowercase().ends_with("www"),
        ':' => after.starts_with("//"),
        _ => false,
    }
}

/// A number at the beginning of a text, which a full stop would make an item of a list.
fn is_number(before: &str) -> bool {
    let number = before.trim();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::is_hidden;

    fn html(text: &str) -> String {
        let mut out = String::new();
        Html.write_escaped_str(&mut out, text).unwrap();
        out
    }

    fn markdown(text: &str) -> String {
        let mut out = String::new();
        Markdown.write_escaped_str(&mut out, text).unwrap();
        out
    }

    #[test]
    fn html_obeys_nothing_from_outside() {
        assert_eq!(
            html("<script>alert('1')</script> & \"x\""),
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;"
        );
        assert_eq!(html("one\r\ntwo\u{202e}"), "one\ntwo\\u{202e}");
    }

    #[test]
    fn markdown_obeys_nothing_from_outside() {
        assert_eq!(markdown("a|b\n# c"), r"a\|b<br>\# c");
        assert_eq!(markdown("[x](http://evil) ![y](z)"), r"\[x\](http\://evil) \!\[y\](z)");
        assert_eq!(markdown("`*_<b>&amp;"), r"\`\*\_\<b\>\&amp;");
        assert_eq!(markdown("- x"), r"\- x");
        assert_eq!(markdown("1. x"), r"1\. x");
        assert_eq!(markdown("www.evil.com"), r"www\.evil.com");
        assert_eq!(markdown("sitelogix-reports at 12:04"), "sitelogix-reports at 12:04");
        assert_eq!(markdown("\u{1b}[2J"), r"\\u\{1b\}\[2J");
    }

    #[test]
    fn nothing_hidden_is_left() {
        let hostile = "a\u{0}\u{7f}\u{9b}\u{202e}\u{e0041}\u{2028}\t\u{feff}b";
        for shown in [html(hostile), markdown(hostile)] {
            assert!(!shown.chars().any(|c| is_hidden(c) && c != '\n'), "{shown:?}");
        }
    }
}
