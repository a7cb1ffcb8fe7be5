//! Work over many objects, on the simulated account and on lists that nobody could hold: copies
//! that are killed, corrupted, throttled and denied; retention that is only ever made longer; items
//! that are counted and objects that are read.
#![cfg(test)]

mod batch;
mod compare;
mod copy;
mod count;
mod desk;
mod flat;
mod killed;
mod retain;
mod sample;
mod trouble;
