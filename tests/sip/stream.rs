//! Where do messages begin and end in a connection? TCP (RFC 3261 section 18.3) and WebSocket (RFC 6455, RFC 7118).

use im_session::sip::SipMessage;
use im_session::sip::stream::FramingFault::{Cut, Extension, Fragments, NotAFrame, NotSip, TooLong};
use im_session::sip::stream::{FramingFault, TcpFraming, WebSocketFraming};
use proptest::prelude::*;

use crate::support::property::property;
use crate::support::stream_laws::{Came, any_bytes, frames};
use crate::support::{request, response};

fn message(bytes: &[u8]) -> Came {
    Came::Message(bytes.to_vec())
}

fn tcp(bytes: &[u8]) -> (Vec<Came>, Option<Came>) {
    frames(&mut TcpFraming::new(), [bytes])
}

fn web_socket(bytes: &[u8]) -> (Vec<Came>, Option<Came>) {
    frames(&mut WebSocketFraming::new(), [bytes])
}

/// An INVITE, its answer with a body, a MESSAGE whose body is itself a SIP message, and a BYE.
fn conversation() -> Vec<Vec<u8>> {
    let inner = String::from_utf8(request("BYE", 9).bytes()).expect("UTF-8");
    vec![
        request("INVITE", 1).bytes(),
        response(200, 1, "INVITE", "b1").body("application/sdp", "v=0\r\no=- 1 1 IN IP4 x\r\n").bytes(),
        request("MESSAGE", 2).tagged("b1").body("message/sip", &inner).bytes(),
        request("BYE", 3).tagged("b1").bytes(),
    ]
}

#[test]
fn messages_one_after_the_other_and_keep_alives_between_them() {
    let messages = conversation();
    let expected: Vec<Came> = messages.iter().map(|bytes| message(bytes)).collect();
    assert_eq!(tcp(&messages.concat()), (expected.clone(), None));
    for keep_alive in ["\r\n\r\n", "\r\n", "\n", "\r\n\r\n\r\n\r\n"] {
        let mut bytes = keep_alive.as_bytes().to_vec();
        for message in &messages {
            bytes.extend_from_slice(message);
            bytes.extend_from_slice(keep_alive.as_bytes());
        }
        assert_eq!(tcp(&bytes), (expected.clone(), None), "{keep_alive:?}");
    }
    assert_eq!(tcp(b""), (vec![], None));
    assert_eq!(tcp(b"\r\n\r\n"), (vec![], None));
}

#[test]
fn the_length_is_found_in_all_forms_of_its_header() {
    let with = |headers: &str, body: &str| format!("MESSAGE sip:b SIP/2.0\r\n{headers}\r\n{body}").into_bytes();
    let next = request("BYE", 3).bytes();
    for headers in [
        "Content-Length: 5\r\n",
        "l:5\r\n",
        "CONTENT-LENGTH \t:\r\n  0005 \r\n",
        "L: 5\r\nSubject: l: 9\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "X: no header of ours\r\n goes on\r\nl: 5\r\n",
        "no header at all\r\nl: 5\r\n",
        "l: 5\n",
    ] {
        let first = with(headers, "Hello");
        assert_eq!(tcp(&[&first[..], &next].concat()), (vec![message(&first), message(&next)], None), "{headers:?}");
    }
    // Without a usable Content-Length there is no body. The bytes that follow are skipped up to the next message.
    for (headers, skipped) in [("", 7), ("l: -5\r\n", 7), ("l: 5\r\nl: 6\r\n", 7), ("l: 99999999999999999999\r\n", 7)] {
        let first = with(headers, "");
        let bytes = [&first[..], b"Hello\r\n", &next].concat();
        let expected = vec![message(&first), Came::Skipped(skipped, NotSip), message(&next)];
        assert_eq!(tcp(&bytes), (expected, None), "{headers:?}");
    }
}

#[test]
fn a_connection_that_is_joined_in_the_middle_is_read_from_the_next_message_on() {
    let messages = conversation();
    let whole = messages.concat();
    let last = &messages[3];
    for begin in 1..=whole.len() - last.len() {
        let (came, end) = tcp(&whole[begin..]);
        assert_eq!((came.last(), end), (Some(&message(last)), None), "from {begin} on");
        let lengths = came.iter().map(|came| match came {
            Came::Message(message) => message.len(),
            Came::Skipped(bytes, _) => usize::try_from(*bytes).expect("small"),
        });
        // Only the line ends before a message may be missing from the results.
        assert!(whole.len() - begin - lengths.sum::<usize>() <= 4, "from {begin} on");
    }
    let garbage = b"\0\x16\x03\x01 binary \n\nGET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let bytes = [&garbage[..], &messages[0], garbage, &messages[3]].concat();
    // Empty lines between messages are keep-alives.
    let skipped = Came::Skipped(garbage.len() as u64 - 3, NotSip);
    assert_eq!(tcp(&bytes), (vec![skipped.clone(), message(&messages[0]), skipped, message(&messages[3])], None));
}

