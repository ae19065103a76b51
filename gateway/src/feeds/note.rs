//! What is stored about a followed file, so that reading continues after a restart.
//!
//! Forms and envelopes of logs span many lines, so reading cannot resume at a byte position. The file is read again
//! from its beginning instead, and the events that were already applied are skipped: the same bytes give the same
//! events.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use serde::{Deserialize, Serialize};

/// How many bytes of its beginning identify a file, in case its inode number was given to another file.
const HEAD: usize = 1_024;

/// How far a file was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Note {
    device: u64,
    inode: u64,
    /// The length and the hash of the first bytes, as far as they were read.
    head: usize,
    hash: u64,
    /// How many bytes were read.
    pub(super) read: u64,
    /// How many events of the file were applied.
    pub(super) events: u64,
}

/// The state of reading a file.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    device: u64,
    inode: u64,
    head: Vec<u8>,
    pub(super) read: u64,
    pub(super) events: u64,
}

impl Reading {
    /// The state before the first byte of this file.
    pub(super) fn of(file: &Metadata) -> Self {
        Reading { device: file.dev(), inode: file.ino(), head: Vec::new(), read: 0, events: 0 }
    }

    /// Whether this is the same file.
    pub(super) fn is_of(&self, file: &Metadata) -> bool {
        (self.device, self.inode) == (file.dev(), file.ino())
    }

    pub(super) fn take(&mut self, bytes: &[u8]) {
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(missing));
        self.read += bytes.len() as u64;
    }

    pub(super) fn note(&self) -> Note {
        let Reading { device, inode, read, events, .. } = *self;
        Note { device, inode, head: self.head.len(), hash: hash(&self.head), read, events }
    }
}

impl Note {
    /// How many bytes of the beginning identify the file.
    pub(super) fn head(&self) -> usize {
        self.head.min(HEAD)
    }

    /// Whether this is the file that was read, with these first bytes: not another one, and not truncated since.
    pub(super) fn is_of(&self, file: &Metadata, head: &[u8]) -> bool {
        let is_same = (self.device, self.inode) == (file.dev(), file.ino());
        is_same && file.len() >= self.read && head.len() == self.head && hash(head) == self.hash
    }
}

/// FNV-1a. The hash is stored, so it must not change with the compiler.
fn hash(bytes: &[u8]) -> u64 {
    let offset = 0xcbf2_9ce4_8422_2325;
    bytes.iter().fold(offset, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
