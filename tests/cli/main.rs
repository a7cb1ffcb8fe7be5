//! The program as it is typed: what it prints, what it leaves behind, and how it ends.
//!
//! Everything happens in practice, each test in a state directory of its own, without a terminal.
#![cfg(test)]

mod account;
mod attach;
mod batch;
mod books;
mod check;
mod compliance;
mod crash;
mod disk;
mod doctor;
mod faults;
mod generated;
mod hostile;
mod interrupted;
mod journal;
mod json;
mod kill;
mod lease;
mod link;
mod login;
mod needs;
mod plan;
mod race;
mod refused;
mod report;
mod rollback;
mod rollout;
mod shape;
mod stack;
mod support;
mod tamper;
mod walk;
