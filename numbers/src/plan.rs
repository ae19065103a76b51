//! What the first digits of a number decide, so that libphonenumber need not be asked for all of it.
//!
//! libphonenumber finds the region of a number by trying the patterns of every region with its calling code (25 for "1"), and whether the
//! number is geographical by trying those of every type. For most beginnings only one region is possible, and only one answer:
//! `numbers/generate` finds these from the same patterns, and writes them as ranges.
//!
//! `data/plan.bin` is a list of 5 bytes a range, in order: its first number (of seven digits, calling code included; 3 bytes, little-endian),
//! then two bytes: the region in the lower 10 bits (two letters in base 26; 1023: none), and above them 1 where the geocoder must be asked, 2 for
//! never geographical, 3 for always. Both are 0 where nothing is decided. A range ends where the next begins.

use rlibphonenumber::Region;

const TABLE: &[u8] = include_bytes!("../data/plan.bin");
const RANGE: usize = 5;
const DIGITS: usize = 7;
const WORLD: u16 = 1023;

/// Whether numbers can have a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Geographical {
    Ask,
    Never,
    Always,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decided {
    /// The only region that a number with these first digits can be of.
    pub(crate) region: Region,
    pub(crate) geographical: Geographical,
}

/// What the first digits of a number decide, given its digits with the calling code.
pub(crate) fn decided(digits: &str) -> Option<Decided> {
    let wanted: u32 = digits.get(..DIGITS)?.parse().ok()?;
    let (ranges, _) = TABLE.as_chunks::<RANGE>();
    let after =
        ranges.partition_point(|[low, middle, high, ..]| u32::from_le_bytes([*low, *middle, *high, 0]) <= wanted);
    let [.., low, high] = *ranges.get(after.checked_sub(1)?)?;
    let facts = u16::from_le_bytes([low, high]);
    let geographical = match facts >> 10 {
        1 => Geographical::Ask,
        2 => Geographical::Never,
        3 => Geographical::Always,
        _ => return None,
    };
    let region = match facts & 0x3FF {
        WORLD => Region::World,
        letters => {
            let letter = |value: u16| b'A' + u8::try_from(value).unwrap_or_default();
            Region::from_code(str::from_utf8(&[letter(letters / 26), letter(letters % 26)]).ok()?).ok()?
        }
    };
    Some(Decided { region, geographical })
}
