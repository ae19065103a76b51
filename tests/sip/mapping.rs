//! Does the observer map messages as `docs/sip.md` says, clause by clause?

use crate::support::{End, both, established, request, response, seconds};
use im_session::State;
use im_session::sip::{CallIdentity, Direction, Observer, SipError};

const NOTHING: [&str; 0] = [];

#[test]
fn invite_sent_is_dialing_and_invite_received_is_nothing_yet() {
    assert_eq!(End::caller().alice(request("INVITE", 1)), ["Dialing"]);
    assert_eq!(End::callee().alice(request("INVITE", 1)), NOTHING);
}

#[test]
fn every_18x_of_the_callee_is_ringing_and_only_the_first_one_and_nothing_at_the_caller() {
    for status in [180, 181, 182, 183, 189] {
        let mut callee = End::callee();
        callee.alice(request("INVITE", 1));
        assert_eq!(callee.bob(response(100, 1, "INVITE", "")), NOTHING);
        assert_eq!(callee.bob(response(status, 1, "INVITE", "b1")), ["Ringing"], "{status}");
        assert_eq!(callee.bob(response(180, 1, "INVITE", "b1")), NOTHING);

        let mut caller = End::caller();
        caller.alice(request("INVITE", 1));
        assert_eq!(caller.bob(response(status, 1, "INVITE", "b1")), NOTHING);
    }
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    for status in [100, 101, 170, 190, 199] {
        assert_eq!(callee.bob(response(status, 1, "INVITE", "b1")), NOTHING, "{status} is no 18x");
    }
}

#[test]
fn a_callee_that_answers_without_18x_begins_with_established() {
    for status in [200, 202, 299] {
        let mut callee = End::callee();
        callee.alice(request("INVITE", 1));
        assert_eq!(callee.bob(response(status, 1, "INVITE", "b1")), ["Established"]);
        assert_eq!(callee.bob(response(180, 1, "INVITE", "b1")), NOTHING, "late");
        assert_eq!(callee.session().state(), State::Talking);
    }
}

#[test]
fn a_callee_that_never_rang_and_refuses_has_no_event_at_all() {
    for status in (300..700).step_by(1) {
        let mut callee = End::callee();
        callee.alice(request("INVITE", 1));
        assert_eq!(callee.bob(response(status, 1, "INVITE", "b1")), NOTHING, "{status}");
        assert_eq!(callee.alice(request("ACK", 1).tagged("b1")), NOTHING);
        assert_eq!(callee.wait(100), NOTHING);
        assert_eq!((callee.states(), callee.observer.open_calls()), (vec![], 0));
    }
}

#[test]
fn every_refusal_releases_the_caller_but_challenges_and_redirects_wait() {
    for status in 300..700 {
        let mut caller = End::caller();
        caller.alice(request("INVITE", 1));
        caller.bob(response(180, 1, "INVITE", "b1"));
        let refused = caller.bob(response(status, 1, "INVITE", "b1"));
        assert_eq!(caller.bob(response(status, 1, "INVITE", "b1")), NOTHING, "sent again");
        if matches!(status, 300..=399 | 401 | 407) {
            assert_eq!(refused, NOTHING, "{status}");
            assert_eq!(caller.wait(31), NOTHING);
            assert_eq!(caller.wait(1), ["Released"], "{status}: no new INVITE came");
        } else {
            assert_eq!(refused, ["Released"], "{status}");
        }
        assert_eq!(caller.wait(1000), NOTHING);
    }
}

#[test]
fn every_refusal_releases_the_callee_that_rang_and_487_says_that_the_caller_gave_up() {
    for status in 300..700 {
        let mut callee = End::callee();
        callee.alice(request("INVITE", 1));
        callee.bob(response(180, 1, "INVITE", "b1"));
        let expected = if status == 487 { "Abandoned" } else { "Released" };
        assert_eq!(callee.bob(response(status, 1, "INVITE", "b1")), [expected], "{status}");
        assert_eq!(callee.bob(response(status, 1, "INVITE", "b1")), NOTHING);
    }
}

