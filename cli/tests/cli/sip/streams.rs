//! Does the tool read SIP over TCP, WebSocket, HEP and SCTP, from segments as networks deliver them?

use std::io::Write as _;

use super::captures::{CALLEE_IP, CALLER_IP, OUTER, ipv4, packet, pcap, udp};
use super::messages::{CALLEE, Call, Message, assert_call, assert_call_between};
use super::tool::{Said, watch_bytes};

const SYN: u8 = 2;
const ACK: u8 = 16;

/// A connection from a client port of the caller to the callee.
#[derive(Clone, Copy)]
struct Connection {
    caller_port: u16,
    callee_port: u16,
    /// The initial sequence numbers of both directions.
    begin: [u32; 2],
}

impl Default for Connection {
    fn default() -> Self {
        Connection { caller_port: 51_001, callee_port: 5060, begin: [1000, 2000] }
    }
}

impl Connection {
    fn segment(&self, from_caller: bool, offset: usize, flags: u8, acknowledged: usize, data: &[u8]) -> Vec<u8> {
        let (source, destination) =
            if from_caller { (self.caller_port, self.callee_port) } else { (self.callee_port, self.caller_port) };
        let [own, other] = if from_caller { self.begin } else { [self.begin[1], self.begin[0]] };
        let sequence = own.wrapping_add(u32::try_from(offset).expect("an offset"));
        let acknowledged = other.wrapping_add(u32::try_from(acknowledged).expect("an offset"));
        let head =
            [&sequence.to_be_bytes()[..], &acknowledged.to_be_bytes(), &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]].concat();
        let tcp = [&source.to_be_bytes()[..], &destination.to_be_bytes(), &head, data].concat();
        let (source, destination) = if from_caller { (CALLER_IP, CALLEE_IP) } else { (CALLEE_IP, CALLER_IP) };
        ipv4(6, source, destination, &tcp)
    }

    fn handshake(&self) -> Vec<Vec<u8>> {
        let before = Connection { begin: self.begin.map(|begin| begin.wrapping_sub(1)), ..*self };
        vec![
            before.segment(true, 0, SYN, 0, &[]),
            before.segment(false, 0, SYN | ACK, 1, &[]),
            self.segment(true, 0, ACK, 0, &[]),
        ]
    }

    /// The segments that carry these parts, in this order, in both directions.
    fn segments(&self, parts: &[(bool, Vec<u8>)]) -> Vec<Vec<u8>> {
        let mut offsets = [0, 0];
        let mut segments = Vec::new();
        for (from_caller, data) in parts {
            let [own, other] = if *from_caller { [0, 1] } else { [1, 0] };
            segments.push(self.segment(*from_caller, offsets[own], ACK, offsets[other], data));
            offsets[own] += data.len();
        }
        segments
    }
}

fn tcp_call() -> Vec<Message> {
    Call { transport: "TCP", ..Call::default() }.messages()
}

/// One part per message.
fn parts(messages: &[Message]) -> Vec<(bool, Vec<u8>)> {
    messages.iter().map(|message| (message.from_caller, message.bytes.clone())).collect()
}

/// Splits every part into pieces of this many bytes.
fn cut(parts: &[(bool, Vec<u8>)], size: usize) -> Vec<(bool, Vec<u8>)> {
    parts.iter().flat_map(|(from, bytes)| bytes.chunks(size).map(|chunk| (*from, chunk.to_vec()))).collect()
}

fn capture(segments: &[Vec<u8>]) -> Said {
    watch_bytes("tcp", &pcap(101, segments))
}

#[test]
fn segments_of_every_size_carry_the_call() {
    let connection = Connection::default();
    for size in [1, 2, 3, 7, 64, 500, 1460] {
        let segments = connection.segments(&cut(&parts(&tcp_call()), size));
        assert_call(&size.to_string(), &capture(&[connection.handshake(), segments.clone()].concat()));
        if size >= 64 {
            assert_call("without handshake", &capture(&segments));
        }
    }
}

#[test]
fn several_messages_are_in_one_segment_and_keep_alives_between_them() {
    let messages = tcp_call();
    let [invite, ringing, ok, ack, message, accepted, bye, over] =
        <[Message; 8]>::try_from(messages).ok().expect("eight");
    let together = vec![
        (true, invite.bytes),
        (false, b"\r\n\r\n".to_vec()),
        (false, [ringing.bytes, ok.bytes].concat()),
        (true, b"\r\n".to_vec()),
        (true, [ack.bytes, b"\r\n\r\n".to_vec(), message.bytes].concat()),
        (false, accepted.bytes),
        (true, bye.bytes),
        (false, [b"\r\n".to_vec(), over.bytes].concat()),
    ];
    assert_call("together", &capture(&Connection::default().segments(&together)));
}

