//! `backup.vault.lock`: how long the recovery points of a vault are kept, whoever asks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::presence::Presence;
use super::super::{Breach, Change, Kind, Property, Target, Undo, Unread};
use super::{call, unreadable, vault};
use crate::cloud::backup::{Call, DELETE_VAULT_LOCK, PUT_VAULT_LOCK, VaultLock};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `backup.vault.lock`
pub(in crate::settings) struct Lock;

/// A lock that is on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Locked {
    /// The shortest retention that a job may ask for, in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_retention_days: Option<u32>,
    /// The longest retention that a job may ask for, in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_retention_days: Option<u32>,
    /// In a book: after how many days nobody can change the lock any more. When left out, whoever
    /// may can always remove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changeable_for_days: Option<u32>,
    /// As it is read: from when on nobody can change the lock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_date: Option<String>,
}

/// How long AWS lets everybody think, in days.
const COOLING_OFF: u32 = 3;
/// The longest retention that AWS takes, in days.
const LONGEST: u32 = 36_500;

impl Locked {
    const fn bounds(&self) -> VaultLock {
        let Self { min_retention_days, max_retention_days, .. } = *self;
        VaultLock { min_retention_days, max_retention_days }
    }

    fn put(&self, on: &Target) -> Vec<cloud::Call> {
        let (lock, changeable_for_days) = (self.bounds(), self.changeable_for_days);
        call(Call::PutVaultLock { vault: on.name.clone(), lock, changeable_for_days })
    }
}

impl Property for Lock {
    type Value = Presence<Locked>;

