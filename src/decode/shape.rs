//! Which lines belong to a message, and what each of them is. Specification 6.2 and 6.3.
//!
//! A shape keeps no text, so it can follow a message of which nothing is kept, and one that comes in pieces.

use alloc::vec::Vec;

use super::header::{HeaderKind, LineView, header};
use super::lines::{first, first_edge};
use super::quotes::{Quote, Quoted, opening_length};
use super::syntax::{LogSyntax, without_prefix};
use super::time::begins_with_time;
use super::warning::{DecodeWarning, WarningKind};

/// The most bytes of a value of several lines.
const LONGEST_VALUE: usize = 65_535;

/// The byte that colours begin with.
pub(super) const ESCAPE: u8 = 0x1b;

/// What a line is to a message.
#[derive(Debug)]
pub(super) enum Role<'a> {
    /// It does not belong to it: the message ends before it.
    Ends,
    /// It does not belong to it, and shows that the header was none.
    NoMessage,
    /// It begins with a colour that is to be taken off first.
    Coloured,
    /// It belongs to it and says nothing.
    Skipped,
    /// It is no attribute, but what is deeper belongs to it.
    Odd,
    /// An attribute. Where the value does not end in this line, it is all from its quote to the end of the line.
    Attribute {
        /// With the prefix `Attribute`, if it has that.
        name: &'a [u8],
        value: &'a [u8],
        opens_list: bool,
        is_open: bool,
    },
    /// A pair of the list of the attribute before.
    Pair {
        /// How far it is indented; `None` where it is not deeper than the attribute, as in a pasted log.
        indentation: Option<usize>,
        key: &'a [u8],
        /// Where it does not end in this line, all from its quote to the end of the line.
        value: &'a [u8],
        is_open: bool,
    },
    /// A line within a value of several lines.
    ValueGoesOn,
    /// The last line of a value of several lines.
    ValueCloses {
        /// How much of the line the value takes, with its quote.
        length: usize,
    },
}

/// What is known of a message without its text.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// The number of the line that comes next.
    pub(super) number: u64,
    /// What the line after the header must be.
    first_line: FirstLine,
    /// How far the attribute is indented that deeper lines belong to.
    attribute: Option<usize>,
    /// How far attributes and pairs have been indented: a bit each.
    attributes: u64,
    pairs: u64,
    /// The value that goes on over the end of its line.
    value: Option<OpenValue>,
    pub(super) warnings: Vec<DecodeWarning>,
}

/// What the line after the header must be, for it to be a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FirstLine {
    Any,
    Title,
    TitleOrAttribute,
}

#[derive(Debug, Clone)]
struct OpenValue {
    quote: Quote,
    /// The line that it began in.
    number: u64,
    /// How many bytes it has so far.
    length: usize,
    /// The first of its lines that looks like the header of an event.
    header: Option<u64>,
}

impl Shape {
    /// The shape of a message with such a header, which stands in this line.
    pub(super) fn new(header: HeaderKind, number: u64) -> Self {
        Shape {
            number: number + 1,
            first_line: match header {
                HeaderKind::TServer | HeaderKind::PlatformSdkJava => FirstLine::Any,
                HeaderKind::PlatformSdkNet { at_end: true } => FirstLine::TitleOrAttribute,
                HeaderKind::PlatformSdkNet { at_end: false } => FirstLine::Title,
            },
            attribute: None,
            attributes: 0,
            pairs: 0,
            value: None,
            warnings: Vec::new(),
        }
    }

    /// Whether it is still open whether the header is one.
    pub(super) fn is_unsure(&self) -> bool {
        self.first_line != FirstLine::Any
    }

