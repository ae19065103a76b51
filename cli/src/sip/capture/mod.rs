//! Reads capture files of all formats: packets with their number, time and link type.

mod pcap;
mod pcapng;
mod snoop;

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::Duration;

/// The longest packet that is read, in bytes. A longer one means that the file is damaged.
const LONGEST_PACKET: usize = 1 << 18;

/// One packet of a capture.
#[derive(Debug)]
pub(crate) struct Packet<'p> {
    /// The number of the packet, from 1.
    pub(crate) number: u64,
    /// The time since 1970.
    pub(crate) at: Duration,
    /// The link type, as in <https://www.tcpdump.org/linktypes.html>.
    pub(crate) link_type: u32,
    pub(crate) data: &'p [u8],
}

/// The formats of capture files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Pcap(pcap::Variant),
    PcapNg,
    Snoop,
}

impl Format {
    /// How many bytes at the beginning identify the format.
    pub(crate) const START: usize = 12;

    /// The format of a file that begins with these bytes, if it is a capture.
    pub(crate) fn of(start: &[u8]) -> Option<Self> {
        if start.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) && start.get(8..12).is_none_or(pcapng::is_byte_order) {
            return Some(Format::PcapNg);
        }
        if start.starts_with(b"snoop\0\0\0") {
            return Some(Format::Snoop);
        }
        pcap::Variant::of(start).map(Format::Pcap)
    }
}

/// Why a capture could not be read to its end: the packet, and the error.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) number: u64,
    pub(crate) reason: String,
}

impl Broken {
    fn cut(number: u64) -> Self {
        Broken { number, reason: "the capture ends within a packet".to_owned() }
    }

    fn packet_length(number: u64, length: usize) -> Self {
        let reason =
            format!("not a readable capture: expected a packet of at most {LONGEST_PACKET} bytes, found {length}");
        Broken { number, reason }
    }

    fn read(number: u64, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::cut(number),
            _ => Broken { number, reason: error.to_string() },
        }
    }
}

/// Reads a capture and passes every packet on, until the sink stops it.
pub(crate) fn read(
    format: Format,
    input: impl Read,
    mut sink: impl FnMut(&Packet<'_>) -> ControlFlow<()>,
) -> Result<(), Broken> {
    match format {
        Format::Pcap(variant) => pcap::read(variant, input, &mut sink),
        Format::PcapNg => pcapng::read(input, &mut sink),
        Format::Snoop => snoop::read(input, &mut sink),
    }
}

/// Fills the buffer; `false` if the input has already ended.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
