//! Reads a log while it is written, like `tail -F`, across rotations and truncations. Supports all forms and envelopes
//! of `im_session::Decoder`.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use im_session::decode::DecodeResult;
use im_session::{Decoder, Event};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::time::Instant;

use super::note::{Note, Reading};
use crate::engine::{Engine, EngineError, FeedPosition};
use crate::metrics::Metrics;

/// After this time without a byte, an unfinished message is taken as complete.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the file is checked for more.
const POLL: Duration = Duration::from_millis(100);
/// How many bytes are read at once.
const PIECE: usize = 64 * 1_024;
/// How many events are applied together.
const BATCH: usize = 1_024;

/// Why following a file failed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// It exists and cannot be read.
    #[error("--follow {}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The engine does not answer.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// The name of the feed for a followed file: its path, or the end of a long one.
#[must_use]
pub fn name_of(path: &Path) -> String {
    let path = path.to_string_lossy();
    let start = path.len().saturating_sub(200);
    let start = (start..=path.len()).find(|&start| path.is_char_boundary(start)).unwrap_or_default();
    format!("follow:{}", path.get(start..).unwrap_or_default())
}

/// Applies the events of a file, and of the files that replace it, until the engine stops. Waits for a file that does
/// not exist yet. The future can be dropped at any moment; the next one continues where it stopped.
///
/// # Errors
///
/// If the file exists and cannot be read, or if the engine fails.
pub async fn follow(engine: Arc<dyn Engine>, metrics: Metrics, path: PathBuf) -> Result<(), FollowError> {
    let mut follower = Follower::new(engine, metrics, &path).await?;
    loop {
        match follower.step().await {
            Ok(()) => {}
            Err(Failed::Engine(EngineError::Stopped)) => return Ok(()),
            Err(Failed::Engine(error)) => return Err(error.into()),
            Err(Failed::File(source)) => return Err(FollowError::File { path, source }),
        }
    }
}

enum Failed {
    File(io::Error),
    Engine(EngineError),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Failed::File(error)
    }
}

impl From<EngineError> for Failed {
    fn from(error: EngineError) -> Self {
        Failed::Engine(error)
    }
}

struct Follower {
    engine: Arc<dyn Engine>,
    metrics: Metrics,
    path: PathBuf,
    feed: String,
    /// The position of the feed: how many batches were applied, over all files.
    position: u64,
    /// The note from before the restart, until the file is opened and compared with it.
    before: Option<Note>,
    file: Option<Open>,
}

/// A file that is being read.
struct Open {
    file: File,
    reading: Reading,
    decoder: Decoder,
    /// How many of the next events were applied before the restart and are to be skipped.
    known: u64,
    /// When the last byte arrived; `None` once the unfinished message was taken.
    last_byte: Option<Instant>,
}

impl Follower {
    async fn new(engine: Arc<dyn Engine>, metrics: Metrics, path: &Path) -> Result<Self, EngineError> {
        let feed = name_of(path);
        let before = engine.feed(feed.clone()).await?;
        let position = before.as_ref().map(|before| before.position).unwrap_or_default();
        // An unreadable note was not written by this program. The file then counts as new.
        let before = before.and_then(|before| serde_json::from_str(&before.note?).ok());
        Ok(Follower { engine, metrics, path: path.to_owned(), feed, position, before, file: None })
    }

    /// Reads the next piece, detects another file, or waits.
    async fn step(&mut self) -> Result<(), Failed> {
        let Some(open) = &mut self.file else {
            match File::open(&self.path).await {
                Ok(file) => self.begin(file).await?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => tokio::time::sleep(POLL).await,
                Err(error) => return Err(error.into()),
            }
            return Ok(());
        };
        let mut piece = vec![0; PIECE];
        let count = open.file.read(&mut piece).await?;
        piece.truncate(count);
        if count > 0 {
            open.last_byte = Some(Instant::now());
            open.reading.take(&piece);
            let (mut read, mut errors) = (VecDeque::new(), 0);
            open.decoder.push(&piece, |result| take(result, &mut read, &mut errors));
            return self.apply(read, errors).await;
        }
        if open.last_byte.is_some_and(|last| last.elapsed() >= PAUSE) {
            open.last_byte = None;
            let (mut read, mut errors) = (VecDeque::new(), 0);
            open.decoder.flush().into_iter().for_each(|result| take(result, &mut read, &mut errors));
            return self.apply(read, errors).await;
        }
        // A file that is missing may come back.
        let is_over = match tokio::fs::metadata(&self.path).await {
            Ok(there) if open.reading.is_of(&there) => there.is_file() && there.len() < open.reading.read,
            // What was written before the rename is read first.
            Ok(_) => open.file.metadata().await?.len() <= open.reading.read,
            Err(_) => false,
        };
        if is_over {
            return self.end().await;
        }
        tokio::time::sleep(POLL).await;
        Ok(())
    }

    /// Reads a file from its beginning, even if it was read before the restart.
    async fn begin(&mut self, mut file: File) -> io::Result<()> {
        let metadata = file.metadata().await?;
        let mut known = 0;
        if let Some(before) = self.before.take() {
            let mut head = Vec::new();
            (&mut file).take(before.head() as u64).read_to_end(&mut head).await?;
            file.seek(io::SeekFrom::Start(0)).await?;
            if before.is_of(&metadata, &head) {
                known = before.events;
            } else {
                let file = self.path.display();
                tracing::warn!(%file, "replaced since the last start: later lines of the old file are not read");
            }
        }
        let reading = Reading::of(&metadata);
        self.file = Some(Open { file, reading, decoder: Decoder::new(), known, last_byte: None });
        Ok(())
    }

    /// Finishes the file. The file that replaces it is read from its beginning.
    async fn end(&mut self) -> Result<(), Failed> {
        if let Some(open) = &mut self.file {
            let (mut read, mut errors) = (VecDeque::new(), 0);
            let decoder = std::mem::take(&mut open.decoder);
            decoder.finish().for_each(|result| take(result, &mut read, &mut errors));
            self.apply(read, errors).await?;
        }
        self.file = None;
        Ok(())
    }

    async fn apply(&mut self, mut read: VecDeque<Event<'static>>, errors: u64) -> Result<(), Failed> {
        let Some(open) = &mut self.file else { return Ok(()) };
        self.metrics.feed_refused(&self.feed, errors);
        let known = usize::try_from(open.known).unwrap_or(usize::MAX).min(read.len());
        read.drain(..known);
        open.known -= known as u64;
        open.reading.events += known as u64;
        while !read.is_empty() {
            let events: Vec<_> = read.drain(..read.len().min(BATCH)).collect();
            open.reading.events += events.len() as u64;
            self.position += 1;
            let note = serde_json::to_string(&open.reading.note()).unwrap_or_default();
            let feed = FeedPosition { feed: self.feed.clone(), position: self.position, note: Some(note) };
            let results = self.engine.events(Some(feed), events).await?;
            self.metrics
                .feed_refused(&self.feed, results.results.iter().filter(|result| result.is_err()).count() as u64);
        }
        Ok(())
    }
}

fn take(result: DecodeResult<'_>, read: &mut VecDeque<Event<'static>>, errors: &mut u64) {
    match result {
        Ok(decoded) => read.push_back(decoded.event.into_owned()),
        Err(_) => *errors += 1,
    }
}
