//! The program in a pseudo-terminal: keys in, screen out, from home to the finished phase 1.

#[cfg(test)]
mod operator;
#[cfg(test)]
mod walk;
