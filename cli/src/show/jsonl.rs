//! One JSON object per event, in the form of specification 7.

use std::fmt::Write as _;
use std::io::{self, Write};

use im_session::session::Cause;
use im_session::{Outcome, RejectReason, State};
use serde::Serialize;

use super::plain::is_obeyed;
use super::{Closing, Form, Shown, View, words};

pub(super) struct Objects<W> {
    output: W,
    /// The line under construction; its memory is reused.
    line: Vec<u8>,
}

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
    /// Why the session is over, if this event ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
}

impl<W: Write> Objects<W> {
    pub(super) fn new(output: W) -> Self {
        Objects { output, line: Vec::new() }
    }

    /// Writes the line. Characters that a terminal would interpret are escaped, even where JSON allows them as they
    /// are. They can occur only in strings.
    fn end_line(&mut self) -> io::Result<()> {
        self.line.push(b'\n');
        // Nearly all lines have none of them, as a check of their bytes shows.
        if self.line.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            self.output.write_all(&self.line)?;
        } else {
            self.output.write_all(printable(&String::from_utf8_lossy(&self.line)).as_bytes())?;
        }
        self.line.clear();
        Ok(())
    }

    /// Adds the DN and, with several views, the endpoint to the object that was written last.
    fn add_dn(&mut self, this_dn: &str, endpoint: Option<&str>) -> io::Result<()> {
        self.line.pop();
        self.line.extend_from_slice(b",\"thisDN\":");
        serde_json::to_writer(&mut self.line, this_dn)?;
        if let Some(endpoint) = endpoint {
            self.line.extend_from_slice(b",\"endpoint\":");
            serde_json::to_writer(&mut self.line, endpoint)?;
        }
        self.line.push(b'}');
        Ok(())
    }
}

fn printable(line: &str) -> String {
    let mut printable = String::with_capacity(line.len());
    for character in line.chars() {
        if character == '\n' || !is_obeyed(character) {
            printable.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing into a string does not fail.
                let _ = write!(printable, "\\u{unit:04x}");
            }
        }
    }
    printable
}

impl<W: Write> Form for Objects<W> {
    fn event(&mut self, shown: &Shown<'_>) -> io::Result<()> {
        let Shown { source, event, handled, .. } = *shown;
        let told = matches!(handled.outcome(), Outcome::Changed { .. } | Outcome::Message(_));
        let reason = match handled.outcome() {
            Outcome::Rejected(rejection) => Some(rejection.reason),
            Outcome::Changed { .. } | Outcome::Unchanged | Outcome::Message(_) | Outcome::Ignored => None,
        };
        let object = Object {
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
        };
        serde_json::to_writer(&mut self.line, &object)?;
        if told {
            self.line.pop();
            self.line.extend_from_slice(b",\"notifications\":[");
            for (place, (this_dn, notification)) in handled.notifications().enumerate() {
                if place > 0 {
                    self.line.push(b',');
                }
                notification.write_json(&mut self.line);
                self.add_dn(this_dn, None)?;
            }
            self.line.extend_from_slice(b"]}");
        }
        self.end_line()
    }

    fn finish(&mut self, closing: &Closing<'_>) -> io::Result<()> {
        let im_sessions = closing.sessions().map(|(&View { endpoint, sessions }, session)| {
            (session.this_dn(), session.id(), endpoint, sessions.resource(session))
        });
        let mut im_sessions: Vec<_> = im_sessions.collect();
        // Each view is already in the order of lists; several views together are not.
        im_sessions.sort_by(|one, other| (one.0, one.1, one.2).cmp(&(other.0, other.1, other.2)));
        self.line.extend_from_slice(b"{\"imSessions\":[");
        for (place, (this_dn, _, endpoint, im_session)) in im_sessions.iter().enumerate() {
            if place > 0 {
                self.line.push(b',');
            }
            im_session.write_json(&mut self.line);
            self.add_dn(this_dn, *endpoint)?;
        }
        self.line.extend_from_slice(b"],\"statusCode\":0}");
        self.end_line()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
