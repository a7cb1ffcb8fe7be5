//! `backup.vault`: whether a vault is there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::presence::Presence;
use super::super::{Breach, Change, Kind, Property, Target, Unread};
use super::{call, unfit_vault, unreadable, vault};
use crate::cloud::backup::{CREATE_BACKUP_VAULT, Call, DELETE_BACKUP_VAULT};
use crate::cloud::{self, Danger, Operation, Outcome};
use crate::text;

/// `backup.vault`
pub(in crate::settings) struct Existence;

/// A vault that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Spec {
    /// ARN of the KMS key that encrypts what is in it. In a book, AWS's own key for AWS Backup
    /// when left out, and any key will do for a vault that is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_key: Option<String>,
}

impl Property for Existence {
    type Value = Presence<Spec>;

    const ID: &'static str = "backup.vault";
    const KIND: Kind = Kind::Vault;
    const TITLE: &'static str = "Backup vault";
    const HELP: &'static str = "Whether the vault is there. Its key is chosen once: it cannot be \
        changed. Only a vault without recovery points can be deleted. Its name has 2 to 50 \
        letters, digits, hyphens and underscores.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html";
    const EXAMPLE: &'static str = "{}";
    const WRITES: &'static [&'static Operation] = &[&CREATE_BACKUP_VAULT, &DELETE_BACKUP_VAULT];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::FindVault { vault: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Presence<Spec>, Unread> {
        Ok(vault(seen, 0)?.map_or(Presence::Absent, |vault| {
            Presence::Present(Spec { encryption_key: vault.encryption_key.clone() })
        }))
    }

    fn is_met(value: &Presence<Spec>, wanted: &Presence<Spec>) -> bool {
        match (value, wanted) {
            (Presence::Absent, Presence::Absent) => true,
            (Presence::Present(value), Presence::Present(wanted)) => {
                wanted.encryption_key.is_none() || wanted == value
            }
            (Presence::Absent, Presence::Present(_)) | (Presence::Present(_), Presence::Absent) => {
                false
            }
        }
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &Presence<Spec>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let name = on.name.clone();
        let now = vault(seen, 0).map_err(|why| unreadable("backup vault", &why))?;
        match (now, to) {
            (None, Presence::Absent) => Ok(Vec::new()),
            (None, Presence::Present(Spec { encryption_key })) => {
                let encryption_key = encryption_key.clone();
                Ok(call(Call::CreateBackupVault { vault: name, encryption_key }))
            }
            (Some(now), Presence::Absent) if now.recovery_points > 0 => {
                let count = now.recovery_points;
                Err(Breach::unfit(
                    format!(
                        "the vault holds {count} recovery points, and AWS deletes only an empty one"
                    ),
                    "leave it: it costs what is in it, and its recovery points end by themselves \
                     when their plan says so",
                ))
            }
            (Some(_), Presence::Absent) => Ok(call(Call::DeleteBackupVault { vault: name })),
            (Some(now), Presence::Present(Spec { encryption_key: Some(key) }))
                if now.encryption_key.as_ref() != Some(key) =>
            {
                let present = now.encryption_key.as_deref().unwrap_or("none");
                Err(Breach::unfit(
                    format!("the vault has another key ({present}), and AWS never changes it"),
                    "make a vault of another name with this key",
                ))
            }
            (Some(_), Presence::Present(_)) => Ok(Vec::new()),
        }
    }

    fn change(from: &Presence<Spec>, to: &Presence<Spec>) -> Change {
        match (from, to) {
            (Presence::Absent, Presence::Present(_)) => Change::because(
                Danger::Change,
                "Undo deletes the vault while it holds no recovery points.",
            ),
            (Presence::Present(_), Presence::Absent) => Change::because(
                Danger::Destroy,
                "The lock, the access policy and the notifications of the vault go with it.",
            ),
            (Presence::Absent, Presence::Absent) | (Presence::Present(_), Presence::Present(_)) => {
                Change::exact()
            }
        }
    }

    fn lint(on: &Target, to: &Presence<Spec>) -> Vec<Breach> {
        let Some(to) = to.present() else { return Vec::new() };
        let unfit_key = to.encryption_key.as_deref().filter(|key| !is_key(key)).map(|key| {
            let why = format!("`{}` is not the ARN of a KMS key", text::visible(key));
            Breach::unfit(why, "give the whole ARN: `arn:aws:kms:REGION:ACCOUNT:key/ID`")
        });
        unfit_vault(&on.name).into_iter().chain(unfit_key).collect()
    }

    fn creates(to: &Presence<Spec>) -> bool {
        to.present().is_some()
    }
}

