//! The interface of an implementation under test.

use crate::store::Sessions;
use crate::testing::carry_out::carry_out_in_words;
use crate::testing::prelude::*;
use crate::testing::{Agent, Setup, Step};

/// An implementation cannot continue: its process has died, its answer is not JSON, …
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the system under test cannot go on: {0}")]
pub struct Error(pub String);

/// A system under test: any implementation of the specification.
///
/// Its answers are JSON in the form of [`Model`](crate::testing::Model), in one line if it is behind [a pair of
/// pipes](super::JsonLines). Parts that it leaves out are not compared, except for `notifications` and the `answer` of
/// operations and reads. The text of errors is free. Its requests must be numbered from 1 after each reset.
pub trait System {
    /// Resets the system to these settings, without sessions, requests and pending notifications. A system that shows
    /// its requests answers `{"requests":[]}`.
    ///
    /// # Errors
    ///
    /// The system cannot continue.
    fn reset(&mut self, setup: &Setup) -> Result<Value, Error>;

    /// Carries out a step, and returns the answer. `None` if the system does not support it; the step is then skipped.
    ///
    /// # Errors
    ///
    /// The system cannot continue.
    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error>;
}

/// The crate's own store: an example of an implementation, and the one with which the kit is tested.
impl System for Sessions {
    fn reset(&mut self, setup: &Setup) -> Result<Value, Error> {
        *self = setup.sessions();
        Ok(json!({"requests": []}))
    }

    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error> {
        Ok(Some(carry_out_in_words(self, agents, step)))
    }
}
