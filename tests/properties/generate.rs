//! Random events, lists and logs.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::encode::{self, Form};
use crate::reference::PlainEvent;
use crate::reference::pairs::{Pair, Pairs};

pub(crate) const CALL_EVENTS: [&str; 5] =
    ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAbandoned"];

pub(crate) const SESSION_EVENTS: [&str; 11] = [
    "EventDialing",
    "EventRinging",
    "EventEstablished",
    "EventReleased",
    "EventAbandoned",
    "EventDestinationBusy",
    "EventPartyChanged",
    "EventPartyAdded",
    "EventPartyDeleted",
    "EventAttachedDataChanged",
    "EventPrivateInfo",
];

/// A text of one line, often with what the logs give a meaning to.
fn line_of_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{0,6}",
        1 => "[a-z '\"\\\\(){}\\[\\]=:\t,]{0,12}",
        1 => "[^\n]{0,8}",
        1 => select(vec!["(list)", "KVList:", "[3] 00 01..", "12", "-7", "text", "'", "\"", "café", "\u{feff}"]).prop_map(str::to_owned),
    ]
}

/// A key that ends where it should in both logs: no quote in it is followed by white space or `(list)`.
fn key() -> impl Strategy<Value = String> {
    let ends_early = |key: &String| {
        let pieces = key.split('\'').skip(1);
        pieces
            .into_iter()
            .any(|after| after.starts_with("(list)") || after.starts_with(|c: char| c.is_ascii_whitespace()))
    };
    prop_oneof![
        4 => select(vec!["a", "b", "text", "Key", "k k"]).prop_map(str::to_owned),
        1 => line_of_text().prop_filter("a key that ends early", move |key| !ends_early(key)),
    ]
}

/// What a log prints for something binary: neither quoted nor a number, nor white space at its ends.
fn binary() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["[3] 00 01 02", "00 01 03 00..", "5.5", "0x1F", "+5", "true", "9223372036854775808"])
            .prop_map(str::to_owned),
        "[A-F][0-9A-F ]{0,8}[0-9A-F]\\.\\.",
    ]
}

/// Lists nested up to a few levels, with keys that repeat.
pub(crate) fn pairs() -> impl Strategy<Value = Pairs> {
    let leaf = prop_oneof![
        4 => line_of_text().prop_map(Pair::Text),
        2 => any::<i64>().prop_map(Pair::Integer),
        1 => (-3..3_i64).prop_map(Pair::Integer),
        1 => binary().prop_map(Pair::Binary),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| vec((key(), inner), 0..4).prop_map(Pair::List));
    vec((key(), value), 0..5)
}

/// A text of one line that is not empty.
fn dn() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[0-9]{1,5}", 1 => "\\+?[0-9() -]{1,12}", 1 => "[^\n]{1,8}"]
}

/// Any readable event that concerns a session: for reading and writing.
pub(crate) fn event() -> impl Strategy<Value = PlainEvent> {
    let attributes = (
        select(SESSION_EVENTS.to_vec()),
        dn(),
        option::of(dn()),
        "[A-Za-z0-9_~-]{1,64}",
        option::of(any::<u64>()),
        option::of(any::<u64>()),
        option::of(any::<u64>()),
        option::of(pairs()),
        option::of(pairs()),
    );
    attributes.prop_map(|(name, this_dn, other_dn, call_uuid, conn_id, number, start, user_data, extensions)| {
        PlainEvent {
            name: name.to_owned(),
            this_dn: Some(this_dn),
            other_dn,
            call_uuid: Some(call_uuid),
            conn_id,
            number,
            server_start_time: start,
            user_data,
            extensions,
        }
    })
}

