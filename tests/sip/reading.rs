//! What is read from a single message, what is refused, and what is ignored?

use im_session::sip::{Direction, Observer, Rport, SipError, SipMessage, dn_of_uri};

use crate::support::{End, established, request, response, seconds};

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
    // A display name may be in any character set, but an address must not.
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

#[test]
fn every_fault_has_its_own_error() {
    let good = "INVITE sip:b@x SIP/2.0\r\nv: SIP/2.0/UDP h;branch=1\r\nf: <sip:a@x>;tag=1\r\nt: <sip:b@x>\r\ni: c\r\nCSeq: 1 INVITE\r\n\r\n";
    let mut observer = Observer::new();
    let mut error = |message: &str| {
        let error = observer.observe(Direction::Received, message.as_bytes(), seconds(0)).expect_err(message);
        assert!(!error.to_string().is_empty());
        error
    };
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    assert!(matches!(error("GET / HTTP/1.1\r\n\r\n"), SipError::NotSip { .. }));
    assert!(matches!(error("\0\x01\x02"), SipError::NotSip { .. }));
    assert!(matches!(error(&changed("SIP/2.0\r", "SIP/7.0\r")), SipError::BadVersion { .. }));
    assert!(matches!(error(&changed("INVITE sip:b@x SIP/2.0", "SIP/2.0 99 X")), SipError::BadStatus { .. }));
    assert!(matches!(error(&changed("INVITE sip:b@x SIP/2.0", "SIP/2.0 4294967301 X")), SipError::BadStatus { .. }));
    assert!(matches!(
        error(&changed("sip:b@x SIP", "sip:b@x; lr SIP")),
        SipError::BadHeader { header: "request line", .. }
    ));
    assert_eq!(error(good.trim_end()), SipError::NoEndOfHeaders);
    assert!(matches!(error(&changed("i: c", "nonsense")), SipError::BadHeaderLine { .. }));
    assert!(matches!(error(&changed("i: c", "(x): c")), SipError::BadHeaderLine { .. }));
    // A line that is not a header causes no refusal as long as every required header is present.
    for line in ["nonsense", "(x): c", ": c", "Call ID: c", "\u{fffd}"] {
        let message = changed("i: c", &format!("i: c\r\n{line}"));
        assert!(im_session::sip::SipMessage::parse(message.as_bytes()).is_ok(), "{line}");
    }
    for (line, header) in [
        ("v: SIP/2.0/UDP h;branch=1\r\n", "Via"),
        ("f: <sip:a@x>;tag=1\r\n", "From"),
        ("t: <sip:b@x>\r\n", "To"),
        ("i: c\r\n", "Call-ID"),
        ("CSeq: 1 INVITE\r\n", "CSeq"),
    ] {
        assert_eq!(error(&changed(line, "")), SipError::MissingHeader { header });
        if header != "Via" {
            assert_eq!(error(&changed(line, &format!("{line}{line}"))), SipError::RepeatedHeader { header });
        }
    }
    for (from, to, name) in [
        ("<sip:a@x>", "<sip:a@x", "From"),
        ("<sip:b@x>", "bob", "To"),
        ("i: c", "i: a b", "Call-ID"),
        ("i: c", "i:", "Call-ID"),
        ("1 INVITE", "4294967296 INVITE", "CSeq"),
        ("1 INVITE", "INVITE", "CSeq"),
        ("1 INVITE", "-1 INVITE", "CSeq"),
        ("branch=1", "branch=\"1", "Via"),
    ] {
        assert!(matches!(error(&changed(from, to)), SipError::BadHeader { header, .. } if header == name), "{to}");
    }
    assert!(matches!(error(&changed("1 INVITE", "1 ACK")), SipError::MethodMismatch { .. }));
    // The Request-URI names the callee, or else To does. Here neither does.
    let for_nobody = changed("<sip:b@x>", "<sip:>").replacen("INVITE sip:b@x", "INVITE sip:x", 1);
    assert!(matches!(error(&for_nobody), SipError::BadHeader { header: "To", .. }));
    assert_eq!(observer.held_calls(), 0);
    assert_eq!(observer.observe(Direction::Received, good.as_bytes(), seconds(0)), Ok(vec![]));
    assert_eq!(observer.held_calls(), 1);
}

