//! The manifest: one line of JSON for each object that is in both buckets, and their digest.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::verify::Proof;
use crate::cloud::bulk::Copying;
use crate::cloud::objects::Version;
use crate::cloud::{CallError, Ending};

/// Where manifests are kept.
pub trait Manifests: Send + Sync {
    /// Begins the manifest of these buckets. The one before stays until the new one is kept.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn begin(&self, of: &Copying) -> Result<Box<dyn Manifest>, String>;
}

/// A manifest that is being written. One that is dropped was never there.
pub trait Manifest: Send {
    /// Writes one more line, which ends without a line break.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn line(&mut self, line: &[u8]) -> Result<(), String>;

    /// Makes it durable, in the place of the one before.
    ///
    /// # Errors
    /// Why it cannot be kept.
    fn keep(self: Box<Self>, sha256: &str) -> Result<(), String>;
}

/// Keeps no manifest: where nothing may be left on a disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nowhere;

impl Manifests for Nowhere {
    fn begin(&self, _of: &Copying) -> Result<Box<dyn Manifest>, String> {
        Ok(Box::new(Self))
    }
}

impl Manifest for Nowhere {
    fn line(&mut self, _line: &[u8]) -> Result<(), String> {
        Ok(())
    }

    fn keep(self: Box<Self>, _sha256: &str) -> Result<(), String> {
        Ok(())
    }
}

/// A line.
#[derive(Serialize)]
struct Line<'a> {
    key: &'a str,
    version: &'a str,
    size: u64,
    etag: &'a str,
    /// What the copy shows, where it shows something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_etag: Option<&'a str>,
    verified: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<&'a str>,
}

/// Digests lines, and writes them down as long as the manifest may become whole.
pub(super) struct Writer {
    sha: Sha256,
    manifest: Option<Box<dyn Manifest>>,
}

impl Writer {
    pub(super) fn new(manifests: &dyn Manifests, of: &Copying) -> Result<Self, CallError> {
        let manifest = Some(manifests.begin(of).map_err(unwritten)?);
        Ok(Self { sha: Sha256::new(), manifest })
    }

    /// An object is missing or differs: this will be no manifest.
    pub(super) fn give_up(&mut self) {
        self.manifest = None;
    }

    /// An object is in both buckets.
    pub(super) fn add(
        &mut self,
        version: &Version,
        copy_etag: &str,
        proof: &Proof,
    ) -> Result<(), CallError> {
        let Some(manifest) = &mut self.manifest else { return Ok(()) };
        let listed = &version.listed;
        let (verified, checksum) = match proof {
            Proof::Etag => ("etag".to_owned(), None),
            Proof::Checksum(checksum) => {
                // A plain enum, whose name JSON cannot refuse.
                let name = serde_json::to_value(checksum.algorithm).unwrap_or_default();
                let name = name.as_str().unwrap_or_default().to_lowercase();
                (name, Some(checksum.value.as_str()))
            }
            Proof::None => ("no".to_owned(), None),
        };
        let line = Line {
            key: &listed.key,
            version: &version.version,
            size: listed.size,
            etag: &listed.etag,
            copy_etag: Some(copy_etag).filter(|etag| *etag != listed.etag),
            verified: &verified,
            checksum,
        };
        let line = serde_json::to_vec(&line).map_err(|error| unwritten(error.to_string()))?;
        self.sha.update(&line);
        self.sha.update(b"\n");
        manifest.line(&line).map_err(unwritten)
    }

    /// The digest of the whole, when nothing was missing and nothing differed.
    pub(super) fn keep(self) -> Result<Option<String>, CallError> {
        let Some(manifest) = self.manifest else { return Ok(None) };
        let sha256 = hex::encode(self.sha.finalize());
        manifest.keep(&sha256).map_err(unwritten)?;
        Ok(Some(sha256))
    }
}

fn unwritten(why: String) -> CallError {
    let message = format!("the manifest could not be written: {why}");
    let mut error = CallError::new(Ending::Refused, "ManifestNotWritten", message);
    error.advice = Some("make room in the state directory, then try again".to_owned());
    error
}
