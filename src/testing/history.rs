//! What happens to a service, step by step: the one form that bytes become, laws check and people paste.

use crate::event::Event;
use crate::store::Agent;
use crate::testing::prelude::*;

/// What happens to a service with these agents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The agents; steps name them by their position.
    pub agents: Vec<Agent>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// Something that happens to a service. An agent that is not there is one without devices. Times are in seconds.
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
        /// The id of the session, `None` for the list.
        target: Option<String>,
        /// The body as it comes.
        body: String,
    },
    /// An agent reads the list.
    List {
        /// Which agent.
        agent: usize,
        /// What stands behind the `?`.
        query: String,
    },
    /// An agent reads one session.
    Read {
        /// Which agent.
        agent: usize,
        /// The id.
        id: String,
        /// What stands behind the `?`.
        query: String,
    },
    /// The caller's time goes on by this much.
    Time(u64),
    /// Sessions that heard nothing, and requests that nothing settled, for longer than this are ended.
    Expire {
        /// How long ago; what is below zero is still to come.
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
        /// How long ago; what is below zero is still to come.
        ago: i64,
    },
    /// Another server's list is taken over for a DN.
    Reconcile {
        /// The DN.
        this_dn: String,
        /// The resources of the list.
        list: Vec<Value>,
    },
    /// The service ends, and begins again with what it had kept.
    Restart,
}
