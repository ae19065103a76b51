//! Checks that the cost of SIP is linear in the number of bytes: `cargo bench --features sip --bench sip_linear`.
//! `scripts/costs` prints all tables of this kind.

mod growth;

use std::process::ExitCode;
use std::time::Duration;

use growth::{Work, measured};
use im_session::sip::hep::{HepPacket, packet_length};
use im_session::sip::stream::{TcpFraming, WebSocketFraming};
use im_session::sip::{DialogInfo, Direction, Observer, SipLimits, SipMessage};

const fn bytes(entry: &'static str, input: &'static str, run: fn(usize)) -> Work {
    Work { entry, input, n: 16_384, run }
}

/// For calls and packets. They cost more than bytes, so n is smaller.
const fn count(entry: &'static str, input: &'static str, run: fn(usize)) -> Work {
    Work { entry, input, n: 1_000, run }
}

const WORKS: &[Work] = &[
    bytes("DialogInfo::observe", "nested elements, a namespace each", |bytes| {
        let open = (0..).map(|number| format!("<a xmlns:n{number}='x'>"));
        documents(&fill(bytes, open));
    }),
    bytes("DialogInfo::observe", "elements, a namespace each", |bytes| {
        documents(&fill(bytes, (0..).map(|number| format!("<a xmlns:n{number}='x'/>"))));
    }),
    bytes("DialogInfo::observe", "attributes of one element", |bytes| {
        documents(&format!("<a{}/>", fill(bytes, (0..).map(|number| format!(" a{number}='x'")))));
    }),
    bytes("DialogInfo::observe", "namespaces of one element", |bytes| {
        documents(&format!("<a{}/>", fill(bytes, (0..).map(|number| format!(" xmlns:n{number}='x'")))));
    }),
    bytes("DialogInfo::observe", "dialogs", |bytes| {
        let dialog = |number| format!("<dialog id='{number}'><state>early</state></dialog>");
        documents(&fill(bytes, (0..).map(dialog)));
    }),
    bytes("DialogInfo::observe", "references in a text", |bytes| {
        let text = fill(bytes, std::iter::repeat("&amp;".to_owned()));
        documents(&format!("<dialog id='1'><state>early</state><remote><identity>{text}</identity></remote></dialog>"));
    }),
    bytes("DialogInfo::observe", "pieces of a text", |bytes| {
        let text = fill(bytes, std::iter::repeat("a<!---->".to_owned()));
        documents(&format!("<dialog id='1'><state>early</state><remote><identity>{text}</identity></remote></dialog>"));
    }),
    bytes("SipMessage, Observer", "headers", |bytes| {
        message(&fill(bytes, std::iter::repeat("X: y\r\n".to_owned())), "")
    }),
    bytes("SipMessage, Observer", "one folded header", |bytes| {
        message(&format!("Via: x{}\r\n", fill(bytes, std::iter::repeat("\r\n ;a=\"b\",".to_owned()))), "");
    }),
    bytes("SipMessage, Observer", "reasons", |bytes| {
        message(&format!("Reason: {}x\r\n", fill(bytes, std::iter::repeat("a;b=c,".to_owned()))), "");
    }),
    bytes("SipMessage, Observer", "parts of a body", |bytes| {
        let body = fill(bytes, std::iter::repeat("--x\r\nContent-Type: a/b\r\n\r\n".to_owned()));
        message("Content-Type: multipart/mixed;boundary=x\r\n", &body);
    }),
    bytes("TcpFraming", "one header line, byte by byte", |bytes| {
        tcp(format!("BYE sip:a SIP/2.0\r\nX: {}", "x".repeat(bytes)).as_bytes());
    }),
    bytes("TcpFraming", "lines that are no message, byte by byte", |bytes| tcp("x y\n".repeat(bytes / 4).as_bytes())),
    bytes("TcpFraming", "messages, byte by byte", |bytes| {
        tcp("BYE sip:a SIP/2.0\r\nl: 1\r\n\r\nx".repeat(bytes / 28).as_bytes());
    }),
    bytes("WebSocketFraming", "fragments of a byte, byte by byte", |bytes| {
        web_socket(&b"\x00\x81\x01\x02\x03\x04x".repeat(bytes / 7));
    }),
    bytes("WebSocketFraming", "one frame, byte by byte", |bytes| {
        let length = u64::try_from(bytes).expect("small").to_be_bytes();
        web_socket(&[b"\x81\xff".as_slice(), &length, b"\x01\x02\x03\x04", &vec![b'x'; bytes]].concat());
    }),
    bytes("WebSocketFraming", "pings, byte by byte", |bytes| {
        web_socket(&b"\x89\x80\x01\x02\x03\x04".repeat(bytes / 6))
    }),
    bytes("SipMessage, Observer", "Via headers", |bytes| {
        message(&fill(bytes, std::iter::repeat("Via: SIP/2.0/UDP h;branch=z\r\n".to_owned())), "");
    }),
    bytes("SipMessage, Observer", "Via values in one header", |bytes| {
        message(&format!("Via: {}x\r\n", fill(bytes, std::iter::repeat("SIP/2.0/UDP h;branch=z,".to_owned()))), "");
    }),
    bytes("SipMessage, Observer", "contacts", |bytes| {
        message(
            &format!("Contact: {}<sip:a>\r\n", fill(bytes, std::iter::repeat("\"a\\\"\" <sip:a>;q=1,".to_owned()))),
            "",
        );
    }),
    bytes("SipMessage, Observer", "quotes that are not closed", |bytes| {
        message(&format!("Contact: {}\r\n", fill(bytes, std::iter::repeat("\"a<".to_owned()))), "");
    }),
    bytes("SipMessage, Observer", "parameters of a Contact", |bytes| {
        message(&format!("Contact: <sip:a>{}\r\n", fill(bytes, std::iter::repeat(";a=\"b\"".to_owned()))), "");
    }),
    bytes("SipMessage, Observer", "boundaries within boundaries", |bytes| {
        let part = "--x\r\nContent-Type: multipart/mixed;boundary=x\r\n\r\n";
        let body = fill(bytes, std::iter::repeat(part.to_owned()));
        message("Content-Type: multipart/mixed;boundary=x\r\n", &body);
    }),
    count("Observer::observe", "calls", |calls| {
        let mut observer = Observer::new().with_limits(limits());
        let invites: Vec<String> = (0..calls).map(|call| invite(&call.to_string(), "a1", "z")).collect();
        measured(|| {
            for invite in &invites {
                let _ = observer.observe(Direction::Received, invite.as_bytes(), Duration::ZERO);
            }
        });
    }),
    count("Observer::observe", "attempts of one call", |attempts| {
        let mut observer = Observer::new().with_limits(limits());
        let invites: Vec<String> = (0..attempts).map(|at| invite("c", "a1", &format!("z{at}"))).collect();
        measured(|| {
            for invite in &invites {
                let _ = observer.observe(Direction::Received, invite.as_bytes(), Duration::ZERO);
            }
        });
    }),
    count("Observer::observe", "forks of one call", |forks| {
        let mut observer = Observer::new().with_limits(limits());
        let _ = observer.observe(Direction::Sent, invite("c", "a1", "z").as_bytes(), Duration::ZERO);
        let rings: Vec<String> = (0..forks)
            .map(|fork| sip("SIP/2.0 180 Ringing", "INVITE", "c", "a1", &format!(";tag=b{fork}"), "z"))
            .collect();
        measured(|| {
            for ring in &rings {
                let _ = observer.observe(Direction::Received, ring.as_bytes(), Duration::ZERO);
            }
        });
    }),
    count("Observer::expire", "calls", |calls| {
        let mut observer = with_calls(calls);
        measured(|| observer.expire(Duration::from_secs(60)).len());
    }),
    count("Observer::advance", "calls that wait", |calls| {
        let mut observer = with_waiting(calls);
        measured(|| observer.advance(Duration::from_secs(60)).len());
    }),
    count("Observer::finish", "calls that wait", |calls| {
        let mut observer = with_waiting(calls);
        measured(|| observer.finish().len());
    }),
    count("DialogInfo::observe", "documents, a dialog more in each", |documents| {
        let mut watched = DialogInfo::new().with_limits(limits());
        let document = |version: usize| {
            format!(
                "<dialog-info version='{version}' state='partial' entity='sip:a@b'><dialog id='{version}'>\
                 <state>early</state></dialog></dialog-info>"
            )
        };
        let documents: Vec<String> = (0..documents).map(document).collect();
        measured(|| {
            for document in &documents {
                let _ = watched.observe(document.as_bytes(), Duration::ZERO);
            }
        });
    }),
    count("DialogInfo::expire", "dialogs", |dialogs| {
        let mut watched = DialogInfo::new().with_limits(limits());
        let dialogs: String =
            (0..dialogs).map(|id| format!("<dialog id='{id}'><state>early</state></dialog>")).collect();
        let document = format!("<dialog-info version='1' state='full' entity='sip:a@b'>{dialogs}</dialog-info>");
        let _ = watched.observe(document.as_bytes(), Duration::ZERO);
        measured(|| watched.expire(Duration::from_secs(60)).len());
    }),
    bytes("DialogInfo::entity_of", "attributes before the entity", |bytes| {
        let attributes = fill(bytes / 2, (0..).map(|number| format!(" a{number}='x'")));
        let document = format!("<dialog-info{attributes} version='1' state='full' entity='sip:a@b'/>");
        let _ = measured(|| DialogInfo::entity_of(document.as_bytes()));
    }),
    bytes("HepPacket::parse", "chunks without a byte", |bytes| hep(&b"\x00\x00\x00\x11\x00\x06".repeat(bytes / 24))),
    bytes("HepPacket::parse", "one payload", |bytes| {
        let length = u16::try_from(bytes / 4 + 6).expect("small").to_be_bytes();
        hep(&[b"\x00\x00\x00\x0f".as_slice(), &length, &vec![b'x'; bytes / 4]].concat());
    }),
];

