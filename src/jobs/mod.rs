//! The table of jobs: long-running operations that are started and then observed.
//!
//! A job is a setting of what it leaves behind: a stack that is deployed, a bucket that holds the
//! copies. It is read, compared, begun, verified and taken back through the very functions of a
//! [`Setting`], so the engine knows no other kind of step; besides these it can say how far it is,
//! that AWS gave it up, and that a call of it which was cut short goes on where it stopped. In a
//! book it is written `run`, `on`, `with`. One file per job.

mod batch_copy;
mod cloudformation;
mod copy_bucket;
mod retain_objects;
mod words;

use crate::settings::{self, Setting};

/// Every job, in order of id.
pub const TABLE: &[Setting] = &[
    Setting::of::<cloudformation::ChangeSet>(),
    Setting::of::<cloudformation::DeleteStack>(),
    Setting::of::<cloudformation::Deploy>(),
    Setting::of::<cloudformation::Drift>(),
    Setting::of::<batch_copy::BatchCopy>(),
    Setting::of::<copy_bucket::CopyBucket>(),
    Setting::of::<retain_objects::RetainObjects>(),
];

/// The job with this id.
pub fn find(id: &str) -> Option<&'static Setting> {
    TABLE.iter().find(|job| job.id == id)
}

/// The setting or the job with this id.
pub fn row(id: &str) -> Option<&'static Setting> {
    settings::find(id).or_else(|| find(id))
}

/// Every setting and every job.
pub fn rows() -> impl Iterator<Item = &'static Setting> {
    settings::TABLE.iter().chain(TABLE)
}

/// The id of a setting or a job that was probably meant.
pub fn nearest(id: &str) -> Option<&'static str> {
    rows()
        .map(|row| (strsim::jaro_winkler(row.id, id), row.id))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_was_probably_meant_is_found() {
        assert_eq!(nearest("s3.bucket.object_locks"), Some("s3.bucket.object_lock"));
        assert_eq!(nearest("ec2"), None);
    }
}
