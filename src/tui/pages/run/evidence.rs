//! What became of the calls that were in flight when the run stopped: one card per call.

use crate::engine::words::{call_words, conclusion_words, sight_words, value_words};
use crate::engine::{Conclusion, Evidence, Run};
use crate::tui::page::View;
use crate::tui::paint::{Sheet, ago};
use crate::tui::theme::Role;

/// Writes down what was sent, what is there now, and what follows from it.
pub(super) fn cards(sheet: &mut Sheet, run: &Run, view: &View<'_>) {
    let text = "Sent when the run stopped, and nobody saw the end. Nothing goes on before you have \
        seen this.";
    sheet.para(Role::Plain, text);
    for evidence in &run.evidence {
        sheet.gap();
        card(sheet, run, evidence, view);
    }
}

fn card(sheet: &mut Sheet, run: &Run, evidence: &Evidence, view: &View<'_>) {
    let title = run.step(evidence.step).map_or("", |step| &step.title);
    let head = format!("Step {} {title}, attempt {}", evidence.step + 1, evidence.attempt);
    sheet.para(Role::Strong, &head);
    let sent = format!("{}, {}", ago(evidence.sent, view.now), call_words(&evidence.call));
    sheet.hang("  sent    ", Role::Plain, &sent);
    let before = evidence.before.as_ref().map_or_else(|| "not there".to_owned(), value_words);
    sheet.hang("  before  ", Role::Plain, &before);
    let now = match &evidence.seen {
        Some(seen) => {
            let words = sight_words(seen.sight, seen.value.as_ref());
            format!("{words} ({} in a row, last {})", looks(seen.looks), ago(seen.at, view.now))
        }
        None if evidence.conclusion == Some(Conclusion::Done) => "as wanted".to_owned(),
        None => "not read yet".to_owned(),
    };
    sheet.hang("  now     ", Role::Plain, &now);
    let (role, words) = conclusion(evidence.conclusion);
    sheet.hang("  so      ", role, words);
}

fn looks(number: u32) -> String {
    if number == 1 { "1 look".to_owned() } else { format!("{number} looks") }
}

const fn conclusion(conclusion: Option<Conclusion>) -> (Role, &'static str) {
    match conclusion {
        None => (Role::Dim, "not known yet: it is looked at again"),
        Some(Conclusion::Done) => (Role::Good, conclusion_words(Conclusion::Done)),
        Some(found @ (Conclusion::NeverHappened | Conclusion::Partly)) => {
            (Role::Warn, conclusion_words(found))
        }
        Some(found @ (Conclusion::Differently | Conclusion::CannotTell)) => {
            (Role::Bad, conclusion_words(found))
        }
    }
}
