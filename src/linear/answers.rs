//! What was given beforehand, where nobody is there to type.

use std::collections::BTreeMap;

use crate::engine::Friction;
use crate::engine::Mode;
use crate::link::Planned;
use crate::runbook::Act;

/// What may be answered without a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// `--yes`: stands for Enter and `y`; in practice also for phrases and manual steps.
    pub yes: bool,
    /// `--confirm`: what must be typed.
    pub confirm: Vec<String>,
    /// `--second-person`: who else agrees.
    pub second: Option<String>,
    /// `--answer`: answers of manual steps, by step.
    pub answers: BTreeMap<String, String>,
    /// Whether a person can be asked.
    pub interactive: bool,
    /// `--read-only`: nothing that changes anything can be confirmed.
    pub read_only: bool,
}

/// The name that practice gives for a second person.
const PRACTICE_SECOND: &str = "practice partner";

impl Answers {
    /// The answer of a manual step.
    pub fn answer(&self, step: &str, practice: bool) -> Option<String> {
        let stands_for = practice && self.yes;
        self.answers.get(step).cloned().or_else(|| stands_for.then(|| "yes".to_owned()))
    }

    /// What confirms this, when it was given: the phrases typed and the second person.
    pub fn confirmation(
        &self,
        friction: &Friction,
        practice: bool,
    ) -> Option<(Vec<String>, Option<String>)> {
        match friction {
            Friction::None => Some((Vec::new(), None)),
            Friction::Enter | Friction::Yes => self.yes.then(|| (Vec::new(), None)),
            Friction::Type { phrases, second } if practice && self.yes => {
                Some((phrases.clone(), second.then(|| PRACTICE_SECOND.to_owned())))
            }
            Friction::Type { phrases, second } => {
                let all = phrases.iter().all(|phrase| self.confirm.contains(phrase));
                let agreed = !second || self.second.is_some();
                (all && agreed).then(|| (phrases.clone(), self.second.clone()))
            }
        }
    }

    /// The flags that would have to be given for this confirmation.
    pub fn missing_for(&self, friction: &Friction) -> Vec<String> {
        match friction {
            Friction::None => Vec::new(),
            Friction::Enter | Friction::Yes if self.yes => Vec::new(),
            Friction::Enter | Friction::Yes => vec!["--yes".to_owned()],
            Friction::Type { phrases, second } => {
                let phrases = phrases.iter().filter(|phrase| !self.confirm.contains(phrase));
                let mut missing: Vec<_> = phrases.map(|p| format!("--confirm '{p}'")).collect();
                if *second && self.second.is_none() {
                    missing.push("--second-person NAME".to_owned());
                }
                missing
            }
        }
    }

    /// The flags that a run of this plan would lack, as far as the plan can tell.
    pub fn missing(&self, plan: &Planned) -> Vec<String> {
        let practice = plan.mode == Mode::Practice;
        if practice && self.yes {
            return Vec::new();
        }
        let environment = &plan.bound.environment;
        let live = crate::cloud::Place::new(
            plan.identity.account.clone(),
            environment.place.region.clone(),
        );
        let mut missing = Vec::new();
        for step in &plan.steps {
            let type_name = plan.bound.steps[step.step].type_name;
            let friction = Friction::of(step, &live, environment.protected, type_name);
            missing.extend(self.missing_for(&friction));
            // What depends on an earlier step will change something.
            let later = |target: &crate::engine::TargetPlan| {
                matches!(target.verdict, crate::engine::Verdict::Undetermined { .. })
            };
            let sets = matches!(plan.bound.steps[step.step].act, Act::Set { .. });
            if sets && step.targets.iter().any(later) {
                missing.extend(self.missing_for(&Friction::Enter));
            }
        }
        for step in &plan.bound.steps {
            let asks = matches!(step.act, Act::Ask { .. }) && step.left_out.is_none();
            if asks && !self.answers.contains_key(&step.id) {
                missing.push(format!("--answer {}=TEXT", step.id));
            }
        }
        missing.sort();
        missing.dedup();
        missing
    }

    /// What was given did not do: a person is asked from now on.
    pub fn used_up(&mut self) {
        let Self { interactive, read_only, .. } = *self;
        *self = Self { interactive, read_only, ..Self::default() };
    }
}