#[test]
fn what_is_sent_again_or_overlaps_or_is_probed_changes_nothing() {
    let connection = Connection::default();
    let whole = connection.segments(&cut(&parts(&tcp_call()), 100));
    let twice: Vec<_> = whole.iter().flat_map(|segment| [segment.clone(), segment.clone()]).collect();
    assert_call("twice", &capture(&[connection.handshake(), twice].concat()));

    // Each segment repeats the last forty bytes of the segment before it.
    let (mut offset, mut sent) = ([0, 0], [Vec::new(), Vec::new()]);
    let mut overlapping = connection.handshake();
    for (from_caller, data) in cut(&parts(&tcp_call()), 100) {
        let own = usize::from(!from_caller);
        let before = sent[own].len().min(40);
        let begin = offset[own] - before;
        let bytes = [&sent[own][sent[own].len() - before..], &data[..]].concat();
        overlapping.push(connection.segment(from_caller, begin, ACK, offset[1 - own], &bytes));
        // A keep-alive probe repeats the last byte.
        overlapping.push(connection.segment(from_caller, offset[own] + data.len() - 1, ACK, offset[1 - own], &[0]));
        offset[own] += data.len();
        sent[own].extend(data);
    }
    assert_call("overlapping", &capture(&overlapping));
}

#[test]
fn segments_that_overtake_others_wait_for_them() {
    let connection = Connection::default();
    let mut segments = connection.handshake();
    for part in parts(&tcp_call()) {
        // In reverse order within one message.
        let count = segments.len();
        let all = connection.segments(&cut(&parts(&tcp_call()), 90));
        let taken: usize = segments.len() - 3;
        let pieces = part.1.len().div_ceil(90);
        segments.extend(all[taken..taken + pieces].iter().rev().cloned());
        assert!(segments.len() > count);
    }
    assert_call("backward", &capture(&segments));
}

/// The packets with two of them exchanged.
fn with_exchanged(segments: &[Vec<u8>], first: usize, second: usize) -> Vec<Vec<u8>> {
    let mut exchanged = segments.to_vec();
    exchanged.swap(first, second);
    exchanged
}

#[test]
fn a_capture_that_begins_within_a_connection_may_have_its_first_segments_in_another_order() {
    let connection = Connection::default();
    let messages = parts(&tcp_call());
    // Swaps the two halves of each message.
    for halved in 0..messages.len() {
        let mut pieces = Vec::new();
        for (number, (from, bytes)) in messages.iter().enumerate() {
            let size = if number == halved { bytes.len().div_ceil(2) } else { bytes.len() };
            pieces.extend(bytes.chunks(size).map(|chunk| (*from, chunk.to_vec())));
        }
        let segments = connection.segments(&pieces);
        assert_call(&format!("halves of {halved}"), &capture(&with_exchanged(&segments, halved, halved + 1)));
        // The acknowledgement numbers carry no information here, because the capture point always saw the same one.
        let silent = Connection { begin: [1000, 0u32.wrapping_sub(256)], ..connection };
        let mut offsets = [0, 0];
        let segments: Vec<_> = pieces
            .iter()
            .map(|(from, bytes)| {
                let own = usize::from(!from);
                offsets[own] += bytes.len();
                let mut segment = silent.segment(*from, offsets[own] - bytes.len(), ACK, 0, bytes);
                segment[28..32].copy_from_slice(&[0, 0, 0, 1]);
                segment
            })
            .collect();
        assert_call(&format!("halves of {halved}, 1"), &capture(&with_exchanged(&segments, halved, halved + 1)));
    }
    // The 200 before the 180, and the BYE before the MESSAGE and the ACK.
    let segments = connection.segments(&messages);
    assert_call("200 first", &capture(&with_exchanged(&segments, 1, 2)));
    assert_call("MESSAGE first", &capture(&with_exchanged(&segments, 3, 4)));
    // The capture contains only the callee's half of the connection, from the 200 on.
    let callee: Vec<_> = messages.iter().filter(|(from_caller, _)| !from_caller).cloned().collect();
    let ordered = connection.segments(&callee);
    assert_eq!(
        capture(&with_exchanged(&ordered, 0, 1)).by_endpoint(),
        capture(&ordered).by_endpoint(),
        "one direction alone"
    );
}

