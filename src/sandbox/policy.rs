//! Bucket policies: whether S3 would take one, and whether it lets a service in.

use serde_json::Value;

use crate::cloud::{CallError, Ending};

/// Reads a bucket policy as S3 does. Answers with its canonical text: S3 gives back what the
/// policy says, not the spaces that it was written with.
pub fn parse(text: &str, bucket_arn: &str) -> Result<Value, CallError> {
    let Some(policy) = serde_json::from_str::<Value>(text).ok().filter(Value::is_object) else {
        return malformed("Policies must be valid JSON and the first byte must be '{'");
    };
    let statements = statements(&policy);
    if statements.is_empty() {
        return malformed("Missing required field Statement");
    }
    for statement in statements {
        for (field, other) in [
            ("Effect", "Effect"),
            ("Principal", "NotPrincipal"),
            ("Action", "NotAction"),
            ("Resource", "NotResource"),
        ] {
            if statement.get(field).is_none() && statement.get(other).is_none() {
                return malformed(&format!("Missing required field {field}"));
            }
        }
        let of_bucket = |resource: &&str| {
            **resource == *bucket_arn || resource.starts_with(&format!("{bucket_arn}/"))
        };
        if !texts(statement.get("Resource")).iter().all(of_bucket) {
            return malformed("Policy has invalid resource");
        }
    }
    Ok(policy)
}

/// True when everybody is let in: what a public access block refuses.
pub fn is_public(policy: &Value) -> bool {
    statements(policy).into_iter().filter(|statement| allows(statement)).any(|statement| {
        let everybody = principals(statement, "AWS").contains(&"*");
        everybody && statement.get("Condition").is_none()
    })
}

/// One thing that a service wants to do with a bucket.
#[derive(Debug)]
pub struct Wish<'a> {
    /// `cloudtrail.amazonaws.com`.
    pub service: &'a str,
    /// `s3:PutObject`.
    pub action: &'a str,
    /// ARN of the bucket or of an object in it.
    pub resource: &'a str,
    /// The account that the service acts for.
    pub account: &'a str,
    /// ARN of the resource that the service acts for.
    pub source: &'a str,
}

/// True when a statement of the policy allows what the service wants, and none denies it.
pub fn lets(policy: &Value, wish: &Wish<'_>) -> bool {
    let about: Vec<&Value> =
        statements(policy).into_iter().filter(|statement| concerns(statement, wish)).collect();
    about.iter().any(|statement| allows(statement))
        && about.iter().all(|statement| allows(statement))
}

fn concerns(statement: &Value, wish: &Wish<'_>) -> bool {
    let services = principals(statement, "Service");
    let everybody = principals(statement, "AWS").contains(&"*");
    let action = wish.action.to_ascii_lowercase();
    (everybody || services.contains(&wish.service))
        && texts(statement.get("Action"))
            .iter()
            .any(|pattern| matches(&pattern.to_ascii_lowercase(), &action))
        && texts(statement.get("Resource")).iter().any(|pattern| matches(pattern, wish.resource))
        && conditions_hold(statement, wish)
}

/// Conditions on whom the service acts for are looked at; all others (encryption, ACL) hold when
/// a service of AWS writes, except that requests of services always come over TLS.
fn conditions_hold(statement: &Value, wish: &Wish<'_>) -> bool {
    let Some(operators) = statement.get("Condition").and_then(Value::as_object) else {
        return true;
    };
    operators.values().filter_map(Value::as_object).flatten().all(|(key, wanted)| {
        let wanted = texts(Some(wanted));
        match key.to_ascii_lowercase().as_str() {
            "aws:sourcearn" => wanted.iter().any(|pattern| matches(pattern, wish.source)),
            "aws:sourceaccount" => wanted.contains(&wish.account),
            "aws:securetransport" => !wanted.contains(&"false"),
            _ => true,
        }
    })
}

fn statements(policy: &Value) -> Vec<&Value> {
    match policy.get("Statement") {
        Some(Value::Array(all)) => all.iter().collect(),
        other => other.into_iter().collect(),
    }
}

