//! What the journal costs a run that changes things: phase 1 as Muster walks it, and the same calls
//! in a plain loop.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::contest::{client, run};
use crate::emulator::{ACCOUNT, Emulator};
use crate::gauge::Taken;
use crate::http::Server;
use crate::peers::{Peers, package, target};
use crate::replay::{Replay, Seen};
use crate::stage::LATENCY;
use crate::table::{Row, Target, median, time};

/// The account as it was before any phase, anew.
async fn before(emulator: &Emulator, python: &Path) -> Result<(), String> {
    let mut stream = TcpStream::connect(emulator.address).await.map_err(|e| e.to_string())?;
    let reset = b"POST /_ministack/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\
        Connection: close\r\n\r\n";
    stream.write_all(reset).await.map_err(|e| e.to_string())?;
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.map_err(|e| e.to_string())?;
    if !said.starts_with(b"HTTP/1.1 200") {
        return Err(format!("ministack was not reset: {}", String::from_utf8_lossy(&said)));
    }
    let mut make = Command::new(python.join("python"));
    make.arg("-B").arg(package().join("../tests/aws/account.py"));
    make.args([&format!("http://{}", emulator.address), "make"]);
    run(make).await?.fine("account.py")?;
    Ok(())
}

/// Phase 1 with its journal against the same calls without, 20 ms a call.
pub async fn changes(peers: &Peers, rounds: usize, rows: &mut Vec<Row>) -> Result<(), String> {
    let bin = peers.emulator.clone()?;
    let emulator = Emulator::start(&bin).await?;
    // Everything goes through to the emulator: what changes must have changed.
    let replay = Arc::new(Replay::new(emulator.address));
    replay.record(true);
    let server = Server::start(Arc::clone(&replay), None).await.map_err(|e| e.to_string())?;
    server.set_latency(LATENCY);
    // On the disk of the target folder, not on one in memory.
    let home = tempfile::tempdir_in(target()).map_err(|e| e.to_string())?;
    let url = server.url();
    let (mut with, mut without): (Vec<Taken>, Vec<Taken>) = (Vec::new(), Vec::new());
    let mut asked = (Seen::default(), Seen::default());
    for round in 0..rounds {
        let state = home.path().join(format!("state-{round}"));
        before(&emulator, &bin).await?;
        replay.seen();
        let mut muster = client(Path::new(env!("CARGO_BIN_EXE_muster")), home.path());
        muster.args([
            "--estate",
            "sitelogix",
            "--env",
            "prod",
            "--endpoint-url",
            &url,
            "--state-dir",
        ]);
        muster.arg(&state).args([
            "run",
            "phase-1-protection",
            "-p",
            "alert_email=oncall@example.com",
        ]);
        muster.args(["--linear", "--yes"]);
        with.push(run(muster).await?.fine("muster")?);
        asked.0 = replay.seen();
        before(&emulator, &bin).await?;
        replay.seen();
        let mut bare = client(Path::new(env!("CARGO_BIN_EXE_probe")), home.path());
        bare.arg("calls").arg(&state).args([&url, ACCOUNT]);
        without.push(run(bare).await?.fine("probe calls")?);
        asked.1 = replay.seen();
        eprintln!("  {:?}\n  {:?}", asked.0.operations, asked.1.operations);
    }
    let middle = |taken: &[Taken]| median(taken.iter().map(Taken::milliseconds));
    let pairs = with.iter().zip(&without);
    let share = median(pairs.map(|(a, b)| a.milliseconds() / b.milliseconds()));
    let ours = format!("{}, {} requests", time(middle(&with)), asked.0.requests());
    let theirs =
        format!("a plain loop {}, {} requests", time(middle(&without)), asked.1.requests());
    let what = "phase 1 with its journal, of the time of the same calls without";
    rows.push(Row::of(what, ours, theirs, share, " ×", Target::AtMost(1.05)));
    Ok(())
}
