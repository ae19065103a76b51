//! Finds the place with the longest prefix of a number, in libphonenumber's English geocoding data, which is read in
//! place.
//!
//! `numbers/generate` writes `data/locations.bin`. All its numbers are little-endian. Prefixes include the calling code
//! and have three to nine digits.
//!
//! | part | content |
//! |---|---|
//! | header | for each length of prefixes, then for names: offset of its index, number of its blocks (4 bytes each) |
//! | lengths | one byte for every first four digits: bit 0 is set if there are prefixes of three digits, bit 1 of four, … |
//! | index of prefixes | for each block: its first prefix (4 bytes) and its offset (3 bytes), in order |
//! | index of names | for each block: its offset (3 bytes) |
//! | block of prefixes | up to 8 *runs* |
//! | block of names | 8 names (the last block may have fewer), front-coded |
//!
//! A *run* is a series of consecutive prefixes with the same name. Its block begins with the smallest number of a name
//! (2 bytes), the width of the value that is added to it for each run (1 byte), and the number of runs (1 byte). The
//! values of that width follow, packed to bits. Then each run has a byte: the gap to the previous run in the upper
//! half, the number of prefixes after its first one in the lower half. 15 stands for 15 or more; the excess follows as
//! a LEB128 number, that of the gap first.
//!
//! A block of names begins with a complete name: its length and its bytes. For each following name there are the number
//! of bytes that it shares with the previous one, the number of the other bytes, and these bytes. All three numbers are
//! LEB128.

use std::slice;

const TABLE: &[u8] = include_bytes!("../data/locations.bin");
const SHORTEST: usize = 3;
const LONGEST: usize = 9;
/// The position of names in the header, after the lengths of prefixes.
const NAMES: usize = LONGEST + 1 - SHORTEST;
const LENGTHS: usize = 8 * (NAMES + 1);
const NAMES_A_BLOCK: usize = 8;
/// The half byte that stands for this value or more.
const MORE: u8 = 15;

/// The number of a place's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Location(usize);

/// The place with the longest prefix of a number, which is given by its digits with the calling code. Allocates
/// nothing.
pub(crate) fn find(digits: &str) -> Option<Location> {
    let first: usize = digits.get(..4)?.parse().ok()?;
    let lengths = TABLE.get(LENGTHS + first)?;
    let has_prefixes = |length: &usize| (lengths >> (length - SHORTEST)) & 1 == 1;
    (SHORTEST..=LONGEST).rev().filter(has_prefixes).find_map(|length| {
        let prefix = digits.get(..length)?.parse().ok()?;
        find_prefix(length - SHORTEST, prefix)
    })
}

fn find_prefix(level: usize, prefix: u32) -> Option<Location> {
    let blocks = index::<7>(level)?;
    let first_of = |[a, b, c, d, ..]: &[u8; 7]| u32::from_le_bytes([*a, *b, *c, *d]);
    let after = blocks.partition_point(|block| first_of(block) <= prefix);
    let block = blocks.get(after.checked_sub(1)?)?;
    let [.., a, b, c] = *block;
    let mut reader = Reader::at([a, b, c])?;
    let base = usize::from(u16::from_le_bytes([reader.byte()?, reader.byte()?]));
    let width = usize::from(reader.byte()?);
    let count = usize::from(reader.byte()?);
    let names = reader.clone();
    reader.bytes((count * width).div_ceil(8))?;
    // Counted from the end of the previous run.
    let mut left = prefix.checked_sub(first_of(block))?;
    for run in 0..count {
        let halves = reader.byte()?;
        left = left.checked_sub(reader.half(halves >> 4)?)?;
        let after_first = reader.half(halves & 0xF)?;
        if left <= after_first {
            return Some(Location(base + names.packed(run * width, width)));
        }
        left -= after_first + 1;
    }
    None
}

impl Location {
    pub(crate) fn name(self) -> Option<String> {
        let blocks = index::<3>(NAMES)?;
        let mut reader = Reader::at(*blocks.get(self.0 / NAMES_A_BLOCK)?)?;
        let mut name = Vec::with_capacity(32);
        for position in 0..=self.0 % NAMES_A_BLOCK {
            if position > 0 {
                let shared = reader.number()?;
                name.truncate(usize::try_from(shared).ok()?);
            }
            let length = reader.number()?;
            name.extend_from_slice(reader.bytes(usize::try_from(length).ok()?)?);
        }
        String::from_utf8(name).ok()
    }
}

