//! The conditions of a policy's statement, as far as they can be judged from here.

use serde_json::Value;

use super::{Answer, Request, answer, not, texts};

/// Whether all conditions of a statement hold for a request.
pub(super) fn holds(conditions: &Value, request: &Request<'_>) -> Answer {
    let Some(operators) = conditions.as_object() else {
        return Answer::Perhaps;
    };
    let all = operators.iter().flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| one(operator, key, values, request))
    });
    all.min().unwrap_or(Answer::Yes)
}

/// Whether one condition holds: the operator is met by one of the values.
fn one(operator: &str, key: &str, values: &Value, request: &Request<'_>) -> Answer {
    let key = key.to_ascii_lowercase();
    let Some((_, actual)) = request.keys.iter().find(|(name, _)| *name == key) else {
        return Answer::Perhaps;
    };
    let any = |is_met: &dyn Fn(&str) -> Answer| texts(values).map(is_met).max();
    let equal = |value: &str| answer(value == actual);
    let same = |value: &str| answer(value.eq_ignore_ascii_case(actual));
    let like = |value: &str| like(value, actual);
    let less = |value: &str| match (actual.parse::<f64>(), value.parse::<f64>()) {
        (Ok(actual), Ok(limit)) => answer(actual < limit),
        (Ok(_) | Err(_), _) => Answer::Perhaps,
    };
    let found = match operator.strip_suffix("IfExists").unwrap_or(operator) {
        "StringEquals" => any(&equal),
        "StringNotEquals" => any(&equal).map(not),
        "StringEqualsIgnoreCase" => any(&same),
        "StringNotEqualsIgnoreCase" => any(&same).map(not),
        "Bool" if values.is_boolean() => Some(same(&values.to_string())),
        "Bool" => any(&same),
        "StringLike" | "ArnLike" | "ArnEquals" => any(&like),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => any(&like).map(not),
        "NumericLessThan" if values.is_number() => Some(less(&values.to_string())),
        "NumericLessThan" => any(&less),
        _ => None,
    };
    found.unwrap_or(Answer::Perhaps)
}

/// Whether a text is like a pattern with `*` for any characters and `?` for one. A pattern with a
/// policy variable is left to AWS.
pub(super) fn like(pattern: &str, text: &str) -> Answer {
    if pattern.contains("${") {
        return Answer::Perhaps;
    }
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on when what follows the last star does not fit: one character further.
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            Some(_) | None => {
                let Some((after_star, from)) = back else {
                    return Answer::No;
                };
                back = Some((after_star, from + 1));
                (p, t) = (after_star, from + 1);
            }
        }
    }
    answer(pattern[p..].iter().all(|c| *c == '*'))
}
