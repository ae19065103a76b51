//! Limits that are soon met.

use proptest::option::weighted;
use proptest::prelude::*;

use crate::session::Limits;
use crate::testing::parts::all_limits;

/// The default of each limit, or a small one. Shrinks to the defaults.
pub(super) fn limits() -> impl Strategy<Value = Limits> {
    proptest::array::uniform8(weighted(0.5, 0..128_usize)).prop_map(|small| {
        let mut limits = Limits::DEFAULT;
        for (limit, small) in all_limits(&mut limits).into_iter().zip(small) {
            *limit = small.unwrap_or(*limit);
        }
        limits
    })
}
