//! One JSON object per event, as in section 7 of the specification.

use std::fmt::Write as _;
use std::io::{self, Write};

use im_session::session::Cause;
use im_session::{ImSession, Notification, Outcome, RejectReason, State, StatusCode};
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::plain::is_obeyed;
use super::{Closing, Form, Shown, View, words};

pub(super) struct Objects<W>(W);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    line: u64,
    time: Option<&'a str>,
    event: &'a str,
    #[serde(rename = "thisDN")]
    this_dn: Option<&'a str>,
    id: Option<&'a str>,
    outcome: &'a str,
    from: Option<State>,
    to: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<RejectReason>,
    /// Why the session ended, if this event ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notifications: Option<Vec<AtDn<'a, Notification<'a>>>>,
}

/// A value with its DN; in the list, if there are several views, also with the endpoint.
#[derive(Serialize)]
struct AtDn<'a, T> {
    #[serde(flatten)]
    what: T,
    #[serde(rename = "thisDN")]
    this_dn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    im_sessions: Vec<AtDn<'a, ImSession<'a>>>,
    status_code: StatusCode,
}

impl<W: Write> Objects<W> {
    pub(super) fn new(output: W) -> Self {
        Objects(output)
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        value.serialize(&mut Serializer::with_formatter(&mut self.0, Printable))?;
        self.0.write_all(b"\n")
    }
}

/// Compact JSON that escapes everything a terminal would interpret, even what JSON allows unescaped.
struct Printable;

impl Formatter for Printable {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all texts are printable ASCII, which a look at the bytes shows.
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((position, character)) = rest.char_indices().find(|&(_, character)| is_obeyed(character)) {
            let (before, from) = rest.split_at(position);
            let mut escaped = String::new();
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
            writer.write_all(before.as_bytes())?;
            writer.write_all(escaped.as_bytes())?;
            rest = from.get(character.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }
}

impl<W: Write> Form for Objects<W> {
    fn event(&mut self, shown: &Shown<'_>) -> io::Result<()> {
        let Shown { source, event, handled, .. } = *shown;
        let told = matches!(handled.outcome(), Outcome::Changed { .. } | Outcome::Message(_));
        let notifications =
            || handled.notifications().map(|(this_dn, what)| AtDn { what, this_dn, endpoint: None }).collect();
        let reason = match handled.outcome() {
            Outcome::Rejected(rejection) => Some(rejection.reason),
            Outcome::Changed { .. } | Outcome::Unchanged | Outcome::Message(_) | Outcome::Ignored => None,
        };
        self.line(&Object {
            endpoint: source.endpoint,
            file: source.file,
            line: source.line,
            time: source.time,
            event: event.name.as_str(),
            this_dn: event.this_dn(),
            id: event.call_uuid(),
            outcome: handled.outcome().name(),
            from: handled.from(),
            to: handled.to(),
            reason,
            cause: words::cause_of_end(handled),
            notifications: told.then(notifications),
        })
    }

    fn finish(&mut self, closing: &Closing<'_>) -> io::Result<()> {
        let im_sessions = closing.sessions().map(|(&View { endpoint, sessions }, session)| AtDn {
            what: sessions.resource(session),
            this_dn: session.this_dn(),
            endpoint,
        });
        let mut im_sessions: Vec<_> = im_sessions.collect();
        // Each view is already in the order of lists; several together are not.
        im_sessions.sort_by(|one, other| {
            (one.this_dn, one.what.id(), one.endpoint).cmp(&(other.this_dn, other.what.id(), other.endpoint))
        });
        self.line(&List { im_sessions, status_code: StatusCode::Ok })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
