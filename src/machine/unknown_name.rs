//! A name that is none of those that could be there.

use core::fmt;

/// A name that a type does not have. Says which it has.
///
/// ```
/// use im_session::State;
///
/// let error = "Ringing".parse::<State>().unwrap_err();
/// assert_eq!(error.to_string(), "expected one of Initiating, Alerting, Talking, Completed");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", Listed(.expected))]
pub struct UnknownName {
    /// The names that there are.
    pub expected: &'static [&'static str],
}

struct Listed<'a>(&'a [&'a str]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, name) in self.0.iter().enumerate() {
            f.write_str(if position > 0 { ", " } else { "" })?;
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// What `strum` calls for a name that `T` does not have.
pub(crate) fn unknown<T: strum::VariantNames>(_: &str) -> UnknownName {
    UnknownName { expected: T::VARIANTS }
}
