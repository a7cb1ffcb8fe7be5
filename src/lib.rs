//! Muster: a terminal console for runbooks and disaster recovery on AWS.

pub mod app;
#[cfg(feature = "aws")]
pub mod aws;
pub mod cli;
pub mod cloud;
pub mod engine;
pub mod estate;
pub mod journal;
pub mod linear;
pub mod link;
pub mod problem;
pub mod runbook;
pub mod sandbox;
pub mod settings;
pub mod text;
pub mod tui;
