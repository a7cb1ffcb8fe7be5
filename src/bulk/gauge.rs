//! How many objects are under way at once: more while S3 keeps up, half as many when it asks to
//! slow down.

use std::sync::{Mutex, PoisonError};

/// How many are begun before anything is known.
const FIRST: f64 = 16.0;

/// The number that fits now.
#[derive(Debug)]
pub(super) struct Gauge {
    most: f64,
    now: Mutex<f64>,
}

impl Gauge {
    pub(super) fn new(most: usize) -> Self {
        let most = u32::try_from(most.max(1)).map_or(f64::from(u32::MAX), f64::from);
        Self { most, now: Mutex::new(FIRST.min(most)) }
    }

    /// How many may be under way.
    pub(super) fn at_once(&self) -> u32 {
        let now = *self.now.lock().unwrap_or_else(PoisonError::into_inner);
        // Between 1 and `most`, which came from a whole number.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
        let whole = now as u32;
        whole
    }

    /// A call was answered in time.
    pub(super) fn went_well(&self) {
        self.change(|now| now + 1.0 / now.max(1.0) * 4.0);
    }

    /// S3 asked to slow down.
    pub(super) fn was_too_much(&self) {
        self.change(|now| now / 2.0);
    }

    fn change(&self, to: impl FnOnce(f64) -> f64) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = to(*now).clamp(1.0, self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_while_all_is_well_and_halves_when_it_was_too_much() {
        let gauge = Gauge::new(64);
        assert_eq!(gauge.at_once(), 16);
        for _ in 0..2_000 {
            gauge.went_well();
        }
        assert_eq!(gauge.at_once(), 64, "never more than the limit");
        gauge.was_too_much();
        assert_eq!(gauge.at_once(), 32);
        for _ in 0..20 {
            gauge.was_too_much();
        }
        assert_eq!(gauge.at_once(), 1, "never none");
        assert_eq!(Gauge::new(4).at_once(), 4);
        assert_eq!(Gauge::new(0).at_once(), 1);
    }
}
