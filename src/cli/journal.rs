//! `muster journal`: the audit record, as sentences, checked, or raw.

use serde_json::json;

use super::Out;
use super::args::JournalCommand;
use crate::app::{Context, History};
use crate::engine::words::sentence_in;
use crate::error::{Error, Exit};
use crate::journal::{self, Check, Entry, LogEvent, ScanEvent};

pub(super) fn journal(
    context: &Context,
    command: &JournalCommand,
    json: bool,
    out: &Out,
) -> Result<Exit, Error> {
    match command {
        JournalCommand::Show { run } => show(context, run.as_deref(), json, out),
        JournalCommand::Verify => verify(context, json, out),
        JournalCommand::Export => {
            journal::verify(&context.state_dir)?;
            journal::raw_parts(&context.state_dir, |part| out.bytes(part))?;
            Ok(Exit::Succeeded)
        }
    }
}

fn show(context: &Context, run: Option<&str>, json: bool, out: &Out) -> Result<Exit, Error> {
    let lines = journal::read(&context.state_dir)?.lines;
    let history = History::of(&lines)?;
    if let Some(run) = run {
        history.meant(Some(run), false)?;
    }
    let lines: Vec<_> =
        lines.iter().filter(|line| run.is_none() || line.run.as_deref() == run).collect();
    if json {
        out.json(&json!({ "version": 1, "records": lines }));
        return Ok(Exit::Succeeded);
    }
    for line in lines {
        let words = match &line.event {
            Entry::Run(event) => {
                let bound =
                    line.run.as_deref().and_then(|id| history.get(id)).map(|(r, _)| &r.bound);
                sentence_in(event, bound, None)
            }
            Entry::Scan(ScanEvent::Scanned { scan }) => scan.sentence(),
            Entry::Log(LogEvent::Created { log }) => format!("the journal {log} begins"),
            Entry::Log(LogEvent::Repaired { bytes }) => {
                format!("a torn last line of {bytes} bytes was set aside")
            }
        };
        let run = line.run.as_deref().unwrap_or("-");
        out.line(&format!("{:>5} {:.0} {run} {}: {words}", line.seq, line.time, line.actor));
    }
    Ok(Exit::Succeeded)
}

fn verify(context: &Context, json: bool, out: &Out) -> Result<Exit, Error> {
    let found = journal::verify(&context.state_dir);
    if json {
        let value = match &found {
            Ok(sound) => json!({
                "version": 1,
                "verified": true,
                "records": sound.head.seq,
                "torn_bytes": sound.torn,
                "head": match &sound.check {
                    Check::Head(head) => Some(head),
                    Check::NoHead => None,
                },
                "problem": null,
            }),
            Err(error) => json!({
                "version": 1,
                "verified": false,
                "records": null,
                "torn_bytes": null,
                "head": null,
                "problem": error.to_string(),
            }),
        };
        out.json(&value);
    }
    let sound = found?;
    if json {
        return Ok(Exit::Succeeded);
    }
    out.line(&format!("{} records: every link of the chain holds", sound.head.seq));
    match &sound.check {
        Check::Head(head) => {
            out.line(&format!("its end: record {} is the one that the kept head names", head.seq));
            out.line(&format!("head: {head}"));
            out.line(
                "not checked: a head that was kept elsewhere (on a report); compare the line above",
            );
        }
        Check::NoHead => {
            out.line("its end: NOT CHECKED, no head was kept: a cut tail would not show")
        }
    }
    if sound.torn > 0 {
        out.line(&format!(
            "a torn last line of {} bytes is what a crash left; the next run sets it aside",
            sound.torn
        ));
    }
    Ok(Exit::Succeeded)
}
