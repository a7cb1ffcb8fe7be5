//! What a person must do to confirm: it follows the danger and the environment.

use serde::{Deserialize, Serialize};

use super::plan::StepPlan;
use crate::cloud::{Danger, Place};

/// What a person must do to confirm a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "friction", rename_all = "snake_case")]
pub enum Friction {
    /// Nothing changes: nothing is asked.
    None,
    /// Enter.
    Enter,
    /// The letter y.
    Yes,
    /// Each of these phrases, typed in order.
    Type {
        /// The phrases.
        phrases: Vec<Phrase>,
        /// Whether a second person must give their name.
        second: bool,
    },
}

/// A phrase to be typed, computed from live answers: the wrong account shows the wrong phrase.
pub type Phrase = String;

impl Friction {
    /// What it takes to confirm this plan here.
    ///
    /// `live` is the account and Region that answered, not the ones that were configured.
    pub fn of(plan: &StepPlan, live: &Place, protected: bool, type_name: bool) -> Self {
        let worst = plan.danger();
        match (worst, protected) {
            (Danger::Read, _) => Self::None,
            (Danger::Change, _) if !type_name => Self::Enter,
            (Danger::Destroy, false) if !type_name => Self::Yes,
            (Danger::Change, _)
            | (Danger::Destroy, true | false)
            | (Danger::Irreversible, false) => {
                Self::Type { phrases: names(plan, worst, String::new()), second: false }
            }
            (Danger::Irreversible, true) => {
                let place = format!("{}/{}/", live.account, live.region);
                Self::Type { phrases: names(plan, worst, place), second: true }
            }
        }
    }

    /// More than what the danger asks for, where anything is asked at all: the letter y.
    #[must_use]
    pub fn one_more(self) -> Self {
        match self {
            Self::Enter | Self::Yes => Self::Yes,
            Self::None | Self::Type { .. } => self,
        }
    }
}

fn names(plan: &StepPlan, worst: Danger, place: String) -> Vec<Phrase> {
    plan.targets
        .iter()
        .filter(|target| target.verdict.danger() == worst)
        .map(|target| format!("{place}{}", target.target.name))
        .collect()
}
