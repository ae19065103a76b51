//! One session: one DN's view of one call, and what an event does to it. Specification 2.1 to 2.3.
//!
//! Depends on [`machine`](crate::machine) and [`event`](crate::event). `judge` decides and touches nothing, `accept`
//! carries out what was decided: so a rejected event cannot have changed anything.

mod accept;
mod compact;
mod judge;
mod limits;
mod names;
mod outcome;
mod recover;

use alloc::boxed::Box;

pub use compact::Participants;
pub(crate) use judge::{Acceptance, Verdict, judge};
pub use limits::Limits;
use names::Names;
pub use outcome::{Change, Outcome};

use crate::event::{Event, KeyValueList};
use crate::machine::{Capabilities, CapabilityTable, State};

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
/// let abandoned = at_3002(CallEvent::Abandoned);
/// let Outcome::Changed(change) = Session::apply(&mut session, &abandoned, &limits) else { panic!() };
/// assert_eq!((change.from, change.to), (Some(State::Alerting), State::Completed));
/// assert!(session.unwrap().participants().eq(["3001"]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    names: Names,
    other_participants: Option<Box<compact::OtherParticipants>>,
    user_data: Option<Box<KeyValueList<'static>>>,
    conn_id: u64,
    server_start_time: u64,
    event_sequence_number: u64,
    numbers_there: u8,
    state: State,
}

/// What tells two events of one server apart, and which of them is newer. Specification 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventIdentity {
    /// When the server started, in seconds since 1970. Absent is a value of its own.
    pub server_start_time: Option<u64>,
    /// The event's number since then.
    pub event_sequence_number: u64,
}

impl EventIdentity {
    /// The identity of `event`, if it is numbered.
    #[must_use]
    pub fn of(event: &Event<'_>) -> Option<Self> {
        event.event_sequence_number.map(|event_sequence_number| EventIdentity {
            server_start_time: event.server_start_time,
            event_sequence_number,
        })
    }

    /// Whether both come from the same server start, so that their numbers can be compared.
    fn same_server_start(self, other: Self) -> bool {
        self.server_start_time == other.server_start_time
    }
}

impl Session {
    /// Applies an event to a session, or to none: the event may open it.
    ///
    /// The event must be one of this session, or (AttachedDataChanged without ThisDN) one of its call; any other is
    /// rejected as orphan, and so is one that [`Event::check`] refuses. On [`Outcome::Ignored`] and
    /// [`Outcome::Rejected`] the session is as it was, to the last bit.
    pub fn apply<'e>(session: &mut Option<Session>, event: &'e Event<'_>, limits: &Limits) -> Outcome<'e> {
        match judge(session.as_ref(), event, limits) {
            Verdict::Ignored => Outcome::Ignored,
            Verdict::Rejected(rejection) => Outcome::Rejected(rejection),
            Verdict::Accepted(acceptance) => match session {
                Some(session) => session.accept(event, acceptance),
                None => {
                    let (opened, outcome) = Session::open(event, acceptance);
                    *session = Some(opened);
                    outcome
                }
            },
        }
    }

    /// The DN whose view this is.
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

    /// Whether it is the session of this DN and this call.
    pub(crate) fn is_of(&self, this_dn: &str, id: &str) -> bool {
        self.names.are(this_dn, id)
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// What may be done now, by this table.
    #[must_use]
    pub fn capabilities(&self, table: &CapabilityTable) -> Capabilities {
        table.get(self.state, self.user_data.is_some())
    }
}
