//! A participant in the format of the "call" resource.

use alloc::borrow::Cow;
use alloc::string::String;

use super::AnalysedNumber;
#[cfg(feature = "serde")]
use super::json_fields::null_is_default;

/// One of the other parties of a session. [Specification 1][1], *Call Resource*.
///
/// A field that is missing or `null` reads as empty or absent.
///
/// [1]: crate::guide::specification#1-the-resource
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", default))]
#[non_exhaustive]
pub struct Participant<'a> {
    /// The country of a public number.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub country: Option<Country<'a>>,
    /// The number without everything that is not a digit; the whole number if nothing remains.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "null_is_default"))]
    pub digits: Cow<'a, str>,
    /// The number in E.164 form; without number analysis the number as T-Library gave it.
    #[cfg_attr(feature = "serde", serde(rename = "e164Number", deserialize_with = "null_is_default"))]
    pub e164_number: Cow<'a, str>,
    /// The number as a person writes it; without number analysis the number as T-Library gave it.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "null_is_default"))]
    pub formatted_phone_number: Cow<'a, str>,
    /// The location of a public number: "California".
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub location: Option<Cow<'a, str>>,
    /// The number as T-Library gave it.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "null_is_default"))]
    pub phone_number: Cow<'a, str>,
}

/// The country of a public number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", default))]
#[non_exhaustive]
pub struct Country<'a> {
    /// The calling code of the country, such as "1".
    #[cfg_attr(feature = "serde", serde(deserialize_with = "null_is_default"))]
    pub calling_code: Cow<'a, str>,
    /// The code of the country, such as "US".
    #[cfg_attr(feature = "serde", serde(deserialize_with = "null_is_default"))]
    pub code: Cow<'a, str>,
    /// The name of the country.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "null_is_default"))]
    pub name: Cow<'a, str>,
}

impl<'a> Country<'a> {
    /// The country of this name ("United States"), code ("US") and calling code ("1").
    #[must_use]
    pub fn new(
        name: impl Into<Cow<'a, str>>,
        code: impl Into<Cow<'a, str>>,
        calling_code: impl Into<Cow<'a, str>>,
    ) -> Self {
        Country { calling_code: calling_code.into(), code: code.into(), name: name.into() }
    }

    /// The same country without a copy of its text.
    fn borrowed(&self) -> Country<'_> {
        Country::new(&*self.name, &*self.code, &*self.calling_code)
    }
}

/// The number without everything that is not a digit; the whole number if nothing remains.
#[inline]
pub(super) fn digits_of(number: &str) -> Cow<'_, str> {
    let is_digit = |byte: u8| byte.is_ascii_digit();
    if number.bytes().all(is_digit) || !number.bytes().any(is_digit) {
        Cow::Borrowed(number)
    } else {
        Cow::Owned(digits_alone(number))
    }
}

/// A separate cold function, since most numbers are digits only.
#[cold]
fn digits_alone(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

impl<'a> Participant<'a> {
    /// The number of the participant in T-Library: the first of `phoneNumber`, `e164Number` and `digits` that is not
    /// empty.
    #[must_use]
    pub fn t_library_number(&self) -> &str {
        let numbers = [&self.phone_number, &self.e164_number, &self.digits];
        numbers.into_iter().find(|number| !number.is_empty()).map_or("", |number| number)
    }

    /// The participant with this number, without number analysis.
    ///
    /// ```
    /// use im_session::Participant;
    ///
    /// assert_eq!(Participant::from_number("(916) 555-0104").digits, "9165550104");
    /// assert_eq!(Participant::from_number("VQ_Sales").digits, "VQ_Sales");
    /// ```
    #[must_use]
    #[inline]
    pub fn from_number(number: &'a str) -> Self {
        Participant {
            country: None,
            digits: digits_of(number),
            e164_number: Cow::Borrowed(number),
            formatted_phone_number: Cow::Borrowed(number),
            location: None,
            phone_number: Cow::Borrowed(number),
        }
    }

    /// The participant with this number and its analysis. `digits` and `phoneNumber` are taken from the number itself.
    #[must_use]
    pub fn from_analysed(number: &'a str, analysed: &'a AnalysedNumber) -> Self {
        Participant {
            country: analysed.country().map(Country::borrowed),
            e164_number: Cow::Borrowed(analysed.e164_number()),
            formatted_phone_number: Cow::Borrowed(analysed.formatted_phone_number()),
            location: analysed.location().map(Cow::Borrowed),
            ..Participant::from_number(number)
        }
    }

    /// The same participant with its own copy of the text.
    #[must_use]
    pub fn into_owned(self) -> Participant<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        let own_country = |country: Country<'a>| Country {
            calling_code: own(country.calling_code),
            code: own(country.code),
            name: own(country.name),
        };
        Participant {
            country: self.country.map(own_country),
            digits: own(self.digits),
            e164_number: own(self.e164_number),
            formatted_phone_number: own(self.formatted_phone_number),
            location: self.location.map(own),
            phone_number: own(self.phone_number),
        }
    }
}
