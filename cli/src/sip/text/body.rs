//! The body of a message in a text. Printing took its line ends away, or made them others: its length says which they
//! were.

use super::colours::without_colours;

/// The lines of a body.
#[derive(Debug, Default, Clone)]
pub(super) struct Body {
    /// Whether a dot at a line's end is the CR of its end.
    dots: bool,
    /// Whether the text shows which lines ended in CRLF.
    shows_ends: bool,
    /// How many lines it has.
    pub(super) lines: usize,
    /// The body, with CRLF at every line's end.
    pub(super) bytes: Vec<u8>,
    /// Where lines end, before their CRLF.
    ends: Vec<usize>,
    /// The body with the ends that the lines have in the text.
    as_is: Vec<u8>,
    /// How much longer escape sequences make the last line.
    colours: usize,
}

impl Body {
    pub(super) fn new(dots: bool, shows_ends: bool) -> Self {
        Body { dots, shows_ends, ..Body::default() }
    }

    /// Adds a line. `crlf`: how it ended in the text.
    pub(super) fn push(&mut self, line: &[u8], crlf: bool) {
        let (line, crlf) = match line.strip_suffix(b".") {
            Some(line) if self.dots => (line, true),
            Some(_) | None => (line, crlf && !self.dots),
        };
        if self.shows_ends {
            self.as_is.extend_from_slice(line);
            self.as_is.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
        }
        self.bytes.extend_from_slice(line);
        self.ends.push(self.bytes.len());
        self.bytes.extend_from_slice(b"\r\n");
        self.lines += 1;
        self.colours = line.len() - without_colours(line).len();
    }

    pub(super) fn length_as_crlf(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn length_as_lf(&self) -> usize {
        self.bytes.len() - self.lines
    }

    /// Whether it is this long, with the ends that the text shows, or with CRLF; then it is cut to that.
    pub(super) fn has_length(&mut self, length: usize) -> bool {
        let colours = self.colours;
        let fits = |bytes: &[u8], end: &[u8]| {
            let without_end = bytes.strip_suffix(end).map(<[u8]>::len);
            bytes.len() == length
                || without_end == Some(length)
                || (colours > 0 && without_end.and_then(|bytes| bytes.checked_sub(colours)) == Some(length))
        };
        if self.shows_ends && (fits(&self.as_is, b"\r\n") || fits(&self.as_is, b"\n")) {
            self.bytes = std::mem::take(&mut self.as_is);
        } else if !fits(&self.bytes, b"\r\n") {
            return false;
        }
        self.bytes.truncate(length);
        true
    }

    /// The same with LF at every line's end, if one of its lines ends where that is this long.
    pub(super) fn into_lf(self, length: usize) -> Option<Self> {
        let mut bytes = Vec::with_capacity(length);
        let mut begin = 0;
        for (lines, &end) in (1..).zip(&self.ends) {
            bytes.extend_from_slice(&self.bytes[begin..end]);
            bytes.push(b'\n');
            if bytes.len() == length || bytes.len() == length + 1 {
                bytes.truncate(length);
                return Some(Body { lines, bytes, ..Body::default() });
            }
            begin = end + 2;
        }
        None
    }

    /// At the end of the text line ends may be missing.
    pub(super) fn into_padded(mut self, length: usize) -> Option<Self> {
        const MISSING: usize = 4;
        let missing = length.checked_sub(self.bytes.len()).filter(|missing| *missing <= MISSING)?;
        self.bytes.extend_from_slice(b"\r\n\r\n".get(..missing)?);
        Some(self)
    }

    /// The body, where no line ends where it should: as long as it should be if the rest is line ends only.
    pub(super) fn guess(mut self, content_length: Option<usize>) -> Vec<u8> {
        let only_line_ends = |rest: &[u8]| rest.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        self.bytes.extend_from_slice(b"\r\n\r\n");
        match content_length {
            Some(length) if self.bytes.get(length..).is_some_and(only_line_ends) => self.bytes.truncate(length),
            Some(_) | None => {
                let end = self.bytes.trim_ascii_end().len();
                self.bytes.truncate(end);
            }
        }
        self.bytes
    }
}

/// The value of the first Content-Length among these headers that is a number.
pub(super) fn content_length(headers: &[u8]) -> Option<usize> {
    headers.split(|&byte| byte == b'\n').find_map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = line[..colon].trim_ascii();
        let is = name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"l");
        let value = if is { std::str::from_utf8(line[colon + 1..].trim_ascii()).ok()? } else { return None };
        value.parse().ok()
    })
}
