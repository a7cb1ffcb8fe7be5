//! Every text of a report, and whether it is secret. Each struct is taken apart by name: a new field
//! does not compile before it is decided what it is.

use serde_json::Value;

use super::Kind;
use crate::engine::Failure;
use crate::report::parts::{
    AttemptPart, Confirmation, EventPart, FailurePart, FoundPart, IdentityPart, Moment, NotePart,
    Person, PlacePart, Report, StepPart, TargetPart,
};
use crate::runbook::Pinned;

/// A text of a report.
pub(super) enum Field<'a> {
    /// Secret as a whole.
    Whole(Kind, &'a mut String),
    /// A sentence in which stands what a person said.
    Said(&'a str, &'a mut String),
    /// It may hold something secret.
    Text(&'a mut String),
}

use Field::{Said, Text, Whole};

/// Visits every text.
pub(super) fn visit(report: &mut Report, see: &mut dyn FnMut(Field<'_>)) {
    let Report {
        version: _,
        redacted: _,
        evidence: _,
        run: _,
        mode: _,
        pace: _,
        state: _,
        happened,
        failure,
        book,
        params,
        undoes: _,
        undone_by: _,
        place,
        started: _,
        last: _,
        seconds: _,
        identities,
        people,
        totals: _,
        steps,
        found,
        left,
        next,
        stops,
        notes,
        events,
        journal: _,
    } = report;
    of_place(place, see);
    of_people(people, identities, see);
    of_book(book, see);
    params.values_mut().for_each(|text| see(Text(text)));
    see(Text(happened));
    failure.iter_mut().for_each(|failure| of_failure(failure, see));
    steps.iter_mut().for_each(|step| of_step(step, see));
    for FoundPart {
        attempt: _,
        step: _,
        call,
        sent: _,
        before,
        seen,
        conclusion: _,
        accepted: _,
    } in found
    {
        see(Text(call));
        before.iter_mut().for_each(|value| of_value(value, see));
        seen.iter_mut().for_each(|text| see(Text(text)));
    }
    left.iter_mut().chain(next).for_each(|text| see(Text(text)));
    of_log(stops, notes, events, see);
}

fn of_place(place: &mut PlacePart, see: &mut dyn FnMut(Field<'_>)) {
    let PlacePart { estate: _, estate_sha256, environment: _, protected: _, account, region: _ } =
        place;
    see(Whole(Kind::Account, account));
    // The estate names its accounts: whoever has the rest of its text could find them by trying.
    see(Whole(Kind::Digest, estate_sha256));
}

fn of_people(
    people: &mut [Person],
    identities: &mut [IdentityPart],
    see: &mut dyn FnMut(Field<'_>),
) {
    for Person { name, role: _, at: _, steps: _ } in people {
        see(Whole(Kind::Person, name));
    }
    for IdentityPart { at: _, account, arn, expected: _ } in identities {
        see(Whole(Kind::Account, account));
        see(Whole(Kind::Arn, arn));
    }
}

fn of_log(
    stops: &mut [Moment],
    notes: &mut [NotePart],
    events: &mut [EventPart],
    see: &mut dyn FnMut(Field<'_>),
) {
    for Moment { at: _, by, what, reason } in stops {
        see(Whole(Kind::Person, by));
        see(Text(what));
        reason.iter_mut().for_each(|text| see(Whole(Kind::Answer, text)));
    }
    for NotePart { at: _, by, text } in notes {
        see(Whole(Kind::Person, by));
        see(Whole(Kind::Note, text));
    }
    for EventPart { seq: _, at: _, by, what, said } in events {
        see(Whole(Kind::Person, by));
        match said {
            Some(said) => see(Said(said, what)),
            None => see(Text(what)),
        }
    }
}

fn of_book(book: &mut Pinned, see: &mut dyn FnMut(Field<'_>)) {
    let Pinned {
        name: _,
        title,
        version: _,
        kind: _,
        summary,
        risk: _,
        duration_seconds: _,
        cost,
        owner,
        reviewed: _,
        sha256: _,
        needs: _,
    } = book;
    for text in [title, summary, cost] {
        see(Text(text));
    }
    see(Whole(Kind::Person, owner));
}

fn of_failure(failure: &mut Failure, see: &mut dyn FnMut(Field<'_>)) {
    let Failure { code: _, what, advice } = failure;
    see(Text(what));
    see(Text(advice));
}

fn of_step(part: &mut StepPart, see: &mut dyn FnMut(Field<'_>)) {
    let StepPart {
        step: _,
        id: _,
        title,
        why,
        setting: _,
        check: _,
        question,
        answer,
        state,
        reason,
        started: _,
        ended: _,
        seconds: _,
        confirmations,
        targets,
        attempts,
        failures,
    } = part;
    see(Text(title));
    see(Text(why));
    question.iter_mut().for_each(|text| see(Text(text)));
    answer.iter_mut().for_each(|text| see(Whole(Kind::Answer, text)));
    if let Some(reason) = reason {
        // The reason of a `when` stands in the book; the other was typed.
        let typed = state == "skipped";
        see(if typed { Whole(Kind::Answer, reason) } else { Text(reason) });
    }
    for Confirmation { at: _, by, second, typed, digest } in confirmations {
        see(Whole(Kind::Person, by));
        second.iter_mut().for_each(|name| see(Whole(Kind::Person, name)));
        typed.iter_mut().for_each(|text| see(Text(text)));
        see(Whole(Kind::Digest, digest));
    }
    targets.iter_mut().for_each(|target| of_target(target, see));
    for AttemptPart { attempt: _, at: _, call, digest, ending: _, error, request_id } in attempts {
        see(Text(call));
        see(Whole(Kind::Digest, digest));
        error.iter_mut().for_each(|text| see(Text(text)));
        request_id.iter_mut().for_each(|id| see(Whole(Kind::Request, id)));
    }
    for FailurePart { at: _, resource, failure } in failures {
        resource.iter_mut().for_each(|text| see(Text(text)));
        of_failure(failure, see);
    }
}

fn of_target(part: &mut TargetPart, see: &mut dyn FnMut(Field<'_>)) {
    let TargetPart {
        resource,
        before,
        after,
        value,
        changed: _,
        verified: _,
        outcome,
        requests,
        way_back,
        warnings,
    } = part;
    see(Text(resource));
    see(Text(outcome));
    before.iter_mut().chain(value).for_each(|value| of_value(value, see));
    of_value(after, see);
    requests.iter_mut().for_each(|id| see(Whole(Kind::Request, id)));
    way_back.iter_mut().chain(warnings).for_each(|text| see(Text(text)));
}

/// The value of a setting: its names as well as its texts.
fn of_value(value: &mut Value, see: &mut dyn FnMut(Field<'_>)) {
    match value {
        Value::String(text) => see(Text(text)),
        Value::Array(items) => items.iter_mut().for_each(|item| of_value(item, see)),
        Value::Object(fields) => {
            let named = std::mem::take(fields).into_iter().map(|(mut name, mut value)| {
                see(Text(&mut name));
                of_value(&mut value, see);
                (name, value)
            });
            *fields = named.collect();
        }
        Value::Number(number) => {
            // An account that was written as a number is one all the same.
            let mut text = number.to_string();
            see(Text(&mut text));
            if text != number.to_string() {
                *value = Value::String(text);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}