/// The first segments of a connection can arrive in any order. HEP over TCP carries a whole call in one direction.
#[test]
fn any_order_of_the_first_segments_gives_what_their_own_order_gives() {
    let call = Call::default().messages();
    let hep = Connection { callee_port: 9060, ..Connection::default() };
    let packets: Vec<_> = call.iter().map(|message| (true, hep3(message, 15, &message.bytes))).collect();
    let mut random = 1_u32;
    let mut below = |limit: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) as usize % limit
    };
    for round in 0..12 {
        let size = [150, 333, 700, 100_000][round % 4];
        let mut segments = hep.segments(&cut(&packets, size));
        // The segment that was sent first is among the first eight.
        let first = segments.len().min(8);
        for place in (1..first).rev() {
            let other = below(place + 1);
            segments.swap(place, other);
        }
        assert_call(&format!("round {round}"), &capture(&segments));
    }
}

/// The first WebSocket frame arrives without the handshake, in pieces of any order, with keep-alives before it.
#[test]
fn a_websocket_in_mid_connection_may_have_its_first_segments_in_another_order() {
    let connection = Connection { callee_port: 8080, ..Connection::default() };
    let frames: Vec<_> = web_call()
        .iter()
        .map(|message| (message.from_caller, frame(0x81, message.from_caller, &message.bytes)))
        .collect();
    for size in [10, 40, 300] {
        let (from, first) = &frames[0];
        let mut pieces: Vec<_> =
            first.chunks(first.len().div_ceil(first.len() / size)).map(|c| (*from, c.to_vec())).collect();
        pieces.truncate(8);
        let taken: usize = pieces.iter().map(|(_, bytes)| bytes.len()).sum();
        let count = pieces.len();
        pieces.extend(first.get(taken..).filter(|rest| !rest.is_empty()).map(|rest| (*from, rest.to_vec())));
        pieces.extend(frames[1..].iter().cloned());
        let mut segments = connection.segments(&pieces);
        assert_web_call(&format!("{size}"), &segments);
        segments[..count].reverse();
        assert_web_call(&format!("{size} reversed"), &segments);
    }
    assert_web_call("200 first", &with_exchanged(&connection.segments(&frames), 1, 2));
    let with_ping: Vec<_> =
        frames.iter().map(|(from, bytes)| (*from, [frame(0x89, *from, b"there?"), bytes.clone()].concat())).collect();
    assert_web_call("ping", &connection.segments(&with_ping));
}

/// Gaps in HEP and WebSocket connections are reported, and reading resumes after them.
#[test]
fn a_gap_in_frames_and_packets_is_said_and_the_next_are_read() {
    let call = Call::default().messages();
    let hep = Connection { callee_port: 9060, ..Connection::default() };
    let packets: Vec<_> = call.iter().map(|message| (true, hep3(message, 15, &message.bytes))).collect();
    // Drops the second half of the MESSAGE.
    let missing = |packets: &[(bool, Vec<u8>)], connection: Connection| {
        let mut pieces = packets.to_vec();
        let (from, bytes) = pieces.remove(4);
        let (one, two) = bytes.split_at(bytes.len() / 2);
        pieces.splice(4..4, [(from, one.to_vec()), (from, two.to_vec())]);
        let mut segments = connection.segments(&pieces);
        segments.remove(5);
        capture(&segments)
    };
    let frames: Vec<_> = web_call()
        .iter()
        .map(|message| (message.from_caller, frame(0x81, message.from_caller, &message.bytes)))
        .collect();
    let web = Connection { callee_port: 8080, ..hep };
    for said in [missing(&packets, hep), missing(&frames, web)] {
        assert!(said.errors.contains("SIP not read: parts of the stream are missing"), "{}", said.errors);
        assert_eq!(said.status, Some(1));
        let names: Vec<String> = said.events().into_iter().map(|(_, _, _, name)| name).collect();
        assert_eq!(names.iter().filter(|name| *name == "EventReleased").count(), 2, "{names:?}");
    }
}

