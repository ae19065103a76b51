//! How a session changes without an event: it expires, follows another server, or is restored.

use alloc::vec::Vec;

#[cfg(feature = "serde")]
use super::EventIdentity;
use super::{Change, Session};
#[cfg(feature = "serde")]
use crate::event::ConnId;
use crate::event::KeyValueList;
use crate::machine::State;

impl Session {
    /// What a slot without a session holds: it has no id, which no session lacks.
    pub(crate) fn vacant() -> Self {
        Session::bare("", "", State::Completed)
    }

    /// Completes the session.
    pub(crate) fn end(&mut self) {
        self.state = State::Completed;
    }

    /// Sets state, participants and user data, and returns what changed, if anything did.
    pub(crate) fn follow(
        &mut self,
        state: State,
        numbers: &[alloc::string::String],
        user_data: &KeyValueList<'_>,
    ) -> Option<Change> {
        let mut participants: Vec<&str> = Vec::new();
        for number in numbers.iter().map(|number| &**number) {
            if number != self.this_dn() && !participants.contains(&number) {
                participants.push(number);
            }
        }
        let change = Change {
            from: Some(self.state),
            to: state,
            participants: !self.participants().eq(participants.iter().copied()),
            user_data: !self.user_data().same_view(user_data),
        };
        self.state = state;
        if change.participants {
            self.set_participants(self.packed(&participants));
        }
        if change.user_data {
            self.set_user_data(user_data.clone().into_owned());
        }
        change.changes_anything().then_some(change)
    }

    /// Sets everything that a snapshot holds besides the key and the state.
    #[cfg(feature = "serde")]
    pub(crate) fn put_back(
        &mut self,
        participants: &[&str],
        user_data: KeyValueList<'static>,
        conn_id: Option<ConnId>,
        last_event: Option<EventIdentity>,
    ) {
        self.set_participants(self.packed(participants));
        self.set_user_data(user_data);
        self.set_conn_id(conn_id);
        self.set_last_event(last_event);
    }
}
