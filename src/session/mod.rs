//! One session: one DN's view of one call, and what an event does to it. [Specification 2.1][2.1] to [2.3].
//!
//! Depends on [`machine`](crate::machine) and [`event`](crate::event). `judge` decides and changes nothing, and
//! `accept` carries out the decision, so a rejected event cannot have changed anything.
//!
//! | file | question |
//! |---|---|
//! | `judge` | Is the event accepted, and if not, why not? |
//! | `newer_leg` | Which of two events is newer, and when does a completed session get a new leg? |
//! | `limits` | How large may a session and a store become? |
//! | `accept` | What does an accepted event change? |
//! | `cause` | Why is a session over? |
//! | `outcome` | What is the result of an event? |
//! | `without_event` | How does a session change without an event? |
//! | `memory_layout`, `inline_names` | How does a session fit into 128 bytes? |
//!
//! [2.1]: crate::guide::specification#21-the-transition-table-d
//! [2.3]: crate::guide::specification#23-user-data

mod accept;
mod cause;
mod inline_names;
mod judge;
mod limits;
mod memory_layout;
mod newer_leg;
mod outcome;
mod without_event;

use alloc::boxed::Box;
use core::fmt;

pub use cause::Cause;
use inline_names::InlineNames;
pub(crate) use judge::judge;
#[cfg(feature = "serde")]
pub(crate) use limits::SessionField;
pub use limits::{Limit, Limits};
pub use memory_layout::Participants;
pub use newer_leg::EventIdentity;
pub(crate) use outcome::Change;
pub use outcome::{Outcome, Rejection};
#[cfg(feature = "serde")]
pub(crate) use without_event::Saved;

use crate::event::{Event, KeyValueList, Route};
use crate::machine::{CapabilityTable, DataEvent, Operations, RejectReason, SessionEvent, State};

/// An IM session as one DN sees it.
///
/// ```
/// use im_session::{CallEvent, Event, Limits, Outcome, Session, State};
///
/// let limits = Limits::DEFAULT;
/// let at_3002 = |name| Event::new(name).with_this_dn("3002").with_call_uuid("007MDF3D0KAHL93L807GK2LAES000001");
///
/// let mut session = None;
/// Session::apply(&mut session, &at_3002(CallEvent::Ringing).with_other_dn("3001"), &limits);
/// let outcome = Session::apply(&mut session, &at_3002(CallEvent::Abandoned), &limits);
/// assert!(matches!(outcome, Outcome::Changed { from: Some(State::Alerting), to: State::Completed, .. }));
/// assert!(session.unwrap().participants().eq(["3001"]));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    names: InlineNames,
    other_participants: Option<Box<memory_layout::OtherParticipants>>,
    user_data: Option<Box<KeyValueList<'static>>>,
    conn_id: u64,
    server_start_time: u64,
    event_sequence_number: u64,
    present: memory_layout::Present,
    state: State,
    cause: Option<Cause>,
}

impl Session {
    /// Applies an event to a session. With `None` the event may open one.
    ///
    /// The event must be for this session or, as an AttachedDataChanged without ThisDN, for its call. Any other is
    /// rejected as orphan, and so is one that [`Event::route`] refuses. [`Outcome::Ignored`] and [`Outcome::Rejected`]
    /// leave the session unchanged.
    pub fn apply(session: &mut Option<Session>, event: &Event<'_>, limits: &Limits) -> Outcome {
        let (session_event, belongs) = match (event.route(), session.as_ref()) {
            (Ok(Route::Answer | Route::Other), _) => return Outcome::Ignored,
            (Ok(Route::AtDn { event, this_dn, id }), Some(session)) => (event, session.is_of(this_dn, id)),
            (Ok(Route::AtDn { event, .. }), None) => (event, true),
            (Ok(Route::ToCall { id }), session) => {
                let event = SessionEvent::Data(DataEvent::AttachedDataChanged);
                (event, session.is_none_or(|session| session.id() == id))
            }
            (Err(_), _) => match event.name.session_event() {
                Some(event) => (event, false),
                None => return Outcome::Ignored,
            },
        };
        if !belongs {
            return Outcome::Rejected(Rejection::new(None, session_event, RejectReason::Orphan));
        }
        let last = session.as_ref().and_then(Session::last_event);
        match judge(session.as_ref(), last, event, session_event, limits) {
            Err(rejection) => Outcome::Rejected(rejection),
            Ok(acceptance) => match session {
                Some(session) => session.accept(event, acceptance),
                None => {
                    let (opened, outcome) = Session::open(event, acceptance);
                    *session = Some(opened);
                    outcome
                }
            },
        }
    }

    /// The DN that sees the session this way.
    #[must_use]
    pub fn this_dn(&self) -> &str {
        self.names.this_dn()
    }

    /// The id of the session: the CallUUID.
    #[doc(alias = "call_uuid")]
    #[must_use]
    pub fn id(&self) -> &str {
        self.names.id()
    }

    /// ThisDN as bytes, which saves validating them as UTF-8 again.
    pub(crate) fn this_dn_bytes(&self) -> &[u8] {
        self.names.this_dn_bytes()
    }

    /// The id as bytes, which saves validating them as UTF-8 again.
    pub(crate) fn id_bytes(&self) -> &[u8] {
        self.names.id_bytes()
    }

    /// Whether this is the session of this DN and this call.
    pub(crate) fn is_of(&self, this_dn: &str, id: &str) -> bool {
        self.names.are(this_dn, id)
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// The operations that are possible now, by this table. [Specification 3][3].
    ///
    /// ```
    /// use im_session::{CallEvent, CapabilityTable, Event, Limits, Operation, Session};
    ///
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// let mut session = None;
    /// Session::apply(&mut session, &ringing, &Limits::DEFAULT);
    /// let capabilities = session.unwrap().capabilities(&CapabilityTable::DEFAULT);
    /// assert!(capabilities.contains(Operation::Complete) && !capabilities.contains(Operation::SendMessage));
    /// ```
    ///
    /// [3]: crate::guide::specification#3-capabilities-d
    #[must_use]
    pub fn capabilities(&self, table: &CapabilityTable) -> Operations {
        table.get(self.state, self.user_data.is_some())
    }
}

/// `Session { this_dn: "3002", id: "007MDF…", state: Talking, participants: ["3001"] }`: absent fields are left out.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut session = f.debug_struct("Session");
        session.field("this_dn", &self.this_dn()).field("id", &self.id()).field("state", &self.state);
        if self.participants().len() > 0 {
            session.field("participants", &self.participants().collect::<alloc::vec::Vec<_>>());
        }
        if !self.user_data().is_empty() {
            session.field("user_data", self.user_data());
        }
        if let Some(conn_id) = self.conn_id() {
            session.field("conn_id", &format_args!("{conn_id}"));
        }
        if let Some(last_event) = self.last_event() {
            session.field("last_event", &format_args!("{last_event}"));
        }
        if let Some(cause) = self.cause {
            session.field("cause", &format_args!("{cause}"));
        }
        session.finish()
    }
}
