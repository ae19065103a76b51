//! The initial INVITE transactions of one call at one endpoint. A re-INVITE is none of them.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// The most transactions that are kept; of more the oldest is forgotten.
const MOST: usize = 32;

/// One initial INVITE and what became of it.
#[derive(Debug, Clone)]
pub(super) struct Invite {
    branch: Box<str>,
    cseq: u32,
    pub(super) progress: Progress,
    pub(super) cancelled: Option<Cancelled>,
}

/// How far an INVITE transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// No response yet.
    Calling,
    /// A provisional response.
    Proceeding,
    /// A 2xx. More of them can follow, from a fork.
    Answered,
    /// A newer INVITE took its place before its final response. Only a 2xx still counts: that is an answer all the same.
    Superseded,
    /// Another final response, or the call that it began is over.
    Failed,
}

/// Why a caller's INVITE was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancelled {
    /// The caller gave up.
    GaveUp,
    /// The call was answered at another place: CANCEL said so in a Reason header (RFC 3326).
    AnsweredElsewhere,
}

/// All of them, the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Invites {
    invites: Vec<Invite>,
    highest_cseq: u32,
}

impl Invites {
    /// A message of another INVITE than this one finds another transaction: branch and CSeq number are compared.
    pub(super) fn find(&mut self, branch: &str, cseq: u32) -> Option<&mut Invite> {
        self.invites.iter_mut().find(|invite| invite.cseq == cseq && *invite.branch == *branch)
    }

    pub(super) fn highest_cseq(&self) -> u32 {
        self.highest_cseq
    }

    pub(super) fn push(&mut self, branch: &str, cseq: u32) {
        if self.invites.len() >= MOST {
            self.invites.remove(0);
        }
        self.invites.push(Invite { branch: branch.into(), cseq, progress: Progress::Calling, cancelled: None });
        self.highest_cseq = self.highest_cseq.max(cseq);
    }

    /// A newer attempt takes the place of those that have no final response.
    pub(super) fn supersede(&mut self) {
        for invite in &mut self.invites {
            if matches!(invite.progress, Progress::Calling | Progress::Proceeding) {
                invite.progress = Progress::Superseded;
            }
        }
    }

    /// The call is over, and another one begins: whatever still comes for these INVITEs is late.
    pub(super) fn close(&mut self) {
        for invite in &mut self.invites {
            invite.progress = Progress::Failed;
        }
    }

    /// Whether one of them got a provisional response and waits for the final one. One that got no response at all does not
    /// count: the endpoint may have sent it again another way (RFC 3263 section 4.3).
    pub(super) fn any_proceeding(&self) -> bool {
        self.invites.iter().any(|invite| invite.progress == Progress::Proceeding)
    }

    /// The caller gave up by other means than CANCEL.
    pub(super) fn give_up(&mut self) {
        for invite in &mut self.invites {
            if matches!(invite.progress, Progress::Calling | Progress::Proceeding) {
                invite.cancelled = invite.cancelled.or(Some(Cancelled::GaveUp));
            }
        }
    }

    /// Why the newest cancelled one was cancelled.
    pub(super) fn cancelled(&self) -> Option<Cancelled> {
        self.invites.iter().rev().find_map(|invite| invite.cancelled)
    }
}
