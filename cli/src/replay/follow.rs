//! Follows a growing file like `tail -F`, across rotations and truncations.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::input::{BUFFER, Input, Piece};

/// After this time without a byte, an unfinished message is taken as complete.
pub(super) const PAUSE: Duration = Duration::from_secs(1);
/// How often the file is checked for more.
pub(super) const POLL: Duration = Duration::from_millis(50);

/// Whether Ctrl-C was pressed.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Sets the flag at the first Ctrl-C; the second one ends the program.
    pub(crate) fn at_ctrl_c() -> Self {
        let stop = Stop::default();
        let set = stop.clone();
        // If no handler can be set, Ctrl-C ends the program as usual.
        let _ = ctrlc::set_handler(move || {
            if set.0.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        });
        stop
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) struct Followed {
    path: PathBuf,
    /// `None` until the file exists.
    file: Option<File>,
    /// How many bytes were read.
    position: u64,
    /// When the last byte arrived; `None` after a pause was reported.
    last_byte: Option<Instant>,
    stop: Stop,
}

impl Followed {
    pub(crate) fn new(path: PathBuf, stop: Stop) -> io::Result<Self> {
        let file = match File::open(&path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Followed { path, file, position: 0, last_byte: None, stop })
    }

    /// Whether the file exists.
    pub(crate) fn is_there(&self) -> bool {
        self.file.is_some()
    }

    fn read(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let Some(file) = &mut self.file else { return Ok(false) };
        bytes.resize(BUFFER, 0);
        let count = loop {
            match file.read(bytes) {
                Ok(count) => break count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        bytes.truncate(count);
        self.position += count as u64;
        if count > 0 {
            self.last_byte = Some(Instant::now());
        }
        Ok(count > 0)
    }

    /// Whether the name now belongs to another file, or the file was truncated. It is then read from its beginning.
    fn begins_anew(&mut self, bytes: &mut Vec<u8>) -> io::Result<Option<Piece>> {
        // A file that is missing may come back.
        let Ok(there) = std::fs::metadata(&self.path) else { return Ok(None) };
        let same = match &self.file {
            Some(file) => is_same(&file.metadata()?, &there),
            None => false,
        };
        if same {
            if !there.is_file() || there.len() >= self.position {
                return Ok(None);
            }
            if let Some(file) = &mut self.file {
                file.seek(SeekFrom::Start(0))?;
            }
        } else {
            // What was written before the rename is read first.
            if self.read(bytes)? {
                return Ok(Some(Piece::Bytes));
            }
            let Ok(file) = File::open(&self.path) else { return Ok(None) };
            if self.file.replace(file).is_none() {
                return Ok(None);
            }
        }
        self.position = 0;
        Ok(Some(Piece::Anew))
    }
}

impl Input for Followed {
    fn next(&mut self, bytes: &mut Vec<u8>) -> io::Result<Piece> {
        loop {
            if self.read(bytes)? {
                return Ok(Piece::Bytes);
            }
            if self.stop.is_set() {
                return Ok(Piece::End);
            }
            if let Some(piece) = self.begins_anew(bytes)? {
                return Ok(piece);
            }
            if self.last_byte.is_some_and(|last| last.elapsed() >= PAUSE) {
                self.last_byte = None;
                return Ok(Piece::Pause);
            }
            thread::sleep(POLL);
        }
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// On systems without inode numbers, files are distinguished by their time of creation.
#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.created().ok() == other.created().ok()
}
