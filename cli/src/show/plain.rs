//! Makes text of a log safe for a terminal: control characters and bidirectional overrides become visible.

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

/// The text on one line, with a visible form of every character that a terminal would interpret.
pub(crate) fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    text.chars().for_each(|character| push(&mut line, character));
    line
}

/// Like [`plain`], and at most `columns` wide; the rest is replaced by `…`.
pub(crate) fn shortened(text: &str, columns: usize) -> String {
    let (mut line, mut rest) = (String::new(), text.chars());
    let mut room = columns;
    loop {
        let before = line.len();
        let Some(character) = rest.next() else { return line };
        push(&mut line, character);
        let Some(left) = room.checked_sub(width(line.get(before..).unwrap_or_default())) else {
            line.truncate(before);
            break;
        };
        room = left;
    }
    // Removes characters to make room for `…`.
    while room == 0 {
        let Some(last) = line.pop() else { break };
        room += width(last.encode_utf8(&mut [0; 4]));
    }
    line.push('…');
    line
}

/// Like [`plain`], and at most `columns` wide; the beginning is left out, because the end of a path says most.
pub(crate) fn shortened_before(text: &str, columns: usize) -> String {
    let line = plain(text);
    if width(&line) <= columns {
        return line;
    }
    let mut room = columns.saturating_sub(1);
    let fits = |character: &char| match room.checked_sub(character.width().unwrap_or(0)) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    let end: Vec<char> = line.chars().rev().take_while(fits).collect();
    std::iter::once('…').chain(end.into_iter().rev()).collect()
}

/// How many columns a terminal needs for the text.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}

/// Whether a terminal interprets the character instead of showing it, or shows nothing at all.
pub(crate) fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Marks, embeddings, overrides and isolates of direction.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Line and paragraph separators, the byte order mark, invisible characters.
            | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn push(line: &mut String, character: char) {
    match u32::from(character) {
        // The symbols from U+2400 on are in the order of the control characters.
        code @ 0..=0x1f => line.push(char::from_u32(0x2400 + code).unwrap_or('·')),
        0x7f => line.push('␡'),
        code if is_obeyed(character) => {
            // Writing to a string cannot fail.
            let _ = write!(line, "<U+{code:04X}>");
        }
        _ => line.push(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(plain("a\u{1b}[2J\n\u{7f}"), "a␛[2J␊␡");
        assert_eq!(plain("30\u{202e}02\u{9b}"), "30<U+202E>02<U+009B>");
        assert_eq!(plain("Größe 日本 👍"), "Größe 日本 👍");
    }

    #[test]
    fn a_shortened_text_fits() {
        assert_eq!(shortened("abcdef", 6), "abcdef");
        assert_eq!(shortened("abcdefg", 6), "abcde…");
        assert_eq!(shortened("日本語", 5), "日本…");
        assert_eq!(shortened("日本語", 4), "日…");
        assert_eq!(shortened("a\u{202e}b", 4), "a…");
        assert_eq!(shortened_before("logs/proxy.log", 20), "logs/proxy.log");
        assert_eq!(shortened_before("logs/proxy.log", 10), "…proxy.log");
        assert_eq!(shortened_before("日本語", 4), "…語");
    }
}