/// A live capture shows packets as they arrive: the tool holds a segment back for a bounded number of packets only.
#[test]
fn what_is_held_comes_before_the_input_ends() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    let connection = Connection::default();
    let mut packets = connection.segments(&parts(&tcp_call()));
    // Unrelated packets that say nothing about the connection, enough to fill more than one output buffer.
    let other = ipv4(17, OUTER.0, OUTER.1, &udp(1, 2, b"?"));
    packets.extend(std::iter::repeat_n(other, 400));
    for number in 1..200 {
        packets.extend(Call { number, ..Call::default() }.messages().iter().map(packet));
    }
    let mut tool = Command::new(env!("CARGO_BIN_EXE_im-session"))
        .args(["sip", "--format", "jsonl", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the tool");
    let mut input = tool.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || {
        input.write_all(&pcap(101, &packets)).expect("a reader");
        input
    });
    let mut line = String::new();
    BufReader::new(tool.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    assert!(line.contains("EventDialing") && line.contains("call-0"), "{line}");
    let _ = tool.kill();
    drop(writer.join());
    let _ = tool.wait();
}

#[test]
fn sequence_numbers_pass_zero() {
    let connection = Connection { begin: [u32::MAX - 300, u32::MAX - 10], ..Connection::default() };
    for size in [50, 1460] {
        let segments = connection.segments(&cut(&parts(&tcp_call()), size));
        assert_call("wrapped", &capture(&[connection.handshake(), segments].concat()));
    }
}

#[test]
fn a_connection_of_the_callee_leads_to_the_same_endpoint() {
    let call = Call { transport: "TCP", ..Call::default() };
    let messages = call.messages();
    let first = Connection::default();
    let mut segments = first.segments(&parts(&messages[..6]));
    // The callee hangs up over a connection to the caller's listening port.
    let bye = String::from_utf8(call.request("BYE", 9, ";tag=t", 1, ("", ""))).expect("UTF-8");
    let bye = bye
        .replace("From: \"Ann <a>\" <sip:2001@example.net>;tag=f0", "From: <sip:2002@example.net>;tag=t")
        .replace("To: <sip:2002@example.net>;tag=t", "To: <sip:2001@example.net>;tag=f0")
        .replace("TCP 198.51.100.1:5060", "TCP 198.51.100.2:5060");
    let back = Connection { caller_port: 5060, callee_port: 52_002, ..first };
    segments.extend(back.segments(&[(false, bye.into_bytes())]));
    assert_call("new connection", &capture(&segments));
}

#[test]
fn a_second_connection_with_the_same_ports_is_another_stream() {
    let first = Connection::default();
    let second = Connection { begin: [77, 88], ..first };
    let messages = tcp_call();
    let segments = [
        first.handshake(),
        first.segments(&parts(&messages[..4])),
        second.handshake(),
        second.segments(&parts(&messages[4..])),
    ]
    .concat();
    assert_call("again", &capture(&segments));
}

#[test]
fn what_a_capture_has_lost_of_a_stream_is_counted() {
    let connection = Connection::default();
    let messages = tcp_call();
    let mut segments = connection.segments(&cut(&parts(&messages), 200));
    // Drops the second piece of the INVITE.
    segments.remove(1);
    let said = capture(&segments);
    assert!(
        said.errors.ends_with(": 2 TCP packets with SIP not read: parts of the stream are missing\n"),
        "{}",
        said.errors
    );
    assert_eq!(said.status, Some(1));
    // Without the INVITE, neither end has events, but the messages after it are read.
    assert_eq!(said.events().len(), 0);

    // A message in the middle is lost, and the rest of the call is still read.
    let mut segments = connection.segments(&parts(&messages));
    segments.remove(4);
    let said = capture(&segments);
    assert_eq!(
        (said.errors.as_str(), said.events().len()),
        ("", 6),
        "whole messages that are missing leave nothing behind"
    );

    // The capture begins in the middle of a message.
    let mut segments = connection.segments(&cut(&parts(&messages), 200));
    let count = parts(&messages)[0].1.len().div_ceil(200);
    segments.remove(0);
    let said = capture(&segments);
    assert!(said.errors.contains(&format!(": {} TCP packets with SIP not read", count - 1)), "{}", said.errors);
}

#[test]
fn other_protocols_over_tcp_are_nothing_and_tls_at_the_port_of_sip_is_said() {
    let web = Connection { callee_port: 80, ..Connection::default() };
    let http = [
        (true, b"GET /INVITE HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        (false, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nSIP/2".to_vec()),
        (true, vec![7; 3000]),
    ];
    let said = capture(&web.segments(&http));
    assert_eq!((said.errors.as_str(), said.status), ("", Some(0)));

    let tls = Connection { callee_port: 5061, ..Connection::default() };
    let record = [&[0x17, 3, 3, 1, 0][..], &[0xaa; 256]].concat();
    let said = capture(&tls.segments(&[(true, record.clone()), (false, record.clone()), (true, record)]));
    assert!(said.errors.ends_with(": 3 TCP packets at port 5061 not read: encrypted\n"), "{}", said.errors);
    assert_eq!(said.status, Some(0));
}

/// A WebSocket frame.
fn frame(first: u8, masked: bool, payload: &[u8]) -> Vec<u8> {
    let mask = if masked { 0x80 } else { 0 };
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..126 => frame.push(mask | u8::try_from(length).expect("short")),
        length => {
            frame.push(mask | 126);
            frame.extend(u16::try_from(length).expect("a frame").to_be_bytes());
        }
    }
    if masked {
        let key = [0x11, 0x22, 0x33, 0x44];
        frame.extend(key);
        frame.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    } else {
        frame.extend(payload);
    }
    frame
}

