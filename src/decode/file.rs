//! The state of the file that is being read.

use alloc::string::String;

use super::error::{Nearest, NearestKind};
use super::header::{HeaderKind, LineView};
use super::lines::{contains, first, first_edge};
use super::message_reader::text;
use super::{DecodeError, DecodeErrorKind};
use crate::excerpt::excerpt;

/// One of several files that are read as one log.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// The index of the file, from 0.
    pub(super) index: usize,
    /// The number of the current line.
    pub(super) line: u64,
    /// Whether it has a line.
    pub(super) has_lines: bool,
    /// Whether an event has begun in it.
    pub(super) has_event: bool,
    /// Whether its first line continues the previous file.
    pub(super) continues: bool,
    nearest: Option<(u64, Nearest)>,
}

impl File {
    pub(super) fn new(index: usize) -> Self {
        File { index, line: 1, has_lines: false, has_event: false, continues: false, nearest: None }
    }

    /// The current line belongs to something that began in the file with index `began`. If that is another file and
    /// this is the first line, this file continues it.
    pub(super) fn continues_from(&mut self, began: usize) {
        // After its first line the number is that of the second one.
        self.continues |= began != self.index && self.line <= 2;
    }

    /// Notes the line if it comes nearer to an event than earlier ones.
    #[cold]
    pub(super) fn note(&mut self, number: u64, line: LineView<'_>) {
        if contains(line.start, b"Attribute") {
            self.note_as(NearestKind::Attribute, number, line.start);
        } else if names_an_event(line.start) {
            self.note_as(NearestKind::EventName, number, line.start);
        }
    }

    /// Notes a line that names an event like a header, but is not one.
    #[cold]
    pub(super) fn note_name(&mut self, number: u64, line: &[u8]) {
        self.note_as(NearestKind::EventName, number, line);
    }

    /// Notes the header of a request.
    pub(super) fn note_request(&mut self, number: u64, line: &[u8], header: HeaderKind) {
        let kind = match header {
            HeaderKind::TServer => NearestKind::TServerRequest,
            HeaderKind::PlatformSdkJava | HeaderKind::PlatformSdkNet { .. } => NearestKind::PlatformSdkRequest,
        };
        self.note_as(kind, number, line);
    }

    fn note_as(&mut self, kind: NearestKind, number: u64, line: &[u8]) {
        let is_request = |kind| kind >= NearestKind::TServerRequest;
        let is_nearer = self
            .nearest
            .as_ref()
            .is_none_or(|(_, nearest)| kind > nearest.kind && !(is_request(kind) && is_request(nearest.kind)));
        if is_nearer && !self.has_event {
            let line: String = excerpt(text(first_edge(line)).trim());
            self.nearest = Some((number, Nearest { kind, line }));
        }
    }

    /// The error of the whole file at its end: it is not empty, does not continue another file, and has no event.
    pub(super) fn end(&mut self) -> Option<DecodeError> {
        if !self.has_lines || self.has_event || self.continues {
            return None;
        }
        let (line, nearest) = self.nearest.take().map_or((1, None), |(line, nearest)| (line, Some(nearest)));
        Some(DecodeError { file: self.index, line, kind: DecodeErrorKind::NoEvents { nearest } })
    }
}

/// Whether a line contains `Event` followed by a capital letter.
fn names_an_event(line: &[u8]) -> bool {
    let mut rest = line;
    while let Some(found) = first(rest, b'E').and_then(|at| rest.get(at..)) {
        match found {
            [b'E', b'v', b'e', b'n', b't', next, ..] if next.is_ascii_uppercase() => return true,
            _ => rest = found.get(1..).unwrap_or_default(),
        }
    }
    false
}
