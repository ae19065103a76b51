//! The effect of responses to the initial INVITE of a call.
//!
//! A response is identified by its transaction (branch and CSeq number) and its To tag. A retransmission does nothing,
//! because the state of its transaction shows that it was handled before: `Answered` for a 2xx, `Failed` for any other
//! final response. A 2xx with another tag is the answer of another fork, and adds a dialog to the same session.

use core::time::Duration;

use super::invite_transactions::{Cancelled, InviteProgress};
use super::{Call, Role, WaitFor};
use crate::machine::{CallEvent, State};

/// The latest time for a new INVITE, depending on the response before it.
#[derive(Debug, Clone, Copy)]
pub(in crate::sip) struct RetryUntil {
    /// After a challenge: 401 or 407.
    pub(in crate::sip) challenge: Duration,
    /// After a redirect: 3xx.
    pub(in crate::sip) redirect: Duration,
}

impl Call {
    /// Whether the session of a callee begins with this response: it is the first 18x, or a 2xx without an 18x before.
    pub(in crate::sip) fn begins_with(&self, branch: &str, cseq: u32, status: u16) -> bool {
        let silent = self.role == Role::Callee && self.state.is_none() && !self.passed_on;
        let answered = (200..=299).contains(&status);
        silent
            && self.invites.get(branch, cseq).is_some_and(|invite| match invite.progress {
                InviteProgress::Calling | InviteProgress::Proceeding => answered || (180..=189).contains(&status),
                InviteProgress::Answered | InviteProgress::Superseded => answered,
                InviteProgress::Failed => false,
            })
    }

    /// A response to an initial INVITE.
    pub(in crate::sip) fn response(
        &mut self,
        branch: &str,
        cseq: u32,
        status: u16,
        to_tag: &str,
        retry_until: RetryUntil,
    ) -> Option<CallEvent> {
        if self.is_over() {
            return None;
        }
        let invite = self.invites.get_mut(branch, cseq)?;
        if self.passed_on {
            return if status >= 200 { self.end(None) } else { None };
        }
        match (status, invite.progress) {
            (100..=199, InviteProgress::Calling | InviteProgress::Proceeding) => {
                invite.progress = InviteProgress::Proceeding;
                self.provisional(status, to_tag)
            }
            (
                200..=299,
                InviteProgress::Calling
                | InviteProgress::Proceeding
                | InviteProgress::Answered
                | InviteProgress::Superseded,
            ) => {
                invite.progress = InviteProgress::Answered;
                self.answered(to_tag)
            }
            (300.., InviteProgress::Calling | InviteProgress::Proceeding) => {
                invite.progress = InviteProgress::Failed;
                let cancelled = invite.cancelled;
                self.failed(status, cancelled, retry_until)
            }
            // A retransmission, or a response of an attempt that is over.
            (0..=99, _)
            | (100..=199 | 300.., InviteProgress::Answered | InviteProgress::Superseded | InviteProgress::Failed)
            | (200..=299, InviteProgress::Failed) => None,
        }
    }

    fn provisional(&mut self, status: u16, to_tag: &str) -> Option<CallEvent> {
        if status > 100 && (!to_tag.is_empty() || self.role == Role::Callee) {
            self.dialogs.answer(to_tag, false);
        }
        // The callee still rings in another early dialog.
        self.wait.take_if(|(what, _)| *what == WaitFor::EarlyByeEnd && self.dialogs.is_open(to_tag));
        let rings = self.role == Role::Callee && self.state.is_none() && (180..=189).contains(&status);
        rings.then(|| {
            self.state = Some(State::Alerting);
            CallEvent::Ringing
        })
    }

    fn answered(&mut self, to_tag: &str) -> Option<CallEvent> {
        self.wait = None;
        self.dialogs.answer(to_tag, true);
        match self.state {
            None | Some(State::Initiating | State::Alerting) => {
                self.state = Some(State::Talking);
                Some(CallEvent::Established)
            }
            // The 2xx is a retransmission, or another fork answers as well.
            Some(State::Talking | State::Completed) => None,
        }
    }

    /// Handles a final response to an initial INVITE other than 2xx.
    fn failed(&mut self, status: u16, cancelled: Option<Cancelled>, retry_until: RetryUntil) -> Option<CallEvent> {
        if self.state == Some(State::Talking) || self.invites.any_proceeding() {
            return None;
        }
        let retry_until = match status {
            401 | 407 => Some(retry_until.challenge),
            300..=399 => Some(retry_until.redirect),
            _ => None,
        };
        if let (Role::Caller, Some(until), None) = (self.role, retry_until, cancelled) {
            self.wait = Some((WaitFor::Retry, until));
            return None;
        }
        match cancelled {
            None if status == 487 => self.end(Some(Cancelled::GaveUp)),
            None | Some(Cancelled::GaveUp | Cancelled::AnsweredElsewhere) => self.end(cancelled),
        }
    }
}
