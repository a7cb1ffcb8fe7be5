//! The report of a run, from the journal as it stands on the disk.

use std::path::Path;

use super::history::History;
use crate::error::{Error, Exit};
use crate::journal::{self, Check, Verified};
use crate::report::{Chain, Report};

/// The report of a run, the latest when none is named.
///
/// # Errors
/// There is no such run, or the journal does not verify: then nothing is reported from it.
pub fn report_of(state_dir: &Path, run: Option<&str>) -> Result<Report, Error> {
    let verified = journal::read(state_dir)?;
    let history = History::of(&verified.lines)?;
    let id = &history.meant(run, false)?.id;
    let records = history.get(id).map(|(_, records)| records.as_slice()).unwrap_or_default();
    Report::of(records, chain(&verified)).map_err(|error| {
        let advice = "Use the muster that wrote the journal, or another --state-dir.";
        Error::new("journal-foreign", Exit::Failed, error.to_string(), advice)
    })
}

fn chain(verified: &Verified) -> Chain {
    let head = verified.head();
    let head_kept = matches!(verified.check, Check::Head(_));
    Chain { log: head.log, seq: head.seq, hash: head.hash, head_kept }
}
