//! The text forms of events.

use super::header::{HeaderKind, LineView, header};

/// A text form of events. [Specification 6][6].
///
/// [6]: crate::guide::specification#6-inputs-that-users-have
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// One JSON object for each event; only with the feature `json`.
    /// [`Event::from_json_line`](crate::Event::from_json_line) describes its keys.
    #[cfg(feature = "json")]
    JsonLines,
    /// The log of a T-Server, SIP Server, URS, ORS or OCS.
    TServerLog,
    /// The log of a program that uses the Platform SDK for .NET or Java.
    PlatformSdkLog,
}

impl core::fmt::Display for Form {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            #[cfg(feature = "json")]
            Form::JsonLines => "JSON lines",
            Form::TServerLog => "T-Server log",
            Form::PlatformSdkLog => "Platform SDK log",
        })
    }
}

impl Form {
    /// The form of this line, which has no line end and no envelope: the header of an event or of a request, or an
    /// event as a JSON object. `None` for any other line.
    ///
    /// ```
    /// use im_session::decode::Form;
    ///
    /// assert_eq!(Form::of_line(b"11:49:08.388 distribute_event: message EventRinging"), Some(Form::TServerLog));
    /// assert_eq!(Form::of_line(b"Via: SIP/2.0/UDP 192.0.2.1:5060"), None);
    /// ```
    #[must_use]
    pub fn of_line(line: &[u8]) -> Option<Form> {
        #[cfg(feature = "json")]
        if super::json_line::object(line).is_some_and(super::json_line::mentions_an_event) {
            return Some(Form::JsonLines);
        }
        Some(match header(LineView::of_line(line))?.kind {
            HeaderKind::TServer => Form::TServerLog,
            HeaderKind::PlatformSdkJava | HeaderKind::PlatformSdkNet { .. } => Form::PlatformSdkLog,
        })
    }
}
