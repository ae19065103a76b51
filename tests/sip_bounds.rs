//! Messages in the dialog, limits, the caller's time, and input that is hostile.

#![cfg(feature = "sip")]

mod sip_support;

use im_session::sip::{Direction, Observer, SipError, SipLimits};
use im_session::{BaseUri, Limits, Sessions, State};
use sip_support::{End, both, established, request, response, seconds};

const NOTHING: [&str; 0] = [];

#[test]
fn a_message_with_a_text_body_is_a_message_both_ways_and_once() {
    for end in both() {
        let mut end = established(end);
        assert_eq!(end.alice(request("MESSAGE", 2).tagged("b1").text("Hello Bob\r\n")), ["“Hello Bob”"]);
        assert_eq!(end.alice(request("MESSAGE", 2).tagged("b1").text("Hello Bob\r\n")), NOTHING);
        assert_eq!(end.bob(request("MESSAGE", 2).by_bob("b1").text("Hi Alice")), ["“Hi Alice”"], "his own number");
        assert_eq!(end.alice(request("MESSAGE", 4).tagged("b1").text("third")), ["“third”"]);
        assert_eq!(end.alice(request("MESSAGE", 3).tagged("b1").text("overtaken")), ["“overtaken”"]);
        assert_eq!(end.alice(request("MESSAGE", 3).tagged("b1").text("overtaken")), NOTHING);
        assert_eq!(end.alice(request("MESSAGE", 7).tagged("b1").text("later")), ["“later”"]);
        for cseq in [2, 3, 4, 7] {
            assert_eq!(end.alice(request("MESSAGE", cseq).tagged("b1").text("again")), NOTHING, "{cseq}");
        }
        assert_eq!(end.alice(request("MESSAGE", 5).tagged("b1").text("overtaken")), ["“overtaken”"]);
        assert_eq!(end.session().state(), State::Talking);
    }
}

#[test]
fn is_composing_and_other_bodies_are_no_messages() {
    let composing = "<?xml version=\"1.0\"?><isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"/>";
    for end in both() {
        let mut end = established(end);
        let wrapped = format!("From: <im:a@b>\r\n\r\nContent-type: application/im-iscomposing+xml\r\n\r\n{composing}");
        for (cseq, (content_type, body)) in (2..).zip([
            ("application/im-iscomposing+xml", composing),
            ("message/cpim", &wrapped),
            ("message/imdn+xml", "<imdn/>"),
            ("image/png", "PNG"),
            ("text/plain", ""),
        ]) {
            let message = request("MESSAGE", cseq).tagged("b1").body(content_type, body);
            assert_eq!(end.alice(message), NOTHING, "{content_type}");
        }
        let compressed = request("MESSAGE", 20).tagged("b1").text("\u{1f}").header("e: gzip");
        assert_eq!(end.alice(compressed), NOTHING);
        let wrapped = "From: <im:a@b>\r\n\r\nContent-type: text/plain\r\n\r\nHi";
        assert_eq!(end.alice(request("MESSAGE", 21).tagged("b1").body("Message/CPIM", wrapped)), ["“Hi”"]);
    }
}

#[test]
fn the_text_of_a_message_is_found_plain_wrapped_and_among_parts() {
    let cpim = "From: <im:a@b>\r\nTo: <im:c@d>\r\n\r\nContent-type: text/plain; charset=utf-8\r\n\r\nHi";
    let parts = "Preamble\r\n--x\r\nContent-Type: image/png\r\n\r\nPNG\r\n--x\r\nContent-Type: text/plain\r\n\r\nHi\r\n--x--\r\n";
    let mut end = established(End::callee());
    for (cseq, (content_type, body, text)) in (2..).zip([
        ("text/plain", "Hi\r\n", "“Hi”"),
        ("text/plain", " Hi\r\n\tthere", "“ Hi\r\n\tthere”"),
        ("Text / HTML ;charset=\"UTF-8\"", "<b>Hi</b>", "“<b>Hi</b>”"),
        ("message/cpim", cpim, "“Hi”"),
        ("multipart/mixed;boundary=\"x\"", parts, "“Hi”"),
        ("multipart/mixed;boundary=x", "--x\n\nno type is plain text\n--x--", "“no type is plain text”"),
    ]) {
        assert_eq!(end.alice(request("MESSAGE", cseq).tagged("b1").body(content_type, body)), [text], "{content_type}");
    }
    for (cseq, content_type, text) in [
        (20, "text/plain;charset=ISO-8859-1", "“é”"),
        (21, "text/plain;charset=latin1", "“é”"),
        (22, "text/plain", "“\u{fffd}”"),
    ] {
        let mut bytes = request("MESSAGE", cseq).tagged("b1").body(content_type, "?").bytes();
        *bytes.last_mut().expect("a body") = 0xe9;
        assert_eq!(end.observe(Direction::Received, &bytes), [text], "{content_type}");
    }
    for (cseq, encoding, seen) in [(30, "identity", true), (31, "", true), (32, "gzip", false)] {
        let message = request("MESSAGE", cseq).tagged("b1").text("Hi").header(&format!("Content-Encoding: {encoding}"));
        assert_eq!(end.alice(message).len(), usize::from(seen), "{encoding}");
    }
}

