//! SIP messages in text: traces, logs and consoles. Each message has a header line, in any of the forms of `head`;
//! between messages there may be any text.

mod arrow;
mod asterisk;
mod audiocodes;
mod body;
mod browser;
mod cisco;
mod colours;
mod freeswitch;
mod genesys;
mod head;
mod linphone;
mod margin;
mod oracle;
mod pjsua;
mod sipp;
mod time;
mod trace;
mod window;
mod words;

use std::io::{self, BufRead};
use std::ops::ControlFlow;

use super::found::{Found, Message, Sink, Unread, When};
use super::start_line::is_start_line;
use body::{Body, content_length};
use colours::without_colours;
use head::{End, Head};
use margin::Margin;
use window::Window;

/// The longest message that is read, in bytes. A longer one is cut, and the observer rejects it.
const LONGEST: usize = 1 << 20;
/// How many lines may be between a header line and its message: empty ones and dashes.
const MOST_BETWEEN: usize = 3;

/// What a text contained.
pub(crate) enum Had {
    /// Header lines of messages.
    Messages,
    /// No header line.
    Nothing,
}

/// Reads a text and passes every message on.
pub(crate) fn read(input: impl BufRead, sink: &mut dyn Sink) -> io::Result<Had> {
    let mut text = Text { window: Window::new(input), before: Vec::new(), any: false, headless: 0, doubted: false };
    while text.window.get(0)?.is_some() {
        if text.step(sink)?.is_break() {
            return Ok(Had::Messages);
        }
    }
    if text.headless > 0 {
        let _ = sink.take(Found::Unread(Unread::NoHead, text.headless));
    }
    Ok(if text.any { Had::Messages } else { Had::Nothing })
}

struct Text<R> {
    window: Window<R>,
    /// The last lines that belong to no message. They contain the time if the header line does not.
    before: Vec<Vec<u8>>,
    any: bool,
    /// How many messages have no header line.
    headless: u64,
    /// Whether unexpected text was reported.
    doubted: bool,
}

/// The headers of a message.
struct Headers {
    /// The headers as sent on the wire.
    bytes: Vec<u8>,
    /// The number of lines.
    lines: usize,
    /// Whether they ended with an empty line.
    has_body: bool,
    /// Whether the text shows which lines ended in CRLF.
    shows_ends: bool,
}

/// Where a message begins.
struct Begin {
    /// How many lines ahead.
    ahead: usize,
    margin: Margin,
}

impl<R: BufRead> Text<R> {
    /// Takes the next line; if it is a header line, takes the message, too.
    fn step(&mut self, sink: &mut dyn Sink) -> io::Result<ControlFlow<()>> {
        let Some(line) = self.window.get(0)? else { return Ok(ControlFlow::Continue(())) };
        let text = line.text.clone();
        if let Some(head) = head::head(&text) {
            if let Some(reason) = trace::fault(&String::from_utf8_lossy(&text)) {
                self.any = true;
                let place = self.window.number();
                self.window.advance(1);
                return Ok(sink.take(Found::Unreadable { place, reason }));
            }
            if let Some(begin) = self.begin(0, &head)? {
                self.any = true;
                return self.message(head, begin, sink);
            }
        }
        if is_start_line(text.trim_ascii()) {
            if let Some(head) = self.headed_by_words() {
                self.any = true;
                let margin = Margin::of(&text, &text, false).unwrap_or_default();
                return self.message(head, Begin { ahead: 0, margin }, sink);
            }
            self.headless += 1;
        }
        self.remember(text);
        self.window.advance(1);
        Ok(ControlFlow::Continue(()))
    }

    /// The header line in no known form before a message, if the last line before it names the sender.
    fn headed_by_words(&self) -> Option<Head> {
        let line = self.before.iter().rev().find(|line| !is_dashes(without_colours(line.trim_ascii())))?;
        words::head(&String::from_utf8_lossy(without_colours(line)))
    }

    fn remember(&mut self, line: Vec<u8>) {
        const SOME: usize = 3;
        const SHORT: usize = 512;
        if !line.trim_ascii().is_empty() && line.len() <= SHORT {
            if self.before.len() >= SOME {
                self.before.remove(0);
            }
            self.before.push(line);
        }
    }

