//! What an implementation must be able to do to be tested.

use crate::store::Sessions;
use crate::testing::carry_out::carry_out_in_words;
use crate::testing::prelude::*;
use crate::testing::{Agent, Setup, Step};

/// An implementation cannot go on: its process has died, its answer is no JSON, …
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the system under test cannot go on: {0}")]
pub struct Error(pub String);

/// A system under test: any implementation of the specification.
///
/// What it answers is JSON in the form of [`Model`](crate::testing::Model), and stands in one line where it is behind [a pair of
/// pipes](super::JsonLines). What it does not say is not compared, but for the `answer` of operations and reads and for `notifications`.
/// The words of an error are free; its requests are numbered from 1 after each reset.
pub trait System {
    /// Begins anew, set up like this: no sessions, no requests, nothing to tell. One that shows its requests answers `{"requests":[]}`.
    ///
    /// # Errors
    ///
    /// The system cannot go on.
    fn reset(&mut self, setup: &Setup) -> Result<Value, Error>;

    /// Carries a step out, and answers; `None` from a system that has no such thing, and the step is left out.
    ///
    /// # Errors
    ///
    /// The system cannot go on.
    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error>;
}

/// The crate's own store: an example of how to write one, and what the kit is tested with.
impl System for Sessions {
    fn reset(&mut self, setup: &Setup) -> Result<Value, Error> {
        *self = setup.sessions();
        Ok(json!({"requests": []}))
    }

    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error> {
        Ok(Some(carry_out_in_words(self, agents, step)))
    }
}
