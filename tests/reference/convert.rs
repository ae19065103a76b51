//! Between the plain forms of the reference and the crate's own: the only place that knows both.

use im_session::{ConnId, Event, Handled, KeyValueList, Notification, Outcome, Session, Sessions, Value};

use super::pairs::{Pair, Pairs};
use super::{Book, PlainEvent, PlainSession, Report};

/// The event as the crate has it.
pub(crate) fn event(plain: &PlainEvent) -> Event<'_> {
    let mut event = Event::new(plain.name.as_str());
    event.this_dn = plain.this_dn.as_deref().map(Into::into);
    event.other_dn = plain.other_dn.as_deref().map(Into::into);
    event.call_uuid = plain.call_uuid.as_deref().map(Into::into);
    event.conn_id = plain.conn_id.map(ConnId);
    event.event_sequence_number = plain.number;
    event.server_start_time = plain.server_start_time;
    event.user_data = plain.user_data.as_ref().map(list);
    event.extensions = plain.extensions.as_ref().map(list);
    event
}

/// The crate's event in the plain form.
pub(crate) fn plain_event(event: &Event<'_>) -> PlainEvent {
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
    PlainEvent {
        name: event.name.as_str().to_owned(),
        this_dn: text(&event.this_dn),
        other_dn: text(&event.other_dn),
        call_uuid: text(&event.call_uuid),
        conn_id: event.conn_id.map(|conn_id| conn_id.0),
        number: event.event_sequence_number,
        server_start_time: event.server_start_time,
        user_data: event.user_data.as_ref().map(pairs),
        extensions: event.extensions.as_ref().map(pairs),
    }
}

/// Pairs as the crate has them.
pub(crate) fn list(pairs: &Pairs) -> KeyValueList<'_> {
    let value = |value: &'_ Pair| match value {
        Pair::Text(text) => Value::String(text.clone().into()),
        Pair::Integer(number) => Value::Integer(*number),
        Pair::Binary(text) => Value::Binary(text.clone().into()),
        Pair::List(pairs) => Value::List(list(pairs).into_owned()),
    };
    pairs.iter().map(|(key, pair)| (key.as_str(), value(pair))).collect()
}

/// The crate's list in the plain form.
pub(crate) fn pairs(list: &KeyValueList<'_>) -> Pairs {
    let pair = |value: &Value<'_>| match value {
        Value::String(text) => Pair::Text(text.to_string()),
        Value::Integer(number) => Pair::Integer(*number),
        Value::Binary(text) => Pair::Binary(text.to_string()),
        Value::List(list) => Pair::List(pairs(list)),
    };
    list.pairs().iter().map(|of_list| (of_list.key.to_string(), pair(&of_list.value))).collect()
}

/// All that can be seen of a session, in the plain form.
pub(crate) fn plain_session(session: &Session) -> PlainSession {
    PlainSession {
        state: session.state().name().to_owned(),
        participants: session.participants().map(str::to_owned).collect(),
        user_data: pairs(session.user_data()),
        conn_id: session.conn_id().map(|conn_id| conn_id.0),
        last: session.last_event().map(|last| (last.event_sequence_number, last.server_start_time)),
    }
}

/// All that can be seen of the sessions, in the plain form and with the default limits.
pub(crate) fn book(sessions: &Sessions) -> Book {
    let key = |session: &Session| (session.this_dn().to_owned(), session.id().to_owned());
    Book {
        sessions: sessions.iter().map(|session| (key(session), plain_session(session))).collect(),
        ..Book::default()
    }
}

/// What the crate says came of an event, in the plain form.
pub(crate) fn report(handled: &Handled<'_, '_>) -> Report {
    let notification = |(dn, notification): (&str, Notification<'_>)| {
        let kind = match notification {
            Notification::SessionChanged { notification_type, .. } => notification_type.name().to_owned(),
            Notification::NewMessage { message, .. } => format!("NewMessage:{message}"),
        };
        (dn.to_owned(), kind)
    };
    let reason = match handled.outcome() {
        Outcome::Rejected(rejection) => Some(rejection.reason.name()),
        Outcome::Changed(_) | Outcome::Unchanged | Outcome::Message(_) | Outcome::Ignored => None,
    };
    Report {
        outcome: handled.outcome().name(),
        reason,
        from: handled.from().map(|state| state.name().to_owned()),
        to: handled.to().map(|state| state.name().to_owned()),
        notifications: handled.notifications().map(notification).collect(),
    }
}
