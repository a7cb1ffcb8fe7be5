//! Settings of CloudTrail trails: the trail, what it records, and whether it does.

mod data_events;
mod definition;
mod logging;
mod selectors;

pub(super) use data_events::DataEvents;
pub(super) use definition::Definition;
pub(super) use logging::Logging;

use super::{Breach, Target, Unread};
use crate::text;

fn unreadable(why: &Unread) -> Breach {
    Breach::unfit(format!("the trail could not be read: {why}"), "try again when it can be read")
}

/// CloudTrail's rule for names: 3 to 128 letters, digits, dots, underscores and hyphens, beginning
/// and ending with a letter or digit, and never two marks in a row.
fn unfit_name(on: &Target) -> Option<Breach> {
    let name = on.name.as_str();
    let is_mark = |c: char| matches!(c, '.' | '_' | '-');
    let is_name = (3..=128).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || is_mark(c))
        && !name.starts_with(is_mark)
        && !name.ends_with(is_mark)
        && !name.as_bytes().windows(2).any(|pair| pair.iter().all(|b| is_mark(char::from(*b))));
    let why = || format!("`{}` is no name for a trail", text::visible(name));
    let fix = "use 3 to 128 letters, digits and single `.`, `_` or `-` between them";
    (!is_name).then(|| Breach::unfit(why(), fix))
}

#[cfg(test)]
mod testing;
