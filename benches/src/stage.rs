//! The account that scans read: recorded answers of an emulator, and how each client is told to
//! read them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::contest::{client, run};
use crate::emulator::{ACCOUNT, Emulator};
use crate::http::{Server, authority};
use crate::peers::{Peers, package};
use crate::replay::{Replay, Seen};

/// How long a call takes.
pub const LATENCY: Duration = Duration::from_millis(20);

/// Which checks are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// Those of the shipped profile.
    All,
    /// Three of each table.
    Tables,
    /// Three of each table, all from `DescribeTable`.
    Plain,
}

impl Checks {
    fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Tables => "tables",
            Self::Plain => "plain",
        }
    }
}

/// An account of recorded answers.
pub struct Stage {
    /// What answers.
    pub replay: Arc<Replay>,
    /// Without TLS.
    pub server: Server,
    /// With TLS.
    pub tls: Server,
    /// What is read.
    pub checks: Checks,
    tables: Vec<String>,
    home: TempDir,
    python: PathBuf,
}

impl Stage {
    /// Furnishes an emulator, and serves what it will answer.
    pub async fn set(
        peers: &Peers,
        checks: Checks,
        count: usize,
    ) -> Result<(Self, Emulator), String> {
        let python = peers.python.clone()?;
        let tables = match checks {
            Checks::All => {
                ["reports", "personnel", "vendors", "constraints", "work-logs", "ai-analysis"]
                    .map(|name| format!("sitelogix-{name}"))
                    .to_vec()
            }
            Checks::Tables | Checks::Plain => (0..count).map(|n| format!("bench-{n:05}")).collect(),
        };
        let emulator = Emulator::start(peers.emulator.as_deref().map_err(Clone::clone)?).await?;
        emulator.furnish(&python, &tables).await?;
        let home = tempfile::tempdir().map_err(|e| e.to_string())?;
        let (acceptor, trusted) = authority()?;
        std::fs::write(home.path().join("trusted.pem"), trusted).map_err(|e| e.to_string())?;
        if checks != Checks::All {
            write_estate(home.path(), &tables, checks).map_err(|e| e.to_string())?;
        }
        let replay = Arc::new(Replay::new(emulator.address));
        let start = |tls| Server::start(Arc::clone(&replay), tls);
        let server = start(None).await.map_err(|e| e.to_string())?;
        let tls = start(Some(acceptor)).await.map_err(|e| e.to_string())?;
        Ok((Self { replay, server, tls, checks, tables, home, python }, emulator))
    }

    /// Lets each client ask once, and keeps what the emulator answers. From then on every answer
    /// takes its time.
    pub async fn record(&self, clients: Vec<Command>) -> Result<Vec<Seen>, String> {
        self.replay.record(true);
        let mut asked = Vec::new();
        for command in clients {
            let name = command.get_program().display().to_string();
            run(command).await?.fine(&name)?;
            asked.push(self.replay.seen());
        }
        self.replay.record(false);
        self.server.set_latency(LATENCY);
        self.tls.set_latency(LATENCY);
        Ok(asked)
    }

    /// Refuses to count a measurement in which something was asked that nobody recorded.
    pub fn all_known(&self) -> Result<Seen, String> {
        let seen = self.replay.seen();
        match seen.unknown.first() {
            None => Ok(seen),
            Some(first) => {
                let count = seen.unknown.len();
                Err(format!("{count} requests were not recorded, the first of them {first}"))
            }
        }
    }

    /// Muster's scan, with a state directory of its own.
    pub fn muster(&self, url: &str) -> Result<Command, String> {
        let state = tempfile::tempdir_in(self.home.path()).map_err(|e| e.to_string())?.keep();
        let mut command = client(Path::new(env!("CARGO_BIN_EXE_muster")), self.home.path());
        command.args([
            "compliance",
            "--json",
            "--endpoint-url",
            url,
            "--env",
            "prod",
            "--state-dir",
        ]);
        command.arg(state).env("SSL_CERT_FILE", self.home.path().join("trusted.pem"));
        match self.checks {
            Checks::All => command.args(["--estate", "sitelogix"]),
            Checks::Tables | Checks::Plain => command
                .args(["--estate", "bench", "--runbooks"])
                .arg(self.home.path().join("books")),
        };
        Ok(command)
    }

    /// The script around the AWS CLI.
    pub fn cli(&self, url: &str) -> Command {
        let mut command = client(&self.python.join("aws"), self.home.path());
        // The first word is the program that runs: the client only says where `aws` is.
        let environment: Vec<_> =
            command.get_envs().filter_map(|(k, v)| Some((k.to_owned(), v?.to_owned()))).collect();
        command = Command::new("bash");
        command.envs(environment).current_dir(self.home.path());
        command.arg(package().join("scripts/scan.sh")).args([url, self.checks.word()]);
        command.args(&self.tables);
        command
    }

    /// The scan on boto3.
    pub fn boto3(&self, url: &str, threads: usize, attempts: usize) -> Command {
        let mut command = client(&self.python.join("python"), self.home.path());
        let words = [url, self.checks.word(), &threads.to_string(), &attempts.to_string()];
        command.env("AWS_CA_BUNDLE", self.home.path().join("trusted.pem"));
        // Its compiled modules are its own matter: they were made when it was installed.
        command.arg("-B").arg(package().join("scripts/scan.py")).args(words).args(&self.tables);
        command
    }

    /// The same reads of the tables on the bare SDK of Rust, with its own retries.
    pub fn bare(&self, url: &str) -> Command {
        let mut command = client(Path::new(env!("CARGO_BIN_EXE_probe")), self.home.path());
        command.args(["scan", url]).args(&self.tables);
        command
    }
}

/// An estate of many tables, and the profile that reads them.
fn write_estate(home: &Path, tables: &[String], checks: Checks) -> std::io::Result<()> {
    let folder = home.join("books/bench");
    std::fs::create_dir_all(&folder)?;
    let mut names = String::new();
    for table in tables {
        let _ = writeln!(names, "  \"{table}\",");
    }
    let estate = format!(
        "title = \"Many tables\"\nowner = \"platform\"\ncontact = \"nobody\"\n\n\
         [environments.prod]\naccount = \"{ACCOUNT}\"\nregion = \"us-east-1\"\n\
         alias = \"bench\"\nprotected = true\n\n[environments.prod.inventory]\ntables = [\n{names}]\n"
    );
    std::fs::write(folder.join("estate.toml"), estate)?;
    let mut profile = String::from(
        "title = \"Many tables\"\nversion = \"1.0.0\"\nsummary = \"For the benchmark.\"\n\
         owner = \"platform\"\nreviewed = 2026-11-20\n",
    );
    let recovery = ("recovery", "dynamodb.table.point_in_time_recovery", "{ enabled = true }");
    let status = ("status", "dynamodb.table.status", "\"ACTIVE\"");
    let third = if checks == Checks::Plain { status } else { recovery };
    for (id, setting, is) in [
        ("protection", "dynamodb.table.deletion_protection", "true"),
        ("stream", "dynamodb.table.stream", "\"NEW_AND_OLD_IMAGES\""),
        third,
    ] {
        let _ = write!(
            profile,
            "\n[[check]]\nid = \"{id}\"\ntitle = \"{id}\"\nwhy = \"For the benchmark.\"\n\
             check = \"{setting}\"\non = \"${{estate.tables}}\"\nis = {is}\n\
             remedy = {{ do = \"Nothing.\" }}\n"
        );
    }
    std::fs::write(folder.join("compliance.toml"), profile)
}
