//! The initial INVITE transactions of one call at one endpoint, without re-INVITEs.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::sip::limits::KEPT_OF_A_CALL;

/// One initial INVITE and its progress.
#[derive(Debug, Clone)]
pub(super) struct InviteTransaction {
    branch: Box<str>,
    cseq: u32,
    pub(super) progress: InviteProgress,
    pub(super) cancelled: Option<Cancelled>,
}

/// The progress of an INVITE transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InviteProgress {
    /// No response yet.
    Calling,
    /// A provisional response.
    Proceeding,
    /// A 2xx. More can follow from other forks.
    Answered,
    /// A newer INVITE replaced it before its final response. Only a 2xx still counts, since it answers the call.
    Superseded,
    /// Another final response, or its call is over.
    Failed,
}

/// Why a caller's INVITE was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sip) enum Cancelled {
    /// The caller gave up.
    GaveUp,
    /// The call was answered elsewhere, as a Reason header in CANCEL said (RFC 3326).
    AnsweredElsewhere,
}

/// The initial INVITE transactions of a call, the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct InviteTransactions {
    invites: Vec<InviteTransaction>,
    highest_cseq: u32,
}

impl InviteTransactions {
    /// The transaction with this branch and CSeq number.
    pub(super) fn get(&self, branch: &str, cseq: u32) -> Option<&InviteTransaction> {
        self.invites.iter().find(|invite| invite.cseq == cseq && *invite.branch == *branch)
    }

    /// The same, mutable.
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

    /// Marks transactions without a final response as replaced by a newer attempt.
    pub(super) fn supersede(&mut self) {
        for invite in &mut self.invites {
            if matches!(invite.progress, InviteProgress::Calling | InviteProgress::Proceeding) {
                invite.progress = InviteProgress::Superseded;
            }
        }
    }

    /// Closes all transactions, since the call is over and another begins. Later messages of these INVITEs are ignored.
    pub(super) fn close(&mut self) {
        for invite in &mut self.invites {
            invite.progress = InviteProgress::Failed;
        }
    }

    /// Whether a transaction got a provisional response and waits for the final one. One without any response does not
    /// count, since the endpoint may have sent the request again by another route (RFC 3263 section 4.3).
    pub(super) fn any_proceeding(&self) -> bool {
        self.invites.iter().any(|invite| invite.progress == InviteProgress::Proceeding)
    }

    /// Marks pending transactions as cancelled, because the caller gave up by other means than CANCEL.
    pub(super) fn give_up(&mut self) {
        for invite in &mut self.invites {
            if matches!(invite.progress, InviteProgress::Calling | InviteProgress::Proceeding) {
                invite.cancelled = invite.cancelled.or(Some(Cancelled::GaveUp));
            }
        }
    }

    /// The reason of the newest cancelled transaction.
    pub(super) fn cancelled(&self) -> Option<Cancelled> {
        self.invites.iter().rev().find_map(|invite| invite.cancelled)
    }
}
