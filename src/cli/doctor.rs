//! `muster doctor`: what was found, and what is wrong, before it matters.

use std::os::unix::fs::MetadataExt as _;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;

use super::Out;
use super::console;
use crate::app::clock::now;
use crate::app::{Context, LOG, connect, socket_of, unanswered, who};
use crate::cloud::skew_words;
use crate::error::{Error, Exit};
use crate::journal;

/// Credentials that end sooner would interrupt all but the shortest run. The banner calls out the
/// same ones.
const TOO_SOON: SignedDuration = SignedDuration::from_mins(10);

/// One finding.
#[derive(Debug, Serialize)]
struct Finding {
    /// What was looked at.
    subject: &'static str,
    /// Whether it is as it should be.
    ok: bool,
    /// What was found.
    found: String,
    /// What to do, when it is not as it should be.
    advice: Option<String>,
}

impl Finding {
    fn ok(subject: &'static str, found: impl Into<String>) -> Self {
        Self { subject, ok: true, found: found.into(), advice: None }
    }

    fn bad(subject: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { subject, ok: false, found: found.into(), advice: Some(advice.into()) }
    }
}

pub(super) async fn doctor(context: &Context, json: bool, out: &Out) -> Result<Exit, Error> {
    let mut findings = vec![terminal(context), books(context), disk(context), link(context)];
    findings.extend(secrets(context));
    findings.push(journal_of(context));
    findings.extend(account(context).await);
    let well = findings.iter().all(|finding| finding.ok);
    if json {
        out.json(&json!({ "version": 1, "ok": well, "findings": findings }));
    } else {
        for finding in &findings {
            let word = if finding.ok { "ok " } else { "BAD" };
            out.line(&format!("{word} {:<12} {}", finding.subject, finding.found));
            if let Some(advice) = &finding.advice {
                out.line(&format!("    {:<12} {advice}", "next:"));
            }
        }
    }
    Ok(if well { Exit::Succeeded } else { Exit::Failed })
}

fn terminal(context: &Context) -> Finding {
    let surroundings = &context.surroundings;
    let term = if surroundings.term.is_empty() { "none" } else { &surroundings.term };
    if console::is_possible(surroundings) {
        Finding::ok("terminal", format!("{term}: the full screen is possible"))
    } else {
        Finding::ok("terminal", format!("{term}: plain lines are used"))
    }
}

fn books(context: &Context) -> Finding {
    let errors = context.library.problems().filter(|problem| problem.is_error()).count();
    let books: usize = context.library.shelves.iter().map(|shelf| shelf.books.len()).sum();
    if errors == 0 {
        Finding::ok("books", format!("{books} without errors"))
    } else {
        Finding::bad("books", format!("{errors} errors"), "`muster check` shows them.")
    }
}

fn disk(context: &Context) -> Finding {
    let path = &context.state_dir;
    let shown = path.display();
    let probe = || -> std::io::Result<()> {
        std::fs::create_dir_all(path)?;
        tempfile::NamedTempFile::new_in(path)?.as_file().sync_all()
    };
    match probe() {
        Ok(()) => Finding::ok("state", format!("{shown} can be written and synced")),
        Err(error) => {
            let advice = "Free some space, or give another directory with --state-dir.";
            Finding::bad("state", format!("{shown}: {error}"), advice)
        }
    }
}

/// Whether a console could attach to a runner here.
fn link(context: &Context) -> Finding {
    match socket_of(&context.state_dir) {
        Ok(_) => Finding::ok("attach", "runs here can be attached to"),
        Err(why) => {
            let advice = "Give a shorter --state-dir. With this one nobody can watch a run or come \
                back to its console: end its process (`muster runs` tells the number), then \
                `muster resume` goes on.";
            Finding::bad("attach", why, advice)
        }
    }
}

/// What only its owner may read or reach, and others can.
fn secrets(context: &Context) -> Option<Finding> {
    let open: Vec<_> = ["link", LOG]
        .map(|name| context.state_dir.join(name))
        .into_iter()
        .filter(|path| std::fs::metadata(path).is_ok_and(|found| found.mode() & 0o077 != 0))
        .map(|path| path.display().to_string())
        .collect();
    let advice = format!("`chmod go= {}`, and see who had access.", open.join(" "));
    let found = format!("others than the owner have access to {}", open.join(" and "));
    (!open.is_empty()).then(|| Finding::bad("owner", found, advice))
}

fn journal_of(context: &Context) -> Finding {
    match journal::verify(&context.state_dir) {
        Ok(sound) => Finding::ok("journal", format!("{} records verify", sound.head.seq)),
        Err(error) => {
            let error = Error::from(error);
            Finding::bad("journal", error.what, error.advice)
        }
    }
}

async fn account(context: &Context) -> Vec<Finding> {
    let (estate, environment) = match context.place() {
        Ok(place) => place,
        Err(error) => return vec![Finding::bad("account", error.what, error.advice)],
    };
    let connected = match connect(context, estate, environment).await {
        Ok(connected) => connected,
        Err(error) => return vec![Finding::bad("account", error.what, error.advice)],
    };
    let expected = &environment.place.account;
    let identity = match who(&connected.account).await {
        Ok(found) if found.account == *expected => {
            Finding::ok("account", format!("{} as {}", environment.place, found.arn))
        }
        Ok(found) => Finding::bad(
            "account",
            format!("expected {expected}, found {} ({})", found.account, found.arn),
            "Choose the profile of the right account, or the environment that you mean.",
        ),
        Err(error) => {
            let told = unanswered(&error);
            Finding::bad("account", error.to_string(), told.advice)
        }
    };
    let ends = (connected.expires)().await;
    vec![identity, credentials(ends, connected.login.as_deref()), clock(connected.account.skew())]
}

/// When the credentials end.
fn credentials(ends: Option<Timestamp>, login: Option<&str>) -> Finding {
    let Some(at) = ends else { return Finding::ok("credentials", "no end is known") };
    if at.duration_since(now()) > TOO_SOON {
        return Finding::ok("credentials", format!("they end at {at:.0}"));
    }
    let advice = login.unwrap_or("log in again");
    Finding::bad(
        "credentials",
        format!("they end at {at:.0}, which is too soon for a run"),
        format!("Before a run: {advice}."),
    )
}

/// How far the clock of this machine is off, as the account just told it.
fn clock(skew: Option<SignedDuration>) -> Finding {
    match (skew, skew.and_then(skew_words)) {
        (_, Some(words)) => Finding::bad(
            "clock",
            format!("the clock of this machine is {words}"),
            "Set it (`timedatectl` shows it and what sets it): AWS takes no request that is five \
             minutes off, and the journal has wrong times.",
        ),
        (Some(_), None) => Finding::ok("clock", "it is right to the minute"),
        (None, None) => Finding::ok("clock", "not compared: no answer told the time"),
    }
}
