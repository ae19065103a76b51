//! Checks that the cost of SIP is linear in the number of bytes: `cargo bench --features sip --bench sip_linear`.
//!
//! Counts the instructions for the worst known inputs, at n, 2n and 4n bytes: the program runs itself under `valgrind
//! --tool=callgrind` for each, and fails if twice the bytes cost more than 2.2 times as much. Without valgrind it
//! prints a message and succeeds. No clock is used.

mod callgrind;

use std::process::ExitCode;
use std::time::Duration;

use callgrind::Started;
use im_session::sip::stream::{TcpFraming, WebSocketFraming};
use im_session::sip::{DialogInfo, Direction, Observer, SipLimits, SipMessage};

/// The size of the smallest input, in bytes.
const SMALLEST: usize = 16_384;

/// A name, and a function that does the work for this many bytes.
type Work = (&'static str, fn(usize));

const WORKS: [Work; 15] = [
    ("dialog-info: nested elements, a namespace each", |bytes| {
        let open = (0..).map(|number| format!("<a xmlns:n{number}='x'>"));
        documents(&fill(bytes, open));
    }),
    ("dialog-info: elements, a namespace each", |bytes| {
        documents(&fill(bytes, (0..).map(|number| format!("<a xmlns:n{number}='x'/>"))));
    }),
    ("dialog-info: attributes of one element", |bytes| {
        documents(&format!("<a{}/>", fill(bytes, (0..).map(|number| format!(" a{number}='x'")))));
    }),
    ("dialog-info: namespaces of one element", |bytes| {
        documents(&format!("<a{}/>", fill(bytes, (0..).map(|number| format!(" xmlns:n{number}='x'")))));
    }),
    ("dialog-info: dialogs", |bytes| {
        let dialog = |number| format!("<dialog id='{number}'><state>early</state></dialog>");
        documents(&fill(bytes, (0..).map(dialog)));
    }),
    ("dialog-info: references in a text", |bytes| {
        let text = fill(bytes, std::iter::repeat("&amp;".to_owned()));
        documents(&format!("<dialog id='1'><state>early</state><remote><identity>{text}</identity></remote></dialog>"));
    }),
    ("dialog-info: pieces of a text", |bytes| {
        let text = fill(bytes, std::iter::repeat("a<!---->".to_owned()));
        documents(&format!("<dialog id='1'><state>early</state><remote><identity>{text}</identity></remote></dialog>"));
    }),
    ("message: headers", |bytes| message(&fill(bytes, std::iter::repeat("X: y\r\n".to_owned())), "")),
    ("message: one folded header", |bytes| {
        message(&format!("Via: x{}\r\n", fill(bytes, std::iter::repeat("\r\n ;a=\"b\",".to_owned()))), "");
    }),
    ("message: reasons", |bytes| {
        message(&format!("Reason: {}x\r\n", fill(bytes, std::iter::repeat("a;b=c,".to_owned()))), "");
    }),
    ("message: parts of a body", |bytes| {
        let body = fill(bytes, std::iter::repeat("--x\r\nContent-Type: a/b\r\n\r\n".to_owned()));
        message("Content-Type: multipart/mixed;boundary=x\r\n", &body);
    }),
    ("TCP: one header line, byte by byte", |bytes| {
        tcp(format!("BYE sip:a SIP/2.0\r\nX: {}", "x".repeat(bytes)).as_bytes());
    }),
    ("TCP: lines that are no message, byte by byte", |bytes| tcp("x y\n".repeat(bytes / 4).as_bytes())),
    ("TCP: messages, byte by byte", |bytes| {
        tcp("BYE sip:a SIP/2.0\r\nl: 1\r\n\r\nx".repeat(bytes / 28).as_bytes());
    }),
    ("WebSocket: fragments of a byte, byte by byte", |bytes| {
        let mut framing = WebSocketFraming::new();
        for frame in std::iter::repeat_n(b"\x00\x81\x01\x02\x03\x04x", bytes / 7) {
            for mut byte in frame.chunks(1) {
                while framing.next_message(&mut byte).is_some() {}
            }
        }
    }),
];

/// Concatenates parts up to this many bytes.
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
    let _ = DialogInfo::new().with_limits(limits()).observe(document.as_bytes(), Duration::ZERO);
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
    for (direction, bytes) in [
        (Direction::Received, invite),
        (Direction::Sent, with("SIP/2.0 200 OK", "INVITE", "", "")),
        (Direction::Received, with("MESSAGE sip:b@h SIP/2.0", "MESSAGE", more, body)),
    ] {
        let _ = SipMessage::parse(bytes.as_bytes()).map(|message| (message.via(), message.contact()));
        let _ = observer.observe(direction, bytes.as_bytes(), Duration::ZERO);
    }
}

fn tcp(bytes: &[u8]) {
    let mut framing = TcpFraming::with_limit(usize::MAX);
    for mut byte in bytes.chunks(1) {
        while framing.next_message(&mut byte).is_some() {}
    }
}

fn main() -> ExitCode {
    match callgrind::started() {
        Started::AsBench => {}
        Started::InVain(code) => return code,
        Started::AsChild(arguments) => {
            if let [number, bytes] = arguments.as_slice() {
                let number: usize = number.parse().expect("the number of a piece of work");
                if let Some((_, work)) = WORKS.get(number) {
                    work(bytes.parse().expect("a number of bytes"));
                }
            }
            return ExitCode::SUCCESS;
        }
    }
    match table() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("expected at most 2.2 times the instructions for twice the bytes, found more");
            ExitCode::FAILURE
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a line for each piece of work. Returns whether all are linear.
fn table() -> Result<bool, String> {
    println!("{:<50} {:>12} {:>12} {:>12} {:>6} {:>6}", "instructions for", "16 KiB", "32 KiB", "64 KiB", "", "");
    // The cost of the start, which is included in all of them.
    let start = count(WORKS.len(), 0)?;
    let mut linear = true;
    for (number, (name, _)) in WORKS.iter().enumerate() {
        let counted = |times: usize| count(number, times * SMALLEST).map(|count| count.saturating_sub(start).max(1));
        let (once, twice, four_times) = (counted(1)?, counted(2)?, counted(4)?);
        let growth = [twice as f64 / once as f64, four_times as f64 / twice as f64];
        linear &= growth.iter().all(|growth| *growth <= 2.2);
        println!("{name:<50} {once:>12} {twice:>12} {four_times:>12} {:>6.2} {:>6.2}", growth[0], growth[1]);
    }
    Ok(linear)
}

/// The instructions of this program with one piece of work.
fn count(number: usize, bytes: usize) -> Result<u64, String> {
    callgrind::instructions(&[&number.to_string(), &bytes.to_string()])
}