#[test]
fn a_body_with_no_text_in_it_is_no_message() {
    let with_headers = "Subject: x\r\n\r\nContent-Type: text/plain\r\n\r\nHi";
    let mut end = established(End::callee());
    for (cseq, (content_type, body)) in (2..).zip([
        ("", "Hi"),
        ("text", "Hi"),
        ("message/imdn+xml", with_headers),
        ("application/cpim", with_headers),
        ("multipart/mixed", "--\r\n\r\nHi\r\n--\r\n"),
        ("multipart/mixed;boundary=x", "\r\n\r\nHi"),
        ("message/cpim", &"\r\nContent-type: message/cpim\r\n\r\n".repeat(1000)),
    ]) {
        let message = request("MESSAGE", cseq).tagged("b1").body(content_type, body);
        assert_eq!(end.alice(message), NOTHING, "{content_type}");
    }
}

#[test]
fn a_message_before_the_answer_or_after_the_end_is_none() {
    for mut end in both() {
        end.alice(request("INVITE", 1));
        end.bob(response(183, 1, "INVITE", "b1"));
        assert_eq!(end.alice(request("MESSAGE", 2).tagged("b1").text("early")), NOTHING);
        end.bob(response(200, 1, "INVITE", "b1"));
        end.bob(request("BYE", 1).by_bob("b1"));
        assert_eq!(end.alice(request("MESSAGE", 3).tagged("b1").text("late")), NOTHING);
    }
}

#[test]
fn a_challenged_message_sent_again_with_credentials_is_the_same_message() {
    for (status, header) in [(401, "Authorization: Digest x"), (407, "Proxy-Authorization: Digest x")] {
        for end in both() {
            let mut end = established(end);
            assert_eq!(end.alice(request("MESSAGE", 2).tagged("b1").text("Hi")), ["“Hi”"]);
            end.bob(response(status, 2, "MESSAGE", "b1"));
            assert_eq!(end.alice(request("MESSAGE", 3).tagged("b1").text("Hi").header(header)), NOTHING);
            assert_eq!(end.alice(request("MESSAGE", 4).tagged("b1").text("Hi").header(header)), ["“Hi”"], "a new one");
        }
    }
}

#[test]
fn credentials_that_nobody_asked_for_make_no_message_the_same() {
    for end in both() {
        let mut end = established(end);
        let message = |cseq, text| request("MESSAGE", cseq).tagged("b1").text(text).header("Authorization: Digest x");
        assert_eq!(end.alice(message(2, "first")), ["“first”"]);
        assert_eq!(end.bob(response(200, 2, "MESSAGE", "b1")), NOTHING);
        assert_eq!(end.alice(message(3, "second")), ["“second”"]);
        // Nor does the challenge of another request.
        end.alice(request("INFO", 4).tagged("b1"));
        assert_eq!(end.bob(response(401, 4, "INFO", "b1")), NOTHING);
        assert_eq!(end.alice(message(5, "third")), ["“third”"]);
    }
}

#[test]
fn a_body_shorter_than_its_length_is_an_error_where_it_counts() {
    let mut end = established(End::callee());
    let message = request("MESSAGE", 2).tagged("b1").text("Hello");
    let cut = message.bytes();
    let error = end.observer.observe(Direction::Received, &cut[..cut.len() - 2], seconds(0));
    assert_eq!(error, Err(SipError::ShortBody { expected: 5, found: 3 }));
    assert_eq!(end.alice(message), ["“Hello”"], "whole, it is read");

    let mut caller = End::caller();
    let cut = request("INVITE", 1).body("application/sdp", "v=0").bytes();
    assert_eq!(caller.observe(Direction::Sent, &cut[..cut.len() - 1]), ["Dialing"], "the headers are all there");
}

