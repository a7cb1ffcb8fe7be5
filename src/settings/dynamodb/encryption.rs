//! `dynamodb.table.encryption`: which key a table is encrypted with.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::{Breach, Change, Kind, Property, Target, Unread};
use super::{describe, is_changing, table, table_id, update};
use crate::cloud::dynamodb::{EncryptionKey, EncryptionStatus, TableChange, UPDATE_TABLE};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `dynamodb.table.encryption`
pub(in crate::settings) struct Encryption;

/// The key that a table is encrypted with, as one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::settings) enum Key {
    /// One that DynamoDB owns.
    AwsOwned,
    /// Any KMS key. Set, it is the one of the account that AWS manages.
    Kms,
    /// The KMS key with this ARN.
    Arn(String),
    /// Only read: on its way to another.
    Changing,
}

const AWS_OWNED: &str = "AWS_OWNED";
const KMS: &str = "KMS";
const CHANGING: &str = "CHANGING";

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::AwsOwned => AWS_OWNED,
            Self::Kms => KMS,
            Self::Changing => CHANGING,
            Self::Arn(arn) => arn,
        })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match text.as_str() {
            AWS_OWNED => Self::AwsOwned,
            KMS => Self::Kms,
            CHANGING => Self::Changing,
            _ => Self::Arn(text),
        })
    }
}

impl JsonSchema for Key {
    fn schema_name() -> Cow<'static, str> {
        "TableKey".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let words = [AWS_OWNED, KMS, CHANGING];
        json_schema!({
            "description": "AWS_OWNED, KMS, or the ARN of a KMS key. CHANGING is only read.",
            "anyOf": [{ "enum": words }, { "type": "string", "pattern": "^arn:[^:]+:kms:" }],
        })
    }
}

impl Property for Encryption {
    type Value = Key;

    const ID: &'static str = "dynamodb.table.encryption";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Encryption";
    const HELP: &'static str = "Which key the table is encrypted with: one that DynamoDB owns \
        (AWS_OWNED), the key of the account that AWS manages (KMS; any other KMS key meets it too), \
        or a customer managed key by its ARN. The KMS keys cost money, and whoever uses the table \
        needs them. AWS takes four changes in 24 hours, and none beside another change (D18); \
        meanwhile it reads as CHANGING.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSESpecification.html";
    const EXAMPLE: &'static str = "\"KMS\"";
    const WRITES: &'static [&'static Operation] = &[&UPDATE_TABLE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        describe(on)
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Key, Unread> {
        let Some(found) = &table(seen)?.encryption else { return Ok(Key::AwsOwned) };
        match (found.status, &found.key_arn) {
            (EncryptionStatus::Disabled, _) => Ok(Key::AwsOwned),
            (EncryptionStatus::Enabled, Some(arn)) => Ok(Key::Arn(arn.clone())),
            (EncryptionStatus::Enabled, None) => {
                Err(Unread::Strange("encrypted with a KMS key, and with none".to_owned()))
            }
            (
                EncryptionStatus::Enabling
                | EncryptionStatus::Disabling
                | EncryptionStatus::Updating,
                _,
            ) => Ok(Key::Changing),
        }
    }

    fn is_met(value: &Key, wanted: &Key) -> bool {
        value == wanted || matches!((value, wanted), (Key::Arn(_), Key::Kms))
    }

    fn write(on: &Target, seen: &[Outcome], to: &Key) -> Result<Vec<cloud::Call>, Breach> {
        if Self::decode(on, seen).is_ok_and(|now| now == Key::Changing) {
            return Err(Breach::refuse(
                "D18",
                "the table is being encrypted with another key now",
                "wait until that is done, then plan again",
            ));
        }
        let key = match to {
            Key::AwsOwned => EncryptionKey::AwsOwned,
            Key::Kms => EncryptionKey::AwsManaged,
            Key::Arn(arn) => EncryptionKey::Customer(arn.clone()),
            Key::Changing => return Err(only_read()),
        };
        Ok(update(on, TableChange::Encryption(key)))
    }

    fn change(from: &Key, to: &Key) -> Change {
        if Self::is_met(from, to) {
            return Change::exact();
        }
        match to {
            Key::Arn(arn) => Change::because(
                Danger::Change,
                format!(
                    "Whoever may not use the key {arn} cannot read the table any more; without the \
                     key its data is lost."
                ),
            ),
            Key::AwsOwned | Key::Kms | Key::Changing => Change::because(
                Danger::Change,
                "AWS takes four changes of the key in 24 hours: this one counts, and so does the \
                 way back.",
            ),
        }
    }

    fn lint(on: &Target, to: &Key) -> Vec<Breach> {
        let breach = match to {
            Key::AwsOwned | Key::Kms => return Vec::new(),
            Key::Arn(arn) if is_key_of(on, arn) => return Vec::new(),
            Key::Arn(arn) => Breach::unfit(
                format!("`{arn}` is not the ARN of a KMS key in {}", on.place.region),
                "give AWS_OWNED, KMS, or the ARN of a key, not its id and no alias: AWS answers \
                 with the ARN, and encrypts anew whenever it is given another name",
            ),
            Key::Changing => only_read(),
        };
        vec![breach]
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        let key = table(seen).ok().and_then(|table| table.encryption.as_ref());
        let at_it = key.is_some_and(|key| match key.status {
            EncryptionStatus::Enabling
            | EncryptionStatus::Disabling
            | EncryptionStatus::Updating => true,
            EncryptionStatus::Enabled | EncryptionStatus::Disabled => false,
        });
        at_it || is_changing(seen)
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        table_id(seen)
    }
}

