//! x

use crate::compliance::Report;

/// x
pub fn markdown(report: &Report) -> String {
    super::text(report)
}
