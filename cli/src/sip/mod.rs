//! `im-session sip`: messages on the wire in, the IM sessions of every endpoint out.
//!
//! A FILE is a text trace or a capture (pcap, pcapng) with SIP over UDP.

mod capture;
mod fragments;
mod trace;
mod watch;

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Read};
use std::time::Duration;

use crate::show::Format;
use capture::Packet;
use clap::Args;
use trace::Trace;
use watch::Watch;

/// Shows the IM sessions in SIP traffic, at every endpoint.
///
/// Every address that sends or receives is an endpoint with its own view. What cannot be read is reported on standard error as
/// FILE:LINE: reason (of a capture FILE:PACKET), all else is shown, and the exit status is 1.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How to show what happened: a timeline, an object a line, or a Mermaid sequence diagram.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// The base address of the service, for the `uri` of each session.
    #[arg(long, value_name = "URI", default_value = "http://localhost:8090")]
    base_uri: String,

    /// Text traces and captures, one after the other; `-` is standard input.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
}

/// Shows all files; whether all of it could be read. The error is one of writing.
pub(crate) fn run(arguments: &Arguments) -> io::Result<bool> {
    let stdout = io::stdout().lock();
    let colour = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let show = arguments.format.show(BufWriter::new(stdout), colour);
    watch_all(arguments, Watch::new(&arguments.base_uri, show))
}

fn watch_all(arguments: &Arguments, mut watch: Watch<'_>) -> io::Result<bool> {
    let mut all_read = true;
    for name in &arguments.files {
        let input: Box<dyn Read> = if name == "-" {
            Box::new(io::stdin().lock())
        } else {
            match File::open(name) {
                Ok(file) => Box::new(file),
                Err(error) => {
                    eprintln!("{name}: {error}");
                    all_read = false;
                    continue;
                }
            }
        };
        let mut input = BufReader::with_capacity(256 * 1024, input);
        let start = match input.fill_buf() {
            Ok(start) => start.get(..4).unwrap_or(start).to_vec(),
            Err(error) => {
                eprintln!("{name}: {error}");
                all_read = false;
                continue;
            }
        };
        all_read &= if capture::is_capture(&start) {
            watch_capture(name, input, start.first() == Some(&0x0a), &mut watch)?
        } else {
            watch_trace(name, input, &mut watch)?
        };
    }
    watch.finish()?;
    Ok(all_read)
}

fn watch_trace(name: &str, input: impl BufRead, watch: &mut Watch<'_>) -> io::Result<bool> {
    let mut all_read = true;
    let mut any = false;
    let mut report = |line: u64, reason: &dyn std::fmt::Display| {
        eprintln!("{name}:{line}: {reason}");
        all_read = false;
    };
    // The times of a trace begin at zero.
    let began = watch.now();
    let mut trace = Trace::new(input);
    loop {
        match trace.next() {
            Ok(Some(Ok(message))) => {
                any = true;
                let now = began.saturating_add(message.at);
                let (source, destination) = (&message.source, &message.destination);
                if let Some(error) =
                    watch.message(message.line, now, message.at, source, destination, &message.bytes)?
                {
                    report(message.line, &error);
                }
            }
            Ok(Some(Err(bad))) => {
                any = true;
                report(bad.line, &bad.reason);
            }
            Ok(None) => break,
            Err(error) => {
                eprintln!("{name}: {error}");
                return Ok(false);
            }
        }
    }
    if !any {
        report(1, &"expected a text trace (`#N t=SECONDS SRC -> DST` heads each message) or a capture, found neither");
    }
    Ok(all_read)
}

fn watch_capture(name: &str, input: impl Read, pcapng: bool, watch: &mut Watch<'_>) -> io::Result<bool> {
    let mut all_read = true;
    let mut written = Ok(());
    let read = capture::read(input, pcapng, |number, at, packet| {
        match packet {
            Packet::Sip(datagram) => {
                let (source, destination) = (datagram.source.to_string(), datagram.destination.to_string());
                match watch.message(number, at, at, &source, &destination, &datagram.bytes) {
                    Ok(Some(error)) => {
                        eprintln!("{name}:{number}: {error}");
                        all_read = false;
                    }
                    Ok(None) => {}
                    Err(error) => written = Err(error),
                }
            }
            Packet::Other => {}
            Packet::Unreadable(reason) => {
                eprintln!("{name}:{number}: {reason}");
                all_read = false;
            }
        }
        written.is_ok()
    });
    written?;
    if let Err((number, reason)) = read {
        eprintln!("{name}:{number}: {reason}");
        all_read = false;
    }
    Ok(all_read)
}

/// The time of day, for the timeline.
fn time_of_day(at: Duration) -> String {
    let seconds = at.as_secs() % 86_400;
    format!("{:02}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, at.subsec_millis())
}
