//! Checks that reading logs, envelopes and JSON lines is linear even if an attacker writes them: `cargo bench --bench
//! linear`. `scripts/costs` prints all tables of this kind.

mod growth;

use std::process::ExitCode;

use growth::{Work, measured};
use im_session::decode::envelope::{Envelope, without_colours};
use im_session::{Decoder, Event};

const TSERVER: &str = "x message EventRinging\n\tAttributeUserData\t[9] 00\n";
const PLATFORM_SDK: &str = "x 'EventRinging' ('60')\nmessage attributes:\nAttributeUserData [bstr] = KVList:\n";

const fn decoder(entry: &'static str, input: &'static str, run: fn(usize)) -> Work {
    Work { entry, input, n: 4_000, run }
}

const WORKS: &[Work] = &[
    decoder("Platform SDK log", "brackets after a key", |n| {
        read(&format!("{PLATFORM_SDK}\t'k' {}\n", "[' ".repeat(n)))
    }),
    decoder("Platform SDK log", "quotes in a key", |n| read(&format!("{PLATFORM_SDK}\t'k{}\n", "' ".repeat(n)))),
    decoder("T-Server log", "quotes in a key", |n| read(&format!("{TSERVER}\t\t'k{}\n", "' ".repeat(n)))),
    decoder("T-Server log", "quotes without white space", |n| read(&format!("{TSERVER}\t\t'k{}\n", "'x".repeat(n)))),
    decoder("T-Server log", "pairs", |n| {
        read(&format!("{TSERVER}{}", (0..n).map(|at| format!("\t\t'k{at}'\t'v'\n")).collect::<String>()))
    }),
    decoder("T-Server log", "lines of a value", |n| {
        read(&format!("{TSERVER}\t\t'k'\t'open\n{}\t\t'l'\t1\n", "a ' b\n".repeat(n / 4)))
    }),
    decoder("JSON lines", "objects in objects", |n| {
        read(&format!("{{\"Event\":\"EventRinging\",\"UserData\":{}", "{\"k\":".repeat(n)))
    }),
    decoder("JSON lines", "arrays in arrays", |n| {
        read(&format!("{{\"Event\":\"EventX\",\"UserData\":{}1{}}}", "[".repeat(n), "]".repeat(n)))
    }),
    decoder("JSON lines", "fractions", |n| {
        read(&format!("{{\"Event\":\"EventX\",\"UserData\":[{}1.5]}}", "1.5,".repeat(n)))
    }),
    decoder("Platform SDK log", "numbers of messages", |n| read(&format!("{}\n", "('1') ".repeat(n)))),
    decoder("envelope: grep", "names of files", |n| read(&format!("{} message EventHeld\n", "a-".repeat(n)))),
    decoder("envelope: colours", "colours", |n| read(&format!("{}\u{1b}[0m\n", "\u{1b}[1".repeat(n)))),
    // A smaller input costs less per byte.
    Work {
        n: 16_000,
        ..decoder("envelope: quotes", "quoted mail", |n| read(&format!("{}message EventHeld\n", "> ".repeat(n))))
    },
    decoder("envelope: syslog", "lines in a line of syslog", |n| {
        read(&format!("Mar  1 12:00:00 h p[1]: {}\n", "#012message EventHeld".repeat(n / 4)))
    }),
    decoder("envelope: CRI", "pieces of a line", |n| read(&"2024-03-01T12:30:00Z stdout P x\n".repeat(n))),
    decoder("envelope: JSON", "lines in objects", |n| {
        read(&"{\"log\":\"message EventHeld\\n\",\"stream\":\"s\"}\n".repeat(n / 4))
    }),
    decoder("T-Server log", "a SIP message", |n| {
        read(&format!("12:30:00 Received [0,UDP] 99999999 bytes from x <<<<<\n{}", "message EventHeld\n".repeat(n)))
    }),
    decoder("T-Server log", "references of requests", |n| read(&format!("{}\n", "message EventX(refid=".repeat(n)))),
    decoder("T-Server log", "pairs, byte by byte", |n| byte_by_byte(&format!("{TSERVER}{}", pairs(n / 4)))),
    decoder("T-Server log", "one line, byte by byte", |n| {
        byte_by_byte(&format!("{TSERVER}\t\t'k'\t'{}'\n", "x".repeat(n)))
    }),
    decoder("T-Server log", "lines of a value, byte by byte", |n| {
        byte_by_byte(&format!("{TSERVER}\t\t'k'\t'open\n{}\t\t'l'\t1\n", "a ' b\n".repeat(n / 4)));
    }),
    decoder("T-Server log", "pairs with one key", |n| read(&format!("{TSERVER}{}", "\t\t'k'\t'v'\n".repeat(n)))),
    decoder("T-Server log", "lists in lists", |n| {
        let lines = (0..n / 4).map(|at| format!("{}'k'(list)\n", "\t".repeat(2 + at % 90)));
        read(&format!("{TSERVER}{}", lines.collect::<String>()));
    }),
    decoder("Platform SDK log", "pairs, byte by byte", |n| {
        byte_by_byte(&format!("{PLATFORM_SDK}{}", "\t'k' [str] = \"v\"\n".repeat(n / 4)));
    }),
    decoder("Platform SDK log", "lines of a value", |n| {
        read(&format!("{PLATFORM_SDK}\t'k' [str] = \"open\n{}\t'l' [int] = 1\n", "a \" b\n".repeat(n / 4)));
    }),
    decoder("JSON lines", "one line, byte by byte", |n| {
        byte_by_byte(&format!("{{\"Event\":\"EventX\",\"ThisDN\":\"{}\"}}\n", "x".repeat(n)));
    }),
    decoder("Event::from_json_line", "pairs of user data", |n| json_line(&json_pairs(n))),
    decoder("Event::from_json_line", "pairs with one key", |n| json_line(&["\"k\":1"].repeat(n).join(","))),
    decoder("Event::from_json_line", "escapes in a value", |n| {
        json_line(&format!("\"k\":\"{}\"", "\\u00e9".repeat(n)))
    }),
    decoder("Event::from_json_line", "digits of a number", |n| json_line(&format!("\"k\":{}", "9".repeat(n)))),
    decoder("Event::from_json_line", "lists in lists", |n| {
        let deep = format!("{}1{}", "{\"k\":".repeat(90), "}".repeat(90));
        json_line(&(0..n / 90 + 1).map(|at| format!("\"{at}\":{deep}")).collect::<Vec<_>>().join(","));
    }),
    decoder("Event::from_json_line", "members that are unknown", |n| {
        let line = format!("{{\"Event\":\"EventX\"{}}}", ",\"Unknown\":[{}]".repeat(n));
        let _ = measured(|| Event::from_json_line(&line));
    }),
    decoder("Envelope::of_line, open", "colons and dashes", |n| envelope(&"a-1:".repeat(n))),
    decoder("Envelope::of_line, open", "quotes of mail", |n| envelope(&"> | ".repeat(n))),
    decoder("Envelope::of_line, open", "escapes in an object", |n| {
        envelope(&format!("{{\"log\":\"{}\"}}", "\\n\\u0041".repeat(n)));
    }),
    decoder("without_colours", "colours", |n| {
        let line = "\u{1b}[1mx\u{1b}[".repeat(n);
        let _ = measured(|| without_colours(line.as_bytes()).len());
    }),
];

