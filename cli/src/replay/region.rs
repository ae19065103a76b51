//! Phone numbers as seen from a region, by libphonenumber. With the feature `numbers`.

use std::sync::Arc;

use im_session::{AnalysedNumber, NumberAnalysis};

/// Analyses numbers as seen from the given region.
#[derive(Clone)]
pub(super) struct Region(Arc<dyn NumberAnalysis>);

#[cfg(feature = "numbers")]
pub(super) fn parse(region: &str) -> Result<Region, im_session_numbers::UnknownRegion> {
    im_session_numbers::PhoneNumbers::new(region).map(|numbers| Region(Arc::new(numbers)))
}

#[cfg(not(feature = "numbers"))]
pub(super) fn parse(_: &str) -> Result<Region, &'static str> {
    Err("this program does not know phone numbers; one that does: cargo install im-session-cli --features numbers")
}

impl NumberAnalysis for Region {
    fn analyse(&self, number: &str) -> Option<AnalysedNumber> {
        self.0.analyse(number)
    }
}
