//! The memory layout of [`Session`]. Together with the fields that the store adds to each session it takes 128 bytes:
//! it is small because a store may hold a million sessions.
//!
//! ThisDN, id and the first participant are one text ([`InlineNames`]), since most sessions have no other participant.
//! Optional numbers share one byte of flags for which are present. An absent one is stored as 0, so that equal sessions
//! have equal fields. User data takes a pointer, which is null if there is none.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, btree_map};

use super::inline_names::InlineNames;
use super::{EventIdentity, Session};
use crate::event::{ConnId, KeyValueList};
use crate::machine::State;

/// All participants but the first: at least one. Indexed by order of arrival and by number, so that adding or removing
/// one takes logarithmic time.
#[derive(Debug, Clone, Default)]
pub(super) struct OtherParticipants {
    in_order: BTreeMap<u64, Box<str>>,
    by_number: BTreeMap<Box<str>, u64>,
}

/// Compares the numbers and their order. The positions may differ, since removed participants leave gaps.
impl PartialEq for OtherParticipants {
    fn eq(&self, other: &Self) -> bool {
        self.in_order.values().eq(other.in_order.values())
    }
}

impl Eq for OtherParticipants {}

impl OtherParticipants {
    fn push(&mut self, number: &str) {
        let position = self.in_order.last_key_value().map_or(0, |(position, _)| position + 1);
        self.in_order.insert(position, number.into());
        self.by_number.insert(number.into(), position);
    }

    fn remove(&mut self, number: &str) {
        if let Some(position) = self.by_number.remove(number) {
            self.in_order.remove(&position);
        }
    }

    fn pop_first(&mut self) -> Option<Box<str>> {
        let (_, number) = self.in_order.pop_first()?;
        self.by_number.remove(&number);
        Some(number)
    }
}

/// The user data of a session without any.
pub(super) const NO_USER_DATA: &KeyValueList<'static> = &KeyValueList::new();

/// Flags: which of the optional numbers are present, and whether the destination was busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Present(u8);

impl Present {
    const CONN_ID: u8 = 1;
    const SERVER_START_TIME: u8 = 2;
    const EVENT_SEQUENCE_NUMBER: u8 = 4;
    /// An EventDestinationBusy was accepted in this leg.
    const DESTINATION_BUSY: u8 = 8;

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
    /// A session with this key and state, and nothing else.
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
            cause: None,
        }
    }

    /// The numbers of the other parties, in order of arrival.
    #[must_use]
    pub fn participants(&self) -> Participants<'_> {
        Participants {
            first: Some(self.names.participant()).filter(|first| !first.is_empty()),
            others: self.other_participants.as_ref().map(|others| others.in_order.values()),
        }
    }

    /// Whether `number` is one of the other parties. It must not be empty.
    pub(super) fn has_participant(&self, number: &str) -> bool {
        self.names.participant() == number
            || self.other_participants.as_ref().is_some_and(|others| others.by_number.contains_key(number))
    }

    /// Replaces the participants by these. None of them may be empty.
    pub(super) fn set_participants(&mut self, participants: &[&str]) {
        let (first, others) = participants.split_first().map_or(("", &[][..]), |(first, others)| (*first, others));
        self.names = InlineNames::new(self.this_dn(), self.id(), first);
        self.other_participants = None;
        others.iter().for_each(|other| self.add_participant(other));
    }

    /// Adds a participant at the end. It must not be one already.
    pub(super) fn add_participant(&mut self, number: &str) {
        if self.names.participant().is_empty() {
            self.names = InlineNames::new(self.this_dn(), self.id(), number);
        } else {
            self.other_participants.get_or_insert_default().push(number);
        }
    }

    /// Removes a participant. If it is the first, the second becomes the first.
    pub(super) fn remove_participant(&mut self, number: &str) {
        if self.names.participant() == number {
            let next = self.other_participants.as_mut().and_then(|others| others.pop_first());
            self.names = InlineNames::new(self.this_dn(), self.id(), next.as_deref().unwrap_or_default());
        } else if let Some(others) = &mut self.other_participants {
            others.remove(number);
        }
        if self.other_participants.as_ref().is_some_and(|others| others.in_order.is_empty()) {
            self.other_participants = None;
        }
    }

    /// The user data; empty if there is none.
    #[must_use]
    pub fn user_data(&self) -> &KeyValueList<'static> {
        self.user_data.as_deref().unwrap_or(NO_USER_DATA)
    }

    pub(super) fn set_user_data(&mut self, user_data: KeyValueList<'static>) {
        self.user_data = if user_data.is_empty() { None } else { Some(Box::new(user_data)) };
    }

    pub(crate) fn destination_busy(&self) -> bool {
        self.present.contains(Present::DESTINATION_BUSY)
    }

    pub(super) fn set_destination_busy(&mut self, busy: bool) {
        self.present.set(Present::DESTINATION_BUSY, busy);
    }

    /// The ConnID of the last accepted event that had one. Requests use it to address the call.
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

    /// The identity of the last accepted event that had a sequence number.
    #[must_use]
    pub fn last_event(&self) -> Option<EventIdentity> {
        let server_start_time = self.present.contains(Present::SERVER_START_TIME).then_some(self.server_start_time);
        let event_sequence_number = self.event_sequence_number;
        let identity = EventIdentity { server_start_time, event_sequence_number };
        self.present.contains(Present::EVENT_SEQUENCE_NUMBER).then_some(identity)
    }

    pub(crate) fn set_last_event(&mut self, identity: Option<EventIdentity>) {
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
    others: Option<btree_map::Values<'a, u64, Box<str>>>,
}

impl<'a> Iterator for Participants<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.first.take().or_else(|| self.others.as_mut()?.next().map(|number| &**number))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::from(self.first.is_some()) + self.others.as_ref().map_or(0, ExactSizeIterator::len);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Participants<'_> {}
