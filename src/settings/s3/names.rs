//! What AWS takes as the name of a bucket.

use std::net::Ipv4Addr;

use super::super::Breach;

/// How long a name may be, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 3..=63;

/// Beginnings that AWS keeps for itself.
const RESERVED_PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];

/// Endings that AWS keeps for access points and other kinds of buckets.
const RESERVED_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// The rule that the name of a bucket breaks, if any.
pub(super) fn breach(name: &str) -> Option<Breach> {
    let rule = broken_rule(name)?;
    let why = format!("AWS does not take `{name}` as the name of a bucket: {rule}");
    let fix = "use 3 to 63 lower-case letters, digits and hyphens, with a letter or digit at both \
        ends";
    Some(Breach::unfit(why, fix))
}

fn broken_rule(name: &str) -> Option<String> {
    if !LENGTH.contains(&name.chars().count()) {
        return Some(format!("it has {} characters", name.chars().count()));
    }
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if let Some(odd) = name.chars().find(|c| !is_plain(*c) && !matches!(c, '.' | '-')) {
        return Some(format!("it contains `{}`", odd.escape_debug()));
    }
    if !(name.starts_with(is_plain) && name.ends_with(is_plain)) {
        return Some("it begins or ends with a dot or hyphen".to_owned());
    }
    if name.contains("..") {
        return Some("it has two dots in a row".to_owned());
    }
    if name.parse::<Ipv4Addr>().is_ok() {
        return Some("it looks like an IP address".to_owned());
    }
    let reserved = RESERVED_PREFIXES
        .iter()
        .filter(|prefix| name.starts_with(**prefix))
        .chain(RESERVED_SUFFIXES.iter().filter(|suffix| name.ends_with(**suffix)))
        .next()?;
    Some(format!("`{reserved}` is reserved"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_aws_takes_and_names_that_it_does_not() {
        let long = "a".repeat(63);
        for good in ["sitelogix-logs-prod", "project88.bu", "a1b", "192.168.5.4a", long.as_str()] {
            assert_eq!(breach(good), None, "{good}");
        }
        let too_long = "a".repeat(64);
        for (bad, part) in [
            ("ab", "it has 2 characters"),
            (too_long.as_str(), "it has 64 characters"),
            ("Logs", "it contains `L`"),
            ("a_b_c", "it contains `_`"),
            ("-logs", "begins or ends"),
            ("logs.", "begins or ends"),
            ("lo..gs", "two dots"),
            ("192.168.5.4", "IP address"),
            ("xn--logs", "`xn--` is reserved"),
            ("sthree-logs", "`sthree-` is reserved"),
            ("logs-s3alias", "`-s3alias` is reserved"),
            ("logs--use1-az4--x-s3", "`--x-s3` is reserved"),
        ] {
            let found = breach(bad).unwrap();
            assert!(found.why.contains(part), "{bad}: {}", found.why);
        }
    }
}
