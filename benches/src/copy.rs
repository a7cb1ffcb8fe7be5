//! Copying a bucket within S3: against rclone, s3sync and `aws s3 sync`.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::contest::{Contender, client, contest, ratio, run};
use crate::emulator::ACCOUNT;
use crate::http::{Server, ceiling};
use crate::peers::Peers;
use crate::s3::S3;
use crate::table::{Row, Target, time};

/// How large each object is: small enough that requests are what counts.
const SIZE: u64 = 1_024;

/// Where they come from, and where they go.
const FROM: &str = "source";
const TO: &str = "target";

/// How long a request takes where a network is between.
const FAR: Duration = Duration::from_millis(30);

/// How many requests each peer is told to have under way at once; more was no faster here.
const AT_ONCE: &str = "64";

/// The server, and the clients' home.
struct Bench {
    s3: Arc<S3>,
    server: Server,
    home: TempDir,
}

impl Bench {
    async fn new() -> Result<Self, String> {
        let s3 = Arc::new(S3::default());
        let server = Server::start(Arc::clone(&s3), None).await.map_err(|e| e.to_string())?;
        let home = tempfile::tempdir().map_err(|e| e.to_string())?;
        write_estate(home.path()).map_err(|e| e.to_string())?;
        Ok(Self { s3, server, home })
    }

    /// The source full and the target empty, or as full.
    fn fill(&self, count: u64, target_too: bool) {
        self.s3.fill(FROM, count, SIZE);
        if target_too {
            self.s3.stock(TO, count, SIZE);
        } else {
            self.s3.fill(TO, 0, 0);
        }
        self.s3.copied();
        self.server.served();
    }

    /// Muster walks a book of one step, with its journal and all its looks before and after.
    fn muster(&self) -> Result<Command, String> {
        let state = tempfile::tempdir_in(self.home.path()).map_err(|e| e.to_string())?.keep();
        let mut command = client(Path::new(env!("CARGO_BIN_EXE_muster")), self.home.path());
        command.args(["run", "copy", "--linear", "--yes", "--estate", "bench", "--env", "prod"]);
        command.args(["--endpoint-url", &self.server.url(), "--state-dir"]).arg(state);
        command.arg("--runbooks").arg(self.home.path().join("books"));
        Ok(command)
    }

    fn rclone(&self, program: &Path) -> Command {
        let mut command = client(program, self.home.path());
        let remote = format!(
            ":s3,provider=Minio,env_auth=true,region=us-east-1,force_path_style=true,\
             no_check_bucket=true,endpoint='{}':",
            self.server.url()
        );
        command.args(["copy", &format!("{remote}{FROM}"), &format!("{remote}{TO}")]);
        command.args(["--checksum", "--fast-list", "--transfers", AT_ONCE, "--checkers", AT_ONCE]);
        command.args(["--config", "/dev/null", "--retries", "1", "--stats", "0"]);
        command
    }

    fn s3sync(&self, program: &Path) -> Command {
        let mut command = client(program, self.home.path());
        let url = self.server.url();
        command.args(["--source-endpoint-url", &url, "--target-endpoint-url", &url]);
        command.args(["--source-force-path-style", "--target-force-path-style"]);
        // Tags are another request for each object, and there are none.
        command.args(["--server-side-copy", "--disable-tagging", "--show-no-progress"]);
        command.args(["--worker-size", AT_ONCE]);
        command.args([format!("s3://{FROM}/"), format!("s3://{TO}/")]);
        command
    }

    fn aws(&self, python: &Path) -> Command {
        let mut command = client(&python.join("aws"), self.home.path());
        command.args(["--endpoint-url", &self.server.url(), "s3", "sync"]);
        command.args([
            format!("s3://{FROM}"),
            format!("s3://{TO}"),
            "--only-show-errors".to_owned(),
        ]);
        // More than its own ten, as its guide advises for small objects.
        let config = self.home.path().join("aws-config");
        let text = "[default]\ns3 =\n  max_concurrent_requests = 64\n  max_queue_size = 10000\n";
        if std::fs::write(&config, text).is_ok() {
            command.env("AWS_CONFIG_FILE", config);
        }
        command
    }

