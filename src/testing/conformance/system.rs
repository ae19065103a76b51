//! What an implementation must be able to do to be tested.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use crate::event::Event;
use crate::testing::{Agent, Step};

/// An implementation cannot go on: its process has died, its answer is no JSON, …
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the system under test cannot go on: {0}")]
pub struct Error(pub String);

/// A system under test: any implementation of the specification.
///
/// What is said in the errors of operations and reads is free; only `statusCode` counts there. The requests of a system are
/// numbered from 1 after each [`reset`](Self::reset).
pub trait System {
    /// Begins anew: no sessions, no requests, nothing to tell.
    ///
    /// # Errors
    ///
    /// The system cannot go on.
    fn reset(&mut self) -> Result<(), Error>;

    /// Hears an event, and may say what came of it: an object with any of `outcome` (`changed`, `unchanged`, `rejected`,
    /// `message`, `ignored`, `unreadable`), `reason`, `from`, `to` and `settled` (as [`Model`](crate::testing::Model) has them).
    /// Whatever it says is compared; `null` says nothing.
    ///
    /// # Errors
    ///
    /// The system cannot go on.
    fn event(&mut self, event: &Event<'_>) -> Result<Value, Error>;

    /// The body of the answer to an operation that an agent posts, to the session with this id or to the list.
    ///
    /// # Errors
    ///
    /// The system cannot go on.
    fn post(&mut self, me: &Agent, id: Option<&str>, body: &str) -> Result<Value, Error>;

    /// The body of the answer to reading the list.
    ///
    /// # Errors
    ///
    /// The system cannot go on.
    fn list(&mut self, me: &Agent, query: &str) -> Result<Value, Error>;

    /// The body of the answer to reading one session.
    ///
    /// # Errors
    ///
    /// The system cannot go on.
    fn read(&mut self, me: &Agent, id: &str, query: &str) -> Result<Value, Error>;

    /// What was pushed since the last time, in order: the DN and the whole notification.
    ///
    /// # Errors
    ///
    /// The system cannot go on.
    fn notifications(&mut self) -> Result<Vec<(String, Value)>, Error>;

    /// The requests that went to the SIP Server since the last time, in the form of [`Request`](crate::Request)'s JSON; `None` from a
    /// system that cannot show them.
    ///
    /// # Errors
    ///
    /// The system cannot go on.
    fn requests(&mut self) -> Result<Option<Vec<Value>>, Error> {
        Ok(None)
    }

    /// A step of the embedder (time, expiring, forgetting, reconciling) and the answer to it as the model has it; `None` from a
    /// system that has no such thing, and the step is left out.
    ///
    /// # Errors
    ///
    /// The system cannot go on.
    fn embedder(&mut self, _step: &Step) -> Result<Option<Value>, Error> {
        Ok(None)
    }
}
