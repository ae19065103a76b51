//! The torture messages of RFC 4475, and of RFC 5118 (IPv6): which are read, which are refused and why, and that none disturbs another session.

#![cfg(feature = "sip")]

mod sip_support;

use im_session::sip::{DialogInfo, Direction, Observer, SipError, SipMessage, dn_of_uri};
use sip_support::conversation::Machines;
use sip_support::{request, response, seconds};

/// RFC 4475 3.1.1: well-formed, must be read.
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

/// RFC 4475 3.1.2 and 3.3: not well-formed, and what the observer says of them.
const REFUSED: [(&str, &str); 12] = [
    ("ncl", "Content-Length: expected a number, found \"-999\""),
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
    ("mcl01", "expected the header Content-Length once, found it again"),
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

#[test]
fn the_via_below_is_known_where_it_can_be_read_and_a_fault_there_disturbs_nobody() {
    let with_vias = |vias: &str| {
        format!("INVITE sip:b@x SIP/2.0\r\n{vias}f: <sip:a@x>;tag=1\r\nt: <sip:b@x>\r\ni: c\r\nCSeq: 1 INVITE\r\n\r\n")
    };
    for (vias, branch, below) in [
        ("v: SIP/2.0/UDP h;branch=1\r\n", "1", ""),
        ("v: SIP/2.0/UDP h;branch=1;x=\"a,b\" ,\r\n SIP/2.0/UDP i;branch=2, SIP/2.0/UDP j;branch=3\r\n", "1", "2"),
        ("v: SIP/2.0/UDP h;branch=1\r\nVIA : SIP/2.0/TCP i;rport;branch=2\r\nv: SIP/2.0/UDP j;branch=3\r\n", "1", "2"),
        ("v: SIP/2.0/UDP h;branch=1\r\nv: SIP/2.0/UDP i;branch=\"2\r\n", "1", ""),
        ("v: SIP/2.0/UDP h;branch=1,\r\n", "1", ""),
        ("v: SIP/2.0/UDP h\r\nv: SIP/2.0/UDP i;branch=2\r\n", "", "2"),
    ] {
        let bytes = with_vias(vias);
        let message = SipMessage::parse(bytes.as_bytes()).unwrap_or_else(|error| panic!("{vias}: {error}"));
        assert_eq!((message.branch, message.branch_below), (branch, below), "{vias}");
    }
}

#[test]
fn addresses_are_read_in_all_forms_of_the_grammar() {
    let with_from = |from: &str| {
        format!(
            "INVITE sip:b@x SIP/2.0\r\nv: SIP/2.0/UDP h\r\nf: {from}\r\nt: <sip:b@x>\r\ni: c\r\nCSeq: 1 INVITE\r\n\r\n"
        )
    };
    for (from, uri, tag) in [
        ("sip:a@b;tag=1", "sip:a@b", "1"),
        ("<sip:a@b;tag=no>", "sip:a@b;tag=no", ""),
        ("\"<sip:x@y>;tag=0 \\\" \" <sip:a@b;lr>\r\n ;\r\n TAG = 98asjd8;x", "sip:a@b;lr", "98asjd8"),
        ("token1~` token2'+_ <sip:mundane@example.com>;p=\"\u{0440}\";tag=t", "sip:mundane@example.com", "t"),
        ("Bell, Alexander <sip:a@b>;tag=1", "sip:a@b", "1"),
        ("\"W\" < sip:t.watson@example.org >", "sip:t.watson@example.org", ""),
        ("tel:+1916;tag=1", "tel:+1916", "1"),
        ("<sip:a@b>;by=<sip:c@d;tag=no>;tag=yes", "sip:a@b", "yes"),
    ] {
        let bytes = with_from(from);
        let message = SipMessage::parse(bytes.as_bytes()).unwrap_or_else(|error| panic!("{from}: {error}"));
        assert_eq!((message.from.uri, message.from.tag), (uri, tag), "{from}");
    }
    for from in [
        "\"open <sip:a@b>",
        "<sip:a@b",
        "",
        ";tag=1",
        "bob",
        "<sip:a b@c>",
        "\"Joe\" sip:a@b",
        "<sip:a@b>;x=\"y",
        "<sip:a@b>;x=<y",
    ] {
        let error = SipMessage::parse(with_from(from).as_bytes()).expect_err(from);
        assert!(matches!(error, SipError::BadHeader { header: "From", .. }), "{from}: {error}");
    }
    // A display name may be in any character set, an address not.
    let in_latin1 = |from: &str| with_from(from).bytes().map(|byte| if byte == b'#' { 0xff } else { byte }).collect();
    let (name, address): (Vec<u8>, Vec<u8>) = (in_latin1("\"#\" <sip:a@b>"), in_latin1("<sip:#@b>"));
    assert!(SipMessage::parse(&name).is_ok());
    assert!(matches!(SipMessage::parse(&address), Err(SipError::BadHeader { header: "From", .. })));
}

#[test]
fn a_method_is_a_token() {
    for method in ["INVITE", "x-y.z!%*_+`'~9"] {
        let bytes = format!(
            "{method} sip:b@x SIP/2.0\r\nv: SIP/2.0/UDP h\r\nf: <sip:a@x>\r\nt: <sip:b@x>\r\ni: c\r\nCSeq: 1 {method}\r\n\r\n"
        );
        assert_eq!(SipMessage::parse(bytes.as_bytes()).expect(method).cseq.method, method);
    }
    for method in ["IN@VITE", "IN<VITE", "INVIT\u{c9}", "IN\tVITE"] {
        let error = SipMessage::parse(format!("{method} sip:b@x SIP/2.0\r\n\r\n").as_bytes()).expect_err(method);
        assert!(matches!(error, SipError::NotSip { .. }), "{method}: {error}");
    }
}

#[test]
fn the_dn_is_the_user_part_or_else_the_host() {
    for (uri, dn) in [
        ("sip:bob@127.0.0.1:5062", "bob"),
        ("sip:user;par=u%40example.net@example.com", "user;par=u@example.net"),
        ("sip:sips%3Auser%40example.com@example.net", "sips:user@example.com"),
        ("sip:+1916;phone-context=x@gw.example.com;user=phone", "+1916"),
        ("sip:null-%00-null@example.com", "null-%00-null"),
        ("sip:%ff@example.com", "%ff"),
        ("sip:100%@example.com", "100%"),
        ("sip:100%2@example.com", "100%2"),
        ("sip:%4a%4B%c3%A9@example.com", "JK\u{e9}"),
        ("sip:@example.com:5060", "example.com"),
        ("sip:example.com", "example.com"),
        ("sips:example.com:5061", "example.com"),
        ("tel:7042;phone-context=example.com", "7042"),
        ("tel:a@b", "a@b"),
        ("im:fred@example.com", "fred"),
        ("urn:service:sos", "service:sos"),
    ] {
        assert_eq!(dn_of_uri(uri).as_deref(), Some(dn), "{uri}");
    }
    for uri in ["sip:", "bob", "", "tel:;x", "sip:@"] {
        assert_eq!(dn_of_uri(uri), None, "{uri}");
    }
}

#[test]
fn the_last_line_may_lack_its_end_unless_it_says_which_call_it_is() {
    let head = "INVITE sip:b@x SIP/2.0\r\nv: SIP/2.0/UDP h;branch=1\r\nf: <sip:a@x>;tag=1\r\nt: <sip:b@x>\r\nCSeq: 1 INVITE\r\n";
    for last in ["i: c\r\nl: 0", "i: c\r\nContent-Length: 0 ", "i: c\nSubject: x", "i: c\r\n"] {
        assert!(SipMessage::parse(format!("{head}{last}").as_bytes()).is_ok(), "{last}");
    }
    for last in ["i: c", "i: c\r\nReason: SIP;cause=20", "i: c\r\nSubj"] {
        let error = SipMessage::parse(format!("{head}{last}").as_bytes()).expect_err(last);
        assert_eq!(error, SipError::NoEndOfHeaders, "{last}");
    }
}

/// RFC 5118. One of them is not well-formed, in the Request-URI of a REGISTER, which nobody needs.
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

/// Dumps of these messages that go around end with the last header: read as well, and with the same outcome.
#[test]
fn well_formed_messages_without_the_empty_line_are_read() {
    for name in WELL_FORMED {
        let bytes = message(name);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an empty line");
        let (whole, headers) = (SipMessage::parse(&bytes), SipMessage::parse(&bytes[..end + 2]));
        let (whole, headers) = (whole.expect(name), headers.expect(name));
        assert_eq!((whole.call_id, whole.cseq, whole.to), (headers.call_id, headers.cseq, headers.to), "{name}");
        assert_eq!(headers.body, b"", "{name}");
        // Within the last line: read where that is of no weight, and never as something else.
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
                    // Whole, and cut at a few places.
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
