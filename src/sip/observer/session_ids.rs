//! The call of each session id, while the call is remembered. Two open calls must not have the same id.

use alloc::collections::BTreeMap;

use crate::sip::call::{Call, SessionKey};
use crate::sip::error::SipError;

/// The sessions of all calls.
#[derive(Debug, Clone, Default)]
pub(super) struct SessionIds(BTreeMap<SessionKey, Use>);

/// The call that uses an id.
#[derive(Debug, Clone, Copy)]
struct Use {
    /// The number of the call.
    call: u64,
    open: bool,
}

impl SessionIds {
    /// Whether a session can begin under this key. `Ok(true)` means that one with this key has ended and begins anew.
    /// Changes nothing.
    pub(super) fn may_begin(&self, session: &SessionKey) -> Result<bool, SipError> {
        match self.0.get(session) {
            Some(Use { open: true, .. }) => Err(SipError::SessionIdInUse { id: (*session.1).into() }),
            Some(Use { open: false, .. }) => Ok(true),
            None => Ok(false),
        }
    }

    /// Assigns the session to this call.
    pub(super) fn begin(&mut self, call: &mut Call, session: SessionKey) {
        self.0.insert(session.clone(), Use { call: call.number, open: true });
        if let Some(forgotten) = call.begin_session(session) {
            self.forget(&forgotten, call.number);
        }
    }

    /// Marks the current session of a call, which is its last one, as ended.
    pub(super) fn ended(&mut self, call: &Call) {
        if let Some(current) = call.sessions().last().and_then(|session| self.0.get_mut(session)) {
            if current.call == call.number {
                current.open = false;
            }
        }
    }

    /// Removes the sessions of a call that is forgotten.
    pub(super) fn remove(&mut self, call: &Call) {
        for session in call.sessions() {
            self.forget(session, call.number);
        }
    }

    /// Removes a session, unless it belongs to another call by now.
    fn forget(&mut self, session: &SessionKey, call: u64) {
        if self.0.get(session).is_some_and(|of| of.call == call) {
            self.0.remove(session);
        }
    }
}