fn allows(statement: &Value) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Allow")
}

fn principals<'a>(statement: &'a Value, kind: &str) -> Vec<&'a str> {
    let principal = statement.get("Principal");
    if principal.and_then(Value::as_str) == Some("*") {
        return vec!["*"];
    }
    texts(principal.and_then(|principal| principal.get(kind)))
}

/// The texts of a value that is one text or a list of them.
fn texts(value: Option<&Value>) -> Vec<&str> {
    let list = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    value.and_then(Value::as_str).into_iter().chain(list).collect()
}

/// IAM's wildcards: `*` for any text, `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on when a guess about the last star fails.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(t) => {
                p += 1;
                t += 1;
            }
            Some(_) | None => {
                let Some((star, from)) = retry else { return false };
                retry = Some((star, from + 1));
                (p, t) = (star, from + 1);
            }
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

fn malformed<T>(message: &str) -> Result<T, CallError> {
    Err(CallError::new(Ending::Refused, "MalformedPolicy", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKET: &str = "arn:aws:s3:::logs";

    fn problem(text: &str) -> String {
        parse(text, BUCKET).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_policy_is_refused_as_s3_does() {
        let no_json = "MalformedPolicy: Policies must be valid JSON and the first byte must be '{'";
        assert_eq!(problem("Allow everything"), no_json);
        assert_eq!(problem("[]"), no_json);
        assert_eq!(problem("{}"), "MalformedPolicy: Missing required field Statement");
        assert_eq!(
            problem(r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject"}}"#),
            "MalformedPolicy: Missing required field Principal"
        );
        assert_eq!(
            problem(
                r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::logs-of-others/*"}}"#
            ),
            "MalformedPolicy: Policy has invalid resource"
        );
    }

    #[test]
    fn public_is_everybody_without_a_condition() {
        let policy = |principal: &str, rest: &str| {
            let text = format!(
                r#"{{"Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"s3:*","Resource":"arn:aws:s3:::logs"{rest}}}]}}"#
            );
            is_public(&parse(&text, BUCKET).unwrap())
        };
        assert!(policy(r#""*""#, ""));
        assert!(policy(r#"{"AWS":["*"]}"#, ""));
        assert!(!policy(r#"{"Service":"logging.s3.amazonaws.com"}"#, ""));
        assert!(!policy(r#""*""#, r#","Condition":{"StringEquals":{"aws:SourceAccount":"1"}}"#));
    }

    #[test]
    fn a_service_is_let_in_by_action_resource_and_source() {
        let lets = |effect: &str, action: &str, resource: &str, condition: &str| {
            let text = format!(
                r#"{{"Statement":[
                    {{"Effect":"Allow","Principal":{{"Service":["x.amazonaws.com"]}},"Action":["{action}"],
                      "Resource":"arn:aws:s3:::logs/{resource}","Condition":{{{condition}}}}},
                    {{"Effect":"{effect}","Principal":"*","Action":"s3:Put*","Resource":"arn:aws:s3:::logs/secret/*"}}]}}"#
            );
            let wish = Wish {
                service: "x.amazonaws.com",
                action: "s3:PutObject",
                resource: "arn:aws:s3:::logs/secret/1",
                account: "1",
                source: "arn:of:source",
            };
            super::lets(&parse(&text, BUCKET).unwrap(), &wish)
        };
        let never = "Allow";
        let source = |arn: &str| format!(r#""ArnLike":{{"aws:SourceArn":"{arn}"}}"#);
        assert!(lets(never, "s3:putobject", "*", ""));
        assert!(lets(never, "s3:*", "*/1", &source("arn:of:*")));
        assert!(!lets("Deny", "s3:PutObject", "*", ""), "a deny wins");
    }

    #[test]
    fn wildcards_are_those_of_iam() {
        assert!(matches("*", ""));
        assert!(matches("a*c?e", "abbcde"));
        assert!(!matches("a*c?e", "abbce"));
        assert!(matches("*/AWSLogs/*", "x/AWSLogs/AWSLogs/y"));
        assert!(!matches("abc", "abcd"));
    }
}