    /// Everybody in turns, each over buckets of its own that begin in the same state.
    async fn contest<'a>(
        &'a self,
        rounds: usize,
        count: u64,
        target_too: bool,
        contenders: Vec<(&'static str, Make<'a>)>,
    ) -> Result<Vec<Contender<'a>>, String> {
        let mut turns: Vec<_> = contenders
            .into_iter()
            .map(|(name, make)| {
                Contender::new(name, move || {
                    self.fill(count, target_too);
                    make()
                })
            })
            .collect();
        for _ in 0..rounds {
            for turn in &mut turns {
                contest(1, std::slice::from_mut(turn)).await?;
                let wanted = if target_too { 0 } else { count };
                let (copied, requests) = (self.s3.copied(), self.server.served());
                eprintln!("    {requests} requests");
                if copied != wanted || !self.s3.is_copy(TO, count, SIZE) {
                    return Err(format!("{} copied {copied} of {wanted} objects", turn.name));
                }
            }
        }
        Ok(turns)
    }
}

/// What makes the command of a contender.
type Make<'a> = Box<dyn Fn() -> Result<Command, String> + 'a>;

/// All measurements of the copy.
pub async fn copy(peers: &Peers, rounds: usize, rows: &mut Vec<Row>) -> Result<(), String> {
    let bench = Bench::new().await?;
    bench.fill(1, false);
    let request = b"HEAD /source/objects/0000000 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let ceiling = ceiling(&bench.server, request, Duration::from_secs(2)).await?;
    let told = format!("{ceiling:.0} requests/s");
    rows.push(Row {
        figure: told,
        ..Row::not_measured("the S3 of the benchmark answers at most", "")
    });
    near(&bench, peers, rounds, rows).await?;
    nothing_to_do(&bench, peers, rounds, rows).await?;
    far(&bench, peers, rounds.min(3), rows).await
}

/// 10,000 objects, nothing between client and server.
async fn near(
    bench: &Bench,
    peers: &Peers,
    rounds: usize,
    rows: &mut Vec<Row>,
) -> Result<(), String> {
    let what = "copy of 10,000 small objects, listed and verified";
    let mut contenders: Vec<(&'static str, Make<'_>)> =
        vec![("muster", Box::new(move || bench.muster()))];
    for (name, program, target) in [("rclone", &peers.rclone, 1.2), ("s3sync", &peers.s3sync, 1.2)]
    {
        match program {
            Ok(program) if name == "rclone" => {
                contenders.push((name, Box::new(move || Ok(bench.rclone(program)))));
            }
            Ok(program) => contenders.push((name, Box::new(move || Ok(bench.s3sync(program))))),
            Err(why) => {
                rows.push(Row::not_measured(&format!("{what}, against {name} (≥ {target})"), why))
            }
        }
    }
    let ran = bench.contest(rounds, 10_000, false, contenders).await?;
    against(what, &ran, Target::AtLeast(1.2), rows);
    let python = peers.python.as_deref().map_err(Clone::clone)?;
    let contenders: Vec<(_, Make<'_>)> = vec![
        ("muster", Box::new(move || bench.muster())),
        ("aws s3 sync", Box::new(move || Ok(bench.aws(python)))),
    ];
    let ran = bench.contest(rounds.min(3), 10_000, false, contenders).await?;
    against(what, &ran, Target::AtLeast(7.0), rows);
    Ok(())
}

/// Everything is there already.
async fn nothing_to_do(
    bench: &Bench,
    peers: &Peers,
    rounds: usize,
    rows: &mut Vec<Row>,
) -> Result<(), String> {
    let what = "pass over 10,000 objects with nothing to do";
    let rclone = match &peers.rclone {
        Ok(rclone) => rclone,
        Err(why) => {
            rows.push(Row::not_measured(what, why));
            return Ok(());
        }
    };
    let contenders: Vec<(_, Make<'_>)> = vec![
        ("muster", Box::new(move || bench.muster())),
        ("rclone", Box::new(move || Ok(bench.rclone(rclone)))),
    ];
    let ran = bench.contest(rounds, 10_000, true, contenders).await?;
    against(what, &ran, Target::AtLeast(1.7), rows);
    Ok(())
}

