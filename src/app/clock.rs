//! The only place that asks what time it is.

use jiff::Timestamp;

/// The time by the clock of this machine.
#[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
