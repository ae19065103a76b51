//! How the call of a message is found: by the endpoint's role in it, the Call-ID and the caller's tag.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;

use super::call::{Call, Role};
use super::message::SipMessage;
use super::observer::Direction;

/// The call whose dialog a message is in, and the To tag of the call's INVITE, which names the dialog.
pub(super) fn find_in_dialog<'c, 'm>(
    calls: &'c mut BTreeMap<Box<str>, Call>,
    key: &mut String,
    direction: Direction,
    request: bool,
    message: &SipMessage<'m>,
) -> Option<(&'c mut Call, &'m str)> {
    // From names the sender of the request; a response goes the other way.
    let own_is_from = (direction == Direction::Sent) == request;
    let (own, other) = if own_is_from { (message.from, message.to) } else { (message.to, message.from) };
    if message.from.tag.is_empty() && message.to.tag.is_empty() {
        return None;
    }
    let caller = calls.contains_key(make_key(key, Role::Caller, message.call_id, own.tag));
    let tag = if caller {
        other.tag
    } else {
        make_key(key, Role::Callee, message.call_id, other.tag);
        own.tag
    };
    calls.get_mut(key.as_str()).map(|call| (call, tag))
}

/// What a call is found by: the role, the Call-ID and the caller's tag. A Call-ID has no control characters.
pub(super) fn make_key<'k>(key: &'k mut String, role: Role, call_id: &str, caller_tag: &str) -> &'k str {
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
