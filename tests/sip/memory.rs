//! How much memory does an observer hold? At most `SipLimits::most_memory`, which is below a gigabyte by default.

use im_session::sip::stream::{Framed, TcpFraming, WebSocketFraming};
use im_session::sip::{DialogInfo, Direction, Observer, SipLimits};

use crate::counting_allocator::memory;
use crate::support::{Message, request, response, seconds};

#[test]
fn the_default_limits_hold_less_than_a_gigabyte() {
    assert_eq!(SipLimits::DEFAULT.most_memory() / 1_000_000, 679, "the documentation says it");
}

/// A name of the maximum length that contains a number.
fn name(kind: &str, number: usize) -> String {
    format!("{:x>1$}", format!("{kind}{number}"), SipLimits::DEFAULT.name)
}

/// Makes an observer keep as much as possible for one call: the call begins again and again, with names of maximum
/// length.
fn fill(observer: &mut Observer, call: usize, ends: bool) {
    let dn = format!("{call:d>255}");
    let of_call = |message: Message| {
        let from = format!("<sip:{dn}@a>;tag={}", name("f", call));
        message.call_id(&name("c", call)).from(&from).request_uri(&format!("sip:{dn}@b"))
    };
    for attempt in 1..=20 {
        let (branch, tag) = (name("z", attempt), name("t", attempt));
        let cseq = u32::try_from(attempt).expect("small");
        let invite = of_call(request("INVITE", cseq)).branch(&branch);
        observer.observe(Direction::Received, &invite.bytes(), seconds(0)).expect("readable");
        for status in [180, 486] {
            if status == 180 || attempt < 20 || ends {
                let answer = of_call(response(status, cseq, "INVITE", &tag)).branch(&branch);
                // `request_uri` has replaced the first line, so the status line is restored.
                let bytes = String::from_utf8(answer.bytes()).expect("UTF-8");
                let (_, headers) = bytes.split_once("\r\n").expect("a line");
                let bytes = format!("SIP/2.0 {status} X\r\n{headers}");
                observer.observe(Direction::Sent, bytes.as_bytes(), seconds(0)).expect("readable");
            }
        }
    }
}

#[test]
fn an_observer_holds_at_most_what_its_limits_say_and_it_can_come_to_that() {
    let mut limits = SipLimits::DEFAULT;
    (limits.open_calls, limits.ended_calls) = (30, 30);
    let mut observer = Observer::new().with_limits(limits);
    let (most, held) = memory(|| (0..120).for_each(|call| fill(&mut observer, call, call < 90)));
    // When the last call began again, the observer stopped remembering it as ended for a moment.
    assert_eq!((observer.open_calls(), observer.held_calls()), (30, 59));
    let allowed = isize::try_from(limits.most_memory()).expect("small");
    println!("{held} bytes held, at most {most}, allowed {allowed}");
    assert!(held <= allowed && held > allowed * 9 / 10, "{held} bytes held, {allowed} expected");
}

#[test]
fn an_ordinary_call_takes_about_a_kilobyte() {
    let mut observer = Observer::new();
    let (_, held) = memory(|| {
        for call in 0..1_000 {
            let of_call =
                |message: Message| message.call_id(&format!("3848276298220188511-{call}@192.0.2.100")).bytes();
            for (direction, message) in [
                (Direction::Received, request("INVITE", 1)),
                (Direction::Sent, response(180, 1, "INVITE", "b1")),
                (Direction::Sent, response(200, 1, "INVITE", "b1")),
                (Direction::Received, request("MESSAGE", 2).tagged("b1").text("Hello")),
            ] {
                observer.observe(direction, &of_call(message), seconds(0)).expect("readable");
            }
        }
    });
    assert_eq!(observer.open_calls(), 1_000);
    assert!((800_000..1_600_000).contains(&held), "{} bytes a call", held / 1_000);
}

