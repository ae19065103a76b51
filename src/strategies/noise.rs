//! What stands between the events of a log and is none of them.

use alloc::vec::Vec;

use proptest::prelude::*;
use proptest::sample::select;

use crate::decode::Form;
use crate::testing::Noise;

/// Lines that may stand between the events of this form: errors as often as what no decoder tells of, where there are any.
pub(super) fn noise(form: Form) -> BoxedStrategy<Noise> {
    let (wrong, quiet): (Vec<Noise>, Vec<Noise>) = Noise::of(form).iter().copied().partition(|noise| noise.is_an_error);
    if wrong.is_empty() { select(quiet).boxed() } else { prop_oneof![select(quiet), select(wrong)].boxed() }
}
