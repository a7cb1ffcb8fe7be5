//! `muster compliance`: what should be so, what is so, and the score over both.

use std::path::Path;

use super::Out;
use super::args::ComplianceArgs;
use super::out::json_text;
use crate::app::{Context, History, Pacer, Progress, clock, connect, report, scan};
use crate::compliance::{Report, render};
use crate::error::{Error, Exit};
use crate::journal::{Journal, JournalError};

pub(super) async fn compliance(
    context: &Context,
    args: &ComplianceArgs,
    json: bool,
    out: &Out,
) -> Result<Exit, Error> {
    let (estate, environment) = context.place()?;
    let profile = context.library.profile(&estate.name, args.profile.as_deref())?;
    // A journal that does not verify ends it before anything is read.
    let history = History::read(&context.state_dir)?;
    let connected = connect(context, estate, environment).await?;
    let mut pacer = Pacer::default();
    let asked = (clock::now(), |_: Progress<'_>| {});
    let mode = context.mode();
    let mut scanned =
        scan(&connected.account, &mut pacer, mode, (estate, environment), profile, asked).await?;
    scanned.answer(&history);
    let record = keep(context, &scanned.scan, out)?;
    let report = report(profile, scanned, &history, record);
    show(&report, args, json, out)?;
    Ok(match args.fail_under {
        Some(percent) if !report.scan.score.reaches(percent) => {
            out.talk(&format!("The score is under {percent} % of all checks."));
            Exit::Missed
        }
        Some(_) | None => Exit::Succeeded,
    })
}

/// Writes the scan down; none when another process writes the journal, which is said.
fn keep(
    context: &Context,
    scan: &crate::compliance::Scan,
    out: &Out,
) -> Result<Option<u64>, Error> {
    let actor = &context.surroundings.actor;
    match Journal::open(&context.state_dir, actor, clock::now()) {
        Ok((mut journal, _)) => Ok(Some(journal.append_scan(actor, clock::now(), scan)?)),
        Err(error @ JournalError::Locked { .. }) => {
            out.talk(&format!("This scan is not in the journal: {error}."));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn show(report: &Report, args: &ComplianceArgs, json: bool, out: &Out) -> Result<(), Error> {
    let format = &args.format;
    let text = if json {
        json_text(&render::json(report))
    } else if format.markdown {
        render::markdown(report)
    } else if format.html {
        render::html(report)
    } else if format.junit {
        render::junit(report)
    } else if format.sarif {
        json_text(&render::sarif(report))
    } else {
        render::text(report)
    };
    let Some(file) = &args.out else {
        out.line(text.trim_end());
        return Ok(());
    };
    store(file, &text)?;
    out.talk(&format!("{}; kept in {}", report.scan.score.in_words(), file.display()));
    Ok(())
}

fn store(file: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(file, text).map_err(|error| {
        let what = format!("{} cannot be written: {error}", file.display());
        Error::new("out", Exit::Failed, what, "Give another --out.")
            .with_effect("nothing was changed")
    })
}
