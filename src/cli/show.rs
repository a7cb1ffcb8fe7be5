//! `muster show`: a book as text, its IAM policy, or the reference of the settings.

use std::collections::BTreeMap;

use serde_json::json;

use super::Out;
use super::args::ShowArgs;
use crate::app::{Context, unbound};
use crate::error::{Error, Exit};
use crate::jobs;
use crate::runbook::{Book, iam_policy};
use crate::settings::reference;

pub(super) fn show(
    context: &Context,
    args: &ShowArgs,
    json: bool,
    out: &Out,
) -> Result<Exit, Error> {
    if args.book == "settings" {
        if json {
            out.json(&json!({ "version": 1, "settings": reference::value_schemas(jobs::rows()) }));
        } else {
            out.line(reference::markdown(jobs::TABLE).trim_end());
        }
        return Ok(Exit::Succeeded);
    }
    let estate = context.library.estate(context.options.estate.as_deref())?;
    let book = context.library.book(&estate.name, &args.book)?;
    if args.iam {
        let (_, environment) = context.place()?;
        let mut params: BTreeMap<_, _> = args.params.param.iter().cloned().collect();
        // The actions do not depend on what is given: an example does where nothing was.
        for param in &book.params {
            params.entry(param.name.clone()).or_insert_with(|| param.example());
        }
        let bound = book.bind(estate, environment, &params).map_err(|found| unbound(&found))?;
        out.json(&iam_policy(&bound));
    } else if json {
        out.json(&json!({
            "version": 1,
            "book": book.pinned,
            "params": book.params,
            "steps": book.outline(),
        }));
    } else {
        text(book, out);
    }
    Ok(Exit::Succeeded)
}

fn text(book: &Book, out: &Out) {
    let pinned = &book.pinned;
    out.line(&format!("{}  ({} {})", pinned.title, pinned.name, pinned.version));
    out.line(&pinned.summary);
    out.line(&format!(
        "risk {:?}, about {} min, {}; owner {}, reviewed {}, sha256 {}",
        pinned.risk,
        pinned.duration_seconds / 60,
        pinned.cost,
        pinned.owner,
        pinned.reviewed,
        &pinned.sha256[..12]
    ));
    for param in &book.params {
        let default = param.default.as_ref().map(|d| format!(" (default {d})")).unwrap_or_default();
        out.line(&format!("  -p {}=...  {}{default}", param.name, param.help));
    }
    for (number, step) in (1..).zip(book.outline()) {
        out.line(&format!("\n[ ] {number} {}", step.title));
        out.line(&format!("      {}", step.why));
        out.line(&format!("      does: {}", step.what));
        if let Some(cost) = &step.cost {
            out.line(&format!("      cost: {cost}"));
        }
        if let Some(undo) = &step.undo {
            out.line(&format!("      undo: {undo}"));
        }
    }
}