/// Reads a packet with these chunks. Its length has 16 bits, so the longest input has 64 KiB.
fn hep(chunks: &[u8]) {
    let length = u16::try_from(6 + chunks.len()).expect("at most 64 KiB").to_be_bytes();
    let packet = [b"HEP3".as_slice(), &length, chunks].concat();
    let _ = measured(|| (packet_length(&packet), HepPacket::parse(&packet).is_ok()));
}

fn web_socket(bytes: &[u8]) {
    let mut framing = WebSocketFraming::with_limit(usize::MAX);
    measured(|| {
        for mut byte in bytes.chunks(1) {
            while framing.next_message(&mut byte).is_some() {}
        }
    });
}

/// A message with everything that an observer stores.
fn sip(first: &str, method: &str, call: &str, from: &str, to: &str, branch: &str) -> String {
    format!(
        "{first}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK{branch}\r\nf: <sip:a@h>;tag={from}\r\nt: <sip:b@h>{to}\r\n\
         i: {call}\r\nCSeq: 1 {method}\r\n\r\n"
    )
}

fn invite(call: &str, from: &str, branch: &str) -> String {
    sip("INVITE sip:b@h SIP/2.0", "INVITE", call, from, "", branch)
}

/// An observer with this many open calls.
fn with_calls(calls: usize) -> Observer {
    let mut observer = Observer::new().with_limits(limits());
    for call in 0..calls {
        let _ = observer.observe(Direction::Received, invite(&call.to_string(), "a1", "z").as_bytes(), Duration::ZERO);
    }
    assert_eq!(observer.open_calls(), calls);
    observer
}