#[test]
fn what_the_end_of_a_connection_leaves() {
    let whole = request("MESSAGE", 2).tagged("b1").text("Hello").bytes();
    let headers = whole.len() - 5;
    for end in 1..whole.len() {
        let (came, left) = tcp(&whole[..end]);
        assert_eq!(came, []);
        let first_line = whole.iter().position(|&byte| byte == b'\n').expect("a line") + 1;
        let expected = match end {
            _ if end >= headers => message(&whole[..end]),
            _ if end >= first_line => Came::Skipped(end as u64, Cut),
            _ => Came::Skipped(end as u64, NotSip),
        };
        assert_eq!(left, Some(expected), "{end}");
    }
    let cut = &whole[..whole.len() - 2];
    assert_eq!(SipMessage::parse(cut).expect("readable").missing, 2);
}

#[test]
fn a_message_that_is_too_long_is_passed_over_to_its_end() {
    let next = request("BYE", 3).bytes();
    let limit = next.len();
    let tcp = |bytes: &[u8]| frames(&mut TcpFraming::with_limit(limit), [bytes]);
    assert_eq!(tcp(&next), (vec![message(&next)], None), "as long as the limit");
    // The body contains messages, which must not be taken for separate ones.
    let body = String::from_utf8(next.clone()).expect("UTF-8");
    let long_body = request("MESSAGE", 2).text(&body).bytes();
    let padding = format!("X-Padding: {}\r\n", "x".repeat(limit));
    let long_line = format!("MESSAGE sip:b SIP/2.0\r\n{padding}l: {}\r\n\r\n{body}", body.len()).into_bytes();
    let many_lines = "X-Padding: x\r\n".repeat(limit);
    let long_headers = format!("MESSAGE sip:b SIP/2.0\r\n{many_lines}l: {}\r\n\r\n{body}", body.len()).into_bytes();
    let length_first = format!("MESSAGE sip:b SIP/2.0\r\nl: {}\r\n{many_lines}\r\n{body}", body.len()).into_bytes();
    for long in [long_body, long_line, long_headers, length_first] {
        let skipped = Came::Skipped(long.len() as u64, TooLong);
        assert_eq!(tcp(&[&long[..], &next].concat()), (vec![skipped.clone(), message(&next)], None));
        assert_eq!(tcp(&long[..long.len() - 1]).1, Some(Came::Skipped(long.len() as u64 - 1, TooLong)));
    }
    // Wherever a line over the limit is cut, its rest counts neither as a header nor as the empty line.
    for length in limit - 20..2 * limit + 20 {
        for rest in ["", "l: 0", "\r", "l: 999999"] {
            let line = format!("X-Padding: {}{rest}\r\n", "x".repeat(length));
            let long = format!("MESSAGE sip:b SIP/2.0\r\n{line}l: {}\r\n\r\n{body}", body.len()).into_bytes();
            let skipped = Came::Skipped(long.len() as u64, TooLong);
            assert_eq!(tcp(&[&long[..], &next].concat()), (vec![skipped, message(&next)], None), "{length} {rest:?}");
        }
    }
    let endless = "x".repeat(100_000);
    assert_eq!(tcp(endless.as_bytes()), (vec![], Some(Came::Skipped(100_000, NotSip))));
}

