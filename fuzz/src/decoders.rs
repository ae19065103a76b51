//! The targets of the three decoders: what comes out must not depend on how the bytes were cut, and more.
//!
//! The first byte of the input chooses the limit of one message: even, the usual 1 MiB; odd, four times its value. The
//! second chooses the sizes of the pieces. The rest is the log, so that seeds can be read: they begin with `@0` or `A0`.

use im_session::decode::MESSAGE_LIMIT;
use im_session::testing::read_back;
use im_session::{BaseUri, DecodeError, DecodeErrorKind, Decoder, Event, Form, KeyValueList, Sessions};

use crate::live_bytes::{live_bytes, most_live_bytes};

/// JSON lines.
pub fn json_lines(input: &[u8]) {
    of_form(input, Form::JsonLines);
}

/// The log of a T-Server.
pub fn tserver_log(input: &[u8]) {
    of_form(input, Form::TServerLog);
}

/// The log of the Platform SDK.
pub fn platform_sdk_log(input: &[u8]) {
    of_form(input, Form::PlatformSdkLog);
}

fn of_form(input: &[u8], form: Form) {
    let Some(input) = Input::of(input) else {
        return;
    };
    let results = input.decode_every_way(|| Decoder::of_form(form));
    input.kept_is_little(Decoder::of_form(form));
    input.used_is_little(Decoder::of_form(form));
    let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    for (_, _, event) in results.iter().flatten() {
        sessions.handle_event(event).expect("what a decoder gives can be handled");
        same_as_json_line(event);
    }
}

/// What a decoder gave: line, header and event, or an error.
pub(crate) type Given = Result<(u64, String, Event<'static>), DecodeError>;

/// How to decode, and what.
pub(crate) struct Input<'a> {
    pub(crate) limit: usize,
    piece: usize,
    pub(crate) log: &'a [u8],
}

impl<'a> Input<'a> {
    pub(crate) fn of(input: &'a [u8]) -> Option<Self> {
        let [limit, piece, log @ ..] = input else {
            return None;
        };
        let limit = if limit % 2 == 0 { MESSAGE_LIMIT } else { usize::from(*limit) * 4 };
        Some(Input { limit, piece: usize::from(*piece), log })
    }

    /// Whole, in pieces and byte by byte: gives the results, which must be the same.
    pub(crate) fn decode_every_way(&self, decoder: impl Fn() -> Decoder) -> Vec<Given> {
        let decoder = || decoder().with_limit(self.limit);
        let whole = decode(decoder(), [self.log]);
        assert_eq!(whole, decode(decoder(), self.pieces()), "whole against pieces");
        assert_eq!(whole, decode(decoder(), self.log.chunks(1)), "whole against single bytes");
        self.lines_ascend(&whole);
        whole
    }

    /// Pieces of sizes that go up and down.
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

    /// Every result has a line of its own, further down than the one before, and one that is there.
    fn lines_ascend(&self, results: &[Given]) {
        let lines = self.log.split(|&byte| byte == b'\n').count() as u64;
        let mut last = 0;
        for result in results {
            let line = match result {
                Ok((line, _, _)) => *line,
                Err(error) => error.line,
            };
            assert!(last < line && line <= lines, "line {line} of {lines} after {last}");
            last = line;
        }
    }

    /// Between two pieces a decoder keeps one message and one line, each at most as long as the limit; the vectors they
    /// are in may have twice that room, the edges of a line over the limit are extra.
    fn kept_is_little(&self, decoder: Decoder) {
        const EDGES: usize = 4096;
        let most = 2 * self.limit + 2 * self.limit + EDGES;
        let before = live_bytes();
        let mut decoder = decoder.with_limit(self.limit);
        for piece in self.pieces() {
            decoder.push(piece, |_| ());
            let kept = live_bytes() - before;
            assert!(kept <= most as isize, "{kept} bytes kept, at most {most} expected");
        }
    }

    /// Even where all is handed over at once, no more is used than one message within the limit takes. An empty list in
    /// a list, the worst, has some ten bytes and needs room for four pairs, and vectors grow by copying.
    fn used_is_little(&self, decoder: Decoder) {
        let most = 100 * self.limit + 8192;
        let mut decoder = decoder.with_limit(self.limit);
        let used = most_live_bytes(|| {
            decoder.push(self.log, |_| ());
            decoder.finish(|_| ());
        });
        assert!(used <= most as isize, "{used} bytes used, at most {most} expected");
    }
}

fn decode<'b>(mut decoder: Decoder, pieces: impl IntoIterator<Item = &'b [u8]>) -> Vec<Given> {
    let mut given = Vec::new();
    let mut sink = |result: im_session::DecodeResult<'_>| {
        given.push(result.map(|decoded| (decoded.line, decoded.header.into_owned(), decoded.event.into_owned())));
    };
    for piece in pieces {
        decoder.push(piece, &mut sink);
    }
    decoder.finish(sink);
    given
}

/// One event is one event in every form: written as a JSON line it must be read as the same.
fn same_as_json_line(event: &Event<'_>) {
    let too_deep = |list: &Option<KeyValueList<'_>>| list.as_ref().is_some_and(|list| list.depth() > 16);
    if too_deep(&event.user_data) || too_deep(&event.extensions) {
        return;
    }
    let line = serde_json::to_string(event).expect("an event can be written");
    let results = decode(Decoder::of_form(Form::JsonLines), [line.as_bytes()]);
    let [Ok((1, _, again))] = results.as_slice() else {
        panic!("{line} gives {results:?}");
    };
    assert_eq!(*again, read_back(Form::JsonLines, event), "{line}");
}

/// Whether a result is the one error of an input without events.
pub(crate) fn is_no_form(results: &[Given]) -> bool {
    matches!(results, [Err(DecodeError { line: 1, kind: DecodeErrorKind::NoForm })])
}
