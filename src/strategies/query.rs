//! Queries of reads.

use alloc::string::String;

use proptest::collection::vec;
use proptest::prelude::*;

use super::names::few;
use crate::testing::parts::QUERY_PAIRS;

/// What stands behind the `?` of a read: fields, filters, a device, escaped and not, known and unknown. Shrinks to the empty
/// query.
pub fn query() -> impl Strategy<Value = String> {
    let [fields, other_fields, states, filters, devices] = QUERY_PAIRS.map(few);
    let pair = prop_oneof![fields, other_fields, states, filters, devices];
    vec(pair, 0..4).prop_map(|pairs| pairs.join("&"))
}
