//! The calls of a run without its journal: a plain loop over the same SDK.
//!
//! Which calls those were follows from the journal of a real run: folded record by record, the engine
//! says what was due, and each of that was carried out. Nothing is written down here, nothing is
//! decided, and nobody is asked.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use muster::app;
use muster::aws::{Connection, Live};
use muster::cloud::sts;
use muster::cloud::{Account, Call};
use muster::engine::{Effect, Mode, Run, due};
use muster::journal::{self, Line};
use muster::runbook::Bound;
use tokio::task::JoinSet;

/// What is done in one go: each a few calls, one after another; they do not wait for each other.
type Group = Vec<Vec<Call>>;

/// What a group is of: a step, and what is done in it.
type Key = (Option<usize>, &'static str);

/// `calls SOURCE URL ACCOUNT`: sends the calls of the first run in a state directory.
pub fn calls(words: &[String]) -> Result<(), String> {
    let [source, url, account] = words else {
        return Err("calls SOURCE URL ACCOUNT".to_owned());
    };
    let lines = journal::read(Path::new(source)).map_err(|e| e.to_string())?.lines;
    let (bound, groups) = groups(&lines)?;
    let connection = Connection {
        profile: None,
        region: "us-east-1".to_owned(),
        endpoint_url: Some(url.clone()),
        account: account.clone(),
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| e.to_string())?;
    let sent = runtime.block_on(send(&bound, groups, &connection))?;
    runtime.shutdown_timeout(Duration::ZERO);
    println!("{sent} calls");
    Ok(())
}

/// What was due while the run went on, in the order in which it began to be.
fn groups(lines: &[Line]) -> Result<(Bound, Vec<Group>), String> {
    let mut records = lines.iter().filter_map(Line::record);
    let started = records.next().ok_or("no run is written there")?;
    let mut run = Run::begin(&started).map_err(|e| e.to_string())?;
    let (mut groups, mut before): (Vec<(Key, Group)>, Vec<Effect>) = (Vec::new(), due(&run));
    for effect in &before {
        add(&mut groups, effect, &run);
    }
    for record in records.filter(|record| record.run == started.run) {
        run.apply(&record).map_err(|e| e.to_string())?;
        let now = due(&run);
        for effect in now.iter().filter(|effect| !before.contains(effect)) {
            add(&mut groups, effect, &run);
        }
        before = now;
    }
    Ok((run.bound, groups.into_iter().map(|(_, group)| group).collect()))
}

fn add(groups: &mut Vec<(Key, Group)>, effect: &Effect, run: &Run) {
    let (key, calls): (Key, _) = match effect {
        Effect::Identify => ((None, "identify"), vec![Call::Sts(sts::Call::GetCallerIdentity {})]),
        Effect::Inspect { step, calls, .. } => ((Some(*step), "inspect"), calls.clone()),
        Effect::Observe { step, calls, .. } => ((Some(*step), "observe"), calls.clone()),
        Effect::Watch { step, calls, .. } => ((Some(*step), "watch"), calls.clone()),
        Effect::Send { call, .. } => ((run.current(), "send"), vec![call.clone()]),
        Effect::Wake { .. } => return,
    };
    match groups.iter_mut().find(|(known, _)| *known == key) {
        Some((_, group)) => group.push(calls),
        None => groups.push((key, vec![calls])),
    }
}

/// What a run without a person asks before it begins: who is asking, for the command and for its
/// runner, and the plan of the whole book, to be shown and to be started from.
async fn look(live: &Live, bound: &Bound) -> Result<(), String> {
    let account: Arc<dyn Account> = Arc::new(live.clone());
    for _ in 0..2 {
        let identity = app::identity(&account, &bound.estate, &bound.environment).await;
        identity.map_err(|e| e.to_string())?;
    }
    for _ in 0..2 {
        let plan = app::plan(&account, Mode::Live, bound.clone(), Timestamp::now()).await;
        plan.map_err(|e| e.to_string())?;
    }
    Ok(())
}

async fn send(bound: &Bound, groups: Vec<Group>, connection: &Connection) -> Result<usize, String> {
    let live = Live::connect(connection).await.map_err(|e| format!("{e:?}"))?;
    look(&live, bound).await?;
    let mut sent = 0;
    for group in groups {
        let mut under_way = JoinSet::new();
        for calls in group {
            let live = live.clone();
            under_way.spawn(async move {
                let count = calls.len();
                for call in calls {
                    // Reads of what is not there yet end with an error, here as there.
                    let _ = live.send(call).await;
                }
                count
            });
        }
        sent += under_way.join_all().await.into_iter().sum::<usize>();
    }
    Ok(sent)
}
