//! Which of several stores a key belongs to. The hash is stable, so that programs in other languages compute the same.

/// The shard, from 0 to `shards` - 1, that `key` belongs to: the 64-bit FNV-1a hash of the key's UTF-8 bytes, modulo
/// the number of shards. (FNV-1a: start with 14695981039346656037; for each byte, xor it in, then multiply by
/// 1099511628211 modulo 2⁶⁴.) It is the same for every version of the crate, machine and run.
///
/// The key has to be the same for all that must be in one store: it is the id of the agent who has the DN, or the DN if
/// no agent has it. With 0 shards everything is in shard 0. The [guide](crate::guide::embedding#sharding-by-dn) has the
/// rest: ranges of ReferenceIDs, events without ThisDN, another number of shards.
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
    // The remainder is less than the number of shards, which has 32 bits.
    hash.checked_rem(u64::from(shards)).unwrap_or_default() as u32
}
