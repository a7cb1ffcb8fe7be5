//! Small readers of the endings that a setting asked for.

use super::Unread;
use crate::cloud::{Ending, Outcome, Reply};

/// The reply at a position, or why there is none.
pub(crate) fn reply(seen: &[Outcome], position: usize) -> Result<&Reply, Unread> {
    match seen.get(position) {
        Some(Ok(answer)) => Ok(&answer.reply),
        Some(Err(error)) if error.ending == Ending::Absent => Err(Unread::Absent),
        Some(Err(error)) => Err(Unread::Failed(error.clone())),
        None => Err(Unread::Strange("no answer at all".to_owned())),
    }
}

/// The reply at a position; `None` when AWS says, with one of these codes, that the resource has
/// no such configuration.
pub(crate) fn unless<'s>(
    seen: &'s [Outcome],
    position: usize,
    none: &[&str],
) -> Result<Option<&'s Reply>, Unread> {
    match seen.get(position) {
        Some(Err(error)) if none.contains(&error.code.as_str()) => Ok(None),
        _ => reply(seen, position).map(Some),
    }
}

/// The reply is not the one that the call is answered with.
pub(crate) fn strange(reply: &Reply) -> Unread {
    Unread::Strange(serde_json::to_string(reply).unwrap_or_else(|e| e.to_string()))
}
