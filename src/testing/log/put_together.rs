//! A log from its events, and what stands between them.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Log, Noise, log_message};
use crate::decode::Form;
use crate::event::Event;
use crate::testing::read_back;

/// The events, each with what stands before it, and what stands at the end.
#[derive(Debug, Clone)]
pub(crate) struct Pieces {
    pub(crate) events: Vec<(Vec<Noise>, Event<'static>)>,
    pub(crate) end: Vec<Noise>,
}

/// How lines end, and the text begins and ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) crlf: bool,
    pub(crate) mark: bool,
    pub(crate) without_the_last: bool,
}

/// The events are such as each form can carry, the noise is of this form.
pub(crate) fn put_together(form: Form, pieces: Pieces, ends: Ends) -> Log {
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

impl Log {
    fn next_line(&self) -> u64 {
        self.text.bytes().filter(|&byte| byte == b'\n').count() as u64 + 1
    }

    fn add_noise(&mut self, noise: Vec<Noise>) {
        for Noise { text, is_an_error } in noise {
            if is_an_error {
                self.errors.push(self.next_line());
            }
            self.text.push_str(text);
        }
    }
}