#[test]
fn cancel_is_no_outcome_and_its_487_is() {
    for (mut end, outcome) in [(End::caller(), "Released"), (End::callee(), "Abandoned")] {
        end.alice(request("INVITE", 1));
        end.bob(response(180, 1, "INVITE", "b1"));
        assert_eq!(end.alice(request("CANCEL", 1)), NOTHING);
        assert_eq!(end.bob(response(200, 1, "CANCEL", "b1")), NOTHING, "a 200 to CANCEL is not one to INVITE");
        assert_eq!(end.bob(response(487, 1, "INVITE", "b1")), [outcome]);
        assert_eq!(end.alice(request("ACK", 1).tagged("b1")), NOTHING);
        assert_eq!(end.session().state(), State::Completed);
    }
}

#[test]
fn any_refusal_after_cancel_is_the_caller_giving_up_unless_it_was_answered_elsewhere() {
    let elsewhere = "Reason: Q.850;cause=16, SIP;cause=200;text=\"Call completed elsewhere\"";
    for (reason, outcome) in [("Reason: SIP;cause=487", "Abandoned"), (elsewhere, "Released")] {
        for status in [480, 486, 487, 603] {
            let mut callee = End::callee();
            callee.alice(request("INVITE", 1));
            callee.bob(response(180, 1, "INVITE", "b1"));
            callee.alice(request("CANCEL", 1).header(reason));
            assert_eq!(callee.bob(response(status, 1, "INVITE", "b1")), [outcome], "{reason} {status}");
        }
    }
}

#[test]
fn a_cancel_that_gets_no_final_response_ends_the_call_in_time() {
    for (mut end, outcome) in [(End::caller(), "Released"), (End::callee(), "Abandoned")] {
        end.alice(request("INVITE", 1));
        end.bob(response(180, 1, "INVITE", "b1"));
        end.alice(request("CANCEL", 1));
        assert_eq!(end.wait(31), NOTHING);
        assert_eq!(end.alice(request("CANCEL", 1)), NOTHING, "sent again it does not begin anew");
        assert_eq!(end.wait(1), [outcome]);
    }
}

#[test]
fn bye_in_either_direction_releases_both_ends_at_once() {
    for caller_hangs_up in [true, false] {
        for end in both() {
            let mut end = established(end);
            let (bye, ok) = if caller_hangs_up {
                (end.alice(request("BYE", 2).tagged("b1")), end.bob(response(200, 2, "BYE", "b1")))
            } else {
                (end.bob(request("BYE", 7).by_bob("b1")), end.alice(response(200, 7, "BYE", "").by_bob("b1")))
            };
            assert_eq!((bye, ok), (vec!["Released".to_owned()], vec![]));
            assert_eq!(end.session().state(), State::Completed);
        }
    }
}

#[test]
fn endpoints_of_rfc_2543_that_have_no_tags_have_sessions_too() {
    const NO_TAG: &str = "<sip:alice@10.0.0.1>";
    for mut end in both() {
        end.alice(request("INVITE", 1).from(NO_TAG));
        end.bob(response(180, 1, "INVITE", "b1").from(NO_TAG));
        assert_eq!(end.bob(response(200, 1, "INVITE", "b1").from(NO_TAG)), ["Established"]);
        assert_eq!(end.alice(request("MESSAGE", 2).from(NO_TAG).tagged("b1").text("Hi")), ["“Hi”"]);
        assert_eq!(end.alice(request("BYE", 3).from(NO_TAG).tagged("b1")), ["Released"]);
    }
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    assert_eq!(callee.bob(response(180, 1, "INVITE", "")), ["Ringing"]);
    assert_eq!(callee.alice(request("BYE", 2)), ["Abandoned"]);
}

#[test]
fn gone_dialogs_481_and_408_release_both_ends() {
    for status in [481, 408] {
        for method in ["INVITE", "UPDATE", "MESSAGE", "INFO", "OPTIONS", "REFER"] {
            for end in both() {
                let mut end = established(end);
                assert_eq!(end.alice(request(method, 2).tagged("b1")), NOTHING);
                assert_eq!(end.bob(response(status, 2, method, "b1")), ["Released"], "{status} {method}");
                assert_eq!(end.alice(request("BYE", 3).tagged("b1")), NOTHING);
            }
            for end in both() {
                let mut end = established(end);
                end.bob(request(method, 1).by_bob("b1"));
                assert_eq!(end.alice(response(status, 1, method, "").by_bob("b1")), ["Released"], "{status} {method}");
            }
        }
    }
}

