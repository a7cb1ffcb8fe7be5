//! The program in a pseudo-terminal: keys in, screen out, from home to the finished phase 1; and
//! what signals and a terminal that dies do to it.

#[cfg(test)]
mod first;
#[cfg(test)]
mod gone;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod walk;