fn upgrade() -> Vec<(bool, Vec<u8>)> {
    let request = "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n";
    let answer = "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n";
    vec![(true, request.into()), (false, answer.into())]
}

fn web_call() -> Vec<Message> {
    // A browser has no address that others can reach.
    Call { transport: "WS", caller: "df7jal23ls0d.invalid", ..Call::default() }.messages()
}

/// Asserts the call between the caller at its own port and the callee at port 8080.
fn assert_web_call(name: &str, segments: &[Vec<u8>]) {
    assert_call_between(name, &capture(segments), "198.51.100.1:51001", "198.51.100.2:8080");
}

#[test]
fn websockets_are_read_from_their_handshake_or_from_the_middle() {
    let connection = Connection { callee_port: 8080, ..Connection::default() };
    let whole = |message: &Message| (message.from_caller, frame(0x81, message.from_caller, &message.bytes));
    let frames: Vec<_> = web_call().iter().map(whole).collect();
    for size in [1, 10, 100, 1460] {
        let parts = cut(&[upgrade(), frames.clone()].concat(), size);
        assert_web_call(&size.to_string(), &[connection.handshake(), connection.segments(&parts)].concat());
    }
    assert_web_call("middle", &connection.segments(&frames));

    let binary = |message: &Message| (message.from_caller, frame(0x82, message.from_caller, &message.bytes));
    let frames: Vec<_> = web_call().iter().map(binary).collect();
    assert_web_call("binary", &connection.segments(&[upgrade(), frames].concat()));
}

#[test]
fn a_message_in_several_frames_with_a_ping_between_them_is_one() {
    let connection = Connection { callee_port: 8080, ..Connection::default() };
    let in_frames = |message: &Message| {
        let mut bytes = Vec::new();
        let count = message.bytes.chunks(70).count();
        for (index, chunk) in message.bytes.chunks(70).enumerate() {
            let opcode = u8::from(index == 0) | if index + 1 == count { 0x80 } else { 0 };
            bytes.extend(frame(opcode, message.from_caller, chunk));
            bytes.extend(frame(0x89, message.from_caller, b"are you there"));
        }
        (message.from_caller, bytes)
    };
    let frames: Vec<_> = web_call().iter().map(in_frames).collect();
    assert_web_call("fragments", &connection.segments(&[upgrade(), frames].concat()));
}

#[test]
fn compressed_frames_are_counted() {
    let connection = Connection { callee_port: 8080, ..Connection::default() };
    let frames: Vec<_> =
        web_call().iter().map(|message| (message.from_caller, frame(0xc1, false, &message.bytes))).collect();
    let said = capture(&connection.segments(&[upgrade(), frames].concat()));
    assert!(said.errors.ends_with(": 8 WebSocket frames with SIP not read: compressed\n"), "{}", said.errors);
    assert_eq!(said.status, Some(1));
}

/// A HEP3 packet.
fn hep3(message: &Message, chunk: u16, payload: &[u8]) -> Vec<u8> {
    let (source, destination) = if message.from_caller { (CALLER_IP, CALLEE_IP) } else { (CALLEE_IP, CALLER_IP) };
    let chunk_of = |kind: u16, value: &[u8]| {
        let length = u16::try_from(value.len() + 6).expect("a chunk").to_be_bytes();
        [&[0, 0][..], &kind.to_be_bytes(), &length, value].concat()
    };
    let body = [
        chunk_of(1, &[2]),
        chunk_of(2, &[17]),
        chunk_of(3, &source),
        chunk_of(4, &destination),
        chunk_of(7, &5060_u16.to_be_bytes()),
        chunk_of(8, &5060_u16.to_be_bytes()),
        chunk_of(9, &1_767_261_600_u32.to_be_bytes()),
        chunk_of(10, &[0; 4]),
        chunk_of(11, &[1]),
        chunk_of(chunk, payload),
    ]
    .concat();
    let length = u16::try_from(body.len() + 6).expect("a packet").to_be_bytes();
    [&b"HEP3"[..], &length, &body].concat()
}

