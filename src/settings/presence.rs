//! A thing that may not be there: in a book the word `"absent"`, or the thing itself.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Absent, or present as described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Presence<T> {
    /// It is not there.
    Absent,
    /// It is there.
    Present(T),
}

const ABSENT: &str = "absent";

impl<T> Presence<T> {
    /// The description, when it is there.
    pub(super) const fn present(&self) -> Option<&T> {
        match self {
            Self::Absent => None,
            Self::Present(thing) => Some(thing),
        }
    }
}

impl<T: Serialize> Serialize for Presence<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_str(ABSENT),
            Self::Present(thing) => thing.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Presence<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(word) if word == ABSENT => Ok(Self::Absent),
            value => T::deserialize(value).map(Self::Present).map_err(D::Error::custom),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Presence<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("PresenceOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let thing = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [{ "const": ABSENT }, thing] })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        size: u32,
    }

    #[test]
    fn a_word_or_the_thing_and_the_error_names_the_field() {
        let read = |value: Value| serde_json::from_value::<Presence<Thing>>(value);
        assert_eq!(read(json!("absent")).unwrap(), Presence::Absent);
        assert_eq!(read(json!({ "size": 3 })).unwrap(), Presence::Present(Thing { size: 3 }));
        let error = read(json!({ "sise": 3 })).unwrap_err().to_string();
        assert_eq!(error, "unknown field `sise`, expected `size`");
        assert_eq!(serde_json::to_value(Presence::<Thing>::Absent).unwrap(), json!("absent"));
    }
}
