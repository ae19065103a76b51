//! The ReferenceIDs that a store may use. Specification 4.

/// A range of ReferenceIDs. Stores that send to the same SIP Server need disjoint ranges.
///
/// ```
/// use im_session::store::ReferenceIds;
///
/// let of_the_second_shard = ReferenceIds::new(1_000_001, 2_000_000).unwrap();
/// assert!(ReferenceIds::new(0, 10).is_err() && ReferenceIds::new(5, 4).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceIds {
    first: u32,
    last: u32,
    /// The ReferenceID that was used last; at first `first - 1`.
    given: u32,
}

/// An invalid range of ReferenceIDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a range of ReferenceIDs within 1 to {}, found {first} to {last}", ReferenceIds::HIGHEST)]
pub struct BadReferenceIds {
    /// The first of the range.
    pub first: u32,
    /// The last of the range.
    pub last: u32,
}

impl ReferenceIds {
    /// The highest ReferenceID: 2³¹ - 1.
    pub const HIGHEST: u32 = i32::MAX as u32;

    /// All ReferenceIDs, 1 to 2³¹ - 1: for the only store that sends to a SIP Server.
    pub const ALL: ReferenceIds = ReferenceIds { first: 1, last: Self::HIGHEST, given: 0 };

    /// The ReferenceIDs from `first` to `last`, inclusive.
    ///
    /// # Errors
    ///
    /// [`BadReferenceIds`] unless `1 <= first <= last <= 2³¹ - 1`.
    pub const fn new(first: u32, last: u32) -> Result<Self, BadReferenceIds> {
        if first >= 1 && first <= last && last <= Self::HIGHEST {
            Ok(ReferenceIds { first, last, given: first - 1 })
        } else {
            Err(BadReferenceIds { first, last })
        }
    }

    /// The number of ReferenceIDs in the range.
    pub(super) fn len(self) -> usize {
        (self.last - self.first) as usize + 1
    }

    /// The next ReferenceID that is not in flight. It wraps around after the last one. At least one must be free;
    /// otherwise this never returns.
    pub(super) fn next(&mut self, in_flight: impl Fn(u64) -> bool) -> u64 {
        loop {
            self.given = if self.given >= self.last { self.first } else { self.given + 1 };
            if !in_flight(self.given.into()) {
                return self.given.into();
            }
        }
    }

    /// Continues after `given`, the last one that is known to have been used, plus a gap for requests that were sent
    /// since. A `given` outside the range was used by another store and is ignored.
    #[cfg(feature = "serde")]
    pub(super) fn go_on_after(&mut self, given: u32, gap: u32) {
        if given + 1 >= self.first && given <= self.last {
            let passed = u64::from(given - (self.first - 1)) + u64::from(gap);
            // Wrap around if the gap goes past the end of the range.
            let size = self.len() as u64;
            let passed = if passed > size { (passed - 1) % size + 1 } else { passed };
            self.given = self.first - 1 + u32::try_from(passed).unwrap_or_default();
        }
    }

    /// The ReferenceID that was used last; `first - 1` if none was used yet.
    #[cfg(feature = "serde")]
    pub(super) fn given(self) -> u32 {
        self.given
    }
}

impl Default for ReferenceIds {
    fn default() -> Self {
        Self::ALL
    }
}
