//! Reads the recorded flows as text: a preamble, then messages under header lines `-- #N t=SECONDS SRC -> DST`.
//!
//! The text lacks the CR of every line end and has an empty line after each message. Content-Length tells which line
//! ends the body had.

use std::path::Path;
use std::time::Duration;

/// One message of a flow.
#[derive(Debug, Clone)]
pub(crate) struct TracedMessage {
    /// The number of its header line, from 1.
    pub(crate) line: usize,
    /// The time since the flow began.
    pub(crate) at: Duration,
    pub(crate) source: String,
    pub(crate) destination: String,
    /// The message as it was on the wire.
    pub(crate) bytes: Vec<u8>,
}

/// The messages of a flow in `tests/data`.
pub(crate) fn flow(file: &str) -> Vec<TracedMessage> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    let text = std::fs::read_to_string(path).expect("a flow");
    let mut messages: Vec<(TracedMessage, String)> = Vec::new();
    for (line, text) in (1..).zip(text.split_inclusive('\n')) {
        if let Some(message) = head(line, text) {
            messages.push((message, String::new()));
        } else if let Some((_, lines)) = messages.last_mut() {
            lines.push_str(text);
        }
    }
    messages.into_iter().map(|(message, text)| TracedMessage { bytes: on_the_wire(&text), ..message }).collect()
}

fn head(line: usize, text: &str) -> Option<TracedMessage> {
    let words: Vec<&str> = text.strip_prefix("-- ").unwrap_or(text).split_whitespace().collect();
    let &[number, time, source, "->", destination] = words.as_slice() else { return None };
    if !number.starts_with('#') {
        return None;
    }
    let at = Duration::from_secs_f64(time.strip_prefix("t=")?.parse().ok()?);
    Some(TracedMessage { line, at, source: source.into(), destination: destination.into(), bytes: Vec::new() })
}

/// Restores the line ends with which the body has its declared length.
fn on_the_wire(text: &str) -> Vec<u8> {
    let (headers, body) = text.trim_start().split_once("\n\n").unwrap_or((text, ""));
    let headers = headers.replace('\n', "\r\n") + "\r\n\r\n";
    let value = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let known = ["content-length", "l"].contains(&name.trim().to_ascii_lowercase().as_str());
        if known { value.trim().parse::<usize>().ok() } else { None }
    };
    let bodies = [format!("{}\r\n", body.replace('\n', "\r\n")), body.to_owned()];
    let body = match headers.lines().find_map(value) {
        Some(length) => {
            let fits = |body: &&String| body.get(length..).is_some_and(|rest| rest.trim_end().is_empty());
            let body = bodies.iter().find(fits).unwrap_or_else(|| panic!("a body of {length} bytes: {text}"));
            &body[..length]
        }
        None => bodies[0].trim_end(),
    };
    (headers + body).into_bytes()
}
