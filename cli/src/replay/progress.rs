//! How far a large log is, on standard error when that is a terminal.

use std::cell::Cell;
use std::io::{IsTerminal, Write, stderr};

/// Below this much a log is through before anybody looks.
const STEP: u64 = 16 * 1024 * 1024;

pub(crate) struct Progress<'n> {
    name: &'n str,
    size: Option<u64>,
    terminal: bool,
    done: Cell<u64>,
    /// How much was done when the line was last written; none while there is no line.
    shown: Cell<Option<u64>>,
}

impl<'n> Progress<'n> {
    pub(crate) fn new(name: &'n str, size: Option<u64>) -> Self {
        Progress { name, size, terminal: stderr().is_terminal(), done: Cell::new(0), shown: Cell::new(None) }
    }

    pub(crate) fn add(&self, bytes: u64) {
        let done = self.done.get() + bytes;
        self.done.set(done);
        if !self.terminal || done - self.shown.get().unwrap_or(0) < STEP {
            return;
        }
        self.shown.set(Some(done));
        let name = self.name;
        let line = match self.size.filter(|&size| size > 0) {
            Some(size) => {
                format!("{name}: {} of {} MiB, {} %", done >> 20, size >> 20, done.saturating_mul(100) / size)
            }
            None => format!("{name}: {} MiB", done >> 20),
        };
        let _ = write!(stderr(), "\r\x1b[K{line}").and_then(|()| stderr().flush());
    }

    /// Takes the line away, so that something else can be said.
    pub(crate) fn clear(&self) {
        if self.shown.take().is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
