//! Carries out an event that was judged acceptable, and tells what really changed.

use alloc::vec::Vec;

use super::compact::NO_USER_DATA;
use super::judge::Acceptance;
use super::{Change, EventIdentity, Outcome, Session};
use crate::event::Event;
use crate::machine::{CallEvent, DataEvent, SessionEvent, State};

impl Session {
    /// The session that `event` opens.
    pub(crate) fn open<'e>(event: &'e Event<'_>, acceptance: Acceptance) -> (Session, Outcome<'e>) {
        let this_dn = event.this_dn().unwrap_or_default();
        let mut session = Session::bare(this_dn, event.call_uuid().unwrap_or_default(), acceptance.to);
        let outcome = session.carry_out(event, acceptance, None);
        (session, outcome)
    }

    /// Carries out `event` on this session.
    pub(crate) fn accept<'e>(&mut self, event: &'e Event<'_>, acceptance: Acceptance) -> Outcome<'e> {
        self.carry_out(event, acceptance, Some(self.state))
    }

    fn carry_out<'e>(&mut self, event: &'e Event<'_>, acceptance: Acceptance, from: Option<State>) -> Outcome<'e> {
        self.set_conn_id(event.conn_id);
        self.set_last_event(EventIdentity::of(event));

        if let (SessionEvent::Data(DataEvent::PrivateInfo), Some(text)) = (acceptance.event, event.text()) {
            return Outcome::Message(text);
        }
        self.state = acceptance.to;
        let change = Change {
            from,
            to: acceptance.to,
            participants: self.change_participants(event, acceptance),
            user_data: self.change_user_data(event, acceptance, from),
        };
        if change.state() || change.participants || change.user_data {
            Outcome::Changed(change)
        } else {
            Outcome::Unchanged
        }
    }

    /// Puts in place whom the event names; whether the list is now another.
    fn change_participants(&mut self, event: &Event<'_>, acceptance: Acceptance) -> bool {
        let other = event.other_party();
        if acceptance.anew {
            return self.set_only_participant(other);
        }
        let Some(other) = other else {
            return false;
        };
        let known = self.participants().any(|number| number == other);
        match (acceptance.event, known) {
            (SessionEvent::Call(CallEvent::Dialing | CallEvent::Ringing | CallEvent::Established), false)
            | (SessionEvent::Data(DataEvent::PartyChanged), _) => self.set_only_participant(Some(other)),
            (SessionEvent::Data(DataEvent::PartyAdded), false) => {
                self.set_participants(self.packed(&self.participants().chain([other]).collect::<Vec<_>>()));
                true
            }
            (SessionEvent::Data(DataEvent::PartyDeleted), true) => {
                let stays = |number: &&str| *number != other;
                self.set_participants(self.packed(&self.participants().filter(stays).collect::<Vec<_>>()));
                true
            }
            (SessionEvent::Call(CallEvent::Dialing | CallEvent::Ringing | CallEvent::Established), true)
            | (SessionEvent::Call(CallEvent::Released | CallEvent::Abandoned), _)
            | (SessionEvent::Data(DataEvent::PartyAdded), true)
            | (SessionEvent::Data(DataEvent::PartyDeleted), false)
            | (
                SessionEvent::Data(
                    DataEvent::DestinationBusy | DataEvent::AttachedDataChanged | DataEvent::PrivateInfo,
                ),
                _,
            ) => false,
        }
    }

    /// Makes `other`, or nobody, the only participant; whether the list is now another.
    fn set_only_participant(&mut self, other: Option<&str>) -> bool {
        let changes = !self.participants().eq(other);
        if changes {
            self.set_participants(self.packed(other.as_slice()));
        }
        changes
    }

    /// Puts in place the user data that the event brings; whether the JSON view is now another.
    fn change_user_data(&mut self, event: &Event<'_>, acceptance: Acceptance, from: Option<State>) -> bool {
        let brought = match acceptance.event {
            // Even an attribute that is absent says something: there is no user data.
            SessionEvent::Data(DataEvent::AttachedDataChanged) => Some(event.user_data.list().unwrap_or(NO_USER_DATA)),
            SessionEvent::Call(_) if acceptance.anew => Some(event.user_data.list().unwrap_or(NO_USER_DATA)),
            SessionEvent::Call(_) if from != Some(State::Completed) => event.user_data.list(),
            // An accepted repeat of the end changes no data.
            SessionEvent::Call(_) => None,
            SessionEvent::Data(
                DataEvent::DestinationBusy
                | DataEvent::PartyChanged
                | DataEvent::PartyAdded
                | DataEvent::PartyDeleted
                | DataEvent::PrivateInfo,
            ) => None,
        };
        let Some(brought) = brought else {
            return false;
        };
        let changes = !self.user_data().same_view(brought);
        // Also where the view is the same: the order and the hidden pairs are the server's.
        if self.user_data() != brought {
            self.set_user_data(brought.clone().into_owned());
        }
        changes
    }
}
