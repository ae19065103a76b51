//! Reads one file into a log: opens, decompresses and decodes it.

use std::fs::File;
use std::io;
use std::path::Path;

use encoding_rs::Encoding;

use super::encoding::Utf8;
use super::follow::{Followed, Stop};
use super::input::{self, Input, Piece, Pipe, Whole};
use super::log::{Log, Sink};
use super::progress::Report;

pub(crate) struct Reader<'r> {
    name: String,
    input: Box<dyn Input + 'r>,
    encoding: Option<&'static Encoding>,
    utf8: Utf8,
    bytes: Vec<u8>,
    report: &'r Report,
    warned: bool,
}

impl<'r> Reader<'r> {
    /// Opens a file, or standard input.
    pub(crate) fn open(file: &Path, encoding: Option<&'static Encoding>, report: &'r Report) -> io::Result<Self> {
        let input = if input::is_stdin(file) {
            Whole::new(report.counted(io::stdin()))?
        } else {
            Whole::new(report.counted(File::open(file)?))?
        };
        Ok(Self::of(&file.to_string_lossy(), Box::new(input), encoding, report))
    }

    /// Opens a growing file, or a pipe, which is read until Ctrl-C.
    pub(crate) fn follow(
        file: &Path,
        encoding: Option<&'static Encoding>,
        report: &'r Report,
        stop: &Stop,
    ) -> io::Result<Self> {
        let name = file.to_string_lossy();
        if input::is_stdin(file) {
            return Ok(Self::of(&name, Box::new(Pipe::new(io::stdin(), stop.clone())), encoding, report));
        }
        if input::is_compressed(file) {
            report.warning(&name, "the file is compressed: it is read to its end and not followed");
            return Self::open(file, encoding, report);
        }
        let followed = Followed::new(file.to_owned(), stop.clone())?;
        if !followed.is_there() {
            report.warning(&name, "the file does not exist yet");
        }
        Ok(Self::of(&name, Box::new(followed), encoding, report))
    }

    /// Reads the log that ships with the program.
    pub(crate) fn of_bytes(name: &str, bytes: &'static [u8], report: &'r Report) -> io::Result<Self> {
        Ok(Self::of(name, Box::new(Whole::new(bytes)?), None, report))
    }

    fn of(name: &str, input: Box<dyn Input>, encoding: Option<&'static Encoding>, report: &'r Report) -> Self {
        let utf8 = Utf8::new(encoding);
        Reader { name: name.to_owned(), input, encoding, utf8, bytes: Vec::new(), report, warned: false }
    }

    /// Begins this file in the log.
    pub(crate) fn begin(&self, log: &mut Log) {
        self.report.begin_file(&self.name);
        log.begin_file(&self.name);
    }

    /// Reads the next piece into the log; false at the end of the file.
    pub(crate) fn step(&mut self, log: &mut Log, sink: &mut dyn Sink) -> bool {
        let (piece, failed) = match self.input.next(&mut self.bytes) {
            Ok(piece) => (piece, None),
            Err(error) => (Piece::End, Some(error)),
        };
        match piece {
            Piece::Bytes => {
                self.utf8.read(&self.bytes, false, |text, length| log.push(text, length, sink));
                self.warn();
            }
            Piece::Pause => log.pause(sink),
            Piece::Anew => {
                self.end(log, sink);
                self.utf8 = Utf8::new(self.encoding);
                self.warned = false;
                log.begin_file(&self.name);
            }
            Piece::End => {
                self.end(log, sink);
                if let Some(error) = failed {
                    self.report.error(&self.name, error);
                }
                return false;
            }
        }
        true
    }

    fn end(&mut self, log: &mut Log, sink: &mut dyn Sink) {
        self.utf8.read(&[], true, |text, length| log.push(text, length, sink));
        self.warn();
    }

    /// Warns about replaced bytes, once per file.
    fn warn(&mut self) {
        if let (false, Some((line, encoding))) = (self.warned, self.utf8.replaced()) {
            self.warned = true;
            let place = format!("{}:{line}", self.name);
            self.report.warning(
                place,
                format!("warning: bytes that are not {encoding} were replaced, here for the first time"),
            );
        }
    }
}
