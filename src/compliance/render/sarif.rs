//! x

use crate::compliance::Report;

/// x
pub fn sarif(report: &Report) -> String {
    super::text(report)
}