    /// What the next line, without its end, is to the message.
    #[inline]
    pub(super) fn line<'l, S: LogSyntax>(&mut self, line: &'l [u8]) -> Role<'l> {
        let content = line.trim_ascii_start();
        let indentation = line.len() - content.len();
        if self.value.is_some() {
            if let Some(role) = self.value_line::<S>(line, content, indentation) {
                return role;
            }
        }
        if self.first_line != FirstLine::Any {
            if let Some(role) = self.first_line::<S>(content) {
                return role;
            }
        }
        let Some(&first) = content.first() else {
            return if indentation > 0 { Role::Skipped } else { Role::Ends };
        };
        if first == ESCAPE {
            return Role::Coloured;
        }
        let has_attribute = self.attribute.is_some_and(|attribute| indentation <= attribute);
        if indentation == 0 {
            let is_pair = || has_attribute && is_quote::<S>(content) && S::pair(content).is_some();
            if !S::is_attribute(content) && !is_pair() {
                return Role::Ends;
            }
        } else if first == b':' && header(LineView::of_line(line)).is_some() {
            return Role::Ends;
        } else if self.attribute.is_some() && !has_attribute {
            return self.deeper::<S>(content, indentation);
        }
        if has_attribute && is_quote::<S>(content) {
            if let Some((key, value)) = S::pair(content) {
                return self.pair::<S>(content, indentation, None, key, value);
            }
        }
        // Whatever this line is, deeper ones belong to it.
        self.attribute = Some(indentation);
        let Some(attribute) = S::attribute(content) else {
            return Role::Odd;
        };
        self.attributes |= bit(indentation);
        let value = attribute.value.trim_ascii_start();
        let mut role =
            Role::Attribute { name: attribute.name, value, opens_list: attribute.opens_list, is_open: false };
        if let Role::Attribute { value, is_open, .. } = &mut role {
            if opening_length(value, S::QUOTE).is_some() {
                match Quoted::of(value.trim_ascii_end(), S::QUOTE) {
                    Quoted::Open(quote, _) if without_prefix(attribute.name).is_some() => {
                        *is_open = true;
                        self.open(quote, value.len());
                    }
                    Quoted::Open(..) | Quoted::Closed(_) | Quoted::No => {}
                }
            }
        }
        role
    }

    /// A line that is deeper than the attribute.
    #[inline]
    fn deeper<'l, S: LogSyntax>(&mut self, content: &'l [u8], indentation: usize) -> Role<'l> {
        if let Some((key, value)) = S::pair(content) {
            return self.pair::<S>(content, indentation, Some(indentation), key, value);
        }
        // An attribute of a group may have a value of several lines as well.
        if first(content, S::QUOTE).is_some() {
            let value = S::attribute(content).map(|attribute| attribute.value.trim_ascii());
            if let Some(Quoted::Open(quote, rest)) = value.map(|value| Quoted::of(value, S::QUOTE)) {
                self.open(quote, rest.len());
            }
        }
        Role::Skipped
    }

    #[inline]
    fn pair<'l, S: LogSyntax>(
        &mut self,
        content: &'l [u8],
        at: usize,
        indentation: Option<usize>,
        key: &'l [u8],
        value: &'l [u8],
    ) -> Role<'l> {
        self.pairs |= bit(at);
        match Quoted::of(value, S::QUOTE) {
            Quoted::Open(quote, rest) => {
                self.open(quote, rest.len());
                // With the white space at the end of the line.
                let trailing = content.len() - content.trim_ascii_end().len();
                let value = content.get(content.len() - trailing - value.len()..).unwrap_or(value);
                Role::Pair { indentation, key, value, is_open: true }
            }
            Quoted::Closed(_) | Quoted::No => Role::Pair { indentation, key, value, is_open: false },
        }
    }

    #[cold]
    fn open(&mut self, quote: Quote, length: usize) {
        self.value = Some(OpenValue { quote, number: self.number, length, header: None });
    }

    /// What a line is while a value of several lines is open; `None` where the value stops before it.
    #[cold]
    fn value_line<S: LogSyntax>(&mut self, line: &[u8], content: &[u8], indentation: usize) -> Option<Role<'static>> {
        if content.first() == Some(&ESCAPE) {
            return Some(Role::Coloured);
        }
        let mut value = self.value.take()?;
        let is_header = header(LineView::of_line(line)).is_some_and(|header| header.is_event());
        let stops = if indentation == 0 { begins_with_time(line) } else { content.starts_with(b":") && is_header }
            || (self.attributes & bit(indentation) != 0 && is_own_attribute::<S>(content))
            || (self.pairs & bit(indentation) != 0 && is_quote::<S>(content) && S::pair(content).is_some());
        value.length += line.len() + 1;
        if stops || value.length > LONGEST_VALUE {
            self.warn(value.number, WarningKind::ValueNotClosed);
            return None;
        }
        if is_header {
            value.header.get_or_insert(self.number);
        }
        let end = line.trim_ascii_end();
        if value.quote.strip_closing(end).is_some() {
            if let Some(number) = value.header {
                self.warn(number, WarningKind::HeaderInValue);
            }
            return Some(Role::ValueCloses { length: end.len() });
        }
        self.value = Some(value);
        Some(Role::ValueGoesOn)
    }

    /// What the line after a header is that needs a title, or an attribute, to be one.
    #[cold]
    fn first_line<S: LogSyntax>(&mut self, content: &[u8]) -> Option<Role<'static>> {
        let expected = core::mem::replace(&mut self.first_line, FirstLine::Any);
        if S::is_title(content) {
            return Some(Role::Skipped);
        }
        if expected == FirstLine::TitleOrAttribute && S::is_attribute(content) {
            return None;
        }
        Some(Role::NoMessage)
    }

    /// What a line over the limit is, as far as its first bytes say: nothing in it is read.
    pub(super) fn line_over_limit<S: LogSyntax>(&mut self, line: &[u8]) -> Role<'static> {
        let line = first_edge(line);
        let content = line.trim_ascii_start();
        if let Some(value) = self.value.take() {
            self.warn(value.number, WarningKind::ValueNotClosed);
        }
        if self.first_line != FirstLine::Any {
            if let Some(role) = self.first_line::<S>(content) {
                return role;
            }
        }
        if content.len() == line.len() && !S::is_attribute(content) { Role::Ends } else { Role::Skipped }
    }

    /// There are no more lines.
    pub(super) fn end(&mut self) {
        if let Some(value) = self.value.take() {
            self.warn(value.number, WarningKind::ValueNotClosed);
        }
    }

    fn warn(&mut self, line: u64, kind: WarningKind) {
        self.warnings.push(DecodeWarning { file: 0, line, kind });
    }
}

fn is_quote<S: LogSyntax>(content: &[u8]) -> bool {
    // Keys have single quotes in both logs.
    opening_length(content, b'\'').is_some()
}

fn is_own_attribute<S: LogSyntax>(content: &[u8]) -> bool {
    without_prefix(content).is_some() && S::attribute(content).is_some()
}

/// The bit of an indentation; deep ones share one.
fn bit(indentation: usize) -> u64 {
    1 << indentation.min(63)
}
