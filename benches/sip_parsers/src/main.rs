//! Compares SIP parsers on what the observer has to read from every message: Call-ID, CSeq, From and To with their
//! tags, and the branch of the topmost Via. Prints the table of `docs/sip.md`.

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::Bytes;
use ezk_sip_types::header::typed::{CSeq, CallID, FromTo, Via};
use ezk_sip_types::msg::{Line, MessageLine, PullParser};
use ezk_sip_types::parse::Parse;
use ezk_sip_types::{Headers, Name};
use im_session::sip::SipMessage;
use rsip::prelude::{HeadersExt, ToTypedHeader, UntypedHeader};

/// A parser: whether everything required could be read from a message.
type Parser = fn(&[u8]) -> bool;

const PARSERS: [(&str, Parser); 3] = [("im-session", own), ("ezk-sip-types", ezk), ("rsip", rsip)];

/// RFC 4475 3.1.1.
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

fn own(message: &[u8]) -> bool {
    SipMessage::parse(message).is_ok()
}

fn ezk(message: &[u8]) -> bool {
    let bytes = Bytes::copy_from_slice(message);
    let mut parser = PullParser::new(&bytes, 0);
    let Some(Ok(first)) = parser.next() else { return false };
    let Ok(first) = std::str::from_utf8(first) else { return false };
    if MessageLine::parse(&bytes)(first).is_err() {
        return false;
    }
    let mut headers = Headers::new();
    for line in &mut parser {
        let Ok(line) = line else { return false };
        let Ok(line) = std::str::from_utf8(line) else { return false };
        let Ok((_, line)) = Line::parse(&bytes, line) else { return false };
        headers.insert(line.name, line.value);
    }
    headers.get::<FromTo>(Name::FROM).is_ok()
        && headers.get::<FromTo>(Name::TO).is_ok()
        && headers.get_named::<CallID>().is_ok()
        && headers.get_named::<CSeq>().is_ok()
        && headers.get_named::<Vec<Via>>().is_ok()
}

fn rsip(message: &[u8]) -> bool {
    fn all(message: &impl HeadersExt) -> bool {
        message.from_header().is_ok_and(|header| header.typed().is_ok())
            && message.to_header().is_ok_and(|header| header.typed().is_ok())
            && message.call_id_header().is_ok_and(|header| !header.value().is_empty())
            && message.cseq_header().is_ok_and(|header| header.typed().is_ok())
            && message.via_header().is_ok_and(|header| header.typed().is_ok())
    }
    match rsip::SipMessage::try_from(message) {
        Ok(rsip::SipMessage::Request(request)) => all(&request),
        Ok(rsip::SipMessage::Response(response)) => all(&response),
        Err(_) => false,
    }
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    let recorded = recorded(&data.join("sip"));
    let (mut well_formed, mut broken) = (Vec::new(), Vec::new());
    for path in files(&data.join("torture"), "sip") {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let bytes = std::fs::read(path).expect("a message");
        if WELL_FORMED.contains(&name.as_str()) { well_formed.push(bytes) } else { broken.push(bytes) }
    }
    let real = real_life(&recorded[0]);

    println!("| reads | {} |", PARSERS.map(|(name, _)| name).join(" | "));
    println!("|---|---|---|---|");
    row(&format!("{} recorded messages", recorded.len()), &recorded);
    row(&format!("{} well-formed torture messages", well_formed.len()), &well_formed);
    row(&format!("{} other torture messages", broken.len()), &broken);
    for (what, message) in &real {
        row(what, std::slice::from_ref(message));
    }
    let mutants = mutants(&recorded, 200_000);
    let panics = PARSERS.map(|(_, parser)| {
        mutants.iter().filter(|message| catch_unwind(AssertUnwindSafe(|| parser(message))).is_err()).count().to_string()
    });
    println!("| panics on {} mutants | {} |", mutants.len(), panics.join(" | "));
    let times = PARSERS.map(|(_, parser)| {
        let start = Instant::now();
        let rounds = 400;
        for _ in 0..rounds {
            for message in &recorded {
                black_box(parser(black_box(message)));
            }
        }
        format!("{} ns", start.elapsed().as_nanos() / (rounds * recorded.len() as u128))
    });
    println!("| time for a recorded message | {} |", times.join(" | "));
}

fn row(what: &str, messages: &[Vec<u8>]) {
    let read = PARSERS.map(|(_, parser)| {
        let read = |message: &&Vec<u8>| catch_unwind(AssertUnwindSafe(|| parser(message))).unwrap_or(false);
        let count = messages.iter().filter(read).count();
        if messages.len() == 1 { (if count == 1 { "yes" } else { "no" }).to_owned() } else { count.to_string() }
    });
    println!("| {what} | {} |", read.join(" | "));
}

fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .expect("the data of the tests")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

/// Every message of the recorded flows, with the line ends of the wire.
fn recorded(directory: &Path) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    for path in files(directory, "txt") {
        let text = std::fs::read_to_string(path).expect("a flow");
        for message in text.split("\n-- #").skip(1) {
            let (_, message) = message.split_once('\n').expect("a head");
            let mut message = message.trim_end().replace('\n', "\r\n");
            if !message.contains("\r\n\r\n") {
                message.push_str("\r\n\r\n");
            }
            messages.push(message.into_bytes());
        }
    }
    messages
}

/// Peculiarities of real networks, applied to a recorded INVITE.
fn real_life(invite: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let invite = String::from_utf8(invite.to_vec()).expect("a recorded message");
    let changed = |from: &str, to: &str| {
        assert!(invite.contains(from), "{from}");
        invite.replacen(from, to, 1).into_bytes()
    };
    let mut latin = changed("\"alice\"", "\"Ren?\"");
    let at = latin.iter().position(|&byte| byte == b'?').expect("it is there");
    latin[at] = 0xe9;
    vec![
        ("From: a `tel:` address", changed("<sip:alice@127.0.0.1:5061>;", "<tel:+19165550104>;")),
        ("To: a `urn:` address", changed("To: <sip:bob@127.0.0.1:5062>", "To: <urn:service:sos>")),
        ("request line: a `tel:` address", changed("INVITE sip:bob@127.0.0.1:5062", "INVITE tel:+19165550104")),
        ("a display name in Latin-1", latin),
        ("a display name with an escaped quote", changed("\"alice\"", "\"the \\\"boss\\\"\"")),
        (
            "a fault in a header that nobody needs",
            changed("Max-Forwards: 70", "Contact: <sip:x;;;\r\nMax-Forwards: many"),
        ),
        ("compact and folded headers", changed("From: \"alice\" <", "f:\r\n \"alice\"\r\n <")),
    ]
}

/// Recorded messages with changed, duplicated and removed bytes. They are the same in every run.
fn mutants(recorded: &[Vec<u8>], count: usize) -> Vec<Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or(0) % below.max(1)
    };
    const SPECIAL: &[u8] = b"\r\n\t \"\\<>;,:=@%/\0\xff";
    (0..count)
        .map(|_| {
            let mut message = recorded[random(recorded.len())].clone();
            for _ in 0..=random(6) {
                if message.is_empty() {
                    break;
                }
                let at = random(message.len());
                match random(4) {
                    0 => message[at] = SPECIAL[random(SPECIAL.len())],
                    1 => message.insert(at, SPECIAL[random(SPECIAL.len())]),
                    2 => drop(message.remove(at)),
                    _ => message.truncate(at.max(1)),
                }
            }
            message
        })
        .collect()
}
