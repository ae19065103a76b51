//! Agents, passwords and options: what is accepted, and what is said of the rest?

mod agents_file;
mod demo;
mod directory;
mod options;
mod passwords;
