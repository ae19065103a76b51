//! Files together as one log: where each event stands in its file.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use im_session::decode::DecodeResult;
use im_session::{Decoder, Event};

/// Where something stands.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The file, as given.
    pub(crate) file: Rc<str>,
    /// Which of the files it is, in the order of reading.
    pub(crate) number: usize,
    pub(crate) line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What a log holds.
pub(crate) enum Item<'a> {
    Event { time: Option<Cow<'a, str>>, event: Event<'a> },
    Unreadable(String),
}

pub(crate) struct Log {
    decoder: Decoder,
    file: Rc<str>,
    number: usize,
}

impl Log {
    pub(crate) fn new() -> Self {
        Log { decoder: Decoder::new(), file: Rc::from(""), number: 0 }
    }

    /// What is pushed from now on is of this file.
    pub(crate) fn begin_file(&mut self, name: &str, mut sink: impl FnMut(&Place, Item<'_>)) {
        let ended = std::mem::take(&mut self.decoder);
        let place = Place { file: Rc::clone(&self.file), number: self.number, line: 0 };
        if self.number > 0 {
            ended.finish(|result| take(&place, result, &mut sink));
        }
        self.file = Rc::from(name);
        self.number += 1;
    }

    pub(crate) fn push(&mut self, text: &str, mut sink: impl FnMut(&Place, Item<'_>)) {
        let place = Place { file: Rc::clone(&self.file), number: self.number, line: 0 };
        self.decoder.push(text.as_bytes(), |result| take(&place, result, &mut sink));
    }

    /// Nothing came for a while: what is there of an event is the whole.
    pub(crate) fn pause(&mut self, _sink: impl FnMut(&Place, Item<'_>)) {}

    /// There is no more.
    pub(crate) fn finish(self, mut sink: impl FnMut(&Place, Item<'_>)) {
        let place = Place { file: self.file, number: self.number, line: 0 };
        if self.number > 0 {
            self.decoder.finish(|result| take(&place, result, &mut sink));
        }
    }

    pub(crate) fn skipped_objects(&self) -> u64 {
        0
    }
}

fn take(place: &Place, result: DecodeResult<'_>, sink: &mut impl FnMut(&Place, Item<'_>)) {
    match result {
        Ok(decoded) => {
            sink(&Place { line: decoded.line, ..place.clone() }, Item::Event { time: None, event: decoded.event });
        }
        Err(error) => sink(&Place { line: error.line, ..place.clone() }, Item::Unreadable(error.kind.to_string())),
    }
}
