//! The lines of the linear console.

use jiff::SignedDuration;

use crate::cloud::{Danger, skew_words};
use crate::engine::words::{
    call_words, conclusion_words, count, end_words, failure_words, outlasts_words, rest_words,
    sentence_in, sight_words, value_words, way_back_words,
};
use crate::engine::{
    Card, Record, Rest, Run, StepEnd, StepPlan, StepState, TargetPlan, TargetState, Verdict,
};
use crate::estate::Environment;
use crate::link::{Mark, Planned, Rollout};
use crate::runbook::Act;

/// An environment with its account: `prod (500313280221 us-east-1, protected)`.
/// That the clock of this machine is wrong; none when it is right.
pub(super) fn clock(seconds_ahead: i64) -> Option<String> {
    let words = skew_words(SignedDuration::from_secs(seconds_ahead))?;
    Some(format!("The clock of this machine is {words}: set it (`timedatectl` shows it)."))
}

pub(super) fn place(environment: &Environment) -> String {
    let protected = if environment.protected { ", protected" } else { "" };
    format!("{} ({}{protected})", environment.name, environment.place)
}

/// A whole plan.
pub fn plan(plan: &Planned) -> Vec<String> {
    let bound = &plan.bound;
    let book = &bound.book;
    let mut lines = vec![
        format!("{} ({} {})", book.title, book.name, book.version),
        format!("{} {}, as {}", bound.estate, place(&bound.environment), plan.identity.arn),
        String::new(),
    ];
    for (position, text) in bound.steps.iter().enumerate() {
        let plan = plan.steps.iter().find(|plan| plan.step == position);
        lines.push(format!("{:>2} {}{}", position + 1, text.title, danger_of(plan)));
        match (&text.left_out, &text.act, plan) {
            (Some(why), ..) => lines.push(format!("     left out: {why}")),
            (None, Act::Ask { text }, _) => lines.push(format!("     asks: {text}")),
            (None, Act::Set { .. }, Some(plan)) => {
                lines.extend(
                    plan.targets.iter().map(|target| format!("     {}", target_line(target))),
                );
            }
            (None, Act::Check { .. }, Some(plan)) => {
                lines.extend(
                    plan.targets.iter().map(|target| format!("     {}", check_line(target))),
                );
            }
            (None, Act::Set { .. } | Act::Check { .. }, None) => {}
        }
    }
    lines.push(String::new());
    lines.push(totals(plan));
    if let Some(unmet) = &plan.unmet {
        lines.push(format!("It cannot be started now: {}. {}", unmet.what, unmet.advice));
    }
    lines
}

fn danger_of(plan: Option<&StepPlan>) -> String {
    match plan.map_or(Danger::Read, StepPlan::danger) {
        Danger::Read | Danger::Change => String::new(),
        danger => format!("  [{}]", danger.to_string().to_uppercase()),
    }
}

/// One target of a plan: name, before, after.
pub fn target_line(plan: &TargetPlan) -> String {
    let name = &plan.target.name;
    let to = value_words(&plan.to);
    match &plan.verdict {
        Verdict::NoChange { value } => format!("= {name}: {} (no change)", value_words(value)),
        Verdict::Change { before, warnings, way_back, .. } => {
            let before = before.as_ref().map_or_else(|| "not there".to_owned(), value_words);
            let back = way_back_words(way_back).map(|words| format!("\n       {words}"));
            let warnings = warnings.iter().map(|breach| {
                let fact = breach.fact.as_deref().unwrap_or("note");
                format!("\n       {fact}: {}", breach.why)
            });
            let notes: String = warnings.chain(back).collect();
            format!("~ {name}: {before} -> {to}{notes}")
        }
        Verdict::Refused { breach, .. } => {
            let fact = breach.fact.as_deref().unwrap_or("refused");
            format!("! {name}: refused, {fact}: {} ({})", breach.why, breach.fix)
        }
        Verdict::Undetermined { depends_on } => {
            format!("? {name}: -> {to} (known after step {depends_on})")
        }
        Verdict::Unreadable { error } => format!("! {name}: cannot be read: {error}"),
        Verdict::NotYet { value } => {
            let value = value.as_ref().map_or_else(|| "not there".to_owned(), value_words);
            format!("? {name}: {value}, expected {to}")
        }
    }
}

