//! Which calls a scan makes, each distinct one once, and what follows from how they ended.

use std::collections::HashMap;

use super::bind::{Blocked, Bound, Part};
use super::outcome::{Checked, Finding, Outcome};
use crate::cloud::{Call, CallError, Ending, Outcome as Ended};
use crate::settings::Unread;

/// A scan under way. It keeps of each answer only what still waits for another.
#[derive(Debug)]
pub struct Sweep<'b> {
    bound: &'b Bound,
    calls: Vec<Call>,
    /// For each call, where its ending goes: line, part, position among the part's reads.
    uses: Vec<Vec<(usize, usize, usize)>>,
    lines: Vec<State>,
}

/// How far a line is.
#[derive(Debug, Default)]
struct State {
    /// What is known of each part that was judged.
    judged: Vec<Option<Judged>>,
    /// The endings that a part has so far, while it waits for others.
    waiting: Vec<Vec<Option<Ended>>>,
    open: usize,
}

#[derive(Debug)]
enum Judged {
    Met,
    Not(Finding),
    Unread { why: String, missing: Vec<String> },
}

impl<'b> Sweep<'b> {
    /// The scan of a profile, and the lines that need no read.
    pub fn new(bound: &'b Bound) -> (Self, Vec<(usize, Checked)>) {
        let mut sweep = Self { bound, calls: Vec::new(), uses: Vec::new(), lines: Vec::new() };
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut done = Vec::new();
        for (line, text) in bound.lines.iter().enumerate() {
            if let Some(blocked) = bound.blocked.get(&line) {
                let Blocked { why, missing } = blocked.clone();
                let outcome = Outcome::CouldNotCheck { why, missing };
                let id = bound.entries[text.entry].id.clone();
                sweep.lines.push(State::default());
                done.push((line, Checked { id, target: text.target.clone(), outcome }));
                continue;
            }
            let mut state = State { open: text.parts.len(), ..State::default() };
            for (part, wanted) in text.parts.iter().enumerate() {
                let reads = wanted.setting.0.read(&wanted.on);
                state.judged.push(None);
                state.waiting.push(vec![None; reads.len()]);
                for (position, call) in reads.into_iter().enumerate() {
                    let next = sweep.calls.len();
                    let call_id = *known.entry(call.digest()).or_insert(next);
                    if call_id == next {
                        sweep.calls.push(call);
                        sweep.uses.push(Vec::new());
                    }
                    sweep.uses[call_id].push((line, part, position));
                }
            }
            sweep.lines.push(state);
            if text.parts.is_empty() {
                done.push((line, sweep.checked(line)));
            }
        }
        (sweep, done)
    }

    /// The calls, each once, in the order of the lines.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// How a call ended. Returns the lines that are answered by it.
    pub fn ended(&mut self, call: usize, ended: &Ended) -> Vec<(usize, Checked)> {
        let mut done = Vec::new();
        for (line, part, position) in std::mem::take(&mut self.uses[call]) {
            let state = &mut self.lines[line];
            let slots = &mut state.waiting[part];
            slots[position] = Some(ended.clone());
            if slots.iter().any(Option::is_none) {
                continue;
            }
            let seen: Vec<_> = std::mem::take(slots).into_iter().flatten().collect();
            state.judged[part] = Some(judge(&self.bound.lines[line].parts[part], &seen));
            state.open -= 1;
            if state.open == 0 {
                done.push((line, self.checked(line)));
            }
        }
        done
    }

    /// A line whose parts are all judged.
    fn checked(&mut self, line: usize) -> Checked {
        let text = &self.bound.lines[line];
        let judged = std::mem::take(&mut self.lines[line].judged);
        let outcome = match &text.ask {
            Some(manual) => {
                Outcome::Manual { ask: manual.ask.clone(), who: manual.who.clone(), evidence: None }
            }
            None => outcome(judged.into_iter().flatten(), text.exempt.as_deref()),
        };
        let id = self.bound.entries[text.entry].id.clone();
        Checked { id, target: text.target.clone(), outcome }
    }
}

fn judge(part: &Part, seen: &[Ended]) -> Judged {
    let Part { setting, on, wanted, .. } = part;
    let finding = |value| {
        Judged::Not(Finding {
            on: on.name.clone(),
            setting: setting.0.id.to_owned(),
            value,
            wanted: wanted.clone(),
        })
    };
    match setting.0.decode(on, seen) {
        Ok(value) if part.is_met(&value) => Judged::Met,
        Ok(value) => finding(Some(value)),
        Err(Unread::Absent) => finding(None),
        Err(unread) => {
            let calls = setting.0.read(on);
            let is_denied =
                |ended: &Ended| matches!(ended, Err(CallError { ending: Ending::Denied, .. }));
            let denied = calls.iter().zip(seen).filter(|(_, ended)| is_denied(ended));
            let mut missing: Vec<_> = denied
                .flat_map(|(call, _)| call.operation().iam)
                .map(|a| (*a).to_owned())
                .collect();
            missing.sort();
            missing.dedup();
            Judged::Unread { why: unread.to_string(), missing }
        }
    }
}

/// What follows for a line: one part that is not as wanted is enough to fail it, whatever else
/// could not be read.
fn outcome(parts: impl Iterator<Item = Judged>, exempt: Option<&str>) -> Outcome {
    let mut found = Vec::new();
    let mut unread = None;
    let mut lacks: Vec<String> = Vec::new();
    for part in parts {
        match part {
            Judged::Met => {}
            Judged::Not(finding) => found.push(finding),
            Judged::Unread { why, missing } => {
                lacks.extend(missing);
                unread.get_or_insert(why);
            }
        }
    }
    // It is there, and is not as wanted, for a reason that the profile gives.
    if let Some(reason) = exempt
        && unread.is_none()
        && !found.is_empty()
        && found.iter().all(|finding| finding.value.is_some())
    {
        return Outcome::NotApplicable { reason: reason.to_owned() };
    }
    if !found.is_empty() {
        return Outcome::Fail { found };
    }
    match unread {
        Some(why) => {
            lacks.sort();
            lacks.dedup();
            Outcome::CouldNotCheck { why, missing: lacks }
        }
        None => Outcome::Pass {},
    }
}
