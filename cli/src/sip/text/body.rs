//! The body of a message in a text. Printing has removed or changed its line ends; its length shows what they were.

use super::colours::without_colours;

/// The lines of a body.
#[derive(Debug, Default, Clone)]
pub(super) struct Body {
    /// Whether a dot at the end of a line stands for CR.
    dots: bool,
    /// Whether the text shows which lines ended in CRLF.
    shows_ends: bool,
    /// How many lines it has.
    pub(super) lines: usize,
    /// The body with CRLF at the end of every line.
    pub(super) bytes: Vec<u8>,
    /// The positions of the line ends, before their CRLF.
    ends: Vec<usize>,
    /// The body with the line ends of the text.
    as_is: Vec<u8>,
    /// The length of the escape sequences in the last line.
    colours: usize,
}

impl Body {
    pub(super) fn new(dots: bool, shows_ends: bool) -> Self {
        Body { dots, shows_ends, ..Body::default() }
    }

    /// Adds a line. `crlf`: whether it ended in CRLF in the text.
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

    /// Whether the body has this length, with the line ends of the text or with CRLF; if so, sets its bytes
    /// accordingly.
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

    /// The body with LF line ends, if one of its lines ends at this length.
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

    /// At the end of the text, line ends may be missing.
    pub(super) fn into_padded(mut self, length: usize) -> Option<Self> {
        const MISSING: usize = 4;
        let missing = length.checked_sub(self.bytes.len()).filter(|missing| *missing <= MISSING)?;
        self.bytes.extend_from_slice(b"\r\n\r\n".get(..missing)?);
        Some(self)
    }

    /// The body if no line ends at the right length. It is cut to that length if only line ends follow.
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

/// The first numeric value of a Content-Length among these headers.
pub(super) fn content_length(headers: &[u8]) -> Option<usize> {
    headers.split(|&byte| byte == b'\n').find_map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = line[..colon].trim_ascii();
        let is = name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"l");
        let value = if is { std::str::from_utf8(line[colon + 1..].trim_ascii()).ok()? } else { return None };
        value.parse().ok()
    })
}
