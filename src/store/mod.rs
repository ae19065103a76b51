//! All sessions of a service: which of them an event concerns, who is notified, and what an agent is allowed to do.
//! [Specification 2][2], [4] and [5].
//!
//! The outermost module of the core: it takes events, operations and reads, and returns notifications, requests to send
//! to the SIP Server, and the bodies of answers. It has no clock: its time is the one set by [`Sessions::set_time`].
//!
//! | file | question |
//! |---|---|
//! | `handle_event` | What does an event do, at one DN or to a whole call? |
//! | `handled` | What is the result of an event, and who is notified? |
//! | `operations`, `parameters` | May this agent perform an operation now, and which request is to be sent? |
//! | `why_not` | Why is an operation not possible now? |
//! | `request`, `in_flight` | What is sent to the SIP Server, and when is it settled? |
//! | `agent`, `reads` | Who is the agent, and what does the agent see? |
//! | `expiry`, `time` | When does a session end without an event, and when is it forgotten? |
//! | `room`, `remembered_ends` | What makes room for one more session, and what is remembered of past ones? |
//! | `parts`, `snapshot` | What does a service persist? |
//! | `restore`, `session_part`, `reconcile` | How does a store recover after a restart or a reconnect? |
//! | `shard`, `reference_ids` | How do several stores divide the work? |
//! | `counters`, `trace` | What has the store done so far? |
//! | `slots`, `ring`, `order`, `hash_index` | How are the sessions stored, found and ordered? |
//!
//! [2]: crate::guide::specification#2-events-and-identity
//! [4]: crate::guide::specification#4-operations
//! [5]: crate::guide::specification#5-notifications

mod agent;
mod counters;
mod expiry;
mod handle_event;
mod handled;
mod hash_index;
mod in_flight;
mod operations;
mod order;
mod parameters;
mod parts;
mod reads;
mod reconcile;
mod reference_ids;
mod remembered_ends;
mod request;
#[cfg(feature = "serde")]
mod restore;
mod ring;
mod room;
#[cfg(feature = "serde")]
mod session_part;
mod shard;
mod slots;
#[cfg(feature = "serde")]
mod snapshot;
mod time;
mod trace;
mod why_not;

use alloc::vec::Vec;
use core::fmt;
use core::hash::BuildHasher;
#[cfg(feature = "std")]
use std::hash::RandomState;

pub use agent::{Agent, Device};
pub use counters::Counters;
pub use handled::Handled;
pub use in_flight::{RequestError, RequestResult, Settled};
pub use operations::Target;
pub use parts::PartKey;
pub use reconcile::ReconcileError;
pub use reference_ids::{BadReferenceIds, ReferenceIds};
pub use request::{Request, RequestName};
#[cfg(feature = "serde")]
pub use restore::RestoreError;
pub use shard::shard;
#[cfg(feature = "serde")]
pub use snapshot::{EndPart, Part, RequestPart, SessionPart, Snapshot, StorePart};
pub use time::TimeError;
pub use why_not::WhyNot;

use crate::machine::CapabilityTable;
use crate::resource::{BaseUri, ImSession, NumberAnalysis, Shared};
use crate::session::{Change, Limits, Session};
use in_flight::InFlight;
use remembered_ends::RememberedEnds;
use slots::Slots;

/// The sessions of a service, each keyed by (ThisDN, CallUUID).
///
/// The [guide](crate::guide::embedding) describes how a service uses it: threads, sharding, persistence, expiry,
/// limits.
///
/// `S` is the hasher. With the feature `std` it is `RandomState` by default, a randomly keyed, HashDoS-resistant
/// hasher. Without `std` the embedder passes one, which should be keyed as well if ids come from a network.
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
    remembered_ends: RememberedEnds,
    requests: InFlight,
    counters: Counters,
    /// The sessions that were missing from the last reconciled list, and were forgotten at once to make room for it.
    vanished_and_forgotten: Vec<(Session, Change)>,
    /// The time that was last set, in nanoseconds.
    now: u64,
    /// Whether the time was set since the store was created or restored.
    time_told: bool,
    settings: Settings,
}

