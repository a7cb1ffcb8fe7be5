//! What must not stand in a file that is read and shared: secrets, and text that nobody sees.

use std::ops::Range;

use super::{Code, Findings, Node, Shape, Source};
use crate::text::is_hidden;

/// Words in the name of a key whose value is a secret, whatever it looks like.
const PASSWORDS: &[&str] = &["password", "passwd", "passphrase"];
/// Words in the name of a key whose value is a secret when it looks random.
const SECRETS: &[&str] = &["secret", "token", "api_key", "apikey", "private_key", "credential"];
const HELP: &str = "whoever reads the file has it: revoke it, and make it a parameter or a \
    reference to Secrets Manager";

/// Reports hidden characters and secrets, in keys, values and comments.
pub(super) fn inspect(source: &Source, tree: Option<&Node>, findings: &mut Findings) {
    hidden_text(&source.text, findings);
    for (start, word) in words(&source.text) {
        if let Some(what) = betrays(word) {
            report(what, start..start + word.len(), findings);
        }
    }
    if let Some(tree) = tree {
        below(tree, None, &source.text, findings);
    }
}

fn report(what: &str, span: Range<usize>, findings: &mut Findings) {
    findings.error(Code::Secret, span, format!("{what} in plain text")).help(HELP);
}

fn hidden_text(text: &str, findings: &mut Findings) {
    // A byte order mark in front of everything does nothing.
    let mut chars = text.char_indices().filter(|(at, c)| {
        is_hidden(*c) && !matches!(c, '\n' | '\r' | '\t') && (*at, *c) != (0, '\u{feff}')
    });
    if let Some((at, c)) = chars.next() {
        let more = chars.count();
        let also = if more > 0 { format!(", and {more} more in this file") } else { String::new() };
        let message = format!("a character that nobody sees: U+{:04X}{also}", u32::from(c));
        findings
            .error(Code::HiddenText, at..at + c.len_utf8(), message)
            .help("delete it: what is read and what is run must be the same");
    }
}

/// Keys and texts below a node.
fn below(node: &Node, key: Option<&str>, text: &str, findings: &mut Findings) {
    match &node.shape {
        Shape::Table(entries) => {
            for entry in entries {
                // The default of a parameter is as secret as the parameter.
                let name = if entry.key == "default" { key } else { Some(entry.key.as_str()) };
                escaped(&entry.key, &entry.key_span, text, findings);
                below(&entry.value, name, text, findings);
            }
        }
        Shape::List(items) => items.iter().for_each(|item| below(item, key, text, findings)),
        Shape::Text(value) => {
            escaped(value, &node.span, text, findings);
            if key.is_some_and(|key| is_secret(key, value)) {
                report("a secret", node.span.clone(), findings);
            }
        }
        Shape::Integer(_) | Shape::Float(_) | Shape::Boolean(_) | Shape::Time(_) => {}
    }
}

/// Hidden characters that were written as escapes: they are not in the text of the file.
fn escaped(value: &str, span: &Range<usize>, text: &str, findings: &mut Findings) {
    let is_bad = |c: char| is_hidden(c) && !matches!(c, '\n' | '\r' | '\t');
    let raw = text.get(span.clone()).unwrap_or_default();
    if value.chars().any(is_bad) && !raw.chars().any(is_bad) {
        findings
            .error(Code::HiddenText, span.clone(), "an escape for a character that nobody sees")
            .help("delete it: what is read and what is run must be the same");
    }
}

fn is_secret(key: &str, value: &str) -> bool {
    let key = key.to_ascii_lowercase().replace('-', "_");
    let refers = ["${", "arn:", "{{resolve:", "ssm:"].iter().any(|how| value.contains(how));
    let named = |words: &[&str]| words.iter().any(|word| key.contains(word));
    !refers
        && !value.trim().is_empty()
        && (PASSWORDS.contains(&key.as_str())
            || (named(PASSWORDS) && !value.contains(' '))
            || (named(SECRETS) && looks_random(value)))
}

/// A word as long as a key, of many different characters.
fn looks_random(word: &str) -> bool {
    word.len() >= 16 && !word.contains(' ') && entropy(word) > 3.5
}

/// Bits of surprise in each byte.
fn entropy(word: &str) -> f64 {
    let mut counts = [0_u32; 256];
    word.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    // A word is at most as long as the file: both fit a f64.
    let length = word.bytes().map(|_| 1.0).sum::<f64>();
    let share = |count: &u32| f64::from(*count) / length;
    counts.iter().filter(|count| **count > 0).map(share).map(|p| -p * p.log2()).sum()
}

/// The text between blanks, quotes and brackets, each with its place.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let parts = |c: char| c.is_whitespace() || "\"'`,;()[]{}<>".contains(c);
    text.split(parts)
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
}

/// What secret a word is, by its form alone.
fn betrays(word: &str) -> Option<&'static str> {
    // `-----BEGIN RSA PRIVATE KEY-----`
    if word.starts_with("-----BEGIN") {
        return Some("a key or certificate");
    }
    let pieces = || word.split(|c: char| !c.is_ascii_alphanumeric());
    let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let is_id = |piece: &str| {
        piece.len() == 20
            && (piece.starts_with("AKIA") || piece.starts_with("ASIA"))
            && piece.chars().all(upper)
    };
    if pieces().any(is_id) {
        return Some("an AWS access key");
    }
    if let Some((_, rest)) = word.split_once("://")
        && let Some((user, _)) = rest.split('/').next().and_then(|host| host.split_once('@'))
        && user.split_once(':').is_some_and(|(_, secret)| !secret.is_empty())
    {
        return Some("a password in an address");
    }
    let last = word.rsplit('=').next().unwrap_or_default();
    if is_aws_secret(word) || is_aws_secret(last) {
        return Some("what looks like an AWS secret key");
    }
    let lower = word.to_ascii_lowercase();
    let (name, value) = lower.split_once('=')?;
    let named = PASSWORDS.iter().any(|word| name.ends_with(word));
    (named && value.len() >= 6 && !value.starts_with(['$', '*'])).then_some("a password")
}

/// Forty characters of base 64 with everything in it.
fn is_aws_secret(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '/' || c == '+';
    let has = |what: fn(&char) -> bool| word.chars().any(|c| what(&c));
    word.len() == 40
        && word.chars().all(fits)
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_digit)
        && entropy(word) > 4.2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_form() {
        for word in [
            "AKIAIOSFODNN7EXAMPLE",
            "id=ASIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "-----BEGIN",
            "postgres://app:hunter2@db/prod",
            "--password=hunter2x",
        ] {
            assert!(betrays(word).is_some(), "{word}");
        }
        for word in [
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
            "arn:aws:s3:::sitelogix-transcripts-prod/",
            "sitelogix-constraints-write-throttled",
            "someone@example.com",
            "password=${params.x}",
        ] {
            assert_eq!(betrays(word), None, "{word}");
        }
    }

    #[test]
    fn a_secret_key_makes_its_value_secret() {
        assert!(is_secret("password", "two words"));
        assert!(is_secret("db_password", "hunter2"));
        assert!(is_secret("api-key", "9f8a7b6c5d4e3f2a1b0c"));
        assert!(!is_secret("db_password", "${params.password}"));
        assert!(!is_secret("token", "the one of last week"));
        assert!(!is_secret("kms_key", "9f8a7b6c5d4e3f2a1b0c"));
    }
}