    const ID: &'static str = "backup.vault.lock";
    const KIND: Kind = Kind::Vault;
    const TITLE: &'static str = "Vault lock";
    const HELP: &'static str = "Whether recovery points of the vault are kept from being deleted, \
        and the bounds of their retention: jobs outside of them fail, they are not clamped (B13). \
        With `changeable_for_days` (3 or more) the lock becomes final after these days: nobody can \
        remove it then, not even AWS. Without it, whoever may can remove it at any time.";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/aws-backup/latest/devguide/\
        API_PutBackupVaultLockConfiguration.html";
    const EXAMPLE: &'static str = "{ min_retention_days = 7, max_retention_days = 365 }";
    const WRITES: &'static [&'static Operation] = &[&DELETE_VAULT_LOCK, &PUT_VAULT_LOCK];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::FindVault { vault: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Presence<Locked>, Unread> {
        let vault = vault(seen, 0)?.ok_or(Unread::Absent)?;
        Ok(vault.lock.map_or(Presence::Absent, |lock| {
            Presence::Present(Locked {
                min_retention_days: lock.min_retention_days,
                max_retention_days: lock.max_retention_days,
                changeable_for_days: None,
                lock_date: vault.lock_date.map(|date| date.to_string()),
            })
        }))
    }

    /// A lock with a date is met by a lock with a date, whichever: it was asked for once.
    fn is_met(value: &Presence<Locked>, wanted: &Presence<Locked>) -> bool {
        match (value, wanted) {
            (Presence::Absent, Presence::Absent) => true,
            (Presence::Present(value), Presence::Present(wanted)) => {
                value.bounds() == wanted.bounds()
                    && (wanted.changeable_for_days.is_none() || value.lock_date.is_some())
            }
            (Presence::Absent, Presence::Present(_)) | (Presence::Present(_), Presence::Absent) => {
                false
            }
        }
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &Presence<Locked>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = Self::decode(on, seen).map_err(|why| unreadable("backup vault", &why))?;
        match (now, to) {
            (Presence::Absent, Presence::Absent) => Ok(Vec::new()),
            (Presence::Present(_), Presence::Absent) => {
                Ok(call(Call::DeleteVaultLock { vault: on.name.clone() }))
            }
            (Presence::Present(now), Presence::Present(to))
                if now.lock_date.is_some() && to.changeable_for_days.is_none() =>
            {
                let date = now.lock_date.unwrap_or_default();
                Err(Breach::refuse(
                    "B13",
                    format!("the lock becomes final on {date}, and is written as a whole"),
                    "say `changeable_for_days` again, or remove the lock first",
                ))
            }
            (Presence::Absent | Presence::Present(_), Presence::Present(to)) => Ok(to.put(on)),
        }
    }

    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Presence<Locked>>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        // It went with the vault.
        if vault(seen, 0) == Ok(None) {
            return Ok(Vec::new());
        }
        let now = Self::decode(on, seen).map_err(|why| unreadable("backup vault", &why))?;
        match undo.before {
            before if *before == now => Ok(Vec::new()),
            Presence::Absent => Ok(call(Call::DeleteVaultLock { vault: on.name.clone() })),
            Presence::Present(before) => match &before.lock_date {
                None => Ok(before.put(on)),
                Some(date) => Err(Breach::refuse(
                    "B13",
                    format!("the former lock became final on {date}, and AWS takes no date"),
                    "write it with the `changeable_for_days` that are left until then",
                )),
            },
        }
    }

    fn change(from: &Presence<Locked>, to: &Presence<Locked>) -> Change {
        match (from, to) {
            (from, to) if Self::is_met(from, to) => Change::exact(),
            (_, Presence::Present(Locked { changeable_for_days: Some(days), .. })) => {
                Change::because(
                    Danger::Irreversible,
                    format!(
                        "In {days} days the lock becomes final: nobody, not even AWS, can remove \
                         it then, shorten a retention, or delete a recovery point before its time \
                         (B13)."
                    ),
                )
            }
            (_, Presence::Present(_)) => Change::because(
                Danger::Change,
                "Backup and copy jobs that ask for another retention fail from now on; what is in \
                 the vault stays as it is (B13).",
            ),
            (_, Presence::Absent) => Change::because(
                Danger::Change,
                "Recovery points can be deleted by whoever may, meanwhile.",
            ),
        }
    }

    fn lint(_on: &Target, to: &Presence<Locked>) -> Vec<Breach> {
        let Some(to) = to.present() else { return Vec::new() };
        let mut breaches = Vec::new();
        if to.lock_date.is_some() {
            let why = "`lock_date` is only read: AWS computes it";
            breaches.push(Breach::unfit(why, "give `changeable_for_days`"));
        }
        if to.changeable_for_days.is_some_and(|days| days < COOLING_OFF) {
            breaches.push(Breach::refuse(
                "B13",
                "a lock stays changeable for 3 days at least: AWS lets everybody think for 72 hours",
                "give `changeable_for_days` of 3 or more, or leave it out",
            ));
        }
        let bounds = [to.min_retention_days, to.max_retention_days];
        if bounds.iter().flatten().any(|days| !(1..=LONGEST).contains(days)) {
            let why = "a retention is 1 to 36500 days";
            breaches.push(Breach::refuse("B13", why, "give other days"));
        }
        if let [Some(min), Some(max)] = bounds
            && min > max
        {
            let why = format!("the shortest retention ({min}) is longer than the longest ({max})");
            breaches.push(Breach::refuse("B13", why, "exchange them"));
        }
        breaches
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{absent, on, said, vault_of};
    use super::*;
    use crate::cloud::backup::{Reply, Vault};

    const DATE: &str = "2026-12-01T00:00:00Z";

    fn lock(min: u32, days: Option<u32>) -> Presence<Locked> {
        Presence::Present(Locked {
            min_retention_days: Some(min),
            changeable_for_days: days,
            ..Locked::default()
        })
    }

    fn dated(min: u32) -> Presence<Locked> {
        let Presence::Present(lock) = lock(min, None) else { unreachable!() };
        Presence::Present(Locked { lock_date: Some(DATE.to_owned()), ..lock })
    }

    fn seen(value: &Presence<Locked>) -> Vec<Outcome> {
        let (lock, lock_date) = match value {
            Presence::Absent => (None, None),
            Presence::Present(lock) => {
                (Some(lock.bounds()), lock.lock_date.as_ref().map(|date| date.parse().unwrap()))
            }
        };
        vec![said(Reply::Vault(Vault { lock, lock_date, ..vault_of("v") }))]
    }

    fn put(min: u32, changeable_for_days: Option<u32>) -> Vec<cloud::Call> {
        let lock = VaultLock { min_retention_days: Some(min), max_retention_days: None };
        call(Call::PutVaultLock { vault: "v".to_owned(), lock, changeable_for_days })
    }

    fn delete() -> Vec<cloud::Call> {
        call(Call::DeleteVaultLock { vault: "v".to_owned() })
    }

    #[test]
    fn from_every_state_to_every_other() {
        for (from, to, is_met, expected, danger) in [
            (Presence::Absent, Presence::Absent, true, Some(vec![]), Danger::Change),
            (Presence::Absent, lock(7, None), false, Some(put(7, None)), Danger::Change),
            (
                Presence::Absent,
                lock(7, Some(3)),
                false,
                Some(put(7, Some(3))),
                Danger::Irreversible,
            ),
            (lock(7, None), lock(9, None), false, Some(put(9, None)), Danger::Change),
            (lock(7, None), lock(7, Some(3)), false, Some(put(7, Some(3))), Danger::Irreversible),
            (lock(7, None), Presence::Absent, false, Some(delete()), Danger::Change),
            (dated(7), lock(7, None), true, None, Danger::Change),
            (dated(7), lock(7, Some(3)), true, Some(put(7, Some(3))), Danger::Change),
            (dated(7), lock(9, None), false, None, Danger::Change),
            (dated(7), lock(9, Some(5)), false, Some(put(9, Some(5))), Danger::Irreversible),
            (dated(7), Presence::Absent, false, Some(delete()), Danger::Change),
        ] {
            let seen = seen(&from);
            assert_eq!(Lock::decode(&on("v"), &seen).as_ref(), Ok(&from));
            assert_eq!(Lock::is_met(&from, &to), is_met, "{from:?} {to:?}");
            assert_eq!(Lock::change(&from, &to).danger, danger, "{from:?} {to:?}");
            let written = Lock::write(&on("v"), &seen, &to);
            let sent = written.iter().flatten().all(|c| Lock::WRITES.contains(&c.operation()));
            assert!(sent, "{from:?} {to:?}");
            assert_eq!(written.ok(), expected, "{from:?} {to:?}");
        }
        assert_eq!(Lock::decode(&on("v"), &[absent()]), Err(Unread::Absent));
    }

    #[test]
    fn the_former_lock_comes_back_unless_it_had_a_date() {
        let undo = |now: &[Outcome], before: Presence<Locked>| {
            Lock::undo(&on("v"), now, &Undo { before: &before, after: &lock(9, None) })
        };
        assert_eq!(undo(&seen(&lock(9, None)), Presence::Absent), Ok(delete()));
        assert_eq!(undo(&seen(&lock(9, None)), lock(7, None)), Ok(put(7, None)));
        assert_eq!(undo(&seen(&Presence::Absent), Presence::Absent), Ok(vec![]));
        assert_eq!(undo(&[absent()], Presence::Absent), Ok(vec![]), "it went with the vault");
        let refused = undo(&seen(&lock(9, None)), dated(7)).unwrap_err();
        assert_eq!(refused.fact.as_deref(), Some("B13"));
    }

    #[test]
    fn bounds_and_days() {
        let lint = |lock: Locked| Lock::lint(&on("v"), &Presence::Present(lock)).len();
        let days = |changeable_for_days| Locked { changeable_for_days, ..Locked::default() };
        let between = |min_retention_days, max_retention_days| Locked {
            min_retention_days,
            max_retention_days,
            ..Locked::default()
        };
        for (lock, breaches) in [
            (days(None), 0),
            (days(Some(3)), 0),
            (days(Some(2)), 1),
            (between(Some(1), Some(36_500)), 0),
            (between(Some(7), Some(7)), 0),
            (between(Some(0), None), 1),
            (between(None, Some(36_501)), 1),
            (between(Some(8), Some(7)), 1),
            (Locked { lock_date: Some(DATE.to_owned()), ..Locked::default() }, 1),
        ] {
            assert_eq!(lint(lock.clone()), breaches, "{lock:?}");
        }
        assert_eq!(Lock::lint(&on("v"), &Presence::Absent), []);
    }
}
