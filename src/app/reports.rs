//! The report of a run, from the journal as it stands on the disk.

use std::io::ErrorKind;
use std::path::Path;

use super::history::History;
use crate::error::{Error, Exit};
use crate::journal::{self, Check, Head, make_private_directory, write_private};
use crate::report::{Chain, Report};

/// Where the pages lie that are written from a console, within the state directory.
const FOLDER: &str = "reports";

/// The report of a run, the latest when none is named.
///
/// # Errors
/// There is no such run, or the journal does not verify: then nothing is reported from it.
pub fn report_of(state_dir: &Path, run: Option<&str>) -> Result<Report, Error> {
    let verified = journal::read(state_dir)?;
    let history = History::of(&verified.lines)?;
    let id = &history.meant(run, false)?.id;
    let records = history.get(id).map(|(_, records)| records.as_slice()).unwrap_or_default();
    Report::of(records, chain(verified.head, &verified.check)).map_err(|error| {
        let advice = "Use the muster that wrote the journal, or another --state-dir.";
        Error::new("journal-foreign", Exit::Failed, error.to_string(), advice)
    })
}

/// Writes the page of a report beside the journal, where only its owner reads it, and says where.
pub(super) fn keep(state_dir: &Path, report: &Report) -> Result<String, String> {
    let folder = state_dir.join(FOLDER);
    // What happened since makes another file: what was handed to somebody stays as it was.
    let file = folder.join(format!("{}-{}.html", report.run, report.journal.seq));
    let written = make_private_directory(&folder)
        .and_then(|()| write_private(&file, report.html().as_bytes()));
    match written {
        Ok(()) => Ok(file.display().to_string()),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(file.display().to_string()),
        Err(e) => Err(format!("{} cannot be written: {e}", file.display())),
    }
}

fn chain(head: Head, check: &Check) -> Chain {
    let head_kept = matches!(check, Check::Head(_));
    Chain { log: head.log, seq: head.seq, hash: head.hash, head_kept }
}
