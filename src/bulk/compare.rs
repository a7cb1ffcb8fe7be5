//! Compares two buckets, object by object.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::StreamExt as _;

use super::Inner;
use super::manifest::Writer;
use super::pairs::{Pair, join};
use super::verify::{Proof, Sight, by_lists};
use super::{listing, send};
use crate::cloud::bulk::{Compared, Copying, Names};
use crate::cloud::objects::{Listed, Version};
use crate::cloud::s3control::MOST_BYTES;
use crate::cloud::{CallError, Ending};

/// What became of one entry.
enum Found {
    /// Not current, or a delete marker.
    Old(Version),
    /// In the target only: the source never had it, or it was deleted there.
    Extra(Option<Version>),
    /// In the source only.
    Missing(Version),
    /// In both.
    Both(Version, Listed, Sight),
}

/// Walks both lists once. The order is kept, so that the manifest is the same whenever it is made.
pub(super) async fn run(inner: &Arc<Inner>, of: &Copying) -> Result<Compared, CallError> {
    let source = listing::versions(inner, &of.from, &of.prefix);
    // Versions that are not current would meet the object of their key: they go past it.
    let target = listing::objects(inner, &of.to, &of.prefix);
    let mut compared = nothing(of);
    let mut writer = Writer::new(&*inner.tools.manifests, of)?;
    let mut found =
        join(source, target).map(|pair| look(inner, of, pair)).buffered(inner.tools.limits.objects);
    while let Some(found) = found.next().await {
        if inner.is_stopped() {
            return Err(CallError::new(Ending::NotSent, "Stopped", "it was stopped on the way"));
        }
        count(&mut compared, &mut writer, found?)?;
    }
    compared.uploads = inner.uploads(&of.to, &of.prefix).await?.0;
    compared.manifest = writer.keep()?;
    inner.counted(of, compared.missing, compared.missing_bytes);
    Ok(compared)
}

async fn look(
    inner: &Arc<Inner>,
    of: &Copying,
    pair: Result<Pair<Version, Listed>, CallError>,
) -> Result<Found, CallError> {
    match pair? {
        Pair::Right(_) => Ok(Found::Extra(None)),
        Pair::Left(version) if version.marker || !version.current => Ok(Found::Old(version)),
        Pair::Left(version) => Ok(Found::Missing(version)),
        // The first version of a key that S3 lists is the current one.
        Pair::Both(version, _) if version.marker || !version.current => {
            Ok(Found::Extra(Some(version)))
        }
        Pair::Both(version, there) => {
            let sight = match by_lists(&version.listed, &there) {
                Some(sight) => sight,
                None => {
                    let key = version.listed.key.as_str();
                    let id = Some(version.version.as_str()).filter(|id| *id != "null");
                    let compared = inner.compare((&of.from, id), &of.to, key).await;
                    match compared {
                        // It was deleted after it was listed.
                        Err(error) if error.ending == Ending::Absent => {
                            return Ok(Found::Missing(version));
                        }
                        Err(error) if send::is_fatal(&error) => return Err(error),
                        compared => compared?,
                    }
                }
            };
            Ok(Found::Both(version, there, sight))
        }
    }
}

fn count(compared: &mut Compared, writer: &mut Writer, found: Found) -> Result<(), CallError> {
    match found {
        Found::Extra(version) => {
            compared.extra += 1;
            if let Some(version) = version {
                count(compared, writer, Found::Old(version))?;
            }
        }
        Found::Old(version) if version.marker => compared.markers += 1,
        Found::Old(version) => {
            compared.noncurrent += 1;
            compared.noncurrent_bytes += version.listed.size;
        }
        Found::Missing(Version { listed, .. }) => {
            compared.objects += 1;
            compared.bytes += listed.size;
            compared.missing += 1;
            compared.missing_bytes += listed.size;
            if listed.storage_class.is_archive() {
                compared.archived.add(&listed.key);
            }
            if listed.size > MOST_BYTES {
                compared.large.add(&listed.key);
            } else {
                *compared.classes.entry(listed.storage_class).or_default() += 1;
            }
            writer.give_up();
        }
        Found::Both(version, there, sight) => {
            compared.objects += 1;
            compared.bytes += version.listed.size;
            match sight {
                Sight::Differs => {
                    compared.differing.add(&version.listed.key);
                    writer.give_up();
                }
                Sight::Same(proof) => {
                    match proof {
                        Proof::None => compared.unverified.add(&version.listed.key),
                        Proof::Etag | Proof::Checksum(_) => compared.verified += 1,
                    }
                    writer.add(&version, &there.etag, &proof)?;
                }
            }
        }
    }
    Ok(())
}

fn nothing(of: &Copying) -> Compared {
    Compared {
        of: of.clone(),
        objects: 0,
        bytes: 0,
        verified: 0,
        missing: 0,
        missing_bytes: 0,
        differing: Names::default(),
        unverified: Names::default(),
        archived: Names::default(),
        large: Names::default(),
        classes: BTreeMap::new(),
        extra: 0,
        noncurrent: 0,
        noncurrent_bytes: 0,
        markers: 0,
        uploads: 0,
        manifest: None,
    }
}
