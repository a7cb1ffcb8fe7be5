//! x

use crate::compliance::Report;

/// x
pub fn junit(report: &Report) -> String {
    super::text(report)
}
