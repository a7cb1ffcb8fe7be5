//! `muster check`: everything that is wrong with books and estates, without an account.

use std::path::Path;

use miette::{GraphicalReportHandler, GraphicalTheme};
use serde_json::json;

use super::Out;
use crate::app::Library;
use crate::engine::words::count;
use crate::error::{Error, Exit};
use crate::problem::Problem;

pub(super) fn check(path: Option<&Path>, json: bool, out: &Out) -> Result<Exit, Error> {
    // A book is read in its estate: of a single file, the folder is read and the rest left out.
    let file = path.filter(|path| path.is_file());
    let library = match (path, file.and_then(Path::parent)) {
        (_, Some(folder)) if folder.as_os_str().is_empty() => Library::read(Path::new("."))?,
        (_, Some(folder)) => Library::read(folder)?,
        (Some(path), None) => Library::read(path)?,
        (None, None) => Library::embedded(),
    };
    let name = file.and_then(Path::file_name);
    let is_meant = |problem: &&Problem| match name {
        Some(name) => Path::new(problem.path()).file_name() == Some(name),
        None => true,
    };
    let problems: Vec<_> = library.problems().filter(is_meant).collect();
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let books: usize = library.shelves.iter().map(|shelf| shelf.found).sum();
    let profiles: usize = library.shelves.iter().map(|shelf| shelf.profiles_found).sum();
    if json {
        let found: Vec<_> = problems.iter().map(|problem| problem.to_json()).collect();
        out.json(&json!({
            "version": 1,
            "estates": library.shelves.len(),
            "books": books,
            "profiles": profiles,
            "errors": errors,
            "problems": found,
        }));
    } else {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
        for problem in &problems {
            let mut text = String::new();
            // Rendering to a String fails only when a span lies outside its text.
            if handler.render_report(&mut text, *problem).is_err() {
                text = problem.to_string();
            }
            out.line(text.trim_end());
            out.line("");
        }
        let warnings = problems.len() - errors;
        out.line(&format!(
            "{}, {}, {}: {}, {}",
            count(library.shelves.len(), "estate"),
            count(books, "book"),
            count(profiles, "profile"),
            count(errors, "error"),
            count(warnings, "warning")
        ));
    }
    Ok(if errors == 0 { Exit::Succeeded } else { Exit::Usage })
}