#[test]
fn what_is_not_about_the_session_is_not() {
    // Another status code, request method, dialog or call.
    for end in both() {
        let mut end = established(end);
        for (status, method) in [(481, "PRACK"), (481, "CANCEL"), (481, "NOTIFY"), (408, "SUBSCRIBE"), (481, "ACK")] {
            assert_eq!(end.bob(response(status, 2, method, "b1")), NOTHING, "{status} {method}");
        }
        for status in [400, 404, 405, 480, 486, 487, 488, 491, 500, 503, 603] {
            assert_eq!(end.bob(response(status, 2, "INVITE", "b1")), NOTHING, "re-INVITE {status}");
            assert_eq!(end.bob(response(status, 3, "UPDATE", "b1")), NOTHING, "UPDATE {status}");
        }
        assert_eq!(end.bob(response(481, 2, "INFO", "b2")), NOTHING, "another dialog");
        assert_eq!(end.bob(response(481, 2, "INFO", "b1").call_id("other")), NOTHING, "another call");
        assert_eq!(end.alice(request("BYE", 2).tagged("b2")), NOTHING);
        assert_eq!(end.alice(request("BYE", 2).tagged("b1").call_id("other")), NOTHING);
        assert_eq!(end.alice(request("BYE", 2).tagged("b1").from("<sip:alice@10.0.0.1>;tag=a2")), NOTHING);
        assert_eq!(end.session().state(), State::Talking);
    }
}

#[test]
fn a_481_in_an_early_dialog_leaves_the_invite_its_own_end() {
    for mut end in both() {
        end.alice(request("INVITE", 1));
        end.bob(response(183, 1, "INVITE", "b1"));
        end.alice(request("UPDATE", 2).tagged("b1"));
        assert_eq!(end.bob(response(481, 2, "UPDATE", "b1")), NOTHING);
        assert_eq!(end.bob(response(200, 1, "INVITE", "b1")), ["Established"]);
    }
}

#[test]
fn re_invite_update_prack_and_the_rest_of_a_dialog_map_to_nothing() {
    for end in both() {
        let mut end = established(end);
        for (cseq, method) in
            (2..).zip(["INVITE", "UPDATE", "PRACK", "INFO", "OPTIONS", "REFER", "SUBSCRIBE", "NOTIFY", "X"])
        {
            assert_eq!(end.alice(request(method, cseq).tagged("b1")), NOTHING, "{method}");
            assert_eq!(end.bob(response(100, cseq, method, "")), NOTHING);
            assert_eq!(end.bob(response(180, cseq, method, "b1")), NOTHING);
            assert_eq!(end.bob(response(200, cseq, method, "b1")), NOTHING);
            assert_eq!(end.alice(request("ACK", cseq).tagged("b1")), NOTHING);
            assert_eq!(end.bob(request(method, cseq).by_bob("b1")), NOTHING, "{method}");
            assert_eq!(end.alice(response(200, cseq, method, "").by_bob("b1")), NOTHING);
        }
        assert_eq!(end.session().state(), State::Talking);
    }
}

#[test]
fn a_cancelled_re_invite_is_no_end() {
    for end in both() {
        let mut end = established(end);
        end.alice(request("INVITE", 2).tagged("b1"));
        end.alice(request("CANCEL", 2).tagged("b1"));
        assert_eq!(end.bob(response(200, 2, "CANCEL", "b1")), NOTHING);
        assert_eq!(end.bob(response(487, 2, "INVITE", "b1")), NOTHING);
        assert_eq!(end.wait(100), NOTHING);
        assert_eq!(end.session().state(), State::Talking);
    }
}