/// The index of prefixes of one length, or of names.
fn index<const SIZE: usize>(position: usize) -> Option<&'static [[u8; SIZE]]> {
    let (header, _) = TABLE.as_chunks::<8>();
    let [a, b, c, d, rest @ ..] = *header.get(position)?;
    let place = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
    let blocks = usize::try_from(u32::from_le_bytes(rest)).ok()?;
    let (entries, _) = TABLE.get(place..)?.as_chunks();
    entries.get(..blocks)
}

/// Reads the table from an offset on.
#[derive(Debug, Clone)]
struct Reader(slice::Iter<'static, u8>);

impl Reader {
    fn at([a, b, c]: [u8; 3]) -> Option<Self> {
        let place = usize::try_from(u32::from_le_bytes([a, b, c, 0])).ok()?;
        Some(Reader(TABLE.get(place..)?.iter()))
    }

    fn byte(&mut self) -> Option<u8> {
        self.0.next().copied()
    }

    fn bytes(&mut self, count: usize) -> Option<&'static [u8]> {
        let (bytes, rest) = self.0.as_slice().split_at_checked(count)?;
        self.0 = rest.iter();
        Some(bytes)
    }

    /// A LEB128 number. Nearly all have one byte.
    #[inline]
    fn number(&mut self) -> Option<u32> {
        match self.byte()? {
            byte @ 0..0x80 => Some(u32::from(byte)),
            byte => self.longer_number(u32::from(byte & 0x7F)),
        }
    }

    #[inline(never)]
    fn longer_number(&mut self, mut number: u32) -> Option<u32> {
        for shift in (7..u32::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// The value of a half byte, with its excess.
    #[inline]
    fn half(&mut self, half: u8) -> Option<u32> {
        if half < MORE { Some(u32::from(half)) } else { self.number()?.checked_add(u32::from(MORE)) }
    }

    /// The value of `width` bits, at most 16, from `bit` on; 0 if the table ends before it.
    fn packed(&self, bit: usize, width: usize) -> usize {
        let bytes = self.0.as_slice().get(bit / 8..).unwrap_or_default();
        let bits = bytes.iter().take(3).rev().fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        (bits >> (bit % 8)) & !(usize::MAX << width.min(16))
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, NAMES_A_BLOCK, TABLE, find, index};

    fn place(digits: &str) -> Option<String> {
        find(digits).map(|location| location.name().unwrap())
    }

    #[test]
    fn the_longest_prefix_names_the_place() {
        assert_eq!(place("19165550104").as_deref(), Some("California"));
        assert_eq!(place("12012002000").as_deref(), Some("Jersey City, NJ"));
        assert_eq!(place("12019999999").as_deref(), Some("New Jersey"));
        assert_eq!(place("498912345678").as_deref(), Some("Munich"));
    }

    #[test]
    fn a_number_that_ends_before_a_prefix_does_not_have_it() {
        assert_eq!(place("1201200").as_deref(), Some("Jersey City, NJ"));
        assert_eq!(place("120120").as_deref(), Some("New Jersey"));
        assert_eq!(place("1201").as_deref(), Some("New Jersey"));
        assert_eq!(place("120"), None);
        for digits in ["", "1", "000", "999999999999999", "+19165550104", "1é", "12 1"] {
            assert_eq!(place(digits), None, "{digits}");
        }
    }

    #[test]
    fn every_name_can_be_read() {
        let blocks = index::<3>(NAMES).unwrap().len();
        let names: Vec<String> =
            (0..(blocks - 1) * NAMES_A_BLOCK).map(|number| super::Location(number).name().unwrap()).collect();
        assert_eq!(names.len(), 39_824);
        assert!(names.iter().all(|name| !name.is_empty()));
    }

    #[test]
    fn the_table_is_small() {
        assert!(TABLE.len() <= 5 << 18, "{}", TABLE.len());
    }
}
