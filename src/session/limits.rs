//! How much a session, and a store of them, may hold.

use core::time::Duration;

use super::Session;
use crate::event::{Event, KeyValueList};
use crate::machine::{DataEvent, SessionEvent};
use crate::named::named;

named! {
    /// Which limit an event or an operation goes over. [`Limits`] has their defaults.
    ///
    /// Not exhaustive by decision: there can be more limits without anything else changing.
    #[non_exhaustive]
    pub enum Limit {
        /// The sessions of the whole store.
        Sessions = "sessions in all",
        /// The sessions of one DN.
        SessionsPerDn = "sessions of one DN",
        /// The sessions of one call.
        SessionsPerCall = "sessions of one call",
        /// The participants of one session.
        Participants = "participants of a session",
        /// The size of the user data.
        UserDataSize = "size of the user data",
        /// How many pairs the user data has.
        UserDataPairs = "pairs of the user data",
        /// How deep lists are nested in the user data.
        UserDataDepth = "depth of the user data",
        /// The length of a message's text.
        TextLength = "length of a message",
        /// The requests in flight: of a snapshot, since otherwise an operation is refused.
        Requests = "requests in flight",
        /// The remembered ends: of a snapshot, since otherwise the oldest is forgotten.
        RememberedEnds = "remembered ends",
        /// The length of a DN.
        DnLength = "length of a DN",
    }
}

/// The limits of a session and of a store. An event that goes over one is rejected as a whole, with
/// [`RejectReason::Limit`](crate::machine::RejectReason::Limit), unless it is an end event: that always ends, and what it
/// brings over a limit is left out. An operation that goes over one is refused with statusCode 10; with 2 where only `requests` is
/// in the way.
///
/// Only open sessions count: where a store, a DN or a call is full and a session of it is completed, the one that completed
/// longest ago is forgotten to make room.
///
/// ```
/// use im_session::Limits;
///
/// let mut limits = Limits::DEFAULT;
/// limits.sessions_per_dn = 10;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// The most open sessions in a store, and the most sessions in all.
    pub sessions: usize,
    /// The most open sessions of one DN, and the most sessions of it in all. What looks at every session of a DN, a list or
    /// `reconcile`, is bounded by it.
    pub sessions_per_dn: usize,
    /// The most open sessions of one call, and the most sessions of it in all. An EventAttachedDataChanged without ThisDN
    /// looks at so many.
    pub sessions_per_call: usize,
    /// The most participants of a session.
    pub participants: usize,
    /// The most user data, in bytes as [`KeyValueList::size`](crate::KeyValueList::size) counts them. T-Library packs at
    /// most 16 000 by default and 65 535 at most.
    pub user_data_size: usize,
    /// The most pairs of user data in all, nested ones and lists counted.
    pub user_data_pairs: usize,
    /// The deepest nesting of user data; a list without lists in it has depth 1. No list is deeper than
    /// [`KeyValueList::DEEPEST`](crate::KeyValueList::DEEPEST).
    pub user_data_depth: usize,
    /// The longest text of a message, in bytes of UTF-8.
    pub text_length: usize,
    /// The longest DN, in bytes of UTF-8: ThisDN, OtherDN and the number of a destination.
    pub dn_length: usize,
    /// The most requests of a store that are in flight at once. Beyond that an operation is refused with statusCode 2, until a
    /// request is settled or has timed out: none is forgotten without being reported. So a service has to let them time out
    /// ([`time_out_requests`](crate::Sessions::time_out_requests)).
    pub requests: usize,
    /// The most ends of sessions that a store remembers after the session is gone; beyond that the oldest is forgotten.
    pub remembered_ends: usize,
    /// How far the store's time may jump at once. Not limited by default: what is too far depends on how often the embedder
    /// tells the time.
    pub time_jump: Duration,
}

impl Limits {
    /// What a service can live with: a million sessions, 1 000 of one DN and of one call, 100 participants, 16 000 bytes of
    /// user data in 1 000 pairs 16 levels deep (the specification's own, 2.3), texts of 16 000 bytes, DNs of 255, 10 000
    /// requests, 100 000 remembered ends.
    pub const DEFAULT: Limits = Limits {
        sessions: 1_000_000,
        sessions_per_dn: 1_000,
        sessions_per_call: 1_000,
        participants: 100,
        text_length: 16_000,
        dn_length: 255,
        requests: 10_000,
        ..Self::SPECIFICATION
    };

