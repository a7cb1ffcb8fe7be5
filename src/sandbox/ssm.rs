//! The simulated parameters of Systems Manager.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::ssm::{Call, Reply};
use crate::cloud::{CallError, Ending};

use super::lagging::Shelf;
use super::moment::{Carried, Moment, read, refused, wrote};

/// How long a value of the standard tier may be, in bytes.
const VALUE_LENGTH: usize = 4096;
/// How many levels a name may have.
const LEVELS: usize = 15;

/// All parameters of the account, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ssm {
    shelf: Shelf<Parameter>,
}

/// A parameter as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Parameter {
    value: String,
    version: u64,
}

impl Ssm {
    /// Carries out one call.
    pub fn call(&mut self, call: &Call, at: &Moment) -> Carried<Reply> {
        match call {
            Call::GetParameter { parameter } => match self.shelf.seen(parameter, at.now) {
                Some(Parameter { value, version }) => {
                    read(Reply::Parameter { value: value.clone(), version: *version })
                }
                None => absent(parameter),
            },
            Call::PutParameter { parameter, value, overwrite } => {
                check(parameter, value)?;
                let found = self.shelf.truth(parameter);
                if found.is_some() && !overwrite {
                    let message = "The parameter already exists. To overwrite this value, set the \
                        overwrite option in the request to true.";
                    return refused(Ending::Exists, "ParameterAlreadyExists", message);
                }
                let version = found.map_or(0, |found| found.version) + 1;
                let changed = found.is_none_or(|found| found.value != *value);
                let new = Parameter { value: value.clone(), version };
                self.shelf.set(parameter, Some(new), at.now, at.visible);
                wrote(Reply::Version { version }, changed)
            }
            Call::DeleteParameter { parameter } => {
                if self.shelf.truth(parameter).is_none() {
                    return absent(parameter);
                }
                let changed = self.shelf.set(parameter, None, at.now, at.visible);
                wrote(Reply::Done {}, changed)
            }
        }
    }

    /// What a person could have set.
    pub fn state(&self) -> Value {
        let values = self.shelf.truths().map(|(name, parameter)| (name, &parameter.value));
        json!(values.collect::<BTreeMap<_, _>>())
    }
}

fn check(name: &str, value: &str) -> Result<(), CallError> {
    let inside = name.strip_prefix('/').unwrap_or(name);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let first = inside.to_ascii_lowercase();
    let message = if inside.is_empty() || !inside.chars().all(is_plain) {
        "Only a mix of letters, numbers and the following 4 symbols .-_/ are allowed"
    } else if inside.contains('/') && !name.starts_with('/') {
        "Parameter name must be a fully qualified name"
    } else if first.starts_with("aws") || first.starts_with("ssm") {
        "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive)"
    } else if inside.split('/').count() > LEVELS {
        let message = "A hierarchy can have a maximum of 15 levels";
        return Err(CallError::new(
            Ending::Refused,
            "HierarchyLevelLimitExceededException",
            message,
        ));
    } else if value.is_empty() {
        "Value must have length greater than or equal to 1"
    } else if value.len() > VALUE_LENGTH {
        "Standard tier parameters support a maximum parameter value of 4096 characters"
    } else {
        return Ok(());
    };
    Err(CallError::new(Ending::Refused, "ValidationException", message))
}

fn absent<R>(name: &str) -> Carried<R> {
    refused(Ending::Absent, "ParameterNotFound", format!("Parameter {name} not found."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::testing::Desk;

    fn name() -> String {
        "/sitelogix/prod/audio-bucket".to_owned()
    }

    fn put(parameter: &str, value: &str, overwrite: bool) -> Call {
        let (parameter, value) = (parameter.to_owned(), value.to_owned());
        Call::PutParameter { parameter, value, overwrite }
    }

    #[test]
    fn a_parameter_is_made_once_replaced_and_deleted() {
        let mut desk = Desk::empty();
        let get = || Call::GetParameter { parameter: name() };
        let absent = "Absent ParameterNotFound: Parameter /sitelogix/prod/audio-bucket not found.";
        assert_eq!(desk.bad(0.0, get()), absent);
        assert_eq!(desk.good(0.0, put(&name(), "old", false)), "{version:1}");
        assert_eq!(desk.bad(0.5, get()), absent, "not seen yet");
        assert_eq!(desk.good(3.0, get()), "{value:old,version:1}");
        let again = desk.bad(3.0, put(&name(), "new", false));
        assert!(again.starts_with("Exists ParameterAlreadyExists"), "{again}");
        assert_eq!(desk.good(3.0, put(&name(), "new", true)), "{version:2}");
        assert_eq!(desk.good(3.5, get()), "{value:old,version:1}", "an old answer");
        assert_eq!(desk.good(6.0, get()), "{value:new,version:2}");
        assert_eq!(desk.good(6.0, put(&name(), "new", true)), "{version:3}");
        desk.good(9.0, Call::DeleteParameter { parameter: name() });
        let twice = desk.bad(9.0, Call::DeleteParameter { parameter: name() });
        assert_eq!(twice, absent);
        assert_eq!(desk.bad(12.0, get()), absent);
        let changed: Vec<_> = desk.world.ledger().iter().map(|entry| entry.change).collect();
        assert_eq!(changed, [true, true, false, true]);
        assert_eq!(desk.world.state()["ssm"], json!({}));
    }

    #[test]
    fn what_cannot_be_a_parameter_is_refused() {
        let mut desk = Desk::empty();
        let deep = "/a".repeat(16);
        for (name, value, said) in [
            ("a b", "x", "Refused ValidationException: Only a mix"),
            ("", "x", "Refused ValidationException: Only a mix"),
            ("a/b", "x", "Refused ValidationException: Parameter name must be"),
            ("/aws/b", "x", "Refused ValidationException: Parameter name: can't"),
            (deep.as_str(), "x", "Refused HierarchyLevelLimitExceededException"),
            ("/a", "", "Refused ValidationException: Value must"),
        ] {
            let refused = desk.bad(0.0, put(name, value, false));
            assert!(refused.starts_with(said), "{refused}");
        }
        let long = "x".repeat(4097);
        assert!(desk.bad(0.0, put("/a", &long, true)).contains("4096 characters"));
        assert!(desk.world.ledger().is_empty());
    }
}
