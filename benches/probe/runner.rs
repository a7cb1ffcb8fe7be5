//! A runner that has nothing to do but to tell a console a great deal: it serves a run that is
//! written in a journal, and tells so many notes a second of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use muster::app::{History, socket_of};
use muster::engine::{Event, Record, Run};
use muster::journal::{self, Line};
use muster::link::{Hello, News, Seat, Welcome};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};

/// How often notes are written: so many at once as a second of them asks for.
const EVERY: Duration = Duration::from_millis(5);

/// `runner SOURCE STATE_DIR RATE`
pub fn runner(words: &[String]) -> Result<(), String> {
    let [source, state, rate] = words else {
        return Err("runner SOURCE STATE_DIR RATE".to_owned());
    };
    let rate: u32 = rate.parse().map_err(|_| "a rate".to_owned())?;
    let lines = journal::read(Path::new(source)).map_err(|e| e.to_string())?.lines;
    let path = socket_of(Path::new(state))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| e.to_string())?.block_on(serve(lines, path, rate))
}

async fn serve(lines: Vec<Line>, path: PathBuf, rate: u32) -> Result<(), String> {
    let folder = path.parent().ok_or("no folder")?;
    std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    let listener = UnixListener::bind(&path).map_err(|e| e.to_string())?;
    let served = std::sync::Arc::new(half(&lines)?);
    loop {
        let (stream, _) = listener.accept().await.map_err(|e| e.to_string())?;
        let served = std::sync::Arc::clone(&served);
        tokio::spawn(async move {
            // A console that hangs up has seen enough.
            let _ = talk(stream, &served, rate).await;
        });
    }
}

/// A run half way: its first records, and what they add up to.
fn half(lines: &[Line]) -> Result<(Run, Vec<Record>), String> {
    let records: Vec<_> = lines.iter().filter_map(Line::record).collect();
    let mut history = History::default();
    let id = records.first().ok_or("no run is written there")?.run.clone();
    for record in records.iter().take(records.len() / 2) {
        history.add(record.clone()).map_err(|e| e.to_string())?;
    }
    let found = history.get(&id).ok_or("no run is written there")?;
    Ok(found.clone())
}

async fn talk(
    stream: UnixStream,
    (run, records): &(Run, Vec<Record>),
    rate: u32,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (from, mut to) = stream.into_split();
    let mut lines = BufReader::new(from).lines();
    let hello: Hello = serde_json::from_str(&lines.next_line().await?.unwrap_or_default())?;
    let bound = &run.bound;
    let welcome = Welcome {
        process: std::process::id(),
        since: run.started,
        actor: hello.actor.clone(),
        mode: run.mode,
        estate: bound.estate.clone(),
        environment: bound.environment.name.clone(),
        walks: vec![run.id.clone()],
        stays: true,
        seat: Seat::Pilot,
        pilot: Some(hello.actor),
    };
    tell(&mut to, &News::Welcome(welcome)).await?;
    // What it asks is read, and not answered: it is told the run as it is, and what comes.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let opened =
        News::Opened { run: Box::new(run.clone()), records: records.clone(), walked: true };
    tell(&mut to, &opened).await?;
    let mut seq = records.last().map_or(0, |record| record.seq);
    let mut ticks = tokio::time::interval(EVERY);
    let at_once = rate / u32::try_from(1_000 / EVERY.as_millis())?;
    loop {
        ticks.tick().await;
        let mut bytes = Vec::new();
        for _ in 0..at_once {
            seq += 1;
            let record = Record {
                seq,
                time: Timestamp::now(),
                run: run.id.clone(),
                actor: run.actor.clone(),
                event: Event::Noted { text: format!("note {seq} of a very busy afternoon") },
            };
            serde_json::to_writer(&mut bytes, &News::Recorded { record: Box::new(record) })?;
            bytes.push(b'\n');
        }
        to.write_all(&bytes).await?;
    }
}

async fn tell(
    to: &mut OwnedWriteHalf,
    news: &impl Serialize,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut bytes = serde_json::to_vec(news)?;
    bytes.push(b'\n');
    Ok(to.write_all(&bytes).await?)
}