    /// Only what the specification limits (2.1, 2.3): the user data and the remembered ends. For replaying logs, which are as
    /// large as they are.
    pub const SPECIFICATION: Limits = Limits {
        sessions: usize::MAX,
        sessions_per_dn: usize::MAX,
        sessions_per_call: usize::MAX,
        participants: usize::MAX,
        user_data_size: 16_000,
        user_data_pairs: 1_000,
        user_data_depth: 16,
        text_length: usize::MAX,
        dn_length: usize::MAX,
        requests: usize::MAX,
        remembered_ends: 100_000,
        time_jump: Duration::MAX,
    };

    /// The limit that the event would go over, if it were carried out.
    pub(super) fn exceeded_by_event(
        &self,
        session: Option<&Session>,
        event: &Event<'_>,
        session_event: SessionEvent,
    ) -> Option<Limit> {
        if let Some(limit) = event.user_data.list().and_then(|user_data| self.exceeded_by_user_data(user_data)) {
            return Some(limit);
        }
        let too_long = |dn: Option<&str>| dn.is_some_and(|dn| dn.len() > self.dn_length);
        if too_long(event.this_dn()) || too_long(event.other_party()) {
            Some(Limit::DnLength)
        } else if !self.has_room_for_party(session, event, session_event) {
            Some(Limit::Participants)
        } else if session_event == SessionEvent::Data(DataEvent::PrivateInfo)
            && event.text().is_some_and(|text| text.len() > self.text_length)
        {
            Some(Limit::TextLength)
        } else {
            None
        }
    }

    /// Whether the party that the event names is a participant already, or may become one: beside the others where it is
    /// added, alone where it replaces them.
    fn has_room_for_party(&self, session: Option<&Session>, event: &Event<'_>, session_event: SessionEvent) -> bool {
        let beside = match session_event {
            SessionEvent::Data(DataEvent::PartyAdded) => session.map_or(0, |session| session.participants().len()),
            // An end event ends whatever this says, see `judge`.
            SessionEvent::Call(_) | SessionEvent::Data(DataEvent::PartyChanged) => 0,
            SessionEvent::Data(
                DataEvent::DestinationBusy
                | DataEvent::PartyDeleted
                | DataEvent::AttachedDataChanged
                | DataEvent::PrivateInfo,
            ) => return true,
        };
        let known = |other: &str| session.is_some_and(|session| session.has_participant(other));
        beside < self.participants || event.other_party().is_none_or(known)
    }

    /// The limit that a whole session goes over, and which part of it does. A session without user data has no list, so it is
    /// within every limit of user data.
    pub(crate) fn exceeded_by_session<'n>(
        &self,
        this_dn: &str,
        mut participants: impl Iterator<Item = &'n str> + Clone,
        user_data: &KeyValueList<'_>,
    ) -> Option<(SessionField, Limit)> {
        if this_dn.len() > self.dn_length {
            Some((SessionField::ThisDn, Limit::DnLength))
        } else if participants.clone().count() > self.participants {
            Some((SessionField::Participants, Limit::Participants))
        } else if participants.any(|number| number.len() > self.dn_length) {
            Some((SessionField::Participants, Limit::DnLength))
        } else if user_data.is_empty() {
            None
        } else {
            self.exceeded_by_user_data(user_data).map(|limit| (SessionField::UserData, limit))
        }
    }

    /// The limit that a list of user data goes over.
    pub(crate) fn exceeded_by_user_data(&self, user_data: &KeyValueList<'_>) -> Option<Limit> {
        if user_data.depth() > self.user_data_depth {
            Some(Limit::UserDataDepth)
        } else if user_data.pair_count() > self.user_data_pairs {
            Some(Limit::UserDataPairs)
        } else if user_data.size() > self.user_data_size {
            Some(Limit::UserDataSize)
        } else {
            None
        }
    }
}

/// What of a session goes over a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionField {
    ThisDn,
    Participants,
    UserData,
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
