//! `muster practice`: the simulated account, afresh, its ledger, and its faults.

use serde_json::json;

use super::Out;
use super::args::PracticeCommand;
use crate::app::Context;
use crate::app::practice::{self, Practice};
use crate::engine::words::{call_words, count};
use crate::error::{Error, Exit};
use crate::sandbox::Fault;

pub(super) fn practice(
    context: &Context,
    command: &PracticeCommand,
    json: bool,
    out: &Out,
) -> Result<Exit, Error> {
    let (estate, environment) = context.place()?;
    let state_dir = &context.state_dir;
    match command {
        PracticeCommand::Reset => {
            let path = practice::reset(state_dir, estate, environment)?;
            out.talk(&format!(
                "{} {} is as before any phase: {}",
                estate.name,
                environment.name,
                path.display()
            ));
        }
        PracticeCommand::Ledger => {
            let ledger = Practice::open(state_dir, estate, environment)?.ledger();
            if json {
                out.json(&json!({ "version": 1, "effects": ledger }));
                return Ok(Exit::Succeeded);
            }
            if ledger.is_empty() {
                out.talk("The simulated account has seen no effect.");
            }
            for entry in ledger {
                let same = if entry.change { "" } else { "  (it was so already)" };
                out.line(&format!(
                    "{:>4} {:.0} {}{same}",
                    entry.seq,
                    entry.at,
                    call_words(&entry.detail)
                ));
            }
        }
        PracticeCommand::Faults { file } => {
            let faults: Vec<Fault> = match file {
                None => Vec::new(),
                Some(file) => {
                    let bad = |why: String| {
                        let what = format!("{}: {why}", file.display());
                        Error::usage(
                            "faults",
                            what,
                            "It is a JSON list, such as [{\"on\": \"UpdateTable\", \"kind\": \"denied\"}].",
                        )
                    };
                    let text = std::fs::read(file).map_err(|e| bad(e.to_string()))?;
                    serde_json::from_slice(&text).map_err(|e| bad(e.to_string()))?
                }
            };
            let set = count(faults.len(), "fault");
            Practice::open(state_dir, estate, environment)?.set_faults(faults)?;
            out.talk(&format!("{set} set in the simulated account."));
        }
    }
    Ok(Exit::Succeeded)
}
