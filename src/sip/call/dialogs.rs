//! The dialogs of one call at one endpoint: one for each To tag in a response to its INVITE. RFC 3261 section 12.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::sip::limits::KEPT_OF_A_CALL;

/// One dialog, identified by the To tag of the response to the INVITE: the remote tag at the caller, the local tag at
/// the callee.
#[derive(Debug, Clone)]
struct Dialog {
    tag: Box<str>,
    /// The attempt in which it began, since a tag can occur again in a response to a new INVITE.
    attempt: u32,
    confirmed: bool,
    closed: bool,
    sent: Messages,
    received: Messages,
}

/// The MESSAGE requests in one direction of a dialog.
#[derive(Debug, Clone, Copy, Default)]
struct Messages {
    /// The highest CSeq number seen, and one bit for each of the 64 numbers up to it. No bit is set before the first
    /// number.
    highest: u32,
    seen: u64,
    /// Whether the last one was challenged, so that the next one with credentials is the same message.
    challenged: bool,
}

/// The result of closing a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// It is closed now.
    Now,
    /// It was closed before.
    Before,
    /// The dialog is not known.
    Unknown,
}

/// All dialogs of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Dialogs {
    dialogs: Vec<Dialog>,
    attempt: u32,
}

impl Dialogs {
    /// Starts a new attempt with a new INVITE. All earlier dialogs are closed.
    pub(super) fn next_attempt(&mut self) {
        self.attempt = self.attempt.wrapping_add(1);
        for dialog in &mut self.dialogs {
            dialog.closed = true;
        }
    }

    /// Handles a provisional or, if `confirmed`, a final response with this tag.
    pub(super) fn answer(&mut self, tag: &str, confirmed: bool) {
        let attempt = self.attempt;
        if let Some(dialog) = self.dialogs.iter_mut().find(|dialog| *dialog.tag == *tag) {
            if dialog.attempt != attempt {
                *dialog = Dialog::new(tag, attempt);
            }
            dialog.confirmed |= confirmed;
            return;
        }
        // If a call forks to more destinations, an early or closed dialog makes room for the new one; confirmed ones
        // stay.
        if self.dialogs.len() >= KEPT_OF_A_CALL {
            let Some(spare) = self.dialogs.iter().position(|dialog| dialog.closed || !dialog.confirmed) else {
                return;
            };
            self.dialogs.remove(spare);
        }
        self.dialogs.push(Dialog { confirmed, ..Dialog::new(tag, attempt) });
    }

    /// Closes a dialog because of a BYE or something equivalent.
    pub(super) fn close(&mut self, tag: &str) -> Closed {
        match self.dialogs.iter_mut().find(|dialog| *dialog.tag == *tag) {
            Some(dialog) if dialog.closed => Closed::Before,
            Some(dialog) => {
                dialog.closed = true;
                Closed::Now
            }
            None => Closed::Unknown,
        }
    }

    /// Closes a dialog whose first response has not been seen. That response may still arrive.
    pub(super) fn close_unknown(&mut self, tag: &str) {
        self.answer(tag, false);
        self.close(tag);
    }

    /// Whether a dialog is left. Once one is confirmed the early ones no longer count, since they lapse.
    pub(super) fn any_left(&self) -> bool {
        let current = || self.dialogs.iter().filter(|dialog| dialog.attempt == self.attempt);
        let answered = current().any(|dialog| dialog.confirmed);
        current().any(|dialog| !dialog.closed && (dialog.confirmed || !answered))
    }

    /// Whether this dialog is confirmed and not closed.
    pub(super) fn is_confirmed(&self, tag: &str) -> bool {
        self.dialogs.iter().any(|dialog| *dialog.tag == *tag && dialog.confirmed && !dialog.closed)
    }

    /// Whether this dialog, early or confirmed, is known and not closed.
    pub(super) fn is_open(&self, tag: &str) -> bool {
        self.dialogs.iter().any(|dialog| *dialog.tag == *tag && !dialog.closed)
    }

    /// Whether a MESSAGE in this dialog is new, and not a repetition.
    pub(super) fn message(&mut self, tag: &str, sent: bool, cseq: u32, credentials: bool) -> bool {
        let dialog = self.dialogs.iter_mut().find(|dialog| *dialog.tag == *tag && dialog.confirmed && !dialog.closed);
        dialog.is_some_and(|dialog| {
            let messages = if sent { &mut dialog.sent } else { &mut dialog.received };
            messages.is_new(cseq) && !(core::mem::take(&mut messages.challenged) && credentials)
        })
    }

    /// Notes that a MESSAGE in this dialog was challenged.
    pub(super) fn message_challenged(&mut self, tag: &str, sent: bool) {
        if let Some(dialog) = self.dialogs.iter_mut().find(|dialog| *dialog.tag == *tag) {
            let messages = if sent { &mut dialog.sent } else { &mut dialog.received };
            messages.challenged = messages.seen != 0;
        }
    }
}

impl Dialog {
    fn new(tag: &str, attempt: u32) -> Self {
        let (sent, received) = (Messages::default(), Messages::default());
        Dialog { tag: tag.into(), attempt, confirmed: false, closed: false, sent, received }
    }
}

impl Messages {
    /// Whether the number has not been seen before. One that is 64 or more below the highest counts as seen.
    fn is_new(&mut self, cseq: u32) -> bool {
        if self.seen == 0 || cseq > self.highest {
            self.seen = self.seen.checked_shl(cseq - self.highest).unwrap_or(0) + 1;
            self.highest = cseq;
            return true;
        }
        let bit = 1_u64.checked_shl(self.highest - cseq).unwrap_or(0);
        let new = bit != 0 && self.seen & bit == 0;
        self.seen |= bit;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_new_once() {
        let mut messages = Messages::default();
        let order = [(5, true), (5, false), (7, true), (6, true), (6, false), (1000, true), (937, true), (936, false)];
        for (cseq, new) in order {
            assert_eq!(messages.is_new(cseq), new, "{cseq}");
        }
    }

    #[test]
    fn many_forks_are_bounded_and_the_confirmed_stay() {
        let mut dialogs = Dialogs::default();
        dialogs.answer("first", true);
        for fork in 0..10_000 {
            dialogs.answer(&alloc::format!("{fork}"), fork % 2 == 0);
        }
        assert_eq!(dialogs.dialogs.len(), KEPT_OF_A_CALL);
        assert!(dialogs.is_confirmed("first"));
    }
}
