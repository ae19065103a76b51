//! `im-session sip`: SIP messages in, the IM sessions of every endpoint out.
//!
//! | file | question it answers |
//! |---|---|
//! | `input` | What does a file contain, under compression and encoding? |
//! | `capture` | Which packets does a capture contain? |
//! | `network` | Which SIP messages do packets and streams contain? |
//! | `text` | Which SIP messages does a trace or a log contain? |
//! | `start_line` | Is this SIP at all? |
//! | `found` | What does a reader return? |
//! | `endpoints` | To which endpoint does an address belong? |
//! | `clock` | What is the time of a message? |
//! | `watch` | Which events occur at which endpoint? |

mod capture;
mod clock;
mod endpoints;
mod found;
mod input;
mod network;
mod start_line;
mod text;
mod watch;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal};
use std::ops::ControlFlow;
use std::time::Duration;

use clap::Args;

use crate::replay::base_uri;
use crate::show::{Filters, Format, Screen};
use found::{Found, Sink, Unread};
use input::Input;
use text::Had;
use watch::{Settings, Watch};

/// The text of `--help` below the options.
const MORE_HELP: &str = "\
Reads captures (pcap, pcapng, snoop; UDP, TCP, WebSocket, HEP, tunnels), and the traces and logs of SIP Server, \
Asterisk, FreeSWITCH, SIPp, ngrep, sngrep, HOMER, SIP.js, PJSUA, baresip, Linphone and others, also compressed with \
gzip. The form of a file is recognised by its contents.

Every address that receives messages is an endpoint with its own view; a log of one side calls that side `local`.

The DN of an endpoint is taken from its messages, so their sender chooses it. `--dn ENDPOINT=DN` sets it instead, \
once for each endpoint: ENDPOINT is ADDRESS:PORT, or ADDRESS alone for all its ports, or local. (`--dn DN` selects \
what is shown.)

What cannot be read is reported on standard error as FILE:LINE: reason, in a capture as FILE:PACKET: reason. \
Everything else is shown, and the exit status is 1.";

/// Shows the IM sessions in SIP traffic, at every endpoint.
#[derive(Args)]
#[command(after_long_help = MORE_HELP)]
pub(crate) struct Arguments {
    /// How to show what happened.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Base URI of the service, for the `uri` of each session.
    #[arg(long, value_name = "URI", default_value = "http://localhost:8090", value_parser = base_uri::parse)]
    base_uri: String,

    /// Seconds that a caller may take to try again after a challenge (401, 407), because people type passwords.
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds)]
    retry_wait: Duration,

    /// Forget a session this many seconds after its end, so that a capture of any length needs little memory. Its
    /// events are shown; the final list contains only sessions that were not forgotten.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    forget: Option<Duration>,

    #[command(flatten)]
    filters: Filters,

    /// Captures and texts, read one after the other; `-` is standard input.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "expected a number of seconds".to_owned())
}

/// Shows all files, and returns whether all of it could be read. An error means that output could not be written.
pub(crate) fn run(mut arguments: Arguments) -> io::Result<bool> {
    let dns = arguments.filters.take_dns_of_endpoints();
    let stdout = io::stdout().lock();
    let colour = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let title = match arguments.files.as_slice() {
        [name] => Some(name.as_str()),
        _ => None,
    };
    let output = BufWriter::with_capacity(64 * 1024, stdout);
    let show = arguments.format.show_chosen(output, Screen::of_stdout(colour), arguments.filters, title);
    let settings =
        Settings { base_uri: arguments.base_uri, dns, retry_wait: arguments.retry_wait, forget: arguments.forget };
    let mut watch = Watch::new(settings, show);
    let mut all_read = true;
    for name in &arguments.files {
        all_read &= watch_file(name, &mut watch)?;
    }
    match watch.finish()? {
        0 => {}
        1 => eprintln!("1 ended session was forgotten"),
        count => eprintln!("{count} ended sessions were forgotten"),
    }
    Ok(all_read)
}

/// A file that is being read.
struct Reading<'r, 'w> {
    name: &'r str,
    watch: &'r mut Watch<'w>,
    all_read: bool,
    unread: BTreeMap<Unread, u64>,
    /// The result of writing. After an error nobody reads the output any more.
    written: io::Result<()>,
}

impl Sink for Reading<'_, '_> {
    fn take(&mut self, found: Found<'_>) -> ControlFlow<()> {
        match found {
            Found::Message(message) => match self.watch.message(&message) {
                Ok(Some(error)) => self.report(message.place, &error),
                Ok(None) => {}
                Err(error) => {
                    self.written = Err(error);
                    return ControlFlow::Break(());
                }
            },
            Found::Unreadable { place, reason } => self.report(place, &reason),
            Found::Doubtful { place, reason } => eprintln!("{}:{place}: {reason}", self.name),
            Found::Unread(what, count) => *self.unread.entry(what).or_default() += count,
        }
        ControlFlow::Continue(())
    }
}

impl Reading<'_, '_> {
    fn report(&mut self, place: u64, reason: &dyn Display) {
        eprintln!("{}:{place}: {reason}", self.name);
        self.all_read = false;
    }
}

/// Reads a file, and returns whether all of it could be read.
fn watch_file(name: &str, watch: &mut Watch<'_>) -> io::Result<bool> {
    let input = match input::open(name) {
        Ok(input) => input,
        Err(error) => {
            eprintln!("{name}: {error}");
            return Ok(false);
        }
    };
    watch.begin_file(name);
    let mut reading = Reading { name, watch, all_read: true, unread: BTreeMap::new(), written: Ok(()) };
    match input {
        Input::Capture(format, input) => {
            let mut network = network::Network::default();
            let read = capture::read(format, input, |packet| network.packet(packet, &mut reading));
            if reading.written.is_ok() {
                let _ = network.finish(&mut reading);
            }
            if let Err(broken) = read {
                reading.report(broken.number, &broken.reason);
            }
        }
        Input::Text(input) => match text::read(input, &mut reading) {
            Ok(Had::Messages) => {}
            Ok(Had::Nothing) => reading.report(1, &"expected a capture, or a text with SIP messages, found neither"),
            Err(error) => {
                eprintln!("{name}: {error}");
                reading.all_read = false;
            }
        },
    }
    let Reading { mut all_read, unread, written, .. } = reading;
    written?;
    for (what, count) in unread {
        eprintln!("{name}: {}", what.sentence(count));
        all_read &= !what.is_loss();
    }
    Ok(all_read)
}
