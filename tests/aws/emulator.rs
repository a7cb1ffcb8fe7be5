//! A ministack of one test's own: a server on a free port of loopback, gone when it is dropped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tempfile::TempDir;

/// Where the executable is, when it is not under the target folder.
const VARIABLE: &str = "MUSTER_MINISTACK";

/// The executable, from the target folder.
const UNDER_TARGET: &str = "ministack/bin/ministack";

/// Whether it answers is looked at whenever it says something, and this long after it did.
const LOOK_AFTER: Duration = Duration::from_millis(100);

/// Looks before giving up: a minute at the least, for a machine that is busy compiling.
const LOOKS: u32 = 600;

/// A running emulator.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    address: SocketAddr,
    /// What it says, line by line.
    says: Receiver<String>,
    /// Its working folder.
    _folder: TempDir,
}

/// Starts an emulator that takes itself for this account, and waits until it answers.
pub fn start(account: &str) -> Emulator {
    start_with(account, &[])
}

/// Starts an emulator with more in its environment.
pub fn start_with(account: &str, variables: &[(&str, &str)]) -> Emulator {
    let executable = executable();
    let folder = TempDir::new().expect("a folder for the emulator");
    let address = free_address();
    let process = Command::new(&executable)
        .current_dir(folder.path())
        .env("BIND_HOST", address.ip().to_string())
        .env("GATEWAY_PORT", address.port().to_string())
        .env("MINISTACK_ACCOUNT_ID", account)
        .env("CLOUDTRAIL_RECORDING", "1")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut process = process.unwrap_or_else(|error| {
        missing(&format!("{} does not start: {error}", executable.display()))
    });
    let (say, says) = channel();
    pass_on(process.stdout.take().expect("its output"), say.clone());
    pass_on(process.stderr.take().expect("its errors"), say);
    let emulator = Emulator { process, address, says, _folder: folder };
    emulator.wait_until_it_answers();
    emulator
}

/// Reads what a process says to its end, so that it never waits for a reader.
fn pass_on(from: impl Read + Send + 'static, to: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            // A test that is over does not listen any more.
            let _ = to.send(line);
        }
    });
}

impl Emulator {
    /// Where it is: `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn wait_until_it_answers(&self) {
        let mut log = Vec::new();
        for _ in 0..LOOKS {
            match self.says.recv_timeout(LOOK_AFTER) {
                Ok(line) => log.push(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.answers() {
                return;
            }
        }
        unreachable!("the emulator does not answer: {}", log.join("\n"))
    }

    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<bool> {
            let mut stream = TcpStream::connect(self.address)?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(
                b"GET /_ministack/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            )?;
            let mut answer = [0; 12];
            stream.read_exact(&mut answer)?;
            Ok(&answer == b"HTTP/1.1 200")
        };
        ask().unwrap_or(false)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "tests have no app that read the environment")]
pub fn executable() -> PathBuf {
    if let Some(path) = std::env::var_os(VARIABLE) {
        return path.into();
    }
    let test = std::env::current_exe().expect("the path of this test");
    let found = test.ancestors().map(|folder| folder.join(UNDER_TARGET)).find(|path| is_file(path));
    found.unwrap_or_else(|| missing("the emulator is not installed"))
}

fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// These tests are never skipped: what is not tested must not look as if it were.
#[expect(clippy::panic, reason = "it fails the test that wants an emulator")]
fn missing(what: &str) -> ! {
    panic!(
        "{what}. Run the test command of README.md, which installs ministack into the target \
         folder, or name the executable in {VARIABLE}"
    )
}

fn free_address() -> SocketAddr {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    probe.local_addr().expect("its number")
}