/// Events that meet each other: few DNs, calls, numbers; some of them unreadable or ignored.
pub(crate) fn meeting_event() -> impl Strategy<Value = PlainEvent> {
    let name = prop_oneof![
        6 => select(CALL_EVENTS.to_vec()),
        6 => select(SESSION_EVENTS.to_vec()),
        1 => select(vec!["EventHeld", "EventError", "EventOnHook"]),
    ];
    let few = |texts: &[&'static str]| select(texts.to_vec()).prop_map(str::to_owned);
    let text = prop_oneof![
        few(&["hello", ""]).prop_map(Pair::Text),
        (0..3_i64).prop_map(Pair::Integer),
        Just(Pair::List(Pairs::new())),
    ];
    let attributes = (
        name,
        option::weighted(0.9, few(&["3001", "3002", "3002", ""])),
        option::of(few(&["3001", "3002", "3003", "+1 415", ""])),
        option::weighted(0.97, few(&["A", "A", "A", "B", "b", "..", ""])),
        option::weighted(0.3, 0..4_u64),
        option::weighted(0.6, 0..12_u64),
        option::weighted(0.2, select(vec![0_u64, 1])),
        option::weighted(0.4, pairs()),
        option::weighted(0.6, vec((few(&["text", "text", "Text"]), text), 0..3)),
    );
    attributes.prop_map(|(name, this_dn, other_dn, call_uuid, conn_id, number, start, user_data, extensions)| {
        PlainEvent {
            name: name.to_owned(),
            this_dn,
            other_dn,
            call_uuid,
            conn_id,
            number,
            server_start_time: start,
            user_data,
            extensions,
        }
    })
}

pub(crate) fn form() -> impl Strategy<Value = Form> {
    select(vec![Form::JsonLines, Form::TServerLog, Form::PlatformSdkLog])
}

/// Lines that are no events, or broken ones, or have a meaning in one of the forms only.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let known = select(vec![
        "",
        " ",
        "\t",
        "\r",
        "Via: SIP/2.0/UDP 192.0.2.1:5060",
        "request to 65200(SIPTS) message RequestMakeCall",
        "\tAttributeThisDN\t'9999'",
        "\tAttributeUserData\t[10] 00..",
        "\t\t'k'\t'v",
        "\t\t'list'(list)",
        "\t\t\t'deep'\t1",
        "x message EventHeld",
        "x message EventRinging(refid=7)",
        "x message EventRinging",
        "message attributes:",
        "AttributeThisDN [str] = \"9999\"",
        "AttributeCallUUID [str] = \"X\"",
        "AttributeUserData [bstr] = KVList:",
        "\t'list' [list] = KVList:",
        "Time            = ComplexClass(TimeStamp):",
        "'EventRinging' ('60')",
        "'RequestMakeCall' ('16')",
        "{\"Event\":\"EventRinging\"",
        "{\"Event\":\"EventHeld\"}",
        "  {\"Event\":\"EventHeld\"}",
        "{}",
        "\u{feff}",
    ]);
    prop_oneof![
        4 => known.prop_map(|line| line.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..20),
    ]
}

/// Lines whose length plays around the limits and the edges that a decoder keeps of a long line.
fn long_line() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        2 => select(vec![
            "message EventRinging", "message", " ", "\t", "\r", "'", "EventRinging", "(refid=", ")", "message attributes:",
            "'EventRinging' ('60')", "AttributeThisDN", "\tAttributeThisDN\t'3002'", " [str] = \"1\"", "=", "\u{feff}",
            "{\"Event\":\"EventHeld\"}", "x", "\tAttributeCallUUID\t'A'", "ComplexClass(TimeStamp):",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => (select(vec![b' ', b'x', b'1', b'\r']), 225..262_usize).prop_map(|(byte, count)| vec![byte; count]),
    ];
    vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

/// A log of one form with other lines between its events, either line end, and perhaps a byte order mark.
pub(crate) fn log() -> impl Strategy<Value = Vec<u8>> {
    let block = |form| {
        prop_oneof![
            3 => event().prop_map(move |event| encode::event(form, &event).into_bytes()),
            2 => noise().prop_map(|mut line| { line.push(b'\n'); line }),
            1 => long_line().prop_map(|mut line| { line.push(b'\n'); line }),
        ]
    };
    let blocks = form().prop_flat_map(move |form| vec(block(form), 0..8));
    (blocks, any::<bool>(), any::<bool>(), 0..40_usize).prop_map(|(blocks, crlf, mark, cut)| {
        let mut log = if mark { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
        for byte in blocks.concat() {
            if crlf && byte == b'\n' {
                log.push(b'\r');
            }
            log.push(byte);
        }
        // Often the end is missing.
        log.truncate(log.len().saturating_sub(cut.saturating_sub(20)));
        log
    })
}

/// A piece of a recorded log with some bytes changed, taken out, or repeated.
pub(crate) fn mutated_log() -> impl Strategy<Value = Vec<u8>> {
    let recorded: Vec<&'static [u8]> = vec![
        include_bytes!("../../examples/data/sip-server.log"),
        include_bytes!("../data/replay/jsonl-1.log"),
        include_bytes!("../data/replay/psdk-5.log"),
        include_bytes!("../data/replay/tserver-3.log"),
    ];
    let edit = (any::<prop::sample::Index>(), 0..60_usize, 0..4_u8, any::<u8>());
    (select(recorded), any::<prop::sample::Index>(), vec(edit, 0..12)).prop_map(|(recorded, at, edits)| {
        let start = at.index(recorded.len());
        let mut log: Vec<u8> = recorded[start..].iter().copied().take(3000).collect();
        for (at, count, how, byte) in edits {
            let at = at.index(log.len().max(1)).min(log.len());
            let end = (at + count).min(log.len());
            match how {
                0 => log.truncate(log.len().max(1) - usize::from(at % 7 == 0).min(log.len())),
                1 => drop(log.drain(at..end)),
                2 => {
                    let again = log[at..end].to_vec();
                    log.splice(at..at, again);
                }
                _ => log.splice(at..end.min(at + 1), [byte]).for_each(drop),
            }
        }
        log
    })
}
