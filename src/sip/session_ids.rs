//! Which call an id is of, as long as the call is remembered: two open calls must not have one.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

/// A DN and a session id.
pub(super) type SessionKey = (Box<str>, Box<str>);

/// The sessions of an observer, and the key of the call that each is of.
#[derive(Debug, Clone, Default)]
pub(super) struct SessionIds(BTreeMap<SessionKey, Box<str>>);

impl SessionIds {
    /// The key of the call that had or has this session.
    pub(super) fn call_of(&self, session: &SessionKey) -> Option<&str> {
        self.0.get(session).map(|key| &**key)
    }

    /// From now on the session is of this call.
    pub(super) fn begin(&mut self, session: SessionKey, key: &str) {
        self.0.insert(session, key.into());
    }

    /// The call does not remember the session any more; another one that has it keeps it.
    pub(super) fn forget(&mut self, session: &SessionKey, key: &str) {
        if self.call_of(session) == Some(key) {
            self.0.remove(session);
        }
    }
}
