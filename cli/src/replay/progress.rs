//! The progress in a large log, on standard error if that is a terminal; and errors and warnings.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, IsTerminal, Read, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::show::plain;

/// The size from which progress is shown. Smaller logs are read too quickly.
const LARGE: u64 = 16 * 1024 * 1024;

/// Writes to standard error.
pub(crate) struct Report {
    bar: ProgressBar,
    all_read: Cell<bool>,
}

impl Report {
    /// `size` is the total size of all files, if it is known.
    pub(crate) fn new(size: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::hidden());
        let form = if size.is_some() { "{msg}: {bytes} of {total_bytes}, {percent} %" } else { "{msg}: {bytes}" };
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style);
        }
        Report { bar, all_read: Cell::new(true) }
    }

    /// Reports an error: something could not be read, which the exit status will show.
    pub(crate) fn error(&self, place: impl Display, reason: impl Display) {
        self.all_read.set(false);
        self.warning(place, reason);
    }

    /// Reports a warning.
    pub(crate) fn warning(&self, place: impl Display, reason: impl Display) {
        let line = plain(&format!("{place}: {reason}"));
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// Whether there were no errors so far.
    pub(crate) fn all_read(&self) -> bool {
        self.all_read.get()
    }

    /// Shows the name of the file that is being read.
    pub(crate) fn begin_file(&self, name: &str) {
        self.bar.set_message(plain(name));
    }

    /// Removes the progress.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// The same input; its bytes are counted as they are read.
    pub(crate) fn counted<R: Read>(&self, input: R) -> impl Read + use<R> {
        Counted { input, bar: self.bar.clone(), drawn: false }
    }

    /// The same output; on a terminal the progress is hidden while it is written.
    pub(crate) fn beside<W: Write + IsTerminal>(&self, output: W) -> impl Write + use<W> {
        let bar = output.is_terminal().then(|| self.bar.clone());
        Beside { output, bar }
    }
}

struct Counted<R> {
    input: R,
    bar: ProgressBar,
    drawn: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.bar.inc(count as u64);
        if !self.drawn && self.bar.position() >= LARGE {
            self.drawn = true;
            // This draws nothing if standard error is not a terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        Ok(count)
    }
}

struct Beside<W> {
    output: W,
    bar: Option<ProgressBar>,
}

impl<W: Write> Write for Beside<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.output.write(buffer)),
            None => self.output.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
