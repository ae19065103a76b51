//! What the SIP sources of events have in common, [`Observer`](super::Observer) for messages and
//! [`DialogInfo`](super::DialogInfo) for the states of dialogs: limits, the ids of sessions, and the numbers of events.
//!
//! Events are numbered because a call can arrive again at an endpoint with the same Call-ID and tag (refused, then
//! tried again with a higher CSeq), and only a provably newer event opens a completed session anew (specification 2.1).

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::limits::SipLimits;
use super::session_id::{CallIdentity, session_id};
use crate::event::{BadCallUuid, Event, EventName, check_call_uuid};

/// A function that makes session ids.
type MakeId = dyn Fn(&CallIdentity<'_>) -> String + Send + Sync;

/// The settings of a source, and the events that it makes.
pub(super) struct Source {
    pub(super) limits: SipLimits,
    pub(super) make_id: Box<MakeId>,
    pub(super) server_start_time: Option<u64>,
    /// The EventSequenceNumber of the last event; the first one has 1.
    last_number: u64,
}

impl Default for Source {
    fn default() -> Self {
        let make_id = Box::new(session_id);
        Source { limits: SipLimits::DEFAULT, make_id, server_start_time: None, last_number: 0 }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Source {
    /// The id of a session. An error if the result of the function cannot be one.
    pub(super) fn session_id(&self, identity: &CallIdentity<'_>) -> Result<Box<str>, BadCallUuid> {
        let id = (self.make_id)(identity);
        check_call_uuid(&id)?;
        Ok(id.into())
    }

    /// The next event of a session.
    pub(super) fn event(
        &mut self,
        name: impl Into<EventName<'static>>,
        this_dn: &str,
        id: &str,
        other_dn: Option<&str>,
    ) -> Event<'static> {
        self.last_number = self.last_number.saturating_add(1);
        let mut event = Event::new(name).with_this_dn(String::from(this_dn)).with_call_uuid(String::from(id));
        if let Some(other) = other_dn {
            event = event.with_other_dn(String::from(other));
        }
        if let Some(seconds) = self.server_start_time {
            event = event.with_server_start_time(seconds);
        }
        event.with_event_sequence_number(self.last_number)
    }
}

/// Defines the settings of a source as methods of the type that has the source in this field.
macro_rules! settings {
    ($($source:ident).+) => {
        /// Sets the limits.
        #[must_use]
        pub fn with_limits(mut self, limits: SipLimits) -> Self {
            self.$($source).+.limits = limits;
            self
        }

        /// Sets the function that makes session ids. An id that [`check_call_uuid`](crate::event::check_call_uuid)
        /// refuses is an error.
        #[must_use]
        pub fn with_session_id(
            mut self,
            make_id: impl Fn(&CallIdentity<'_>) -> String + Send + Sync + 'static,
        ) -> Self {
            self.$($source).+.make_id = Box::new(make_id);
            self
        }

        /// Sets the ServerStartTime of every event. If several sources feed the same sessions, give each its own, since
        /// the numbers of two sources cannot be compared.
        #[must_use]
        pub fn with_server_start_time(mut self, seconds: u64) -> Self {
            self.$($source).+.server_start_time = Some(seconds);
            self
        }
    };
}
pub(super) use settings;
