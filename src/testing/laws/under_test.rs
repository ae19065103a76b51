//! The interface of a store under test.

use core::hash::BuildHasher;

use crate::event::{ConnId, KeyValueList};
use crate::machine::State;
use crate::session::{Cause, EventIdentity, Session};
use crate::store::Sessions;
use crate::testing::carry_out::restore;
use crate::testing::prelude::*;
use crate::testing::{Agent, Step, carry_out};

/// A store that laws can check: [`Sessions`], or a type that wraps or replaces it.
///
/// The laws also check duplicates and restored stores, so both must have the type under test. If a wrapper returned its
/// inner store, the laws would check that one instead of the wrapper.
///
/// ```
/// use im_session::testing::laws::{SeenSession, StoreUnderTest, check_all_of};
/// use im_session::testing::{Agent, History, Setup, Step, carry_out};
/// use im_session::{CallEvent, Event, Sessions};
/// use serde_json::Value;
///
/// /// A store that drops all notifications.
/// #[derive(Clone)]
/// struct Silent(Sessions);
///
/// impl StoreUnderTest for Silent {
///     fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Value {
///         let mut answer = carry_out(&mut self.0, agents, step);
///         if let Some(notifications) = answer.get_mut("notifications") {
///             *notifications = Value::Array(vec![]);
///         }
///         answer
///     }
///     fn sessions(&self) -> Vec<SeenSession> {
///         self.0.sessions()
///     }
///     fn snapshot(&self) -> Value {
///         StoreUnderTest::snapshot(&self.0)
///     }
///     fn restored(&self, snapshot: &Value) -> Result<Box<dyn StoreUnderTest>, String> {
///         let mut restored = self.clone();
///         let snapshot = serde_json::from_value(snapshot.clone()).map_err(|error| error.to_string())?;
///         restored.0.restore(&snapshot).map_err(|error| error.to_string())?;
///         Ok(Box::new(restored))
///     }
///     fn duplicate(&self) -> Box<dyn StoreUnderTest> {
///         Box::new(self.clone())
///     }
/// }
///
/// let setup = Setup::default();
/// let rings = Event::new(CallEvent::Ringing).with_this_dn("3001").with_call_uuid("A");
/// let history = History { agents: vec![], steps: vec![Step::Event(rings)] };
/// assert!(check_all_of(&setup, &setup.sessions(), &history).is_ok());
/// let broken = check_all_of(&setup, &Silent(setup.sessions()), &history).unwrap_err();
/// assert_eq!(broken.name, "the_outcome_is_what_changed");
/// ```
pub trait StoreUnderTest {
    /// Carries out a step. Returns the answer in the form of [`Model`](crate::testing::Model).
    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Value;

    /// Its sessions, in byte order of DN, then id.
    fn sessions(&self) -> Vec<SeenSession>;

    /// A snapshot of everything in the store.
    fn snapshot(&self) -> Value;

    /// A store of the same type with the settings of this one and the contents of a snapshot. It is called on an empty
    /// store.
    ///
    /// # Errors
    ///
    /// Why the snapshot cannot be restored.
    fn restored(&self, snapshot: &Value) -> Result<Box<dyn StoreUnderTest>, String>;

    /// An independent copy of the store, of the same type.
    fn duplicate(&self) -> Box<dyn StoreUnderTest>;

    /// The name of the type, which shows whether a duplicate has the same type.
    fn type_name(&self) -> &'static str {
        core::any::type_name::<Self>()
    }
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
    /// The connection id of the last accepted event that had one.
    pub conn_id: Option<ConnId>,
    /// The identity of the last accepted event that had a number.
    pub last_event: Option<EventIdentity>,
    /// Why it is over.
    pub cause: Option<Cause>,
    /// The resource that agents with all rights read.
    pub resource: Value,
}

impl<S: BuildHasher + Clone + 'static> StoreUnderTest for Sessions<S> {
    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Value {
        carry_out(self, agents, step)
    }

    fn sessions(&self) -> Vec<SeenSession> {
        let seen = |session: &Session| SeenSession {
            this_dn: session.this_dn().into(),
            id: session.id().into(),
            state: session.state(),
            participants: session.participants().map(String::from).collect(),
            user_data: session.user_data().clone(),
            conn_id: session.conn_id(),
            last_event: session.last_event(),
            cause: session.cause(),
            resource: json!(self.resource(session)),
        };
        self.iter().map(seen).collect()
    }

    fn snapshot(&self) -> Value {
        json!(Sessions::snapshot(self))
    }

    fn restored(&self, snapshot: &Value) -> Result<Box<dyn StoreUnderTest>, String> {
        // No requests were sent after the snapshot, so no gap is needed.
        let mut restored = self.clone().with_reference_id_gap(0);
        restore(&mut restored, snapshot)?;
        Ok(Box::new(restored.with_reference_id_gap(1_000)))
    }

    fn duplicate(&self) -> Box<dyn StoreUnderTest> {
        Box::new(self.clone())
    }
}
