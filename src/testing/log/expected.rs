//! A log, and what a decoder must find in it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::decode::Form;
use crate::event::Event;

/// A log, and what a decoder must find in it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Log {
    /// The form that it is written in, and that its first event decides.
    pub form: Form,
    /// The log.
    pub text: String,
    /// The events that are in it, each with the line of its first line, from 1.
    pub events: Vec<(u64, Event<'static>)>,
    /// The lines that cannot be read, and that a decoder must name.
    pub errors: Vec<u64>,
}

/// The text as it stands, not as a Rust string: so a failing property shows the log.
impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Log in the form {}, events at {:?}, errors at {:?}:", self.form, self.lines(), self.errors)?;
        f.write_str(&self.text)
    }
}

impl Log {
    /// The lines of the events.
    #[must_use]
    pub fn lines(&self) -> Vec<u64> {
        self.events.iter().map(|&(line, _)| line).collect()
    }
}