    /// Where the message begins whose header line is this many lines ahead.
    fn begin(&mut self, ahead: usize, head: &Head) -> io::Result<Option<Begin>> {
        let head_line = self.window.get(ahead)?.map(|line| line.text.clone()).unwrap_or_default();
        for next in 1..=MOST_BETWEEN + 1 {
            let Some(line) = self.window.get(ahead + next)? else { break };
            if let Some(margin) = Margin::of(&line.text, &head_line, head.dots) {
                return Ok(Some(Begin { ahead: ahead + next, margin }));
            }
            let between = line.text.trim_ascii();
            if !between.is_empty() && !is_dashes(between) {
                break;
            }
        }
        // The project's own form is a header line whatever follows.
        Ok(head.certain.then(|| Begin { ahead: ahead + 1, margin: Margin::default() }))
    }

    /// Whether the line this many lines ahead ends the message before it.
    fn ends(&mut self, ahead: usize, end: End) -> io::Result<bool> {
        let Some(line) = self.window.get(ahead)? else { return Ok(true) };
        let text = line.text.trim_ascii();
        let text = without_colours(text);
        let is_end = match end {
            End::Length => false,
            End::Line(last) => text == last.as_bytes(),
            End::Dashes => is_dashes(text),
        };
        if is_end {
            return Ok(true);
        }
        let line = line.text.clone();
        match head::head(&line) {
            Some(head) => Ok(self.begin(ahead, &head)?.is_some()),
            None => Ok(false),
        }
    }

