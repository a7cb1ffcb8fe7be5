//! A whole scan: the record of it, and its score with the scope in words.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::bind::Entry;
use super::change::Changed;
use super::outcome::{Checked, Outcome};
use crate::cloud::Place;
use crate::cloud::sts::Identity;
use crate::engine::Mode;
use crate::engine::words::count;

/// How many checks are met, of how many that could be answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Passed, not applicable, or answered by a person.
    pub met: usize,
    /// The checks that this is over: all but those that could not be read.
    pub total: usize,
    /// All checks of the profile.
    pub checks: usize,
    /// Those that wait for a person's answer. They are in the total, and not met.
    pub manual: usize,
    /// Those that could not be read. They are not in the total.
    pub could_not_check: usize,
}

/// A scan as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// Name of the profile.
    pub profile: String,
    /// SHA-256, in hex, of its text.
    pub sha256: String,
    /// Name of the estate.
    pub estate: String,
    /// Name of the environment.
    pub environment: String,
    /// The account and Region.
    pub place: Place,
    /// Live, drill or practice.
    pub mode: Mode,
    /// Who answered the reads.
    pub identity: Identity,
    /// When it began.
    pub began: Timestamp,
    /// How many distinct calls it made, each of them once.
    pub calls: u64,
    /// How many requests that took: more than the calls when AWS throttled some.
    pub requests: u64,
    /// How many of the answers were that there were too many.
    pub throttled: u64,
    /// The score.
    pub score: Score,
    /// Every line, in the order of the profile.
    pub lines: Vec<Checked>,
}

/// A scan with everything that a reader wants to know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Title of the profile.
    pub title: String,
    /// Version of the profile.
    pub version: semver::Version,
    /// The scan.
    pub scan: Scan,
    /// The checks, for their titles, reasons and remedies.
    pub entries: Vec<Entry>,
    /// Number of its record in the journal; none when it could not be written there.
    pub record: Option<u64>,
    /// The scan before it, of the same profile, environment and mode.
    pub previous: Option<Previous>,
    /// What is different from that one.
    pub changed: Vec<Changed>,
}

/// The scan before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Number of its record in the journal.
    pub record: u64,
    /// When it began.
    pub at: Timestamp,
    /// Its score.
    pub score: Score,
}

impl Score {
    /// The score of these outcomes.
    pub fn of<'o>(outcomes: impl IntoIterator<Item = &'o Outcome>) -> Self {
        let mut score = Self::default();
        for outcome in outcomes {
            score.checks += 1;
            score.met += usize::from(outcome.is_met());
            match outcome {
                Outcome::CouldNotCheck { .. } => score.could_not_check += 1,
                Outcome::Manual { evidence: None, .. } => score.manual += 1,
                Outcome::Pass {}
                | Outcome::Fail { .. }
                | Outcome::Manual { .. }
                | Outcome::NotApplicable { .. } => {}
            }
        }
        score.total = score.checks - score.could_not_check;
        score
    }

    /// Met of the total, in percent, rounded; 100 only when all are met, and 0 when none is.
    pub fn percent(&self) -> usize {
        if self.total == 0 {
            return 0;
        }
        let rounded = (self.met * 200 + self.total) / (self.total * 2);
        let least = usize::from(self.met > 0);
        let most = if self.met == self.total { 100 } else { 99 };
        rounded.clamp(least, most)
    }

    /// True when it is at least this many percent of all checks. What could not be read counts as
    /// not met here: a gate is not passed by taking a permission away.
    pub fn reaches(&self, percent: u8) -> bool {
        self.checks > 0 && self.met * 100 >= self.checks * usize::from(percent)
    }

    /// The score with its scope: `32 of 36 (89 %)`.
    pub fn in_words(&self) -> String {
        let mut text = format!("{} of {} ({} %)", self.met, self.total, self.percent());
        if self.could_not_check > 0 {
            text += &format!(
                ", over {}: {} could not be checked",
                count(self.total, "check"),
                self.could_not_check
            );
        }
        match self.manual {
            0 => {}
            1 => text += "; 1 waits for a person",
            n => text += &format!("; {n} wait for a person"),
        }
        text
    }
}

impl Scan {
    /// True when the two are of the same profile, environment and mode: they can be compared.
    pub fn is_like(&self, other: &Self) -> bool {
        self.profile == other.profile
            && self.estate == other.estate
            && self.environment == other.environment
            && self.place == other.place
            && self.mode == other.mode
    }

    /// What happened, as a sentence without its full stop.
    pub fn sentence(&self) -> String {
        let Self { profile, estate, environment, mode, score, .. } = self;
        let practice = match mode {
            Mode::Live => "",
            Mode::Drill => " (drill)",
            Mode::Practice => " (practice: no evidence)",
        };
        format!("scan of {estate} {environment} by {profile}{practice}: {}", score.in_words())
    }
}

impl Report {
    /// The check of a line.
    pub fn entry(&self, checked: &Checked) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == checked.id)
    }

    /// The lines, each with its check.
    pub fn lines(&self) -> impl Iterator<Item = (&Checked, Option<&Entry>)> {
        self.scan.lines.iter().map(|checked| (checked, self.entry(checked)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(met: usize, total: usize, unread: usize) -> Score {
        Score { met, total, checks: total + unread, manual: 0, could_not_check: unread }
    }

    #[test]
    fn the_score_says_over_how_many_checks_it_is() {
        assert_eq!(score(3, 36, 0).in_words(), "3 of 36 (8 %)");
        assert_eq!(score(32, 36, 0).in_words(), "32 of 36 (89 %)");
        assert_eq!(score(36, 36, 0).in_words(), "36 of 36 (100 %)");
        assert_eq!(
            score(3, 35, 1).in_words(),
            "3 of 35 (9 %), over 35 checks: 1 could not be checked"
        );
        assert_eq!(
            score(0, 0, 2).in_words(),
            "0 of 0 (0 %), over 0 checks: 2 could not be checked"
        );
    }

    #[test]
    fn only_all_is_a_hundred_and_only_none_is_nought() {
        assert_eq!(score(999, 1000, 0).percent(), 99);
        assert_eq!(score(1, 1000, 0).percent(), 1);
        assert_eq!(score(0, 1000, 0).percent(), 0);
    }

    #[test]
    fn what_could_not_be_read_does_not_pass_a_gate() {
        assert!(score(35, 35, 0).reaches(100));
        assert!(!score(35, 35, 1).reaches(100));
        assert!(score(32, 36, 0).reaches(88) && !score(32, 36, 0).reaches(89));
        assert!(!score(0, 0, 0).reaches(0));
    }
}