#[test]
fn a_challenge_or_redirect_that_is_answered_is_one_session() {
    for status in [401, 407, 300, 301, 302, 305, 380] {
        let mut caller = End::caller();
        assert_eq!(caller.alice(request("INVITE", 1)), ["Dialing"]);
        assert_eq!(caller.bob(response(status, 1, "INVITE", "x1")), NOTHING);
        assert_eq!(caller.alice(request("ACK", 1).tagged("x1")), NOTHING);
        assert_eq!(caller.wait(20), NOTHING);
        assert_eq!(caller.alice(request("INVITE", 2)), NOTHING);
        assert_eq!(caller.wait(20), NOTHING, "the wait is over");
        // A second challenge, from the next proxy.
        assert_eq!(caller.bob(response(status, 2, "INVITE", "x2")), NOTHING);
        assert_eq!(caller.alice(request("INVITE", 3)), NOTHING);
        assert_eq!(caller.bob(response(180, 3, "INVITE", "b1")), NOTHING);
        assert_eq!(caller.bob(response(200, 3, "INVITE", "b1")), ["Established"]);
        assert_eq!(caller.alice(request("BYE", 4).tagged("b1")), ["Released"]);
        assert_eq!(caller.states(), [("call-1~4010.0.0.1~~a1", State::Completed)]);

        // The challenging endpoint sees a single session too.
        let mut callee = End::callee();
        callee.alice(request("INVITE", 1));
        assert_eq!(callee.bob(response(status, 1, "INVITE", "x1")), NOTHING);
        assert_eq!(callee.alice(request("INVITE", 2)), NOTHING);
        assert_eq!(callee.bob(response(180, 2, "INVITE", "b1")), ["Ringing"]);
        assert_eq!(callee.bob(response(200, 2, "INVITE", "b1")), ["Established"]);
        assert_eq!(callee.states(), [("call-1~4010.0.0.1~~b1", State::Talking)]);
    }
}

#[test]
fn a_challenged_re_invite_or_bye_is_no_end_and_no_second_end() {
    for end in both() {
        let mut end = established(end);
        end.alice(request("INVITE", 2).tagged("b1"));
        assert_eq!(end.bob(response(407, 2, "INVITE", "b1")), NOTHING);
        assert_eq!(end.wait(100), NOTHING);
        assert_eq!(end.alice(request("BYE", 3).tagged("b1")), ["Released"]);
        assert_eq!(end.bob(response(401, 3, "BYE", "b1")), NOTHING);
        assert_eq!(end.alice(request("BYE", 4).tagged("b1")), NOTHING);
    }
}

#[test]
fn who_gives_up_between_two_attempts_waits_for_no_retry() {
    let mut caller = End::caller();
    caller.alice(request("INVITE", 1));
    caller.bob(response(100, 1, "INVITE", ""));
    caller.alice(request("CANCEL", 1));
    assert_eq!(caller.bob(response(407, 1, "INVITE", "x1")), ["Released"]);
}

#[test]
fn a_call_that_was_refused_and_is_tried_again_begins_anew_under_its_id() {
    let mut caller = End::caller();
    caller.alice(request("INVITE", 1));
    assert_eq!(caller.bob(response(422, 1, "INVITE", "b1")), ["Released"]);
    assert_eq!(caller.alice(request("INVITE", 1)), NOTHING, "the old one, late");
    assert_eq!(caller.alice(request("INVITE", 2)), ["Dialing"]);
    assert_eq!(caller.bob(response(422, 1, "INVITE", "b1")), NOTHING, "the old one's answer, late");
    assert_eq!(caller.bob(response(200, 2, "INVITE", "b1")), ["Established"], "the same tag is a new dialog");
    assert_eq!(caller.states(), [("call-1~4010.0.0.1~~a1", State::Talking)]);

    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    callee.bob(response(180, 1, "INVITE", "b1"));
    assert_eq!(callee.bob(response(302, 1, "INVITE", "b1")), ["Released"], "redirected");
    callee.alice(request("INVITE", 2));
    assert_eq!(callee.bob(response(180, 2, "INVITE", "c1")), ["Ringing"]);
    let (first, second) = ("call-1~4010.0.0.1~~b1", "call-1~4010.0.0.1~~c1");
    assert_eq!(callee.states(), [(first, State::Completed), (second, State::Alerting)]);
}

