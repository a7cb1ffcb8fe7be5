//! x

use crate::compliance::Report;

/// x
pub fn html(report: &Report) -> String {
    super::text(report)
}
