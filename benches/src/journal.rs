//! The journal: appends against bare appends, verification against `sha256sum`.

use std::path::Path;
use std::process::Command;

use crate::console::practised;
use crate::contest::{Contender, client, contest, ratio, run};
use crate::peers::target;
use crate::table::{Row, Target, median};

/// Records of one round of appends.
const RECORDS: u32 = 1_000;

/// The size of the journal that is verified.
const LARGE: u64 = 256 << 20;

/// A smaller one: what memory must not depend on.
const SMALL: u64 = 32 << 20;

/// All measurements of the journal.
pub async fn journal(rounds: usize, rows: &mut Vec<Row>) -> Result<(), String> {
    // On the disk of the target folder, not on one in memory.
    let home = tempfile::tempdir_in(target()).map_err(|e| e.to_string())?;
    let source = practised(home.path()).await?;
    append(home.path(), &source, rounds, rows).await?;
    verify(home.path(), &source, rounds, rows).await
}

fn probe(home: &Path) -> Command {
    client(Path::new(env!("CARGO_BIN_EXE_probe")), home)
}

async fn append(
    home: &Path,
    source: &Path,
    rounds: usize,
    rows: &mut Vec<Row>,
) -> Result<(), String> {
    let folder = home.join("append");
    std::fs::create_dir(&folder).map_err(|e| e.to_string())?;
    let mut command = probe(home);
    command
        .arg("append")
        .args([source, folder.as_path()])
        .args([RECORDS, rounds as u32].map(|n| n.to_string()));
    let taken = run(command).await?.fine("probe append")?;
    let times: Vec<(f64, f64)> = taken
        .out
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(journal, bare)| Some((journal.parse().ok()?, bare.parse().ok()?)))
        .collect();
    let rate = |seconds: f64| format!("{:.0} records/s", f64::from(RECORDS) / seconds);
    let ours = rate(median(times.iter().map(|(journal, _)| *journal)));
    let bare = rate(median(times.iter().map(|(_, bare)| *bare)));
    let share = median(times.iter().map(|(journal, bare)| bare / journal));
    let what = "journal: records made durable, of the rate of bare append and fdatasync";
    rows.push(Row::of(what, ours, bare, share, " ×", Target::AtLeast(0.95)));
    Ok(())
}

async fn verify(
    home: &Path,
    source: &Path,
    rounds: usize,
    rows: &mut Vec<Row>,
) -> Result<(), String> {
    let (large, small) = (home.join("large"), home.join("small"));
    for (folder, bytes) in [(&large, LARGE), (&small, SMALL)] {
        let mut command = probe(home);
        command.arg("grow").args([source, folder.as_path()]).arg(bytes.to_string());
        run(command).await?.fine("probe grow")?;
    }
    let muster = |folder: &Path, one: bool| {
        let program = Path::new(env!("CARGO_BIN_EXE_muster"));
        let mut command = if one {
            let mut command = client(Path::new("/usr/bin/taskset"), home);
            command.args(["-c", "0"]).arg(program);
            command
        } else {
            client(program, home)
        };
        command.args(["--practice", "--estate", "sitelogix", "--env", "prod", "--state-dir"]);
        command.arg(folder).args(["journal", "verify"]);
        command
    };
    let sha256sum = || {
        let mut command = client(Path::new("/usr/bin/taskset"), home);
        command.args(["-c", "0", "sha256sum"]).arg(large.join("journal.jsonl"));
        command
    };
    let mut contenders = [
        Contender::new("muster on one processor", || Ok(muster(&large, true))),
        Contender::new("sha256sum", || Ok(sha256sum())),
        Contender::new("muster", || Ok(muster(&large, false))),
        Contender::new("muster, an eighth of it", || Ok(muster(&small, false))),
    ];
    contest(rounds, &mut contenders).await?;
    let [one, sum, all, eighth] = &contenders;
    let rate = |c: &Contender<'_>| format!("{:.0} MB/s", LARGE as f64 / 1e3 / c.milliseconds());
    let what = "journal: verified with full parsing on one processor, against sha256sum";
    rows.push(Row::of(what, rate(one), rate(sum), ratio(one, sum), " ×", Target::AtLeast(1.1)));
    let gain = ratio(all, one);
    rows.push(Row::of(
        "the same on all, against one",
        rate(all),
        rate(one),
        gain,
        " ×",
        Target::AtLeast(1.2),
    ));
    for (contender, size) in [(all, LARGE), (eighth, SMALL)] {
        let held = contender.mebibytes();
        let what = format!("its memory with {} MiB", size >> 20);
        rows.push(Row::of(&what, String::new(), String::new(), held, " MiB", Target::AtMost(16.0)));
    }
    Ok(())
}
