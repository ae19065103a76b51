//! All sessions of a service: which of them an event concerns, who is told, what an agent may ask for. Specification 2, 4, 5.
//!
//! The outermost room: it takes events, operations and reads, and gives notifications, requests to send to the SIP Server
//! and the bodies of answers. It has no clock: [`Sessions::set_time`] is the only time it knows.
//!
//! | file | question |
//! |---|---|
//! | `events` | What does an event do to the store? |
//! | `handled` | What came of it, and who is told? |
//! | `operations` | May this agent do that now, and which request is to be sent? |
//! | `request`, `in_flight` | What is sent, and what became of it? |
//! | `reads` | What does this agent see? |
//! | `ending` | When does a session end unheard, and when is it forgotten? |
//! | `snapshot`, `restore`, `reconcile` | How does a store come back after a restart or a reconnect? |
//! | `counters` | What has happened so far, in numbers? |
//! | `slots`, `index` | Where do the sessions lie, and how are they found? |

mod counters;
mod ending;
mod events;
mod handled;
mod in_flight;
mod index;
mod operations;
mod reads;
mod reconcile;
mod request;
#[cfg(feature = "serde")]
mod restore;
mod slots;
#[cfg(feature = "serde")]
mod snapshot;
mod trace;

use core::hash::BuildHasher;
#[cfg(feature = "std")]
use std::hash::RandomState;

pub use counters::Counters;
pub use handled::{Changes, Handled};
pub use in_flight::{RequestError, Settled};
pub use operations::Target;
pub use reconcile::ReconcileError;
pub use request::{Request, RequestName};
#[cfg(feature = "serde")]
pub use restore::RestoreError;
#[cfg(feature = "serde")]
pub use snapshot::Snapshot;

use crate::machine::CapabilityTable;
use crate::resource::{BaseUri, ImSession};
use crate::session::{Limits, Session};
use in_flight::InFlight;
use slots::Slots;

/// The sessions of a service, each keyed by (ThisDN, CallUUID).
///
/// `S` makes the hashes. With the feature `std` it is `RandomState`, which an attacker cannot flood; without it the embedder
/// brings one, and should bring one with a secret key where ids come from a network.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use im_session::{BaseUri, CallEvent, Event, Sessions, State};
///
/// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
/// let event = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007MDF3D0KAHL93L807GK2LAES000001");
/// let handled = sessions.handle_event(&event).unwrap();
/// assert_eq!((handled.from(), handled.to()), (None, Some(State::Alerting)));
/// assert_eq!(handled.notifications().count(), 1);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Sessions<#[cfg(feature = "std")] S = RandomState, #[cfg(not(feature = "std"))] S> {
    slots: Slots<S>,
    requests: InFlight,
    counters: Counters,
    /// The caller's time.
    now: u64,
    settings: Settings,
}

/// How a store is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Settings {
    base_uri: BaseUri<'static>,
    capabilities: CapabilityTable,
    limits: Limits,
    one_session_per_agent: bool,
}

/// One of an agent's devices: "me" is what the caller says, a list of these in order. Specification 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Device<'a> {
    /// What operations call the device.
    pub device_path: &'a str,
    /// The device's DN.
    pub dn: &'a str,
}

#[cfg(feature = "std")]
impl Sessions {
    /// No sessions, at this base address, with the default capabilities and limits.
    #[must_use]
    pub fn new(base_uri: BaseUri<'static>) -> Self {
        Self::with_hasher(base_uri, RandomState::new())
    }
}

impl<S> Sessions<S> {
    /// As `new`, with a maker of hashes of the embedder's choice.
    #[must_use]
    pub fn with_hasher(base_uri: BaseUri<'static>, hasher: S) -> Self {
        let settings = Settings {
            base_uri,
            capabilities: CapabilityTable::DEFAULT,
            limits: Limits::DEFAULT,
            one_session_per_agent: true,
        };
        Sessions {
            slots: Slots::new(hasher),
            requests: InFlight::new(),
            counters: Counters::default(),
            now: 0,
            settings,
        }
    }

    /// The same with another table of capabilities.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: CapabilityTable) -> Self {
        self.settings.capabilities = capabilities;
        self
    }

    /// The same with other limits. What is there already stays.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// The same, where an agent may initiate a session while another is open.
    #[must_use]
    pub fn with_many_sessions_per_agent(mut self) -> Self {
        self.settings.one_session_per_agent = false;
        self
    }

    /// Tells the store the time: any number that does not fall, in any unit. A lower one than before is not taken.
    ///
    /// A store that is restored goes on with the time of the snapshot, so take a clock that survives a restart.
    ///
    /// It is kept with what happens from now on, for [`expire`](Self::expire),
    /// [`forget_completed`](Self::forget_completed) and [`forget_requests`](Self::forget_requests).
    pub fn set_time(&mut self, now: u64) {
        self.now = self.now.max(now);
    }

    /// The last time that the store was told.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// How many sessions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no session.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All sessions, in byte order of DN, then id. Sorts them all.
    pub fn iter(&self) -> impl Iterator<Item = &Session> {
        self.slots.sorted(|_| true).into_iter().filter_map(|handle| self.slots.session(handle))
    }

    /// What the API shows of a session.
    #[must_use]
    pub fn resource<'s>(&self, session: &'s Session) -> ImSession<'s> {
        self.settings.resource(session)
    }

    /// What has happened so far, in numbers.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

impl<S: BuildHasher> Sessions<S> {
    /// The session of this DN with this id.
    #[must_use]
    pub fn get(&self, this_dn: &str, id: &str) -> Option<&Session> {
        self.slots.session(self.slots.find(this_dn, id)?)
    }
}

impl Settings {
    fn resource<'s>(&self, session: &'s Session) -> ImSession<'s> {
        ImSession::of(session, &self.base_uri, &self.capabilities)
    }
}