/// Found by the properties: only Ringing reopens an ended session. Established does not.
#[test]
fn a_callee_that_answers_again_under_the_same_tag_rings_first() {
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    callee.bob(response(180, 1, "INVITE", "b1"));
    assert_eq!(callee.bob(response(486, 1, "INVITE", "b1")), ["Released"]);
    callee.alice(request("INVITE", 2));
    assert_eq!(callee.bob(response(200, 2, "INVITE", "b1")), ["Ringing", "Established"]);
    assert_eq!(callee.session().state(), State::Talking);
}

#[test]
fn an_invite_with_a_lower_number_than_the_last_one_is_late() {
    for (mut end, begins) in [(End::caller(), 1), (End::callee(), 0)] {
        assert_eq!(end.alice(request("INVITE", 5)).len(), begins);
        end.bob(response(180, 5, "INVITE", "b1"));
        assert_eq!(end.bob(response(486, 5, "INVITE", "b1")), ["Released"]);
        assert_eq!(end.alice(request("INVITE", 4)), NOTHING);
        assert_eq!(end.bob(response(200, 4, "INVITE", "b2")), NOTHING);
        assert_eq!(end.observer.open_calls(), 0);
    }
}

#[test]
fn an_invite_that_takes_the_place_of_another_ends_the_call_when_it_is_refused() {
    for mut end in both() {
        end.alice(request("INVITE", 1));
        end.bob(response(180, 1, "INVITE", "b1"));
        assert_eq!(end.alice(request("INVITE", 2)), NOTHING);
        assert_eq!(end.bob(response(486, 2, "INVITE", "b2")), ["Released"], "nobody waits for the first one");
    }
}

/// The next answer shows whether the observer remembers an ended session of a callee. It gives Ringing first if it
/// does, and otherwise looks like the first answer.
#[test]
fn a_call_remembers_the_last_16_of_its_sessions_and_forgets_the_others() {
    let refused = |observer: &mut Observer, number: u32| {
        let tag = format!("b{number}");
        observer.observe(Direction::Received, &request("INVITE", number).bytes(), seconds(0)).expect("readable");
        for status in [180, 486] {
            let answer = response(status, number, "INVITE", &tag).bytes();
            assert_eq!(observer.observe(Direction::Sent, &answer, seconds(0)).expect("readable").len(), 1);
        }
    };
    let answered_again = |observer: &mut Observer, tag: &str| {
        observer.observe(Direction::Received, &request("INVITE", 100).bytes(), seconds(0)).expect("readable");
        let answer = response(200, 100, "INVITE", tag).bytes();
        let events = observer.observe(Direction::Sent, &answer, seconds(0)).expect("readable");
        events.iter().map(|event| event.name.as_str().to_owned()).collect::<Vec<_>>()
    };
    for (sessions, expected) in [(16, &["EventRinging", "EventEstablished"][..]), (17, &["EventEstablished"])] {
        let mut observer = Observer::new();
        for number in 1..=sessions {
            refused(&mut observer, number);
        }
        assert_eq!(answered_again(&mut observer, "b1"), expected, "after {sessions}");
    }
}

#[test]
fn requests_outside_dialogs_are_no_sessions() {
    for mut end in both() {
        for method in
            ["OPTIONS", "REGISTER", "MESSAGE", "SUBSCRIBE", "NOTIFY", "PUBLISH", "INFO", "REFER", "BYE", "ACK"]
        {
            assert_eq!(end.alice(request(method, 1).text("Hi")), NOTHING, "{method}");
            assert_eq!(end.bob(response(200, 1, method, "b1")), NOTHING, "{method}");
            assert_eq!(
                end.alice(request(method, 2).tagged("b1").text("Hi")),
                NOTHING,
                "{method} in a dialog never seen"
            );
        }
        assert_eq!(end.alice(request("INVITE", 3).tagged("b1")), NOTHING, "a re-INVITE in a dialog never seen");
        assert_eq!(end.bob(response(200, 3, "INVITE", "b1")), NOTHING);
        assert_eq!((end.states(), end.observer.held_calls()), (vec![], 0));
    }
}

