//! SIP over SCTP (RFC 4168): one message per user message. Only messages in a single DATA chunk are read.

use std::net::SocketAddr;
use std::ops::ControlFlow;

use super::super::found::{Found, Sink, Unread};
use super::super::start_line::begins_sip;
use super::{Place, Transport, number16};

/// Reads the chunks of a packet.
pub(super) fn chunks(transport: &Transport<'_>, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
    const DATA: u8 = 0;
    const WHOLE: u8 = 3;
    let data = transport.payload;
    let (Some(source), Some(destination)) = (number16(data, 0), number16(data, 2)) else {
        return ControlFlow::Continue(());
    };
    let source = SocketAddr::new(transport.source, source);
    let destination = SocketAddr::new(transport.destination, destination);
    let mut rest = data.get(12..).unwrap_or_default();
    while let [kind, flags, ..] = rest {
        let length = number16(rest, 2).map_or(0, usize::from);
        let Some(chunk) = rest.get(..length).filter(|chunk| chunk.len() >= 4) else { break };
        let message = chunk.get(16..).unwrap_or_default();
        if *kind == DATA && begins_sip(message) {
            if flags & WHOLE == WHOLE {
                sink.take(place.message(source, destination, message))?;
            } else {
                sink.take(Found::Unread(Unread::SctpChunk, 1))?;
            }
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    ControlFlow::Continue(())
}
