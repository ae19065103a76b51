//! Bytes that are not UTF-8.

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
