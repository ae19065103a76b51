//! How does the tool read logs that are not UTF-8?

use super::tool::{RINGING, file, json_event, replay, replay_jsonl, replay_piped};

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn a_byte_order_mark_says_utf_16() {
    let text = format!("\u{feff}{}", json_event("Ringing", "Größe 日本", "A"));
    for bytes in [utf_16(&text, u16::to_le_bytes), utf_16(&text, u16::to_be_bytes), text.into_bytes()] {
        let run = replay_piped(&["--format", "jsonl", "-"], &bytes);
        run.assert_clean();
        assert_eq!(run.column("thisDN"), ["Größe 日本"]);
    }
}

#[test]
fn other_encodings_are_named() {
    let text = json_event("Ringing", "Größe", "A");
    let latin_1: Vec<u8> = text.chars().map(|character| u8::try_from(character).expect("Latin-1")).collect();
    for name in ["windows-1252", "latin1", "ISO-8859-1"] {
        let run = replay_piped(&["--encoding", name, "--format", "jsonl", "-"], &latin_1);
        run.assert_clean();
        assert_eq!(run.column("thisDN"), ["Größe"]);
    }
    let without_mark = utf_16(&text, u16::to_le_bytes);
    let run = replay_piped(&["--encoding", "utf-16le", "--format", "jsonl", "-"], &without_mark);
    assert_eq!(run.column("thisDN"), ["Größe"]);
    assert_eq!(replay(&["--encoding", "utf-9"]).status, 2);
}

#[test]
fn bytes_that_are_replaced_are_warned_of_once_a_file() {
    let latin_1 = |line: u8| [RINGING.as_bytes(), b"gr\xf6\xdfe\n", &[b'0' + line, 0xff, b'\n']].concat();
    let one = file("replaced", "one.log", latin_1(1));
    let two = file("replaced", "two.log", latin_1(2));
    let run = replay_jsonl(&[&one, &two]);
    assert_eq!(run.status, 0, "it is no error");
    assert_eq!(run.errors.len(), 2, "{:?}", run.errors);
    for (error, path) in run.errors.iter().zip([&one, &two]) {
        assert!(error.starts_with(&format!("{path}:2: ")) && error.contains("UTF-8"), "{error}");
    }
}

/// Found in review: the length announced for a SIP message was counted after the conversion to UTF-8. A body whose
/// bytes grow in the conversion then ended early, and a chat partner's text was read as an event.
#[test]
fn what_is_in_a_sip_message_never_becomes_an_event_whatever_the_encoding() {
    let forged = json_event("Ringing", "6666", "FORGED");
    let log = |filler: &[u8], event: &[u8]| {
        let body = [filler, b"\n", forged.as_bytes()].concat();
        let head = b"MESSAGE sip:3002@192.0.2.9 SIP/2.0\r\nContent-Type: text/plain\r\n\r\n";
        let length = head.len() + body.len();
        let announced = format!("10:00:00.000: Received [0,UDP] {length} bytes from 192.0.2.1:5060 <<<<<\n");
        [announced.as_bytes(), head, &body, event].concat()
    };
    let real = json_event("Ringing", "3002", "A");
    let dns = |arguments: &[&str], log: &[u8]| {
        let run = replay_piped(&[&["--format", "jsonl"], arguments, &["-"]].concat(), log);
        assert_eq!(run.status, 0, "{:?}", run.errors);
        run.column("thisDN").join(" ")
    };
    let bytes = log(&[0xff; 200], real.as_bytes());
    assert_eq!(dns(&[], &bytes), "3002", "UTF-8 with bytes that are none");
    for name in ["windows-1252", "latin1", "koi8-r", "gbk", "shift_jis", "utf-8"] {
        assert_eq!(dns(&["--encoding", name], &bytes), "3002", "{name}");
    }
    let japanese = log(&b"\x93\xfa\x96\x7b".repeat(50), real.as_bytes());
    assert_eq!(dns(&["--encoding", "shift_jis"], &japanese), "3002", "nothing after the message is skipped");
    // Latin-1: one character per byte.
    let text: String = bytes.iter().copied().map(char::from).collect();
    for unit in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
        assert_eq!(dns(&[], &utf_16(&format!("\u{feff}{text}"), unit)), "3002", "UTF-16");
    }
    // UTF-16 text converted from UTF-8 has fewer characters than the UTF-8 had bytes. The message must still not end
    // early.
    let text = String::from_utf8(log("ÿ".repeat(200).as_bytes(), b"")).expect("UTF-8");
    let run = replay_piped(&["--format", "jsonl", "-"], &utf_16(&format!("\u{feff}{text}"), u16::to_le_bytes));
    assert!(
        run.column("thisDN").is_empty() && run.errors.join("\n").contains("more bytes than there are"),
        "{:?}",
        run.errors
    );
}
