//! Work over many objects, on the simulated account and on lists that nobody could hold: copies
//! that are killed, corrupted, throttled and denied; retention that is only ever made longer.
#![cfg(test)]

mod batch;
mod compare;
mod copy;
mod desk;
mod flat;
mod killed;
mod retain;
mod trouble;
