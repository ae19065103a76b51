//! The sources of a log's bytes: files, compressed or not, pipes, growing files.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;

use super::follow::{PAUSE, POLL, Stop};
use crate::gzip::Gunzip;

/// The next piece of an input.
pub(crate) enum Piece {
    /// The buffer contains the next bytes.
    Bytes,
    /// No bytes arrived for a while.
    Pause,
    /// The file was renamed or truncated, and is read from its beginning.
    Anew,
    /// The end of the input.
    End,
}

/// An input that is read in pieces.
pub(crate) trait Input {
    /// Reads the next piece; its bytes replace the contents of `bytes`.
    fn next(&mut self, bytes: &mut Vec<u8>) -> io::Result<Piece>;
}

/// The first bytes of gzip data.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How much is read at once.
pub(crate) const BUFFER: usize = 256 * 1024;

/// An input that has an end.
pub(crate) struct Whole(Box<dyn Read>);

impl Whole {
    /// Reads `input`, decompressed if it is compressed.
    pub(crate) fn new(input: impl Read + 'static) -> io::Result<Self> {
        let mut input = BufReader::with_capacity(BUFFER, input);
        // A pipe may return one byte at first, and a BufReader does not read more while its buffer is not empty.
        let mut start = Vec::new();
        input.by_ref().take(2).read_to_end(&mut start)?;
        let compressed = start == GZIP;
        let input = io::Cursor::new(start).chain(input);
        Ok(Whole(if compressed { Box::new(Gunzip::new(BufReader::new(input))) } else { Box::new(input) }))
    }
}

impl Input for Whole {
    fn next(&mut self, bytes: &mut Vec<u8>) -> io::Result<Piece> {
        bytes.resize(BUFFER, 0);
        loop {
            match self.0.read(bytes) {
                Ok(0) => return Ok(Piece::End),
                Ok(count) => {
                    bytes.truncate(count);
                    return Ok(Piece::Bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// A pipe that is followed. A separate thread reads it.
pub(crate) struct Pipe {
    pieces: Receiver<io::Result<Vec<u8>>>,
    stop: Stop,
}

impl Pipe {
    pub(crate) fn new(mut input: impl Read + Send + 'static, stop: Stop) -> Self {
        let (sender, pieces) = sync_channel(16);
        thread::spawn(move || {
            let mut buffer = vec![0; BUFFER];
            loop {
                let piece = match input.read(&mut buffer) {
                    Ok(0) => return,
                    Ok(count) => Ok(buffer.get(..count).unwrap_or_default().to_vec()),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = piece.is_err();
                if sender.send(piece).is_err() || failed {
                    return;
                }
            }
        });
        Pipe { pieces, stop }
    }
}

impl Input for Pipe {
    fn next(&mut self, bytes: &mut Vec<u8>) -> io::Result<Piece> {
        bytes.clear();
        let mut waited = std::time::Duration::ZERO;
        while !self.stop.is_set() {
            match self.pieces.recv_timeout(POLL) {
                Ok(piece) => {
                    *bytes = piece?;
                    return Ok(Piece::Bytes);
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(Piece::End),
                Err(RecvTimeoutError::Timeout) => waited += POLL,
            }
            if waited >= PAUSE {
                return Ok(Piece::Pause);
            }
        }
        Ok(Piece::End)
    }
}

/// Whether this is a compressed file, and not a pipe.
pub(crate) fn is_compressed(file: &Path) -> bool {
    let mut start = [0; 2];
    size(file).is_some() && File::open(file).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == GZIP
}

/// The size of a file that is read once.
pub(crate) fn size(file: &Path) -> Option<u64> {
    fs::metadata(file).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
}

/// Whether the name means standard input.
pub(crate) fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Whether this is a pipe.
pub(crate) fn is_pipe(file: &Path) -> bool {
    if !is_stdin(file) {
        return fs::metadata(file).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
    }
    stdin_file().and_then(|stdin| stdin.metadata()).map_or(true, |metadata| !metadata.is_file())
}

#[cfg(unix)]
fn stdin_file() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(not(unix))]
fn stdin_file() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}
