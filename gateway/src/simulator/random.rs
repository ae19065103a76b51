//! Numbers that look random, and are the same for the same seed: SplitMix64.

use im_session::ConnId;
use serde::{Deserialize, Serialize};

/// A source of numbers. Its state is part of the note, so that it goes on after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Random(u64);

/// What a CallUUID is made of.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 on, less than `bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or_default()
    }

    /// 32 digits: 26 of them random, and six that count, as those of a SIP Server do.
    pub(super) fn call_uuid(&mut self, number: u64) -> String {
        let mut bits = [self.next(), self.next(), self.next()].into_iter().flat_map(|word| {
            (0..12).map(move |place| DIGITS.get((word >> (5 * place)) as usize % DIGITS.len()).copied())
        });
        let mut text: String = bits.by_ref().take(26).flatten().map(char::from).collect();
        text.push_str(&format!("{:06}", number % 1_000_000));
        text
    }

    pub(super) fn conn_id(&mut self) -> ConnId {
        // Not zero, which is none.
        ConnId(self.next() | 1)
    }
}
