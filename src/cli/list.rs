//! `muster list`: the catalogue.

use serde_json::json;

use super::Out;
use crate::app::{Context, Shelf};
use crate::error::{Error, Exit};

pub(super) fn list(context: &Context, json: bool, out: &Out) -> Result<Exit, Error> {
    let library = &context.library;
    let shelves: Vec<&Shelf> = match context.options.estate.as_deref() {
        Some(name) => vec![library.shelf(Some(name))?],
        None => library.shelves.iter().collect(),
    };
    if json {
        let books = shelves.iter().flat_map(|shelf| {
            shelf
                .books
                .iter()
                .map(|book| json!({ "estate": shelf.source.name, "book": book.pinned }))
        });
        out.json(&json!({ "version": 1, "books": books.collect::<Vec<_>>() }));
        return Ok(Exit::Succeeded);
    }
    for shelf in shelves {
        let title = shelf.estate.as_ref().map_or("", |estate| &estate.title);
        out.line(&format!("{}  {title}", shelf.source.name));
        for book in &shelf.books {
            let pinned = &book.pinned;
            out.line(&format!(
                "  {:<28} {:<10} {:<8} {:<7} {:<10} reviewed {}  {}",
                pinned.name,
                serde_json::to_value(pinned.kind).unwrap_or_default().as_str().unwrap_or_default(),
                pinned.version,
                serde_json::to_value(pinned.risk).unwrap_or_default().as_str().unwrap_or_default(),
                pinned.owner,
                pinned.reviewed,
                &pinned.sha256[..12],
            ));
            out.line(&format!("  {:<28} {}", "", pinned.title));
        }
        let broken = shelf.found.saturating_sub(shelf.books.len());
        if broken > 0 {
            out.talk(&format!(
                "{broken} of {} have errors: `muster check` shows them",
                shelf.found
            ));
        }
    }
    Ok(Exit::Succeeded)
}
