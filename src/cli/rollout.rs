//! `muster rollout`: the phases of the estate, how far each is, and what to do next.

use serde_json::json;

use super::Out;
use crate::app::{self, Context, History};
use crate::error::{Error, Exit};
use crate::linear::wording;

pub(super) fn rollout(context: &Context, json: bool, out: &Out) -> Result<Exit, Error> {
    let here = context.here()?;
    let shelf = context.library.shelf(Some(here.estate))?;
    let history = History::read(&context.state_dir)?;
    let rollout = app::rollout(&history, shelf, here);
    if json {
        out.json(&json!({
            "version": 1,
            "mode": here.mode,
            "estate": here.estate,
            "environment": here.environment.name,
            "phases": rollout.phases,
            "next": rollout.next,
        }));
        return Ok(Exit::Succeeded);
    }
    let place = &here.environment.place;
    out.line(&format!("{} {} {place}, {}", here.estate, here.environment.name, here.mode));
    wording::rollout(&rollout).iter().for_each(|line| out.line(line));
    Ok(Exit::Succeeded)
}
