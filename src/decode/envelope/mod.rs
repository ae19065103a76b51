//! The envelopes around the lines of a log: from containers, syslog, collectors, `grep` and mail.
//! [Specification 6.4][6.4].
//!
//! An [`Envelope`] is independent of the decoder's state. It describes what is around one line, and removes the same
//! from other lines. The [`Decoder`](super::Decoder) uses it, and programs that need only the lines can use it
//! directly.
//!
//! | file | removes |
//! |---|---|
//! | `cri` | the prefix of a container runtime's log |
//! | `syslog` | the prefix of syslog, RFC 3164 and RFC 5424, and its escapes |
//! | `grep` | the numbers and names of `grep -n` and `grep -H` |
//! | `json` | the JSON objects of Docker and log collectors |
//! | `ansi` | the colours of terminals |
//!
//! [6.4]: crate::guide::specification#64-envelopes

mod ansi;
mod cri;
mod grep;
#[cfg(feature = "json")]
mod json;
mod syslog;

use alloc::borrow::Cow;
use alloc::vec::Vec;

pub use ansi::without_colours;
pub(super) use ansi::{is_coloured, without_all_colours};

/// The maximum number of layers around a line.
const MOST_LAYERS: usize = 16;

/// The envelope of the lines of a message: its layers from the outside to the inside.
///
/// ```
/// use im_session::decode::envelope::{Envelope, Opened};
///
/// let line = b"2026-01-01T10:00:00.1Z stdout F 10:00:00 message EventRinging";
/// let envelope = Envelope::of_line(line);
/// let Opened::Line { content, time, .. } = envelope.open(line) else { panic!("expected a line") };
/// assert_eq!(&*content, b"10:00:00 message EventRinging");
/// assert_eq!(time.as_deref(), Some(&b"2026-01-01T10:00:00.1Z"[..]));
///
/// let next = envelope.open(b"2026-01-01T10:00:00.2Z stdout F \tAttributeThisDN\t'3002'");
/// assert!(matches!(next, Opened::Line { .. }));
/// assert!(matches!(envelope.open(b"\tAttributeThisDN\t'3002'"), Opened::Without { .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    layers: Vec<Layer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Layer {
    /// `> ` in a quoted mail.
    Mail,
    Grep {
        file: Vec<u8>,
        is_numbered: bool,
    },
    Cri {
        is_stderr: bool,
    },
    Syslog {
        writer: Vec<u8>,
    },
    #[cfg(feature = "json")]
    Json {
        key: json::LineKey,
        /// The stream that the line was written to, if the object says so.
        is_stderr: Option<bool>,
    },
}

/// The result of [`Envelope::open`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opened<'l> {
    /// The line has the envelope.
    Line {
        /// The content: one line, or several with LF between them.
        content: Cow<'l, [u8]>,
        /// The time in the envelope, as it is written.
        time: Option<Cow<'l, [u8]>>,
        /// Whether the next line with the envelope continues the content.
        is_piece: bool,
    },
    /// The line has a syslog prefix, but is from another host or program.
    OfAnother,
    /// The line is of a container's other stream: of standard error where the envelope is of standard output, or the
    /// reverse.
    OfOtherStream,
    /// The line does not have the envelope.
    Without {
        /// The number of outer layers that the line has.
        opened: usize,
    },
}

impl Envelope {
    /// The envelope of this line. A prefix of `grep` is recognised only if something that can be read follows.
    #[must_use]
    pub fn of_line(line: &[u8]) -> Self {
        let mut envelope = Envelope::default();
        envelope.add_layers(line);
        envelope
    }

    /// Adds the layers that are around this content.
    pub(super) fn add_layers(&mut self, content: &[u8]) {
        let mut content = Cow::Borrowed(content);
        while self.layers.len() < MOST_LAYERS {
            let Some(layer) = self.next_layer(&content) else {
                break;
            };
            let is_last = layer.may_hold_several_lines();
            let Layered::Content { content: inner, is_piece, .. } = layer.open(content) else {
                break;
            };
            content = inner;
            self.layers.push(layer);
            if is_piece || (is_last && content.contains(&b'\n')) {
                break;
            }
        }
    }

