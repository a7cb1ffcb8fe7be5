//! From records to the parts of a report. The records are folded as the engine folds them; what the
//! state forgets on the way (what was confirmed, what failed and was put right) is kept beside it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::parts::{
    AttemptEnd, AttemptPart, Chain, Confirmation, EventPart, FailurePart, FoundPart, IdentityPart,
    Moment, NotePart, Person, PlacePart, Report, Role, State, StepPart, TargetPart, Totals,
};
use super::settled;
use crate::cloud::sts::Identity;
use crate::cloud::{Call, CallError};
use crate::engine::words::{call_words, sentence_in, sight_words, way_back_words};
use crate::engine::{
    AttemptId, Card, Conclusion, Event, Evidence, Friction, Illegal, Record, Rest, Run, Stage,
    StepEnd, StepState, Verdict, left_by,
};
use crate::runbook::Bound;

/// The version of the JSON.
const VERSION: u32 = 1;

/// What the records tell beyond the state that they add up to.
#[derive(Debug, Default)]
pub(super) struct Kept {
    identities: Vec<IdentityPart>,
    people: Vec<Person>,
    stops: Vec<Moment>,
    events: Vec<EventPart>,
    attempts: BTreeMap<AttemptId, (usize, AttemptPart)>,
    confirmations: BTreeMap<usize, Vec<Confirmation>>,
    failures: BTreeMap<usize, Vec<FailurePart>>,
    questions: BTreeMap<usize, String>,
    /// What was known of a target when its first call was sent.
    changes: BTreeMap<(usize, usize), Verdict>,
    evidence: BTreeMap<AttemptId, Evidence>,
    calls: BTreeMap<AttemptId, Call>,
}

impl Report {
    /// The report on the run that these records tell of, from its first on.
    ///
    /// # Errors
    /// The records are not those of a run, from its beginning.
    pub fn of(records: &[Record], journal: Chain) -> Result<Self, Illegal> {
        let (first, rest) = match records {
            [first, rest @ ..] => (first, rest),
            [] => return Err(nothing()),
        };
        let mut run = Run::begin(first)?;
        let mut kept = Kept::default();
        kept.hear(&run, first);
        for record in rest {
            run.apply(record)?;
            kept.hear(&run, record);
        }
        Ok(made(run, kept, journal))
    }
}

fn nothing() -> Illegal {
    Illegal { seq: 0, event: "nothing".to_owned(), state: "as the records of a run".to_owned() }
}