/// Whether anything would be changed, as far as the plan can tell.
pub(super) fn changes(plan: &Planned) -> bool {
    plan.steps.iter().any(|step| {
        let sets = matches!(plan.bound.steps[step.step].act, Act::Set { .. });
        let later = |target: &TargetPlan| matches!(target.verdict, Verdict::Undetermined { .. });
        step.danger() > Danger::Read || sets && step.targets.iter().any(later)
    })
}

/// One target of a check: what is expected was said by the step that sets it.
fn check_line(plan: &TargetPlan) -> String {
    match &plan.verdict {
        Verdict::NoChange { .. } => format!("= {}: as expected", plan.target.name),
        Verdict::Undetermined { depends_on } => {
            format!("? {}: read back after step {depends_on}", plan.target.name)
        }
        Verdict::Change { .. }
        | Verdict::Refused { .. }
        | Verdict::Unreadable { .. }
        | Verdict::NotYet { .. } => target_line(plan),
    }
}

/// How many targets would change, by danger.
fn totals(plan: &Planned) -> String {
    let verdicts =
        || plan.steps.iter().flat_map(|step| &step.targets).map(|target| &target.verdict);
    let changes = |danger: Danger| {
        verdicts()
            .filter(|v| matches!(v, Verdict::Change { danger: found, .. } if *found == danger))
            .count()
    };
    let of = |is: fn(&Verdict) -> bool| verdicts().filter(|verdict| is(verdict)).count();
    let mut parts = Vec::new();
    for (danger, words) in [
        (Danger::Change, "to change"),
        (Danger::Destroy, "to destroy"),
        (Danger::Irreversible, "to change irreversibly"),
    ] {
        if changes(danger) > 0 {
            parts.push(format!("{} {words}", changes(danger)));
        }
    }
    let others = [
        (of(|v| matches!(v, Verdict::NoChange { .. })), "as wanted already"),
        (of(|v| matches!(v, Verdict::Undetermined { .. })), "known later"),
        (of(|v| matches!(v, Verdict::Refused { .. })), "refused"),
        (of(|v| matches!(v, Verdict::Unreadable { .. })), "unreadable"),
        (of(|v| matches!(v, Verdict::NotYet { .. })), "not as expected yet"),
    ];
    parts.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
    if parts.is_empty() {
        return "Nothing to do.".to_owned();
    }
    format!("{}.", parts.join(", "))
}

/// The head of a step.
pub(super) fn step(run: &Run, step: usize) -> Vec<String> {
    let Some(text) = run.step(step) else { return Vec::new() };
    let title = format!("Step {} of {}: {}", step + 1, run.steps.len(), text.title);
    vec![String::new(), title, format!("  {}", text.why)]
}

/// Everything that a confirmation is about: targets, calls, danger, place.
pub(super) fn confirmation(run: &Run, step: usize) -> Vec<String> {
    let Some(plan) = run.plan(step) else { return Vec::new() };
    let mut lines: Vec<_> = plan.targets.iter().map(|t| format!("  {}", target_line(t))).collect();
    lines.extend(outlasts_words(run, step).map(|words| format!("  note: {words}")));
    lines.push(format!("To be sent to {}:", run.live_place()));
    lines.extend(plan.calls().map(|call| format!("  {}", call_words(call))));
    for target in &plan.targets {
        if let Verdict::Change { danger, why: Some(why), .. } = &target.verdict {
            lines.push(format!("  {danger}: {}: {why}", target.target.name));
        }
    }
    lines
}

/// Where a run stands before it goes on, with what is not known.
pub(super) fn standing(run: &Run) -> Vec<String> {
    let mut lines = Vec::new();
    for (position, state) in run.steps.iter().enumerate() {
        let title = run.step(position).map_or("", |step| &step.title);
        if let StepState::Ended { end } = &state.state {
            lines.push(format!("  done    {} {title}: {}", position + 1, end_words(end)));
            continue;
        }
        if Some(position) != run.current() {
            continue;
        }
        lines.push(format!("  here    {} {title}: {}", position + 1, state.state.name()));
        for target in &state.targets {
            if let TargetState::Sent { attempt, call, .. }
            | TargetState::Unknown { attempt, call, .. } = &target.state
            {
                let words = call_words(call);
                lines.push(format!(
                    "  unknown attempt {attempt}: {words}: sent, ending not seen; it is looked for \
                     before anything else"
                ));
            }
        }
    }
    lines
}

