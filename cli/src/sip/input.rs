//! Opens a file, decompresses gzip, converts UTF-16 to UTF-8, and detects what the file contains.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use super::capture;
use crate::gzip::Gunzip;
use crate::replay::encoding::Utf8;

/// How many times a file may be compressed.
const MOST_TIMES: usize = 4;

/// The contents of a file.
pub(crate) enum Input {
    Capture(capture::Format, Box<dyn Read>),
    Text(Box<dyn BufRead>),
}

/// Opens a file; `-` is standard input.
pub(crate) fn open(name: &str) -> io::Result<Input> {
    let mut input: Box<dyn Read> = if name == "-" { Box::new(io::stdin()) } else { Box::new(File::open(name)?) };
    for _ in 0..MOST_TIMES {
        let (start, rest) = start(input)?;
        if !start.starts_with(&[0x1f, 0x8b, 8]) {
            return Ok(match capture::Format::of(&start) {
                Some(format) => Input::Capture(format, Box::new(BufReader::with_capacity(1 << 18, rest))),
                None if is_utf16(&start) => Input::Text(Box::new(BufReader::new(Decoded::new(rest)))),
                None => Input::Text(Box::new(BufReader::with_capacity(1 << 16, rest))),
            });
        }
        input = Box::new(Gunzip::new(BufReader::with_capacity(1 << 16, rest)));
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, format!("compressed more than {MOST_TIMES} times")))
}

/// Returns the first bytes, and the input including them.
fn start(mut input: Box<dyn Read>) -> io::Result<(Vec<u8>, Box<dyn Read>)> {
    let mut start = Vec::new();
    input.by_ref().take(capture::Format::START as u64).read_to_end(&mut start)?;
    let rest = Cursor::new(start.clone()).chain(input);
    Ok((start, Box::new(rest)))
}

/// Whether a text begins with the byte order mark of UTF-16, which Windows shells write.
fn is_utf16(start: &[u8]) -> bool {
    start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff])
}

/// Converts a text from UTF-16 to UTF-8.
struct Decoded<R> {
    input: R,
    decoder: Utf8,
    text: Vec<u8>,
    /// How much of `text` was returned.
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    fn new(input: R) -> Self {
        Decoded { input, decoder: Utf8::new(None), text: Vec::new(), given: 0, ended: false }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            let mut bytes = [0; 1 << 13];
            let count = self.input.read(&mut bytes)?;
            self.ended = count == 0;
            self.text.clear();
            self.given = 0;
            self.decoder.read(&bytes[..count], self.ended, |text, _| self.text.extend_from_slice(text));
        }
        let rest = &self.text[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}
