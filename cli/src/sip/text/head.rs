//! What heads a message in a text: who sent it to whom, when, and how long it is.

use super::super::found::{Address, When};
use super::colours::without_colours;
use super::time;
use super::{arrow, asterisk, audiocodes, browser, cisco, freeswitch, genesys, linphone, oracle, pjsua, sipp, trace};

/// How the text of a message ends, besides the head of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// By its length.
    Length,
    /// Before a line that is this.
    Line(&'static str),
    /// Before a line of dashes, in pointed brackets or not.
    Dashes,
}

/// The head of a message.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) when: When,
    pub(super) source: Address,
    pub(super) destination: Address,
    /// How many bytes the message has, as who wrote the text counted them.
    pub(super) announced: Option<usize>,
    pub(super) end: End,
    /// Whether nothing stands between messages of this form, so that text behind a body is strange.
    pub(super) dense: bool,
    /// Whether a dot stands for what is not printed, the CR of a line's end among it.
    pub(super) dots: bool,
    /// Whether it is a head whatever follows it.
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

    /// The head of a message that the writer of the text sent to this address.
    pub(super) fn sent(line: &str, to: &str) -> Self {
        Self::new(line, Address::local(), Address::parse(to))
    }

    /// The head of one that it received.
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

/// Every form; the first that knows the line.
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

/// The longest line that heads a message.
const LONGEST: usize = 1024;

/// What a line heads, if it is the head of a message in any form.
pub(super) fn head(line: &[u8]) -> Option<Head> {
    let line = without_colours(line);
    if line.len() > LONGEST || !has_mark(line.trim_ascii_end()) {
        return None;
    }
    let text = String::from_utf8_lossy(line);
    FORMS.iter().find_map(|form| form(text.trim_end()))
}

/// Whether a line has something that every head has in its form; nearly no other line does.
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

/// What stands between two texts.
pub(super) fn between<'t>(line: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = line.split_once(before)?;
    rest.split_once(after).map(|(inside, _)| inside)
}

/// The number that ends or begins a text.
pub(super) fn number(text: &str) -> Option<usize> {
    text.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

/// An address without the transport before it: `UDP:192.0.2.1:5060`, `udp/[192.0.2.1]:5060`,
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
