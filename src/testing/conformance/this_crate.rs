//! The crate's own store as a system under test.

use serde_json::{Value, json};

use super::{Error, System};
use crate::store::Sessions;
use crate::testing::carry_out::carry_out_in_words;
use crate::testing::{Agent, Setup, Step};

/// The crate's own store behind [`System`]: an example of how to write one, and what the kit is tested with.
#[derive(Debug, Clone)]
pub struct ThisCrate(Sessions);

impl ThisCrate {
    /// A store that is set up like this.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        ThisCrate(setup.sessions())
    }
}

impl System for ThisCrate {
    fn reset(&mut self, setup: &Setup) -> Result<Value, Error> {
        *self = ThisCrate::new(setup);
        Ok(json!({"requests": []}))
    }

    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error> {
        Ok(Some(carry_out_in_words(&mut self.0, agents, step)))
    }
}
