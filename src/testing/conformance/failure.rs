//! What an implementation did other than the model, or where it could not go on, and after which history.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde_json::Value;

use super::Error;
use crate::testing::History;

/// What a system did other than the model: printed, it is a report for a person with the history as lines for a system behind a pipe,
/// and as Rust.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// The shortest history that shows it.
    pub history: History,
    /// The lines of it, see [`History::json_lines`].
    pub lines: Vec<String>,
    /// The step that shows it, from 0.
    pub step: usize,
    /// What differs: `the answer`, `the notifications`, `the list of agent 1`, …
    pub what: String,
    /// What the model says.
    pub expected: Value,
    /// What the system says.
    pub found: Value,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { history, lines, step, what, expected, found } = self;
        writeln!(f, "difference in {what} at step {} of {}:", step + 1, history.steps.len())?;
        writeln!(f, "  expected {expected}\n  found    {found}\n\n{}", lines.concat())?;
        write!(f, "{}", history.code("it_differs"))
    }
}

/// Where a system could not go on: printed, it is a report for a person like that of a [`Failure`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Halt {
    /// The shortest history after which it cannot go on; of a system that cannot be reset any more, the one that was played.
    pub history: History,
    /// The lines of it.
    pub lines: Vec<String>,
    /// The step that it did not survive, from 0; `None` if it could not even be reset.
    pub step: Option<usize>,
    /// Why, in its own words.
    pub error: Error,
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Halt { history, lines, step, error } = self;
        let Some(step) = step else { return writeln!(f, "{error}\nat reset") };
        writeln!(f, "{error}\nat step {} of {}:\n\n{}", step + 1, history.steps.len(), lines.concat())?;
        write!(f, "{}", history.code("it_cannot_go_on"))
    }
}
