//! Datagrams that IP cut into fragments: INVITEs are often larger than a frame.

use std::cell::RefCell;
use std::collections::BTreeSet;

use etherparse::defrag::{IpDefragError, IpDefragPool};
use etherparse::{IpNumber, NetSlice, SlicedPacket};

/// How many packets later the rest of a datagram must have come. Its fragments leave one after the other.
const LATEST: u64 = 256;

/// The fragments whose datagrams are not whole yet.
#[derive(Default)]
pub(crate) struct Fragments {
    pool: IpDefragPool<u64>,
    cleared: u64,
}

impl Fragments {
    /// Takes a fragment in this packet; the datagram, if that makes it whole. The error: it fits no datagram.
    pub(crate) fn put(&mut self, number: u64, packet: &SlicedPacket<'_>) -> Result<Option<Vec<u8>>, IpDefragError> {
        let protocol = match &packet.net {
            Some(NetSlice::Ipv4(ip)) => ip.payload().ip_number,
            Some(NetSlice::Ipv6(ip)) => ip.payload().ip_number,
            Some(NetSlice::Arp(_)) | None => return Ok(None),
        };
        if protocol != IpNumber::UDP {
            return Ok(None);
        }
        let whole = self.pool.process_sliced_packet(packet, number, ())?;
        Ok(whole.map(|datagram| datagram.payload))
    }

    /// Now and then: gives up those that waited long enough at this packet; the numbers of the last fragments that came of each.
    pub(crate) fn give_up(&mut self, number: u64) -> BTreeSet<u64> {
        if number < self.cleared.saturating_add(LATEST) {
            return BTreeSet::new();
        }
        self.cleared = number;
        let late = RefCell::new(BTreeSet::new());
        self.pool.retain(|&last| {
            let waits = number.saturating_sub(last) < LATEST;
            if !waits {
                late.borrow_mut().insert(last);
            }
            waits
        });
        late.into_inner()
    }
}
