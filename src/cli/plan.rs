//! `muster plan`: what a book would change, from live reads.

use std::path::Path;

use serde_json::{Value, json};

use super::Out;
use super::args::PlanArgs;
use crate::app::{Context, History, clock, connect, plan as planner, unbound};
use crate::error::{Error, Exit};
use crate::linear::wording;
use crate::link::{Planned, Unmet};
use crate::runbook::Book;

pub(super) async fn plan(
    context: &Context,
    args: &PlanArgs,
    json: bool,
    out: &Out,
) -> Result<Exit, Error> {
    let (estate, environment) = context.place()?;
    let book = context.library.book(&estate.name, &args.book)?;
    let params = args.params.param.iter().cloned().collect();
    let bound = book.bind(estate, environment, &params).map_err(|found| unbound(&found))?;
    let connected = connect(context, estate, environment).await?;
    let planned = planner(&connected.account, context.mode(), bound, clock::now()).await?;
    let planned = Planned { unmet: unmet(context, book)?, ..planned };
    let value = as_json(&planned);
    if let Some(file) = &args.out {
        keep(file, &value)?;
    }
    if json {
        out.json(&value);
    } else {
        wording::plan(&planned).iter().for_each(|line| out.line(line));
    }
    Ok(Exit::Succeeded)
}

/// Why a book cannot be started now.
pub(super) fn unmet(context: &Context, book: &Book) -> Result<Option<Unmet>, Error> {
    let here = context.here()?;
    let shelf = context.library.shelf(Some(here.estate))?;
    Ok(History::read(&context.state_dir)?.unmet(here, shelf, &book.pinned))
}

fn keep(file: &Path, value: &Value) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    std::fs::write(file, text).map_err(|e| {
        let what = format!("{} cannot be written: {e}", file.display());
        Error::new("plan-file", Exit::Failed, what, "Give another file to --out.")
            .with_effect("nothing was changed")
    })
}

/// The digest of a plan that was kept in a file.
pub(super) fn kept_digest(file: &Path) -> Result<String, Error> {
    let unreadable = |why: String| {
        let what = format!("{} is no plan: {why}", file.display());
        Error::usage("plan-file", what, "Make one with `muster plan BOOK --out FILE`.")
    };
    let text = std::fs::read(file).map_err(|e| unreadable(e.to_string()))?;
    let value: Value = serde_json::from_slice(&text).map_err(|e| unreadable(e.to_string()))?;
    let digest =
        value["digest"].as_str().ok_or_else(|| unreadable("it has no digest".to_owned()))?;
    Ok(digest.to_owned())
}

/// The plan as it is printed and kept: every target with its value before and after.
fn as_json(planned: &Planned) -> Value {
    let bound = &planned.bound;
    let steps = planned.steps.iter().map(|plan| {
        let text = &bound.steps[plan.step];
        let targets = plan.targets.iter().map(|target| {
            json!({
                "resource": target.target.name,
                "before": target.verdict.before(),
                "after": target.to,
                "outcome": target.verdict,
            })
        });
        json!({
            "step": plan.step + 1,
            "id": text.id,
            "title": text.title,
            "setting": text.targets().map(|(setting, _)| setting),
            "danger": plan.danger(),
            "digest": plan.digest(),
            "targets": targets.collect::<Vec<_>>(),
        })
    });
    json!({
        "version": 1,
        "mode": planned.mode,
        "book": bound.book,
        "estate": bound.estate,
        "environment": bound.environment.name,
        "account": bound.environment.place.account,
        "region": bound.environment.place.region,
        "identity": planned.identity,
        "at": planned.at,
        "digest": planned.digest,
        "unmet": planned.unmet,
        "steps": steps.collect::<Vec<_>>(),
    })
}
