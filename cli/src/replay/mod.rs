//! `im-session replay`: events of a log in, IM sessions out. Specification 7.

mod progress;

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Read};

use crate::show::{Format, Show, Source, View};
use clap::Args;
use im_session::{BaseUri, DecodeResult, Decoder, Limits, Sessions, UnreadableEvent};
use progress::Progress;

const BASE_URI: &str = "http://localhost:8090";
const SHIPPED_LOG: &[u8] = include_bytes!("../../data/sip-server.log");

/// Replays the log of a SIP Server and shows the IM sessions in it.
///
/// Reads T-Server / SIP Server / URS logs, Platform SDK logs and JSON lines, and recognises which by itself. What cannot be
/// read is reported on standard error as FILE:LINE: reason, all else is replayed, and the exit status is 1.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How to show what happened: a timeline, an object a line, or a Mermaid sequence diagram.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// The base address of the service, for the `uri` of each session.
    #[arg(long, value_name = "URI", default_value = BASE_URI)]
    base_uri: String,

    /// The logs to replay, one after the other into the same sessions; `-` is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<String>,
}

impl Default for Arguments {
    fn default() -> Self {
        Arguments { format: Format::Text, base_uri: BASE_URI.into(), files: Vec::new() }
    }
}

/// Replays everything; whether all of it could be read. The error is one of writing.
pub(crate) fn run(arguments: &Arguments) -> io::Result<bool> {
    let stdout = io::stdout().lock();
    let colour = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut show = arguments.format.show(BufWriter::new(stdout), colour);
    replay(arguments, &mut *show)
}

fn replay(arguments: &Arguments, show: &mut dyn Show) -> io::Result<bool> {
    // A log is as large as it is: only what the specification limits is limited.
    let mut sessions = Sessions::new(BaseUri::new(arguments.base_uri.clone())).with_limits(Limits::SPECIFICATION);
    let mut all_read = true;
    if arguments.files.is_empty() {
        all_read &= replay_log("sip-server.log", SHIPPED_LOG, None, &mut sessions, show)?;
    }
    for name in &arguments.files {
        all_read &= if name == "-" {
            replay_log(name, io::stdin().lock(), None, &mut sessions, show)?
        } else {
            match File::open(name) {
                Ok(file) => {
                    let size = file.metadata().ok().map(|metadata| metadata.len());
                    replay_log(name, file, size, &mut sessions, show)?
                }
                Err(error) => {
                    eprintln!("{name}: {error}");
                    false
                }
            }
        };
    }
    show.finish(&[View { endpoint: None, sessions: &sessions }])?;
    Ok(all_read)
}

/// One log on its way into the sessions.
struct Replaying<'r> {
    name: &'r str,
    sessions: &'r mut Sessions,
    show: &'r mut dyn Show,
    progress: Progress<'r>,
    all_read: bool,
    /// What came of writing: after an error nobody is there to read any more.
    written: io::Result<()>,
}

impl Replaying<'_> {
    fn take(&mut self, result: DecodeResult<'_>) {
        if self.written.is_err() {
            return;
        }
        let source = Source { endpoint: None };
        let shown = result.map_err(|error| (error.line, error.kind.to_string())).and_then(|decoded| {
            let unreadable = |unreadable: UnreadableEvent| (decoded.line, unreadable.to_string());
            let handled = self.sessions.handle_event(&decoded.event).map_err(unreadable)?;
            Ok(self.show.event(&source, decoded.line, &decoded.header, &decoded.event, &handled))
        });
        match shown {
            Ok(shown) => self.written = shown,
            Err((line, reason)) => self.report(&format!("{}:{line}: {reason}", self.name)),
        }
    }

    fn report(&mut self, what: &str) {
        self.progress.clear();
        eprintln!("{what}");
        self.all_read = false;
    }
}

fn replay_log(
    name: &str,
    mut log: impl Read,
    size: Option<u64>,
    sessions: &mut Sessions,
    show: &mut dyn Show,
) -> io::Result<bool> {
    let progress = Progress::new(name, size);
    let mut replaying = Replaying { name, sessions, show, progress, all_read: true, written: Ok(()) };
    let mut decoder = Decoder::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut nothing_read = true;
    while replaying.written.is_ok() {
        match log.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                nothing_read = false;
                decoder.push(buffer.get(..count).unwrap_or_default(), |result| replaying.take(result));
                replaying.progress.add(count as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                replaying.report(&format!("{name}: {error}"));
                if nothing_read {
                    return Ok(false);
                }
                break;
            }
        }
    }
    decoder.finish(|result| replaying.take(result));
    replaying.progress.clear();
    replaying.written?;
    Ok(replaying.all_read)
}
