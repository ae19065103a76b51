//! What goes wrong on the way.

use super::{Bytes, FromBytes};
use crate::testing::Fault;

/// One byte, but for those with the high half 0: see [`from_bytes`](crate::from_bytes#faults).
impl FromBytes for Fault {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let byte = bytes.byte();
        let at = usize::from(byte & 0xf) + if byte >= 0x80 { 16 } else { 0 };
        match byte >> 4 & 7 {
            0 => spelled_out(bytes, byte & 0xf),
            1 => Fault::Reordered { at, by: usize::MAX },
            2 => Fault::Repeated { at, after: 0 },
            3 => Fault::Repeated { at, after: 3 },
            4 => Fault::Lost { at },
            5 => Fault::Reordered { at, by: 1 },
            6 => Fault::Truncated { at },
            7.. => Fault::WrongRole { at },
        }
    }
}

/// The kind, counted modulo, and its numbers.
fn spelled_out(bytes: &mut Bytes<'_>, kind: u8) -> Fault {
    let mut place = || usize::try_from(bytes.number()).unwrap_or(usize::MAX);
    let at = place();
    match kind % 5 {
        0 => Fault::Repeated { at, after: place() },
        1 => Fault::Lost { at },
        2 => Fault::Reordered { at, by: place() },
        3 => Fault::Truncated { at },
        4.. => Fault::WrongRole { at },
    }
}
