//! Which lines between messages need a closer look. Most do not, and are skipped at almost no cost.

use super::header::{Header, LineView, follows_separator, header};
use super::lines::contains;
use super::sip_message::announced_length;
use super::time::is_month;

/// What a line may be, judged by its first and last bytes.
#[derive(Debug)]
pub(super) enum Interest<'a> {
    /// A line of another kind.
    None,
    /// The header of a message, perhaps in an envelope.
    Header(Header<'a>),
    /// A line that begins like a JSON object.
    Json,
    /// A line that may carry another line, or announce a SIP message.
    Look,
}

/// Judges a line by its first and last bytes.
#[inline]
pub(super) fn interest(line: LineView<'_>) -> Interest<'_> {
    let Some(&first) = line.start.first() else {
        return Interest::None;
    };
    let suspect = match first {
        b'{' => return Interest::Json,
        b'[' => line.start.get(1..).is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b'{')),
        b' ' | b'\t' => matches!(line.start.trim_ascii_start().first(), Some(b'{' | b'[')),
        b'0'..=b'9' if line.start.get(10) == Some(&b'T') => is_carried(line.start),
        b'<' => contains(line.start, b"#012"),
        b'A' | b'D' | b'F' | b'J' | b'M' | b'N' | b'O' | b'S' => {
            line.start.first_chunk().is_some_and(is_month) && contains(line.start, b"#012")
        }
        _ => false,
    };
    if suspect {
        return Interest::Look;
    }
    match header(line) {
        Some(header) => Interest::Header(header),
        None if is_end_of_interest(line) => Interest::Look,
        None => Interest::None,
    }
}

#[cold]
fn is_carried(line: &[u8]) -> bool {
    contains(line, b" stdout ") || contains(line, b" stderr ") || contains(line, b"#012")
}

/// Whether a line ends like the announcement of a SIP message, or like a JSON object that begins after other text.
fn is_end_of_interest(line: LineView<'_>) -> bool {
    match line.end.trim_ascii_end().last() {
        Some(b'<' | b'>') => announced_length(line).is_some(),
        Some(b'}' | b',' | b']') => contains(line.start, b"{\""),
        // A header right after the prefix of `grep`.
        Some(b'a'..=b'z' | b')') => !begins_with_clock(line.start) && follows_separator(line.end),
        Some(_) | None => false,
    }
}

/// Whether a line begins like `12:30:00`, as most do that are of another kind: it has no prefix of `grep`.
fn begins_with_clock(line: &[u8]) -> bool {
    matches!(line, [_, _, b':', _, _, b':', ..] | [b'@', _, _, b':', _, _, b':', ..])
}
