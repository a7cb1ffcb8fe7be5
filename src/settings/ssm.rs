//! `ssm.parameter`: a name under which an application finds something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::presence::Presence;
use super::seen::{reply, strange};
use super::{Breach, Change, Kind, Property, Target, Unread};
use crate::cloud::ssm::{Call, DELETE_PARAMETER, PUT_PARAMETER, Reply};
use crate::cloud::{self, Danger, Operation, Outcome};
use crate::text;

/// `ssm.parameter`
pub(super) struct Parameter;

/// A parameter that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pointer {
    /// Where it points: the name of a bucket, of a table, ...
    pub value: String,
}

/// The longest name that AWS takes, with the ARN before it.
const NAME_LENGTH: usize = 1011;
/// How many levels a name may have.
const LEVELS: usize = 15;
/// How long a value of the standard tier may be, in bytes.
const VALUE_LENGTH: usize = 4096;

fn call(call: Call) -> Vec<cloud::Call> {
    vec![cloud::Call::Ssm(call)]
}

impl Property for Parameter {
    type Value = Presence<Pointer>;

    const ID: &'static str = "ssm.parameter";
    const KIND: Kind = Kind::Parameter;
    const TITLE: &'static str = "Pointer";
    const HELP: &'static str = "The value of a parameter of Systems Manager, or `\"absent\"`: a \
        name under which an application finds the bucket or table that it is to use. Only the type \
        `String`: a secret is not read and not written. An application sees the new value when it \
        asks the next time.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html";
    const EXAMPLE: &'static str = "{ value = \"sitelogix-audio-files-prod\" }";
    const WRITES: &'static [&'static Operation] = &[&DELETE_PARAMETER, &PUT_PARAMETER];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::GetParameter { parameter: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Presence<Pointer>, Unread> {
        match reply(seen, 0) {
            Ok(cloud::Reply::Ssm(Reply::Parameter { value, .. })) => {
                Ok(Presence::Present(Pointer { value: value.clone() }))
            }
            Ok(other) => Err(strange(other)),
            Err(Unread::Absent) => Ok(Presence::Absent),
            Err(why) => Err(why),
        }
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &Presence<Pointer>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = Self::decode(on, seen).map_err(|why| {
            let why = format!("the parameter could not be read: {why}");
            Breach::unfit(why, "try again when it can be read")
        })?;
        let parameter = on.name.clone();
        Ok(match (now, to) {
            (now, to) if now == *to => Vec::new(),
            (_, Presence::Absent) => call(Call::DeleteParameter { parameter }),
            // What somebody else makes in between is not written over.
            (now, Presence::Present(Pointer { value })) => call(Call::PutParameter {
                parameter,
                value: value.clone(),
                overwrite: now.present().is_some(),
            }),
        })
    }

    fn change(from: &Presence<Pointer>, to: &Presence<Pointer>) -> Change {
        match (from, to) {
            (Presence::Present(from), Presence::Present(to)) if from != to => Change::because(
                Danger::Change,
                format!(
                    "Whatever asks for it the next time is told {} instead of {}.",
                    text::visible(&to.value),
                    text::visible(&from.value)
                ),
            ),
            (Presence::Present(_), Presence::Absent) => Change::because(
                Danger::Change,
                "Whatever asks for it the next time is told that there is none. Its former \
                 versions go with it.",
            ),
            (Presence::Absent | Presence::Present(_), _) => Change::exact(),
        }
    }

    fn lint(on: &Target, to: &Presence<Pointer>) -> Vec<Breach> {
        let Some(Pointer { value }) = to.present() else { return Vec::new() };
        let mut breaches: Vec<_> = unfit_name(&on.name).into_iter().collect();
        if value.is_empty() || value.len() > VALUE_LENGTH {
            let why =
                format!("a value has 1 to {VALUE_LENGTH} bytes, and this one {}", value.len());
            breaches.push(Breach::unfit(why, "give a name, not a document"));
        }
        if value.chars().any(text::is_hidden) {
            let why =
                format!("the value `{}` holds characters that nobody sees", text::visible(value));
            breaches.push(Breach::unfit(why, "type it again instead of pasting it"));
        }
        breaches
    }

    fn creates(to: &Presence<Pointer>) -> bool {
        to.present().is_some()
    }
}