#[test]
fn calls_are_limited_and_nothing_is_lost_by_it() {
    let mut limits = SipLimits::DEFAULT;
    (limits.open_calls, limits.ended_calls) = (2, 3);
    let mut end = End::caller().with(|observer| observer.with_limits(limits));
    let invite = |call: u32| request("INVITE", 1).call_id(&format!("call-{call}"));
    assert_eq!((end.alice(invite(1)), end.alice(invite(2))), (vec!["Dialing".into()], vec!["Dialing".into()]));
    let refused = end.observer.observe(Direction::Sent, &invite(3).bytes(), seconds(0));
    assert_eq!(refused, Err(SipError::TooManyCalls { limit: 2 }));
    assert_eq!(end.alice(invite(1)), NOTHING, "what is known goes on");
    assert_eq!(end.bob(response(486, 1, "INVITE", "b1").call_id("call-1")), ["Released"]);
    assert_eq!(end.alice(invite(3)), ["Dialing"], "there is room again");
    for call in 4..100 {
        end.bob(response(486, 1, "INVITE", "b1").call_id(&format!("call-{}", call - 1)));
        assert_eq!(end.alice(invite(call)), ["Dialing"]);
        assert!(end.observer.held_calls() <= 2 + 4, "{}", end.observer.held_calls());
    }
    assert_eq!(end.bob(response(200, 1, "INVITE", "b1").call_id("call-2")), ["Established"]);
}

#[test]
fn ended_calls_are_forgotten_in_time() {
    let mut end = established(End::caller());
    end.alice(request("BYE", 2).tagged("b1"));
    end.wait(32);
    assert_eq!(end.observer.held_calls(), 1);
    end.wait(1);
    assert_eq!(end.observer.held_calls(), 0);
    assert_eq!(end.alice(request("INVITE", 3)), ["Dialing"], "and the session begins anew");
}

#[test]
fn calls_that_hear_nothing_expire_by_the_callers_time() {
    for end in both() {
        let mut end = established(end);
        end.wait(50);
        end.alice(request("INFO", 2).tagged("b1"));
        let events = end.observer.expire(seconds(50));
        assert_eq!(end.take(events), NOTHING, "it heard something at 50");
        let events = end.observer.expire(seconds(51));
        assert_eq!(end.take(events), ["Released"]);
        assert_eq!(end.observer.open_calls(), 0);
        assert_eq!(end.alice(request("BYE", 2).tagged("b1")), NOTHING);
    }
    let mut silent = End::callee();
    silent.alice(request("INVITE", 1));
    let events = silent.observer.expire(seconds(1));
    assert_eq!((silent.take(events).len(), silent.observer.open_calls()), (0, 0));
}

#[test]
fn what_fell_due_is_not_lost_when_the_message_is_refused() {
    let mut limits = SipLimits::DEFAULT;
    limits.open_calls = 0;
    let mut end = End::caller();
    end.alice(request("INVITE", 1));
    end.bob(response(302, 1, "INVITE", "b1"));
    end = end.with(|observer| observer.with_limits(limits));
    let refused = end.observer.observe(Direction::Sent, &request("INVITE", 1).call_id("x").bytes(), seconds(40));
    assert_eq!(refused, Err(SipError::TooManyCalls { limit: 0 }));
    let events = end.observer.advance(seconds(40));
    assert_eq!(end.take(events), ["Released"]);
}

#[test]
fn time_that_runs_backward_stands_still() {
    let mut end = End::caller();
    end.now = seconds(100);
    end.alice(request("INVITE", 1));
    end.now = seconds(0);
    end.bob(response(407, 1, "INVITE", "x1"));
    assert_eq!(end.observer.next_due(), Some(seconds(132)));
}

#[test]
fn the_end_of_the_traffic_ends_what_waited_for_more() {
    let mut end = End::caller();
    end.alice(request("INVITE", 1));
    end.bob(response(407, 1, "INVITE", "x1"));
    let events = end.observer.finish();
    assert_eq!(end.take(events), ["Released"]);
    let mut open = established(End::caller());
    let events = open.observer.finish();
    assert_eq!((open.take(events).len(), open.session().state()), (0, State::Talking));
}

