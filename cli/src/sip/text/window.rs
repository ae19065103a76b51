//! The lines of a text, with lookahead.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read as _};

/// The longest line, in bytes. A longer one is taken in pieces, so that a line without an end does not fill the memory.
const LONGEST_LINE: u64 = 1 << 16;
/// The maximum lookahead, in lines.
const FARTHEST: usize = 1 << 16;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A line without its line end.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) text: Vec<u8>,
    /// Whether it ended in CRLF.
    pub(super) crlf: bool,
}

/// The lines from the next one on.
pub(super) struct Window<R> {
    input: R,
    lines: VecDeque<Line>,
    /// The number of the next line, from 1.
    number: u64,
    ended: bool,
    /// How many bytes were read.
    read: u64,
    /// How many bytes were examined ahead.
    looked: u64,
    /// Used lines, kept to reuse their memory.
    spare: Vec<Line>,
}

impl<R: BufRead> Window<R> {
    pub(super) fn new(input: R) -> Self {
        Window { input, lines: VecDeque::new(), number: 1, ended: false, read: 0, looked: 0, spare: Vec::new() }
    }

    /// The number of the next line.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The line this many lines after the next one.
    pub(super) fn get(&mut self, ahead: usize) -> io::Result<Option<&Line>> {
        while self.lines.len() <= ahead && !self.ended && ahead < FARTHEST {
            self.pull()?;
        }
        Ok(self.lines.get(ahead))
    }

    /// The same, for lookahead beyond the lines that will be taken. Repeated lookahead is bounded by a multiple of the
    /// bytes read, so that the time is linear in the length of the text. `None` also if this budget is used up.
    pub(super) fn glance(&mut self, ahead: usize) -> io::Result<Option<&Line>> {
        const TIMES: u64 = 32;
        const SOME: u64 = 1 << 20;
        if self.looked > self.read.saturating_mul(TIMES).saturating_add(SOME) {
            return Ok(None);
        }
        self.looked += self.get(ahead)?.map_or(0, |line| line.text.len() as u64 + 1);
        Ok(self.lines.get(ahead))
    }

    /// Skips this many lines.
    pub(super) fn advance(&mut self, count: usize) {
        for line in self.lines.drain(..count.min(self.lines.len())) {
            self.number += 1;
            if self.spare.len() < 64 {
                self.spare.push(line);
            }
        }
    }

    fn pull(&mut self) -> io::Result<()> {
        let mut line = self.spare.pop().unwrap_or_default();
        line.text.clear();
        let count = self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line.text)?;
        if count == 0 {
            self.ended = true;
            return Ok(());
        }
        if self.read == 0 && line.text.starts_with(BYTE_ORDER_MARK) {
            line.text.drain(..BYTE_ORDER_MARK.len());
        }
        self.read += count as u64;
        if line.text.last() == Some(&b'\n') {
            line.text.pop();
        }
        line.crlf = line.text.last() == Some(&b'\r');
        if line.crlf {
            line.text.pop();
        }
        self.lines.push_back(line);
        Ok(())
    }
}
