//! The margin before every line of a message: white space, or the time and name that a logger prints.

use super::super::start_line::is_start_line;
use super::colours::without_colours;

/// The margin of a message.
#[derive(Debug, Default)]
pub(super) struct Margin {
    width: usize,
    /// The last word of the margin; empty if it is white space.
    word: Vec<u8>,
}

impl Margin {
    /// The margin of this line, if a SIP message begins in it. If it contains words, the header line must contain them,
    /// too.
    pub(super) fn of(line: &[u8], head: &[u8], dots: bool) -> Option<Self> {
        let line = without_colours(line.trim_ascii_end());
        let line = if dots { line.strip_suffix(b".").unwrap_or(line) } else { line };
        let width = line.len() - line.trim_ascii_start().len();
        if is_start_line(&line[width..]) {
            return Some(Margin { width, word: Vec::new() });
        }
        let width = begin_of_start_line(line)?;
        let before = line[..width].trim_ascii_end();
        let word = before.rsplit(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
        let known = !word.is_empty() && head.windows(word.len()).any(|window| window == word);
        known.then(|| Margin { width, word: word.to_vec() })
    }

    /// The line without its margin; `None` if the margin differs, which means that the line does not belong to the
    /// message.
    pub(super) fn strip<'l>(&self, line: &'l [u8]) -> Option<&'l [u8]> {
        if self.word.is_empty() {
            let white = line.len() - line.trim_ascii_start().len();
            return line.get(white.min(self.width)..);
        }
        // Numbers in the margin may vary in length from line to line.
        const SLACK: usize = 16;
        let start = line.get(..self.width + SLACK).unwrap_or(line);
        let at = start.windows(self.word.len()).position(|window| window == self.word)?;
        let rest = line.get(at + self.word.len()..)?;
        Some(rest.strip_prefix(b" ").unwrap_or(rest))
    }
}

/// Where a start line begins after other words.
fn begin_of_start_line(line: &[u8]) -> Option<usize> {
    const STATUS: &[u8] = b" SIP/2.0 ";
    if let Some(at) = line.windows(STATUS.len()).position(|window| window == STATUS) {
        return is_start_line(&line[at + 1..]).then_some(at + 1);
    }
    // A request line consists of three words, the last of which is the version.
    let version = line.iter().rposition(|&byte| byte == b' ')?;
    let address = line[..version].iter().rposition(|&byte| byte == b' ')?;
    let method = line[..address].iter().rposition(|&byte| byte == b' ')?;
    is_start_line(&line[method + 1..]).then_some(method + 1)
}