    /// Whether there is no layer.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.layers.is_empty()
    }

    /// Removes the envelope from a line.
    #[must_use]
    pub fn open<'l>(&self, line: &'l [u8]) -> Opened<'l> {
        self.open_layers(line.into(), 0..self.layers.len()).0
    }

    /// Removes these layers; the ones before `range` must already be removed. Also returns how many layers are removed
    /// in total.
    pub(super) fn open_layers<'l>(&self, line: Cow<'l, [u8]>, range: core::ops::Range<usize>) -> (Opened<'l>, usize) {
        let mut content = line;
        let mut innermost_time = None;
        let mut opened = range.start;
        for layer in self.layers.get(range).unwrap_or_default() {
            match layer.open(content) {
                Layered::Content { content: inner, time, is_piece } => {
                    opened += 1;
                    content = inner;
                    innermost_time = time.or(innermost_time);
                    if is_piece {
                        return (Opened::Line { content, time: innermost_time, is_piece }, opened);
                    }
                }
                Layered::OfAnother => return (Opened::OfAnother, opened),
                Layered::OfOtherStream => return (Opened::OfOtherStream, opened),
                Layered::Without => return (Opened::Without { opened }, opened),
            }
        }
        (Opened::Line { content, time: innermost_time, is_piece: false }, opened)
    }

    /// Keeps only the first `count` layers.
    pub(super) fn truncate(&mut self, count: usize) {
        self.layers.truncate(count);
    }

    pub(super) fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether a line without an envelope can look like this by chance. The next line shows whether it does.
    pub(super) fn is_unsure(&self) -> bool {
        self.layers.iter().any(|layer| match layer {
            Layer::Mail | Layer::Grep { .. } | Layer::Syslog { .. } => true,
            Layer::Cri { .. } => false,
            #[cfg(feature = "json")]
            Layer::Json { .. } => false,
        })
    }

    /// The envelope with a JSON object as one more layer, if this text is an object that carries a line.
    #[cfg(feature = "json")]
    pub(super) fn with_json(&self, text: &[u8]) -> Option<Envelope> {
        if self.layers.iter().any(|layer| matches!(layer, Layer::Json { .. })) {
            return None;
        }
        let layer = json_layer(text)?;
        let mut envelope = self.clone();
        envelope.layers.push(layer);
        Some(envelope)
    }

    fn next_layer(&self, content: &[u8]) -> Option<Layer> {
        let is_outer = self.layers.iter().all(|layer| matches!(layer, Layer::Mail));
        let has_cri = self.layers.iter().any(|layer| matches!(layer, Layer::Cri { .. }));
        let has_syslog = self.layers.iter().any(|layer| matches!(layer, Layer::Syslog { .. }));
        if is_outer && content.first() == Some(&b'>') {
            return Some(Layer::Mail);
        }
        if !has_cri && !has_syslog {
            if let Some(cri) = cri::prefix(content) {
                return Some(Layer::Cri { is_stderr: cri.is_stderr });
            }
        }
        if !has_syslog {
            if let Some(syslog) = syslog::prefix(content) {
                let writer = content.get(syslog.writer).unwrap_or_default().to_vec();
                return Some(Layer::Syslog { writer });
            }
        }
        #[cfg(feature = "json")]
        if let Some(layer) = json_layer(content) {
            return Some(layer);
        }
        let grep = if is_outer { grep::prefix(content) } else { None }?;
        Some(Layer::Grep { file: grep.file.to_vec(), is_numbered: grep.is_numbered })
    }
}

#[cfg(feature = "json")]
fn json_layer(content: &[u8]) -> Option<Layer> {
    let text = super::json_line::object(content)?;
    let text = readable(text);
    let carrier = json::carrier(&text)?;
    match crate::event::Event::from_json_line(&text) {
        Err(crate::event::EventJsonError::NamesNoEvent) => {
            Some(Layer::Json { key: carrier.key, is_stderr: carrier.is_stderr })
        }
        Ok(_) | Err(_) => None,
    }
}

/// The result of removing a layer.
enum Layered<'l> {
    Content { content: Cow<'l, [u8]>, time: Option<Cow<'l, [u8]>>, is_piece: bool },
    OfAnother,
    OfOtherStream,
    Without,
}

