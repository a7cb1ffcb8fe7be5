//! The completion report of a job: which objects it could not copy, and why. It is text from
//! outside, of any size: only its beginning is read.

use serde::Deserialize;

use crate::bulk::{Inner, strange};
use crate::cloud::bulk::{Failure, NAMES};
use crate::cloud::objects::{Call, Reply};
use crate::cloud::s3control::Report;
use crate::cloud::{self, CallError, Ending};

/// How many bytes are read of each of its files: some hundred lines, of which ten are kept.
const MOST: u64 = 256 * 1024;

/// What says where the lists are.
#[derive(Debug, Deserialize)]
struct Contents {
    #[serde(rename = "Results", default)]
    results: Vec<Part>,
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(rename = "TaskExecutionStatus")]
    status: String,
    #[serde(rename = "Key")]
    key: String,
}

/// The first objects that could not be copied.
pub(super) async fn failures(
    inner: &Inner,
    report: &Report,
    job: &str,
) -> Result<Vec<Failure>, CallError> {
    let bucket = &report.bucket;
    let (text, whole) = inner.text(bucket, &report.manifest_of(job)).await?;
    let contents: Contents = match serde_json::from_str(&text) {
        Ok(contents) if whole => contents,
        Ok(_) => return Err(unread("it is too long")),
        Err(error) => return Err(unread(&error.to_string())),
    };
    let lead = format!("{}/job-{job}/", report.prefix);
    let mut found = Vec::new();
    for part in contents.results.iter().filter(|part| part.status == "failed") {
        if found.len() >= NAMES {
            break;
        }
        // It says itself where to look: nowhere but beside it.
        if !part.key.starts_with(&lead) {
            return Err(unread("it names a file of another job"));
        }
        let (text, _) = inner.text(bucket, &part.key).await?;
        found.extend(rows(&text).iter().filter_map(|row| failure(row)));
        found.truncate(NAMES);
    }
    Ok(found)
}

fn unread(why: &str) -> CallError {
    CallError::new(Ending::Refused, "StrangeReport", format!("the report could not be read: {why}"))
}

impl Inner {
    async fn text(&self, bucket: &str, key: &str) -> Result<(String, bool), CallError> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        match self.ask(Call::GetObject { bucket, key, most: MOST }).await? {
            Reply::Text { text, whole } => Ok((text, whole)),
            other => Err(strange(&cloud::Reply::Objects(other))),
        }
    }
}

/// `Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage`. AWS's own
/// examples have the code and the status in either order.
fn failure(row: &[String]) -> Option<Failure> {
    let [_, key, _, status, first, second, message, ..] = row else { return None };
    if status != "failed" {
        return None;
    }
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let code = if is_number(first) { second } else { first };
    Some(Failure { key: decode(key), code: code.clone(), message: message.clone() })
}

/// The whole lines of a text in CSV: fields may be quoted, a quote in them is doubled.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field).trim().to_owned()),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field).trim().to_owned());
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    rows
}

/// A key out of the form that it has in a URL; as it stands, where it has none.
fn decode(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = rest.next().zip(rest.next());
        let value = digits.and_then(|(high, low)| {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            u8::try_from(digit(high)? * 16 + digit(low)?).ok()
        });
        let Some(value) = value else { return key.to_owned() };
        bytes.push(value);
    }
    String::from_utf8(bytes).unwrap_or_else(|_| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_object_the_code_and_the_words() {
        let text = concat!(
            "old,a%2Fb%20c,,failed,403,AccessDenied,\"Access Denied, says \"\"S3\"\"\"\n",
            "old,d,v1,failed,NoSuchKey,404,gone\n",
            "old,e,,succeeded,200,,Successful\n",
            "old,f,,failed,400"
        );
        let found: Vec<_> = rows(text).iter().filter_map(|row| failure(row)).collect();
        let fail = |key: &str, code: &str, message: &str| Failure {
            key: key.into(),
            code: code.into(),
            message: message.into(),
        };
        let expected = [
            fail("a/b c", "AccessDenied", "Access Denied, says \"S3\""),
            fail("d", "NoSuchKey", "gone"),
        ];
        assert_eq!(found, expected, "a line that was cut off is not read");
    }

    #[test]
    fn a_key_that_is_no_url_stays_as_it_is() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz"), "%zz");
        assert_eq!(decode("%ff"), "%ff");
        assert_eq!(decode("%C3%84"), "Ä");
    }
}
