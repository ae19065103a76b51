//! How are messages in the dialog, limits, the caller's time and hostile input handled?

use crate::support::{End, both, established, request, response, seconds};
use im_session::sip::{Direction, Observer, SipError, SipLimits};
use im_session::{BaseUri, Limits, Sessions, State};

const NOTHING: [&str; 0] = [];

#[test]
fn calls_are_limited_and_nothing_is_lost_by_it() {
    let mut limits = SipLimits::DEFAULT;
    (limits.open_calls, limits.ended_calls) = (2, 3);
    let mut end = End::caller().with(|observer| observer.with_limits(limits));
    let invite = |call: u32| request("INVITE", 1).call_id(&format!("call-{call}"));
    assert_eq!((end.alice(invite(1)), end.alice(invite(2))), (vec!["Dialing".into()], vec!["Dialing".into()]));
    let refused = end.observer.observe(Direction::Sent, &invite(3).bytes(), seconds(0));
    assert_eq!(refused, Err(SipError::TooManyCalls { limit: 2 }));
    assert_eq!(end.alice(invite(1)), NOTHING, "what is known goes on");
    assert_eq!(end.bob(response(486, 1, "INVITE", "b1").call_id("call-1")), ["Released"]);
    assert_eq!(end.alice(invite(3)), ["Dialing"], "there is room again");
    for call in 4..100 {
        end.bob(response(486, 1, "INVITE", "b1").call_id(&format!("call-{}", call - 1)));
        assert_eq!(end.alice(invite(call)), ["Dialing"]);
        assert!(end.observer.held_calls() <= 2 + 4, "{}", end.observer.held_calls());
    }
    assert_eq!(end.bob(response(200, 1, "INVITE", "b1").call_id("call-2")), ["Established"]);
}

#[test]
fn ended_calls_are_forgotten_in_time() {
    let mut end = established(End::caller());
    end.alice(request("BYE", 2).tagged("b1"));
    end.wait(32);
    assert_eq!(end.observer.held_calls(), 1);
    end.wait(1);
    assert_eq!(end.observer.held_calls(), 0);
    assert_eq!(end.alice(request("INVITE", 3)), ["Dialing"], "and the session begins anew");
}

#[test]
fn calls_that_hear_nothing_expire_by_the_callers_time() {
    for end in both() {
        let mut end = established(end);
        end.wait(50);
        end.alice(request("INFO", 2).tagged("b1"));
        let events = end.observer.expire(seconds(50));
        assert_eq!(end.take(events), NOTHING, "it heard something at 50");
        let events = end.observer.expire(seconds(51));
        assert_eq!(end.take(events), ["Released"]);
        assert_eq!(end.observer.open_calls(), 0);
        assert_eq!(end.alice(request("BYE", 2).tagged("b1")), NOTHING);
    }
    let mut silent = End::callee();
    silent.alice(request("INVITE", 1));
    let events = silent.observer.expire(seconds(1));
    assert_eq!((silent.take(events).len(), silent.observer.open_calls()), (0, 0));
}

#[test]
fn what_fell_due_is_not_lost_when_the_message_is_refused() {
    let mut limits = SipLimits::DEFAULT;
    limits.open_calls = 0;
    let mut end = End::caller();
    end.alice(request("INVITE", 1));
    end.bob(response(302, 1, "INVITE", "b1"));
    end = end.with(|observer| observer.with_limits(limits));
    let refused = end.observer.observe(Direction::Sent, &request("INVITE", 1).call_id("x").bytes(), seconds(40));
    assert_eq!(refused, Err(SipError::TooManyCalls { limit: 0 }));
    let events = end.observer.advance(seconds(40));
    assert_eq!(end.take(events), ["Released"]);
}

#[test]
fn time_that_runs_backward_stands_still() {
    let mut end = End::caller();
    end.now = seconds(100);
    end.alice(request("INVITE", 1));
    end.now = seconds(0);
    end.bob(response(407, 1, "INVITE", "x1"));
    assert_eq!(end.observer.next_due(), Some(seconds(132)));
}

