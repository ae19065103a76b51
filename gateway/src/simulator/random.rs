//! Pseudorandom numbers, the same for the same seed: SplitMix64.

use im_session::ConnId;
use serde::{Deserialize, Serialize};

/// A generator. Its state is part of the note, so that it continues after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Random(u64);

/// The digits of a CallUUID.
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

    /// A number from 0 to `bound`, exclusive.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or_default()
    }

    /// 32 digits: 26 random ones, then six that count, as in the ids of a SIP Server.
    pub(super) fn call_uuid(&mut self, number: u64) -> String {
        let mut bits = [self.next(), self.next(), self.next()].into_iter().flat_map(|word| {
            (0..12).map(move |place| DIGITS.get((word >> (5 * place)) as usize % DIGITS.len()).copied())
        });
        let mut text: String = bits.by_ref().take(26).flatten().map(char::from).collect();
        text.push_str(&format!("{:06}", number % 1_000_000));
        text
    }

    pub(super) fn conn_id(&mut self) -> ConnId {
        // Zero would mean that there is no ConnID.
        ConnId(self.next() | 1)
    }
}
