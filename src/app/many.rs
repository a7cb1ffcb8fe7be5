//! Work over many objects: what the worker needs of the machine, and where its manifests are kept.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::NamedTempFile;

use super::aside::Aside;
use super::clock;
use crate::bulk::{Limits, Manifest, Manifests, Tools, Worker};
use crate::cloud::bulk::Copying;
use crate::cloud::{Account, digest_of};

/// How much of the digest tells the manifest of one prefix from that of another.
const DIGEST: usize = 12;

/// Puts a worker before an account. `pace` is how many of its seconds pass in one of the clock.
pub(super) fn before(account: Arc<dyn Account>, folder: PathBuf, pace: u32) -> Worker {
    let tools = Tools {
        pause: Arc::new(move |time| Box::pin(tokio::time::sleep(time / pace.max(1)))),
        clock: Arc::new(clock::now),
        manifests: Arc::new(Folder { folder }),
        limits: Limits::default(),
    };
    Worker::new(Arc::new(Aside(account)), tools)
}

/// Where the manifests of an account are kept.
pub(super) fn folder(state_dir: &Path, account: &str) -> PathBuf {
    state_dir.join("manifests").join(account)
}

/// Manifests as files.
struct Folder {
    folder: PathBuf,
}

/// One that is being written, beside the one that it will replace.
struct Pages {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl Manifests for Folder {
    fn begin(&self, of: &Copying) -> Result<Box<dyn Manifest>, String> {
        let digest = digest_of(of);
        let digest = digest.get(..DIGEST).unwrap_or_default();
        let path = self.folder.join(format!("{}-to-{}-{digest}.jsonl", of.from, of.to));
        let file = fs::create_dir_all(&self.folder)
            .and_then(|()| NamedTempFile::new_in(&self.folder))
            .map_err(|error| format!("{}: {error}", self.folder.display()))?;
        Ok(Box::new(Pages { file: BufWriter::new(file), path }))
    }
}

impl Pages {
    fn told(&self, error: &std::io::Error) -> String {
        format!("{}: {error}", self.path.display())
    }
}

impl Manifest for Pages {
    fn line(&mut self, line: &[u8]) -> Result<(), String> {
        let written = self.file.write_all(line).and_then(|()| self.file.write_all(b"\n"));
        written.map_err(|error| self.told(&error))
    }

    fn keep(mut self: Box<Self>, _sha256: &str) -> Result<(), String> {
        self.file.flush().map_err(|error| self.told(&error))?;
        let Self { file, path } = *self;
        let told = |error: &std::io::Error| format!("{}: {error}", path.display());
        let file = file.into_inner().map_err(|error| told(error.error()))?;
        file.as_file().sync_all().map_err(|error| told(&error))?;
        file.persist(&path).map_err(|error| told(&error.error))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        // A rename is durable when its folder is.
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| told(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copying(prefix: &str) -> Copying {
        let (from, to, prefix) = ("old".into(), "new".into(), prefix.into());
        Copying { from, to, prefix, accept_unverified: false }
    }

    #[test]
    fn a_manifest_replaces_the_one_before_only_when_it_is_whole() {
        let state = tempfile::tempdir().unwrap();
        let manifests = Folder { folder: folder(state.path(), "500313280221") };
        let write = |prefix: &str, lines: &[&str], keep: bool| {
            let mut manifest = manifests.begin(&copying(prefix)).unwrap();
            for line in lines {
                manifest.line(line.as_bytes()).unwrap();
            }
            if keep {
                manifest.keep("").unwrap();
            }
        };
        let files = || -> Vec<String> {
            let files = fs::read_dir(&manifests.folder).unwrap();
            let mut texts: Vec<_> =
                files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
            texts.sort();
            texts
        };
        write("", &["one", "two"], true);
        write("", &["one"], false);
        assert_eq!(files(), ["one\ntwo\n"], "what was not finished leaves nothing behind");
        write("", &["three"], true);
        write("trial/", &["four"], true);
        assert_eq!(files(), ["four\n", "three\n"]);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let state = tempfile::tempdir().unwrap();
        fs::write(state.path().join("manifests"), "a file").unwrap();
        let manifests = Folder { folder: folder(state.path(), "500313280221") };
        let error = manifests.begin(&copying("")).err().unwrap();
        assert!(error.contains("manifests"), "{error}");
    }
}
