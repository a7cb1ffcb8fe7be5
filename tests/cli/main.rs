//! The program as it is typed: what it prints, what it leaves behind, and how it ends.
//!
//! Everything happens in practice, each test in a state directory of its own, without a terminal.
#![cfg(test)]

mod attach;
mod books;
mod check;
mod crash;
mod faults;
mod generated;
mod hostile;
mod interrupted;
mod journal;
mod json;
mod lease;
mod link;
mod plan;
mod refused;
mod rollback;
mod shape;
mod support;
mod walk;
