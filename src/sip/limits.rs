//! How much a source of events holds, and how long it waits.

use core::time::Duration;

/// The most INVITE transactions of one call that are kept, the most dialogs, and the most sessions that it had.
pub(super) const KEPT_OF_A_CALL: usize = 16;

/// The limits of an [`Observer`](super::Observer) and of a [`DialogInfo`](super::DialogInfo), whose sessions count as
/// calls and whose documents as messages. A `DialogInfo` waits for nothing.
///
/// # Memory
///
/// Everything that a message can make a source keep is under one of these limits, and so is the product: an observer
/// holds at most [`most_memory`](Self::most_memory) bytes, with the default limits 679 MB. That is the bound for an
/// attacker who fills every call with names as long as they may be; a call of ordinary traffic takes about 1.2 kB, 20
/// 000 of them 24 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SipLimits {
    /// The most calls that are open at once. One more is refused with [`SipError::TooManyCalls`](super::SipError).
    pub open_calls: usize,
    /// The most ended calls that are remembered, so that late and repeated messages find them. The oldest go first.
    pub ended_calls: usize,
    /// How long an observer remembers an ended call: longer than anybody sends a message again (RFC 3261: 64 × T1). A
    /// `DialogInfo` remembers ended sessions whatever the time, up to [`ended_calls`](Self::ended_calls).
    pub ended_wait: Duration,
    /// The longest message, in bytes. A datagram cannot be longer than the default.
    pub message: usize,
    /// The longest Call-ID, tag, branch or dialog id that is kept, in bytes. Of each call at most 16 INVITE
    /// transactions, 16 dialogs and 16 sessions are kept.
    pub name: usize,
    /// The longest DN, in bytes; the default is what a store takes by default
    /// ([`Limits::dn_length`](crate::Limits::dn_length)).
    pub dn_length: usize,
    /// How long a caller may take to answer a challenge (401, 407) with a new INVITE. A person who is asked for a
    /// password needs longer than the default.
    pub challenge_wait: Duration,
    /// How long a caller may take to follow a redirect (3xx) with a new INVITE.
    pub redirect_wait: Duration,
    /// How long the final response may take after CANCEL (RFC 3261 section 9.1: 64 × T1), or after the callee's 200 to
    /// an early BYE.
    pub cancel_wait: Duration,
}

impl SipLimits {
    /// 64 × T1 of RFC 3261 for everything that is waited for, 10 000 calls of either kind, messages of a datagram.
    pub const DEFAULT: SipLimits = SipLimits {
        open_calls: 10_000,
        ended_calls: 10_000,
        ended_wait: Duration::from_secs(32),
        message: 65_535,
        name: 512,
        dn_length: 255,
        challenge_wait: Duration::from_secs(32),
        redirect_wait: Duration::from_secs(32),
        cancel_wait: Duration::from_secs(32),
    };

    /// The most bytes that an [`Observer`](super::Observer) with these limits holds, as it asks its allocator for them.
    ///
    /// A call has two copies of its key (Call-ID, tag), the branches, the tags, and the DN and id of its sessions
    /// twice. The numbers are the sizes of what holds them, as on a machine of 64 bits.
    #[must_use]
    pub const fn most_memory(&self) -> usize {
        let key = self.name.saturating_mul(2).saturating_add(2);
        let (invite, dialog) = (self.name.saturating_add(32), self.name.saturating_add(80));
        // The id has at most 64 characters.
        let session = self.dn_length.saturating_add(64 + 64).saturating_mul(2);
        let lists = invite.saturating_add(dialog).saturating_add(session).saturating_mul(KEPT_OF_A_CALL);
        let names = self.dn_length.saturating_mul(2).saturating_add(64);
        let call = key.saturating_mul(2).saturating_add(lists).saturating_add(names).saturating_add(900);
        self.open_calls.saturating_add(self.ended_calls).saturating_add(1).saturating_mul(call)
    }
}

impl Default for SipLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
