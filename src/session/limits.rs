//! The limits of a session and of a store.

use core::time::Duration;

use super::Session;
use crate::event::{Event, KeyValueList};
use crate::machine::{DataEvent, SessionEvent};
use crate::named::named;

named! {
    /// The limit that an event, an operation or a snapshot exceeds. [`Limits`] has the defaults.
    ///
    /// Deliberately not exhaustive: limits can be added without changing anything else.
    #[non_exhaustive]
    pub enum Limit {
        /// The number of sessions in the store.
        Sessions = "sessions in all",
        /// The number of sessions of one DN.
        SessionsPerDn = "sessions of one DN",
        /// The number of sessions of one call.
        SessionsPerCall = "sessions of one call",
        /// The number of participants of one session.
        Participants = "participants of a session",
        /// The size of the user data.
        UserDataSize = "size of the user data",
        /// The number of pairs in the user data.
        UserDataPairs = "pairs of the user data",
        /// The depth to which lists are nested in the user data.
        UserDataDepth = "depth of the user data",
        /// The length of a message's text.
        TextLength = "length of a message",
        /// The number of requests in flight. Only a snapshot can exceed it; at run time an operation is refused first.
        Requests = "requests in flight",
        /// The number of remembered ends. Only a snapshot can exceed it; at run time the oldest is forgotten first.
        RememberedEnds = "remembered ends",
        /// The length of a DN.
        DnLength = "length of a DN",
    }
}

/// The limits of a session and of a store. An event that exceeds one is rejected as a whole, with
/// [`RejectReason::Limit`](crate::machine::RejectReason::Limit). An end event is the exception: it always ends the
/// session, and user data over a limit is dropped. An operation that exceeds a limit is refused with statusCode 10, or
/// with 2 if the limit is `requests`.
///
/// If a store, a DN or a call has the maximum number of sessions, the one that completed longest ago is forgotten to
/// make room for a new one. So only open sessions can fill it.
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
    /// The maximum number of sessions in a store, open and completed.
    pub sessions: usize,
    /// The maximum number of sessions of one DN, open and completed. It bounds the cost of a list and of `reconcile`,
    /// which visit every session of a DN.
    pub sessions_per_dn: usize,
    /// The maximum number of sessions of one call, open and completed. It bounds the cost of an
    /// EventAttachedDataChanged without ThisDN, which visits all of them.
    pub sessions_per_call: usize,
    /// The maximum number of participants of a session.
    pub participants: usize,
    /// The maximum size of the user data, in bytes as [`KeyValueList::size`](crate::KeyValueList::size) counts them.
    /// T-Library allows 16 000 by default, and at most 65 535.
    pub user_data_size: usize,
    /// The maximum number of pairs in the user data, including nested ones and pairs whose values are lists.
    pub user_data_pairs: usize,
    /// The maximum depth of the user data; a list without lists in it has depth 1. No list is deeper than
    /// [`KeyValueList::DEEPEST`](crate::KeyValueList::DEEPEST).
    pub user_data_depth: usize,
    /// The maximum length of the text of a message, in bytes of UTF-8.
    pub text_length: usize,
    /// The maximum length of a DN, in bytes of UTF-8: ThisDN, OtherDN and the number of a destination.
    pub dn_length: usize,
    /// The maximum number of requests in flight in a store. Beyond that an operation is refused with statusCode 2,
    /// until a request is settled or has timed out; no request is forgotten without being reported. So a service has to
    /// let requests time out ([`time_out_requests`](crate::Sessions::time_out_requests)).
    pub requests: usize,
    /// The maximum number of ends that a store remembers of sessions that are gone; beyond that the oldest is
    /// forgotten.
    pub remembered_ends: usize,
    /// The maximum jump of the store's time in one call. Not limited by default: the right value depends on how often
    /// the embedder sets the time.
    pub time_jump: Duration,
}

impl Limits {
    /// The limits for a service: a million sessions, 1 000 of one DN and of one call, 100 participants, 16 000 bytes of
    /// user data in 1 000 pairs 16 levels deep (as in [specification 2.3][2.3]), texts of 16 000 bytes, DNs of 255
    /// bytes, 10 000 requests, 100 000 remembered ends.
    ///
    /// [2.3]: crate::guide::specification#23-user-data
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

    /// Only the limits of the specification (2.1, 2.3): the user data and the remembered ends. For replaying logs of
    /// any size.
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

    /// The limit that the event would exceed if it were accepted.
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

    /// Whether the party that the event names is already a participant, or can become one: in addition to the others
    /// for PartyAdded, instead of them otherwise.
    fn has_room_for_party(&self, session: Option<&Session>, event: &Event<'_>, session_event: SessionEvent) -> bool {
        let beside = match session_event {
            SessionEvent::Data(DataEvent::PartyAdded) => session.map_or(0, |session| session.participants().len()),
            // The result does not matter for an end event, see `judge`.
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

    /// The limit that a session exceeds, and the field that exceeds it. A session without user data has no list, so it
    /// is within every limit of user data.
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

    /// The limit that a list of user data exceeds.
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

/// The field of a session that exceeds a limit.
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
