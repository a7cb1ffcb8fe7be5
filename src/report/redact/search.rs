//! Where in a text a secret stands: one that is known, or what looks like one.

use super::Kind;

/// What looks like a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub kind: Kind,
    /// In bytes.
    pub length: usize,
}

/// How many digits an account id has.
const ACCOUNT: usize = 12;
/// How an access key begins, and how long it is.
const KEYS: (&[&str], usize) = (&["AKIA", "ASIA", "AROA", "AIDA"], 20);

/// Whether a known secret stands here, large or small; a short one only as a word of its own.
pub(super) fn is_at(text: &str, at: usize, secret: &str, long: usize) -> bool {
    let Some(here) = text.get(at..at + secret.len()) else { return false };
    if !here.eq_ignore_ascii_case(secret) {
        return false;
    }
    let joined = |a: Option<char>, b: Option<char>| {
        a.is_some_and(char::is_alphanumeric) && b.is_some_and(char::is_alphanumeric)
    };
    let begins = !joined(text[..at].chars().next_back(), secret.chars().next());
    let ends = !joined(secret.chars().next_back(), text[at + secret.len()..].chars().next());
    secret.len() >= long || begins && ends
}

/// What looks like a secret from here on.
pub(super) fn pattern(text: &str, at: usize) -> Option<Hit> {
    let before = text[..at].chars().next_back();
    let rest = &text[at..];
    arn(rest).or_else(|| key(before, rest)).or_else(|| address(before, rest)).or_else(|| {
        let digits = leading(rest, |c| c.is_ascii_digit());
        let alone = !before.is_some_and(|c| c.is_ascii_digit());
        (digits == ACCOUNT && alone).then_some(Hit { kind: Kind::Account, length: ACCOUNT })
    })
}

fn leading(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

fn arn(rest: &str) -> Option<Hit> {
    if !rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("arn:")) {
        return None;
    }
    let whole = leading(rest, |c| !c.is_whitespace() && !"\"'`,;()<>[]{}".contains(c));
    // A full stop or a colon at the end is the sentence's.
    let length = rest[..whole].trim_end_matches(['.', ':', '!', '?']).len();
    (length > 4).then_some(Hit { kind: Kind::Arn, length })
}

fn key(before: Option<char>, rest: &str) -> Option<Hit> {
    let (starts, length) = KEYS;
    let is_start = starts.iter().any(|start| rest.starts_with(start));
    let letters = leading(rest, |c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let alone = !before.is_some_and(|c| c.is_ascii_alphanumeric());
    (is_start && alone && letters == length).then_some(Hit { kind: Kind::Key, length })
}

fn address(before: Option<char>, rest: &str) -> Option<Hit> {
    let local = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
    if before.is_some_and(local) {
        return None;
    }
    let name = leading(rest, local);
    let domain = rest[name..].strip_prefix('@')?;
    let length = leading(domain, |c| c.is_alphanumeric() || ".-".contains(c));
    let domain = domain[..length].trim_end_matches(['.', '-']);
    let is_address = name > 0 && domain.contains('.');
    is_address.then_some(Hit { kind: Kind::Address, length: name + 1 + domain.len() })
}
