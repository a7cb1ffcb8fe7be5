//! Stacks as an operator meets them.
