//! The header line of a message in a text: sender, receiver, time and length.

use super::super::found::{Address, When};
use super::colours::without_colours;
use super::time;
use super::{arrow, asterisk, audiocodes, browser, cisco, freeswitch, genesys, linphone, oracle, pjsua, sipp, trace};

/// How the text of a message ends, apart from the next header line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// At its length.
    Length,
    /// Before this line.
    Line(&'static str),
    /// Before a line of dashes, possibly in angle brackets.
    Dashes,
}

/// The header line of a message.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) when: When,
    pub(super) source: Address,
    pub(super) destination: Address,
    /// The length of the message in bytes, as counted by the writer of the text.
    pub(super) announced: Option<usize>,
    pub(super) end: End,
    /// Whether this form has nothing between messages, so that text after a body is suspicious.
    pub(super) dense: bool,
    /// Whether a dot stands for an unprintable character, including the CR at the end of a line.
    pub(super) dots: bool,
    /// Whether it is a header line whatever follows it.
    pub(super) certain: bool,
}

impl Head {
    pub(super) fn new(line: &str, source: Address, destination: Address) -> Self {
        Head {
            when: time::when(line),
            source,
            destination,
            announced: None,
            end: End::Length,
            dense: false,
            dots: false,
            certain: false,
        }
    }

    /// The header line of a message that the writer of the text sent to this address.
    pub(super) fn sent(line: &str, to: &str) -> Self {
        Self::new(line, Address::local(), Address::parse(to))
    }

    /// The header line of a message that it received.
    pub(super) fn received(line: &str, from: &str) -> Self {
        Self::new(line, Address::parse(from), Address::local())
    }

    pub(super) fn with_length(self, announced: Option<usize>) -> Self {
        Head { announced, ..self }
    }

    pub(super) fn with_end(self, end: End) -> Self {
        Head { end, ..self }
    }
}

/// All forms; the first that recognises the line is used.
const FORMS: [fn(&str) -> Option<Head>; 12] = [
    trace::head,
    genesys::head,
    asterisk::head,
    freeswitch::head,
    pjsua::head,
    linphone::head,
    sipp::head,
    browser::head,
    audiocodes::head,
    oracle::head,
    cisco::head,
    arrow::head,
];

/// The longest header line, in bytes.
const LONGEST: usize = 1024;

/// The header line of a message in any form, if this line is one.
pub(super) fn head(line: &[u8]) -> Option<Head> {
    let line = without_colours(line);
    if line.len() > LONGEST || !has_mark(line.trim_ascii_end()) {
        return None;
    }
    let text = String::from_utf8_lossy(line);
    FORMS.iter().find_map(|form| form(text.trim_end()))
}

/// Whether a line contains a mark that every header line of some form has, and hardly any other line.
fn has_mark(line: &[u8]) -> bool {
    let ends = line.last().is_some_and(|last| b":]s<".contains(last));
    ends || line.iter().enumerate().any(|(at, byte)| match byte {
        b'>' | 0xe2 => true,
        b'<' => line.get(at + 1) == Some(&b'-'),
        b':' => line[..at].ends_with(b"ssage"),
        b'[' => line[..at].ends_with(b" On "),
        b'M' => line[..at].ends_with(b" SIP "),
        _ => false,
    })
}

/// The text between two others.
pub(super) fn between<'t>(line: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = line.split_once(before)?;
    rest.split_once(after).map(|(inside, _)| inside)
}

/// The number at the beginning or the end of a text.
pub(super) fn number(text: &str) -> Option<usize> {
    text.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

/// An address without the preceding transport: `UDP:192.0.2.1:5060`, `udp/[192.0.2.1]:5060`,
/// `TLS://[2001:db8::1]:5061`.
pub(super) fn without_transport(address: &str) -> &str {
    const TRANSPORTS: [&str; 7] = ["udp", "tcp", "tls", "wss", "ws", "sctp", "dtls"];
    let Some(end) = address.find([':', '/']) else { return address };
    let (name, rest) = address.split_at(end);
    if TRANSPORTS.iter().any(|transport| name.trim_end_matches('6').eq_ignore_ascii_case(transport)) {
        rest.trim_start_matches([':', '/'])
    } else {
        address
    }
}
