//! Which account the calls go to.

use std::sync::Arc;

use jiff::Timestamp;

use super::context::Context;
use super::many;
use super::practice::{self, Practice};
use crate::bulk::Worker;
use crate::cloud::{Account, Pending};
use crate::engine::Mode;
use crate::error::Error;
use crate::estate::{Environment, Estate};
use crate::journal::{Disk, Journal};

/// Puts something between the journal and its disk.
pub type Between = Arc<dyn Fn(Box<dyn Disk>) -> Box<dyn Disk> + Send + Sync>;

/// An account that can be called.
#[derive(Clone)]
pub struct Connected {
    /// Where calls are carried out.
    pub account: Arc<dyn Account>,
    /// The same, for stopping what takes long.
    pub worker: Worker,
    /// How many of its seconds pass in one of the clock.
    pub pace: u32,
    /// What stands between the journal and its disk in practice.
    pub disk: Option<Between>,
    /// When the credentials end, when that is known.
    pub expires: Arc<dyn Fn() -> Pending<Option<Timestamp>> + Send + Sync>,
    /// What logs in again, where that is known: `log in with ...`, without a full stop.
    pub login: Option<String>,
}

impl Connected {
    /// The journal, as far as it can fail together with the account.
    pub(super) fn watch(&self, journal: Journal) -> Journal {
        match &self.disk {
            Some(disk) => journal.on(|files| disk(files)),
            None => journal,
        }
    }
}

impl std::fmt::Debug for Connected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connected").field("pace", &self.pace).finish_non_exhaustive()
    }
}

/// Connects to the account of an environment: simulated in practice, AWS else. No call is sent.
///
/// # Errors
/// The simulated account cannot be read, or the AWS configuration of this machine cannot.
pub async fn connect(
    context: &Context,
    estate: &Estate,
    environment: &Environment,
) -> Result<Connected, Error> {
    let account_id = &environment.place.account;
    match context.mode() {
        Mode::Practice => {
            let practice = Practice::open(&context.state_dir, estate, environment)?;
            let folder = many::folder(&context.state_dir.join("practice"), account_id);
            let worker = many::before(Arc::new(practice.account()), folder, practice::PACE);
            let disk = Arc::new(move |files| practice.disk(files));
            let expires = Arc::new(|| -> Pending<Option<Timestamp>> { Box::pin(async { None }) });
            let (account, pace) = (Arc::new(worker.clone()), practice::PACE);
            Ok(Connected { account, worker, pace, disk: Some(disk), expires, login: None })
        }
        Mode::Live | Mode::Drill => live(context, environment).await,
    }
}

#[cfg(feature = "aws")]
async fn live(context: &Context, environment: &Environment) -> Result<Connected, Error> {
    use crate::aws::{Connection, Live, Transport};
    use crate::error::Exit;

    let connection = Connection {
        profile: context.options.profile.clone(),
        region: environment.place.region.clone(),
        endpoint_url: context.options.endpoint_url.clone(),
        account: environment.place.account.clone(),
    };
    let transport = Transport::new();
    let beside = transport.clone();
    // Starting TLS takes a processor for tens of milliseconds: beside all that comes before the
    // first call. Whoever calls sooner waits for it.
    tokio::task::spawn_blocking(move || beside.make_ready());
    let live = Live::connect_over(&connection, &transport).await.map_err(|error| {
        let advice =
            "Check the profile and the AWS configuration files; `muster doctor` shows them.";
        Error::new("aws-configuration", Exit::Login, error.to_string(), advice)
            .with_effect("nothing was sent")
    })?;
    let asked = live.clone();
    let expires = Arc::new(move || -> Pending<Option<Timestamp>> {
        let live = asked.clone();
        Box::pin(async move { live.credentials().await.ok().and_then(|found| found.expires) })
    });
    let login = live.login().map(ToOwned::to_owned);
    let folder = many::folder(&context.state_dir, &environment.place.account);
    let worker = many::before(Arc::new(live), folder, 1);
    Ok(Connected { account: Arc::new(worker.clone()), worker, pace: 1, disk: None, expires, login })
}

#[cfg(not(feature = "aws"))]
async fn live(_context: &Context, _environment: &Environment) -> Result<Connected, Error> {
    let what = "this muster was built without AWS";
    Err(Error::usage("no-aws", what, "Give --practice, or build it with the feature `aws`."))
}
