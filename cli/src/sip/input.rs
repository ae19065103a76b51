//! Opens a file, takes gzip off, and says what is in it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use super::capture;

/// How often a file may be compressed.
const MOST_TIMES: usize = 4;

/// What is in a file.
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
                None => Input::Text(Box::new(BufReader::with_capacity(1 << 16, rest))),
            });
        }
        input = Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, rest)));
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, format!("compressed more than {MOST_TIMES} times")))
}

/// The first bytes, and the input with them.
fn start(mut input: Box<dyn Read>) -> io::Result<(Vec<u8>, Box<dyn Read>)> {
    let mut start = Vec::new();
    input.by_ref().take(capture::Format::START as u64).read_to_end(&mut start)?;
    let rest = Cursor::new(start.clone()).chain(input);
    Ok((start, Box::new(rest)))
}
