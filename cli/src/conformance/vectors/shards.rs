//! Which of several stores a key belongs to.

use im_session::store::shard;
use serde_json::{Value, json};

/// The number of stores.
const SHARDS: [u32; 6] = [1, 2, 3, 16, 1_000, u32::MAX];

/// A DN, an agent, an id, keys with characters of several bytes, and the empty key.
const KEYS: [&str; 8] =
    ["", "0", "3002", "agent3001", "+14155550100", "007MDF3D0KAHL93L807GK2LAES000001", "größe", "電話 ☎"];

pub(super) fn all() -> impl Iterator<Item = Value> {
    KEYS.into_iter().flat_map(|key| {
        SHARDS.map(|shards| {
            let name = format!("{key:?} of {shards}");
            json!({"name": name, "key": key, "shards": shards, "shard": shard(key, shards)})
        })
    })
}
