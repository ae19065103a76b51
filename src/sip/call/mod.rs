//! One call at one endpoint: an INVITE with all its forks, retries and dialogs, and the events that it gives.
//!
//! The mapping of `docs/sip.md`, and nothing of parsing, keys or time: the observer finds the call and tells it what
//! happened. What the responses to its INVITE do is in `invite_responses`, what the messages in its dialogs do in
//! `in_dialog`.

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

/// Which side of the call the endpoint is.
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
    /// Under which the observer holds it.
    pub(super) number: u64,
    pub(super) role: Role,
    pub(super) this_dn: Box<str>,
    pub(super) other_dn: Option<Box<str>>,
    /// As in the API; `None`: no event yet, as of a callee that has not rung. `Completed`: over, and kept so that what
    /// comes late finds it.
    pub(super) state: Option<State>,
    pub(super) wait: Option<(WaitFor, Duration)>,
    /// Kept by the observer's schedule.
    pub(super) scheduled: Scheduled,
    /// When its last message came.
    pub(super) heard: Duration,
    /// The endpoint is a proxy and sent the INVITE on: no party of this call.
    passed_on: bool,
    /// Its sessions, the current one last, where the call began again; the oldest go first.
    sessions: Vec<SessionKey>,
    invites: InviteTransactions,
    dialogs: Dialogs,
}

/// What an initial INVITE is to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// A repeated, late or impossible one.
    Known,
    /// One more of the same call: a retry after a challenge or a redirect, or a fork.
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

    /// Its session begins; an older one that it forgets for that.
    pub(super) fn begin_session(&mut self, session: SessionKey) -> Option<SessionKey> {
        self.sessions.retain(|known| *known != session);
        let forgotten = (self.sessions.len() >= KEPT_OF_A_CALL).then(|| self.sessions.remove(0));
        self.sessions.push(session);
        forgotten
    }

    /// All sessions that it had and remembers.
    pub(super) fn sessions(&self) -> &[SessionKey] {
        &self.sessions
    }

    /// An event of its current session; `None` where it has none, which no call has that gives events.
    pub(super) fn event(&self, source: &mut Source, name: impl Into<EventName<'static>>) -> Option<Event<'static>> {
        let (dn, id) = self.sessions.last()?;
        Some(source.event(name, dn, id, self.other_dn.as_deref()))
    }

    /// Whether it is over.
    pub(super) fn is_over(&self) -> bool {
        self.state == Some(State::Completed)
    }

    /// What an INVITE without To tag is to this call.
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

    /// An INVITE without To tag that is not known yet: the first of the call, or one that [`attempt`](Self::attempt)
    /// let in.
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

    /// The endpoint sent an INVITE whose Via below has this branch; whether it is one that it received, and so is a
    /// proxy.
    pub(super) fn pass_on(&mut self, branch: &str, cseq: u32) -> bool {
        let received = self.is_initial(branch, cseq);
        self.passed_on |= received && self.state.is_none();
        received
    }

    /// Whether a message with this branch and CSeq number is of one of its initial INVITE transactions.
    pub(super) fn is_initial(&self, branch: &str, cseq: u32) -> bool {
        self.invites.get(branch, cseq).is_some()
    }

    /// CANCEL: no outcome by itself, but it says why the INVITE will fail.
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

    /// What the call waited for did not come.
    pub(super) fn waited_in_vain(&mut self) -> Option<CallEvent> {
        let why = self.invites.cancelled();
        match self.wait.take() {
            Some((WaitFor::Retry, _)) => self.end(None),
            Some((WaitFor::CancelledEnd | WaitFor::EarlyByeEnd, _)) => self.end(why),
            None => None,
        }
    }

    /// The call is over; the event that says so, unless there was none before.
    pub(super) fn end(&mut self, why: Option<Cancelled>) -> Option<CallEvent> {
        self.wait = None;
        match (self.state.replace(State::Completed), why) {
            (None | Some(State::Completed), _) => None,
            (Some(State::Alerting), Some(Cancelled::GaveUp)) => Some(CallEvent::Abandoned),
            (Some(State::Initiating | State::Alerting | State::Talking), _) => Some(CallEvent::Released),
        }
    }
}