/// What became of the calls that were in flight when a run stopped.
pub(super) fn evidence(run: &Run) -> Vec<String> {
    let mut lines = vec![String::new(), "What was in flight when the run stopped:".to_owned()];
    for evidence in &run.evidence {
        let title = run.step(evidence.step).map_or("", |step| &step.title);
        let (step, attempt) = (evidence.step + 1, evidence.attempt);
        lines.push(format!("  step {step} {title}, attempt {attempt}"));
        lines.push(format!("    sent   {:.0} {}", evidence.sent, call_words(&evidence.call)));
        let before = evidence.before.as_ref().map_or_else(|| "not there".to_owned(), value_words);
        lines.push(format!("    before {before}"));
        lines.extend(evidence.seen.as_ref().map(|seen| {
            let words = sight_words(seen.sight, seen.value.as_ref());
            let looks = count(usize::try_from(seen.looks).unwrap_or(usize::MAX), "look");
            format!("    now    {words} ({looks} in a row, last {:.0})", seen.at)
        }));
        lines.extend(evidence.conclusion.map(|c| format!("    so     {}", conclusion_words(c))));
    }
    lines
}

/// The phases of an estate, each with what is known of it, and what to do next.
pub fn rollout(rollout: &Rollout) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, phase) in (1..).zip(&rollout.phases) {
        let book = &phase.book;
        lines.push(format!("{number:>2} {} {}: {}", book.name, book.version, book.title));
        lines.push(format!("     {}", phase.standing.clause()));
        if !phase.waits_for.is_empty() {
            lines.push(format!("     waits for {}", phase.waits_for.join(", ")));
        }
        let minutes = book.duration_seconds / 60;
        let risk = serde_json::to_value(book.risk).unwrap_or_default();
        let risk = risk.as_str().unwrap_or_default();
        lines.push(format!("     about {minutes} min, {}, risk {risk}", book.cost));
        let score = |mark: &Option<Mark>| mark.as_ref().map(ToString::to_string);
        match (score(&phase.before), score(&phase.after)) {
            (Some(before), Some(after)) => lines.push(format!("     score {before} -> {after}")),
            (Some(before), None) => lines.push(format!("     score {before} before it")),
            (None, Some(after)) => lines.push(format!("     score {after} after it")),
            (None, None) => {}
        }
    }
    lines.push(match &rollout.next {
        Some(next) => format!("Next is {}: {}.\n  {}", next.book, next.why, next.command),
        None if rollout.phases.is_empty() => "The estate has no phases.".to_owned(),
        None => "All phases are done.".to_owned(),
    });
    lines
}

/// A record of the journal.
pub(super) fn record(record: &Record) -> String {
    let words = sentence_in(&record.event, None, None);
    format!("{:>5} {:.0} {} {}: {words}", record.seq, record.time, record.run, record.actor)
}

/// The last lines of a run.
pub(super) fn end(run: &Run, rest: &Rest) -> Vec<String> {
    let ends = |is: fn(&StepEnd) -> bool| {
        run.steps.iter().filter(|s| matches!(&s.state, StepState::Ended { end } if is(end))).count()
    };
    let changed = ends(|end| matches!(end, StepEnd::Changed {}));
    let same = ends(|end| matches!(end, StepEnd::NoChange {}));
    let passed = ends(|end| matches!(end, StepEnd::Passed {}));
    let skipped = ends(|end| matches!(end, StepEnd::Skipped { .. }));
    let mut lines = vec![
        String::new(),
        format!("{}.", capital(&rest_words(rest))),
        format!(
            "{} changed and verified, {same} as wanted already, {passed} checked, {skipped} skipped.",
            count(changed, "step")
        ),
    ];
    if changed == 0 && run.applied == 0 {
        lines.push("Nothing was changed.".to_owned());
    }
    if let Rest::Stuck { failure } | Rest::Failed { failure } = rest {
        lines.push(format!("  what: {}", failure_words(failure)));
        lines.push(format!("  next: {}", failure.advice));
    }
    if let Rest::Stuck { .. } = rest {
        let card = Card::of(run);
        lines.extend(card.in_flight.iter().map(|call| format!("  in flight: {call}")));
        lines.extend(card.next.iter().skip(1).map(|next| format!("  then: {next}")));
        lines.extend(card.call.iter().map(|who| format!("  call: {who}")));
        lines.push(format!("  all of it, for a ticket: muster status {}", run.id));
    }
    lines.push(format!("All of it, for others: muster report {}", run.id));
    if run.mode == crate::engine::Mode::Practice {
        lines.push(
            "This was practice: nothing in AWS was touched, and it is evidence of nothing."
                .to_owned(),
        );
    }
    lines
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
