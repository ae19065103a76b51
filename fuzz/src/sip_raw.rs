//! The targets `sip_message` and `dialog_info`: what comes from the network, any bytes.

use std::time::Duration;

use im_session::event::check_call_uuid;
use im_session::sip::{CallIdentity, DialogInfo, Direction, Observer, SipLimits, SipMessage, dn_of_uri, session_id};

use crate::sip_support::Machines;

/// A message is the same after empty lines, and with other bytes behind its body (where an empty line ends its headers); its
/// Call-ID and tag make an id; what an observer refuses leaves it as it was.
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

/// Whether an empty line ends the headers. Those of a dump may end with it, and what is put behind them is one more.
fn has_empty_line(message: &[u8]) -> bool {
    let begins = message.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or_default();
    let lines = message[begins..].split_inclusive(|&byte| byte == b'\n');
    lines.skip(1).any(|line| matches!(line, b"\n" | b"\r\n"))
}

/// Documents, a line `--` between them: what is refused leaves the open calls as they were, and every event is one that the machine
/// accepts and that does something.
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