#[test]
fn a_document_makes_an_entity_keep_its_dialogs_and_nothing_else() {
    let mut limits = SipLimits::DEFAULT;
    (limits.message, limits.ended_calls) = (usize::MAX, 10);
    let mut watched = DialogInfo::new().with_limits(limits);
    let dialog = |id: usize| format!("<dialog id='{id}' call-id='{}'><state>early</state></dialog>", name("c", id));
    let document = |version: usize, dialogs: &str| {
        let more = "<a xmlns:b='c' d='e'>f</a>".repeat(10_000);
        let state = format!("version='{version}' state='full' entity='sip:a@b'");
        format!("<dialog-info {state}>{more}{dialogs}{more}</dialog-info>")
    };
    let mut take = |version: usize| {
        let dialogs: String = (0..10).map(|number| dialog(version * 10 + number)).collect();
        let document = document(version, &dialogs);
        memory(|| drop(watched.observe(document.as_bytes(), seconds(0)).expect("a document")))
    };
    take(0);
    take(1);
    for version in 2..20 {
        let (most, held) = take(version);
        assert!(most < 100_000 && held < 2_000, "{most} bytes while it is read, {held} more after it");
    }
}

#[test]
fn an_entity_holds_less_than_an_observer_with_the_same_limits() {
    let mut limits = SipLimits::DEFAULT;
    (limits.open_calls, limits.ended_calls, limits.message) = (20, 20, usize::MAX);
    let mut watched = DialogInfo::new().with_limits(limits);
    let (_, held) = memory(|| {
        for version in 0..4 {
            let dialog = |number: usize| {
                let (id, call) = (name("d", version * 1000 + number), version * 100 + number / 20);
                format!(
                    "<dialog id='{id}' call-id='{call}' local-tag='b' direction='initiator'><state>early</state>\
                     <remote><identity>sip:{:d>255}@b</identity></remote></dialog>",
                    number
                )
            };
            let dialogs: String = (0..400).map(dialog).collect();
            let state = format!("version='{}' state='full' entity='sip:a@b'", 2 * version);
            let document = format!("<dialog-info {state}>{dialogs}</dialog-info>");
            assert_eq!(watched.observe(document.as_bytes(), seconds(0)).expect("a document").len(), 20);
            let empty = format!("<dialog-info version='{}' state='full' entity='sip:a@b'/>", 2 * version + 1);
            if version < 3 {
                assert_eq!(watched.observe(empty.as_bytes(), seconds(0)).expect("a document").len(), 20);
            }
        }
    });
    assert_eq!(watched.open_calls(), 20);
    let allowed = isize::try_from(limits.most_memory()).expect("small");
    println!("{held} bytes held, an observer {allowed}");
    assert!(held < allowed && held > allowed / 2, "{held} bytes held, {allowed} allowed");
}

#[test]
fn a_connection_makes_an_adapter_keep_one_message() {
    let garbage = [b"x".repeat(100_000), b"\r\n".repeat(100_000), b"X: y\r\n".repeat(100_000)];
    let mut tcp = TcpFraming::with_limit(1_000);
    for garbage in &garbage {
        for start in ["", "INVITE sip:a SIP/2.0\r\n", "INVITE sip:a SIP/2.0\r\nl: 999999\r\n\r\n"] {
            let (most, _) = memory(|| {
                for bytes in [start.as_bytes(), garbage] {
                    let mut bytes = bytes;
                    while let Some(framed) = tcp.next_message(&mut bytes) {
                        assert!(!matches!(framed, Framed::Message(message) if message.len() > 1_000));
                    }
                }
                tcp.finish();
            });
            assert!(most < 4_000, "{most} bytes");
        }
    }
    let mut web_socket = WebSocketFraming::with_limit(1_000);
    let frame = [&b"\x01\x7e\x03\x84"[..], &[b'x'; 900]].concat();
    let (most, _) = memory(|| {
        for bytes in core::iter::repeat_n(frame.as_slice(), 1_000).chain([garbage[0].as_slice()]) {
            let mut bytes = bytes;
            while web_socket.next_message(&mut bytes).is_some() {}
        }
    });
    assert!(most < 4_000, "{most} bytes");
}