#[test]
fn dn_other_dn_and_id_follow_the_addresses_or_the_embedder() {
    let mut caller = End::caller();
    caller.alice(
        request("INVITE", 1).from("\"A\" <tel:+19165550104;phone-context=x>;tag=a1").to("<sips:%62ob@x;user=phone>"),
    );
    assert_eq!(caller.session().this_dn(), "+19165550104");
    assert!(caller.session().participants().eq(["bob"]));

    let mut named = End::callee().with(|observer| {
        observer.with_dn("3002").with_session_id(|identity: &CallIdentity<'_>| {
            assert_eq!((identity.local_tag, identity.remote_tag, identity.this_dn), ("b1", "a1", "3002"));
            "007MDF3D0KAHL93L807GK2LAES000001".to_owned()
        })
    });
    named.alice(request("INVITE", 1));
    named.bob(response(180, 1, "INVITE", "b1"));
    assert_eq!((named.session().this_dn(), named.session().id()), ("3002", "007MDF3D0KAHL93L807GK2LAES000001"));
}

#[test]
fn a_callee_that_is_called_again_by_another_address_has_that_one() {
    // The endpoint redirected the call from bob to bob2, and it is bob2 as well.
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    callee.bob(response(302, 1, "INVITE", "b1"));
    callee.alice(request("INVITE", 2).request_uri("sip:bob2@10.0.0.2"));
    assert_eq!(callee.bob(response(180, 2, "INVITE", "c1")), ["Ringing"]);
    assert_eq!(callee.session().this_dn(), "bob2");
    // Forks of one INVITE make no difference.
    let mut forked = End::callee();
    forked.alice(request("INVITE", 1).branch("z9hG4bK-1"));
    forked.alice(request("INVITE", 1).branch("z9hG4bK-2").request_uri("sip:bob2@10.0.0.2"));
    forked.bob(response(180, 1, "INVITE", "b1").branch("z9hG4bK-1"));
    assert_eq!(forked.session().this_dn(), "bob");
}

/// Found by the fuzzer. Ids come from tags that endpoints choose and from functions that embedders write.
#[test]
fn two_open_calls_never_have_one_id() {
    let from_another = |message: crate::support::Message| message.from("<sip:carol@10.0.0.3>;tag=c1");
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    callee.alice(from_another(request("INVITE", 1)));
    assert_eq!(callee.bob(response(180, 1, "INVITE", "b1")), ["Ringing"]);
    let second = from_another(response(180, 1, "INVITE", "b1")).bytes();
    let in_use = SipError::SessionIdInUse { id: "call-1~4010.0.0.1~~b1".into() };
    assert_eq!(callee.observer.observe(Direction::Sent, &second, seconds(0)), Err(in_use));
    assert_eq!(callee.bob(response(486, 1, "INVITE", "b1")), ["Released"], "the first goes on");
    // The id is free now, so the second call becomes the next leg of the session.
    assert_eq!(callee.observe(Direction::Sent, &second), ["Ringing"]);
    assert_eq!(callee.bob(from_another(response(200, 1, "INVITE", "b1"))), ["Established"]);
    assert_eq!(callee.session().state(), State::Talking);

    let mut caller = End::caller().with(|observer| observer.with_session_id(|_| "always".to_owned()));
    assert_eq!(caller.alice(request("INVITE", 1)), ["Dialing"]);
    let second = request("INVITE", 1).call_id("call-2");
    let refused = caller.observer.observe(Direction::Sent, &second.bytes(), seconds(0));
    assert_eq!(refused, Err(SipError::SessionIdInUse { id: "always".into() }));
    assert_eq!(caller.bob(response(486, 1, "INVITE", "b1")), ["Released"]);
    assert_eq!(caller.alice(second), ["Dialing"]);
}

#[test]
fn an_id_that_cannot_be_one_is_an_error_and_opens_nothing() {
    let mut end = End::caller().with(|observer| observer.with_session_id(|_| "no/id".to_owned()));
    let direction = Direction::Sent;
    let error = end.observer.observe(direction, &request("INVITE", 1).bytes(), seconds(0));
    assert!(matches!(error, Err(SipError::BadSessionId(_))), "{error:?}");
    assert_eq!(end.observer.held_calls(), 0);
}
