//! Places that cannot be told from a log by any rule, and other things to know that cost no event.

use alloc::vec::Vec;

/// Something that a reader of the results should know. No event is lost for it, and no error is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("line {line}: {kind}")]
#[non_exhaustive]
pub struct DecodeWarning {
    /// Which of the files given together, from 0.
    pub file: usize,
    /// The line, from 1.
    pub line: u64,
    /// What it is.
    pub kind: WarningKind,
}

/// What a [`DecodeWarning`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WarningKind {
    /// A value of several lines has no closing quote: it is read as what its first line has.
    #[error("a quoted value is not closed: only what stands in its first line is read")]
    ValueNotClosed,
    /// A line within a value of several lines looks like the header of an event: it is read as text.
    #[error("a line within a quoted value looks like the header of an event: it is read as text")]
    HeaderInValue,
    /// A SIP message in the log is announced with more bytes than follow.
    #[error("a SIP message is announced with more bytes than there are: the rest of the input is skipped")]
    SkipReachesEnd,
    /// Whether a line that looks like the header of an event is still of the SIP message before it depends on how its
    /// line ends are counted: it is skipped.
    #[error("a line that looks like the header of an event may be of the SIP message before it: it is skipped")]
    HeaderAfterSipMessage,
    /// Bytes that are not UTF-8 were replaced; said once for each file.
    #[error("bytes that are not UTF-8 were replaced, here for the first time")]
    NotUtf8,
    /// A line goes on with a message that was already given, because nothing had come for a while.
    #[error("a line goes on with an event that was already given: it is skipped")]
    AfterFlush,
}

/// How many warnings are kept until they are taken.
const KEPT: usize = 10_000;

/// Warnings until they are taken: the first of them, and how many there were in all.
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

    /// Takes over those of another, as of this file.
    pub(super) fn take_over(&mut self, other: &mut Warnings, file: usize) {
        let Warnings { kept, count } = core::mem::take(other);
        self.count += count;
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend(kept.into_iter().take(room).map(|warning| DecodeWarning { file, ..warning }));
    }
}
