//! Which MESSAGE in a dialog is a chat message, and which text does it have? Each is reported once.

use im_session::State;
use im_session::sip::{Direction, SipError};

use crate::support::{End, both, established, request, response, seconds};

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
        // The challenge of another request makes no difference either.
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
