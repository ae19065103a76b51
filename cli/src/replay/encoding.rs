//! Converts the bytes of a log from any encoding to UTF-8.

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

const REPLACEMENT: &str = "\u{fffd}";

/// Reads the name of an encoding, as in the WHATWG encoding standard.
pub(crate) fn named(name: &str) -> Result<&'static Encoding, String> {
    let encoding = Encoding::for_label(name.as_bytes());
    encoding
        .ok_or_else(|| "expected a name of the WHATWG encoding standard, such as windows-1252 or utf-16le".to_owned())
}

/// The byte order marks.
const MARKS: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];

/// Converts one file to UTF-8, piece by piece. A byte order mark determines the encoding, and is removed.
pub(crate) struct Utf8 {
    encoding: &'static Encoding,
    /// The first bytes, while they may be part of a byte order mark.
    start: Option<Vec<u8>>,
    decoder: Decoder,
    text: String,
    /// For UTF-8: the beginning of a character that was cut by the end of a piece.
    cut: Vec<u8>,
    /// The number of complete lines, and the first line with replaced bytes.
    lines: u64,
    replaced: Option<u64>,
}

impl Utf8 {
    /// A converter from this encoding; by default from UTF-8.
    pub(crate) fn new(encoding: Option<&'static Encoding>) -> Self {
        let encoding = encoding.unwrap_or(UTF_8);
        Utf8 {
            encoding,
            start: Some(Vec::new()),
            decoder: encoding.new_decoder_without_bom_handling(),
            text: String::new(),
            cut: Vec::new(),
            lines: 0,
            replaced: None,
        }
    }

    /// Passes the text of the next bytes to `take`; `last` marks the last ones.
    ///
    /// UTF-8 is passed on unchanged: the reader replaces invalid bytes. Otherwise each call of `take` gets at most one
    /// line, with its length in the file in bytes. For UTF-16 the length is in characters, because nobody knows what
    /// the encoding was before the log was converted to UTF-16.
    pub(crate) fn read(&mut self, bytes: &[u8], last: bool, mut take: impl FnMut(&[u8], usize)) {
        let Some(start) = &mut self.start else { return self.read_on(bytes, last, &mut take) };
        start.extend_from_slice(bytes);
        let may_be_mark = MARKS.iter().any(|mark| mark.len() > start.len() && mark.starts_with(start));
        if may_be_mark && !last {
            return;
        }
        let start = self.start.take().unwrap_or_default();
        let (encoding, mark) = Encoding::for_bom(&start).unwrap_or((self.encoding, 0));
        self.encoding = encoding;
        self.decoder = encoding.new_decoder_without_bom_handling();
        self.read_on(start.get(mark..).unwrap_or_default(), last, &mut take);
    }

    fn read_on(&mut self, bytes: &[u8], last: bool, take: &mut dyn FnMut(&[u8], usize)) {
        if self.encoding == UTF_8 {
            self.look_for_faults(bytes, last);
            take(bytes, bytes.len());
        } else if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            self.decode(bytes, last);
            self.text.split_inclusive('\n').for_each(|line| take(line.as_bytes(), line.chars().count()));
        } else {
            for line in bytes.split_inclusive(|&byte| byte == b'\n') {
                self.decode(line, false);
                take(self.text.as_bytes(), line.len());
            }
            if last {
                self.decode(&[], true);
                take(self.text.as_bytes(), 0);
            }
        }
    }

    /// Finds the first bytes that are not UTF-8.
    fn look_for_faults(&mut self, bytes: &[u8], last: bool) {
        if self.replaced.is_some() {
            return;
        }
        let whole;
        let bytes = if self.cut.is_empty() {
            bytes
        } else {
            whole = [&self.cut, bytes].concat();
            self.cut.clear();
            &whole
        };
        let Err(fault) = std::str::from_utf8(bytes) else {
            self.lines += line_ends(bytes);
            return;
        };
        let (before, rest) = bytes.split_at_checked(fault.valid_up_to()).unwrap_or((bytes, &[]));
        self.lines += line_ends(before);
        if fault.error_len().is_none() && !last {
            self.cut.extend_from_slice(rest);
        } else {
            self.replaced = Some(self.lines + 1);
        }
    }

    fn decode(&mut self, mut bytes: &[u8], last: bool) {
        self.text.clear();
        loop {
            let needed = self.decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
            self.text.reserve(needed.max(4));
            let (result, read) = self.decoder.decode_to_string_without_replacement(bytes, &mut self.text, last);
            bytes = bytes.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.replaced.get_or_insert(self.lines + 1 + line_ends(self.text.as_bytes()));
                    self.text.push_str(REPLACEMENT);
                }
            }
        }
        // After the first replacement the number of lines is not needed any more.
        if self.replaced.is_none() {
            self.lines += line_ends(self.text.as_bytes());
        }
    }

    /// The first line with replaced bytes, which are invalid in the encoding, and the name of the encoding.
    pub(crate) fn replaced(&self) -> Option<(u64, &'static str)> {
        Some((self.replaced?, self.encoding.name()))
    }
}

fn line_ends(text: &[u8]) -> u64 {
    text.iter().filter(|&&byte| byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(encoding: Option<&'static Encoding>, bytes: &[u8], piece: usize) -> (Vec<u8>, usize, Option<u64>) {
        let mut utf8 = Utf8::new(encoding);
        let (mut text, mut length) = (Vec::new(), 0);
        let mut take = |more: &[u8], bytes: usize| {
            text.extend_from_slice(more);
            length += bytes;
        };
        bytes.chunks(piece).for_each(|piece| utf8.read(piece, false, &mut take));
        utf8.read(&[], true, &mut take);
        (text, length, utf8.replaced().map(|(line, _)| line))
    }

    #[test]
    fn any_split_gives_the_same() {
        let utf_16le: Vec<u8> = "\u{feff}a\n日本👍\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf_16be: Vec<u8> = "\u{feff}a\n日本👍\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mark = "\u{feff}a\n日本👍\n".as_bytes();
        for (bytes, length) in [(utf_16le.as_slice(), 6), (&utf_16be, 6), (mark, 13)] {
            for piece in [1, 2, 3, 5, 100] {
                let expected = ("a\n日本👍\n".as_bytes().to_vec(), length, None);
                assert_eq!(whole(None, bytes, piece), expected, "{bytes:x?} by {piece}");
            }
        }
        for piece in [1, 2, 100] {
            let windows = whole(named("latin1").ok(), b"Gr\xf6\xdfe\n", piece);
            assert_eq!(windows, ("Größe\n".as_bytes().to_vec(), 6, None));
            let japanese = whole(named("shift_jis").ok(), b"\x93\xfa\x96\x7b\n\x93", piece);
            assert_eq!(japanese, ("日本\n\u{fffd}".as_bytes().to_vec(), 6, Some(2)));
            for broken in [&b"a\nb\xff\n\xe2\x82"[..], b"a\n\xe2\x82", b"a\nb\xe2\x82\n", b"\n\xff"] {
                assert_eq!(whole(None, broken, piece), (broken.to_vec(), broken.len(), Some(2)));
            }
            assert_eq!(whole(None, b"\xef\xbb", piece), (b"\xef\xbb".to_vec(), 2, Some(1)));
        }
    }
}