fn main() -> ExitCode {
    growth::main(WORKS)
}

fn read(log: &str) {
    measured(|| {
        let mut decoder = Decoder::new().with_limit(usize::MAX);
        decoder.push(log.as_bytes(), |_| ());
        decoder.finish().for_each(drop);
    });
}

/// A log in as many pieces as possible.
fn byte_by_byte(log: &str) {
    measured(|| {
        let mut decoder = Decoder::new().with_limit(usize::MAX);
        for byte in log.as_bytes().chunks(1) {
            decoder.push(byte, |_| ());
        }
        decoder.finish().for_each(drop);
    });
}

fn pairs(n: usize) -> String {
    (0..n).map(|at| format!("\t\t'k{at}'\t'v'\n")).collect()
}

fn json_pairs(n: usize) -> String {
    (0..n).map(|at| format!("\"k{at}\":\"v\"")).collect::<Vec<_>>().join(",")
}

/// Reads an event with these pairs as user data.
fn json_line(pairs: &str) {
    let line = format!("{{\"Event\":\"EventRinging\",\"ThisDN\":\"1\",\"UserData\":{{{pairs}}}}}");
    let _ = measured(|| Event::from_json_line(&line));
}

fn envelope(line: &str) {
    measured(|| {
        let envelope = Envelope::of_line(line.as_bytes());
        envelope.open(line.as_bytes()) == envelope.open(b"")
    });
}
