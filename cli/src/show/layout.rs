//! Text in columns: terminal width, colours, and line breaks between words.

use std::fmt::Write;

use super::plain::{shortened, shortened_before, width};

/// The capabilities of the output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    /// The width of the terminal in columns; `None` if the output is not a terminal.
    pub(crate) width: Option<usize>,
    pub(crate) colour: bool,
}

/// An ANSI style, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
    Green,
    Yellow,
    Red,
    Cyan,
}

impl Screen {
    /// The capabilities of standard output. If `COLUMNS` is set, it is the width of any output. A terminal with fewer
    /// than [`MINIMUM`] columns is treated as if it had that many.
    pub(crate) fn of_stdout(colour: bool) -> Self {
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
        let terminal = || {
            let terminal = console::Term::stdout();
            let size = || terminal.size_checked().map(|(_, columns)| usize::from(columns));
            // A terminal that does not report its size is assumed to have the usual width.
            terminal.is_term().then(|| size().filter(|&columns| columns > 0).unwrap_or(80))
        };
        let width = columns.filter(|&columns| columns > 0).or_else(terminal);
        Screen { width: width.map(|columns| columns.max(MINIMUM)), colour }
    }

    pub(crate) fn paint(self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Plain => "",
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Green => "32",
            Style::Yellow => "33",
            Style::Red => "31",
            Style::Cyan => "36",
        };
        if self.colour && !code.is_empty() && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// A line that begins with `head` and continues with the words of `spans`. Words that do not fit continue below,
    /// indented by `indent` columns. Without a line end.
    pub(crate) fn line(self, head: &str, indent: usize, spans: &[(Style, String)]) -> String {
        let limit = self.width.unwrap_or(usize::MAX);
        // Text needs a minimum width.
        let indent = indent.min(limit.saturating_sub(MINIMUM));
        let blank = " ".repeat(if head.trim().is_empty() { width(head).min(indent) } else { 0 });
        let head = if blank.is_empty() { head } else { &blank };
        if width(head) > limit {
            // The words of the head are broken like the others.
            let head = (Style::Plain, format!("{} ", head.trim_end()));
            return self.line("", indent, &[&[head], spans].concat());
        }
        let mut line = head.to_owned();
        let mut at = width(head);
        if at > indent && limit.saturating_sub(at) < MINIMUM / 2 {
            at = break_line(&mut line, indent);
        }
        // Adjacent words of one style on one line are painted together.
        let mut run = (Style::Plain, String::new());
        for (style, text) in spans {
            for (position, word) in text.split(' ').enumerate() {
                let word = if width(word) > limit - indent { &shortened(word, limit - indent) } else { word };
                let gap = usize::from(position > 0);
                if word.is_empty() && gap > 0 && at >= limit {
                    continue;
                }
                if at + gap + width(word) > limit && at > indent {
                    self.end_run(&mut line, &mut run);
                    at = break_line(&mut line, indent);
                } else if gap > 0 && at + gap + width(word) <= limit {
                    run.1.push(' ');
                    at += 1;
                }
                if run.0 != *style {
                    self.end_run(&mut line, &mut run);
                    run.0 = *style;
                }
                run.1.push_str(word);
                at += width(word);
            }
        }
        self.end_run(&mut line, &mut run);
        line.truncate(line.trim_end().len());
        line
    }

    /// A text that may be longer than a line.
    pub(crate) fn text(self, style: Style, text: &str) -> String {
        self.line("", 2, &[(style, text.to_owned())])
    }

    /// The name of a file, shortened at its beginning, since the end of a path says most.
    pub(crate) fn name(self, name: &str) -> String {
        self.paint(Style::Bold, &shortened_before(name, self.width.unwrap_or(usize::MAX)))
    }

    fn end_run(self, line: &mut String, run: &mut (Style, String)) {
        line.push_str(&self.paint(run.0, &run.1));
        run.1.clear();
    }
}

/// The minimum number of columns for the words of a line, and so for the terminal.
const MINIMUM: usize = 20;

fn break_line(line: &mut String, indent: usize) -> usize {
    line.truncate(line.trim_end().len());
    // Writing to a string cannot fail.
    let _ = write!(line, "\n{:indent$}", "");
    indent
}

/// The text with blanks before it, so that it takes at least this many columns.
pub(crate) fn to_the_right(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{:missing$}{text}", "")
}

/// The text with blanks after it, so that it takes at least this many columns.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{:missing$}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<(Style, String)> {
        vec![(Style::Plain, text.to_owned())]
    }

    #[test]
    fn lines_break_between_words() {
        let screen = Screen { width: Some(30), colour: false };
        let text = screen.line("12:00 ", 6, &plain("Alerting to Talking and so on, with 3001"));
        assert_eq!(text, "12:00 Alerting to Talking and\n      so on, with 3001");
        let endless = Screen { width: None, colour: false };
        assert_eq!(endless.line("> ", 2, &plain(&"word ".repeat(100))).lines().count(), 1);
    }

    #[test]
    fn a_word_that_no_line_has_room_for_is_shortened() {
        let screen = Screen { width: Some(30), colour: false };
        let text = screen.line("> ", 4, &plain(&format!("a {} b", "x".repeat(99))));
        assert_eq!(text, format!("> a {}…\n    b", "x".repeat(25)));
    }

    /// Wide characters take two columns, combining ones none.
    #[test]
    fn no_line_is_wider_than_the_terminal_whatever_is_in_it() {
        let texts = [
            "Alerting → Talking, with 3001, data 'k'='v'",
            "日本語のとても長い言葉 と 短い 言葉",
            "e\u{301}e\u{301}e\u{301} a\u{308} 👍👍👍👍👍👍👍👍👍👍👍👍👍 x",
            "  two  blanks   three    and-a-word-that-is-longer-than-most-of-the-terminals-are ",
            "",
        ];
        let heads =
            ["", "> ", "        ", "  17 11:49:08.388 #1   3002@192.0.2.1:5060  Ringing  ", "日本語日本語日本語 日 "];
        for columns in 20..=200 {
            for colour in [false, true] {
                let screen = Screen { width: Some(columns), colour };
                for (head, text) in heads.iter().flat_map(|head| texts.iter().map(move |text| (head, text))) {
                    for indent in [0, 2, 8, 24, 60] {
                        let spans = [
                            (Style::Red, (*text).to_owned()),
                            (Style::Plain, "  ".to_owned()),
                            (Style::Dim, (*text).to_owned()),
                        ];
                        let set = screen.line(head, indent, &spans);
                        for line in set.lines() {
                            let bare = console::strip_ansi_codes(line);
                            assert!(width(&bare) <= columns, "{columns}, {indent}: {line:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn colours_end_before_the_line_does() {
        let screen = Screen { width: Some(24), colour: true };
        let text = screen.line("", 4, &[(Style::Red, "one two three four five six".to_owned())]);
        assert_eq!(text, "\x1b[31mone two three four five\x1b[0m\n    \x1b[31msix\x1b[0m");
    }
}