#[test]
fn keep_alives_are_nothing_and_no_error() {
    let mut observer = Observer::new();
    for keep_alive in [&b""[..], b"\r\n", b"\r\n\r\n", b"\n"] {
        assert_eq!(observer.observe(Direction::Received, keep_alive, seconds(0)), Ok(vec![]));
    }
}

/// The events of a BYE with these From and To lines in an established call.
fn bye_with(from: &str, to: &str) -> Vec<String> {
    let mut end = established(End::callee());
    let bye = String::from_utf8(request("BYE", 2).tagged("b1").bytes()).expect("UTF-8");
    assert!(bye.contains(from), "{from}");
    end.observe(Direction::Received, bye.replacen(from, to, 1).as_bytes())
}

#[test]
fn a_fault_in_a_header_that_the_message_does_not_need_never_refuses_it() {
    let length = "Content-Length: 0\r\n";
    for (from, to) in [
        (length, "Content-Type: application/sdp\r\nContent-Type: application/sdp\r\n"),
        (length, "Content-Type: \"\r\nc: text/plain\r\nContent-Encoding: \u{e9}\r\n"),
        (length, "Content-Length: -1\r\n"),
        (length, "l: 0\r\nl: 5\r\n"),
        (length, "l: 99999999999999999999999\r\n"),
        (length, "Contact: \"\r\nReason: ;;;\r\nMax-Forwards: x\r\n"),
        (";branch=z9hG4bK-a-2", ";branch=\"open"),
        ("Via: SIP/2.0/UDP 10.0.0.9", "Via: <<<"),
        // Found in review: a message without a Via was refused.
        ("Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-a-2\r\n", ""),
        ("<sip:alice@10.0.0.1>", "<alice>"),
        ("<sip:bob@10.0.0.2>", "<not a URI>"),
    ] {
        assert_eq!(bye_with(from, to), ["Released"], "{to}");
    }
    // INVITE, CANCEL and the responses to INVITE need their branch. INVITE also needs its addresses.
    let via = ("Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-a-1\r\n", "");
    let branch = ("branch=z", "branch=\"z");
    let address = ("<sip:alice@10.0.0.1>", "<alice>");
    for (message, refused) in [
        (request("INVITE", 1), [true, true, true]),
        (response(180, 1, "INVITE", "b1"), [true, true, false]),
        (request("CANCEL", 1), [true, true, false]),
        (response(200, 1, "CANCEL", "b1"), [false, false, false]),
        (request("BYE", 1), [false, false, false]),
        (response(200, 1, "BYE", "b1"), [false, false, false]),
    ] {
        let message = String::from_utf8(message.bytes()).expect("UTF-8");
        let is_refused = [via, branch, address].map(|(from, to)| {
            assert!(message.contains(from), "{from}");
            SipMessage::parse(message.replacen(from, to, 1).as_bytes()).is_err()
        });
        assert_eq!(is_refused, refused, "{message}");
    }
}

#[test]
fn without_a_content_length_that_can_be_used_the_datagram_ends_the_body() {
    for lengths in ["l: x\r\n", "l: -1\r\n", "l: 2\r\nl: 3\r\n", "l: 2\r\nl: x\r\n", "l:\r\n", ""] {
        let mut end = established(End::callee());
        let message = String::from_utf8(request("MESSAGE", 2).tagged("b1").text("Hello").bytes()).expect("UTF-8");
        let message = message.replacen("Content-Length: 5\r\n", lengths, 1);
        assert_eq!(end.observe(Direction::Received, message.as_bytes()), ["“Hello”"], "{lengths:?}");
    }
    let twice = request("MESSAGE", 2).tagged("b1").text("Hello").header("l: 5");
    assert_eq!(established(End::callee()).alice(twice), ["“Hello”"]);
    let type_twice = request("MESSAGE", 2).tagged("b1").text("Hello").header("c: application/sdp");
    assert_eq!(established(End::callee()).alice(type_twice), ["“Hello”"], "the first one counts");
}

