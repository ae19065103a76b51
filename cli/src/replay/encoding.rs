//! Bytes of a log in any encoding to UTF-8.

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

const REPLACEMENT: &str = "\u{fffd}";

/// Reads the name of an encoding, as the WHATWG encoding standard has them.
pub(crate) fn named(name: &str) -> Result<&'static Encoding, String> {
    let encoding = Encoding::for_label(name.as_bytes());
    encoding
        .ok_or_else(|| "expected a name of the WHATWG encoding standard, such as windows-1252 or utf-16le".to_owned())
}

/// Makes UTF-8 of one file, piece by piece. A byte order mark decides, and is left out.
pub(crate) struct Utf8 {
    encoding: &'static Encoding,
    decoder: Decoder,
    text: String,
    /// The lines that are through, and the first in which something was replaced.
    lines: u64,
    replaced: Option<u64>,
}

impl Utf8 {
    /// UTF-8, unless another encoding is asked for.
    pub(crate) fn new(encoding: Option<&'static Encoding>) -> Self {
        let encoding = encoding.unwrap_or(UTF_8);
        Utf8 { encoding, decoder: encoding.new_decoder(), text: String::new(), lines: 0, replaced: None }
    }

    /// The text of the next bytes; of the last ones, `last` is said.
    pub(crate) fn text(&mut self, mut bytes: &[u8], last: bool) -> &str {
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
                    self.replaced.get_or_insert(self.lines + 1 + line_ends(&self.text));
                    self.text.push_str(REPLACEMENT);
                }
            }
        }
        // Where nothing is replaced any more, the lines are of no use.
        if self.replaced.is_none() {
            self.lines += line_ends(&self.text);
        }
        &self.text
    }

    /// The first line in which bytes were replaced because they are not of the encoding, and its name.
    pub(crate) fn replaced(&self) -> Option<(u64, &'static str)> {
        Some((self.replaced?, self.encoding.name()))
    }
}

fn line_ends(text: &str) -> u64 {
    text.bytes().filter(|&byte| byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(encoding: Option<&'static Encoding>, bytes: &[u8], piece: usize) -> (String, Option<u64>) {
        let mut utf8 = Utf8::new(encoding);
        let mut text: String = bytes.chunks(piece).map(|piece| utf8.text(piece, false).to_owned()).collect();
        text.push_str(utf8.text(&[], true));
        (text, utf8.replaced().map(|(line, _)| line))
    }

    #[test]
    fn any_split_gives_the_same() {
        let utf_16le: Vec<u8> = "\u{feff}a\n日本👍\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf_16be: Vec<u8> = "\u{feff}a\n日本👍\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mark = "\u{feff}a\n日本👍\n".as_bytes();
        for bytes in [utf_16le.as_slice(), &utf_16be, mark] {
            for piece in [1, 2, 3, 5, 100] {
                assert_eq!(whole(None, bytes, piece), ("a\n日本👍\n".to_owned(), None), "{bytes:x?} by {piece}");
            }
        }
        for piece in [1, 2, 100] {
            let windows = whole(named("latin1").ok(), b"Gr\xf6\xdfe\n", piece);
            assert_eq!(windows, ("Größe\n".to_owned(), None));
            let broken = whole(None, b"a\nb\xff\n\xe2\x82", piece);
            assert_eq!(broken, ("a\nb\u{fffd}\n\u{fffd}".to_owned(), Some(2)));
        }
    }
}
