//! The targets `sip_message` and `dialog_info`: arbitrary bytes from the network.

use std::time::Duration;

use im_session::event::check_call_uuid;
use im_session::sip::{CallIdentity, DialogInfo, Direction, Observer, SipLimits, SipMessage, dn_of_uri, session_id};

use crate::sip_support::Machines;

/// A message is read the same after empty lines, and with further bytes after its body if an empty line ends its
/// headers. Its Call-ID and tag make an id. If an observer refuses a message, the observer is unchanged.
pub fn sip_message(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        assert!(dn_of_uri(text).is_none_or(|dn| !dn.is_empty()), "{text:?}");
        let (call_id, tag) = text.split_once(' ').unwrap_or((text, ""));
        check_call_uuid(&session_id(&CallIdentity::new(call_id, tag, "", ""))).expect("an id");
    }
    let parsed = SipMessage::parse(input);
    let later = [b"\r\n\r\n", input].concat();
    assert_eq!(SipMessage::parse(&later), parsed, "after empty lines");
    if let Ok(message) = &parsed {
        assert!(!message.call_id.is_empty() && !message.cseq.method.is_empty(), "{message:?}");
        if has_empty_line(input) {
            let longer = [input, b"\r\nand more"].concat();
            let mut longer = SipMessage::parse(&longer).expect("the same message with more behind it");
            assert!(longer.body.starts_with(message.body), "{message:?}");
            (longer.body, longer.missing) = (message.body, message.missing);
            assert_eq!(longer, *message);
        }
        let id = session_id(&CallIdentity::new(message.call_id, message.from.tag, message.to.tag, ""));
        check_call_uuid(&id).expect("an id");
    }
    for direction in [Direction::Sent, Direction::Received] {
        let mut observer = Observer::new();
        let mut machines = Machines::default();
        match observer.observe(direction, input, Duration::ZERO) {
            Ok(events) => machines.take(&events),
            Err(_) => assert_eq!((observer.open_calls(), observer.held_calls()), (0, 0)),
        }
        machines.take(&observer.finish());
    }
}

/// Whether an empty line ends the headers. In a dump they may end with the message, and appended bytes would then
/// become further headers.
fn has_empty_line(message: &[u8]) -> bool {
    let begins = message.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or_default();
    let lines = message[begins..].split_inclusive(|&byte| byte == b'\n');
    lines.skip(1).any(|line| matches!(line, b"\n" | b"\r\n"))
}

/// Documents, separated by lines `--`. A refused document leaves the open calls unchanged. The machine accepts every
/// event of the others, and each event has an effect.
pub fn dialog_info(input: &[u8]) {
    let mut limits = SipLimits::DEFAULT;
    (limits.ended_calls, limits.ended_wait) = (usize::MAX, Duration::MAX);
    let mut watched = DialogInfo::new().with_limits(limits);
    let mut machines = Machines::default();
    for document in documents(input) {
        let open = watched.open_calls();
        match watched.observe(document, Duration::ZERO) {
            Ok(events) => machines.take(&events),
            Err(_) => assert_eq!(watched.open_calls(), open, "what was refused changed something"),
        }
    }
    machines.take(&watched.expire(Duration::MAX));
    assert_eq!(watched.open_calls(), 0);
}

fn documents(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    const BETWEEN: &[u8] = b"\n--\n";
    let mut rest = Some(input);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let end = bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN);
        rest = end.and_then(|end| bytes.get(end + BETWEEN.len()..));
        Some(end.map_or(bytes, |end| &bytes[..end]))
    })
}