fn only_read() -> Breach {
    Breach::unfit(
        "CHANGING is a state in between, which only AWS sets",
        "give AWS_OWNED, KMS, or the ARN of a key",
    )
}

/// A key of any account, in the table's Region.
fn is_key_of(on: &Target, arn: &str) -> bool {
    let mut parts = arn.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (word, _, service, region, account, key) = (next(), next(), next(), next(), next(), next());
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_key = key.strip_prefix("key/").is_some_and(|id| !id.is_empty() && !id.contains('/'));
    (word, service, region) == ("arn", "kms", on.place.region.as_str()) && is_account && is_key
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::Undo;
    use super::super::testing::{on, setting, table, with};
    use super::*;

    const ARN: &str = "arn:aws:kms:us-east-1:500313280221:key/1111";
    const OTHER: &str = "arn:aws:kms:us-east-1:500313280221:key/2222";

    fn encrypted(status: EncryptionStatus, key: &str) -> [Outcome; 1] {
        let key_arn = Some(key.to_owned());
        [table(|table| {
            table.encryption = Some(cloud::dynamodb::Encryption { status, key_arn });
        })]
    }

    fn to(key: EncryptionKey) -> Vec<cloud::Call> {
        with(TableChange::Encryption(key))
    }

    #[test]
    fn any_kms_key_meets_kms_and_only_that_key_its_arn() {
        let setting = setting("dynamodb.table.encryption");
        let plain = [table(|_| {})];
        let value = setting.decode(&on(), &plain).unwrap();
        assert_eq!(value, json!("AWS_OWNED"));
        assert!(!setting.is_met(&value, &json!("KMS")));
        let value = setting.decode(&on(), &encrypted(EncryptionStatus::Enabled, ARN)).unwrap();
        assert!(setting.is_met(&value, &json!("KMS")) && setting.is_met(&value, &json!(ARN)));
        assert!(!setting.is_met(&value, &json!(OTHER)));
        assert!(!setting.is_met(&value, &json!("AWS_OWNED")));
    }

    #[test]
    fn it_is_not_met_while_aws_is_at_it() {
        let setting = setting("dynamodb.table.encryption");
        for status in
            [EncryptionStatus::Updating, EncryptionStatus::Enabling, EncryptionStatus::Disabling]
        {
            let seen = encrypted(status, ARN);
            let value = setting.decode(&on(), &seen).unwrap();
            assert_eq!(value, json!("CHANGING"));
            assert!(!setting.is_met(&value, &json!("KMS")));
            assert!(setting.is_busy(&seen));
            let breach = setting.write(&on(), &seen, &json!(ARN)).unwrap_err();
            assert_eq!(breach.fact.as_deref(), Some("D18"));
        }
        assert!(!setting.is_busy(&encrypted(EncryptionStatus::Enabled, ARN)));
    }

    #[test]
    fn it_goes_to_each_kind_of_key_and_back_to_the_very_one() {
        let setting = setting("dynamodb.table.encryption");
        let plain = [table(|_| {})];
        let write = |value| setting.write(&on(), &plain, &value).unwrap();
        assert_eq!(write(json!("KMS")), to(EncryptionKey::AwsManaged));
        assert_eq!(write(json!(ARN)), to(EncryptionKey::Customer(ARN.to_owned())));
        let now = encrypted(EncryptionStatus::Enabled, OTHER);
        let (before, after) = (json!(ARN), json!(OTHER));
        let undo = Undo { before: &before, after: &after };
        let back = setting.undo(&on(), &now, &undo).unwrap();
        assert_eq!(back, to(EncryptionKey::Customer(ARN.to_owned())));
        let (before, after) = (json!("AWS_OWNED"), json!("KMS"));
        let undo = Undo { before: &before, after: &after };
        assert_eq!(setting.undo(&on(), &now, &undo).unwrap(), to(EncryptionKey::AwsOwned));
        assert!(setting.is_undone(&on(), &plain, &undo));
    }

    #[test]
    fn a_key_is_given_by_its_arn_in_the_same_region() {
        let setting = setting("dynamodb.table.encryption");
        let whys = |value: &str| setting.lint(&on(), &json!(value)).len();
        let theirs = "arn:aws:kms:us-east-1:111122223333:key/1";
        for good in ["AWS_OWNED", "KMS", ARN, theirs] {
            assert_eq!(whys(good), 0, "{good}");
        }
        for bad in [
            "alias/mine",
            "1111",
            "CHANGING",
            "arn:aws:kms:eu-west-1:500313280221:key/1",
            "arn:aws:kms:us-east-1:500313280221:alias/mine",
        ] {
            assert_eq!(whys(bad), 1, "{bad}");
        }
    }
}
