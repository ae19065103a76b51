//! Holds results back while the beginning of a connection is unclear, so that all come in the order of their packets.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::super::found::{Address, Found, Message, Sink, Unread, When};

/// How many bytes of messages may wait.
const MOST_BYTES: usize = 4 << 20;

/// An owned [`Found`].
enum Kept {
    Message { when: When, source: Address, destination: Address, bytes: Vec<u8> },
    Unreadable(String),
    Doubtful(String),
    Unread(Unread, u64),
}

/// The results that wait, by packet, then in the order in which they arrived.
#[derive(Default)]
pub(super) struct Waiting {
    kept: BTreeMap<(u64, u64), Kept>,
    came: u64,
    bytes: usize,
}

impl Waiting {
    pub(super) fn is_full(&self) -> bool {
        self.bytes > MOST_BYTES
    }

    /// Passes on the results of packets before this one, or all of them.
    pub(super) fn give(&mut self, before: Option<u64>, sink: &mut dyn Sink) -> ControlFlow<()> {
        while let Some(entry) = self.kept.first_entry() {
            let (place, _) = *entry.key();
            if before.is_some_and(|before| place >= before) {
                break;
            }
            match entry.remove() {
                Kept::Message { when, source, destination, bytes } => {
                    self.bytes -= bytes.len();
                    sink.take(Found::Message(Message { place, when, source, destination, bytes: &bytes }))?;
                }
                Kept::Unreadable(reason) => sink.take(Found::Unreadable { place, reason })?,
                Kept::Doubtful(reason) => sink.take(Found::Doubtful { place, reason })?,
                Kept::Unread(what, count) => sink.take(Found::Unread(what, count))?,
            }
        }
        ControlFlow::Continue(())
    }
}

impl Sink for Waiting {
    fn take(&mut self, found: Found<'_>) -> ControlFlow<()> {
        let (place, kept) = match found {
            Found::Message(Message { place, when, source, destination, bytes }) => {
                self.bytes += bytes.len();
                (place, Kept::Message { when, source, destination, bytes: bytes.to_vec() })
            }
            Found::Unreadable { place, reason } => (place, Kept::Unreadable(reason)),
            Found::Doubtful { place, reason } => (place, Kept::Doubtful(reason)),
            // Only added to a sum, so its place does not matter.
            Found::Unread(what, count) => (0, Kept::Unread(what, count)),
        };
        self.came += 1;
        self.kept.insert((place, self.came), kept);
        ControlFlow::Continue(())
    }
}
