//! Analyses numbers.

use std::borrow::Cow;
use std::fmt;

use im_session::{AnalysedNumber, NumberAnalysis};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

use crate::cache::Cache;
use crate::{countries, locations, plan};

/// Longer than any number with its punctuation, in bytes.
const LONGEST: usize = 64;
const CACHED: usize = 4096;

/// Analyses phone numbers as they are dialled in a home region.
///
/// A number is analysed if it is valid: dialled nationally in the home region, or internationally from it. A text with
/// letters, or longer than 64 bytes, is not a number.
///
/// Results are cached: 4096 numbers unless [`with_cache`](PhoneNumbers::with_cache) is used. A value can be shared by
/// threads and stores.
pub struct PhoneNumbers {
    home: Region,
    longest_extension: usize,
    cache: Cache,
}

/// The home region is not a region with phone numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the code of a region with phone numbers, such as \"US\", found \"{found}\"")]
pub struct UnknownRegion {
    found: String,
}

impl PhoneNumbers {
    /// The home region is an ISO 3166 code of two letters, such as "US".
    ///
    /// # Errors
    ///
    /// [`UnknownRegion`] if libphonenumber knows no numbers of that region.
    pub fn new(home_region: &str) -> Result<Self, UnknownRegion> {
        let home = Region::from_code(home_region).ok().filter(|home| countries::is_country(&home.as_region_str()));
        let Some(home) = home else {
            let found = home_region.chars().take(20).flat_map(char::escape_debug).collect();
            return Err(UnknownRegion { found });
        };
        Ok(PhoneNumbers { home, longest_extension: 0, cache: Cache::new(CACHED) })
    }

    /// Treats numbers of up to this many digits, without "+", as extensions: they are left unchanged. By default there
    /// are none.
    ///
    /// In some regions short numbers are valid: "30021" is one in Berlin. Use this if you have extensions of five
    /// digits there.
    ///
    /// ```
    /// use im_session::NumberAnalysis;
    /// use im_session_numbers::PhoneNumbers;
    ///
    /// assert!(PhoneNumbers::new("DE")?.analyse("30021").is_some());
    /// assert!(PhoneNumbers::new("DE")?.with_extensions_up_to(5).analyse("30021").is_none());
    /// # Ok::<(), im_session_numbers::UnknownRegion>(())
    /// ```
    #[must_use]
    pub fn with_extensions_up_to(mut self, digits: usize) -> Self {
        self.longest_extension = digits;
        self
    }

    /// Caches the results of about this many numbers, at most 1 048 576. 0 disables the cache.
    ///
    /// An entry takes about 300 bytes.
    #[must_use]
    pub fn with_cache(mut self, numbers: usize) -> Self {
        self.cache = Cache::new(numbers);
        self
    }

    fn can_be_public(&self, number: &str) -> bool {
        let (mut digits, mut is_international) = (0, false);
        for byte in number.bytes() {
            match byte {
                b'0'..=b'9' => digits += 1,
                b'+' => is_international = true,
                b' ' | b'-' | b'.' | b'(' | b')' | b'[' | b']' | b'/' | b'*' => {}
                _ => return false,
            }
        }
        is_international || digits > self.longest_extension
    }

    fn find(&self, number: &str) -> Option<AnalysedNumber> {
        let parsed = PHONE_NUMBER_UTIL.parse(number, Some(self.home)).ok()?;
        let e164_number = PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::E164).into_owned();
        let digits = e164_number.strip_prefix('+')?;
        let valid = plan::valid(digits)?;
        let country = countries::country(parsed.country_code, valid.region);
        let location = if valid.is_geographical { location(digits, parsed.country_code) } else { None };
        let formatted = PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::National).into_owned();
        Some(AnalysedNumber::new(e164_number, formatted, country, location))
    }
}

fn location(digits: &str, calling_code: i32) -> Option<Cow<'static, str>> {
    let location = locations::find(&digits_of_place(digits, calling_code))?;
    location.name().map(Cow::Owned)
}

/// The digits that identify a place: without the "9" that marks mobile numbers in Argentina.
fn digits_of_place(digits: &str, calling_code: i32) -> Cow<'_, str> {
    let without_token = || {
        let token = PHONE_NUMBER_UTIL.get_country_mobile_token(calling_code)?;
        let calling_code = calling_code.to_string();
        let national = digits.strip_prefix(&calling_code)?.strip_prefix(token)?;
        Some(calling_code + national)
    };
    without_token().map_or(Cow::Borrowed(digits), Cow::Owned)
}

impl NumberAnalysis for PhoneNumbers {
    fn analyse(&self, number: &str) -> Option<AnalysedNumber> {
        if number.len() > LONGEST || !self.can_be_public(number) {
            return None;
        }
        self.cache.get(number, || self.find(number))
    }
}

impl fmt::Debug for PhoneNumbers {
    /// Without the cache, because callers' numbers must not be logged.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneNumbers")
            .field("home", &self.home)
            .field("longest_extension", &self.longest_extension)
            .finish_non_exhaustive()
    }
}
