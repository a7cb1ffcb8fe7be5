//! Reading what is so: the compliance scan against a script around the AWS CLI and against boto3.

use serde_json::Value;

use crate::contest::{Contender, contest, ratio, run};
use crate::gauge::Taken;
use crate::peers::Peers;
use crate::replay::Seen;
use crate::stage::{Checks, LATENCY, Stage};
use crate::table::{Row, Target, median, time};

/// The threads of boto3 that are tried where the best of them counts.
const THREADS: [usize; 3] = [16, 32, 64];

/// How often botocore tries a request unless it is told otherwise.
const ATTEMPTS: usize = 3;

/// Enough for botocore to lose nothing.
const MANY_ATTEMPTS: usize = 12;

/// How often AWS lets `DescribeContinuousBackups` be asked in a second.
const LIMIT: f64 = 10.0;

/// The 36 checks, plain and over TLS.
pub async fn checks(peers: &Peers, rounds: usize, rows: &mut Vec<Row>) -> Result<(), String> {
    let (stage, emulator) = Stage::set(peers, Checks::All, 0).await?;
    let url = stage.server.url();
    let clients = vec![stage.muster(&url)?, stage.boto3(&url, 16, ATTEMPTS), stage.cli(&url)];
    let asked = stage.record(clients).await?;
    drop(emulator);
    say_operations(&asked);

    let mut plain = [
        Contender::new("muster", || stage.muster(&url)),
        Contender::new("boto3", || Ok(stage.boto3(&url, 16, ATTEMPTS))),
    ];
    contest(rounds, &mut plain).await?;
    let mut script = [
        Contender::new("muster", || stage.muster(&url)),
        Contender::new("AWS CLI", || Ok(stage.cli(&url))),
    ];
    contest(rounds.min(3), &mut script).await?;
    let tls = stage.tls.tls_url();
    let mut secret = [
        Contender::new("muster", || stage.muster(&tls)),
        Contender::new("boto3", || Ok(stage.boto3(&tls, 16, ATTEMPTS))),
    ];
    contest(rounds, &mut secret).await?;
    stage.all_known()?;

    let counts: Vec<_> = asked.iter().map(Seen::requests).collect();
    let requests = |at: usize| counts.get(at).copied().unwrap_or_default();
    let what = format!(
        "scan of the 36 checks, {} a call ({}, {} and {} requests)",
        time(LATENCY.as_secs_f64() * 1e3),
        requests(0),
        requests(1),
        requests(2)
    );
    let row = |what: &str, pair: &[Contender<'_>; 2], target| {
        let [muster, peer] = pair;
        let shown = format!("{} {}", peer.name, time(peer.milliseconds()));
        Row::of(what, time(muster.milliseconds()), shown, ratio(muster, peer), " ×", target)
    };
    rows.push(row(&format!("{what}, against the CLI"), &script, Target::AtLeast(100.0)));
    rows.push(row(&format!("{what}, against 16 threads"), &plain, Target::AtLeast(3.5)));
    let [muster, peer] = &plain;
    let held = format!("boto3 {:.0} MiB", peer.mebibytes());
    let most = muster.mebibytes();
    rows.push(Row::of(
        "its memory",
        format!("{most:.1} MiB"),
        held,
        most,
        " MiB",
        Target::AtMost(30.0),
    ));
    rows.push(row("the same over TLS, against 16 threads", &secret, Target::AtLeast(6.0)));
    Ok(())
}

/// A thousand tables, one read each.
pub async fn tables(peers: &Peers, rounds: usize, rows: &mut Vec<Row>) -> Result<(), String> {
    let (few, emulator) = Stage::set(peers, Checks::Plain, 250).await?;
    few.record(vec![few.muster(&few.server.url())?]).await?;
    drop(emulator);
    let (stage, emulator) = Stage::set(peers, Checks::Plain, 1_000).await?;
    let (url, few_url) = (stage.server.url(), few.server.url());
    stage.record(vec![stage.muster(&url)?, stage.boto3(&url, 16, ATTEMPTS)]).await?;
    drop(emulator);
    let names = THREADS.map(|threads| format!("boto3 with {threads} threads"));
    let mut contenders = vec![
        Contender::new("muster", || stage.muster(&url)),
        Contender::new("muster, 250 tables", || few.muster(&few_url)),
    ];
    for (name, threads) in names.iter().zip(THREADS) {
        let (stage, url) = (&stage, &url);
        contenders.push(Contender::new(name, move || Ok(stage.boto3(url, threads, ATTEMPTS))));
    }
    contest(rounds, &mut contenders).await?;
    stage.all_known()?;
    few.all_known()?;
    let (muster, rest) = contenders.split_first().ok_or("nobody ran")?;
    let (fewer, peers) = rest.split_first().ok_or("nobody ran")?;
    let best = peers
        .iter()
        .min_by(|a, b| a.milliseconds().total_cmp(&b.milliseconds()))
        .ok_or("nobody ran")?;
    let what = "scan of 1,000 tables, 20 ms a call";
    let shown = format!("{} {}", best.name, time(best.milliseconds()));
    let ours = time(muster.milliseconds());
    rows.push(Row::of(what, ours.clone(), shown, ratio(muster, best), " ×", Target::AtLeast(5.0)));
    let most = muster.mebibytes();
    let held = format!("boto3 {:.0} MiB", best.mebibytes());
    rows.push(Row::of(
        "its memory",
        format!("{most:.1} MiB"),
        held,
        most,
        " MiB",
        Target::AtMost(60.0),
    ));
    let four = format!("250 tables {}", time(fewer.milliseconds()));
    let growth = ratio(fewer, muster);
    rows.push(Row::of(
        "four times the tables, linear",
        ours,
        four,
        growth,
        " ×",
        Target::AtMost(4.4),
    ));
    Ok(())
}

