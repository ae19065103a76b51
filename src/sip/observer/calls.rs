//! The calls of an observer. The call of a message is found by the role of the endpoint, the Call-ID and the tag of the
//! caller.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use super::Direction;
use crate::sip::call::{Call, Role};
use crate::sip::message::SipMessage;

/// All calls, by their keys and by their numbers.
#[derive(Clone, Default)]
pub(super) struct Calls {
    by_number: BTreeMap<u64, Entry>,
    numbers: BTreeMap<Box<str>, u64>,
    /// The number of the newest call.
    last: u64,
    /// A buffer for the key to look up, kept to reuse its memory.
    key: String,
}

/// A call and its key.
#[derive(Debug, Clone)]
struct Entry {
    call: Call,
    key: Box<str>,
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.by_number.values().map(|entry| (&entry.key, &entry.call))).finish()
    }
}

impl Calls {
    pub(super) fn len(&self) -> usize {
        self.by_number.len()
    }

    pub(super) fn by_number(&mut self, number: u64) -> Option<&mut Call> {
        self.by_number.get_mut(&number).map(|entry| &mut entry.call)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Call> {
        self.by_number.values_mut().map(|entry| &mut entry.call)
    }

    /// The call whose INVITE the endpoint sent as the caller or received as the callee, by the Call-ID and the tag of
    /// the caller.
    pub(super) fn find(&mut self, role: Role, call_id: &str, caller_tag: &str) -> Option<&mut Call> {
        let number = self.numbers.get(make_key(&mut self.key, role, call_id, caller_tag))?;
        self.by_number.get_mut(number).map(|entry| &mut entry.call)
    }

    /// The call of a request in a dialog or of any response, and the To tag of its INVITE, which identifies the dialog.
    pub(super) fn find_in_dialog<'m>(
        &mut self,
        direction: Direction,
        message: &SipMessage<'m>,
    ) -> Option<(&mut Call, &'m str)> {
        // From is the sender of the request, also in a response, which goes the other way.
        let own_is_from = (direction == Direction::Sent) == message.is_a_request();
        let (own, other) = if own_is_from { (message.from, message.to) } else { (message.to, message.from) };
        // Without tags (RFC 2543) only a response to an INVITE can be assigned to a call.
        let no_tags = message.from.tag.is_empty() && message.to.tag.is_empty();
        if no_tags && (message.is_a_request() || message.cseq.method != "INVITE") {
            return None;
        }
        let as_caller = self.numbers.get(make_key(&mut self.key, Role::Caller, message.call_id, own.tag));
        let (number, tag) = match as_caller {
            Some(number) => (number, other.tag),
            None => (self.numbers.get(make_key(&mut self.key, Role::Callee, message.call_id, other.tag))?, own.tag),
        };
        self.by_number.get_mut(number).map(|entry| (&mut entry.call, tag))
    }

    /// Adds a call, which must not be known under this role, Call-ID and tag. `make` receives its number.
    pub(super) fn insert(
        &mut self,
        (role, call_id, caller_tag): (Role, &str, &str),
        make: impl FnOnce(u64) -> Call,
    ) -> &mut Call {
        self.last += 1;
        let key: Box<str> = make_key(&mut self.key, role, call_id, caller_tag).into();
        self.numbers.insert(key.clone(), self.last);
        let entry = Entry { call: make(self.last), key };
        &mut self.by_number.entry(self.last).or_insert(entry).call
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<Call> {
        let entry = self.by_number.remove(&number)?;
        self.numbers.remove(&entry.key);
        Some(entry.call)
    }
}

/// The key of a call. The separator is unambiguous, since a Call-ID has no control characters.
fn make_key<'k>(key: &'k mut String, role: Role, call_id: &str, caller_tag: &str) -> &'k str {
    key.clear();
    key.push(match role {
        Role::Caller => '>',
        Role::Callee => '<',
    });
    key.push_str(call_id);
    key.push('\0');
    key.push_str(caller_tag);
    key
}