/// One frame of RFC 6455, built here as section 5.2 describes.
fn frame(first: u8, mask: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let masked = if mask.is_some() { 0x80 } else { 0 };
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..126 => frame.push(masked | length as u8),
        length @ 126..65_536 => {
            frame.push(masked | 126);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(masked | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    let mask = mask.inspect(|mask| frame.extend(mask)).unwrap_or_default();
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

const LAST: u8 = 0x80;
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const MASK: Option<[u8; 4]> = Some([0x12, 0x34, 0x56, 0x78]);

#[test]
fn a_web_socket_message_is_a_sip_message_masked_or_not_text_or_binary() {
    for mask in [None, MASK] {
        for opcode in [TEXT, BINARY] {
            let messages = conversation();
            let bytes: Vec<u8> = messages.iter().flat_map(|bytes| frame(LAST | opcode, mask, bytes)).collect();
            let expected: Vec<Came> = messages.iter().map(|bytes| message(bytes)).collect();
            assert_eq!(web_socket(&bytes), (expected, None));
        }
    }
    // The examples of RFC 6455 section 5.7, byte by byte.
    let hello = vec![message(b"Hello")];
    assert_eq!(web_socket(b"\x81\x05Hello").0, hello);
    assert_eq!(web_socket(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58").0, hello);
    assert_eq!(web_socket(b"\x01\x03Hel\x80\x02lo").0, hello);
    let long = vec![b'x'; 256];
    assert_eq!(web_socket(&[&b"\x82\x7e\x01\x00"[..], &long].concat()).0, [message(&long)]);
    let longest = vec![b'x'; 65_536];
    let mut framing = WebSocketFraming::with_limit(65_536);
    let bytes = [&b"\x82\x7f\0\0\0\0\0\x01\0\0"[..], &longest].concat();
    assert_eq!(frames(&mut framing, [&bytes[..]]).0, [message(&longest)]);
}

#[test]
fn fragments_are_one_message_with_control_frames_between_them() {
    let whole = request("INVITE", 1).bytes();
    for mask in [None, MASK] {
        for size in [1, 7, 100] {
            let mut bytes = Vec::new();
            let count = whole.chunks(size).count();
            for (index, fragment) in whole.chunks(size).enumerate() {
                let opcode = if index == 0 { TEXT } else { CONTINUATION };
                bytes.extend(frame(if index + 1 == count { LAST | opcode } else { opcode }, mask, fragment));
                bytes.extend(frame(LAST | [PING, PONG, CLOSE][index % 3], mask, b"alive"));
            }
            assert_eq!(web_socket(&bytes), (vec![message(&whole)], None), "{size}");
        }
    }
    // An empty fragment, at the end or elsewhere.
    let bytes = [frame(TEXT, None, b""), frame(CONTINUATION, None, &whole), frame(LAST, None, b"")].concat();
    assert_eq!(web_socket(&bytes), (vec![message(&whole)], None));
}

#[test]
fn keep_alives_of_web_socket_are_no_messages() {
    let bye = request("BYE", 3).bytes();
    let bytes = [
        frame(LAST | TEXT, None, b"\r\n\r\n"),
        frame(LAST | PING, MASK, b""),
        frame(LAST | TEXT, None, b""),
        frame(LAST | TEXT, MASK, &bye),
        frame(LAST | CLOSE, MASK, &[3, 232]),
    ];
    assert_eq!(web_socket(&bytes.concat()), (vec![message(&bye)], None));
}

#[test]
fn web_socket_messages_that_cannot_be_read_are_passed_over_and_the_next_one_is_read() {
    let bye = request("BYE", 3).bytes();
    let good = frame(LAST | TEXT, MASK, &bye);
    let long = vec![b'x'; 65_536];
    let cases: [(Vec<u8>, u64, FramingFault); 7] = [
        (frame(LAST | TEXT, None, &long), 65_536, TooLong),
        ([frame(TEXT, None, &long[..60_000]), frame(LAST, None, &long[..6_000])].concat(), 66_000, TooLong),
        (frame(0xc0 | TEXT, None, b"deflated"), 8, Extension),
        ([frame(0x40 | TEXT, None, b"deflated"), frame(LAST, None, b"more")].concat(), 12, Extension),
        (frame(LAST | CONTINUATION, None, b"of nothing"), 10, Fragments),
        ([frame(CONTINUATION, None, b"of "), frame(LAST, None, b"nothing")].concat(), 10, Fragments),
        (frame(TEXT, None, b"interrupted"), 11, Fragments),
    ];
    for (bytes, skipped, fault) in cases {
        let came = web_socket(&[&bytes[..], &good].concat());
        assert_eq!(came, (vec![Came::Skipped(skipped, fault), message(&bye)], None), "{fault:?}");
        assert!(!fault.to_string().is_empty());
    }
}

#[test]
fn after_what_is_no_frame_nothing_is_read() {
    let bye = request("BYE", 3).bytes();
    let good = frame(LAST | TEXT, None, &bye);
    let mut beyond = frame(LAST | BINARY, None, &[b'x'; 65_536]);
    beyond[2] = 0x80;
    for bad in [
        frame(LAST | 3, None, b"reserved"),
        frame(LAST | 11, None, b"reserved"),
        frame(PING, None, b"a ping in fragments"),
        frame(LAST | PING, None, &[b'x'; 126]),
        frame(0xc0 | PING, None, b"an extended ping"),
        beyond,
    ] {
        let bytes = [&good[..], &bad, &good].concat();
        let skipped = Came::Skipped((bad.len() + good.len()) as u64, NotAFrame);
        assert_eq!(web_socket(&bytes), (vec![message(&bye)], Some(skipped)));
    }
    // Wherever the stream is cut, the adapter reports the length of the rest and never gives a partial message.
    for end in 1..good.len() {
        let head = 2 + if bye.len() < 126 { 0 } else { 2 };
        let left = if end < head { end } else { end - head };
        let expected = (left > 0).then_some(Came::Skipped(left as u64, Cut));
        assert_eq!(web_socket(&good[..end]), (vec![], expected), "{end}");
    }
}

/// A realistic connection: messages, keep-alives, garbage and truncated messages.
fn connection() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let message = (prop::sample::select(vec!["INVITE", "MESSAGE", "BYE"]), 0_u32..9, "[ -~\r\n]{0,60}");
    let part = prop_oneof![
        4 => message.prop_map(|(method, cseq, body)| request(method, cseq).text(&body).bytes()),
        1 => (100_u16..700).prop_map(|status| response(status, 1, "INVITE", "b1").bytes()),
        1 => Just(b"\r\n\r\n".to_vec()),
        1 => "[ -~\r\n]{0,60}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(part, 2..10)
}

#[test]
fn any_split_of_a_tcp_connection_gives_the_same() {
    property(1_000, 55, file!(), &(any::<u8>(), connection()), |(first, parts)| {
        Ok(any_bytes::<TcpFraming>(&[&[first][..], &parts.concat()].concat()) > 0)
    });
}

#[test]
fn messages_with_right_lengths_come_as_they_were_sent() {
    property(1_000, 75, file!(), &(connection(), 1_usize..200), |(parts, size)| {
        let messages: Vec<Vec<u8>> = parts.into_iter().filter(|part| SipMessage::parse(part).is_ok()).collect();
        let expected = messages.iter().map(|bytes| message(bytes)).collect();
        let bytes = messages.concat();
        prop_assert_eq!(frames(&mut TcpFraming::new(), bytes.chunks(size)), (expected, None));
        Ok(messages.len() > 1)
    });
}

#[test]
fn any_split_of_a_web_socket_connection_gives_the_same() {
    let opcode = prop::sample::select(vec![0_u8, 0, 1, 1, 1, 2, 9]);
    let part = (any::<bool>(), opcode, any::<Option<[u8; 4]>>(), 0_usize..400);
    let strategy = (any::<u8>(), prop::collection::vec(part, 0..12), prop::collection::vec(any::<u8>(), 0..20));
    property(1_000, 45, file!(), &strategy, |(first, parts, noise)| {
        let mut bytes = vec![first];
        for (last, opcode, mask, length) in parts {
            let last = if last || opcode >= 8 { LAST } else { 0 };
            let length = if opcode >= 8 { length % 126 } else { length };
            bytes.extend(frame(last | opcode, mask, &vec![b'x'; length]));
        }
        bytes.extend(noise);
        Ok(any_bytes::<WebSocketFraming>(&bytes) > 0)
    });
}

#[test]
fn messages_in_any_fragments_come_as_they_were_sent() {
    let strategy = (connection(), 1_usize..200, 1_usize..200, any::<Option<[u8; 4]>>());
    property(1_000, 75, file!(), &strategy, |(parts, size, piece, mask)| {
        let messages: Vec<Vec<u8>> = parts.into_iter().filter(|part| SipMessage::parse(part).is_ok()).collect();
        let mut bytes = Vec::new();
        for message in &messages {
            let count = message.chunks(size).count();
            for (index, fragment) in message.chunks(size).enumerate() {
                let opcode = if index == 0 { TEXT } else { CONTINUATION };
                bytes.extend(frame(if index + 1 == count { LAST | opcode } else { opcode }, mask, fragment));
            }
        }
        let expected = messages.iter().map(|bytes| message(bytes)).collect();
        prop_assert_eq!(frames(&mut WebSocketFraming::new(), bytes.chunks(piece)), (expected, None));
        Ok(messages.len() > 1)
    });
}
