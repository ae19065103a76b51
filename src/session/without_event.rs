//! How a session changes without an event: it expires, follows a list of another server, or is restored.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::{Cause, Change, Session};
use crate::event::KeyValueList;
use crate::machine::State;

impl Session {
    /// The placeholder in a slot without a session. It is recognised by its empty id, which no session has.
    pub(crate) fn vacant() -> Self {
        Session::bare("", "", State::Completed)
    }

    /// Completes the session.
    pub(crate) fn end(&mut self, cause: Cause) {
        self.state = State::Completed;
        self.end_because(cause);
    }

    /// Sets state, participants and user data. Returns the change, or `None` if nothing changed.
    pub(crate) fn follow(
        &mut self,
        state: State,
        numbers: &[alloc::string::String],
        user_data: &KeyValueList<'_>,
    ) -> Option<Change> {
        let mut known = BTreeSet::from([self.this_dn()]);
        let participants: Vec<&str> =
            numbers.iter().map(|number| &**number).filter(|number| known.insert(number)).collect();
        let change = Change {
            from: Some(self.state),
            to: state,
            participants: !self.participants().eq(participants.iter().copied()),
            user_data: !self.user_data().same_view(user_data),
        };
        if !state.is_open() {
            self.end_because(Cause::Vanished);
        } else if state != self.state {
            // The call was answered, or it is another leg. If the state is the same, the destination is still as busy
            // as before.
            self.cause = None;
            self.set_destination_busy(false);
        }
        self.state = state;
        if change.participants {
            self.set_participants(&participants);
        }
        if change.user_data {
            self.set_user_data(user_data.clone().into_owned());
        }
        change.changes_anything().then_some(change)
    }

    /// The session in a snapshot.
    #[cfg(feature = "serde")]
    pub(crate) fn restored(this_dn: &str, id: &str, state: State, saved: Saved<'_>) -> Self {
        let mut session = Session::bare(this_dn, id, state);
        session.set_participants(saved.participants);
        session.set_user_data(saved.user_data);
        session.set_conn_id(saved.conn_id);
        session.set_last_event(saved.last_event);
        session.set_destination_busy(saved.destination_busy);
        session.cause = saved.cause;
        session
    }
}

/// The fields of a session in a snapshot, except for its key and its state.
#[cfg(feature = "serde")]
pub(crate) struct Saved<'s> {
    pub(crate) participants: &'s [&'s str],
    pub(crate) user_data: KeyValueList<'static>,
    pub(crate) conn_id: Option<crate::event::ConnId>,
    pub(crate) last_event: Option<super::EventIdentity>,
    pub(crate) cause: Option<Cause>,
    pub(crate) destination_busy: bool,
}
