//! The initial INVITE transactions of one call at one endpoint. A re-INVITE is none of them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::sip::limits::KEPT_OF_A_CALL;

/// One initial INVITE and what became of it.
#[derive(Debug, Clone)]
pub(super) struct InviteTransaction {
    branch: Box<str>,
    cseq: u32,
    pub(super) progress: InviteProgress,
    pub(super) cancelled: Option<Cancelled>,
}

/// How far an INVITE transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InviteProgress {
    /// No response yet.
    Calling,
    /// A provisional response.
    Proceeding,
    /// A 2xx. More of them can follow, from a fork.
    Answered,
    /// A newer INVITE took its place before its final response. Only a 2xx still counts: that is an answer all the
    /// same.
    Superseded,
    /// Another final response, or the call that it began is over.
    Failed,
}

/// Why a caller's INVITE was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sip) enum Cancelled {
    /// The caller gave up.
    GaveUp,
    /// The call was answered at another place: CANCEL said so in a Reason header (RFC 3326).
    AnsweredElsewhere,
}

/// All of them, the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct InviteTransactions {
    invites: Vec<InviteTransaction>,
    highest_cseq: u32,
}

impl InviteTransactions {
    /// Its INVITE: a message of another one has another branch or CSeq number.
    pub(super) fn get(&self, branch: &str, cseq: u32) -> Option<&InviteTransaction> {
        self.invites.iter().find(|invite| invite.cseq == cseq && *invite.branch == *branch)
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, branch: &str, cseq: u32) -> Option<&mut InviteTransaction> {
        self.invites.iter_mut().find(|invite| invite.cseq == cseq && *invite.branch == *branch)
    }

    pub(super) fn highest_cseq(&self) -> u32 {
        self.highest_cseq
    }

    pub(super) fn push(&mut self, branch: &str, cseq: u32) {
        if self.invites.len() >= KEPT_OF_A_CALL {
            self.invites.remove(0);
        }
        self.invites.push(InviteTransaction {
            branch: branch.into(),
            cseq,
            progress: InviteProgress::Calling,
            cancelled: None,
        });
        self.highest_cseq = self.highest_cseq.max(cseq);
    }

    /// A newer attempt takes the place of those that have no final response.
    pub(super) fn supersede(&mut self) {
        for invite in &mut self.invites {
            if matches!(invite.progress, InviteProgress::Calling | InviteProgress::Proceeding) {
                invite.progress = InviteProgress::Superseded;
            }
        }
    }

    /// The call is over, and another one begins: whatever still comes for these INVITEs is late.
    pub(super) fn close(&mut self) {
        for invite in &mut self.invites {
            invite.progress = InviteProgress::Failed;
        }
    }

    /// Whether one of them got a provisional response and waits for the final one. One that got no response at all does
    /// not count: the endpoint may have sent it again another way (RFC 3263 section 4.3).
    pub(super) fn any_proceeding(&self) -> bool {
        self.invites.iter().any(|invite| invite.progress == InviteProgress::Proceeding)
    }

    /// The caller gave up by other means than CANCEL.
    pub(super) fn give_up(&mut self) {
        for invite in &mut self.invites {
            if matches!(invite.progress, InviteProgress::Calling | InviteProgress::Proceeding) {
                invite.cancelled = invite.cancelled.or(Some(Cancelled::GaveUp));
            }
        }
    }

    /// Why the newest cancelled one was cancelled.
    pub(super) fn cancelled(&self) -> Option<Cancelled> {
        self.invites.iter().rev().find_map(|invite| invite.cancelled)
    }
}
