//! The ends of lines, and the buffer of a line that is not complete yet.

use alloc::vec::Vec;

/// The number of bytes at the beginning and at the end of a line that decide its kind.
///
/// Of a line over the limit only these are kept. Code that looked at more would make the results depend on the split of
/// the input.
pub(super) const EDGE: usize = 256;

/// The number of bytes that are kept of the end of a line over the limit: one more, for a carriage return.
const TAIL: usize = EDGE + 1;

/// The first byte of a colour sequence.
pub(super) const ESCAPE: u8 = 0x1b;

/// The first line of `bytes` without its end (LF or CRLF), and the rest. `None` if no line is complete.
pub(super) fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, rest) = bytes.split_at_checked(line_feed(bytes)?)?;
    Some((without_carriage_return(line), rest.get(1..)?))
}

/// The same, and whether the line has an escape character. Few lines have one, so one search looks for both.
#[inline]
pub(super) fn split_line_with_escape(bytes: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let found = memchr::memchr2(b'\n', ESCAPE, bytes)?;
    let has_escape = bytes.get(found) == Some(&ESCAPE);
    let end = if has_escape { found + line_feed(bytes.get(found..)?)? } else { found };
    let (line, rest) = bytes.split_at_checked(end)?;
    Some((without_carriage_return(line), rest.get(1..)?, has_escape))
}

pub(super) fn without_carriage_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The position of the first line feed.
#[inline]
pub(super) fn line_feed(bytes: &[u8]) -> Option<usize> {
    memchr::memchr(b'\n', bytes)
}

/// The position of the first `wanted` byte.
pub(super) fn first(bytes: &[u8], wanted: u8) -> Option<usize> {
    memchr::memchr(wanted, bytes)
}

/// The position of the first byte that is white space or another control character, neither of which a name can
/// contain.
pub(super) fn first_blank(bytes: &[u8]) -> Option<usize> {
    first_marked(bytes, below::<{ b' ' + 1 }>, |byte| byte <= b' ')
}

/// The position of the first byte that is neither a letter, nor a digit, nor `_`.
pub(super) fn word_end(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk::<8>() {
        if !block.iter().fold(true, |all, byte| all & is_of_word(byte)) {
            break;
        }
        rest = after;
    }
    rest.iter().position(|byte| !is_of_word(byte)).map(|position| bytes.len() - rest.len() + position)
}

/// Whether `text` contains `part`.
pub(super) fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// A letter, a digit or `_`.
#[inline]
pub(super) fn is_of_word(byte: &u8) -> bool {
    // Without branches, so that the compiler can vectorise it.
    ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10) | (*byte == b'_')
}

/// The position of the first byte for which `is_it` returns `true`, searching eight at a time. `marks` must set the
/// high bit of the first such byte of a word; it may set those of later bytes.
fn first_marked(bytes: &[u8], marks: impl Fn(u64) -> u64, is_it: impl Fn(u8) -> bool) -> Option<usize> {
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let found = marks(u64::from_le_bytes(*word));
        if found != 0 {
            return Some(bytes.len() - rest.len() + (found.trailing_zeros() / 8) as usize);
        }
        rest = after;
    }
    rest.iter().position(|&byte| is_it(byte)).map(|position| bytes.len() - rest.len() + position)
}

/// Sets the high bit of the first byte of a word that is below `BYTE` (at most 128), and perhaps those of later bytes.
/// Only such a byte borrows into its high bit without having it set.
fn below<const BYTE: u8>(word: u64) -> u64 {
    word.wrapping_sub(u64::from_ne_bytes([BYTE; 8])) & !word & u64::from_ne_bytes([0x80; 8])
}

/// The last [`EDGE`] bytes of a line.
pub(super) fn last_edge(line: &[u8]) -> &[u8] {
    last_bytes(line, EDGE)
}

fn last_bytes(line: &[u8], count: usize) -> &[u8] {
    line.get(line.len().saturating_sub(count)..).unwrap_or(line)
}

/// The first [`EDGE`] bytes of a line.
pub(super) fn first_edge(line: &[u8]) -> &[u8] {
    line.get(..EDGE).unwrap_or(line)
}

/// A line that is not complete yet. Keeps at most `limit` bytes; of a longer line only its edges.
#[derive(Debug, Clone, Default)]
pub(super) struct LineBuffer {
    /// The line; only its first bytes if it is too long.
    bytes: Vec<u8>,
    /// The last bytes of a line that is too long.
    tail: Vec<u8>,
    /// The length of the whole line.
    len: u64,
    /// How many bytes longer the line is here than in its file, if that has another encoding.
    surplus: i64,
    limit: usize,
}

impl LineBuffer {
    pub(super) fn new(limit: usize) -> Self {
        LineBuffer { bytes: Vec::new(), tail: Vec::new(), len: 0, surplus: 0, limit }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.len > self.limit as u64
    }

    /// The length of the whole line.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// How many bytes longer the line is here than in its file. `take` does not reset it, only `clear` does.
    pub(super) fn surplus(&self) -> i64 {
        self.surplus
    }

    pub(super) fn add_surplus(&mut self, more: i64) {
        self.surplus = self.surplus.saturating_add(more);
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.tail.clear();
        self.len = 0;
        self.surplus = 0;
    }

    pub(super) fn push(&mut self, more: &[u8]) {
        let was_too_long = self.is_too_long();
        self.len += more.len() as u64;
        if !self.is_too_long() {
            self.bytes.extend_from_slice(more);
            return;
        }
        if !was_too_long {
            self.tail.extend_from_slice(last_bytes(&self.bytes, TAIL));
        }
        self.bytes.extend(more.iter().take(EDGE.saturating_sub(self.bytes.len())));
        self.bytes.truncate(EDGE);
        self.bytes.shrink_to(EDGE);
        self.tail.extend_from_slice(last_bytes(more, TAIL));
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
    }

    /// The kept beginning of the line; the whole line unless it is too long.
    pub(super) fn start(&self) -> &[u8] {
        without_carriage_return(&self.bytes)
    }

    /// The last bytes of a line that is too long.
    pub(super) fn tail(&self) -> &[u8] {
        last_edge(without_carriage_return(&self.tail))
    }

    /// Whether the last byte is a carriage return, which does not belong to the line.
    pub(super) fn ends_in_carriage_return(&self) -> bool {
        let end = if self.is_too_long() { &self.tail } else { &self.bytes };
        end.last() == Some(&b'\r')
    }

    /// The last bytes of the line.
    pub(super) fn end_edge(&self) -> &[u8] {
        if self.is_too_long() { self.tail() } else { last_edge(self.start()) }
    }

    /// Appends another line, which is the rest of this one.
    pub(super) fn append(&mut self, rest: &LineBuffer) {
        let len = self.len + rest.len;
        self.push(&rest.bytes);
        self.push(&rest.tail);
        self.len = len;
        self.add_surplus(rest.surplus);
    }

    /// Removes and returns the line.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.tail.clear();
        self.len = 0;
        core::mem::take(&mut self.bytes)
    }
}
