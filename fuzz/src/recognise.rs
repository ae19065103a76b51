//! The target `recognise`: a decoder that finds out the form by itself, against one that is told.

use im_session::{Decoder, Form};

use crate::decoders::{Given, Input, is_no_form};

/// The first line that says something decides; from there on all is as if the form had been known.
///
/// The first two bytes are as for the decoders: limit and pieces.
pub fn recognise(input: &[u8]) {
    let Some(input) = Input::of(input) else {
        return;
    };
    let results = input.decode_every_way(Decoder::new);
    let lines = || input.log.split(|&byte| byte == b'\n').enumerate().map(|(index, line)| without_frame(index, line));
    let Some((index, form)) = lines().enumerate().find_map(|(index, line)| Some((index, Form::of_line(line)?))) else {
        assert!(is_no_form(&results), "no line says anything, and yet {results:?}");
        return;
    };
    // Of a line over the limit the decoder keeps both ends: an event that is named in its middle it cannot see. That decides only
    // where the line is indented; all others say what they are at one end.
    let decides = lines().nth(index).unwrap_or_default();
    if decides.len() > input.limit && decides.first().is_some_and(u8::is_ascii_whitespace) {
        return;
    }
    let told = input.decode_every_way(|| Decoder::of_form(form));
    if form == Form::JsonLines {
        // Of the lines before the first event only the words of the errors differ: nobody tried to read them.
        let since = index as u64 + 1;
        let number = |result: &Given| result.as_ref().map_or_else(|error| error.line, |(line, _, _)| *line);
        let numbers = |results: &[Given]| results.iter().map(number).collect::<Vec<_>>();
        let rest =
            |results: &[Given]| results.iter().filter(|result| number(result) >= since).cloned().collect::<Vec<_>>();
        assert_eq!(numbers(&results), numbers(&told));
        assert_eq!(rest(&results), rest(&told));
    } else {
        assert_eq!(results, told);
    }
}

/// Without a byte order mark before it and a carriage return after it.
fn without_frame(index: usize, line: &[u8]) -> &[u8] {
    let line = if index == 0 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
    line.strip_suffix(b"\r").unwrap_or(line)
}
