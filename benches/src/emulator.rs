//! The emulator whose answers are recorded: a process of this run, gone when it is dropped.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::peers::package;

/// The account that it takes itself for.
pub const ACCOUNT: &str = "500313280221";

/// How often it is looked whether it answers: a minute in all.
const LOOKS: u32 = 600;

/// A running emulator.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    /// Where it is.
    pub address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Emulator {
    /// Starts one, and waits until it answers.
    pub async fn start(bin: &Path) -> Result<Self, String> {
        let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| e.to_string())?;
        let address = probe.local_addr().map_err(|e| e.to_string())?;
        drop(probe);
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let process = Command::new(bin.join("ministack"))
            .current_dir(folder.path())
            .env("BIND_HOST", address.ip().to_string())
            .env("GATEWAY_PORT", address.port().to_string())
            .env("MINISTACK_ACCOUNT_ID", ACCOUNT)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("ministack: {e}"))?;
        let emulator = Self { process, address, _folder: folder };
        for _ in 0..LOOKS {
            if emulator.answers().await.unwrap_or(false) {
                return Ok(emulator);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("ministack does not answer".to_owned())
    }

    async fn answers(&self) -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(self.address).await?;
        let ask =
            b"GET /_ministack/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(ask).await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        Ok(&answer == b"HTTP/1.1 200")
    }

    /// Puts the estate into it, as it is after all phases, with these tables.
    pub async fn furnish(&self, python: &Path, tables: &[String]) -> Result<(), String> {
        let output = tokio::process::Command::new(python.join("python"))
            .args(["-B"])
            .arg(package().join("scripts/estate.py"))
            .arg(format!("http://{}", self.address))
            .args(tables)
            .output()
            .await
            .map_err(|e| e.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
