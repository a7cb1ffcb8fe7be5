//! Work over many objects, on the simulated account.
