//! The journal by itself: how fast records become durable, beside bare appends to a file; and large
//! journals, for others to verify.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use muster::engine::Event;
use muster::journal::{self, Disk, Entry, Journal};

const ACTOR: &str = "ana@desk";
const RUN: &str = "20261120-120411-k7q2";

/// The events of a real run, to be written again and again.
fn events(of: &str) -> Result<Vec<Event>, String> {
    let verified = journal::read(Path::new(of)).map_err(|e| e.to_string())?;
    let events: Vec<_> = verified
        .lines
        .into_iter()
        .filter_map(|line| match line.event {
            // A book and its estate: once in a run, and far larger than everything else.
            Entry::Run(Event::Started { .. }) | Entry::Log(_) | Entry::Scan(_) => None,
            Entry::Run(event) => Some(event),
        })
        .collect();
    if events.is_empty() { Err("no run is written there".to_owned()) } else { Ok(events) }
}

/// `append SOURCE FOLDER COUNT ROUNDS`: the times in seconds, round by round, of as many records
/// appended by the journal, and of lines as long appended to a file and synced.
pub fn append(words: &[String]) -> Result<(), String> {
    let [source, folder, count, rounds] = words else {
        return Err("append SOURCE FOLDER COUNT ROUNDS".to_owned());
    };
    let events = events(source)?;
    let folder = Path::new(folder);
    let count: usize = count.parse().map_err(|_| "a count".to_owned())?;
    let rounds: usize = rounds.parse().map_err(|_| "a number of rounds".to_owned())?;
    for round in 0..rounds {
        let home = folder.join(format!("journal-{round}"));
        let (journal, lines) =
            through_the_journal(&events, &home, count).map_err(|e| e.to_string())?;
        let bare =
            bare(&folder.join(format!("bare-{round}")), &lines).map_err(|e| e.to_string())?;
        println!("{} {}", journal.as_secs_f64(), bare.as_secs_f64());
    }
    Ok(())
}

fn through_the_journal(
    events: &[Event],
    home: &Path,
    count: usize,
) -> Result<(Duration, Vec<Vec<u8>>), journal::JournalError> {
    let now = Timestamp::now();
    let (mut journal, _) = Journal::open(home, ACTOR, now)?;
    let began = Instant::now();
    for event in events.iter().cycle().take(count) {
        journal.append(RUN, ACTOR, Timestamp::now(), event)?;
    }
    let took = began.elapsed();
    let raw = journal::raw(home)?;
    let lines = raw.split_inclusive(|byte| *byte == b'\n').skip(1).map(<[u8]>::to_vec).collect();
    Ok((took, lines))
}

fn bare(path: &Path, lines: &[Vec<u8>]) -> io::Result<Duration> {
    let mut file = File::options().append(true).create_new(true).open(path)?;
    let began = Instant::now();
    for line in lines {
        file.write_all(line)?;
        file.sync_data()?;
    }
    Ok(began.elapsed())
}

/// A file that nobody waits for.
struct Hasty(io::BufWriter<File>);

impl Disk for Hasty {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn keep_head(&mut self, _head: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// `grow SOURCE FOLDER BYTES`: a journal of at least this size.
pub fn grow(words: &[String]) -> Result<(), String> {
    let [source, folder, bytes] = words else {
        return Err("grow SOURCE FOLDER BYTES".to_owned());
    };
    let bytes: u64 = bytes.parse().map_err(|_| "a number of bytes".to_owned())?;
    let events = events(source)?;
    let folder = Path::new(folder);
    make(&events, folder, bytes).map_err(|e| e.to_string())
}

fn make(events: &[Event], folder: &Path, bytes: u64) -> Result<(), Box<dyn std::error::Error>> {
    let (journal, _) = Journal::open(folder, ACTOR, Timestamp::now())?;
    let path = folder.join("journal.jsonl");
    let file = File::options().append(true).open(&path)?;
    let mut journal = journal.on(|_| Box::new(Hasty(io::BufWriter::new(file))));
    let mut written = 0;
    for event in events.iter().cycle() {
        journal.append(RUN, ACTOR, Timestamp::now(), event)?;
        written += 1;
        if written % 1_000 == 0 && std::fs::metadata(&path)?.len() >= bytes {
            break;
        }
    }
    let head = journal.head().clone();
    let head =
        format!("{{\"log\":\"{}\",\"seq\":{},\"hash\":\"{}\"}}\n", head.log, head.seq, head.hash);
    // The last lines reach the file when the journal is dropped, and its head goes beside them.
    drop(journal);
    std::fs::write(folder.join("journal.head"), head)?;
    Ok(())
}