/// Parts that have up to this many bytes in total.
fn fill(bytes: usize, parts: impl Iterator<Item = String>) -> String {
    let mut text = String::with_capacity(bytes + 100);
    for part in parts {
        text.push_str(&part);
        if text.len() >= bytes {
            break;
        }
    }
    text
}

fn limits() -> SipLimits {
    let mut limits = SipLimits::DEFAULT;
    limits.message = usize::MAX;
    limits
}

fn documents(inside: &str) {
    let document = format!("<dialog-info version='1' state='full' entity='sip:a@b'>{inside}</dialog-info>");
    let mut watched = DialogInfo::new().with_limits(limits());
    let _ = measured(|| watched.observe(document.as_bytes(), Duration::ZERO));
}

fn message(more: &str, body: &str) {
    let with = |first: &str, method: &str, more: &str, body: &str| {
        format!(
            "{first}\r\nVia: SIP/2.0/UDP h;branch=z\r\nf: <sip:a@h>;tag=a1\r\nt: <sip:b@h>;tag=b1\r\ni: c\r\n\
             CSeq: 1 {method}\r\n{more}\r\n{body}"
        )
    };
    let mut observer = Observer::new().with_limits(limits());
    let invite = with("INVITE sip:b@h SIP/2.0", "INVITE", "", "").replace(";tag=b1", "");
    for (direction, bytes) in
        [(Direction::Received, invite), (Direction::Sent, with("SIP/2.0 200 OK", "INVITE", "", ""))]
    {
        let _ = observer.observe(direction, bytes.as_bytes(), Duration::ZERO);
    }
    let bytes = with("MESSAGE sip:b@h SIP/2.0", "MESSAGE", more, body);
    measured(|| {
        let _ = SipMessage::parse(bytes.as_bytes())
            .map(|message| (message.via(), message.contact(), message.contacts().count(), message.has_via_below()));
        observer.observe(Direction::Received, bytes.as_bytes(), Duration::ZERO).is_ok()
    });
}

fn tcp(bytes: &[u8]) {
    let mut framing = TcpFraming::with_limit(usize::MAX);
    measured(|| {
        for mut byte in bytes.chunks(1) {
            while framing.next_message(&mut byte).is_some() {}
        }
    });
}

/// An observer with this many calls whose caller was asked for a password.
fn with_waiting(calls: usize) -> Observer {
    let mut observer = with_calls(calls);
    for call in 0..calls {
        let challenge = sip("SIP/2.0 401 Unauthorized", "INVITE", &call.to_string(), "a1", ";tag=b1", "z");
        let _ = observer.observe(Direction::Sent, challenge.as_bytes(), Duration::ZERO);
    }
    observer
}

fn main() -> ExitCode {
    growth::main(WORKS)
}
