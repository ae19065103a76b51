//! Logs, and what is in them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::event::loggable_event;
use super::noise::{Noise, noise};
use super::write::log_message;
use crate::decode::Form;
use crate::event::Event;
use crate::testing::read_back;

/// A log, and what a decoder must find in it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Log {
    /// The form that it is written in, and that its first event decides.
    pub form: Form,
    /// The log.
    pub text: String,
    /// The events that are in it, each with the line of its first line, from 1.
    pub events: Vec<(u64, Event<'static>)>,
    /// The lines that cannot be read, and that a decoder must name.
    pub errors: Vec<u64>,
}

/// The text as it stands, not as a Rust string: so a failing property shows the log.
impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Log in the form {}, events at {:?}, errors at {:?}:", self.form, self.lines(), self.errors)?;
        f.write_str(&self.text)
    }
}

impl Log {
    /// The lines of the events.
    #[must_use]
    pub fn lines(&self) -> Vec<u64> {
        self.events.iter().map(|&(line, _)| line).collect()
    }

    fn next_line(&self) -> u64 {
        self.text.bytes().filter(|&byte| byte == b'\n').count() as u64 + 1
    }

    fn add_noise(&mut self, noise: Vec<Noise>) {
        for Noise { text, is_an_error } in noise {
            if is_an_error {
                self.errors.push(self.next_line());
            }
            self.text.push_str(&text);
        }
    }
}

/// A log in any of the three forms, see [`log_of`].
///
/// ```
/// use im_session::Decoder;
/// use im_session::strategies::log;
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let log = log().new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// let (mut events, mut errors) = (Vec::new(), Vec::new());
/// let mut decoder = Decoder::new();
/// let mut keep = |result: im_session::DecodeResult<'_>| match result {
///     Ok(decoded) => events.push((decoded.line, decoded.event.into_owned())),
///     Err(error) => errors.push(error.line),
/// };
/// decoder.push(log.text.as_bytes(), &mut keep);
/// decoder.finish(&mut keep);
/// assert_eq!((events, errors), (log.events, log.errors));
/// ```
pub fn log() -> impl Strategy<Value = Log> {
    (pieces(Form::JsonLines), pieces(Form::TServerLog), pieces(Form::PlatformSdkLog), form(), ends()).prop_map(
        |(json_lines, tserver_log, platform_sdk_log, form, ends)| {
            let pieces = match form {
                Form::JsonLines => json_lines,
                Form::TServerLog => tserver_log,
                Form::PlatformSdkLog => platform_sdk_log,
            };
            put_together(form, pieces, ends)
        },
    )
}

/// A log in this form: one to six events, other lines before, between and after them (of other kinds, requests, broken ones),
/// either line end, perhaps a byte order mark, perhaps no end of the last line.
///
/// Shrinks to a single event.
pub fn log_of(form: Form) -> impl Strategy<Value = Log> {
    (pieces(form), ends()).prop_map(move |(pieces, ends)| put_together(form, pieces, ends))
}

/// A form. Shrinks to JSON lines.
fn form() -> impl Strategy<Value = Form> {
    select(alloc::vec![Form::JsonLines, Form::TServerLog, Form::PlatformSdkLog])
}

/// The events, each with what stands before it, and what stands at the end.
#[derive(Debug, Clone)]
struct Pieces {
    events: Vec<(Vec<Noise>, Event<'static>)>,
    end: Vec<Noise>,
}

fn pieces(form: Form) -> impl Strategy<Value = Pieces> {
    let between = move || vec(noise(form), 0..3);
    (vec((between(), loggable_event()), 1..=6), between()).prop_map(|(events, end)| Pieces { events, end })
}

/// How lines end, and the text begins and ends.
#[derive(Debug, Clone, Copy)]
struct Ends {
    crlf: bool,
    mark: bool,
    without_the_last: bool,
}

fn ends() -> impl Strategy<Value = Ends> {
    let rarely = || prop::bool::weighted(0.2);
    (rarely(), rarely(), rarely()).prop_map(|(crlf, mark, without_the_last)| Ends { crlf, mark, without_the_last })
}

fn put_together(form: Form, pieces: Pieces, ends: Ends) -> Log {
    let mut log = Log { form, text: String::new(), events: Vec::new(), errors: Vec::new() };
    for (noise, event) in pieces.events {
        log.add_noise(noise);
        log.events.push((log.next_line(), read_back(form, &event)));
        log.text.push_str(&log_message(form, &event));
    }
    log.add_noise(pieces.end);
    if ends.without_the_last {
        log.text.pop();
    }
    if ends.crlf {
        log.text = log.text.replace('\n', "\r\n");
    }
    if ends.mark {
        log.text.insert(0, '\u{feff}');
    }
    log
}
