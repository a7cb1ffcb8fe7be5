//! What the shell has to carry out in a state.

use jiff::Timestamp;

use super::event::AttemptId;
use super::run::{Run, Stage, StepState, TargetState};
use super::watchdog::overdue_at;
use crate::cloud::Call;
use crate::jobs;
use crate::runbook::Act;

/// Something to be carried out. The same effect stays due until its answer was heard and made an
/// event; the shell has each only once under way.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "an effect is carried out at once, and few are due")]
pub enum Effect {
    /// Ask the account who is asking.
    Identify,
    /// Read a target before anything is planned.
    Inspect {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// The reads, in order.
        calls: Vec<Call>,
    },
    /// Send a call whose intent is durable. Once.
    Send {
        /// Number of the attempt.
        attempt: AttemptId,
        /// The call.
        call: Call,
    },
    /// Read a target that is waited for. Again and again, at intervals.
    Observe {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// The reads, in order.
        calls: Vec<Call>,
    },
    /// Read how far a call is that is on its way. Again and again, at intervals.
    Watch {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// The reads, in order.
        calls: Vec<Call>,
    },
    /// Look again at this time: something can go on by itself then.
    Wake {
        /// When.
        at: Timestamp,
    },
}

/// What has to be carried out now.
pub fn due(run: &Run) -> Vec<Effect> {
    let mut effects: Vec<Effect> = sends(run).collect();
    match run.stage {
        Stage::Rested { .. } | Stage::Paused { .. } => return effects,
        Stage::Walking {} | Stage::Reviewing {} | Stage::Aborting { .. } => {}
    }
    if run.identity.is_none() {
        effects.push(Effect::Identify);
        return effects;
    }
    let Some(step) = run.current() else { return effects };
    let (text, state) = (&run.bound.steps[step], &run.steps[step]);
    let Some((id, wanted)) = text.targets() else { return effects };
    let Some(setting) = jobs::row(id) else { return effects };
    for (target, (wanted, found)) in wanted.iter().zip(&state.targets).enumerate() {
        match &found.state {
            TargetState::Waiting {}
                if matches!(state.state, StepState::Inspecting {})
                    && text.waits_for().is_none() =>
            {
                let mut calls = setting.read_for(&wanted.on, &wanted.to);
                if matches!(text.act, Act::Set { .. }) && wanted.undoes.is_none() {
                    calls.extend(setting.guard(&wanted.on, &wanted.to));
                }
                effects.push(Effect::Inspect { step, target, calls });
            }
            TargetState::Observing {} | TargetState::Unknown { .. } => {
                effects.extend(overdue_at(run, step, target).map(|at| Effect::Wake { at }));
                let calls = setting.read_for(&wanted.on, &wanted.to);
                effects.push(Effect::Observe { step, target, calls });
            }
            TargetState::Backoff { until, .. } => effects.push(Effect::Wake { at: *until }),
            TargetState::Sent { .. } => {
                effects.extend(overdue_at(run, step, target).map(|at| Effect::Wake { at }));
                let calls = setting.watch(&wanted.on, &wanted.to);
                if !calls.is_empty() {
                    effects.push(Effect::Watch { step, target, calls });
                }
            }
            TargetState::Waiting {}
            | TargetState::Inspected {}
            | TargetState::Between { .. }
            | TargetState::Verified { .. }
            | TargetState::Left { .. }
            | TargetState::Failed { .. } => {}
        }
    }
    effects
}

fn sends(run: &Run) -> impl Iterator<Item = Effect> {
    run.steps.iter().flat_map(|step| &step.targets).filter_map(|target| match &target.state {
        TargetState::Sent { attempt, call, .. } => {
            Some(Effect::Send { attempt: *attempt, call: call.clone() })
        }
        TargetState::Waiting {}
        | TargetState::Inspected {}
        | TargetState::Backoff { .. }
        | TargetState::Unknown { .. }
        | TargetState::Between { .. }
        | TargetState::Observing {}
        | TargetState::Verified { .. }
        | TargetState::Left { .. }
        | TargetState::Failed { .. } => None,
    })
}
