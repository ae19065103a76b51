//! Logs that no server writes, and what the strategies make in the plain form of the reference.

use im_session::strategies::{any_event, log_message, loggable_event, loggable_user_data, user_data};
use im_session::{Form, Limits};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::reference::pairs::Pairs;
use crate::reference::{PlainEvent, convert};

/// Lists nested up to a few levels, with keys that repeat, in the plain form.
pub(crate) fn pairs() -> impl Strategy<Value = Pairs> {
    prop_oneof![user_data(&Limits::DEFAULT), loggable_user_data()].prop_map(|list| convert::pairs(&list))
}

/// Events that meet each other, in the plain form.
pub(crate) fn meeting_event() -> impl Strategy<Value = PlainEvent> {
    any_event().prop_map(|event| convert::plain_event(&event))
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
            3 => loggable_event().prop_map(move |event| log_message(form, &event).into_bytes()),
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