fn made(run: Run, mut kept: Kept, journal: Chain) -> Report {
    let steps = (0..run.steps.len()).map(|at| step(&run, &mut kept, at)).collect();
    let left = left(&run, &kept);
    let card = Card::of(&run);
    let (state, failure, undone_by) = standing(&run);
    let place = place(&run.bound);
    Report {
        version: VERSION,
        redacted: false,
        evidence: run.mode != crate::engine::Mode::Practice,
        mode: run.mode,
        pace: run.pace,
        state,
        happened: card.happened,
        failure,
        params: run.bound.params.clone(),
        undoes: run.bound.undoes.clone(),
        undone_by,
        place,
        started: run.started,
        last: run.last,
        seconds: seconds(run.started, run.last),
        identities: kept.identities,
        people: kept.people,
        totals: totals(&run),
        steps,
        found: kept.evidence.values().map(found).collect(),
        left,
        next: card.next,
        stops: kept.stops,
        notes: run.notes.iter().map(note).collect(),
        events: kept.events,
        journal,
        run: run.id,
        book: run.bound.book,
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}

fn note(note: &crate::engine::Note) -> NotePart {
    NotePart { at: note.at, by: note.by.clone(), text: note.text.clone() }
}

fn place(bound: &Bound) -> PlacePart {
    let environment = &bound.environment;
    PlacePart {
        estate: bound.estate.clone(),
        estate_sha256: bound.estate_sha256.clone(),
        environment: environment.name.clone(),
        protected: environment.protected,
        account: environment.place.account.clone(),
        region: environment.place.region.clone(),
    }
}

fn standing(run: &Run) -> (State, Option<crate::engine::Failure>, Option<String>) {
    let here = run.current().and_then(|at| run.steps[at].state.failure()).cloned();
    match &run.stage {
        Stage::Walking {} => (State::Walking, here, None),
        Stage::Reviewing {} => (State::Reviewing, here, None),
        Stage::Paused { .. } => (State::Paused, here, None),
        Stage::Aborting { .. } => (State::Aborting, here, None),
        Stage::Rested { rest } => match rest {
            Rest::Succeeded {} => (State::Succeeded, None, None),
            Rest::Aborted { .. } => (State::Aborted, here, None),
            Rest::Failed { failure } => (State::Failed, Some(failure.clone()), None),
            Rest::Stuck { failure } => (State::Stuck, Some(failure.clone()), None),
            Rest::RolledBack { by, .. } => (State::RolledBack, here, Some(by.clone())),
        },
    }
}

fn totals(run: &Run) -> Totals {
    let mut totals = Totals {
        steps: run.steps.len(),
        attempts: run.attempts,
        applied: run.applied,
        ..Totals::default()
    };
    for step in &run.steps {
        let count = match &step.state {
            StepState::Ended { end } => match end {
                StepEnd::Changed {} => &mut totals.changed,
                StepEnd::NoChange {} => &mut totals.no_change,
                StepEnd::Passed {} => &mut totals.passed,
                StepEnd::Answered { .. } => &mut totals.answered,
                StepEnd::Skipped { .. } => &mut totals.skipped,
                StepEnd::LeftOut { .. } => &mut totals.left_out,
            },
            _ => &mut totals.not_ended,
        };
        *count += 1;
    }
    totals
}

fn step(run: &Run, kept: &mut Kept, at: usize) -> StepPart {
    let (text, state) = (&run.bound.steps[at], &run.steps[at]);
    let (setting, wanted) = text.targets().unwrap_or_default();
    let attempts = kept.attempts.values().filter(|(step, _)| *step == at);
    let (end, reason, answer) = match &state.state {
        StepState::Ended { end } => match end {
            StepEnd::Changed {} => ("changed", None, None),
            StepEnd::NoChange {} => ("no_change", None, None),
            StepEnd::Passed {} => ("passed", None, None),
            StepEnd::Answered { text } => ("answered", None, Some(text.clone())),
            StepEnd::Skipped { reason } => ("skipped", Some(reason.clone()), None),
            StepEnd::LeftOut { reason } => ("left_out", Some(reason.clone()), None),
        },
        other => (other.name(), None, None),
    };
    StepPart {
        step: at + 1,
        id: text.id.clone(),
        title: text.title.clone(),
        why: text.why.clone(),
        setting: (!setting.is_empty()).then(|| setting.to_owned()),
        check: matches!(text.act, crate::runbook::Act::Check { .. }),
        question: kept.questions.remove(&at),
        answer,
        state: end.to_owned(),
        reason,
        started: state.started,
        ended: state.ended,
        seconds: state.started.zip(state.ended).map(|(from, to)| seconds(from, to)),
        confirmations: kept.confirmations.remove(&at).unwrap_or_default(),
        targets: wanted
            .iter()
            .zip(&state.targets)
            .enumerate()
            .map(|(target, (wanted, state))| {
                let change = kept.changes.get(&(at, target)).or(state.verdict.as_ref());
                let (way_back, warnings) = settled::known(change);
                TargetPart {
                    resource: wanted.on.name.clone(),
                    before: settled::before(state),
                    after: wanted.to.clone(),
                    value: state.value.clone(),
                    changed: state.touched.is_changed(),
                    verified: settled::is_verified(state),
                    outcome: settled::outcome(state),
                    requests: state.requests.clone(),
                    way_back,
                    warnings,
                }
            })
            .collect(),
        attempts: attempts.map(|(_, part)| part.clone()).collect(),
        failures: kept.failures.remove(&at).unwrap_or_default(),
    }
}

/// What does not come back exactly: of what was changed, and of what a way back had to leave.
fn left(run: &Run, kept: &Kept) -> Vec<String> {
    let mut left = Vec::new();
    if let Stage::Rested { rest: Rest::RolledBack { left: stays, .. } } = &run.stage {
        left.extend(stays.iter().map(|what| format!("not taken back: {what}")));
    } else {
        for ((step, target), verdict) in &kept.changes {
            let Some(state) = run.steps[*step].targets.get(*target) else { continue };
            let Verdict::Change { way_back, .. } = verdict else { continue };
            if let (true, Some(words)) = (state.touched.is_changed(), way_back_words(way_back)) {
                let name = run.step(*step).and_then(|text| text.targets()?.1.get(*target));
                let name = name.map_or("", |wanted| &wanted.on.name);
                left.push(format!("{name}: {words}"));
            }
        }
    }
    left.extend(left_by(run).into_iter().map(|what| format!("left as it is: {what}")));
    left
}

fn found(evidence: &Evidence) -> FoundPart {
    FoundPart {
        attempt: evidence.attempt,
        step: evidence.step + 1,
        call: call_words(&evidence.call),
        sent: evidence.sent,
        before: evidence.before.clone(),
        seen: evidence.seen.as_ref().map(|seen| sight_words(seen.sight, seen.value.as_ref())),
        conclusion: evidence.conclusion,
        accepted: evidence.accepted,
    }
}

/// What a person typed, word for word.
const fn said(event: &Event) -> Option<&String> {
    match event {
        Event::Replied { text, .. } | Event::Noted { text } => Some(text),
        Event::Skipped { reason, .. } | Event::AbortAsked { reason } => Some(reason),
        Event::TakenOver { name } => Some(name),
        Event::StepEnded { end: StepEnd::Answered { text }, .. } => Some(text),
        Event::StepEnded { end: StepEnd::Skipped { reason }, .. } => Some(reason),
        Event::Rested { rest: Rest::Aborted { reason } } => Some(reason),
        _ => None,
    }
}

impl Kept {
    /// A record that was just folded.
    fn hear(&mut self, run: &Run, record: &Record) {
        if let Event::Intended { attempt, call, .. } = &record.event {
            self.calls.insert(*attempt, call.clone());
        }
        let call = record.event.ends().and_then(|attempt| self.calls.get(&attempt));
        self.events.push(EventPart {
            seq: record.seq,
            at: record.time,
            by: record.actor.clone(),
            what: sentence_in(&record.event, Some(&run.bound), call),
            said: said(&record.event).cloned(),
        });
        for evidence in &run.evidence {
            self.evidence.insert(evidence.attempt, evidence.clone());
        }
        self.of_people(run, record);
        self.of_steps(run, record);
        self.of_calls(run, record);
    }

    fn of_people(&mut self, run: &Run, record: &Record) {
        let by = record.actor.as_str();
        let at = record.time;
        match &record.event {
            Event::Started { .. } => self.took_part(by, Role::Began, at, None),
            Event::Armed {} => self.took_part(by, Role::Armed, at, None),
            // Where nothing is asked, nobody confirmed anything.
            Event::Confirmed { step, .. } if run.friction(*step) == Friction::None => {}
            Event::Confirmed { step, second, .. } => {
                self.took_part(by, Role::Confirmed, at, Some(*step));
                if let Some(second) = second {
                    self.took_part(second, Role::SecondPerson, at, Some(*step));
                }
            }
            Event::Replied { step, .. } => self.took_part(by, Role::Answered, at, Some(*step)),
            Event::Skipped { step, .. } => self.took_part(by, Role::Skipped, at, Some(*step)),
            Event::Accepted {} => self.took_part(by, Role::Accepted, at, None),
            Event::Noted { .. } => self.took_part(by, Role::Noted, at, None),
            Event::TakenOver { name } => {
                self.took_part(&format!("{name} ({by})"), Role::TookOver, at, None);
                self.stop(record, "taken over", None);
            }
            Event::AbortAsked { reason } => {
                self.took_part(by, Role::Aborted, at, None);
                self.stop(record, "abort was asked", Some(reason));
            }
            Event::Paused { why } => self.stop(record, &format!("paused: {why}"), None),
            Event::Resumed {} => self.stop(record, "went on", None),
            Event::Identified { identity, .. } => self.identified(identity, at, true),
            Event::WrongAccount { found, .. } => self.identified(found, at, false),
            _ => {}
        }
    }

    fn took_part(&mut self, name: &str, role: Role, at: Timestamp, step: Option<usize>) {
        let known = self.people.iter_mut().find(|p| p.name == name && p.role == role);
        let step = step.map(|step| step + 1);
        match known {
            Some(person) => {
                person.steps.extend(step.filter(|step| !person.steps.contains(step)));
            }
            None => self.people.push(Person {
                name: name.to_owned(),
                role,
                at,
                steps: step.into_iter().collect(),
            }),
        }
    }

    fn stop(&mut self, record: &Record, what: &str, reason: Option<&String>) {
        let (at, by) = (record.time, record.actor.clone());
        self.stops.push(Moment { at, by, what: what.to_owned(), reason: reason.cloned() });
    }

    fn identified(&mut self, identity: &Identity, at: Timestamp, expected: bool) {
        let Identity { account, arn } = identity.clone();
        let same = |known: &IdentityPart| known.account == account && known.arn == arn;
        if !self.identities.last().is_some_and(same) {
            self.identities.push(IdentityPart { at, account, arn, expected });
        }
    }

    fn of_steps(&mut self, run: &Run, record: &Record) {
        let at = record.time;
        match &record.event {
            Event::Confirmed { step, .. } if run.friction(*step) == Friction::None => {}
            Event::Confirmed { step, digest, typed, second } => {
                self.confirmations.entry(*step).or_default().push(Confirmation {
                    at,
                    by: record.actor.clone(),
                    second: second.clone(),
                    typed: typed.clone(),
                    digest: digest.clone(),
                });
            }
            Event::Asked { step, text } => {
                self.questions.insert(*step, text.clone());
            }
            Event::TargetFailed { step, target, failure } => {
                let wanted = run.step(*step).and_then(|text| text.targets()?.1.get(*target));
                let resource = wanted.map(|wanted| wanted.on.name.clone());
                let failure = failure.clone();
                let part = FailurePart { at, resource, failure };
                self.failures.entry(*step).or_default().push(part);
            }
            Event::StepFailed { step, failure } => {
                let part = FailurePart { at, resource: None, failure: failure.clone() };
                self.failures.entry(*step).or_default().push(part);
            }
            _ => {}
        }
    }

    fn of_calls(&mut self, run: &Run, record: &Record) {
        match &record.event {
            Event::Intended { attempt, step, target, call, digest } => {
                let state = &run.steps[*step].targets[*target];
                if let Some(verdict) = &state.verdict {
                    self.changes.entry((*step, *target)).or_insert_with(|| verdict.clone());
                }
                let part = AttemptPart {
                    attempt: *attempt,
                    at: record.time,
                    call: call_words(call),
                    digest: digest.clone(),
                    ending: AttemptEnd::InFlight,
                    error: None,
                    request_id: None,
                };
                self.attempts.insert(*attempt, (*step, part));
            }
            Event::Answered { attempt, request_id } => {
                self.ended(*attempt, AttemptEnd::Answered, None);
                if let Some((_, part)) = self.attempts.get_mut(attempt) {
                    part.request_id.clone_from(request_id);
                }
            }
            Event::NotApplied { attempt, error, .. } => {
                self.ended(*attempt, AttemptEnd::NotApplied, Some(error));
            }
            Event::Unknown { attempt, error } => {
                self.ended(*attempt, AttemptEnd::Unknown, Some(error));
            }
            Event::Concluded { attempt, conclusion } => {
                let ending = match conclusion {
                    Conclusion::Done => AttemptEnd::Done,
                    Conclusion::NeverHappened => AttemptEnd::NeverHappened,
                    Conclusion::Partly => AttemptEnd::Partly,
                    Conclusion::Differently => AttemptEnd::Differently,
                    Conclusion::CannotTell => AttemptEnd::CannotTell,
                };
                self.ended(*attempt, ending, None);
            }
            _ => {}
        }
    }

    fn ended(&mut self, attempt: AttemptId, ending: AttemptEnd, error: Option<&CallError>) {
        let Some((_, part)) = self.attempts.get_mut(&attempt) else { return };
        part.ending = ending;
        if let Some(error) = error {
            part.error = Some(error.to_string());
            part.request_id.clone_from(&error.request_id);
        }
    }
}
