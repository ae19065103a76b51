//! HEP in captures: the SIP message in a packet, with the addresses stated there instead of those of the carrying
//! packet.

use std::borrow::Cow;
use std::io::Read as _;
use std::ops::ControlFlow;

use flate2::read::{GzDecoder, ZlibDecoder};
use im_session::sip::hep::{HepPacket, HepPayload};

use super::super::found::Sink;
use super::super::start_line::begins_sip;
use super::Place;

/// The longest message, decompressed, in a compressed packet.
const LONGEST: u64 = 1 << 20;

/// Reads a HEP packet version 3, 2 or 1; `None` if it is not one.
pub(super) fn packet(data: &[u8]) -> Option<HepPacket<'_>> {
    let packet = HepPacket::parse(data).ok()?;
    // The first byte of versions 1 and 2 is common to many protocols, so the payload has to be SIP.
    let is_it = packet.version == 3 || matches!(packet.payload, HepPayload::Plain(payload) if begins_sip(payload));
    is_it.then_some(packet)
}

/// Passes the message on, if it is SIP. (HEP also carries RTCP reports and logs.)
pub(super) fn deliver(packet: &HepPacket<'_>, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
    let payload = match packet.payload {
        HepPayload::Plain(payload) => Some(Cow::Borrowed(payload)),
        HepPayload::Compressed(payload) => inflated(payload).map(Cow::Owned),
    };
    let Some(payload) = payload.filter(|payload| begins_sip(payload)) else { return ControlFlow::Continue(()) };
    let place = Place { at: packet.time.unwrap_or(place.at), ..place };
    sink.take(place.message(packet.source, packet.destination, &payload))
}

fn inflated(data: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    if data.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(data).take(LONGEST).read_to_end(&mut bytes).ok()?;
    } else {
        ZlibDecoder::new(data).take(LONGEST).read_to_end(&mut bytes).ok()?;
    }
    Some(bytes)
}
