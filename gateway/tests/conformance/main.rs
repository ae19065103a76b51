//! Does a whole gateway pass the crate's conformance kit over HTTP? The test plays random histories and compares every
//! answer with the model's.
//!
//! Events go in by `POST /events`, and operations and reads by sign-in and the REST API. Requests and notifications
//! come directly from the engine. The test skips the steps of the kit that the gateway cannot express: expiry and
//! forgetting at a cutoff (the gateway does both by its own clock), forgetting one session, reconciling, a restart
//! (check/kill covers it), the empty id, and events with hidden lists, which JSON lines cannot express.
//!
//! `HISTORIES=5000 cargo test -p im-session-gateway --test conformance` plays more; `check/conformance` does.

mod over_http;

use im_session::testing::Setup;
use im_session::testing::conformance::{Histories, run};
use over_http::OverHttp;

#[test]
fn the_gateway_does_what_the_model_does() {
    let histories = std::env::var("HISTORIES").map_or(30, |histories| histories.parse().unwrap());
    let setup = Setup::default();
    let mut gateway = OverHttp::new(&setup);
    let report = run(&mut gateway, &setup, Histories::new(1).take(histories));
    println!("{report}");
    println!("{:?}", gateway.counts);
    assert!(report.failure.is_none(), "{report}");
    assert_eq!(report.histories, histories);
    // Only some of the steps are skipped.
    let counts = &gateway.counts;
    assert!(counts.events > 10 * histories && counts.posts > histories && counts.reads > 10 * histories, "{counts:?}");
    assert!(counts.notifications > histories && counts.requests > histories / 10, "{counts:?}");
    assert!(counts.left_out < counts.events, "{counts:?}");
}
