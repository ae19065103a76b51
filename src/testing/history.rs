//! The steps of a service: the common form that is generated from bytes, checked by laws and pasted into tests.

use crate::event::Event;
use crate::store::Agent;
use crate::testing::prelude::*;

/// The steps of a service with these agents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The agents; steps refer to them by their position.
    pub agents: Vec<Agent>,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// A step of a service. A position without an agent stands for an agent without devices. Times are in seconds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "most steps are events, and histories are short")]
pub enum Step {
    /// The SIP Server reports an event.
    Event(Event<'static>),
    /// An agent posts an operation.
    Post {
        /// Which agent.
        agent: usize,
        /// The id of the session; `None` for the list.
        target: Option<String>,
        /// The body, unparsed.
        body: String,
    },
    /// An agent reads the list.
    List {
        /// Which agent.
        agent: usize,
        /// The query, after the `?`.
        query: String,
    },
    /// An agent reads one session.
    Read {
        /// Which agent.
        agent: usize,
        /// The id.
        id: String,
        /// The query, after the `?`.
        query: String,
    },
    /// The caller's time advances by this much.
    Time(u64),
    /// Sessions without an event for longer than this expire, and requests in flight for longer than this time out.
    Expire {
        /// How long ago; a negative time is in the future.
        ago: i64,
    },
    /// A completed session is forgotten.
    Forget {
        /// Its DN.
        this_dn: String,
        /// Its id.
        id: String,
    },
    /// Sessions completed longer ago than this are forgotten.
    ForgetCompleted {
        /// How long ago; a negative time is in the future.
        ago: i64,
    },
    /// The list of another server is reconciled for a DN.
    Reconcile {
        /// The DN.
        this_dn: String,
        /// The resources of the list.
        list: Vec<Value>,
    },
    /// The service ends, and starts again from its snapshot.
    Restart,
}