/// A hundred tables, with AWS's limit enforced.
pub async fn quota(peers: &Peers, rounds: usize, rows: &mut Vec<Row>) -> Result<(), String> {
    const TABLES: usize = 100;
    let (stage, emulator) = Stage::set(peers, Checks::Tables, TABLES).await?;
    let url = stage.server.url();
    stage
        .record(vec![stage.muster(&url)?, stage.boto3(&url, 16, ATTEMPTS), stage.bare(&url)])
        .await?;
    drop(emulator);
    // A full bucket lets the first ones pass at once.
    let floor = (TABLES as f64 - LIMIT) / LIMIT * 1e3;
    let mut found: [Vec<Quota>; 4] = Default::default();
    for _ in 0..rounds {
        let turns = [
            stage.muster(&url)?,
            stage.boto3(&url, 16, ATTEMPTS),
            stage.boto3(&url, 16, MANY_ATTEMPTS),
            stage.bare(&url),
        ];
        for (turn, kept) in turns.into_iter().zip(&mut found) {
            stage.replay.throttle(&[("DescribeContinuousBackups", LIMIT)]);
            let name = turn.get_program().display().to_string();
            let taken = run(turn).await?;
            let (lost, seen) = (lost(&taken), stage.all_known()?);
            let quota = Quota { milliseconds: taken.milliseconds(), lost, seen };
            eprintln!(
                "  {name}: {:.0} ms, {:?} lost, {} throttled of {}",
                quota.milliseconds,
                quota.lost,
                quota.seen.throttled,
                quota.seen.requests()
            );
            kept.push(quota);
        }
    }
    stage.replay.throttle(&[]);
    let [muster, boto3, patient, bare] = found.map(Quota::middle);
    let words = |name: &str, q: &Middle| {
        format!(
            "{name} {}, {} lost, {:.0} % throttled",
            time(q.milliseconds),
            q.lost,
            q.share * 100.0
        )
    };
    let others = [
        words("boto3", &boto3),
        words(&format!("boto3 with {MANY_ATTEMPTS} attempts"), &patient),
        words("the SDK's own retries", &bare),
    ];
    let others = format!("{}; floor {}", others.join("; "), time(floor));
    let ours = words("", &muster);
    let over = muster.milliseconds / floor;
    let what = "scan of 100 tables under AWS's limit: time over the floor";
    rows.push(Row::of(what, ours.trim().to_owned(), others, over, " ×", Target::AtMost(1.05)));
    let lost = muster.lost;
    rows.push(Row::of(
        "checks lost by it",
        String::new(),
        String::new(),
        lost,
        "",
        Target::AtMost(0.0),
    ));
    let share = muster.share * 100.0;
    let what = "share of its requests that were throttled";
    rows.push(Row::of(what, String::new(), String::new(), share, " %", Target::AtMost(1.0)));
    Ok(())
}

/// One scan under a limit.
struct Quota {
    milliseconds: f64,
    lost: Option<f64>,
    seen: Seen,
}

/// The middle of some scans.
struct Middle {
    milliseconds: f64,
    lost: f64,
    share: f64,
}

impl Quota {
    fn middle(all: Vec<Self>) -> Middle {
        Middle {
            milliseconds: median(all.iter().map(|one| one.milliseconds)),
            // One that did not say is worse than any that did.
            lost: median(all.iter().map(|one| one.lost.unwrap_or(f64::INFINITY))),
            share: median(
                all.iter().map(|one| one.seen.throttled as f64 / one.seen.requests().max(1) as f64),
            ),
        }
    }
}

/// How many checks could not be read, as the client itself says.
fn lost(taken: &Taken) -> Option<f64> {
    if let Ok(report) = serde_json::from_str::<Value>(&taken.out) {
        return report["score"]["could_not_check"].as_f64();
    }
    let (_, unread) = taken.out.rsplit_once("unread ")?;
    unread.trim().parse().ok()
}

fn say_operations(asked: &[Seen]) {
    for seen in asked {
        eprintln!("  {:?}", seen.operations);
    }
}
