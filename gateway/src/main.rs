//! The program: command line, configuration, serve.

#![forbid(unsafe_code)]

fn main() {}
