//! Text to notifications, the main job: im-session compared with the plain program.

use std::hash::{BuildHasherDefault, DefaultHasher};
use std::hint::black_box;

use im_session::{BaseUri, Decoder, Limits, Sessions};

use crate::decode::CALLS;
use crate::plain::{self, Program};
use crate::texts::{FORMS, Form, Text};
use crate::work::Work;

/// Each pass begins without sessions.
struct WholePath<S> {
    text: Text,
    sessions: S,
    empty: fn() -> S,
    run: fn(&Text, &mut S, &mut Vec<u8>) -> usize,
    buffer: Vec<u8>,
}

impl<S> Work for WholePath<S> {
    fn units(&self) -> usize {
        self.text.events
    }

    fn bytes(&self) -> usize {
        self.text.text.len()
    }

    fn prepare(&mut self) {
        self.sessions = (self.empty)();
    }

    fn pass(&mut self) {
        black_box((self.run)(black_box(&self.text), &mut self.sessions, &mut self.buffer));
    }
}

/// SipHash like the default, but with a fixed key: a random one would make counts differ.
pub type FixedKey = BuildHasherDefault<DefaultHasher>;

fn no_sessions() -> Sessions<FixedKey> {
    Sessions::with_hasher(BaseUri::new("http://localhost:8090"), FixedKey::default()).with_limits(Limits::SPECIFICATION)
}

/// With im-session. Returns the number of bytes written.
fn im_session(text: &Text, sessions: &mut Sessions<FixedKey>, buffer: &mut Vec<u8>) -> usize {
    let mut bytes = 0;
    let mut sink = |result: im_session::decode::DecodeResult<'_>| {
        let decoded = result.expect("a readable event");
        let handled = sessions.handle_event(&decoded.event).expect("a readable event");
        for (dn, notification) in handled.notifications() {
            buffer.clear();
            notification.write_json(buffer);
            black_box((dn, &buffer));
            bytes += buffer.len();
        }
    };
    let mut decoder = Decoder::new();
    decoder.push(text.text.as_bytes(), &mut sink);
    decoder.finish().for_each(sink);
    bytes
}

/// With the plain program.
fn plain_program(text: &Text, program: &mut Program, buffer: &mut Vec<u8>) -> usize {
    match text.form {
        Form::JsonLines => {
            for line in text.text.lines() {
                program.json_line(line, buffer);
            }
        }
        Form::PlatformSdkLog => plain::platform_sdk_log(program, &text.text, buffer),
        Form::TServerLog => plain::tserver_log(program, &text.text, buffer),
    }
    program.written
}

pub const CONTENDERS: [&str; 2] = ["im-session", "plain program"];

/// The workload of this contender.
pub fn work(input: &str, contender: &str) -> Option<Box<dyn Work>> {
    let (_, form) = FORMS.into_iter().find(|(name, _)| *name == input)?;
    let text = Text::of(form, CALLS);
    Some(match contender {
        "im-session" => Box::new(WholePath {
            text,
            sessions: no_sessions(),
            empty: no_sessions,
            run: im_session,
            buffer: Vec::new(),
        }),
        "plain program" => Box::new(WholePath {
            text,
            sessions: Program::default(),
            empty: Program::default,
            run: plain_program,
            buffer: Vec::new(),
        }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_write_the_same_from_each_form() {
        for (name, form) in FORMS {
            let text = Text::of(form, 40);
            let written = im_session(&text, &mut no_sessions(), &mut Vec::new());
            assert!(written > 40 * 9 * 100, "{name}: {written}");
            assert_eq!(plain_program(&text, &mut Program::default(), &mut Vec::new()), written, "{name}");
        }
    }
}
