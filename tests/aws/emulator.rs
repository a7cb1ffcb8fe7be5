//! A ministack of one test's own: a server on a free port of loopback, gone when it is dropped.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// Where the executable is, when it is not under the target folder.
const VARIABLE: &str = "MUSTER_MINISTACK";

/// The executable, from the target folder.
const UNDER_TARGET: &str = "ministack/bin/ministack";

/// Between two looks at whether it answers.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Looks before giving up: a minute, for a machine that is busy compiling.
const LOOKS: u32 = 2_400;

/// A running emulator.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    address: SocketAddr,
    /// Its working folder, with its log.
    folder: TempDir,
}

/// Starts an emulator that takes itself for this account, and waits until it answers.
pub fn start(account: &str) -> Emulator {
    let executable = executable();
    let folder = TempDir::new().expect("a folder for the emulator");
    let log = std::fs::File::create(folder.path().join("log")).expect("its log");
    let address = free_address();
    let process = Command::new(&executable)
        .current_dir(folder.path())
        .env("BIND_HOST", address.ip().to_string())
        .env("GATEWAY_PORT", address.port().to_string())
        .env("MINISTACK_ACCOUNT_ID", account)
        .env("CLOUDTRAIL_RECORDING", "1")
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("its log twice"))
        .stderr(log)
        .spawn();
    let process = process.unwrap_or_else(|error| {
        missing(&format!("{} does not start: {error}", executable.display()))
    });
    let mut emulator = Emulator { process, address, folder };
    emulator.wait_until_it_answers();
    emulator
}

impl Emulator {
    /// Where it is: `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn wait_until_it_answers(&mut self) {
        for _ in 0..LOOKS {
            if self.answers() {
                return;
            }
            let ended = self.process.try_wait().expect("the state of the emulator");
            assert!(ended.is_none(), "the emulator ended at once: {}", self.log());
            std::thread::sleep(LOOK_EVERY);
        }
        assert!(self.answers(), "the emulator does not answer: {}", self.log());
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

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
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
fn executable() -> PathBuf {
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
