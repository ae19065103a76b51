//! The memory layout of a [`Session`]: 128 bytes with what the store keeps beside it, since there may be a million of them.
//!
//! ThisDN, id and the first participant are one text ([`InlineNames`]): most sessions have no other participant. Numbers that
//! may be absent share one byte that says which are present; an absent one is stored as 0, so that equal sessions are equal in
//! all bits. User data takes a pointer, null where there is none.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::slice;

use super::inline_names::InlineNames;
use super::{EventIdentity, Session};
use crate::event::{ConnId, KeyValueList};
use crate::machine::State;

/// The names, and the participants but the first.
pub(super) type PackedParticipants = (InlineNames, Option<Box<OtherParticipants>>);

/// The participants but the first: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OtherParticipants(Vec<Box<str>>);

/// The user data of a session that has none.
pub(super) const NO_USER_DATA: &KeyValueList<'static> = &KeyValueList::new();

/// Which of the numbers that may be absent are present: a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Present(u8);

impl Present {
    const CONN_ID: u8 = 1;
    const SERVER_START_TIME: u8 = 2;
    const EVENT_SEQUENCE_NUMBER: u8 = 4;

    fn contains(self, number: u8) -> bool {
        self.0 & number != 0
    }

    fn set(&mut self, number: u8, present: bool) {
        if present {
            self.0 |= number;
        } else {
            self.0 &= !number;
        }
    }
}

impl Session {
    /// A session in this state, with nothing in it.
    pub(crate) fn bare(this_dn: &str, id: &str, state: State) -> Self {
        Session {
            names: InlineNames::new(this_dn, id, ""),
            other_participants: None,
            user_data: None,
            conn_id: 0,
            server_start_time: 0,
            event_sequence_number: 0,
            present: Present::default(),
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

    /// Adds a participant at the end, at the same cost however many there are.
    pub(super) fn add_participant(&mut self, number: &str) {
        match &mut self.other_participants {
            Some(others) => others.0.push(number.into()),
            None if self.names.participant().is_empty() => {
                self.names = InlineNames::new(self.this_dn(), self.id(), number);
            }
            None => self.other_participants = Some(Box::new(OtherParticipants(alloc::vec![number.into()]))),
        }
    }

    /// The names and the other participants that this session has with these participants, none of them empty.
    pub(super) fn packed(&self, participants: &[&str]) -> PackedParticipants {
        let (first, others) = participants.split_first().map_or(("", &[][..]), |(first, others)| (*first, others));
        let others: Vec<Box<str>> = others.iter().copied().map(Box::from).collect();
        let others = if others.is_empty() { None } else { Some(Box::new(OtherParticipants(others))) };
        (InlineNames::new(self.this_dn(), self.id(), first), others)
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
        self.present.contains(Present::CONN_ID).then_some(ConnId(self.conn_id))
    }

    pub(super) fn set_conn_id(&mut self, conn_id: Option<ConnId>) {
        if let Some(conn_id) = conn_id {
            self.conn_id = conn_id.0;
            self.present.set(Present::CONN_ID, true);
        }
    }

    /// The identity of the last accepted event that had a number.
    #[must_use]
    pub fn last_event(&self) -> Option<EventIdentity> {
        let server_start_time = self.present.contains(Present::SERVER_START_TIME).then_some(self.server_start_time);
        let event_sequence_number = self.event_sequence_number;
        let identity = EventIdentity { server_start_time, event_sequence_number };
        self.present.contains(Present::EVENT_SEQUENCE_NUMBER).then_some(identity)
    }

    pub(super) fn set_last_event(&mut self, identity: Option<EventIdentity>) {
        if let Some(identity) = identity {
            self.server_start_time = identity.server_start_time.unwrap_or_default();
            self.present.set(Present::SERVER_START_TIME, identity.server_start_time.is_some());
            self.event_sequence_number = identity.event_sequence_number;
            self.present.set(Present::EVENT_SEQUENCE_NUMBER, true);
        }
    }
}

/// The numbers of a session's other parties: the iterator of [`Session::participants`].
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
