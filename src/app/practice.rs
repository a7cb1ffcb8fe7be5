//! The simulated account on the disk: it goes on where the last practice left it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::clock;
use crate::cloud::Account;
use crate::error::{Error, Exit};
use crate::estate::{Environment, Estate, Item};
use crate::journal::Disk;
use crate::sandbox::{Entry, Fault, Sandbox, World, seeds};

/// How many seconds pass in the simulated account in one second of the clock: a table that takes
/// twenty seconds is ready in a third of one, and still shows that it was not.
pub const PACE: u32 = 60;

/// What passes in the simulated account between two processes, at the least. It is kept as it was at
/// its last effect or fault: without this a read of the next process could show what was there before
/// it.
const LEAST_BETWEEN: SignedDuration = SignedDuration::from_secs(60);

/// And at the most: who comes back the next day finds what was begun at its end, and nothing aged.
const MOST_BETWEEN: SignedDuration = SignedDuration::from_hours(1);

/// The seed of accounts that are made from an inventory.
const SEED: u64 = 7;

mod killed;
#[cfg(test)]
mod tests;

/// The simulated account of one environment, and where it is kept.
#[derive(Clone, Debug)]
pub struct Practice {
    world: Arc<Mutex<World>>,
    path: PathBuf,
}

impl Practice {
    /// Opens it, as it was left; a fresh one when there is none.
    ///
    /// # Errors
    /// The file cannot be read, or is not a simulated account.
    pub fn open(
        state_dir: &Path,
        estate: &Estate,
        environment: &Environment,
    ) -> Result<Self, Error> {
        let path = path_of(state_dir, estate, environment);
        let world = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| damaged(&path, &e))?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                fresh(estate, environment, clock::now())
            }
            Err(e) => return Err(unusable(&path, &e)),
        };
        Ok(Self { world: Arc::new(Mutex::new(world)), path })
    }

    /// The account behind the same calls as AWS. Its clock goes on from where it stood, and every
    /// effect, and every fault that has struck, is on the disk before the reply is given.
    pub fn account(&self) -> impl Account + use<> {
        let (opened, kept) = (clock::now(), self.with(World::clock));
        let between = kept_at(&self.path).map_or(LEAST_BETWEEN, |kept| passed(kept, opened));
        let stood = kept.checked_add(between.clamp(LEAST_BETWEEN, MOST_BETWEEN)).unwrap_or(kept);
        let clock = move || stood.checked_add(passed(opened, clock::now())).unwrap_or(stood);
        let path = self.path.clone();
        let after = move |world: &World| store(&path, world).map_err(|error| error.what);
        let sandbox = Sandbox::new(Arc::clone(&self.world), Arc::new(clock), Arc::new(after));
        killed::Mortal::new(self.clone(), sandbox)
    }

    /// The disk of the journal, which can be where the process is killed.
    pub fn disk(&self, files: Box<dyn Disk>) -> Box<dyn Disk> {
        Box::new(killed::Watched::new(self.clone(), files))
    }

    /// Every effect that the account has seen, in order.
    pub fn ledger(&self) -> Vec<Entry> {
        self.with(|world| world.ledger().to_vec())
    }

    /// Makes calls go wrong from now on.
    ///
    /// # Errors
    /// It cannot be stored.
    pub fn set_faults(&self, faults: Vec<Fault>) -> Result<(), Error> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.set_faults(faults);
        store(&self.path, &world)
    }

    fn with<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        read(&self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Makes the account of an environment as it was before any phase. Returns where it is kept.
///
/// # Errors
/// It cannot be stored.
pub fn reset(
    state_dir: &Path,
    estate: &Estate,
    environment: &Environment,
) -> Result<PathBuf, Error> {
    let path = path_of(state_dir, estate, environment);
    store(&path, &fresh(estate, environment, clock::now()))?;
    Ok(path)
}

fn path_of(state_dir: &Path, estate: &Estate, environment: &Environment) -> PathBuf {
    state_dir.join("practice").join(format!("{}-{}.json", estate.name, environment.name))
}

/// The account of an environment as it is before any phase.
pub fn fresh(estate: &Estate, environment: &Environment, now: Timestamp) -> World {
    let place = environment.place.clone();
    if estate.name == "sitelogix" && environment.name == "prod" {
        return seeds::sitelogix(place, now);
    }
    let names =
        |key: &str| environment.inventory.get(key).map(Item::names).unwrap_or_default().to_vec();
    let buckets: Vec<_> = names("data_buckets").into_iter().map(|name| (name, false)).collect();
    seeds::from_inventory(place, &names("tables"), &buckets, SEED, now)
}

/// What passes in the simulated account between two times of this machine's clock.
fn passed(from: Timestamp, to: Timestamp) -> SignedDuration {
    let passed = i64::try_from(to.duration_since(from).as_millis().max(0)).unwrap_or(i64::MAX);
    SignedDuration::from_millis(passed.saturating_mul(PACE.into()))
}

/// When the account was written to the disk; none for one that never was.
fn kept_at(path: &Path) -> Option<Timestamp> {
    fs::metadata(path).and_then(|file| file.modified()).ok()?.try_into().ok()
}

fn store(path: &Path, world: &World) -> Result<(), Error> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let written = || -> std::io::Result<()> {
        fs::create_dir_all(directory)?;
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        serde_json::to_writer(&mut file, world)?;
        file.flush()?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    written().map_err(|e| unusable(path, &e))
}

fn unusable(path: &Path, error: &std::io::Error) -> Error {
    let what = format!("the simulated account {} cannot be used: {error}", path.display());
    Error::new("practice", Exit::Failed, what, "Check the state directory and its free space.")
}

fn damaged(path: &Path, error: &serde_json::Error) -> Error {
    let what = format!("the simulated account {} is damaged: {error}", path.display());
    Error::new("practice", Exit::Failed, what, "`muster practice reset` starts it afresh.")
}
