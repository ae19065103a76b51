//! Which numbers are valid, and where: libphonenumber's patterns of all countries as one automaton.
//!
//! libphonenumber finds the region of a number by trying the patterns of every region with its calling code (25 for "1"), and whether it is
//! valid and geographical by trying those of every type: often longer than it takes to parse the number. `numbers/generate` makes one
//! automaton of all these patterns, which is done in as many steps as the number has digits.
//!
//! `data/plan.bin` is a list of nodes, the first for no digits at all; its numbers are little-endian. A node is one byte for the number that ends
//! here (0: it is not valid; else 1, twice the position of its region among those of the calling code, and 1 if it is geographical); two
//! bytes of which bit 0 to 9 say whether a digit leads elsewhere than the one before it; and for each bit that is set the place where
//! it leads, three bytes: 0 if no number begins so.

const TABLE: &[u8] = include_bytes!("../data/plan.bin");

/// What a valid number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Valid {
    /// The position of its region among those of its calling code.
    pub(crate) region: usize,
    /// Whether it can have a place: fixed lines have, mobile phones in some countries.
    pub(crate) is_geographical: bool,
}

/// What the number with these digits, the calling code first, is. `None`: it is not valid.
pub(crate) fn valid(digits: &str) -> Option<Valid> {
    let mut place = 0;
    for digit in digits.bytes() {
        let [_, low, high] = node(place)?;
        let up_to_digit = (2_u16 << char::from(digit).to_digit(10)?) - 1;
        let child = (u16::from_le_bytes([low, high]) & up_to_digit).count_ones().checked_sub(1)?;
        let [a, b, c] = node(place + 3 + 3 * usize::try_from(child).ok()?)?;
        place = usize::try_from(u32::from_le_bytes([a, b, c, 0])).ok()?;
        if place == 0 {
            return None;
        }
    }
    let [outcome, ..] = node(place)?;
    let facts = usize::from(outcome).checked_sub(1)?;
    Some(Valid { region: facts / 2, is_geographical: facts % 2 == 1 })
}

/// Three bytes: the first of a node, or one of its children.
fn node(place: usize) -> Option<[u8; 3]> {
    TABLE.get(place..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::{TABLE, Valid, node, valid};

    #[test]
    fn numbers_are_valid_in_their_region() {
        let in_region = |region, is_geographical| Some(Valid { region, is_geographical });
        assert_eq!(valid("19165550104"), in_region(0, true));
        assert_eq!(valid("18002345678"), in_region(0, false));
        // Canada is the eighth region of calling code 1.
        assert_eq!(valid("14165550134"), in_region(7, true));
        assert_eq!(valid("80012345678"), in_region(0, false));
    }

    #[test]
    fn others_are_not() {
        for digits in [
            "",
            "1",
            "1916555010",
            "191655501044",
            "3002",
            "0",
            "+19165550104",
            "1916555010:",
            "19165é",
            "\0",
            "\u{ff}",
        ] {
            assert_eq!(valid(digits), None, "{digits}");
        }
    }

    /// No digits can lead out of the table, or round in it.
    #[test]
    fn every_node_is_whole() {
        let mut place = 0;
        let mut depth = std::collections::HashMap::from([(0, 0)]);
        let mut open = vec![0];
        while let Some(from) = open.pop() {
            let [_, low, high] = node(from).unwrap();
            let firsts = u16::from_le_bytes([low, high]);
            assert!(firsts & 1 == 1 && firsts < 1024, "{from}");
            for child in 0..firsts.count_ones() as usize {
                let [a, b, c] = node(from + 3 + 3 * child).unwrap();
                let to = u32::from_le_bytes([a, b, c, 0]) as usize;
                let deeper = depth[&from] + 1;
                if to != 0 && depth.get(&to).is_none_or(|depth| *depth < deeper) {
                    assert!(deeper <= 20, "{from}");
                    depth.insert(to, deeper);
                    open.push(to);
                }
            }
        }
        while place < TABLE.len() {
            assert!(depth.contains_key(&place), "{place}");
            let [_, low, high] = node(place).unwrap();
            place += 3 + 3 * u16::from_le_bytes([low, high]).count_ones() as usize;
        }
        assert_eq!(place, TABLE.len());
    }
}
