//! Warnings: ambiguous places that no rule can resolve, and other notes that do not cost an event.

use alloc::vec::Vec;

/// A note about the input. It does not mean that an event was lost or an error counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("line {line}: {kind}")]
#[non_exhaustive]
pub struct DecodeWarning {
    /// The index of the file, from 0.
    pub file: usize,
    /// The number of the line, from 1.
    pub line: u64,
    /// The kind of the warning.
    pub kind: WarningKind,
}

/// The kind of a [`DecodeWarning`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WarningKind {
    /// A multi-line value has no closing quote. Only its first line is read.
    #[error("a quoted value is not closed: only its first line is read")]
    ValueNotClosed,
    /// A line within a multi-line value looks like the header of an event. It is read as text.
    #[error("a line within a quoted value looks like the header of an event: it is read as text")]
    HeaderInValue,
    /// A SIP message in the log is announced with more bytes than follow.
    #[error("a SIP message is announced with more bytes than there are: the rest of the input is skipped")]
    SkipReachesEnd,
    /// A line looks like the header of an event, but may belong to the SIP message before it, depending on how line
    /// ends are counted. It is skipped.
    #[error("a line that looks like the header of an event may belong to the SIP message before it: it is skipped")]
    HeaderAfterSipMessage,
    /// Bytes that are not UTF-8 were replaced. Reported once for each file.
    #[error("bytes that are not UTF-8 were replaced, here for the first time")]
    NotUtf8,
    /// A line continues an event that [`Decoder::flush`](super::Decoder::flush) has already returned.
    #[error("a line continues an event that was already returned: it is skipped")]
    AfterFlush,
}

/// The maximum number of warnings that are kept until they are taken.
const KEPT: usize = 10_000;

/// The file of a warning about a line of the current file, until that file ends.
pub(super) const CURRENT_FILE: usize = usize::MAX;

/// The warnings until they are taken: the first ones, and the total number.
#[derive(Debug, Clone, Default)]
pub(super) struct Warnings {
    pub(super) kept: Vec<DecodeWarning>,
    pub(super) count: u64,
}

impl Warnings {
    pub(super) fn add(&mut self, warning: DecodeWarning) {
        self.count += 1;
        if self.kept.len() < KEPT {
            self.kept.push(warning);
        }
    }

    /// Moves the warnings of `other` to these. Those without a file are about `file`.
    pub(super) fn take_over(&mut self, other: &mut Warnings, file: usize) {
        other.end_of_file(file);
        let Warnings { kept, count } = core::mem::take(other);
        self.count += count;
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend(kept.into_iter().take(room));
    }

    /// Ends a file: the warnings without a file are about this one.
    pub(super) fn end_of_file(&mut self, file: usize) {
        for warning in self.kept.iter_mut().filter(|warning| warning.file == CURRENT_FILE) {
            warning.file = file;
        }
    }
}