/// The settings of a store, which are not part of a snapshot.
#[derive(Debug, Clone)]
struct Settings {
    base_uri: BaseUri,
    capabilities: CapabilityTable,
    limits: Limits,
    one_session_per_agent: bool,
    reference_ids: ReferenceIds,
    reference_id_gap: u32,
    numbers: Option<Numbers>,
}

/// The analysis of phone numbers, in a separate type because of `Debug`.
#[derive(Clone)]
struct Numbers(Shared<dyn NumberAnalysis>);

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Numbers(..)")
    }
}

#[cfg(feature = "std")]
impl Sessions {
    /// An empty store at this base address, with the default capabilities and limits.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, Sessions};
    ///
    /// let sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// assert!(sessions.is_empty());
    /// # }
    /// ```
    #[must_use]
    pub fn new(base_uri: BaseUri) -> Self {
        Self::with_hasher(base_uri, RandomState::new())
    }
}

impl<S> Sessions<S> {
    /// Like `new`, with a hasher of the embedder's choice. The [guide](crate::guide::embedding#without-std) has an
    /// example of a hasher without `std`.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use std::hash::RandomState;
    /// use im_session::{BaseUri, Sessions};
    ///
    /// // Without `std`: any `BuildHasher`, preferably one with a secret key.
    /// let sessions = Sessions::with_hasher(BaseUri::new("http://localhost:8090"), RandomState::new());
    /// assert!(sessions.is_empty());
    /// # }
    /// ```
    #[must_use]
    pub fn with_hasher(base_uri: BaseUri, hasher: S) -> Self {
        let settings = Settings {
            base_uri,
            capabilities: CapabilityTable::DEFAULT,
            limits: Limits::DEFAULT,
            one_session_per_agent: true,
            reference_ids: ReferenceIds::ALL,
            reference_id_gap: 1_000,
            numbers: None,
        };
        Sessions {
            slots: Slots::new(hasher),
            remembered_ends: RememberedEnds::new(),
            requests: InFlight::new(),
            counters: Counters::default(),
            vanished_and_forgotten: Vec::new(),
            now: 0,
            time_told: false,
            settings,
        }
    }

