//! HEP, the Homer encapsulation protocol: a message and where it was seen. The addresses in it count, not those that
//! carried it.

use std::borrow::Cow;
use std::io::Read as _;
use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;
use std::time::Duration;

use flate2::read::{GzDecoder, ZlibDecoder};

use super::super::found::Sink;
use super::super::start_line::begins_sip;
use super::{Place, number16, number32};

/// The longest message that a compressed packet may hold.
const LONGEST: u64 = 1 << 20;

/// What a packet of HEP says.
pub(super) struct Captured<'p> {
    source: SocketAddr,
    destination: SocketAddr,
    at: Option<Duration>,
    payload: Cow<'p, [u8]>,
}

impl Captured<'_> {
    /// Hands the message over, if it is SIP. (HEP carries RTCP reports and logs as well.)
    pub(super) fn deliver(&self, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        if !begins_sip(&self.payload) {
            return ControlFlow::Continue(());
        }
        let place = Place { at: self.at.unwrap_or(place.at), ..place };
        sink.take(place.message(self.source, self.destination, &self.payload))
    }
}

/// Reads a packet of HEP, version 3, 2 or 1; `None` where it is none.
pub(super) fn packet(data: &[u8]) -> Option<Captured<'_>> {
    match data {
        [b'H', b'E', b'P', b'3', ..] => version_3(data),
        [version @ (1 | 2), ..] => old(*version, data),
        _ => None,
    }
}

/// How long the packet of version 3 is that begins so, for streams.
pub(super) fn length(data: &[u8]) -> Option<usize> {
    data.starts_with(b"HEP3").then(|| number16(data, 4).map(usize::from)).flatten()
}

fn version_3(data: &[u8]) -> Option<Captured<'_>> {
    let length = length(data)?.min(data.len());
    let mut rest = data.get(6..length)?;
    let (mut ips, mut ports) = ([None::<IpAddr>; 2], [0_u16; 2]);
    let (mut seconds, mut micros, mut payload) = (None, 0, None);
    while rest.len() >= 6 {
        let (vendor, kind) = (number16(rest, 0)?, number16(rest, 2)?);
        let length = usize::from(number16(rest, 4)?);
        // The payload, which comes last, may have been cut.
        let value = rest.get(6..length.min(rest.len()))?;
        let v4 = || <[u8; 4]>::try_from(value).ok().map(IpAddr::from);
        let v6 = || <[u8; 16]>::try_from(value).ok().map(IpAddr::from);
        match (vendor, kind) {
            (0, 3) => ips[0] = v4(),
            (0, 4) => ips[1] = v4(),
            (0, 5) => ips[0] = v6(),
            (0, 6) => ips[1] = v6(),
            (0, 7) => ports[0] = number16(value, 0)?,
            (0, 8) => ports[1] = number16(value, 0)?,
            (0, 9) => seconds = number32(value, 0),
            (0, 10) => micros = number32(value, 0)?,
            (0, 15) => payload = Some(Cow::Borrowed(value)),
            (0, 16) => payload = inflated(value).map(Cow::Owned),
            _ => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    let [Some(source), Some(destination)] = ips else { return None };
    let at = seconds
        .map(|seconds| Duration::from_secs(seconds.into()).saturating_add(Duration::from_micros(u64::from(micros))));
    Some(Captured {
        source: SocketAddr::new(source, ports[0]),
        destination: SocketAddr::new(destination, ports[1]),
        at,
        payload: payload?,
    })
}

/// Versions 1 and 2: a head of fixed length; version 2 has the time, in the byte order of who sent it.
fn old(version: u8, data: &[u8]) -> Option<Captured<'_>> {
    let family = *data.get(2)?;
    let (source_port, destination_port) = (number16(data, 4)?, number16(data, 6)?);
    let address = |offset: usize, length: usize| data.get(offset..offset + length);
    let (source, destination, head): (IpAddr, IpAddr, usize) = match family {
        2 => {
            let of = |offset| address(offset, 4).and_then(|ip| <[u8; 4]>::try_from(ip).ok()).map(IpAddr::from);
            (of(8)?, of(12)?, 16)
        }
        10 | 30 => {
            let of = |offset| address(offset, 16).and_then(|ip| <[u8; 16]>::try_from(ip).ok()).map(IpAddr::from);
            (of(8)?, of(24)?, 40)
        }
        _ => return None,
    };
    let head = if version == 2 { head + 12 } else { head };
    let payload = data.get(head..)?;
    begins_sip(payload).then(|| Captured {
        source: SocketAddr::new(source, source_port),
        destination: SocketAddr::new(destination, destination_port),
        at: None,
        payload: Cow::Borrowed(payload),
    })
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
