//! The peers: ordinary packages, installed into the target folder. One that cannot be had is said
//! in the table, with the reason.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The version of s3sync that is measured.
const S3SYNC: &str = "1.62.4";

/// Where the peers are, or why not.
#[derive(Debug)]
pub struct Peers {
    /// A folder with `python` and `aws`.
    pub python: Result<PathBuf, String>,
    /// A folder with the emulator, and its `python`.
    pub emulator: Result<PathBuf, String>,
    /// The program.
    pub rclone: Result<PathBuf, String>,
    /// The program.
    pub s3sync: Result<PathBuf, String>,
    /// Names and versions.
    pub versions: Vec<String>,
}

/// The target folder that this program was built into.
pub fn target() -> PathBuf {
    let muster = Path::new(env!("CARGO_BIN_EXE_muster"));
    muster.parent().and_then(Path::parent).map_or_else(PathBuf::new, Path::to_owned)
}

/// This package.
pub fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Peers {
    /// Installs what is missing: those that copy buckets only where buckets are copied.
    pub fn install(copies: bool) -> Self {
        let folder = target().join("peers");
        let unneeded = || Err("nothing is copied in this run".to_owned());
        let python = venv(&folder.join("venv"), &package().join("requirements.txt"));
        let emulators = package().join("../tests/aws/requirements.txt");
        let emulator = match std::env::var_os("MUSTER_MINISTACK") {
            Some(path) => match Path::new(&path).parent() {
                Some(bin) => Ok(bin.to_owned()),
                None => Err("MUSTER_MINISTACK is no path".to_owned()),
            },
            None => venv(&folder.join("ministack"), &emulators),
        };
        let (rclone, s3sync) = match copies {
            true => (rclone(&folder.join("rclone")), s3sync(&folder.join("s3sync"))),
            false => (unneeded(), unneeded()),
        };
        let mut peers = Self { python, emulator, rclone, s3sync, versions: Vec::new() };
        peers.versions = peers.ask_versions();
        peers
    }

    fn ask_versions(&self) -> Vec<String> {
        let mut found = Vec::new();
        if let Ok(bin) = &self.python {
            found.push(first_line(Command::new(bin.join("aws")).arg("--version")));
            let boto3 = ["-c", "import boto3; print('boto3', boto3.__version__)"];
            found.push(first_line(Command::new(bin.join("python")).args(boto3)));
        }
        if let Ok(bin) = &self.emulator {
            let words =
                "import importlib.metadata as m; print('ministack', m.version('ministack'))";
            found.push(first_line(Command::new(bin.join("python")).args(["-c", words])));
        }
        if let Ok(program) = &self.rclone {
            found.push(first_line(Command::new(program).arg("--version")));
        }
        if self.s3sync.is_ok() {
            found.push(format!("s3sync {S3SYNC}"));
        }
        found
    }
}

fn first_line(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.unwrap_or_default().lines().next().unwrap_or_default().to_owned()
}

/// A virtual environment with what a file asks for; its folder of programs.
fn venv(folder: &Path, wanted: &Path) -> Result<PathBuf, String> {
    let (bin, stamp) = (folder.join("bin"), folder.join("requirements.txt"));
    let text = std::fs::read_to_string(wanted).map_err(|e| e.to_string())?;
    if std::fs::read_to_string(&stamp).is_ok_and(|had| had == text) {
        return Ok(bin);
    }
    eprintln!("installing {}", wanted.display());
    succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    succeed(Command::new(bin.join("python")).args(quiet).arg(wanted))?;
    std::fs::write(stamp, text).map_err(|e| e.to_string())?;
    Ok(bin)
}

/// rclone as Debian has it, unpacked beside everything else.
fn rclone(folder: &Path) -> Result<PathBuf, String> {
    let program = folder.join("usr/bin/rclone");
    if program.is_file() {
        return Ok(program);
    }
    eprintln!("fetching rclone");
    std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    succeed(Command::new("apt-get").args(["download", "rclone"]).current_dir(folder))?;
    let files = std::fs::read_dir(folder).map_err(|e| e.to_string())?;
    let package = files
        .flatten()
        .map(|file| file.path())
        .find(|path| path.extension().is_some_and(|end| end == "deb"))
        .ok_or("apt-get downloaded nothing")?;
    succeed(Command::new("dpkg").arg("-x").arg(package).arg(folder))?;
    Ok(program)
}

/// s3sync, built by cargo from the crate.
fn s3sync(folder: &Path) -> Result<PathBuf, String> {
    let program = folder.join("bin/s3sync");
    if program.is_file() {
        return Ok(program);
    }
    eprintln!("building s3sync {S3SYNC}: this takes minutes");
    let words = ["install", "s3sync", "--locked", "--no-default-features", "--version", S3SYNC];
    let target = folder.join("target");
    succeed(
        Command::new("cargo")
            .args(words)
            .arg("--root")
            .arg(folder)
            .env("CARGO_TARGET_DIR", &target),
    )?;
    // Hundreds of megabytes that nothing needs any more.
    std::fs::remove_dir_all(target).map_err(|e| e.to_string())?;
    Ok(program)
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(format!("{}: {last}", command.get_program().display()))
}
