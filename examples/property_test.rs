//! A property test of a program that uses the crate: a desktop that learns of sessions only from notifications always
//! shows the same as the list of the API.
//!
//! ```text
//! cargo run --example property_test
//! ```
//!
//! In your own project this would be a `#[test]`. The feature `proptest` provides the strategies.

use std::collections::BTreeMap;

use im_session::strategies::any_event;
use im_session::{BaseUri, Event, Notification, Sessions, State};
use proptest::collection::vec;
use proptest::prelude::*;

/// The contents of a desktop: the state of each session, by DN and path.
#[derive(Debug, Default, PartialEq)]
struct Desktop {
    states: BTreeMap<(String, String), State>,
}

impl Desktop {
    fn notify(&mut self, dn: &str, notification: &Notification<'_>) {
        match notification {
            Notification::SessionChanged { im_session, .. } => {
                self.states.insert((dn.to_owned(), im_session.path().into_owned()), im_session.state());
            }
            Notification::NewMessage { .. } => {}
        }
    }

    /// The contents of a desktop that reads the list.
    fn of_list(sessions: &Sessions) -> Self {
        let entry = |session| {
            let im_session = sessions.resource(session);
            ((session.this_dn().to_owned(), im_session.path().into_owned()), im_session.state())
        };
        Desktop { states: sessions.iter().map(entry).collect() }
    }
}

proptest! {
    // A test stores failing cases in a file, but an example has no place for one.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    fn a_desktop_shows_what_the_list_shows(events in vec(any_event(), 1..=24)) {
        let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
        let mut desktop = Desktop::default();
        for event in &events {
            feed(&mut sessions, event, &mut desktop);
            prop_assert_eq!(&desktop, &Desktop::of_list(&sessions), "after {}", event);
        }
    }
}

fn feed(sessions: &mut Sessions, event: &Event<'_>, desktop: &mut Desktop) {
    // An unreadable event changes nothing.
    let Ok(handled) = sessions.handle_event(event) else { return };
    for (dn, notification) in handled.notifications() {
        desktop.notify(dn, &notification);
    }
}

fn main() {
    a_desktop_shows_what_the_list_shows();
    println!("a desktop that is notified always shows what the list shows");
}
