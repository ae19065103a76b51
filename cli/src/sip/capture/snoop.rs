//! The capture file of Solaris' snoop (RFC 1761).

use std::io::Read;
use std::ops::ControlFlow;
use std::time::Duration;

use super::{Broken, LONGEST_PACKET, Packet, fill};

pub(super) fn read(mut input: impl Read, sink: &mut impl FnMut(&Packet<'_>) -> ControlFlow<()>) -> Result<(), Broken> {
    let mut file_head = [0; 16];
    fill(&mut input, &mut file_head).map_err(|error| Broken::read(1, &error))?;
    let number_at = |bytes: &[u8], offset: usize| {
        u32::from_be_bytes(bytes.get(offset..offset + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default())
    };
    let link_type = match number_at(&file_head, 12) {
        // Ethernet, and 802.3 in snoop's numbering.
        0 | 4 => 1,
        8 => 10,
        // Raw IP from Solaris' IPNET has a different form; unknown types are reported by the link layer.
        other => 0x8000_0000 | other,
    };
    let mut head = [0; 24];
    let mut data = Vec::new();
    for number in 1.. {
        if !fill(&mut input, &mut head).map_err(|error| Broken::read(number, &error))? {
            return Ok(());
        }
        let (length, record) = (number_at(&head, 4) as usize, number_at(&head, 8) as usize);
        let Some(rest) = record.checked_sub(head.len()).filter(|rest| length <= *rest && *rest <= LONGEST_PACKET)
        else {
            return Err(Broken::packet_length(number, length.max(record)));
        };
        data.resize(rest, 0);
        if !fill(&mut input, &mut data).map_err(|error| Broken::read(number, &error))? && rest > 0 {
            return Err(Broken::cut(number));
        }
        let fraction = Duration::from_micros(number_at(&head, 20).into());
        let at = Duration::from_secs(number_at(&head, 16).into()).saturating_add(fraction);
        if sink(&Packet { number, at, link_type, data: &data[..length] }).is_break() {
            return Ok(());
        }
    }
    Ok(())
}
