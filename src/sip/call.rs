//! One call at one endpoint: an INVITE with all its forks, retries and dialogs, and the events that it gives.
//!
//! Issue 5's mapping, and nothing of parsing, keys or time: the observer finds the call and says what happened to it.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use super::dialogs::{Closed, Dialogs};
use super::invites::{Cancelled, Invites, Progress};
use super::session_ids::SessionKey;
use crate::machine::CallEvent;

/// The most sessions that a call remembers.
const MOST_SESSIONS: usize = 32;

/// Which side of the call the endpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It sent the INVITE.
    Caller,
    /// It received the INVITE.
    Callee,
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// No event yet: a callee that has not rung.
    Silent,
    /// Dialing or ringing.
    Setup,
    /// Established.
    Talking,
    /// Over. It is kept so that what comes late finds it.
    Ended,
}

/// What a call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WaitFor {
    /// A new INVITE, after a challenge or a redirect.
    Retry,
    /// The final response, after CANCEL.
    CancelledEnd,
}

/// One call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) role: Role,
    pub(super) this_dn: Box<str>,
    pub(super) other_dn: Option<Box<str>>,
    /// The session's id, from the first event on.
    pub(super) id: Option<Box<str>>,
    pub(super) phase: Phase,
    pub(super) wait: Option<(WaitFor, Duration)>,
    /// When its last message came.
    pub(super) heard: Duration,
    /// The endpoint is a proxy and sent the INVITE on: no party of this call.
    passed_on: bool,
    /// Its sessions, those that ended included, where the call began again; the oldest go first.
    sessions: Vec<SessionKey>,
    invites: Invites,
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
    pub(super) fn new(role: Role, this_dn: Box<str>, other_dn: Option<Box<str>>, now: Duration) -> Self {
        Call {
            role,
            this_dn,
            other_dn,
            id: None,
            phase: Phase::Silent,
            wait: None,
            heard: now,
            passed_on: false,
            sessions: Vec::new(),
            invites: Invites::default(),
            dialogs: Dialogs::default(),
        }
    }

    /// The call begins anew: for other addresses perhaps, and with an id that is not known yet.
    pub(super) fn begin_anew(&mut self, this_dn: Box<str>, other_dn: Option<Box<str>>) {
        (self.this_dn, self.other_dn) = (this_dn, other_dn);
        self.id = None;
    }

    /// Its session begins; an older one that it forgets for that.
    pub(super) fn begin_session(&mut self, session: SessionKey) -> Option<SessionKey> {
        self.id = Some(session.1.clone());
        self.sessions.retain(|known| *known != session);
        self.sessions.push(session);
        if self.sessions.len() > MOST_SESSIONS { Some(self.sessions.remove(0)) } else { None }
    }

    /// Whether it has this session now.
    pub(super) fn is_in(&self, session: &SessionKey) -> bool {
        let open = !matches!(self.phase, Phase::Ended | Phase::Silent);
        open && *self.this_dn == *session.0 && self.id.as_deref() == Some(&*session.1)
    }

    /// All sessions that it had and remembers.
    pub(super) fn sessions(&self) -> &[SessionKey] {
        &self.sessions
    }

    /// What an INVITE without To tag is to this call.
    pub(super) fn attempt(&self, branch: &str, cseq: u32) -> Attempt {
        if self.invites.get(branch, cseq).is_some() || cseq < self.invites.highest_cseq() {
            return Attempt::Known;
        }
        match self.phase {
            Phase::Silent | Phase::Setup => Attempt::Same,
            Phase::Talking => Attempt::Known,
            Phase::Ended => Attempt::Anew,
        }
    }

    /// An INVITE without To tag that is not known yet: the first of the call, or one that [`attempt`](Self::attempt) let in.
    pub(super) fn invite(&mut self, branch: &str, cseq: u32) -> Option<CallEvent> {
        let parallel = self.wait.is_none() && cseq == self.invites.highest_cseq();
        if self.phase == Phase::Ended || !parallel {
            match self.phase {
                Phase::Ended => self.invites.close(),
                Phase::Silent | Phase::Setup | Phase::Talking => self.invites.supersede(),
            }
            self.dialogs.next_attempt();
            self.wait = None;
            self.passed_on = false;
        }
        self.invites.push(branch, cseq);
        match (self.phase, self.role) {
            (Phase::Silent | Phase::Ended, Role::Caller) => {
                self.phase = Phase::Setup;
                Some(CallEvent::Dialing)
            }
            (Phase::Silent | Phase::Ended, Role::Callee) => {
                self.phase = Phase::Silent;
                None
            }
            (Phase::Setup | Phase::Talking, Role::Caller | Role::Callee) => None,
        }
    }

    /// The endpoint sent an INVITE whose Via below has this branch; whether it is one that it received, and so is a proxy.
    pub(super) fn pass_on(&mut self, branch: &str, cseq: u32) -> bool {
        let received = self.is_initial(branch, cseq);
        self.passed_on |= received && self.phase == Phase::Silent;
        received
    }

    /// Whether a response of the callee to its INVITE is what its session begins with.
    pub(super) fn begins_with(&self, branch: &str, cseq: u32, status: u16) -> bool {
        let silent = self.role == Role::Callee && self.phase == Phase::Silent && !self.passed_on;
        let answered = (200..=299).contains(&status);
        silent
            && self.invites.get(branch, cseq).is_some_and(|invite| match invite.progress {
                Progress::Calling | Progress::Proceeding => answered || (180..=189).contains(&status),
                Progress::Answered | Progress::Superseded => answered,
                Progress::Failed => false,
            })
    }

    /// Whether a response with this branch and CSeq number is one to an initial INVITE.
    pub(super) fn is_initial(&self, branch: &str, cseq: u32) -> bool {
        self.invites.get(branch, cseq).is_some()
    }

    /// A response to an initial INVITE; `retry_until` is when a new INVITE must have come.
    pub(super) fn response(
        &mut self,
        branch: &str,
        cseq: u32,
        status: u16,
        to_tag: &str,
        retry_until: Duration,
    ) -> Option<CallEvent> {
        if self.phase == Phase::Ended {
            return None;
        }
        let invite = self.invites.find(branch, cseq)?;
        if self.passed_on {
            return if status >= 200 { self.end(None) } else { None };
        }
        match (status, invite.progress) {
            (100..=199, Progress::Calling | Progress::Proceeding) => {
                invite.progress = Progress::Proceeding;
                if status > 100 && (!to_tag.is_empty() || self.role == Role::Callee) {
                    self.dialogs.answer(to_tag, false);
                }
                let rings = self.role == Role::Callee && self.phase == Phase::Silent && (180..=189).contains(&status);
                rings.then(|| {
                    self.phase = Phase::Setup;
                    CallEvent::Ringing
                })
            }
            (200..=299, Progress::Calling | Progress::Proceeding | Progress::Answered | Progress::Superseded) => {
                invite.progress = Progress::Answered;
                self.wait = None;
                self.dialogs.answer(to_tag, true);
                (self.phase != Phase::Talking).then(|| {
                    self.phase = Phase::Talking;
                    CallEvent::Established
                })
            }
            (300.., Progress::Calling | Progress::Proceeding) => {
                invite.progress = Progress::Failed;
                let cancelled = invite.cancelled;
                self.failed(status, cancelled, retry_until)
            }
            // Repeated, or of an attempt that is over.
            (0..=99, _)
            | (100..=199 | 300.., Progress::Answered | Progress::Superseded | Progress::Failed)
            | (200..=299, Progress::Failed) => None,
        }
    }

    /// An initial INVITE got a final response other than 2xx.
    fn failed(&mut self, status: u16, cancelled: Option<Cancelled>, retry_until: Duration) -> Option<CallEvent> {
        if self.phase == Phase::Talking || self.invites.any_proceeding() {
            return None;
        }
        let invites_retry = matches!(status, 300..=399 | 401 | 407);
        if self.role == Role::Caller && invites_retry && cancelled.is_none() {
            self.wait = Some((WaitFor::Retry, retry_until));
            return None;
        }
        match cancelled {
            None if status == 487 => self.end(Some(Cancelled::GaveUp)),
            None | Some(Cancelled::GaveUp | Cancelled::AnsweredElsewhere) => self.end(cancelled),
        }
    }

    /// CANCEL: no outcome by itself, but it says why the INVITE will fail.
    pub(super) fn cancel(&mut self, branch: &str, cseq: u32, why: Cancelled, end_until: Duration) {
        let setup = self.phase == Phase::Setup;
        if let Some(invite) = self.invites.find(branch, cseq) {
            if matches!(invite.progress, Progress::Calling | Progress::Proceeding) && invite.cancelled.is_none() {
                invite.cancelled = Some(why);
                if setup {
                    self.wait = Some((WaitFor::CancelledEnd, end_until));
                }
            }
        }
    }

    /// BYE in the dialog with this To tag of the INVITE; `from_caller`: the caller sent it.
    pub(super) fn bye(&mut self, to_tag: &str, from_caller: bool) -> Option<CallEvent> {
        match self.dialogs.close(to_tag) {
            Closed::Now => {}
            Closed::Before => return None,
            // The response that began the dialog was lost or overtaken. A callee knows its own tags.
            Closed::Unknown if self.role == Role::Caller => self.dialogs.close_unknown(to_tag),
            Closed::Unknown => return None,
        }
        if self.phase == Phase::Setup && from_caller && self.role == Role::Callee {
            self.invites.give_up();
        }
        if self.phase == Phase::Silent || self.dialogs.any_left() {
            return None;
        }
        self.end(from_caller.then_some(Cancelled::GaveUp))
    }

    /// 481 or 408 to a request in the dialog: it is gone (RFC 3261 section 12.2.1.2).
    pub(super) fn dialog_gone(&mut self, to_tag: &str) -> Option<CallEvent> {
        if !self.dialogs.is_confirmed(to_tag) {
            return None;
        }
        self.dialogs.close(to_tag);
        if self.dialogs.any_left() { None } else { self.end(None) }
    }

    /// Whether a MESSAGE in the dialog is a new message of a session that talks.
    pub(super) fn message(&mut self, to_tag: &str, sent: bool, cseq: u32, credentials: bool) -> bool {
        self.phase == Phase::Talking && self.dialogs.message(to_tag, sent, cseq, credentials)
    }

    /// A MESSAGE in the dialog was challenged.
    pub(super) fn message_challenged(&mut self, to_tag: &str, sent: bool) {
        self.dialogs.message_challenged(to_tag, sent);
    }

    /// What the call waited for did not come.
    pub(super) fn waited_in_vain(&mut self) -> Option<CallEvent> {
        let why = self.invites.cancelled();
        match self.wait.take() {
            Some((WaitFor::Retry, _)) => self.end(None),
            Some((WaitFor::CancelledEnd, _)) => self.end(why),
            None => None,
        }
    }

    /// The call is over; the event that says so, unless there was none before.
    pub(super) fn end(&mut self, why: Option<Cancelled>) -> Option<CallEvent> {
        let phase = core::mem::replace(&mut self.phase, Phase::Ended);
        self.wait = None;
        match (phase, self.role, why) {
            (Phase::Silent | Phase::Ended, _, _) => None,
            (Phase::Setup, Role::Callee, Some(Cancelled::GaveUp)) => Some(CallEvent::Abandoned),
            (Phase::Setup | Phase::Talking, Role::Caller | Role::Callee, _) => Some(CallEvent::Released),
        }
    }
}
