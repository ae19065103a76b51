//! Which capture file formats are read?

use super::captures::{Block, Pcap, ethernet, gzip, packet, pcap, pcapng, snoop};
use super::messages::{assert_call, call};
use super::tool::{Temporary, watch, watch_bytes};

fn frames() -> Vec<Vec<u8>> {
    call().iter().map(|message| ethernet(0x0800, &packet(message))).collect()
}

#[test]
fn captures_of_every_format_are_read() {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for magic in [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34] {
        for big_endian in [false, true] {
            files.push((format!("{magic:x}-{big_endian}"), Pcap { magic, big_endian }.file(1, &frames())));
        }
    }
    for (name, block) in [("enhanced", Block::Enhanced), ("simple", Block::Simple)] {
        for big_endian in [false, true] {
            files.push((format!("{name}-{big_endian}"), pcapng(1, &frames(), block, big_endian)));
        }
    }
    files.push(("old-block".to_owned(), pcapng(1, &frames(), Block::Old, false)));
    files.push(("snoop".to_owned(), snoop(&frames())));
    let two = pcapng(1, &frames(), Block::Enhanced, false);
    let (first, second) =
        (pcapng(1, &frames()[..3], Block::Enhanced, false), pcapng(1, &frames()[3..], Block::Enhanced, true));
    files.push(("two-sections".to_owned(), [first, second].concat()));
    for (name, file) in files.clone().iter().chain([&("twice".to_owned(), gzip(&two))]) {
        files.push((format!("{name}.gz"), gzip(file)));
    }
    assert!(files.len() > 20);
    for (name, file) in &files {
        assert_call(name, &watch_bytes(name, file));
    }
}

#[test]
fn the_time_of_a_capture_is_told_whatever_its_unit() {
    let time = |file: &[u8]| watch_bytes("time", file).objects[1]["time"].clone();
    for (magic, expected) in [(0xa1b2_c3d4, "2026-01-01T10:00:01.000"), (0xa1b2_3c4d, "2026-01-01T10:00:01.000")] {
        assert_eq!(time(&Pcap { magic, big_endian: true }.file(1, &frames())), expected);
    }
    assert_eq!(time(&pcapng(1, &frames(), Block::Enhanced, false)), "2026-01-01T10:00:01.000");
    assert_eq!(time(&snoop(&frames())), "2026-01-01T10:00:01.000");
}

#[test]
fn a_capture_on_standard_input_is_read() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_im-session"))
        .args(["sip", "--format", "jsonl", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the tool");
    let mut input = child.stdin.take().expect("a pipe");
    for byte in gzip(&pcapng(1, &frames(), Block::Enhanced, false)).chunks(1) {
        input.write_all(byte).expect("a reader");
    }
    drop(input);
    let output = child.wait_with_output().expect("its end");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text.lines().count(), 9, "{text}");
}

#[test]
fn a_capture_that_is_cut_is_read_up_to_there() {
    for (name, file) in [
        ("pcap", pcap(1, &frames())),
        ("pcapng", pcapng(1, &frames(), Block::Enhanced, false)),
        ("snoop", snoop(&frames())),
    ] {
        let said = watch_bytes(name, &file[..file.len() - 5]);
        assert!(said.errors.ends_with(":8: the capture ends within a packet\n"), "{name}: {}", said.errors);
        assert_eq!((said.status, said.events().len()), (Some(1), 8), "{name}");
    }
    // Zeros after the compressed data are padding.
    let padded = [gzip(&pcap(1, &frames())), vec![0; 700]].concat();
    assert_call("padded", &watch_bytes("padded", &padded));
    let said = watch_bytes("followed", &[&padded[..], b"x"].concat());
    assert_eq!((said.status, said.events().len()), (Some(1), 8), "{}", said.errors);
    let said = watch_bytes("gzip", &gzip(&pcap(1, &frames()))[..600]);
    assert_eq!(said.status, Some(1));
    assert!(said.errors.contains(": "), "{}", said.errors);
    // A packet length of two gigabytes is invalid.
    let mut file = pcap(1, &frames());
    file[24 + 8..24 + 12].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    let said = watch_bytes("length", &file);
    assert!(said.errors.contains(":1: not a readable capture: expected a packet of at most"), "{}", said.errors);
}

#[test]
fn several_files_are_one_time_line_and_each_event_names_its_file() {
    let frames = frames();
    let (one, two) = (Temporary::new("one", &pcap(1, &frames[..3])), Temporary::new("two", &snoop(&frames[3..])));
    let said = watch(&[one.path(), two.path(), "/nonexistent/file"]);
    assert_eq!(said.errors, "/nonexistent/file: No such file or directory (os error 2)\n");
    assert_eq!((said.status, said.events().len()), (Some(1), 8));
    assert_eq!(said.objects[0]["file"], one.path());
    assert_eq!(said.objects[7]["file"], two.path());
}