fn unfit_name(name: &str) -> Option<Breach> {
    let parts: Vec<_> = name.strip_prefix('/').unwrap_or(name).split('/').collect();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_name = parts.iter().all(|part| !part.is_empty() && part.chars().all(is_plain))
        && (parts.len() == 1 || name.starts_with('/'));
    let first = parts.first().map(|part| part.to_ascii_lowercase()).unwrap_or_default();
    let shown = text::visible(name);
    if !is_name {
        let fix = "use letters, digits, `.`, `-` and `_`, with a slash before each level: \
            `/sitelogix/prod/audio-bucket`";
        return Some(Breach::unfit(format!("`{shown}` is no name for a parameter"), fix));
    }
    if first.starts_with("aws") || first.starts_with("ssm") {
        let why = format!("`{shown}` begins with a word that AWS keeps for itself");
        return Some(Breach::unfit(why, "begin with the name of the system"));
    }
    let too_much = parts.len() > LEVELS || name.len() > NAME_LENGTH;
    let why = || format!("a parameter has at most {LEVELS} levels and {NAME_LENGTH} characters");
    too_much.then(|| Breach::unfit(why(), "use a shorter name"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{Answer, CallError, Ending, Place};

    const NAME: &str = "/sitelogix/prod/audio-bucket";

    fn on(name: &str) -> Target {
        Target { place: Place::new("500313280221", "us-east-1"), name: name.to_owned() }
    }

    fn pointer(value: &str) -> Presence<Pointer> {
        Presence::Present(Pointer { value: value.to_owned() })
    }

    fn seen(value: &Presence<Pointer>) -> Vec<Outcome> {
        let Some(Pointer { value }) = value.present().cloned() else {
            return vec![Err(CallError::new(Ending::Absent, "ParameterNotFound", "none"))];
        };
        let reply = cloud::Reply::Ssm(Reply::Parameter { value, version: 3 });
        vec![Ok(Answer { reply, request_id: None })]
    }

    fn put(value: &str, overwrite: bool) -> Vec<cloud::Call> {
        let (parameter, value) = (NAME.to_owned(), value.to_owned());
        call(Call::PutParameter { parameter, value, overwrite })
    }

    #[test]
    fn from_every_state_to_every_other() {
        let delete = call(Call::DeleteParameter { parameter: NAME.to_owned() });
        for (from, to, expected) in [
            (Presence::Absent, Presence::Absent, vec![]),
            (Presence::Absent, pointer("old"), put("old", false)),
            (pointer("old"), pointer("new"), put("new", true)),
            (pointer("old"), pointer("old"), vec![]),
            (pointer("old"), Presence::Absent, delete),
        ] {
            assert_eq!(Parameter::decode(&on(NAME), &seen(&from)).as_ref(), Ok(&from));
            assert_eq!(Parameter::is_met(&from, &to), from == to);
            let written = Parameter::write(&on(NAME), &seen(&from), &to).unwrap();
            assert!(written.iter().all(|call| Parameter::WRITES.contains(&call.operation())));
            assert_eq!(written, expected, "{from:?} {to:?}");
            assert_eq!(Parameter::change(&from, &to).danger, Danger::Change);
        }
        let why = Parameter::change(&pointer("old"), &pointer("new")).why.unwrap();
        assert!(why.contains("new instead of old"), "{why}");
        let denied = [Err(CallError::new(Ending::Denied, "AccessDenied", "no"))];
        assert!(Parameter::write(&on(NAME), &denied, &pointer("x")).is_err());
        assert!(matches!(Parameter::decode(&on(NAME), &denied), Err(Unread::Failed(_))));
    }

    #[test]
    fn names_and_values() {
        let lint = |name: &str, value: &str| Parameter::lint(&on(name), &pointer(value)).len();
        let deep = "/a".repeat(16);
        for (name, value, breaches) in [
            (NAME, "sitelogix-audio-files-prod-v2", 0),
            ("plain", "x", 0),
            ("a/b", "x", 1),
            ("/a//b", "x", 1),
            ("/a b", "x", 1),
            ("", "x", 1),
            ("/aws/x", "x", 1),
            ("/SSM/x", "x", 1),
            (deep.as_str(), "x", 1),
            (NAME, "", 1),
            (NAME, "new\u{202e}bucket", 1),
        ] {
            assert_eq!(lint(name, value), breaches, "{name} {value:?}");
        }
        assert_eq!(lint(NAME, &"x".repeat(4097)), 1);
        assert_eq!(Parameter::lint(&on("a b"), &Presence::Absent), []);
    }
}
