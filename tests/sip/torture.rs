//! Which torture messages of RFC 4475 and RFC 5118 (IPv6) are read, and which are refused and why? None may disturb
//! another session.

use crate::support::conversation::Machines;
use crate::support::{request, response, seconds};
use im_session::sip::{DialogInfo, Direction, Observer, SipMessage, dn_of_uri};

/// RFC 4475 3.1.1: well-formed messages, which must be read.
const WELL_FORMED: [&str; 13] = [
    "wsinv",
    "intmeth",
    "esc01",
    "escnull",
    "esc02",
    "lwsdisp",
    "longreq",
    "dblreq",
    "semiuri",
    "transports",
    "mpart01",
    "unreason",
    "noreason",
];

/// RFC 4475 3.1.2 and 3.3: malformed messages, and the observer's error for each.
const REFUSED: [(&str, &str); 10] = [
    ("scalar02", "CSeq: expected a number of 32 bits and a method, found \"36893488147419103232 REGISTER\""),
    ("scalarlg", "CSeq: expected a number of 32 bits and a method, found \"9292394834772304023312 OPTIONS\""),
    ("quotbal", "To: expected quotes and brackets that end, found \"\\\"Mr. J. User <sip:j.user@example.com>\""),
    ("lwsruri", "request line: expected an address without white space, found \"sip:user@example.com; lr\""),
    ("badvers", "expected SIP/2.0, found \"SIP/7.0\""),
    ("mismatch01", "expected the method of CSeq, \"INVITE\", in the request line, found \"OPTIONS\""),
    ("mismatch02", "expected the method of CSeq, \"INVITE\", in the request line, found \"NEWMETHOD\""),
    ("bigcode", "expected a status code of 100 to 699, found \"4294967301 better not break the receiver\""),
    ("insuf", "expected the header From, found none"),
    ("multi01", "expected the header From once, found it again"),
];

fn torture() -> Vec<(String, Vec<u8>)> {
    let messages = messages_in("torture");
    assert_eq!(messages.len(), 49);
    messages
}

fn messages_in(directory: &str) -> Vec<(String, Vec<u8>)> {
    let directory = format!("{}/tests/data/{directory}", env!("CARGO_MANIFEST_DIR"));
    let mut messages: Vec<(String, Vec<u8>)> = std::fs::read_dir(directory)
        .expect("the messages")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sip"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(path).expect("a message"))
        })
        .collect();
    messages.sort();
    messages
}

fn message(name: &str) -> Vec<u8> {
    torture().into_iter().find(|(known, _)| known == name).expect(name).1
}

#[test]
fn well_formed_messages_are_read() {
    for name in WELL_FORMED {
        let bytes = message(name);
        assert!(SipMessage::parse(&bytes).is_ok(), "{name}: {:?}", SipMessage::parse(&bytes));
    }
    let bytes = message("wsinv");
    let wsinv = SipMessage::parse(&bytes).expect("wsinv");
    assert_eq!((wsinv.cseq.number, wsinv.cseq.method, wsinv.branch), (9, "INVITE", "390skdjuw"));
    assert_eq!((wsinv.from.uri, wsinv.from.tag), ("sip:jdrosen@example.com", "98asjd8"));
    assert_eq!((wsinv.to.uri, wsinv.to.tag), ("sip:vivekg@chair.example.com", "1918181833n"));
    let bytes = message("semiuri");
    let semiuri = SipMessage::parse(&bytes).expect("semiuri");
    assert_eq!(dn_of_uri(semiuri.to.uri).as_deref(), Some("user;par=u@example.net"));
    let bytes = message("esc01");
    let esc01 = SipMessage::parse(&bytes).expect("esc01");
    assert_eq!(dn_of_uri(esc01.from.uri).as_deref(), Some("I have spaces"));
    let bytes = message("dblreq");
    assert_eq!(SipMessage::parse(&bytes).expect("dblreq").body, b"", "what follows is another message");
}

/// RFC 5118. One message is malformed, but only in the Request-URI of a REGISTER, which nothing needs.
#[test]
fn ipv6_messages_are_read() {
    let messages = messages_in("torture-ipv6");
    assert_eq!(messages.len(), 12);
    for (name, bytes) in &messages {
        let message = SipMessage::parse(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((message.from.tag, message.missing), ("81x2", 0), "{name}");
        assert!(message.branch.starts_with("z9hG4bK"), "{name}: {}", message.branch);
        assert_eq!(dn_of_uri(message.to.uri).as_deref(), Some("user"), "{name}");
    }
}

/// Published dumps of these messages end right after the last header. They are read too, with the same outcome.
#[test]
fn well_formed_messages_without_the_empty_line_are_read() {
    for name in WELL_FORMED {
        let bytes = message(name);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an empty line");
        let (whole, headers) = (SipMessage::parse(&bytes), SipMessage::parse(&bytes[..end + 2]));
        let (whole, headers) = (whole.expect(name), headers.expect(name));
        assert_eq!((whole.call_id, whole.cseq, whole.to), (headers.call_id, headers.cseq, headers.to), "{name}");
        assert_eq!(headers.body, b"", "{name}");
        // If the cut is within the last line, the message may be read, but with the same headers.
        if let Ok(cut) = SipMessage::parse(&bytes[..end - 1]) {
            assert_eq!((whole.call_id, whole.cseq, whole.to), (cut.call_id, cut.cseq, cut.to), "{name}");
        }
    }
}

#[test]
fn broken_messages_are_typed_errors() {
    for (name, reason) in REFUSED {
        let bytes = message(name);
        let error = SipMessage::parse(&bytes).expect_err(name);
        assert_eq!(error.to_string(), reason, "{name}");
    }
}

#[test]
fn what_is_only_wrong_in_parts_that_nobody_needs_is_read() {
    let refused: Vec<&str> = REFUSED.iter().map(|(name, _)| *name).collect();
    for (name, bytes) in torture() {
        let read = SipMessage::parse(&bytes);
        if !refused.contains(&name.as_str()) {
            assert!(read.is_ok(), "{name}: {read:?}");
        }
    }
}

#[test]
fn none_of_them_disturbs_another_session() {
    let conversation = [
        (true, request("INVITE", 1)),
        (false, response(180, 1, "INVITE", "b1")),
        (false, response(200, 1, "INVITE", "b1")),
        (true, request("MESSAGE", 2).tagged("b1").text("Hi")),
        (false, request("BYE", 1).by_bob("b1")),
    ];
    for caller in [true, false] {
        for (name, hostile) in torture().into_iter().chain(messages_in("torture-ipv6")) {
            let mut observer = Observer::new();
            let mut own = Vec::new();
            let mut machines = Machines::default();
            for (by_alice, message) in &conversation {
                for direction in [Direction::Sent, Direction::Received] {
                    // The whole message, and the message cut off at a few positions.
                    for cut in [hostile.len(), hostile.len() / 2, hostile.len() / 3, 40] {
                        let part = hostile.get(..cut).unwrap_or(&hostile);
                        machines.take(&observer.observe(direction, part, seconds(0)).unwrap_or_default());
                        assert!(DialogInfo::new().observe(part, seconds(0)).is_err());
                    }
                }
                let direction = if *by_alice == caller { Direction::Sent } else { Direction::Received };
                let events = observer.observe(direction, &message.bytes(), seconds(0)).expect("readable");
                machines.take(&events);
                own.extend(events.into_iter().map(|event| event.name.as_str().to_owned()));
            }
            let begins = if caller { "EventDialing" } else { "EventRinging" };
            assert_eq!(own, [begins, "EventEstablished", "EventPrivateInfo", "EventReleased"], "{name}");
        }
    }
}
