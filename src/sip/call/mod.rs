//! One call at one endpoint: an INVITE with all its forks, retries and dialogs, and its events.
//!
//! This module implements the mapping of `docs/sip.md`, without parsing, keys or time. The observer finds the call and
//! passes each message on to it. `invite_responses` handles responses to its INVITE, `in_dialog` the messages in its
//! dialogs.

mod dialogs;
mod in_dialog;
mod invite_responses;
mod invite_transactions;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use dialogs::Dialogs;
pub(super) use invite_responses::RetryUntil;
pub(super) use invite_transactions::Cancelled;
use invite_transactions::{InviteProgress, InviteTransactions};

use super::limits::KEPT_OF_A_CALL;
use super::observer::Scheduled;
use super::source::Source;
use crate::event::{Event, EventName};
use crate::machine::{CallEvent, State};

/// A DN and a session id.
pub(super) type SessionKey = (Box<str>, Box<str>);

/// The role of the endpoint in the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It sent the INVITE.
    Caller,
    /// It received the INVITE.
    Callee,
}

/// What a call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WaitFor {
    /// A new INVITE, after a challenge or a redirect.
    Retry,
    /// The final response, after CANCEL.
    CancelledEnd,
    /// The final response, after the callee accepted the BYE for one of its early dialogs.
    EarlyByeEnd,
}

/// One call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The number under which the observer stores it.
    pub(super) number: u64,
    pub(super) role: Role,
    pub(super) this_dn: Box<str>,
    pub(super) other_dn: Option<Box<str>>,
    /// As in the API. `None` if there was no event yet, as for a callee that has not rung. A `Completed` call is kept
    /// for late messages.
    pub(super) state: Option<State>,
    pub(super) wait: Option<(WaitFor, Duration)>,
    /// Maintained by the schedule of the observer.
    pub(super) scheduled: Scheduled,
    /// The time of its last message.
    pub(super) heard: Duration,
    /// Whether the endpoint is a proxy that forwarded the INVITE, and so not a party of this call.
    passed_on: bool,
    /// Its sessions, the current one last. There are several if the call began again; the oldest are forgotten first.
    sessions: Vec<SessionKey>,
    invites: InviteTransactions,
    dialogs: Dialogs,
}

/// The meaning of an initial INVITE for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// A repeated, late or impossible INVITE.
    Known,
    /// Another INVITE of the same call: a retry after a challenge or a redirect, or a fork.
    Same,
    /// The call was over and begins again.
    Anew,
}

impl Call {
    pub(super) fn new(number: u64, role: Role, this_dn: Box<str>, other_dn: Option<Box<str>>, now: Duration) -> Self {
        Call {
            number,
            role,
            this_dn,
            other_dn,
            state: None,
            wait: None,
            scheduled: Scheduled::default(),
            heard: now,
            passed_on: false,
            sessions: Vec::new(),
            invites: InviteTransactions::default(),
            dialogs: Dialogs::default(),
        }
    }

    /// Begins a session. Returns an older one that is forgotten to make room.
    pub(super) fn begin_session(&mut self, session: SessionKey) -> Option<SessionKey> {
        self.sessions.retain(|known| *known != session);
        let forgotten = (self.sessions.len() >= KEPT_OF_A_CALL).then(|| self.sessions.remove(0));
        self.sessions.push(session);
        forgotten
    }

    /// All sessions that it remembers.
    pub(super) fn sessions(&self) -> &[SessionKey] {
        &self.sessions
    }

    /// An event of its current session. `None` if it has no session, but a call with an event always has one.
    pub(super) fn event(&self, source: &mut Source, name: impl Into<EventName<'static>>) -> Option<Event<'static>> {
        let (dn, id) = self.sessions.last()?;
        Some(source.event(name, dn, id, self.other_dn.as_deref()))
    }

    /// Whether it is over.
    pub(super) fn is_over(&self) -> bool {
        self.state == Some(State::Completed)
    }

    /// The meaning of an INVITE without To tag for this call.
    pub(super) fn attempt(&self, branch: &str, cseq: u32) -> Attempt {
        if self.is_initial(branch, cseq) || cseq < self.invites.highest_cseq() {
            return Attempt::Known;
        }
        match self.state {
            None | Some(State::Initiating | State::Alerting) => Attempt::Same,
            Some(State::Talking) => Attempt::Known,
            Some(State::Completed) => Attempt::Anew,
        }
    }

    /// Handles a new INVITE without To tag: the first of the call, or one for which [`attempt`](Self::attempt) was not
    /// `Known`.
    pub(super) fn invite(&mut self, branch: &str, cseq: u32) -> Option<CallEvent> {
        let parallel = self.wait.is_none() && cseq == self.invites.highest_cseq();
        if self.is_over() || !parallel {
            if self.is_over() {
                self.invites.close()
            } else {
                self.invites.supersede()
            }
            self.dialogs.next_attempt();
            self.wait = None;
            self.passed_on = false;
        }
        self.invites.push(branch, cseq);
        match (self.state, self.role) {
            (None | Some(State::Completed), Role::Caller) => {
                self.state = Some(State::Initiating);
                Some(CallEvent::Dialing)
            }
            (None | Some(State::Completed), Role::Callee) => {
                self.state = None;
                None
            }
            (Some(State::Initiating | State::Alerting | State::Talking), Role::Caller | Role::Callee) => None,
        }
    }

    /// Handles an INVITE that the endpoint sent, where `branch` is that of the Via below the topmost. Returns whether
    /// the endpoint received this INVITE before, and so is a proxy.
    pub(super) fn pass_on(&mut self, branch: &str, cseq: u32) -> bool {
        let received = self.is_initial(branch, cseq);
        self.passed_on |= received && self.state.is_none();
        received
    }

    /// Whether a message with this branch and CSeq number belongs to one of its initial INVITE transactions.
    pub(super) fn is_initial(&self, branch: &str, cseq: u32) -> bool {
        self.invites.get(branch, cseq).is_some()
    }

    /// Handles CANCEL. It does not end the call, but is the reason why the INVITE will fail.
    pub(super) fn cancel(&mut self, branch: &str, cseq: u32, why: Cancelled, end_until: Duration) {
        let setup = matches!(self.state, Some(State::Initiating | State::Alerting));
        if let Some(invite) = self.invites.get_mut(branch, cseq) {
            let pending = matches!(invite.progress, InviteProgress::Calling | InviteProgress::Proceeding);
            if pending && invite.cancelled.is_none() {
                invite.cancelled = Some(why);
                if setup {
                    self.wait = Some((WaitFor::CancelledEnd, end_until));
                }
            }
        }
    }

    /// Handles the absence of the message for which the call waited.
    pub(super) fn waited_in_vain(&mut self) -> Option<CallEvent> {
        let why = self.invites.cancelled();
        match self.wait.take() {
            Some((WaitFor::Retry, _)) => self.end(None),
            Some((WaitFor::CancelledEnd | WaitFor::EarlyByeEnd, _)) => self.end(why),
            None => None,
        }
    }

    /// Ends the call. Returns the event for it, unless the call had no event before.
    pub(super) fn end(&mut self, why: Option<Cancelled>) -> Option<CallEvent> {
        self.wait = None;
        match (self.state.replace(State::Completed), why) {
            (None | Some(State::Completed), _) => None,
            (Some(State::Alerting), Some(Cancelled::GaveUp)) => Some(CallEvent::Abandoned),
            (Some(State::Initiating | State::Alerting | State::Talking), _) => Some(CallEvent::Released),
        }
    }
}
