//! Books and estates, good and bad: what the loader says of them, and whether the schemas agree.

mod corpus;
mod garbage;
mod schemas;
mod shipped;
mod support;
