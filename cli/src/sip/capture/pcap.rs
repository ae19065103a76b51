//! The classic capture file, in all its variants. (pcap-parser does not know them all.)

use std::io::Read;
use std::ops::ControlFlow;
use std::time::Duration;

use super::{Broken, LONGEST_PACKET, Packet, fill};

/// The variant that the first four bytes identify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Variant {
    big_endian: bool,
    nanoseconds: bool,
    /// Whether packet headers are eight bytes longer (Alexey Kuznetzov's patch; some routers write it).
    modified: bool,
}

impl Variant {
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        let magic: [u8; 4] = start.get(..4)?.try_into().ok()?;
        let of = |magic, big_endian| match magic {
            0xa1b2_c3d4_u32 => Some(Variant { big_endian, nanoseconds: false, modified: false }),
            0xa1b2_3c4d => Some(Variant { big_endian, nanoseconds: true, modified: false }),
            0xa1b2_cd34 => Some(Variant { big_endian, nanoseconds: false, modified: true }),
            _ => None,
        };
        of(u32::from_le_bytes(magic), false).or_else(|| of(u32::from_be_bytes(magic), true))
    }

    fn number(self, bytes: &[u8], offset: usize) -> u32 {
        let bytes = bytes.get(offset..offset + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

pub(super) fn read(
    variant: Variant,
    mut input: impl Read,
    sink: &mut impl FnMut(&Packet<'_>) -> ControlFlow<()>,
) -> Result<(), Broken> {
    let mut head = [0; 24];
    fill(&mut input, &mut head).map_err(|error| Broken::read(1, &error))?;
    // The upper half says whether frames end with a checksum.
    let link_type = variant.number(&head, 20) & 0xffff;
    let head_length = if variant.modified { 24 } else { 16 };
    let head = &mut head[..head_length];
    let mut data = Vec::new();
    for number in 1.. {
        if !fill(&mut input, head).map_err(|error| Broken::read(number, &error))? {
            return Ok(());
        }
        let length = variant.number(head, 8) as usize;
        if length > LONGEST_PACKET {
            return Err(Broken::packet_length(number, length));
        }
        data.resize(length, 0);
        if !fill(&mut input, &mut data).map_err(|error| Broken::read(number, &error))? && length > 0 {
            return Err(Broken::cut(number));
        }
        let fraction = u64::from(variant.number(head, 4)) * if variant.nanoseconds { 1 } else { 1000 };
        let at = Duration::from_secs(variant.number(head, 0).into()).saturating_add(Duration::from_nanos(fraction));
        if sink(&Packet { number, at, link_type, data: &data }).is_break() {
            return Ok(());
        }
    }
    Ok(())
}
