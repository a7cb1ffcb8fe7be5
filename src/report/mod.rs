//! Reports: what a run did, for people who were not there. Pure: records in, a page out.
//!
//! A report is made of the records of the journal and of nothing else, so that the same journal
//! always makes the same report. It is one value ([`Report`]), which is written as JSON, as Markdown
//! or as a page of HTML that loads nothing and runs nothing. The pages are templates beside this
//! file; every text that is put into them is escaped for their format (`escape`).

mod escape;
mod gather;
mod page;
mod parts;
mod redact;
mod settled;

pub use parts::{
    AttemptEnd, AttemptPart, Chain, Confirmation, EventPart, FailurePart, FoundPart, IdentityPart,
    Moment, NotePart, Person, PlacePart, Report, Role, State, StepPart, TargetPart, Totals,
};

#[cfg(test)]
mod tests;
