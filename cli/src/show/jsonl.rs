//! One JSON object an event, in the form of the specification's section 7.

use std::io::{self, Write};

use im_session::{Event, Handled, ImSession, Notification, Outcome, RejectReason, State, StatusCode};
use serde::Serialize;

use super::{Show, Source, View};

pub(super) struct Objects<W>(W);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'a str>,
    line: u64,
    event: &'a str,
    #[serde(rename = "thisDN")]
    this_dn: Option<&'a str>,
    id: Option<&'a str>,
    outcome: &'a str,
    from: Option<State>,
    to: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<RejectReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notifications: Option<Vec<AtDn<'a, Notification<'a>>>>,
}

/// Something and the DN that it belongs to; in the list, with several views, also the endpoint.
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
        serde_json::to_writer(&mut self.0, value)?;
        self.0.write_all(b"\n")
    }
}

impl<W: Write> Show for Objects<W> {
    fn event(
        &mut self,
        source: &Source<'_>,
        line: u64,
        _: &str,
        event: &Event<'_>,
        handled: &Handled<'_, '_>,
    ) -> io::Result<()> {
        let told = matches!(handled.outcome(), Outcome::Changed(_) | Outcome::Message(_));
        let notifications =
            || handled.notifications().map(|(this_dn, what)| AtDn { what, this_dn, endpoint: None }).collect();
        let reason = match handled.outcome() {
            Outcome::Rejected(rejection) => Some(rejection.reason),
            Outcome::Changed(_) | Outcome::Unchanged | Outcome::Message(_) | Outcome::Ignored => None,
        };
        self.line(&Object {
            endpoint: source.endpoint,
            line,
            event: event.name.as_str(),
            this_dn: event.this_dn(),
            id: event.call_uuid(),
            outcome: handled.outcome().name(),
            from: handled.from(),
            to: handled.to(),
            reason,
            notifications: told.then(notifications),
        })
    }

    fn finish(&mut self, views: &[View<'_>]) -> io::Result<()> {
        let im_sessions = views.iter().flat_map(|&View { endpoint, sessions }| {
            let shown = move |session| (sessions.resource(session), session);
            sessions.iter().map(shown).map(move |(what, session)| AtDn { what, this_dn: session.this_dn(), endpoint })
        });
        let mut im_sessions: Vec<_> = im_sessions.collect();
        // Each view is in the order of lists already; several together are not.
        im_sessions.sort_by(|one, other| {
            (one.this_dn, &one.what.id, one.endpoint).cmp(&(other.this_dn, &other.what.id, other.endpoint))
        });
        let list = List { im_sessions, status_code: StatusCode::Ok };
        self.line(&list)?;
        self.0.flush()
    }
}
