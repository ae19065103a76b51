//! Does the tool survive hostile input? The tests use mutants, noise, very long and deeply nested structures, and
//! endless captures.

use std::time::{Duration, Instant};

use super::captures::{Block, ethernet, ipv4, packet, pcap, pcapng, snoop, udp};
use super::messages::{Call, Message, call};
use super::tool::{Temporary, run, watch, watch_bytes};

/// A pseudorandom generator that gives the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (below.max(1) as u64)).expect("below")
    }
}

/// The bytes with some of them changed, removed or inserted.
fn mutant(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=numbers.next(6) {
        let at = numbers.next(bytes.len());
        match numbers.next(5) {
            0 => bytes[at] = u8::try_from(numbers.next(256)).expect("a byte"),
            1 => bytes[at] ^= 1 << numbers.next(8),
            2 => bytes.truncate(at.max(1)),
            3 => {
                let end = (at + numbers.next(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let copy = bytes[at..(at + numbers.next(60)).min(bytes.len())].to_vec();
                bytes.splice(at..at, copy);
            }
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

/// Asserts that no mutant of these files makes the tool panic.
fn assert_no_panic(originals: &[Vec<u8>], count: usize) {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let files: Vec<Temporary> = (0..count)
        .map(|index| Temporary::new("mutant", &mutant(&originals[index % originals.len()], &mut numbers)))
        .collect();
    let paths: Vec<&str> = files.iter().map(Temporary::path).collect();
    for paths in paths.chunks(200) {
        let output = run(&[&["--format", "jsonl"], paths].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{errors}");
        assert!(!errors.contains("panicked"), "{errors}");
    }
}

#[test]
fn mutants_of_every_file_of_the_field_are_survived() {
    let files = std::fs::read_dir("tests/data/sip-field").expect("files").map(|file| file.expect("a file").path());
    let originals: Vec<_> =
        files.filter(|file| !file.ends_with("cases.json")).map(|file| std::fs::read(file).expect("bytes")).collect();
    assert_eq!(originals.len(), 20);
    assert_no_panic(&originals, 1200);
}

#[test]
fn mutants_of_other_captures_are_survived() {
    let frames: Vec<_> = call().iter().map(|message| ethernet(0x0800, &packet(message))).collect();
    let nflog: Vec<_> =
        call().iter().map(|message| [&[2, 0, 0, 0, 0xff, 1, 9, 0][..], &packet(message)].concat()).collect();
    let geneve = |message: &Message| {
        let inner = ethernet(0x0800, &packet(message));
        let outer = udp(6081, 6081, &[&[1, 0, 0x65, 0x58, 0, 0, 0, 0, 1, 2, 3, 4][..], &inner].concat());
        ipv4(17, [192, 0, 2, 1], [192, 0, 2, 2], &outer)
    };
    let originals = [
        pcapng(1, &frames, Block::Enhanced, false),
        pcapng(1, &frames, Block::Old, true),
        snoop(&frames),
        pcap(239, &nflog),
        pcap(101, &call().iter().map(geneve).collect::<Vec<_>>()),
        pcap(105, &frames),
        pcap(252, &frames),
    ];
    assert_no_panic(&originals, 1000);
}

#[test]
fn what_is_not_sip_is_never_called_broken_sip() {
    let payloads: [&[u8]; 10] = [
        b"<134>Jan  1 10:00:00 pbx asterisk[1]: Channel SIP/2001-1 joined bridge",
        b"<134>Jan  1 10:00:00 pbx app: INVITE sip:2001@x SIP/2.0 was refused",
        b"GET /sip:x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"the answer is SIP/2.0",
        b"SIP/2.0",
        b"SIP/2.0 is a protocol\r\n",
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n",
        b"\r\n\r\n",
        b"\0\0\0\0",
        b"",
    ];
    for port in [514, 5060] {
        let packets: Vec<_> = payloads
            .iter()
            .map(|payload| ipv4(17, [192, 0, 2, 1], [192, 0, 2, 9], &udp(port, port, payload)))
            .collect();
        let said = watch_bytes("other", &pcap(101, &packets));
        assert_eq!((said.errors.as_str(), said.status, said.objects.len()), ("", Some(0), 1), "{port}");
    }
}

/// A generous limit: linear work needs a second or two, and quadratic work would need many minutes.
const LONG: Duration = Duration::from_secs(60);

fn assert_in_proportion(name: &str, bytes: &[u8]) {
    let file = Temporary::new("long", bytes);
    let begin = Instant::now();
    let output = run(&["--format", "jsonl", file.path()]);
    assert!(output.status.code().is_some(), "{name}");
    assert!(begin.elapsed() < LONG, "{name}: {:?}", begin.elapsed());
}

#[test]
fn long_texts_take_time_in_proportion() {
    const LENGTH: usize = 4 << 20;
    let head = "2026/01/01 10:00:00.0 192.0.2.1:5060 -> 192.0.2.2:5060\n";
    let promising = format!("{head}MESSAGE sip:x SIP/2.0\nContent-Length: 60000\n\nx\n");
    let dashes = format!("{head}---\n---\n");
    for piece in
        [promising.as_str(), &dashes, "-> ", ":", "<--- ", "message:", "[", "10:00:00 ", head, "SIP/2.0 200 OK\n\n"]
    {
        assert_in_proportion(piece, piece.repeat(LENGTH / piece.len()).as_bytes());
    }
}

#[test]
fn long_streams_take_time_in_proportion() {
    let segments = |bytes: &dyn Fn(usize) -> Vec<u8>| {
        let mut offset = 1;
        let segment = |index: usize| {
            let data = bytes(index);
            let numbers = [&u32::to_be_bytes(offset)[..], &[0; 4], &[0x50, 16, 0, 0, 0, 0, 0, 0]].concat();
            offset += u32::try_from(data.len()).expect("short");
            ipv4(6, [192, 0, 2, 1], [192, 0, 2, 2], &[&[0xc0, 1, 0x13, 0xc4][..], &numbers, &data].concat())
        };
        pcap(101, &(0..60_000).map(segment).collect::<Vec<_>>())
    };
    // Four endless streams: headers sent a byte at a time, bare line ends, announced bodies that never follow, and
    // binary noise.
    let endless = |index: usize| if index == 0 { b"INVITE sip:x SIP/2.0\r\nX: ".to_vec() } else { b"y".to_vec() };
    let line_ends = |_: usize| b"\r\n".to_vec();
    let bodies = |_: usize| b"INVITE sip:x SIP/2.0\r\nContent-Length: 999999\r\n\r\n".to_vec();
    let noise = |index: usize| vec![u8::try_from(index % 256).expect("a byte"); 100];
    assert_in_proportion("endless", &segments(&endless));
    assert_in_proportion("line ends", &segments(&line_ends));
    assert_in_proportion("bodies", &segments(&bodies));
    assert_in_proportion("noise", &segments(&noise));
}

#[test]
fn what_is_over_is_forgotten_where_that_is_asked_for() {
    let mut packets = Vec::new();
    for number in 1..=2000 {
        packets.extend(Call { number, ..Call::default() }.messages().iter().map(packet));
    }
    let file = Temporary::new("many", &pcap(101, &packets));
    let all = watch(&[file.path()]);
    assert_eq!((all.sessions().len(), all.errors.as_str()), (4000, ""));
    let said = watch(&["--forget", "60", file.path()]);
    assert_eq!(said.events(), all.events(), "everything is shown");
    let left = said.sessions().len();
    assert!(left < 2100, "{left} sessions are left");
    assert_eq!(said.errors, format!("{} ended sessions were forgotten\n", 4000 - left));
    assert_eq!(said.status, Some(0));
}
