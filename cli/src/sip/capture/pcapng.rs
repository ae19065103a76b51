//! pcapng: reads the blocks with packets and those that describe interfaces.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::Duration;

use pcap_parser::pcapng::Block;
use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{PcapBlockOwned, PcapError, PcapNGReader};

use super::{Broken, LONGEST_PACKET, Packet};

/// The size of the buffer: the largest packet with its header and comments fits.
const BUFFER: usize = 4 * LONGEST_PACKET;
/// The longest block, in bytes; a list of names may be this long.
const LONGEST_BLOCK: usize = 16 << 20;
/// The maximum number of interfaces in a section; packets of further ones have an unknown link type.
const MOST_INTERFACES: usize = 65_536;
const ETHERNET: u32 = 1;

/// The description of an interface.
#[derive(Debug, Clone, Copy)]
struct Interface {
    link_type: u32,
    /// Units of time per second.
    resolution: u64,
    /// Seconds to add to a time.
    offset: i64,
}

/// Whether these bytes are the byte order mark, in either order.
pub(super) fn is_byte_order(bytes: &[u8]) -> bool {
    bytes == [0x1a, 0x2b, 0x3c, 0x4d] || bytes == [0x4d, 0x3c, 0x2b, 0x1a]
}

pub(super) fn read(input: impl Read, sink: &mut impl FnMut(&Packet<'_>) -> ControlFlow<()>) -> Result<(), Broken> {
    let mut packets = 0;
    let broken = |packets: u64, error: PcapError<&[u8]>| match error {
        PcapError::UnexpectedEof | PcapError::Incomplete(_) => Broken::cut(packets + 1),
        other => Broken { number: packets + 1, reason: format!("not a readable capture: {}", kind(&other)) },
    };
    let mut reader = PcapNGReader::new(BUFFER, Whole(input)).map_err(|error| broken(0, error))?;
    let mut buffer = BUFFER;
    let mut interfaces: Vec<Interface> = Vec::new();
    loop {
        match reader.next() {
            Ok((offset, block)) => {
                let mut deliver = |at, link_type, data| {
                    packets += 1;
                    sink(&Packet { number: packets, at, link_type, data })
                };
                let flow = match block {
                    PcapBlockOwned::NG(Block::SectionHeader(_)) => {
                        interfaces.clear();
                        ControlFlow::Continue(())
                    }
                    PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                        if interfaces.len() < MOST_INTERFACES {
                            interfaces.push(Interface {
                                link_type: u32::try_from(interface.linktype.0).unwrap_or(u32::MAX),
                                resolution: interface.ts_resolution().unwrap_or(1_000_000).max(1),
                                offset: interface.ts_offset(),
                            });
                        }
                        ControlFlow::Continue(())
                    }
                    PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                        let interface = usize::try_from(packet.if_id).ok().and_then(|id| interfaces.get(id));
                        let at = interface.map_or(Duration::ZERO, |interface| {
                            time(interface, (u64::from(packet.ts_high) << 32) | u64::from(packet.ts_low))
                        });
                        deliver(at, interface.map_or(u32::MAX, |interface| interface.link_type), packet.packet_data())
                    }
                    PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
                        let link_type = interfaces.first().map_or(ETHERNET, |interface| interface.link_type);
                        deliver(Duration::ZERO, link_type, packet.packet_data())
                    }
                    // The obsolete packet block, which the enhanced one replaced.
                    PcapBlockOwned::NG(Block::Unknown(block)) if block.block_type == 2 => {
                        match old_packet(block.data, &interfaces) {
                            Some((at, link_type, data)) => deliver(at, link_type, data),
                            None => ControlFlow::Continue(()),
                        }
                    }
                    PcapBlockOwned::NG(_) | PcapBlockOwned::Legacy(_) | PcapBlockOwned::LegacyHeader(_) => {
                        ControlFlow::Continue(())
                    }
                };
                reader.consume(offset);
                if flow.is_break() {
                    return Ok(());
                }
            }
            Err(PcapError::Eof) => return Ok(()),
            Err(PcapError::Incomplete(_)) => {
                if reader.refill().is_err() {
                    return Err(Broken::cut(packets + 1));
                }
                // What is left is less than a block. The next read distinguishes an error from the end.
                if reader.reader_exhausted() && !matches!(reader.next(), Ok(_) | Err(PcapError::Eof)) {
                    return Err(Broken::cut(packets + 1));
                }
            }
            Err(PcapError::BufferTooSmall) if buffer < LONGEST_BLOCK => {
                buffer *= 2;
                reader.grow(buffer);
                if reader.refill().is_err() {
                    return Err(Broken::cut(packets + 1));
                }
            }
            Err(error) => return Err(broken(packets, error)),
        }
    }
}

/// Reads until the buffer is full, as pcap-parser expects of the first read; a pipe would return less.
struct Whole<R>(R);

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.0.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

/// Assumes little-endian, which nearly all writers of this block used.
fn old_packet<'b>(block: &'b [u8], interfaces: &[Interface]) -> Option<(Duration, u32, &'b [u8])> {
    let number = |offset: usize| Some(u32::from_le_bytes(block.get(offset..offset + 4)?.try_into().ok()?));
    let interface = interfaces.get(usize::from(u16::from_le_bytes(block.get(..2)?.try_into().ok()?)))?;
    let length = usize::try_from(number(12)?).ok()?;
    let at = time(interface, (u64::from(number(4)?) << 32) | u64::from(number(8)?));
    Some((at, interface.link_type, block.get(20..20_usize.checked_add(length)?)?))
}

fn time(interface: &Interface, units: u64) -> Duration {
    let resolution = interface.resolution;
    let seconds = (units / resolution).saturating_add_signed(interface.offset);
    let nanos = u128::from(units % resolution) * 1_000_000_000 / u128::from(resolution);
    Duration::new(seconds, u32::try_from(nanos).unwrap_or(0))
}

/// The kind of an error, without the bytes that it contains.
fn kind(error: &PcapError<&[u8]>) -> String {
    let text = format!("{error:?}");
    text.split(['(', '{']).next().unwrap_or(&text).trim().to_owned()
}
