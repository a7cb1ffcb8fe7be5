//! The pages, one file each.

pub(super) mod book;
pub(super) mod compliance;
pub(super) mod form;
pub(super) mod help;
pub(super) mod home;
pub(super) mod journal;
pub(super) mod plan;
pub(super) mod report;
pub(super) mod rollout;
pub(super) mod run;
