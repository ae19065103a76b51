//! Bytes by chance, so weighted that histories of them meet every rule. The same chances are the same bytes, whoever rolls the dice:
//! the conformance kit from a seed, proptest by itself.

use alloc::vec::Vec;

/// How many chances one step takes.
pub(crate) const CHANCES: usize = 28;

/// Of a hundred kinds of steps so many are events.
const EVENTS: u16 = 61;

/// The bytes of a step: the first by the weights below, the others half of the time small, which is what the tables begin with.
pub(crate) fn step_bytes(chances: &[u16]) -> Vec<u8> {
    weighted(chances, 100)
}

/// The bytes of a step that is an event.
pub(crate) fn event_bytes(chances: &[u16]) -> Vec<u8> {
    weighted(chances, EVENTS)
}

fn weighted(chances: &[u16], kinds: u16) -> Vec<u8> {
    let (first, rest) = chances.split_at_checked(2).unwrap_or((&[], chances));
    let (kind, which) = match *first {
        [kind, which] => (kind % kinds, which.to_le_bytes()[0]),
        _ => (0, 1),
    };
    let lead = match kind {
        // An event of one byte.
        0..=41 if which & 0xf == 0 => which | 1,
        0..=41 => which,
        // One spelled out, one that may be old, one that answers.
        42..=51 => 0x00,
        52..=56 => 0xe0,
        57..=60 => 0xf0,
        // Post.
        61..=85 => 0x40,
        // List, Read.
        86..=88 => 0x60,
        89..=91 => 0x70,
        // The time goes on; Expire, Forget, ForgetCompleted, ForgetRequests, Reconcile.
        92..=94 => 0x10,
        95 => 0x20,
        96 => 0x80,
        97 => {
            if which < 0x80 {
                0x90
            } else {
                0xa0
            }
        }
        _ => {
            if which < 0x80 {
                0xb0
            } else {
                0xc0
            }
        }
    };
    core::iter::once(lead).chain(bytes(rest)).collect()
}

/// The bytes of a line of a log: another line, an event of one byte, or one that is spelled out with all that logs can carry.
pub(crate) fn line_bytes(chances: &[u16]) -> Vec<u8> {
    let (first, rest) = chances.split_at_checked(2).unwrap_or((&[], chances));
    let lead = match *first {
        [kind, which] => match (kind % 5, which.to_le_bytes()[0]) {
            (0 | 1, which) => (which % 14 + 1) << 4,
            (2, which) if which & 0xf != 0 => which,
            _ => 0xf0,
        },
        _ => 0xf0,
    };
    core::iter::once(lead).chain(bytes(rest)).collect()
}

/// The bytes of a valid history: its events are rarely as large as they may be.
pub(crate) fn letters(chances: &[u16]) -> Vec<u8> {
    let letter = |&chance: &u16| {
        let [low, high] = chance.to_le_bytes();
        if high % 16 == 15 { low } else { low & 0x7f }
    };
    chances.iter().map(letter).collect()
}

/// Bytes of anything else: half of the time small.
pub(crate) fn bytes(chances: &[u16]) -> Vec<u8> {
    let byte = |&chance: &u16| {
        let [low, high] = chance.to_le_bytes();
        if high % 2 == 0 { low & 0xf } else { low }
    };
    chances.iter().map(byte).collect()
}

/// Steele, Lea and Flood's SplitMix64: a few lines, and the same everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The chances of a step.
    pub(crate) fn chances(&mut self) -> Vec<u16> {
        let four = |number: u64| (0..4).map(move |part| (number >> (16 * part) & 0xffff) as u16);
        (0..CHANCES / 4).flat_map(|_| four(self.number())).collect()
    }
}
