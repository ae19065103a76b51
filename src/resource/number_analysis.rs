//! The trait through which an embedder adds information about phone numbers.

use alloc::borrow::Cow;
#[cfg(not(target_has_atomic = "ptr"))]
pub(crate) use alloc::rc::Rc as Shared;
#[cfg(target_has_atomic = "ptr")]
pub(crate) use alloc::sync::Arc as Shared;

use super::Country;

/// An analysis of public phone numbers. [Specification 1][1], *Call Resource*.
///
/// The library has no numbering plans; the crate `im-session-numbers` implements this trait with those of
/// libphonenumber. Every function with this signature is an implementation as well:
///
/// ```
/// use im_session::NumberAnalysis;
/// use im_session::resource::{AnalysedNumber, Country};
///
/// let analysis = |number: &str| {
///     let subscriber = number.strip_prefix("916555").filter(|rest| rest.len() == 4)?;
///     let country = Country::new("United States", "US", "1");
///     let (e164, formatted) = (format!("+1{number}"), format!("(916) 555-{subscriber}"));
///     Some(AnalysedNumber::new(e164, formatted, Some(country), Some("California".into())))
/// };
/// let analysis: &dyn NumberAnalysis = &analysis;
///
/// let analysed = analysis.analyse("9165550104").expect("a public number");
/// assert_eq!(analysed.formatted_phone_number(), "(916) 555-0104");
/// assert!(analysis.analyse("3002").is_none());
/// ```
///
/// [1]: crate::guide::specification#1-the-resource
pub trait NumberAnalysis: Send + Sync {
    /// Analyses a number as T-Library gave it. `None` means that it is not a public number, and is shown as it is.
    ///
    /// The number comes from outside and may be any text. The same number must always have the same result.
    fn analyse(&self, number: &str) -> Option<AnalysedNumber>;
}

impl<F: Fn(&str) -> Option<AnalysedNumber> + Send + Sync> NumberAnalysis for F {
    fn analyse(&self, number: &str) -> Option<AnalysedNumber> {
        self(number)
    }
}

/// The analysis of a public phone number.
///
/// It has the size of a pointer and is shared: a clone copies no text, so a cache and many sessions can share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnalysedNumber(Shared<Details>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Details {
    e164_number: Cow<'static, str>,
    formatted_phone_number: Cow<'static, str>,
    country: Option<Country<'static>>,
    location: Option<Cow<'static, str>>,
}

impl AnalysedNumber {
    /// The number in E.164 form ("+19165550104") and as a person writes it ("(916) 555-0104"), and its country and
    /// location, as far as known.
    #[must_use]
    pub fn new(
        e164_number: impl Into<Cow<'static, str>>,
        formatted_phone_number: impl Into<Cow<'static, str>>,
        country: Option<Country<'static>>,
        location: Option<Cow<'static, str>>,
    ) -> Self {
        AnalysedNumber(Shared::new(Details {
            e164_number: e164_number.into(),
            formatted_phone_number: formatted_phone_number.into(),
            country,
            location,
        }))
    }

    /// The number in E.164 form.
    #[must_use]
    pub fn e164_number(&self) -> &str {
        &self.0.e164_number
    }

    /// The number as a person writes it.
    #[must_use]
    pub fn formatted_phone_number(&self) -> &str {
        &self.0.formatted_phone_number
    }

    /// The country; a number such as +800 1234 5678 belongs to none.
    #[must_use]
    pub fn country(&self) -> Option<&Country<'static>> {
        self.0.country.as_ref()
    }

    /// The place in the country: "California".
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }
}
