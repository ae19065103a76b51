//! The effect of messages in the dialogs of a call: BYE and its response, responses that report a lost dialog, MESSAGE.

use core::time::Duration;

use super::dialogs::Closed;
use super::{Call, Cancelled, Role, WaitFor};
use crate::machine::{CallEvent, State};

impl Call {
    /// A BYE in the dialog with this To tag of the INVITE. `from_caller` says that the caller sent it.
    pub(in crate::sip) fn bye(&mut self, to_tag: &str, from_caller: bool) -> Option<CallEvent> {
        match self.dialogs.close(to_tag) {
            Closed::Now => {}
            Closed::Before => return None,
            // The response that began the dialog was lost or overtaken. A callee knows its own tags, and its response
            // to the BYE shows whether this is one.
            Closed::Unknown if self.role == Role::Caller => self.dialogs.close_unknown(to_tag),
            Closed::Unknown => return None,
        }
        if self.state == Some(State::Alerting) && from_caller {
            self.invites.give_up();
        }
        if self.state.is_none() || self.dialogs.any_left() {
            return None;
        }
        self.end(from_caller.then_some(Cancelled::GaveUp))
    }

    /// A ringing callee accepted (2xx) the BYE of the caller in the early dialog with this tag. So the tag is its own,
    /// whether it was seen before or not. With the BYE the caller gave up, which also ends the INVITE transaction of
    /// the callee (RFC 3261 section 15.1.2): with the final response or, if there is none, at `end_until`.
    pub(in crate::sip) fn early_bye_accepted(&mut self, to_tag: &str, end_until: Duration) {
        if self.role == Role::Callee && self.state == Some(State::Alerting) {
            if self.dialogs.close(to_tag) == Closed::Unknown {
                self.dialogs.close_unknown(to_tag);
            }
            self.invites.give_up();
            self.wait = self.wait.or(Some((WaitFor::EarlyByeEnd, end_until)));
        }
    }

    /// A 481 or 408 to a request in the dialog: the dialog no longer exists (RFC 3261 section 12.2.1.2).
    pub(in crate::sip) fn dialog_gone(&mut self, to_tag: &str) -> Option<CallEvent> {
        if !self.dialogs.is_confirmed(to_tag) {
            return None;
        }
        self.dialogs.close(to_tag);
        if self.dialogs.any_left() { None } else { self.end(None) }
    }

    /// Whether a MESSAGE in the dialog is new, and the session is in `Talking`.
    pub(in crate::sip) fn message(&mut self, to_tag: &str, sent: bool, cseq: u32, credentials: bool) -> bool {
        self.state == Some(State::Talking) && self.dialogs.message(to_tag, sent, cseq, credentials)
    }

    /// Notes that a MESSAGE in the dialog was challenged.
    pub(in crate::sip) fn message_challenged(&mut self, to_tag: &str, sent: bool) {
        self.dialogs.message_challenged(to_tag, sent);
    }
}
