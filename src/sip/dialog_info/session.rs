//! One session of an entity: turns the states of its dialogs into events. RFC 4235 section 3.7.1.

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
    /// As in the API. `None` only until its first dialog is processed.
    pub(super) state: Option<State>,
    /// The latest state of its dialogs, by their ids.
    pub(super) dialogs: BTreeMap<Box<str>, DialogState>,
    pub(super) heard: Duration,
    /// If it is over: its number among all ended sessions.
    pub(super) ended: u64,
    /// Whether a session with this id ended before this one began.
    again: bool,
}

impl DialogElement {
    /// Whether a session begins with a dialog in this state: it is confirmed, rings, or is being set up by the entity.
    pub(super) fn opens(&self) -> bool {
        match self.state {
            DialogState::Trying | DialogState::Proceeding => self.initiator,
            DialogState::Early | DialogState::Confirmed => true,
            DialogState::Terminated => false,
        }
    }
}

impl Watched {
    /// A new session. `again` says that one with the same id has ended.
    pub(super) fn new(now: Duration, again: bool) -> Self {
        Watched { other_dn: None, state: None, dialogs: BTreeMap::new(), heard: now, ended: 0, again }
    }

    /// Whether it is over.
    pub(super) fn is_over(&self) -> bool {
        self.state == Some(State::Completed)
    }

    /// An event that has to precede this one: an ended session is opened anew only by Dialing or Ringing, not by
    /// Established.
    pub(super) fn before(&mut self, name: Option<CallEvent>, element: &DialogElement) -> Option<CallEvent> {
        let again = core::mem::take(&mut self.again);
        match name {
            Some(CallEvent::Established) if again && element.initiator => Some(CallEvent::Dialing),
            Some(CallEvent::Established) if again => Some(CallEvent::Ringing),
            Some(_) | None => None,
        }
    }

    /// The event for the state of one of its dialogs.
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
            // The event for this was returned before.
            (DialogState::Trying | DialogState::Proceeding | DialogState::Early | DialogState::Confirmed, _) => None,
        }
    }

    /// Ends the session if all its dialogs have ended. In `Talking` only confirmed dialogs count.
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
