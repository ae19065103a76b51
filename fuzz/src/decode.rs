//! The target `decode`: the events of a log must not depend on how its bytes are divided into pieces.
//!
//! The first byte of the input determines the limit of one message. If it is even, the limit is the usual 1 MiB;
//! otherwise it is four times the byte. The second byte determines the sizes of the pieces. The rest is the log, in all
//! forms and envelopes. Seeds begin with `@0` or `A0`, to be readable.

use im_session::decode::{DecodeError, DecodeWarning, Decoded, MESSAGE_LIMIT};
use im_session::event::ListAttribute;
use im_session::{BaseUri, Decoder, Event, KeyValueList, Sessions, Value};

use crate::live_bytes::{live_bytes, most_live_bytes};

/// A log.
pub fn decode(input: &[u8]) {
    let [limit, piece, log @ ..] = input else {
        return;
    };
    let limit = if limit % 2 == 0 { MESSAGE_LIMIT } else { usize::from(*limit) * 4 };
    let input = Input { limit, piece: usize::from(*piece), log };
    let given = input.decode_every_way();
    input.kept_is_little();
    input.used_is_little();
    let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    for decoded in given.results.iter().flatten() {
        let handled = sessions.handle_event(&decoded.event).expect("what a decoder gives can be handled");
        let _ = handled.outcome();
        same_as_json_line(&decoded.event);
    }
}

/// The output of a decoder.
#[derive(Debug, PartialEq)]
struct Given {
    results: Vec<Result<Decoded<'static>, DecodeError>>,
    warnings: Vec<DecodeWarning>,
}

/// A log, and how to decode it.
struct Input<'a> {
    limit: usize,
    piece: usize,
    log: &'a [u8],
}

impl<'a> Input<'a> {
    fn decoder(&self) -> Decoder {
        Decoder::new().with_limit(self.limit)
    }

    /// Decodes the log at once, in pieces and byte by byte. All three results must be equal. Returns the result.
    fn decode_every_way(&self) -> Given {
        let whole = given(self.decoder(), [self.log]);
        assert_eq!(whole, given(self.decoder(), self.pieces()), "whole against pieces");
        assert_eq!(whole, given(self.decoder(), self.log.chunks(1)), "whole against single bytes");
        self.lines_ascend(&whole);
        whole
    }

    /// Pieces of growing and shrinking sizes.
    fn pieces(&self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.log;
        let mut count = 0;
        let piece = self.piece;
        std::iter::from_fn(move || {
            count += 1;
            let (taken, left) = rest.split_at(rest.len().min(1 + (piece * count) % 61));
            rest = left;
            if taken.is_empty() { None } else { Some(taken) }
        })
    }

    /// Checks that each event has an existing line, not before that of the previous event. A line can contain several
    /// events.
    fn lines_ascend(&self, given: &Given) {
        let lines = self.log.split(|&byte| byte == b'\n').count() as u64;
        let mut last = 0;
        for decoded in given.results.iter().flatten() {
            assert!(last <= decoded.line && decoded.line <= lines, "line {} of {lines} after {last}", decoded.line);
            last = decoded.line;
        }
    }

    /// Between two pieces a decoder keeps one message, one line, its contents, and a line in pieces. Each is at most as
    /// long as the limit, and the vectors may have twice that capacity. The edges of a line over the limit, a header
    /// and warnings are extra.
    fn kept_is_little(&self) {
        const EXTRA: usize = 8192;
        let most = 2 * 4 * self.limit + EXTRA;
        let before = live_bytes();
        let mut decoder = self.decoder();
        for piece in self.pieces() {
            decoder.push(piece, |_| ());
            decoder.take_warnings();
            let kept = live_bytes() - before;
            assert!(kept <= most as isize, "{kept} bytes kept, at most {most} expected");
        }
    }

    /// Even if the whole log is passed at once, decoding takes no more memory than one message within the limit. The
    /// worst case is an empty list in a list, because its ten bytes or so need room for four pairs, and vectors grow by
    /// copying.
    fn used_is_little(&self) {
        let most = 120 * self.limit + 16_384 + 64 * self.log.len();
        let mut decoder = self.decoder();
        let used = most_live_bytes(|| {
            decoder.push(self.log, |_| ());
            decoder.finish().for_each(drop);
        });
        assert!(used <= most as isize, "{used} bytes used, at most {most} expected");
    }
}

fn given<'b>(mut decoder: Decoder, pieces: impl IntoIterator<Item = &'b [u8]>) -> Given {
    let mut results = Vec::new();
    for piece in pieces {
        decoder.push(piece, |result| results.push(result.map(Decoded::into_owned)));
    }
    let mut warnings = decoder.take_warnings();
    let mut finished = decoder.finish();
    results.extend(&mut finished);
    warnings.extend(finished.warnings());
    Given { results, warnings }
}

/// An event is the same in every form: written as a JSON line it must be read as the same event. JSON has neither
/// binary nor hidden lists, so these are excepted.
fn same_as_json_line(event: &Event<'_>) {
    // In logs, names may contain digits and `_`.
    if !event.name.as_str().bytes().all(|byte| byte.is_ascii_alphabetic())
        || is_deep(&event.user_data)
        || is_deep(&event.extensions)
    {
        return;
    }
    let line = serde_json::to_string(event).expect("an event can be written");
    let again = Event::from_json_line(&line).expect("what was written can be read");
    let mut expected = event.clone().into_owned();
    for list in [&mut expected.user_data, &mut expected.extensions] {
        *list = list.list().map(without_binary).into();
    }
    assert_eq!(again, expected, "{line}");
}

/// Whether a list is deeper than a JSON reader accepts.
fn is_deep(list: &ListAttribute<'_>) -> bool {
    list.list().is_some_and(|list| list.depth() > 60)
}

fn without_binary(list: &KeyValueList<'_>) -> KeyValueList<'static> {
    let value = |value: &Value<'_>| match value {
        Value::String(text) | Value::Binary(text) => Value::from(text.to_string()),
        Value::Integer(number) => Value::Integer(*number),
        Value::List(list) => Value::List(without_binary(list)),
    };
    let pairs = list.iter().map(|pair| (pair.key.to_string(), value(&pair.value)));
    KeyValueList::try_from_iter(pairs).expect("as deep as before")
}