    /// Reads the message of a header line, and further messages under the same one.
    fn message(&mut self, mut head: Head, mut begin: Begin, sink: &mut dyn Sink) -> io::Result<ControlFlow<()>> {
        if head.when == When::Unknown {
            let lines = self.before.iter().rev();
            head.when = lines
                .map(|line| time::when(&String::from_utf8_lossy(line)))
                .find(|when| *when != When::Unknown)
                .unwrap_or(When::Unknown);
        }
        let mut place = self.window.number();
        loop {
            self.window.advance(begin.ahead);
            let Headers { mut bytes, lines, has_body, shows_ends } = self.headers(&head, &begin.margin)?;
            self.window.advance(lines);
            let mut exact = true;
            if has_body {
                let announced = head.announced.and_then(|announced| announced.checked_sub(bytes.len()));
                let body = Body::new(head.dots, shows_ends);
                exact = self.body(&head, &begin.margin, body, announced, &mut bytes, sink)?;
            }
            let found = Found::Message(Message {
                place,
                when: head.when.clone(),
                source: head.source.clone(),
                destination: head.destination.clone(),
                bytes: &bytes,
            });
            if sink.take(found).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            // A segment with several messages: the next one begins where this one ends.
            head.announced = None;
            place = self.window.number();
            let next = self.window.get(0)?.and_then(|line| Margin::of(&line.text, b"", head.dots));
            match next.filter(|_| head.dense && exact) {
                Some(margin) => begin = Begin { ahead: 0, margin },
                None => break,
            }
        }
        self.before.clear();
        if head.dense {
            self.doubt_what_follows(sink)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn headers(&mut self, head: &Head, margin: &Margin) -> io::Result<Headers> {
        let (mut bytes, mut lines, mut shows_ends) = (Vec::new(), 0, head.dots);
        while let Some(line) = self.window.get(lines)? {
            let Some(text) = margin.strip(&line.text) else { break };
            shows_ends |= line.crlf;
            let text = without_colours(if head.dots { text.strip_suffix(b".").unwrap_or(text) } else { text });
            if text.iter().all(u8::is_ascii_whitespace) {
                lines += 1;
                if bytes.is_empty() {
                    continue;
                }
                bytes.extend_from_slice(b"\r\n");
                return Ok(Headers { bytes, lines, has_body: true, shows_ends });
            }
            let header = is_header(text);
            let text = text.to_vec();
            if lines > 0 && !header {
                let inside = head.announced.is_some_and(|announced| bytes.len() < announced);
                if (!head.certain && !inside) || self.ends(lines, head.end)? {
                    break;
                }
            }
            if bytes.is_empty() && head.certain && self.ends(lines, head.end)? {
                break;
            }
            lines += 1;
            if bytes.len() + text.len() < LONGEST {
                bytes.extend_from_slice(&text);
                bytes.extend_from_slice(b"\r\n");
            }
        }
        // The text lacks the empty line.
        if !bytes.is_empty() {
            bytes.extend_from_slice(b"\r\n");
        }
        Ok(Headers { bytes, lines, has_body: false, shows_ends })
    }

    /// Adds the body. Returns whether its length was as announced.
    fn body(
        &mut self,
        head: &Head,
        margin: &Margin,
        empty: Body,
        announced: Option<usize>,
        bytes: &mut Vec<u8>,
        sink: &mut dyn Sink,
    ) -> io::Result<bool> {
        let content_length = content_length(bytes);
        // The count of the text's writer takes precedence, because the sender of the message cannot influence it.
        for length in [announced, content_length].into_iter().flatten() {
            if length == 0 && Some(length) != content_length.or(Some(0)) {
                continue;
            }
            if let Some(body) = self.body_of_length(margin, empty.clone(), length)? {
                self.doubt_heads_in_body(body.lines, sink)?;
                bytes.extend_from_slice(&body.bytes);
                self.window.advance(body.lines);
                return Ok(true);
            }
        }
        let wanted = announced.max(content_length);
        let (mut body, mut lines) = (empty, 0);
        loop {
            if self.ends(lines, head.end)? {
                break;
            }
            let Some(line) = self.window.get(lines)? else { break };
            let Some(text) = margin.strip(&line.text) else { break };
            let is_empty = text.iter().all(u8::is_ascii_whitespace);
            let enough = match wanted {
                Some(length) => body.length_as_crlf() >= length,
                None => !head.certain,
            };
            if is_empty && enough && !head.certain {
                break;
            }
            if body.length_as_crlf() < LONGEST {
                body.push(text, line.crlf);
            }
            lines += 1;
        }
        bytes.extend_from_slice(&body.guess(content_length));
        self.window.advance(lines);
        Ok(false)
    }

    /// The body of this length, if a line ends there.
    fn body_of_length(&mut self, margin: &Margin, mut body: Body, length: usize) -> io::Result<Option<Body>> {
        if length > LONGEST {
            return Ok(None);
        }
        loop {
            if body.has_length(length) {
                return Ok(Some(body));
            }
            if body.length_as_lf() > length {
                return Ok(body.into_lf(length));
            }
            let text = match self.window.glance(body.lines)? {
                Some(line) => margin.strip(&line.text).map(|text| (text.to_vec(), line.crlf)),
                None => None,
            };
            match text {
                Some((text, crlf)) => body.push(&text, crlf),
                None => return Ok(body.into_padded(length)),
            }
        }
    }

    /// Reports lines in a body that look like the header line of a message but are not.
    fn doubt_heads_in_body(&mut self, lines: usize, sink: &mut dyn Sink) -> io::Result<()> {
        for ahead in 0..lines {
            let Some(line) = self.window.get(ahead)? else { break };
            let line = line.text.clone();
            if let Some(head) = head::head(&line) {
                if self.begin(ahead, &head)?.is_some() {
                    let place = self.window.number() + ahead as u64;
                    let reason = "looks like the head of a message, and is part of the body of another one".to_owned();
                    let _ = sink.take(Found::Doubtful { place, reason });
                    break;
                }
            }
        }
        Ok(())
    }

    /// Reports once if there is text between a message and the next header line, in a form that has none: it may belong
    /// to a body that is longer than announced.
    fn doubt_what_follows(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        let mut ahead = 0;
        while let Some(line) = self.window.get(ahead)?.filter(|_| ahead < 8) {
            let text = without_colours(line.text.trim_ascii());
            if !matches!(text, b"" | b".") && !is_dashes(text) {
                // The lines that ngrep and baresip print between messages end with this.
                let is_between = text.ends_with(b"#");
                if !self.doubted && !is_between && !self.ends(ahead, End::Dashes)? {
                    self.doubted = true;
                    let place = self.window.number() + ahead as u64;
                    let reason =
                        "text between messages: where a body is longer than it says, messages in it cannot be told \
                                  from others"
                            .to_owned();
                    let _ = sink.take(Found::Doubtful { place, reason });
                }
                break;
            }
            ahead += 1;
        }
        Ok(())
    }
}

/// Whether a line consists of dashes, possibly in angle brackets.
fn is_dashes(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"<").unwrap_or(line);
    let line = line.strip_suffix(b">").unwrap_or(line);
    let dashes = line.iter().take_while(|&&byte| byte == b'-').count();
    // SIPp prints the time after the dashes.
    (dashes >= 3 && dashes == line.len()) || dashes >= 20
}

/// Whether a line is a header or continues one. The beginning of a time of day is not the name of a header.
fn is_header(line: &[u8]) -> bool {
    if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
        return true;
    }
    let Some(colon) = line.iter().position(|&byte| byte == b':') else { return false };
    let name = line[..colon].trim_ascii_end();
    let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte);
    let is_name = !name.is_empty() && name.iter().all(token) && name.iter().any(u8::is_ascii_alphabetic);
    is_name && !name.first().is_some_and(u8::is_ascii_digit) && !name.eq_ignore_ascii_case(b"proto")
}
