//! What a selection covers: compared, told in words, and held against AWS's rules.

use std::collections::BTreeSet;

use super::super::super::Breach;
use crate::cloud::backup::{Conditions, SelectionSpec, Tag};
use crate::text;

/// True when what is there covers at least what is wanted, with the same role.
pub(super) fn meets(value: &SelectionSpec, wanted: &SelectionSpec) -> bool {
    let is_covered = |arn: &String| value.resources.iter().any(|pattern| matches(pattern, arn));
    value.role == wanted.role
        && wanted.resources.iter().all(is_covered)
        && wanted.tags.is_subset(&value.tags)
        // These narrow what is covered: fewer or more of them is something else.
        && value.not_resources == wanted.not_resources
        && value.conditions == wanted.conditions
}

/// True when an ARN fits a pattern in which `*` stands for any text. A pattern fits a wider one.
fn matches(pattern: &str, arn: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = arn.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(inner) = last.replace(piece) {
            let Some(at) = rest.find(inner) else { return false };
            rest = &rest[at + inner.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// True when no resource is named, only tagged.
pub(super) fn is_by_tag_alone(to: &SelectionSpec) -> bool {
    to.resources.is_empty() && !to.tags.is_empty()
}

/// What is covered, as a sentence without its full stop (B6).
pub(super) fn words(spec: &SelectionSpec) -> String {
    let mut either = Vec::new();
    let (patterns, arns): (Vec<_>, Vec<_>) =
        spec.resources.iter().partition(|resource| resource.contains('*'));
    match arns.as_slice() {
        [] => {}
        [one] => either.push(short(one).to_owned()),
        several => either.push(format!(
            "{} resources ({})",
            several.len(),
            several.iter().map(|arn| short(arn)).collect::<Vec<_>>().join(", ")
        )),
    }
    either.extend(patterns.iter().map(|pattern| format!("everything like {pattern}")));
    either.extend(spec.tags.iter().map(|tag| format!("everything with the tag {}", pair(tag))));
    let Conditions { equals, not_equals, like, not_like } = &spec.conditions;
    let told = |tags: &BTreeSet<Tag>, word: &str| -> Vec<String> {
        tags.iter().map(|tag| format!("{} {word} {}", tag.key, tag.value)).collect()
    };
    let conditions = [
        told(equals, "is"),
        told(not_equals, "is not"),
        told(like, "is like"),
        told(not_like, "is not like"),
    ]
    .concat();
    let mut words = format!("It covers {}", either.join(", or "));
    if !spec.not_resources.is_empty() {
        let out: Vec<_> = spec.not_resources.iter().map(|arn| short(arn)).collect();
        words += &format!(", but not {}", out.join(", "));
    }
    if !conditions.is_empty() {
        words += &format!("; of that only where {}", conditions.join(" and "));
    }
    words
}

fn pair(tag: &Tag) -> String {
    format!("{} = {}", tag.key, tag.value)
}

/// The part of an ARN that people know.
fn short(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).filter(|_| arn.starts_with("arn:")).unwrap_or(arn)
}

/// All that a selection breaks, before anything is asked of AWS.
pub(super) fn breaches(to: &SelectionSpec) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if to.resources.is_empty() && to.tags.is_empty() {
        let why = "nothing is named and nothing is tagged: AWS takes no selection of nothing";
        breaches.push(Breach::unfit(why, "give `resources` or `tags`; `\"*\"` is everything"));
    }
    let is_arn = |text: &str| text == "*" || text.starts_with("arn:");
    for arn in to.resources.iter().chain(&to.not_resources).filter(|arn| !is_arn(arn)) {
        let why = format!("`{}` is not the ARN of a resource", text::visible(arn));
        let fix = "give the whole ARN: `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`";
        breaches.push(Breach::unfit(why, fix));
    }
    let role: Vec<_> = to.role.splitn(6, ':').collect();
    let is_role =
        matches!(role.as_slice(), ["arn", _, "iam", "", _, role] if role.starts_with("role/"));
    if !is_role {
        let why = format!("`{}` is not the ARN of a role", text::visible(&to.role));
        let fix = "give the whole ARN: \
            `arn:aws:iam::ACCOUNT:role/service-role/AWSBackupDefaultServiceRole`";
        breaches.push(Breach::unfit(why, fix));
    }
    if !to.resources.is_empty() && !to.tags.is_empty() {
        breaches.push(Breach::warn(
            "B6",
            "resources and tags are joined by OR: what is named is covered without the tag, and \
             what is tagged without its name",
            "where both must hold, write the tag as a condition",
        ));
    }
    let Conditions { equals, not_equals, like, not_like } = &to.conditions;
    for tag in [equals, not_equals, like, not_like].into_iter().flatten() {
        if !tag.key.starts_with("aws:ResourceTag/") {
            let why = format!("the condition on `{}` names no tag", text::visible(&tag.key));
            let fix = format!("write `aws:ResourceTag/{}`", text::visible(&tag.key));
            breaches.push(Breach::unfit(why, fix));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        let arn = "arn:aws:dynamodb:us-east-1:500313280221:table/sitelogix-reports";
        for (pattern, fits) in [
            (arn, true),
            ("*", true),
            ("arn:aws:dynamodb:*:*:table/*", true),
            ("arn:aws:dynamodb:us-east-1:500313280221:table/sitelogix-*", true),
            ("arn:*reports", true),
            ("arn:*table/*logix*", true),
            ("arn:aws:dynamodb:us-east-1:500313280221:table/sitelogix-report", false),
            ("arn:aws:dynamodb:*:*:table/other-*", false),
            ("arn:aws:s3:*", false),
            ("arn:*vendors", false),
            ("arn:*reports*reports", false),
            ("", false),
        ] {
            assert_eq!(matches(pattern, arn), fits, "{pattern}");
        }
        assert!(matches("arn:aws:s3:::*", "arn:aws:s3:::logs-*"), "a wider pattern");
        assert!(!matches("arn:aws:s3:::logs-*", "arn:aws:s3:::*"), "a narrower one");
    }
}
