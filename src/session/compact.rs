//! How a session keeps what it keeps: small, as there may be a million of them.
//!
//! ThisDN, id and the first participant are one text ([`Names`]), as most sessions have no other participant. Numbers that may be absent share one byte that says which are there; an absent one
//! is kept as 0, so that equal sessions are equal to the last bit. User data is absent where there is none.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::slice;

use super::names::Names;
use super::{EventIdentity, Session};
use crate::event::{ConnId, KeyValueList};
use crate::machine::State;

/// The names, and the participants but the first.
pub(super) type PackedParticipants = (Names, Option<Box<OtherParticipants>>);

/// The participants but the first: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OtherParticipants(Vec<Box<str>>);

/// What a session without user data shows, and an event that says there is none.
pub(super) const NO_USER_DATA: &KeyValueList<'static> = &KeyValueList::new();

const CONN_ID: u8 = 1;
const SERVER_START_TIME: u8 = 2;
const EVENT_SEQUENCE_NUMBER: u8 = 4;

impl Session {
    /// A session in this state, with nothing in it.
    pub(crate) fn bare(this_dn: &str, id: &str, state: State) -> Self {
        Session {
            names: Names::new(this_dn, id, ""),
            other_participants: None,
            user_data: None,
            conn_id: 0,
            server_start_time: 0,
            event_sequence_number: 0,
            numbers_there: 0,
            state,
        }
    }

    /// The numbers of the other parties, in the order in which they came.
    #[must_use]
    pub fn participants(&self) -> Participants<'_> {
        Participants {
            first: Some(self.names.participant()).filter(|first| !first.is_empty()),
            others: self.others().iter(),
        }
    }

    fn others(&self) -> &[Box<str>] {
        self.other_participants.as_ref().map_or(&[], |others| &others.0)
    }

    /// The names and the other participants of this session, were these, none of them empty, its participants.
    pub(super) fn packed(&self, participants: &[&str]) -> PackedParticipants {
        let (first, others) = participants.split_first().map_or(("", &[][..]), |(first, others)| (*first, others));
        let others: Vec<Box<str>> = others.iter().copied().map(Box::from).collect();
        let others = if others.is_empty() { None } else { Some(Box::new(OtherParticipants(others))) };
        (Names::new(self.this_dn(), self.id(), first), others)
    }

    pub(super) fn set_participants(&mut self, packed: PackedParticipants) {
        (self.names, self.other_participants) = packed;
    }

    /// The user data; empty where there is none.
    #[must_use]
    pub fn user_data(&self) -> &KeyValueList<'static> {
        self.user_data.as_deref().unwrap_or(NO_USER_DATA)
    }

    pub(super) fn set_user_data(&mut self, user_data: KeyValueList<'static>) {
        self.user_data = if user_data.is_empty() { None } else { Some(Box::new(user_data)) };
    }

    /// The ConnID of the last accepted event that had one: requests are addressed by it.
    #[must_use]
    pub fn conn_id(&self) -> Option<ConnId> {
        self.is_there(CONN_ID).then_some(ConnId(self.conn_id))
    }

    pub(super) fn set_conn_id(&mut self, conn_id: Option<ConnId>) {
        if let Some(conn_id) = conn_id {
            self.conn_id = conn_id.0;
            self.mark(CONN_ID, true);
        }
    }

    /// The identity of the last accepted event that had a number.
    #[must_use]
    pub fn last_event(&self) -> Option<EventIdentity> {
        let server_start_time = self.is_there(SERVER_START_TIME).then_some(self.server_start_time);
        let event_sequence_number = self.event_sequence_number;
        let identity = EventIdentity { server_start_time, event_sequence_number };
        self.is_there(EVENT_SEQUENCE_NUMBER).then_some(identity)
    }

    pub(super) fn set_last_event(&mut self, identity: Option<EventIdentity>) {
        if let Some(identity) = identity {
            self.server_start_time = identity.server_start_time.unwrap_or_default();
            self.mark(SERVER_START_TIME, identity.server_start_time.is_some());
            self.event_sequence_number = identity.event_sequence_number;
            self.mark(EVENT_SEQUENCE_NUMBER, true);
        }
    }

    fn mark(&mut self, number: u8, is_there: bool) {
        if is_there {
            self.numbers_there |= number;
        } else {
            self.numbers_there &= !number;
        }
    }

    fn is_there(&self, number: u8) -> bool {
        self.numbers_there & number != 0
    }
}

/// The numbers of a session's other parties: what [`Session::participants`] gives.
#[derive(Debug, Clone)]
pub struct Participants<'a> {
    first: Option<&'a str>,
    others: slice::Iter<'a, Box<str>>,
}

impl<'a> Iterator for Participants<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.first.take().or_else(|| self.others.next().map(|number| &**number))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::from(self.first.is_some()) + self.others.len();
        (left, Some(left))
    }
}

impl ExactSizeIterator for Participants<'_> {}
