//! Replaces the hasher of `std` with FNV-1a, which is short and sufficient without attackers.

use core::hash::Hasher;

pub(crate) struct PlainHasher(u64);

impl Default for PlainHasher {
    fn default() -> Self {
        PlainHasher(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for PlainHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
