//! The estates and books that ship with the program.