    /// Replaces the table of capabilities, which says which operations each state allows.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CapabilityTable, Operation, Sessions};
    ///
    /// // A desktop must not hang up while a call without user data rings.
    /// const OURS: CapabilityTable = {
    ///     let mut table = CapabilityTable::DEFAULT;
    ///     table.alerting.without_user_data = table.alerting.without_user_data.without(Operation::Complete);
    ///     table
    /// };
    /// let sessions = Sessions::new(BaseUri::new("http://localhost:8090")).with_capabilities(OURS);
    /// # drop(sessions);
    /// # }
    /// ```
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: CapabilityTable) -> Self {
        self.settings.capabilities = capabilities;
        self
    }

    /// Sets the analysis of the participants' numbers, which provides `e164Number`, `formattedPhoneNumber`, `country`
    /// and `location`. Without it the first two are the number as T-Library gave it, and the others are absent. It is
    /// called once for each participant whenever a resource is written, so it should cache its results.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{AnalysedNumber, BaseUri, CallEvent, Event, Sessions};
    ///
    /// let analysis = |number: &str| {
    ///     let formatted = number.strip_prefix("916555").map(|rest| format!("(916) 555-{rest}"))?;
    ///     Some(AnalysedNumber::new(format!("+1{number}"), formatted, None, Some("California".into())))
    /// };
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090")).with_number_analysis(analysis);
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// let handled = sessions.handle_event(&ringing.with_other_dn("9165550104")).unwrap();
    /// assert_eq!(handled.changed().count(), 1);
    /// let session = sessions.get("3002", "007").unwrap();
    /// let caller = sessions.resource(session).participants().next().unwrap().into_owned();
    /// assert_eq!((&*caller.e164_number, &*caller.phone_number), ("+19165550104", "9165550104"));
    /// # }
    /// ```
    #[must_use]
    pub fn with_number_analysis(mut self, analysis: impl NumberAnalysis + 'static) -> Self {
        self.settings.numbers = Some(Numbers(Shared::new(analysis)));
        self
    }

    /// Replaces the limits. Existing sessions are kept even if they exceed them.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, Limits, Sessions};
    ///
    /// let mut limits = Limits::DEFAULT;
    /// limits.sessions = 50_000;
    /// let sessions = Sessions::new(BaseUri::new("http://localhost:8090")).with_limits(limits);
    /// # drop(sessions);
    /// # }
    /// ```
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Allows an agent to initiate a session while another is open.
    ///
    /// ```
    /// # #[cfg(all(feature = "std", feature = "json"))] {
    /// use im_session::{Agent, BaseUri, CallEvent, Event, Sessions, Target};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090")).with_many_sessions_per_agent();
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    ///
    /// let me = Agent::new().with_device("/devices/1", "3002");
    /// let body = br#"{"operationName":"InitiateIMSession","destination":{"phoneNumber":"3001"}}"#;
    /// assert!(sessions.post(&me, Target::Sessions, body).is_ok());
    /// # }
    /// ```
    #[must_use]
    pub fn with_many_sessions_per_agent(mut self) -> Self {
        self.settings.one_session_per_agent = false;
        self
    }

    /// Sets the range of ReferenceIDs for requests. Stores that send to the same SIP Server need disjoint ranges.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::store::ReferenceIds;
    /// use im_session::{BaseUri, Sessions};
    ///
    /// let second_of_two = ReferenceIds::new(ReferenceIds::HIGHEST / 2 + 1, ReferenceIds::HIGHEST)?;
    /// let sessions = Sessions::new(BaseUri::new("http://localhost:8090")).with_reference_ids(second_of_two);
    /// # drop(sessions);
    /// # }
    /// # Ok::<(), im_session::store::BadReferenceIds>(())
    /// ```
    #[must_use]
    pub fn with_reference_ids(mut self, reference_ids: ReferenceIds) -> Self {
        self.settings.reference_ids = reference_ids;
        self.requests.set_reference_ids(reference_ids);
        self
    }

    /// Sets how many ReferenceIDs are skipped after a restore; 1 000 by default. It should be at least the number of
    /// requests that may be sent between two snapshots.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, Sessions};
    ///
    /// // At most 10 000 requests between two snapshots.
    /// let sessions = Sessions::new(BaseUri::new("http://localhost:8090")).with_reference_id_gap(10_000);
    /// # drop(sessions);
    /// # }
    /// ```
    #[must_use]
    pub fn with_reference_id_gap(mut self, gap: u32) -> Self {
        self.settings.reference_id_gap = gap;
        self
    }

    /// The number of sessions, open and completed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether the store has no sessions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All sessions, in byte order of DN, then id. Each call sorts them.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// for session in sessions.iter() {
    ///     println!("{} at {}: {}", session.id(), session.this_dn(), session.state());
    /// }
    /// assert_eq!(sessions.len(), 1);
    /// # }
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &Session> {
        self.slots.sorted().into_iter().map(|handle| self.slots.session(handle))
    }

    /// A session as the API shows it.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// let session = sessions.get("3002", "007").unwrap();
    /// assert_eq!(sessions.resource(session).id(), "007");
    /// # }
    /// ```
    #[must_use]
    pub fn resource<'s>(&'s self, session: &'s Session) -> ImSession<'s> {
        self.settings.resource(session)
    }

    /// The counters of what the store has done so far.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CallEvent, Event, Sessions, State};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// assert_eq!(sessions.counters().sessions(State::Alerting), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

impl<S: BuildHasher> Sessions<S> {
    /// The session of this DN with this id.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CallEvent, Event, Sessions, State};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// assert_eq!(sessions.get("3002", "007").map(|session| session.state()), Some(State::Alerting));
    /// assert!(sessions.get("3001", "007").is_none());
    /// # }
    /// ```
    #[must_use]
    pub fn get(&self, this_dn: &str, id: &str) -> Option<&Session> {
        self.slots.find(this_dn, id).map(|handle| self.slots.session(handle))
    }
}

impl Settings {
    fn resource<'s>(&'s self, session: &'s Session) -> ImSession<'s> {
        let im_session = ImSession::of(session, &self.base_uri, &self.capabilities);
        match &self.numbers {
            Some(Numbers(analysis)) => im_session.with_number_analysis(&**analysis),
            None => im_session,
        }
    }
}
