//! Which of the forms a line is of.

use super::lines::last_edge;
use super::{platform_sdk_log, tserver_log};

/// A text form of events. Specification 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// One JSON object an event; only there with the feature `json`.
    ///
    /// The keys, in any case, are the attribute names without the prefix `Attribute`. `Event`: the name, which begins with
    /// `Event`. `ThisDN`, `OtherDN`, `CallUUID`: strings. `ConnID`: a string of hex digits. `EventSequenceNumber`,
    /// `ServerStartTime`: integers from 0. `UserData`, `Extensions`: objects of strings, integers and objects.
    /// `ReferenceID`, `ErrorCode`, `ErrorMessage`: as they come, of another type they are not there. `null` is absent; other
    /// keys are skipped.
    #[cfg(feature = "json")]
    JsonLines,
    /// The log of a T-Server, SIP Server or URS.
    TServerLog,
    /// The log of a program on the Platform SDK for .NET or Java.
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
    /// The form that this line, without its end, decides: it is an event or the header of one, or of a request, or it
    /// begins with `{`. `None` for a line that says nothing.
    ///
    /// ```
    /// use im_session::decode::Form;
    ///
    /// assert_eq!(Form::of_line(b"11:49:08.388 distribute_event: message EventRinging"), Some(Form::TServerLog));
    /// assert_eq!(Form::of_line(b"Via: SIP/2.0/UDP 192.0.2.1:5060"), None);
    /// ```
    #[must_use]
    pub fn of_line(line: &[u8]) -> Option<Form> {
        Self::of_edges(line, last_edge(line))
    }

    /// As [`of_line`](Self::of_line), given how the line begins and how it ends.
    pub(super) fn of_edges(start: &[u8], end: &[u8]) -> Option<Form> {
        #[cfg(feature = "json")]
        if begins_as_json(start) {
            return Some(Form::JsonLines);
        }
        if is_indented(start) {
            None
        } else if tserver_log::header(end).is_some() {
            Some(Form::TServerLog)
        } else if platform_sdk_log::header(end).is_some() {
            Some(Form::PlatformSdkLog)
        } else {
            None
        }
    }
}

/// Begins with `{`; after white space only an event will do, as logs indent other things that begin so.
#[cfg(feature = "json")]
fn begins_as_json(start: &[u8]) -> bool {
    let names_event = || start.windows(7).any(|window| window.eq_ignore_ascii_case(b"\"Event\""));
    start.starts_with(b"{") || (start.trim_ascii_start().starts_with(b"{") && names_event())
}

pub(super) fn is_indented(line: &[u8]) -> bool {
    line.first().is_some_and(|first| matches!(first, b' ' | b'\t'))
}
