//! Carries out an accepted event, and finds out what has changed. Specification 2.2.

use super::judge::Acceptance;
use super::memory_layout::NO_USER_DATA;
use super::{Change, EventIdentity, Outcome, Session};
use crate::event::{Event, KeyValueList, ListAttribute};
use crate::machine::{DataEvent, SessionEvent, State};

impl Session {
    /// The session that `event` opens.
    pub(crate) fn open(event: &Event<'_>, acceptance: Acceptance) -> (Session, Outcome) {
        let this_dn = event.this_dn().unwrap_or_default();
        let mut session = Session::bare(this_dn, event.call_uuid().unwrap_or_default(), acceptance.to);
        let outcome = session.carry_out(event, acceptance, None);
        (session, outcome)
    }

    /// Carries out `event` on this session.
    pub(crate) fn accept(&mut self, event: &Event<'_>, acceptance: Acceptance) -> Outcome {
        self.carry_out(event, acceptance, Some(self.state))
    }

    fn carry_out(&mut self, event: &Event<'_>, acceptance: Acceptance, from: Option<State>) -> Outcome {
        self.set_conn_id(event.conn_id);
        self.set_last_event(EventIdentity::of(event));

        if let (SessionEvent::Data(DataEvent::PrivateInfo), Some(text)) = (acceptance.event, event.text()) {
            return Outcome::Message(text.into_owned());
        }
        self.state = acceptance.to;
        self.note_cause(acceptance);
        let change = Change {
            from,
            to: acceptance.to,
            participants: self.change_participants(event, acceptance),
            user_data: self.change_user_data(event, acceptance, from),
        };
        change.into()
    }

    /// Updates the participants from the event. Returns whether the list has changed.
    fn change_participants(&mut self, event: &Event<'_>, acceptance: Acceptance) -> bool {
        let other = event.other_party();
        if acceptance.new_leg {
            return self.set_only_participant(other);
        }
        let Some(other) = other else {
            return false;
        };
        let known = self.has_participant(other);
        match (acceptance.event, known) {
            (SessionEvent::Call(call_event), false) if !call_event.is_end() => self.set_only_participant(Some(other)),
            (SessionEvent::Data(DataEvent::PartyChanged), _) => self.set_only_participant(Some(other)),
            (SessionEvent::Data(DataEvent::PartyAdded), false) => {
                self.add_participant(other);
                true
            }
            (SessionEvent::Data(DataEvent::PartyDeleted), true) => {
                self.remove_participant(other);
                true
            }
            (SessionEvent::Call(_), _)
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

    /// Makes `other` the only participant, or removes all with `None`. Returns whether the list has changed.
    fn set_only_participant(&mut self, other: Option<&str>) -> bool {
        let changes = !self.participants().eq(other);
        if changes {
            self.set_participants(other.as_slice());
        }
        changes
    }

    /// Updates the user data from the event. Returns whether the JSON view has changed.
    fn change_user_data(&mut self, event: &Event<'_>, acceptance: Acceptance, from: Option<State>) -> bool {
        let Some(brought) = brought_user_data(event, acceptance, from) else {
            return false;
        };
        if self.user_data() == brought {
            return false;
        }
        let changes = !self.user_data().same_view(brought);
        // Set even if the view is the same, to keep the server's order and repeated keys.
        self.set_user_data(brought.clone().into_owned());
        changes
    }
}

/// The user data that the session has after the event; `None` if the event leaves it as it is.
fn brought_user_data<'e>(
    event: &'e Event<'_>,
    acceptance: Acceptance,
    from: Option<State>,
) -> Option<&'e KeyValueList<'e>> {
    if acceptance.without_user_data {
        return None;
    }
    let list_or_none = match &event.user_data {
        ListAttribute::Present(list) => Some(list),
        ListAttribute::Absent => Some(NO_USER_DATA),
        ListAttribute::Hidden => None,
    };
    match acceptance.event {
        // An absent attribute means that there is no user data; a hidden one means nothing.
        SessionEvent::Data(DataEvent::AttachedDataChanged) => list_or_none,
        // A new leg starts without user data if that of the event is absent or hidden.
        SessionEvent::Call(_) if acceptance.new_leg => list_or_none.or(Some(NO_USER_DATA)),
        SessionEvent::Call(_) if from != Some(State::Completed) => event.user_data.list(),
        // A repeated end event changes no data.
        SessionEvent::Call(_) => None,
        SessionEvent::Data(
            DataEvent::DestinationBusy
            | DataEvent::PartyChanged
            | DataEvent::PartyAdded
            | DataEvent::PartyDeleted
            | DataEvent::PrivateInfo,
        ) => None,
    }
}