#[test]
fn a_name_with_backslashes_outside_its_quotes_ends_at_the_bracket() {
    for (name, read) in [
        ("\\\"Alice\\\"", true),
        ("\\\"Alice\"", true),
        ("Alice \"the <boss\\\"", false),
        ("Alice\\\"", true),
        ("\\", true),
        ("\"Alice\\\"", false),
        ("\"Alice \\\" <sip:x@y> \"", true),
    ] {
        let message = request("INVITE", 1).from(&format!("{name} <sip:1001@example.com;x=1>;tag=a1;y=2")).bytes();
        let from = SipMessage::parse(&message).map(|message| (message.from.uri, message.from.tag));
        if read {
            assert_eq!(from, Ok(("sip:1001@example.com;x=1", "a1")), "{name}");
        } else {
            assert!(matches!(from, Err(SipError::BadHeader { header: "From", .. })), "{name}: {from:?}");
        }
    }
}

#[test]
fn the_topmost_via_and_the_first_contact_say_where_the_sender_is() {
    let read = |headers: &str| {
        format!(
            "OPTIONS sip:b@x SIP/2.0\r\n{headers}f: <sip:a@x>;tag=1\r\nt: <sip:b@x>\r\ni: c\r\nCSeq: 1 OPTIONS\r\n\r\n"
        )
    };
    for (via, transport, host, port, received, rport) in [
        ("SIP/2.0/UDP 10.0.0.1:5070;branch=1, SIP/2.0/TCP x", "UDP", "10.0.0.1", Some(5070), None, Rport::Absent),
        ("SIP / 2.0 / TCP\r\n [2001:db8::1] : 5061 ;rport", "TCP", "[2001:db8::1]", Some(5061), None, Rport::Asked),
        (
            "SIP/2.0/ws df7jal23ls0d.invalid;received=192.0.2.9",
            "ws",
            "df7jal23ls0d.invalid",
            None,
            Some("192.0.2.9"),
            Rport::Absent,
        ),
        ("SIP/2.0/UDP h;RPORT=1033;Received=192.0.2.1", "UDP", "h", None, Some("192.0.2.1"), Rport::Port(1033)),
        ("SIP/2.0/TLS [::1];rport=99999", "TLS", "[::1]", None, None, Rport::Asked),
    ] {
        let bytes = read(&format!("Via: {via}\r\n"));
        let found = SipMessage::parse(bytes.as_bytes()).expect("readable").via().unwrap_or_else(|| panic!("{via}"));
        let found = (found.transport, found.host, found.port, found.received, found.rport);
        assert_eq!(found, (transport, host, port, received, rport), "{via}");
    }
    for via in
        ["x", "SIP/2.0/UDP", "SIP/2.0/UDP ;branch=1", "SIP/2.0/UDP h:x", "SIP/2.0/UDP h:99999", "SIP/2.0/UDP [::1"]
    {
        let bytes = read(&format!("Via: {via}\r\n"));
        assert_eq!(SipMessage::parse(bytes.as_bytes()).expect("readable").via(), None, "{via}");
    }
    for (contact, uri) in [
        (
            "m: \"B, <x>\" <sip:b@10.0.0.2:5070;transport=tcp>;expires=60, <sip:c@d>",
            Some("sip:b@10.0.0.2:5070;transport=tcp"),
        ),
        ("Contact: sip:b@h;expires=60", Some("sip:b@h")),
        ("Contact: sip:b@h, sip:c@h", Some("sip:b@h")),
        ("Contact: *", None),
        ("Contact: <sip:b", None),
        ("X: y", None),
    ] {
        let bytes = read(&format!("v: SIP/2.0/UDP h\r\n{contact}\r\n"));
        assert_eq!(SipMessage::parse(bytes.as_bytes()).expect("readable").contact(), uri, "{contact}");
    }
}

#[test]
fn responses_go_to_the_port_that_via_names_unless_rport_asks_for_the_one_it_came_from() {
    for (via, port) in [
        ("SIP/2.0/UDP 10.0.0.1:5070", 5070),
        ("SIP/2.0/UDP 10.0.0.1", 5060),
        ("SIP/2.0/TLS 10.0.0.1", 5061),
        ("SIP/2.0/UDP 10.0.0.1:5070;rport", 1033),
        ("SIP/2.0/UDP 10.0.0.1:5070;rport=1033", 1033),
    ] {
        let message = String::from_utf8(request("INVITE", 1).bytes()).expect("UTF-8");
        let message = message.replace("SIP/2.0/UDP 10.0.0.9", via);
        let via = SipMessage::parse(message.as_bytes()).expect("readable").via().expect("a Via");
        assert_eq!(via.reply_port(1033), port, "{via:?}");
    }
}