#[test]
fn the_end_of_the_traffic_ends_what_waited_for_more() {
    let mut end = End::caller();
    end.alice(request("INVITE", 1));
    end.bob(response(407, 1, "INVITE", "x1"));
    let events = end.observer.finish();
    assert_eq!(end.take(events), ["Released"]);
    let mut open = established(End::caller());
    let events = open.observer.finish();
    assert_eq!((open.take(events).len(), open.session().state()), (0, State::Talking));
}

#[test]
fn names_that_are_too_long_are_refused() {
    let long = "x".repeat(513);
    let mut observer = Observer::new();
    for message in [
        request("INVITE", 1).call_id(&long),
        request("INVITE", 1).tagged(&long),
        request("INVITE", 1).from(&format!("<sip:a@b>;tag={long}")),
        request("INVITE", 1).branch(&long),
    ] {
        let error = observer.observe(Direction::Sent, &message.bytes(), seconds(0));
        assert!(matches!(error, Err(SipError::TooLong { limit: 512, .. })), "{error:?}");
    }
    let long = "x".repeat(256);
    for message in [
        request("INVITE", 1).from(&format!("<sip:{long}@b>;tag=a1")),
        request("INVITE", 1).to(&format!("<sip:{long}@b>")),
    ] {
        let error = observer.observe(Direction::Sent, &message.bytes(), seconds(0));
        assert_eq!(error, Err(SipError::TooLong { what: "a DN", limit: 255, found: 256 }));
    }
    let huge = observer.observe(Direction::Sent, &vec![b'x'; 65_536], seconds(0));
    assert_eq!(huge, Err(SipError::TooLong { what: "a message", limit: 65_535, found: 65_536 }));
    assert_eq!(observer.held_calls(), 0);
}

#[test]
fn what_is_as_long_as_the_limit_is_read() {
    let (name, dn) = ("x".repeat(512), "x".repeat(255));
    let longest = || {
        let message = request("INVITE", 1).branch(&name).call_id(&name).to(&format!("<sip:y{}@b>", &dn[1..]));
        message.from(&format!("<sip:{dn}@b>;tag={name}")).request_uri("sip:bob@10.0.0.2")
    };
    let mut limits = SipLimits::DEFAULT;
    limits.message = longest().bytes().len();
    let mut observer = Observer::new().with_limits(limits);
    let events = observer.observe(Direction::Sent, &longest().bytes(), seconds(0)).expect("readable");
    assert_eq!(events.len(), 1);
    // A store with default limits accepts everything that an observer with default limits produces.
    let mut sessions = Sessions::new(BaseUri::new("http://localhost")).with_limits(Limits::DEFAULT);
    assert!(sessions.handle_event(&events[0]).expect("readable").outcome().is_accepted());
    assert_eq!(
        (events[0].this_dn().map(str::len), SipLimits::DEFAULT.dn_length),
        (Some(255), Limits::DEFAULT.dn_length)
    );
    let answer = response(200, 1, "INVITE", "").branch(&name).call_id(&name);
    let answer = answer.from(&format!("<sip:a@b>;tag={name}")).to(&format!("<sip:b@b>;tag={name}"));
    assert_eq!(observer.observe(Direction::Received, &answer.bytes(), seconds(0)).expect("readable").len(), 1);
}

#[test]
fn the_waits_for_a_password_and_for_a_redirect_are_two() {
    let mut limits = SipLimits::DEFAULT;
    (limits.challenge_wait, limits.redirect_wait) = (seconds(300), seconds(10));
    for (status, wait) in [(401, 300), (407, 300), (302, 10), (380, 10)] {
        let mut caller = End::caller().with(|observer| observer.with_limits(limits));
        caller.alice(request("INVITE", 1));
        caller.bob(response(status, 1, "INVITE", "x1"));
        assert_eq!(caller.observer.next_due(), Some(seconds(wait)), "{status}");
        assert_eq!(caller.wait(wait - 1), NOTHING);
        assert_eq!(caller.wait(1), ["Released"], "{status}");
    }
}
