//! The target `envelope`: an envelope can be removed from its own line, and from other lines with the same envelope.

use im_session::decode::envelope::{Envelope, Opened, without_colours};

/// Opens each line with its own envelope, and with that of the previous line.
pub fn envelope(input: &[u8]) {
    let mut before = Envelope::default();
    for line in input.split(|&byte| byte == b'\n') {
        let envelope = Envelope::of_line(line);
        match envelope.open(line) {
            Opened::Line { content, .. } => {
                // JSON replaces each invalid byte by a character of three bytes.
                let most = if std::str::from_utf8(line).is_ok() { line.len() } else { 3 * line.len() };
                assert!(content.len() <= most, "what is carried is no longer than what carries it");
                assert!(!envelope.is_none() || *content == *line, "no envelope takes nothing off");
            }
            other => panic!("a line has its own envelope {envelope:?}, found {other:?}"),
        }
        let _ = before.open(line);
        before = envelope;

        let plain = without_colours(line);
        assert!(plain.len() <= line.len());
        assert!(line.contains(&0x1b) || *plain == *line, "a line without colours stays as it is");
    }
}
