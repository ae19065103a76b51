//! What goes wrong on the way.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::primitives::number;
use crate::testing::Fault;

/// One byte, but for those with the high half 0: see [`from_bytes`](crate::from_bytes#faults).
impl<'a> Arbitrary<'a> for Fault {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let byte = u.arbitrary::<u8>()?;
        let at = usize::from(byte & 0xf) + if byte >= 0x80 { 16 } else { 0 };
        Ok(match byte >> 4 & 7 {
            0 => spelled_out(u, byte & 0xf)?,
            1 => Fault::Reordered { at, by: usize::MAX },
            2 => Fault::Repeated { at, after: 0 },
            3 => Fault::Repeated { at, after: 3 },
            4 => Fault::Lost { at },
            5 => Fault::Reordered { at, by: 1 },
            6 => Fault::Truncated { at },
            7.. => Fault::WrongRole { at },
        })
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, Some(19))
    }
}

/// The kind, counted modulo, and its numbers.
fn spelled_out(u: &mut Unstructured<'_>, kind: u8) -> Result<Fault> {
    let at = place(u)?;
    Ok(match kind % 5 {
        0 => Fault::Repeated { at, after: place(u)? },
        1 => Fault::Lost { at },
        2 => Fault::Reordered { at, by: place(u)? },
        3 => Fault::Truncated { at },
        4.. => Fault::WrongRole { at },
    })
}

fn place(u: &mut Unstructured<'_>) -> Result<usize> {
    Ok(usize::try_from(number(u)?).unwrap_or(usize::MAX))
}
