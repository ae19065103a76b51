//! Joins files into one log, and passes it to the library's decoder.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use super::half_line::{Half, HalfLine};
use im_session::decode::{DecodeResult, DecodeWarning, Decoded, Tally, WarningKind};
use im_session::{Decoder, Event};

/// A place in a file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The name of the file, as given.
    pub(crate) file: Rc<str>,
    /// The number of the file, in the order of reading.
    pub(crate) number: usize,
    pub(crate) line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// An event with its time.
pub(crate) struct Found<'a> {
    pub(crate) time: Option<Cow<'a, str>>,
    pub(crate) event: Event<'a>,
}

/// Receives the contents of a log.
pub(crate) trait Sink {
    fn event(&mut self, place: &Place, found: Found<'_>);

    /// A place could not be read.
    fn unreadable(&mut self, place: &Place, reason: &dyn fmt::Display);

    /// A warning about a place; nothing is lost.
    fn warning(&mut self, place: &Place, what: &dyn fmt::Display);
}

pub(crate) struct Log {
    decoder: Decoder,
    /// The files so far.
    files: Vec<Rc<str>>,
    half: HalfLine,
    /// How many lines of the file have ended.
    lines: u64,
    /// Whether the current line was taken as complete before its end arrived.
    ended_early: bool,
}

impl Log {
    /// With `conn_ids`, an event without a CallUUID uses its ConnID as its id.
    pub(crate) fn new(conn_ids: bool) -> Self {
        let decoder = Decoder::new();
        Log {
            decoder: if conn_ids { decoder.with_conn_ids() } else { decoder },
            files: Vec::new(),
            half: HalfLine::default(),
            lines: 0,
            ended_early: false,
        }
    }

    /// Begins a file, to which the following text belongs.
    pub(crate) fn begin_file(&mut self, name: &str) {
        if !self.files.is_empty() {
            self.decoder.next_file();
        }
        self.files.push(Rc::from(name));
        self.half = HalfLine::default();
        self.lines = 0;
        self.ended_early = false;
    }

    /// Takes the next text of the file. If its length in the file differs, it is at most one line.
    pub(crate) fn push(&mut self, text: &[u8], length: usize, sink: &mut dyn Sink) {
        let is_transcoded = text.len() != length;
        let text = self.without_rest_of_line(text, sink);
        self.half.take(text);
        self.lines += text.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let files = &self.files;
        if is_transcoded {
            self.decoder.push_transcoded(text, length, |result| take(files, result, sink));
        } else {
            self.decoder.push(text, |result| take(files, result, sink));
        }
        self.warn(sink);
    }

    /// Nothing arrived for a while: an unfinished event is taken as complete, if it can be read.
    pub(crate) fn pause(&mut self, sink: &mut dyn Sink) {
        let half = self.half.what();
        if half == Half::Part {
            return;
        }
        let mut decoder = self.decoder.clone();
        let mut results = Vec::new();
        if half == Half::Whole {
            decoder.push(b"\n", |result| results.push(result.map(Decoded::into_owned)));
        }
        results.extend(decoder.flush());
        if results.is_empty() || results.iter().any(Result::is_err) {
            return;
        }
        self.decoder = decoder;
        self.half = HalfLine::default();
        self.ended_early = half == Half::Whole;
        self.lines += u64::from(self.ended_early);
        for result in results {
            take(&self.files, result, sink);
        }
        self.warn(sink);
    }

    /// Removes the rest of a line that was already taken as complete: its end is skipped, and further text is reported.
    fn without_rest_of_line<'t>(&mut self, text: &'t [u8], sink: &mut dyn Sink) -> &'t [u8] {
        if !self.ended_early || text.is_empty() {
            return text;
        }
        let end = text.iter().position(|&byte| byte == b'\n');
        self.ended_early = end.is_none();
        let (rest, text) = text.split_at(end.map_or(text.len(), |end| end + 1));
        if !rest.trim_ascii_end().is_empty() {
            let number = self.files.len().saturating_sub(1);
            sink.warning(
                &place(&self.files, number, self.lines),
                &"more of a line came after its event was given: it is skipped",
            );
        }
        text
    }

    /// Ends the log, and returns what was skipped.
    pub(crate) fn finish(mut self, sink: &mut dyn Sink) -> Tally {
        if self.files.is_empty() {
            return self.decoder.tally();
        }
        self.warn(sink);
        let mut finished = self.decoder.finish();
        for result in finished.by_ref() {
            take(&self.files, result, sink);
        }
        for warning in finished.warnings().iter().filter(|warning| is_new(warning)) {
            sink.warning(&place(&self.files, warning.file, warning.line), &warning.kind);
        }
        finished.tally()
    }

    fn warn(&mut self, sink: &mut dyn Sink) {
        for warning in self.decoder.take_warnings().into_iter().filter(is_new) {
            sink.warning(&place(&self.files, warning.file, warning.line), &warning.kind);
        }
    }
}

fn take(files: &[Rc<str>], result: DecodeResult<'_>, sink: &mut dyn Sink) {
    match result {
        Ok(decoded) => {
            let found = Found { time: decoded.time, event: decoded.event };
            sink.event(&place(files, decoded.file, decoded.line), found);
        }
        Err(error) => sink.unreadable(&place(files, error.file, error.line), &error.kind),
    }
}

/// Invalid bytes are already reported when they are read, so warnings about them are not repeated.
fn is_new(warning: &DecodeWarning) -> bool {
    warning.kind != WarningKind::NotUtf8
}

/// The decoder numbers files in the order in which they begin here.
fn place(files: &[Rc<str>], number: usize, line: u64) -> Place {
    Place { file: files.get(number).map_or_else(|| Rc::from(""), Rc::clone), number, line }
}
