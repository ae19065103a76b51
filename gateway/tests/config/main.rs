//! Agents, passwords and options: which are accepted, and how are the others reported?

mod agents_file;
mod demo;
mod directory;
mod options;
mod passwords;
