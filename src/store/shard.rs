//! Which of several stores a key belongs to: a stable hash, so that other languages divide alike.

/// The shard, from 0 to `shards` - 1, that `key` belongs to: the FNV-1a hash of the key's UTF-8 bytes, in 64 bits, modulo the
/// number of shards. (FNV-1a: begin with 14695981039346656037; for each byte, exclusive-or it in, then multiply by
/// 1099511628211 modulo 2⁶⁴.) It does not change with the version of the crate, the machine or the run.
///
/// The key is what keeps together what has to be in one store: the id of the agent who has the DN, or the DN where no agent
/// has it. Without shards (0) everything is in shard 0.
///
/// ```
/// use im_session::store::shard;
///
/// assert_eq!((shard("3002", 16), shard("agent3001", 16), shard("", 16)), (0, 2, 5));
/// ```
#[must_use]
pub fn shard(key: &str, shards: u32) -> u32 {
    let fnv_1a = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325, fnv_1a);
    // Less than the number of shards, which is 32 bits.
    hash.checked_rem(u64::from(shards)).unwrap_or_default() as u32
}
