//! One session of an entity, as its dialogs make it: states in, events out. RFC 4235 section 3.7.1.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::time::Duration;

use super::dialog_info_document::{DialogElement, DialogState};
use crate::event::Event;
use crate::machine::CallEvent;

/// The most dialogs of one fork that are kept.
const MOST_DIALOGS: usize = 32;

/// One session: the dialogs of one call.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) other_dn: Option<Box<str>>,
    pub(super) phase: Phase,
    /// Its dialogs by their ids, and the latest state of each.
    pub(super) dialogs: BTreeMap<Box<str>, DialogState>,
    pub(super) heard: Duration,
    /// Since when it is over, in the order in which sessions ended.
    pub(super) ended: Option<u64>,
    /// A session with this id had ended before this one began.
    again: bool,
}

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// No event yet; it follows at once.
    New,
    Dialing,
    Ringing,
    Talking,
    Ended,
}

impl DialogElement {
    /// Whether a session begins with a dialog in this state: one that the entity answered, or that it makes, or that rings.
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
        Watched { other_dn: None, phase: Phase::New, dialogs: BTreeMap::new(), heard: now, ended: None, again }
    }

    pub(super) fn event(&self, name: CallEvent, dn: &str, id: &str) -> Event<'static> {
        let event = Event::new(name).with_this_dn(String::from(dn)).with_call_uuid(String::from(id));
        match &self.other_dn {
            Some(other) => event.with_other_dn(String::from(&**other)),
            None => event,
        }
    }

    /// The event that has to come before this one: an ended session begins anew with Dialing or Ringing, never with Established.
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
        if self.phase == Phase::Ended {
            return None;
        }
        let known = self.dialogs.get(&element.id).copied();
        if known.is_some_and(|known| known >= element.state) || known.is_none() && self.dialogs.len() >= MOST_DIALOGS {
            return None;
        }
        self.dialogs.insert(element.id.clone(), element.state);
        match (element.state, self.phase) {
            (DialogState::Terminated, _) => self.end_if_over(element.cancelled),
            (DialogState::Confirmed, Phase::New | Phase::Dialing | Phase::Ringing) => {
                self.phase = Phase::Talking;
                Some(CallEvent::Established)
            }
            (DialogState::Trying | DialogState::Proceeding | DialogState::Early, Phase::New) if element.initiator => {
                self.phase = Phase::Dialing;
                Some(CallEvent::Dialing)
            }
            (DialogState::Early, Phase::New) => {
                self.phase = Phase::Ringing;
                Some(CallEvent::Ringing)
            }
            // Known already.
            (
                DialogState::Trying | DialogState::Proceeding | DialogState::Early | DialogState::Confirmed,
                Phase::New | Phase::Dialing | Phase::Ringing | Phase::Talking | Phase::Ended,
            ) => None,
        }
    }

    /// Ends the session if its dialogs have: while it talks the confirmed ones count, before that all.
    pub(super) fn end_if_over(&mut self, cancelled: bool) -> Option<CallEvent> {
        let counts = |state: &DialogState| match self.phase {
            Phase::Talking => *state == DialogState::Confirmed,
            Phase::New | Phase::Dialing | Phase::Ringing | Phase::Ended => *state != DialogState::Terminated,
        };
        if self.dialogs.values().any(counts) {
            return None;
        }
        match core::mem::replace(&mut self.phase, Phase::Ended) {
            Phase::New | Phase::Ended => None,
            Phase::Ringing if cancelled => Some(CallEvent::Abandoned),
            Phase::Dialing | Phase::Ringing | Phase::Talking => Some(CallEvent::Released),
        }
    }
}
