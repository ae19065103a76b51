//! Reads a log whole and in pieces for other tests, because the results must not depend on the split.

use im_session::Decoder;
use im_session::decode::DecodeResult;

/// The results of a log, each passed through `shown`. Asserts that pieces of 1, 7 and 64 bytes give the same results.
pub(crate) fn however_split<T: PartialEq + std::fmt::Debug>(
    log: &str,
    shown: impl Fn(DecodeResult<'_>) -> T,
) -> Vec<T> {
    let read = |size: usize| {
        let (mut decoder, mut found) = (Decoder::new(), Vec::new());
        for piece in log.as_bytes().chunks(size) {
            decoder.push(piece, |result| found.push(shown(result)));
        }
        found.extend(decoder.finish().map(&shown));
        found
    };
    let whole = read(usize::MAX);
    for size in [1, 7, 64] {
        assert_eq!(read(size), whole, "in pieces of {size}: {log}");
    }
    whole
}
