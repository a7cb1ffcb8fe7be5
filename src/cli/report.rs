//! `muster report`: what a run did, as a page or as data, printed or written to a file.

use std::path::Path;

use super::Out;
use super::args::{ReportArgs, ReportFormat};
use super::out;
use crate::app::{Context, report_of};
use crate::error::{Error, Exit};
use crate::journal::write_private;

pub(super) fn report(
    context: &Context,
    args: &ReportArgs,
    json: bool,
    out: &Out,
) -> Result<Exit, Error> {
    let format = format(args, json)?;
    let report = report_of(&context.state_dir, args.run.as_deref())?;
    let report = if args.redacted { report.redacted() } else { report };
    let text = match format {
        ReportFormat::Markdown => report.markdown(),
        ReportFormat::Html => report.html(),
        ReportFormat::Json => out::json_text(&report),
    };
    match &args.out {
        Some(file) => {
            keep(file, &text)?;
            out.talk(&format!("The report of {} is in {}", report.run, file.display()));
        }
        None => out.line(text.trim_end()),
    }
    Ok(Exit::Succeeded)
}

fn format(args: &ReportArgs, json: bool) -> Result<ReportFormat, Error> {
    let ending = args.out.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    match (args.format, json, ending) {
        (Some(ReportFormat::Markdown | ReportFormat::Html), true, _) => {
            let what = "--json and --format say different things";
            Err(Error::usage("report-format", what, "Leave one of them out."))
        }
        (Some(format), ..) => Ok(format),
        (None, true, _) | (None, false, Some("json")) => Ok(ReportFormat::Json),
        (None, false, Some("html" | "htm")) => Ok(ReportFormat::Html),
        (None, false, _) => Ok(ReportFormat::Markdown),
    }
}

/// A report names people and resources: only its owner can read the file, and nothing that is
/// there already is written over.
fn keep(file: &Path, text: &str) -> Result<(), Error> {
    write_private(file, text.as_bytes()).map_err(|e| {
        let what = format!("{} cannot be written: {e}", file.display());
        let advice = "Give a file to --out that is not there yet.";
        Error::new("report-file", Exit::Failed, what, advice).with_effect("nothing was changed")
    })
}
