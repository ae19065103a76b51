//! The body of a message in a text. Printing took its line ends away, or made them others: its length says which they were.

pub(super) use super::super::network::content_length;

/// The lines of a body.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// How many lines it has.
    pub(super) lines: usize,
    /// The body, with CRLF at every line's end.
    pub(super) bytes: Vec<u8>,
    /// Where lines end, before their CRLF.
    ends: Vec<usize>,
    /// Whether all lines so far had the end that the text says they had, and how long that makes them.
    as_is: Option<Vec<u8>>,
}

impl Body {
    /// Adds a line. `dots`: a dot at its end is the CR of its end, where it had one.
    pub(super) fn push(&mut self, line: &[u8], dots: bool, crlf: bool) {
        let (text, cr) = match line.strip_suffix(b".") {
            Some(text) if dots => (text, true),
            Some(_) | None => (line, crlf),
        };
        if dots || crlf {
            let bytes = self.as_is.get_or_insert_with(|| self.bytes.clone());
            bytes.extend_from_slice(text);
            bytes.extend_from_slice(if cr { b"\r\n" } else { b"\n" });
        }
        self.bytes.extend_from_slice(if dots { text } else { line });
        self.ends.push(self.bytes.len());
        self.bytes.extend_from_slice(b"\r\n");
        self.lines += 1;
    }

    pub(super) fn length_as_crlf(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn length_as_lf(&self) -> usize {
        self.bytes.len() - self.lines
    }

    /// Whether it is this long, with the ends that the text shows, or with CRLF; then it is cut to that.
    pub(super) fn has_length(&mut self, length: usize) -> bool {
        let fits = |bytes: &[u8]| bytes.len() == length || (bytes.len() == length + 2 && bytes.ends_with(b"\r\n"));
        if self.as_is.as_deref().is_some_and(fits) {
            self.bytes = self.as_is.take().unwrap_or_default();
        } else if !fits(&self.bytes) {
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
