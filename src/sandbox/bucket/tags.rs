//! Tags of a bucket.

use std::collections::BTreeMap;

use crate::cloud::s3::Reply;
use crate::cloud::{CallError, Ending};

use super::super::moment::{Carried, read, refused};
use super::Bucket;

/// The most tags of a bucket.
const MOST: usize = 50;
/// What AWS keeps for itself.
const RESERVED: &str = "aws:";

impl Bucket {
    /// `GetBucketTagging`.
    pub fn tags(&self) -> Carried<Reply> {
        if self.tags.is_empty() {
            return refused(Ending::Absent, "NoSuchTagSet", "The TagSet does not exist");
        }
        read(Reply::Tags { tags: self.tags.clone() })
    }

    /// `PutBucketTagging`.
    pub fn set_tags(&mut self, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        if tags.len() > MOST {
            return Err(refusal("BadRequest", "Bucket tag count cannot be greater than 50"));
        }
        for (key, value) in tags {
            if key.is_empty() || key.chars().count() > 128 || !key.chars().all(is_taken) {
                return Err(refusal("InvalidTag", "The TagKey you have provided is invalid"));
            }
            if value.chars().count() > 256 || !value.chars().all(is_taken) {
                return Err(refusal("InvalidTag", "The TagValue you have provided is invalid"));
            }
        }
        let of_aws = |tags: &BTreeMap<String, String>| {
            let own = tags.iter().filter(|(key, _)| key.to_lowercase().starts_with(RESERVED));
            own.map(|(key, value)| (key.clone(), value.clone())).collect::<Vec<_>>()
        };
        if of_aws(tags) != of_aws(&self.tags) {
            let verb = if of_aws(tags).len() < of_aws(&self.tags).len() {
                "removed"
            } else {
                "added/updated"
            };
            let message = format!("System tags cannot be {verb} by requester");
            return Err(refusal("InvalidTag", &message));
        }
        self.tags.clone_from(tags);
        Ok(())
    }

    /// `DeleteBucketTagging`. What AWS itself has put there stays.
    pub fn remove_tags(&mut self) -> Result<(), CallError> {
        self.tags.retain(|key, _| key.to_lowercase().starts_with(RESERVED));
        Ok(())
    }
}

/// Letters, digits and spaces of every language, and a few signs.
fn is_taken(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c)
}

fn refusal(code: &str, message: &str) -> CallError {
    CallError::new(Ending::Refused, code, message)
}
