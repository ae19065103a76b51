//! `im-session replay`: events of logs in, IM sessions out. Specification 7.
//!
//! | file | question it answers |
//! |---|---|
//! | `input` | Where do the bytes come from: a file, gzip, a pipe? |
//! | `follow` | How is a growing, renamed or truncated file read? |
//! | `half_line` | Is an unfinished line complete? |
//! | `encoding` | How are bytes of any encoding converted to UTF-8? |
//! | `reader` | How is one file read into a log? |
//! | `log` | How are files joined into one log, and at which place is each event? |
//! | `merge` | In which order are events of several files, by time? |
//! | `progress` | What is written to standard error? |
//! | `region` | How are phone numbers shown? |
//! | `base_uri` | Is this an absolute URI? |

pub(crate) mod base_uri;
pub(crate) mod encoding;
mod follow;
mod half_line;
mod input;
mod log;
mod merge;
mod progress;
mod reader;
mod region;

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use encoding_rs::Encoding;
use im_session::decode::Tally;
use im_session::session::EventIdentity;
use im_session::{BaseUri, Event, Limits, Sessions};

use crate::show::{Filters, Format, Screen, Show, Source, View};
use crate::when::{Clock, When};
use follow::Stop;
use log::{Found, Log, Place, Sink};
use progress::Report;
use reader::Reader;
use region::Region;

const BASE_URI: &str = "http://localhost:8090";
const SHIPPED_LOG: &[u8] = include_bytes!("../../data/sip-server.log");
const SHIPPED_NAME: &str = "sip-server.log";

/// Replays logs of a SIP Server and shows the IM sessions in them.
///
/// Reads T-Server, SIP Server, URS, ORS and OCS logs, Platform SDK logs and JSON lines, and recognises the form of each
/// message. What cannot be read is reported on standard error as FILE:LINE: reason; everything else is replayed, and
/// the exit status is 1. Without a FILE it replays a recorded log that ships with the program.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How to show what happened.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Base URI of the service, for the `uri` of each session: an absolute URI.
    #[arg(long, value_name = "URI", default_value = BASE_URI, value_parser = base_uri::parse)]
    base_uri: String,

    /// Encoding of the logs, such as windows-1252 [default: UTF-8, or UTF-16 with a byte order mark]. The announced
    /// length of a SIP message is in bytes of the file, for UTF-16 in characters.
    #[arg(long, value_name = "NAME", value_parser = encoding::named)]
    encoding: Option<&'static Encoding>,

    /// Id of a session whose events have no CallUUID.
    #[arg(long, value_enum, value_name = "KIND")]
    id: Option<Id>,

    /// Show public numbers as seen from this region, such as US: E.164, national form, country, place. Needs the
    /// feature `numbers`.
    #[arg(long, value_parser = region::parse)]
    region: Option<Region>,

    /// Order the events of all files by time. For dates without a year, the year is chosen that is nearest to the first
    /// date with a year in any file.
    #[arg(long, conflicts_with = "follow")]
    merge: bool,

    /// Keep reading what is appended to the last file, like `tail -F`; Ctrl-C ends it and prints the summary.
    #[arg(long, requires = "files")]
    follow: bool,

    #[command(flatten)]
    filters: Filters,

    /// Logs to replay as one log in this order, also compressed with gzip; `-` is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Default for Arguments {
    fn default() -> Self {
        Arguments {
            format: Format::Text,
            base_uri: BASE_URI.to_owned(),
            encoding: None,
            id: None,
            region: None,
            merge: false,
            follow: false,
            filters: Filters::default(),
            files: Vec::new(),
        }
    }
}

/// Where the id of a session comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Id {
    /// The 16 hex digits of the ConnID, if an event has no CallUUID.
    ConnId,
}

