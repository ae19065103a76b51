//! What the laws look at.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::hash::BuildHasher;

use serde_json::{Value, json};

use crate::event::{ConnId, KeyValueList};
use crate::machine::State;
use crate::session::EventIdentity;
use crate::store::{Sessions, Snapshot};
use crate::testing::{Agent, Step, carry_out};

/// A store of which laws are asked: [`Sessions`], or whatever wraps or replaces it.
pub trait StoreUnderTest {
    /// Carries a step out; what was answered and told, in the form of [`Model`](crate::testing::Model).
    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Value;

    /// Its sessions, in the order of the list.
    fn sessions(&self) -> Vec<SeenSession>;

    /// Everything that it holds, to be kept.
    fn snapshot(&self) -> Value;

    /// A store that is set up like this one, and begins with what a snapshot holds. Asked of an empty store.
    ///
    /// # Errors
    ///
    /// Why the snapshot cannot be taken.
    fn restored(&self, snapshot: &Value) -> Result<Box<dyn StoreUnderTest>, String>;

    /// A store that holds the same and is another.
    fn duplicate(&self) -> Box<dyn StoreUnderTest>;
}

/// A session of a store under test.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenSession {
    /// The DN.
    pub this_dn: String,
    /// The id.
    pub id: String,
    /// The state.
    pub state: State,
    /// The numbers of the participants, in order.
    pub participants: Vec<String>,
    /// The user data with its repeated keys.
    pub user_data: KeyValueList<'static>,
    /// The connection id that was last named.
    pub conn_id: Option<ConnId>,
    /// The last event that was accepted, if it was numbered.
    pub last_event: Option<EventIdentity>,
    /// The resource that agents read.
    pub resource: Value,
}

impl<S: BuildHasher + Clone + 'static> StoreUnderTest for Sessions<S> {
    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Value {
        carry_out(self, agents, step)
    }

    fn sessions(&self) -> Vec<SeenSession> {
        let seen = |session| json!(self.resource(session));
        self.iter()
            .map(|session| SeenSession {
                this_dn: session.this_dn().into(),
                id: session.id().into(),
                state: session.state(),
                participants: session.participants().map(String::from).collect(),
                user_data: session.user_data().clone(),
                conn_id: session.conn_id(),
                last_event: session.last_event(),
                resource: seen(session),
            })
            .collect()
    }

    fn snapshot(&self) -> Value {
        json!(Sessions::snapshot(self))
    }

    fn restored(&self, snapshot: &Value) -> Result<Box<dyn StoreUnderTest>, String> {
        // As text, which is how it comes back after a restart.
        let snapshot: Snapshot = serde_json::from_str(&snapshot.to_string()).map_err(|error| error.to_string())?;
        let mut restored = self.clone();
        restored.restore(&snapshot).map_err(|error| error.to_string())?;
        Ok(Box::new(restored))
    }

    fn duplicate(&self) -> Box<dyn StoreUnderTest> {
        Box::new(self.clone())
    }
}
