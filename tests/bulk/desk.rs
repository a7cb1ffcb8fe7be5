//! A desk for tests: SiteLogix with the new buckets of phase 4, and a worker before it.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use muster::bulk::{Limits, Manifest, Manifests, Tools, Worker};
use muster::cloud::bulk::{self, Compared, Copying, Progress, Tally};
use muster::cloud::objects::{self, Object};
use muster::cloud::s3::{self, Retention, RetentionMode};
use muster::cloud::{Account, Call, CallError, Place, Reply};
use muster::sandbox::{Entry, Fault, FaultKind, Sandbox, World, seeds};

pub const AUDIO: &str = "sitelogix-audio-files-prod";
pub const V2: &str = "sitelogix-audio-files-prod-v2";
pub const BIG: &str = "audio/2026-10-20/crane-2-whole-day.wav";

/// How many current objects SiteLogix has in its audio bucket.
pub const ALL: u64 = 27;

pub fn place() -> Place {
    Place::new("500313280221", "us-east-1")
}

pub fn start() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().unwrap()
}

/// The lines of one manifest.
type Lines = Vec<String>;

/// Manifests that were kept: the digest and the lines.
#[derive(Clone, Default)]
pub struct Kept(pub Arc<Mutex<Vec<(String, Lines)>>>);

struct Pages(Kept, Vec<String>);

impl Manifests for Kept {
    fn begin(&self, _of: &Copying) -> Result<Box<dyn Manifest>, String> {
        Ok(Box::new(Pages(self.clone(), Vec::new())))
    }
}

impl Manifest for Pages {
    fn line(&mut self, line: &[u8]) -> Result<(), String> {
        self.1.push(String::from_utf8(line.to_vec()).unwrap());
        Ok(())
    }

    fn keep(self: Box<Self>, sha256: &str) -> Result<(), String> {
        self.0.0.lock().unwrap().push((sha256.to_owned(), self.1));
        Ok(())
    }
}

/// The desk. Its clock moves a second with each call, so that everything written is seen.
pub struct Desk {
    pub world: Arc<Mutex<World>>,
    pub manifests: Kept,
    /// How often the worker has waited.
    pub pauses: Arc<Mutex<u32>>,
    pub worker: Worker,
}

impl Desk {
    /// SiteLogix, with a new bucket that holds what is written into it.
    pub fn new() -> Self {
        Self::of(seeds::sitelogix(place(), start()))
    }

    pub fn of(world: World) -> Self {
        let world = Arc::new(Mutex::new(world));
        let desk = Self::before(&world, account(&world));
        desk.world(s3::Call::CreateBucket { bucket: V2.into(), object_lock: true });
        let retention = Retention { mode: RetentionMode::Governance, days: None, years: Some(7) };
        desk.world(s3::Call::PutObjectLockConfiguration {
            bucket: V2.into(),
            default_retention: Some(retention),
        });
        desk
    }

    /// Another process, with a worker before this account.
    pub fn before(world: &Arc<Mutex<World>>, account: Arc<dyn Account>) -> Self {
        let (manifests, pauses) = (Kept::default(), Arc::new(Mutex::new(0)));
        let counted = Arc::clone(&pauses);
        let tools = Tools {
            pause: Arc::new(move |_| {
                *counted.lock().unwrap() += 1;
                Box::pin(async {})
            }),
            clock: Arc::new(start),
            manifests: Arc::new(manifests.clone()),
            limits: Limits::default(),
        };
        let worker = Worker::new(account, tools);
        Self { world: Arc::clone(world), manifests, pauses, worker }
    }

    /// Makes one call on the account that must succeed.
    pub fn world(&self, call: s3::Call) -> Reply {
        let mut world = self.world.lock().unwrap();
        let now = world.clock() + SignedDuration::from_secs(3);
        world.call(&Call::S3(call), now).unwrap().reply
    }

    pub fn head(&self, bucket: &str, key: &str) -> Object {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let call = objects::Call::HeadObject { bucket, key, version: None, part: None };
        let mut world = self.world.lock().unwrap();
        let now = world.clock();
        match world.call(&Call::Objects(call), now).unwrap().reply {
            Reply::Objects(objects::Reply::Object(object)) => *object,
            other => panic!("{other:?}"),
        }
    }

    /// Makes calls go wrong, for one key when it is given.
    pub fn fault(&self, on: &str, key: Option<&str>, (nth, times): (u32, u32), kind: FaultKind) {
        let (on, resource) = (on.to_owned(), key.map(ToOwned::to_owned));
        let fault = Fault { on, resource, nth, times, kind, reason: None };
        self.world.lock().unwrap().set_faults(vec![fault]);
    }

    pub fn effects(&self, operation: &str) -> Vec<Entry> {
        let world = self.world.lock().unwrap();
        let entries = world.ledger().iter();
        entries.filter(|entry| entry.operation == format!("s3:{operation}")).cloned().collect()
    }

    pub async fn ask(&self, call: bulk::Call) -> Result<bulk::Reply, CallError> {
        match self.worker.send(Call::Bulk(call)).await?.reply {
            Reply::Bulk(reply) => Ok(reply),
            other => panic!("{other:?}"),
        }
    }

    pub async fn compared(&self) -> Compared {
        match self.ask(bulk::Call::CompareBuckets(all())).await {
            Ok(bulk::Reply::Compared(compared)) => compared,
            other => panic!("{other:?}"),
        }
    }

    pub async fn copied(&self) -> Tally {
        match self.ask(bulk::Call::CopyObjects(all())).await {
            Ok(bulk::Reply::Done(tally)) => tally,
            other => panic!("{other:?}"),
        }
    }

    pub async fn progress(&self) -> Progress {
        match self.ask(bulk::Call::CopyProgress(all())).await {
            Ok(bulk::Reply::Progress(progress)) => progress,
            other => panic!("{other:?}"),
        }
    }
}

/// The account, at a clock that stands still far enough from the beginning.
pub fn account(world: &Arc<Mutex<World>>) -> Arc<dyn Account> {
    let clock = Arc::new(|| start() + SignedDuration::from_mins(5));
    Arc::new(Sandbox::new(Arc::clone(world), clock, Arc::new(|_| Ok(()))))
}

pub fn copying(from: &str, to: &str, prefix: &str) -> Copying {
    let (from, to, prefix) = (from.to_owned(), to.to_owned(), prefix.to_owned());
    Copying { from, to, prefix, accept_unverified: false }
}

/// The audio bucket into its new one.
pub fn all() -> Copying {
    copying(AUDIO, V2, "")
}