/// 10,000 objects, 30 ms for each request.
async fn far(
    bench: &Bench,
    peers: &Peers,
    rounds: usize,
    rows: &mut Vec<Row>,
) -> Result<(), String> {
    let what = "copy of 10,000 small objects, 30 ms for each request";
    let python = peers.python.as_deref().map_err(Clone::clone)?;
    bench.server.set_latency(FAR);
    let contenders: Vec<(_, Make<'_>)> = vec![
        ("muster", Box::new(move || bench.muster())),
        ("aws s3 sync", Box::new(move || Ok(bench.aws(python)))),
    ];
    let ran = bench.contest(rounds, 10_000, false, contenders).await?;
    against(what, &ran, Target::AtLeast(5.0), rows);
    // Once more for how the lists and the copies lie.
    bench.fill(10_000, false);
    run(bench.muster()?).await?.fine("muster")?;
    bench.server.set_latency(Duration::ZERO);
    let pages = bench.s3.first().pages_before_copy;
    let shown =
        pages.map_or_else(|| "no copy was seen".to_owned(), |pages| format!("after {pages} pages"));
    rows.push(Row { figure: shown, ..Row::not_measured("its first copy began", "") });
    Ok(())
}

/// The memory does not grow with the number of objects.
pub async fn memory(rows: &mut Vec<Row>) -> Result<(), String> {
    let bench = Bench::new().await?;
    for (count, there, what) in [
        (10_000, false, "memory, 10,000 objects copied"),
        (100_000, false, "memory, 100,000 objects copied"),
        (1_000_000, true, "memory, 1,000,000 objects of a made-up list compared"),
    ] {
        bench.fill(count, there);
        let taken = run(bench.muster()?).await?.fine("muster")?;
        let most = taken.mebibytes();
        let shown = format!("{most:.1} MiB in {}", time(taken.milliseconds()));
        rows.push(Row::of(what, shown, String::new(), most, " MiB", Target::AtMost(60.0)));
    }
    Ok(())
}

fn against(what: &str, ran: &[Contender<'_>], target: Target, rows: &mut Vec<Row>) {
    let Some((muster, peers)) = ran.split_first() else { return };
    for peer in peers {
        let ours = format!("{}, {:.0} MiB", time(muster.milliseconds()), muster.mebibytes());
        let theirs =
            format!("{} {}, {:.0} MiB", peer.name, time(peer.milliseconds()), peer.mebibytes());
        let what = format!("{what}, against {}", peer.name);
        rows.push(Row::of(&what, ours, theirs, ratio(muster, peer), " ×", target));
    }
}

/// An estate of two buckets, and the book that copies one into the other.
fn write_estate(home: &Path) -> std::io::Result<()> {
    let folder = home.join("books/bench");
    std::fs::create_dir_all(&folder)?;
    let estate = format!(
        "title = \"Two buckets\"\nowner = \"platform\"\ncontact = \"nobody\"\n\n\
         [environments.prod]\naccount = \"{ACCOUNT}\"\nregion = \"us-east-1\"\n\
         alias = \"bench\"\nprotected = false\n\n[environments.prod.inventory]\n\
         from = \"{FROM}\"\nto = \"{TO}\"\n"
    );
    std::fs::write(folder.join("estate.toml"), estate)?;
    let book = "title = \"Copy\"\nversion = \"1.0.0\"\nkind = \"procedure\"\n\
        summary = \"For the benchmark.\"\nrisk = \"low\"\nduration = \"5m\"\ncost = \"nothing\"\n\
        owner = \"platform\"\nreviewed = 2026-11-20\n\n\
        [[step]]\nid = \"copy\"\ntitle = \"Copy\"\nwhy = \"For the benchmark.\"\n\
        run = \"s3.copy_bucket\"\non = \"${estate.to}\"\nwith = { from = \"${estate.from}\" }\n";
    std::fs::write(folder.join("copy.toml"), book)
}
