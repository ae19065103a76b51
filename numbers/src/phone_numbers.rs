//! What is known of a number.

use std::borrow::Cow;
use std::fmt;

use im_session::{AnalysedNumber, NumberAnalysis};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

use crate::cache::Cache;
use crate::plan::{Decided, Geographical, decided};
use crate::{countries, locations};

/// Longer than any number with its punctuation.
const LONGEST: usize = 64;
const CACHED: usize = 4096;

/// Analyses phone numbers as they are dialled in a home region.
///
/// A number is analysed if it is valid: dialled nationally in the home region, or internationally from it. Whatever has letters, or
/// is longer than 64 bytes, is the name of something else.
///
/// What was found is cached: 4096 numbers unless [`with_cache`](PhoneNumbers::with_cache) says otherwise. One can be shared by threads and stores.
pub struct PhoneNumbers {
    home: Region,
    longest_extension: usize,
    cache: Cache,
}

/// The home region is none that has phone numbers.
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
        let home =
            Region::from_code(home_region).ok().filter(|home| countries::country(&home.as_region_str()).is_some());
        let Some(home) = home else {
            let found = home_region.chars().take(20).flat_map(char::escape_debug).collect();
            return Err(UnknownRegion { found });
        };
        Ok(PhoneNumbers { home, longest_extension: 0, cache: Cache::new(CACHED) })
    }

    /// Numbers of up to so many digits, and no "+", are extensions: they stay as they are. None are by default.
    ///
    /// In some regions short numbers are valid: "30021" is one in Berlin. Who has extensions of five digits there says so.
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

    /// Caches what was found for the last numbers, about so many, at most 1 048 576. 0: none.
    ///
    /// An entry takes about 400 bytes.
    #[must_use]
    pub fn with_cache(mut self, numbers: usize) -> Self {
        self.cache = Cache::new(numbers);
        self
    }

    fn can_be_public(&self, number: &str) -> bool {
        let is_punctuation =
            |byte| matches!(byte, b'+' | b' ' | b'-' | b'.' | b'(' | b')' | b'[' | b']' | b'/' | b'~' | b'*');
        number.len() <= LONGEST
            && number.bytes().all(|byte| byte.is_ascii_digit() || is_punctuation(byte))
            && (number.contains('+') || number.bytes().filter(u8::is_ascii_digit).count() > self.longest_extension)
    }

    fn find(&self, number: &str) -> Option<AnalysedNumber> {
        let parsed = PHONE_NUMBER_UTIL.parse(number, Some(self.home)).ok()?;
        let e164_number = PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::E164).into_owned();
        let (region, location) = place(&parsed, e164_number.strip_prefix('+')?)?;
        let formatted = PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::National).into_owned();
        let country = countries::country(&region.as_region_str());
        Some(AnalysedNumber::new(e164_number, formatted, country, location.map(Cow::Owned)))
    }
}

/// The region of a valid number and its place in it, given its digits with the calling code. `None`: it is not valid.
fn place(parsed: &PhoneNumber, digits: &str) -> Option<(Region, Option<String>)> {
    let Decided { region, geographical } = match decided(digits) {
        Some(decided) => decided,
        None => {
            let region = PHONE_NUMBER_UTIL.get_region_for_number(parsed)?;
            Decided { region, geographical: Geographical::Ask }
        }
    };
    let location = match geographical {
        Geographical::Never => None,
        Geographical::Always | Geographical::Ask => locations::find(&digits_of_place(digits, parsed.country_code)),
    };
    // Its type takes as long to find as whether it is valid: it is not asked for without need.
    let is_there =
        geographical == Geographical::Always || location.is_some() && PHONE_NUMBER_UTIL.is_number_geographical(parsed);
    let is_valid =
        geographical == Geographical::Ask && is_there || PHONE_NUMBER_UTIL.is_valid_number_for_region(parsed, region);
    let name = location.filter(|_| is_there).and_then(locations::Location::name);
    is_valid.then_some((region, name))
}

/// The digits by which a place is found: without the "9" that makes a number of Argentina one of a mobile phone.
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
        if !self.can_be_public(number) {
            return None;
        }
        self.cache.get(number, || self.find(number))
    }
}

impl fmt::Debug for PhoneNumbers {
    /// Without the cache: the numbers of callers belong into no log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneNumbers")
            .field("home", &self.home)
            .field("longest_extension", &self.longest_extension)
            .finish_non_exhaustive()
    }
}
