//! The log of a container runtime (CRI): `2026-01-01T00:00:00.1Z stdout F ` before each line.

use core::ops::Range;

/// The prefix of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cri {
    pub(super) content: usize,
    pub(super) time: Range<usize>,
    pub(super) is_stderr: bool,
    /// Whether the next line of the log continues this one.
    pub(super) is_piece: bool,
}

/// The prefix of a line, if it has one.
pub(super) fn prefix(line: &[u8]) -> Option<Cri> {
    if line.get(10) != Some(&b'T') {
        return None;
    }
    let time = super::super::time::length(line)?;
    let rest = line.get(time..)?.strip_prefix(b" ")?;
    let (rest, is_stderr) = match rest.strip_prefix(b"stdout ") {
        Some(rest) => (rest, false),
        None => (rest.strip_prefix(b"stderr ")?, true),
    };
    // Tags are separated by colons. The first says whether the line is full or partial.
    let tags = rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len());
    let is_piece = match rest.get(..tags)?.first()? {
        b'F' => false,
        b'P' => true,
        _ => return None,
    };
    let rest = rest.get(tags..)?;
    let content = rest.strip_prefix(b" ").unwrap_or(rest);
    Some(Cri { content: line.len() - content.len(), time: 0..time, is_stderr, is_piece })
}
