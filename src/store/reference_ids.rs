//! The ReferenceIDs that a store may give. Specification 4.

/// A range of ReferenceIDs. Stores that send to the same SIP Server need ranges that do not meet.
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
    /// The ReferenceID given last, or the one before the first.
    given: u32,
}

/// A range that no store can use.
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

    /// All of them, 1 to 2³¹ - 1: for a store that has a SIP Server for itself.
    pub const ALL: ReferenceIds = ReferenceIds { first: 1, last: Self::HIGHEST, given: 0 };

    /// The ReferenceIDs from `first` to `last`, both included.
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

    /// How many there are.
    pub(super) fn len(self) -> usize {
        (self.last - self.first) as usize + 1
    }

    /// The next one that is not in flight. After the last comes the first. (One at least is free.)
    pub(super) fn next(&mut self, in_flight: impl Fn(u64) -> bool) -> u64 {
        loop {
            self.given = if self.given >= self.last { self.first } else { self.given + 1 };
            if !in_flight(self.given.into()) {
                return self.given.into();
            }
        }
    }

    /// Goes on after `given`, the last one that is known to have been given, and leaves a gap after it: more may have been
    /// sent since. One outside the range was given by another store.
    #[cfg(feature = "serde")]
    pub(super) fn go_on_after(&mut self, given: u32, gap: u32) {
        if given + 1 >= self.first && given <= self.last {
            let passed = u64::from(given - (self.first - 1)) + u64::from(gap);
            // Within the range again, where the gap leads over its end.
            let size = self.len() as u64;
            let passed = if passed > size { (passed - 1) % size + 1 } else { passed };
            self.given = self.first - 1 + u32::try_from(passed).unwrap_or_default();
        }
    }

    /// The one given last; the one before the first where none was given yet.
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