/// Replays everything, and returns whether all of it could be read. An error means that output could not be written.
pub(crate) fn run(arguments: Arguments) -> io::Result<bool> {
    let stdout = io::stdout();
    let colour = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let immediate = stdout.is_terminal() || arguments.follow || arguments.files.iter().any(|file| input::is_pipe(file));
    let size = arguments.files.iter().map(|file| input::size(file)).sum();
    let report = Report::new(size);
    let output = BufWriter::with_capacity(64 * 1024, report.beside(stdout));
    let title = match arguments.files.as_slice() {
        [] => Some(SHIPPED_NAME.into()),
        [file] => Some(file.to_string_lossy()),
        [_, ..] => None,
    };
    let show = arguments.format.show_chosen(output, Screen::of_stdout(colour), arguments.filters, title.as_deref());
    // A log may be of any size, so only the limits of the specification apply.
    let mut sessions = Sessions::new(BaseUri::new(arguments.base_uri)).with_limits(Limits::SPECIFICATION);
    if let Some(region) = arguments.region {
        sessions = sessions.with_number_analysis(region);
    }
    let mut replay = Replay { sessions, show, report: &report, clock: (0, Clock::default()), written: Ok(()) };

    let opened = |file: &Path, opened: io::Result<_>| match opened {
        Ok(reader) => Some(reader),
        Err(error) => {
            report.error(file.display(), error);
            None
        }
    };
    let open = |file: &PathBuf| opened(file, Reader::open(file, arguments.encoding, &report));
    let conn_ids = arguments.id == Some(Id::ConnId);
    let tallies = if arguments.files.is_empty() {
        let shipped = Reader::of_bytes(SHIPPED_NAME, SHIPPED_LOG, &report)?;
        vec![replay.one_log([shipped].into_iter(), Log::new(conn_ids), immediate, &Stop::default())]
    } else if arguments.merge {
        let readers = arguments.files.iter().filter_map(open).collect();
        merge::merge(readers, conn_ids, &report, |waiting| replay.take(&waiting))
    } else {
        let stop = if arguments.follow { Stop::at_ctrl_c() } else { Stop::default() };
        let last = arguments.files.len() - 1;
        let follow = |file: &PathBuf| opened(file, Reader::follow(file, arguments.encoding, &report, &stop));
        let readers = arguments.files.iter().enumerate().filter_map(|(position, file)| {
            if arguments.follow && position == last { follow(file) } else { open(file) }
        });
        vec![replay.one_log(readers, Log::new(conn_ids), immediate, &stop)]
    };
    replay.finish(&tallies)?;
    Ok(report.all_read())
}

struct Replay<'r> {
    sessions: Sessions,
    show: Box<dyn Show + 'r>,
    report: &'r Report,
    /// The clock of the file with this number.
    clock: (usize, Clock),
    /// The result of writing. After an error nobody reads the output any more.
    written: io::Result<()>,
}

impl<'r> Replay<'r> {
    /// Replays the files as one log, and returns what was skipped.
    fn one_log(
        &mut self,
        readers: impl Iterator<Item = Reader<'r>>,
        mut log: Log,
        immediate: bool,
        stop: &Stop,
    ) -> Tally {
        for mut reader in readers {
            reader.begin(&mut log);
            while reader.step(&mut log, self) {
                if immediate && self.written.is_ok() {
                    self.written = self.show.flush();
                }
                if self.written.is_err() || stop.is_set() {
                    return log.finish(self);
                }
            }
        }
        log.finish(self)
    }

    /// Handles an event of the merged files. Returns whether to continue.
    fn take(&mut self, waiting: &merge::Waiting) -> bool {
        self.handle(&waiting.place, waiting.time.as_deref(), waiting.when, &waiting.event);
        self.written.is_ok()
    }

    fn handle(&mut self, place: &Place, time: Option<&str>, when: Option<When>, event: &Event<'_>) {
        let last = self.last_of(event);
        let source = Source { endpoint: None, file: Some(&place.file), line: place.line, time, when, last };
        match self.sessions.handle_event(event) {
            Ok(handled) => self.written = self.show.event(&source, event, &handled),
            Err(unreadable) => self.report.error(place, unreadable),
        }
    }

    /// The last numbered event of the session that a numbered event belongs to. It explains why an event is stale.
    fn last_of(&self, event: &Event<'_>) -> Option<EventIdentity> {
        event.event_sequence_number?;
        self.sessions.get(event.this_dn()?, event.call_uuid()?)?.last_event()
    }

    fn finish(mut self, tallies: &[Tally]) -> io::Result<()> {
        self.report.clear();
        self.written?;
        for tally in tallies {
            self.show.passed_over(tally);
        }
        self.show.finish(&[View { endpoint: None, sessions: &self.sessions }])
    }
}

impl Sink for Replay<'_> {
    fn event(&mut self, place: &Place, found: Found<'_>) {
        if self.written.is_err() {
            return;
        }
        if self.clock.0 != place.number {
            self.clock = (place.number, Clock::default());
        }
        let when = self.clock.1.next(found.time.as_deref());
        self.handle(place, found.time.as_deref(), when, &found.event);
    }

    fn unreadable(&mut self, place: &Place, reason: &dyn Display) {
        if self.written.is_ok() {
            self.report.error(place, reason);
        }
    }

    fn warning(&mut self, place: &Place, what: &dyn Display) {
        if self.written.is_ok() {
            self.report.warning(place, format_args!("warning: {what}"));
        }
    }
}
