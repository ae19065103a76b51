//! How many cases of a property reach its last assertion.

use crate::testing::prelude::*;

use core::sync::atomic::{AtomicU32, Ordering};

/// Counts how many cases of a property reach its last assertion.
///
/// A case that returns early asserts nothing. A property that counts its cases can fail if too many do.
///
/// ```
/// use im_session::testing::Reached;
///
/// let reached = Reached::new();
/// for number in 0..10 {
///     reached.case();
///     if number % 2 == 1 {
///         continue;
///     }
///     assert_eq!(number / 2 * 2, number);
///     reached.end();
/// }
/// reached.at_least(50).unwrap();
/// let error = reached.at_least(90).unwrap_err();
/// assert_eq!(error, "expected at least 90 % of 10 cases to reach the last assertion, found 5 of them");
/// ```
#[derive(Debug, Default)]
pub struct Reached {
    cases: AtomicU32,
    ends: AtomicU32,
}

impl Reached {
    /// A counter without cases.
    #[must_use]
    pub const fn new() -> Self {
        Reached { cases: AtomicU32::new(0), ends: AtomicU32::new(0) }
    }

    /// Counts a case that begins.
    pub fn case(&self) {
        self.cases.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a case that has reached the last assertion.
    pub fn end(&self) {
        self.ends.fetch_add(1, Ordering::Relaxed);
    }

    /// Checks that at least `percent` % of the cases reached the last assertion.
    ///
    /// # Errors
    ///
    /// A message if fewer did, or if there was no case.
    pub fn at_least(&self, percent: u32) -> Result<(), String> {
        let (cases, reached) = (self.cases.load(Ordering::Relaxed), self.ends.load(Ordering::Relaxed));
        if cases > 0 && u64::from(reached) * 100 >= u64::from(cases) * u64::from(percent) {
            return Ok(());
        }
        let expected = format!("expected at least {percent} % of {cases} cases to reach the last assertion");
        Err(format!("{expected}, found {reached} of them"))
    }
}
