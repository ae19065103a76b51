//! One session of an entity, as its dialogs make it: states in, events out. RFC 4235 section 3.7.1.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use core::time::Duration;

use super::document::{DialogElement, DialogState};
use crate::machine::{CallEvent, State};
use crate::sip::limits::KEPT_OF_A_CALL;

/// One session: the dialogs of one call.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) other_dn: Option<Box<str>>,
    /// As in the API; `None`: no event yet, it follows at once.
    pub(super) state: Option<State>,
    /// Its dialogs by their ids, and the latest state of each.
    pub(super) dialogs: BTreeMap<Box<str>, DialogState>,
    pub(super) heard: Duration,
    /// Once it is over: the how manyth it was to end.
    pub(super) ended: u64,
    /// A session with this id had ended before this one began.
    again: bool,
}

impl DialogElement {
    /// Whether a session begins with a dialog in this state: one that the entity answered, or that it makes, or that
    /// rings.
    pub(super) fn opens(&self) -> bool {
        match self.state {
            DialogState::Trying | DialogState::Proceeding => self.initiator,
            DialogState::Early | DialogState::Confirmed => true,
            DialogState::Terminated => false,
        }
    }
}

impl Watched {
    /// A session that begins; `again`: one with the same id had ended.
    pub(super) fn new(now: Duration, again: bool) -> Self {
        Watched { other_dn: None, state: None, dialogs: BTreeMap::new(), heard: now, ended: 0, again }
    }

    /// Whether it is over.
    pub(super) fn is_over(&self) -> bool {
        self.state == Some(State::Completed)
    }

    /// The event that has to come before this one: an ended session begins anew with Dialing or Ringing, never with
    /// Established.
    pub(super) fn before(&mut self, name: Option<CallEvent>, element: &DialogElement) -> Option<CallEvent> {
        let again = core::mem::take(&mut self.again);
        match name {
            Some(CallEvent::Established) if again && element.initiator => Some(CallEvent::Dialing),
            Some(CallEvent::Established) if again => Some(CallEvent::Ringing),
            Some(_) | None => None,
        }
    }

    /// What the state of one of its dialogs means.
    pub(super) fn dialog(&mut self, element: &DialogElement) -> Option<CallEvent> {
        let known = self.dialogs.get(&element.id).copied();
        if known.is_some_and(|known| known >= element.state) || known.is_none() && self.dialogs.len() >= KEPT_OF_A_CALL
        {
            return None;
        }
        self.dialogs.insert(element.id.clone(), element.state);
        match (element.state, self.state) {
            (DialogState::Terminated, _) => self.end_if_over(element.cancelled),
            (DialogState::Confirmed, None | Some(State::Initiating | State::Alerting)) => {
                self.state = Some(State::Talking);
                Some(CallEvent::Established)
            }
            (DialogState::Trying | DialogState::Proceeding | DialogState::Early, None) if element.initiator => {
                self.state = Some(State::Initiating);
                Some(CallEvent::Dialing)
            }
            (DialogState::Early, None) => {
                self.state = Some(State::Alerting);
                Some(CallEvent::Ringing)
            }
            // Known already.
            (DialogState::Trying | DialogState::Proceeding | DialogState::Early | DialogState::Confirmed, _) => None,
        }
    }

    /// Ends the session if its dialogs have: while it talks the confirmed ones count, before that all.
    pub(super) fn end_if_over(&mut self, cancelled: bool) -> Option<CallEvent> {
        let talks = self.state == Some(State::Talking);
        let counts = |state: &DialogState| match state {
            DialogState::Trying | DialogState::Proceeding | DialogState::Early => !talks,
            DialogState::Confirmed => true,
            DialogState::Terminated => false,
        };
        if self.dialogs.values().any(counts) {
            return None;
        }
        match self.state.replace(State::Completed) {
            None | Some(State::Completed) => None,
            Some(State::Alerting) if cancelled => Some(CallEvent::Abandoned),
            Some(State::Initiating | State::Alerting | State::Talking) => Some(CallEvent::Released),
        }
    }
}