impl Layer {
    fn may_hold_several_lines(&self) -> bool {
        match self {
            Layer::Syslog { .. } => true,
            #[cfg(feature = "json")]
            Layer::Json { .. } => true,
            Layer::Mail | Layer::Grep { .. } | Layer::Cri { .. } => false,
        }
    }

    fn open<'l>(&self, line: Cow<'l, [u8]>) -> Layered<'l> {
        match self {
            Layer::Mail => match line.strip_prefix(b">") {
                Some(rest) => {
                    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
                    without_time(after(&line, line.len() - rest.len()))
                }
                None => Layered::Without,
            },
            Layer::Grep { file, is_numbered } => match grep::content(&line, file, *is_numbered) {
                Some(start) => without_time(after(&line, start)),
                None => Layered::Without,
            },
            Layer::Cri { is_stderr } => match cri::prefix(&line) {
                Some(cri) if cri.is_stderr == *is_stderr => Layered::Content {
                    time: Some(part(&line, cri.time)),
                    is_piece: cri.is_piece,
                    content: after(&line, cri.content),
                },
                Some(_) => Layered::OfOtherStream,
                None => Layered::Without,
            },
            Layer::Syslog { writer } => match syslog::prefix(&line) {
                Some(syslog) if line.get(syslog.writer.clone()) == Some(writer) => {
                    let content = after(&line, syslog.content);
                    let content = syslog::unescaped(&content).map_or(content, Cow::Owned);
                    Layered::Content { content, time: Some(part(&line, syslog.time)), is_piece: false }
                }
                Some(_) => Layered::OfAnother,
                None => Layered::Without,
            },
            #[cfg(feature = "json")]
            Layer::Json { key, is_stderr } => json_content(&line, *key, *is_stderr),
        }
    }
}

/// The text of a JSON object, without halves of surrogate pairs, which a parser refuses.
#[cfg(feature = "json")]
fn readable(text: &[u8]) -> Cow<'_, str> {
    let text = super::message_reader::text(text);
    let has_escapes = super::lines::contains(text.as_bytes(), b"\\u");
    has_escapes.then(|| super::json_line::repaired(&text)).flatten().map_or(text, Cow::Owned)
}

#[cfg(feature = "json")]
fn json_content<'l>(line: &[u8], key: json::LineKey, is_stderr: Option<bool>) -> Layered<'l> {
    let Some(text) = super::json_line::object(line) else {
        return Layered::Without;
    };
    let text = readable(text);
    match json::carrier(&text) {
        Some(carrier) if is_stderr.zip(carrier.is_stderr).is_some_and(|(this, other)| this != other) => {
            Layered::OfOtherStream
        }
        Some(carrier) if carrier.key == key => Layered::Content {
            // Docker keeps the line end, which would hide a further layer.
            content: Cow::Owned(without_only_line_end(carrier.line.as_bytes()).to_vec()),
            time: carrier.time.map(|time| Cow::Owned(time.as_bytes().to_vec())),
            is_piece: carrier.is_piece,
        },
        Some(_) | None => Layered::Without,
    }
}

/// The content without its line end, if it is only one line.
pub(super) fn one_line(content: &[u8]) -> Option<&[u8]> {
    let line = content.strip_suffix(b"\n").unwrap_or(content);
    super::lines::line_feed(line).is_none().then_some(line)
}

/// The content, without its line end if it is only one line.
pub(super) fn without_only_line_end(content: &[u8]) -> &[u8] {
    one_line(content).unwrap_or(content)
}

fn without_time(content: Cow<'_, [u8]>) -> Layered<'_> {
    Layered::Content { content, time: None, is_piece: false }
}

/// The line from position `start` on.
fn after<'l>(line: &Cow<'l, [u8]>, start: usize) -> Cow<'l, [u8]> {
    part(line, start..line.len())
}

fn part<'l>(line: &Cow<'l, [u8]>, range: core::ops::Range<usize>) -> Cow<'l, [u8]> {
    match line {
        Cow::Borrowed(line) => Cow::Borrowed(line.get(range).unwrap_or_default()),
        Cow::Owned(line) => Cow::Owned(line.get(range).unwrap_or_default().to_vec()),
    }
}
