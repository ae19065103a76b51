//! Which numbers are valid, and in which region: libphonenumber's patterns of all countries as one automaton.
//!
//! libphonenumber finds the region of a number by trying the patterns of every region with its calling code (25 for
//! "1"), and whether it is valid and geographical by trying those of every type. This often takes longer than parsing
//! the number. `numbers/generate` makes one automaton of all these patterns, which needs one step per digit.
//!
//! `data/plan.bin` is a list of nodes; the first is the start. A node has one byte for the number that ends here (0: it
//! is not valid; otherwise 1, plus twice the position of its region within the calling code, plus 1 if it is
//! geographical), and for each digit the position of the next node: two bytes, little-endian, 0 if no number continues
//! with this digit.

const TABLE: &[u8] = include_bytes!("../data/plan.bin");
const NODE: usize = 1 + 2 * 10;

/// The properties of a valid number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Valid {
    /// The position of its region within its calling code.
    pub(crate) region: usize,
    /// Whether it can have a place: fixed lines can, in some countries mobile phones, too.
    pub(crate) is_geographical: bool,
}

/// The properties of the number with these digits, which begin with the calling code; `None` if it is not valid.
pub(crate) fn valid(digits: &str) -> Option<Valid> {
    let (nodes, _) = TABLE.as_chunks::<NODE>();
    let mut node = nodes.first()?;
    for digit in digits.bytes() {
        let (children, _) = node.get(1..)?.as_chunks();
        match u16::from_le_bytes(*children.get(usize::from(digit.wrapping_sub(b'0')))?) {
            0 => return None,
            child => node = nodes.get(usize::from(child))?,
        }
    }
    let [outcome, ..] = *node;
    let facts = usize::from(outcome).checked_sub(1)?;
    Some(Valid { region: facts / 2, is_geographical: facts % 2 == 1 })
}

#[cfg(test)]
mod tests {
    use super::{NODE, TABLE, Valid, valid};

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

    /// No digits lead out of the table, or in a circle, and every node is used.
    #[test]
    fn every_node_is_whole() {
        let (nodes, rest) = TABLE.as_chunks::<NODE>();
        assert!(rest.is_empty());
        let mut longest = vec![None; nodes.len()];
        longest[0] = Some(0);
        let mut open = vec![0];
        while let Some(from) = open.pop() {
            let next = longest[from].map(|length| length + 1);
            assert!(next <= Some(20), "{from}");
            for child in nodes[from][1..].as_chunks().0 {
                let to = usize::from(u16::from_le_bytes(*child));
                if to != 0 && longest[to] < next {
                    longest[to] = next;
                    open.push(to);
                }
            }
        }
        assert!(longest.iter().all(Option::is_some));
    }
}