/// A HEP version 1 or 2 packet.
fn hep_before(version: u8, message: &Message) -> Vec<u8> {
    let (source, destination) = if message.from_caller { (CALLER_IP, CALLEE_IP) } else { (CALLEE_IP, CALLER_IP) };
    let time: &[u8] = if version == 2 { &[0; 12] } else { &[] };
    let length = if version == 2 { 28 } else { 16 };
    [&[version, length, 2, 17, 0x13, 0xc4, 0x13, 0xc4][..], &source, &destination, time, &message.bytes].concat()
}

#[test]
fn hep_over_udp_and_tcp_tells_the_addresses_of_what_it_carries() {
    let call = Call::default().messages();
    let to_homer = |hep: Vec<u8>| ipv4(17, OUTER.0, OUTER.1, &udp(40_000, 9060, &hep));
    let zlib = |bytes: &[u8]| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    };
    let all: Vec<(&str, Vec<Vec<u8>>)> = vec![
        ("3", call.iter().map(|message| to_homer(hep3(message, 15, &message.bytes))).collect()),
        ("3 compressed", call.iter().map(|message| to_homer(hep3(message, 16, &zlib(&message.bytes)))).collect()),
        ("2", call.iter().map(|message| to_homer(hep_before(2, message))).collect()),
        ("1", call.iter().map(|message| to_homer(hep_before(1, message))).collect()),
    ];
    for (name, packets) in all {
        assert_call(name, &watch_bytes("hep", &pcap(101, &packets)));
    }
    let connection = Connection { callee_port: 9060, ..Connection::default() };
    let packets: Vec<_> = call.iter().map(|message| (true, hep3(message, 15, &message.bytes))).collect();
    for size in [100, 1460, 100_000] {
        assert_call("tcp", &capture(&connection.segments(&cut(&packets, size))));
    }
    // Media reports, and chunks that claim to be longer than the packet, are ignored.
    let report = hep3(&call[0], 15, b"{\"type\": 200}");
    let mut long = hep3(&call[0], 15, &call[0].bytes);
    long[4] = 0xff;
    let said = watch_bytes("hep", &pcap(101, &[to_homer(report), to_homer(long[..60].to_vec())]));
    assert_eq!((said.errors.as_str(), said.events().len()), ("", 0));
}

#[test]
fn sctp_is_read_where_a_chunk_holds_a_message() {
    let chunk = |flags: u8, data: &[u8]| {
        let length = u16::try_from(data.len() + 16).expect("a chunk").to_be_bytes();
        let padding = vec![0; data.len().next_multiple_of(4) - data.len()];
        [&[0, flags][..], &length, &[0; 12], data, &padding].concat()
    };
    let sctp = |message: &Message, chunks: Vec<u8>| {
        let (source, destination) = if message.from_caller { (CALLER_IP, CALLEE_IP) } else { (CALLEE_IP, CALLER_IP) };
        // A SACK chunk before the data.
        let head = [0x13, 0xc4, 0x13, 0xc4, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        ipv4(132, source, destination, &[&head[..], &chunks].concat())
    };
    let call = Call { transport: "SCTP", ..Call::default() }.messages();
    let packets: Vec<_> = call.iter().map(|message| sctp(message, chunk(3, &message.bytes))).collect();
    assert_call("sctp", &watch_bytes("sctp", &pcap(101, &packets)));
    let said = watch_bytes("sctp", &pcap(101, &[sctp(&call[0], chunk(2, &call[0].bytes[..200]))]));
    assert!(said.errors.ends_with(": 1 SCTP chunk with SIP not read: a part of a message\n"), "{}", said.errors);
}

#[test]
fn datagrams_and_streams_of_one_call_are_one_call() {
    // The request is too long for a datagram (RFC 3261 section 18.1.1), but its responses are not.
    let call = Call::default().messages();
    let connection = Connection { caller_port: 5060, ..Connection::default() };
    let mut segments = connection.segments(&parts(&call[..1]));
    segments.extend(call[1..].iter().map(packet));
    assert_call_between("both", &capture(&segments), "198.51.100.1:5060", CALLEE);
}