#[test]
fn names_that_are_too_long_are_refused() {
    let long = "x".repeat(513);
    let mut observer = Observer::new();
    for message in [
        request("INVITE", 1).call_id(&long),
        request("INVITE", 1).tagged(&long),
        request("INVITE", 1).from(&format!("<sip:a@b>;tag={long}")),
        request("INVITE", 1).branch(&long),
    ] {
        let error = observer.observe(Direction::Sent, &message.bytes(), seconds(0));
        assert!(matches!(error, Err(SipError::TooLong { limit: 512, .. })), "{error:?}");
    }
    let long = "x".repeat(256);
    for message in [
        request("INVITE", 1).from(&format!("<sip:{long}@b>;tag=a1")),
        request("INVITE", 1).to(&format!("<sip:{long}@b>")),
    ] {
        let error = observer.observe(Direction::Sent, &message.bytes(), seconds(0));
        assert_eq!(error, Err(SipError::TooLong { what: "a DN", limit: 255, found: 256 }));
    }
    let huge = observer.observe(Direction::Sent, &vec![b'x'; 65_536], seconds(0));
    assert_eq!(huge, Err(SipError::TooLong { what: "a message", limit: 65_535, found: 65_536 }));
    assert_eq!(observer.held_calls(), 0);
}

#[test]
fn what_is_as_long_as_the_limit_is_read() {
    let (name, dn) = ("x".repeat(512), "x".repeat(255));
    let longest = || {
        let message = request("INVITE", 1).branch(&name).call_id(&name).to(&format!("<sip:y{}@b>", &dn[1..]));
        message.from(&format!("<sip:{dn}@b>;tag={name}")).request_uri("sip:bob@10.0.0.2")
    };
    let mut limits = SipLimits::DEFAULT;
    limits.message = longest().bytes().len();
    let mut observer = Observer::new().with_limits(limits);
    let events = observer.observe(Direction::Sent, &longest().bytes(), seconds(0)).expect("readable");
    assert_eq!(events.len(), 1);
    // What an observer makes with its default limits, a store takes with its own.
    let mut sessions = Sessions::new(BaseUri::new("http://localhost")).with_limits(Limits::DEFAULT);
    assert!(sessions.handle_event(&events[0]).expect("readable").outcome().is_accepted());
    assert_eq!(
        (events[0].this_dn().map(str::len), SipLimits::DEFAULT.dn_length),
        (Some(255), Limits::DEFAULT.dn_length)
    );
    let answer = response(200, 1, "INVITE", "").branch(&name).call_id(&name);
    let answer = answer.from(&format!("<sip:a@b>;tag={name}")).to(&format!("<sip:b@b>;tag={name}"));
    assert_eq!(observer.observe(Direction::Received, &answer.bytes(), seconds(0)).expect("readable").len(), 1);
}

#[test]
fn keep_alives_are_nothing_and_no_error() {
    let mut observer = Observer::new();
    for keep_alive in [&b""[..], b"\r\n", b"\r\n\r\n", b"\n"] {
        assert_eq!(observer.observe(Direction::Received, keep_alive, seconds(0)), Ok(vec![]));
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
        ("i: c", "l: -1\r\ni: c", "Content-Length"),
        ("i: c", "l: 99999999999999999999999\r\ni: c", "Content-Length"),
        ("branch=1", "branch=\"1", "Via"),
    ] {
        assert!(matches!(error(&changed(from, to)), SipError::BadHeader { header, .. } if header == name), "{to}");
    }
    assert!(matches!(error(&changed("1 INVITE", "1 ACK")), SipError::MethodMismatch { .. }));
    // Whom it is for is in the Request-URI, or else in To: here in neither.
    let for_nobody = changed("<sip:b@x>", "<sip:>").replacen("INVITE sip:b@x", "INVITE sip:x", 1);
    assert!(matches!(error(&for_nobody), SipError::BadHeader { header: "To", .. }));
    assert_eq!(observer.held_calls(), 0);
    assert_eq!(observer.observe(Direction::Received, good.as_bytes(), seconds(0)), Ok(vec![]));
    assert_eq!(observer.held_calls(), 1);
}