fn is_key(arn: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", _, "kms", _, _, key] if key.starts_with("key/"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{absent, failed, on, said, vault_of};
    use super::*;
    use crate::cloud::Ending;
    use crate::cloud::backup::{Reply, Vault};

    const KEY: &str = "arn:aws:kms:us-east-1:500313280221:key/1";
    const OTHER: &str = "arn:aws:kms:us-east-1:500313280221:key/2";

    fn there(key: Option<&str>) -> Presence<Spec> {
        Presence::Present(Spec { encryption_key: key.map(str::to_owned) })
    }

    fn seen(key: &str, recovery_points: u64) -> Vec<Outcome> {
        let encryption_key = Some(key.to_owned());
        vec![said(Reply::Vault(Vault { encryption_key, recovery_points, ..vault_of("v") }))]
    }

    #[test]
    fn from_every_state_to_every_other() {
        let on = on("v-1");
        let create = |key: Option<&str>| {
            let encryption_key = key.map(str::to_owned);
            call(Call::CreateBackupVault { vault: "v-1".to_owned(), encryption_key })
        };
        let delete = call(Call::DeleteBackupVault { vault: "v-1".to_owned() });
        let nobody = || vec![absent()];
        for (seen, to, is_met, expected) in [
            (nobody(), Presence::Absent, true, Some(vec![])),
            (nobody(), there(None), false, Some(create(None))),
            (nobody(), there(Some(KEY)), false, Some(create(Some(KEY)))),
            (seen(KEY, 0), there(None), true, Some(vec![])),
            (seen(KEY, 9), there(Some(KEY)), true, Some(vec![])),
            (seen(KEY, 0), there(Some(OTHER)), false, None),
            (seen(KEY, 0), Presence::Absent, false, Some(delete)),
            (seen(KEY, 1), Presence::Absent, false, None),
        ] {
            let value = Existence::decode(&on, &seen).unwrap();
            assert_eq!(Existence::is_met(&value, &to), is_met, "{value:?} {to:?}");
            let written = Existence::write(&on, &seen, &to);
            let sent = written.iter().flatten().all(|c| Existence::WRITES.contains(&c.operation()));
            assert!(sent, "{value:?} {to:?}");
            assert_eq!(written.ok(), expected, "{value:?} {to:?}");
        }
        let denied = [failed(Ending::Denied)];
        assert!(matches!(Existence::decode(&on, &denied), Err(Unread::Failed(_))));
        assert!(Existence::write(&on, &denied, &there(None)).is_err());
        assert!(matches!(Existence::decode(&on, &[said(Reply::Done {})]), Err(Unread::Strange(_))));
    }

    #[test]
    fn a_vault_that_holds_something_is_not_deleted() {
        let refused = Existence::write(&on("v-1"), &seen(KEY, 35), &Presence::Absent).unwrap_err();
        assert!(refused.why.contains("35 recovery points"), "{refused}");
    }

    #[test]
    fn dangers_names_and_keys() {
        assert_eq!(Existence::change(&Presence::Absent, &there(None)).danger, Danger::Change);
        assert_eq!(Existence::change(&there(None), &Presence::Absent).danger, Danger::Destroy);
        let long = "v".repeat(51);
        for bad in ["v", "a vault", "v.1", long.as_str()] {
            assert_eq!(Existence::lint(&on(bad), &there(None)).len(), 1, "{bad}");
            assert_eq!(Existence::lint(&on(bad), &Presence::Absent), []);
        }
        assert_eq!(Existence::lint(&on("SiteLogix-Backup_Vault"), &there(Some(KEY))), []);
        assert_eq!(Existence::lint(&on("vault"), &there(Some("alias/backup"))).len(), 1);
        assert!(Existence::creates(&there(None)) && !Existence::creates(&Presence::Absent));
    }
}
