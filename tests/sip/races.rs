//! What happens if calls fork or messages cross? RFC 3261 sections 13 and 15, glare, and every race of RFC 5407, at
//! both ends.

use crate::support::{End, both, established, request, response};
use im_session::State;

const NOTHING: [&str; 0] = [];

#[test]
fn early_dialogs_of_a_fork_are_one_session_until_the_last_of_them_is_refused() {
    let mut caller = End::caller();
    caller.alice(request("INVITE", 1));
    for tag in ["b1", "c1", "d1"] {
        assert_eq!(caller.bob(response(183, 1, "INVITE", tag)), NOTHING);
    }
    assert_eq!(caller.bob(response(200, 1, "INVITE", "c1")), ["Established"]);
    assert_eq!(caller.bob(response(180, 1, "INVITE", "d1")), NOTHING, "late");
    assert_eq!(caller.alice(request("BYE", 2).tagged("c1")), ["Released"], "the early ones lapse");
}

#[test]
fn a_second_2xx_is_no_second_session_and_its_bye_no_end() {
    // Either dialog ends first, or the far end ends it.
    for order in [["c1", "b1"], ["b1", "c1"]] {
        for mut end in both() {
            end.alice(request("INVITE", 1));
            assert_eq!(end.bob(response(200, 1, "INVITE", "b1")), ["Established"]);
            assert_eq!(end.bob(response(200, 1, "INVITE", "c1")), NOTHING);
            assert_eq!(end.alice(request("BYE", 2).tagged(order[0])), NOTHING);
            assert_eq!(end.bob(response(200, 2, "BYE", order[0])), NOTHING);
            assert_eq!(end.bob(response(200, 1, "INVITE", order[0])), NOTHING, "sent again after its BYE");
            assert_eq!(end.session().state(), State::Talking);
            assert_eq!(end.alice(request("MESSAGE", 3).tagged(order[1]).text("Hi")), ["“Hi”"]);
            assert_eq!(end.alice(request("MESSAGE", 4).tagged(order[0]).text("Hi")), NOTHING, "its dialog is over");
            assert_eq!(end.bob(request("BYE", 2).by_bob(order[1])), ["Released"]);
        }
    }
}

#[test]
fn a_second_2xx_after_the_end_is_nothing() {
    let mut caller = established(End::caller());
    assert_eq!(caller.alice(request("BYE", 2).tagged("b1")), ["Released"]);
    assert_eq!(caller.bob(response(200, 1, "INVITE", "c1")), NOTHING);
    assert_eq!(caller.alice(request("BYE", 3).tagged("c1")), NOTHING);
}

#[test]
fn cancel_crosses_200() {
    // RFC 5407 3.1.2: both dialogs are established before the BYE.
    for mut end in both() {
        end.alice(request("INVITE", 1));
        end.bob(response(180, 1, "INVITE", "b1"));
        let (cancel, ok) = (request("CANCEL", 1), response(200, 1, "INVITE", "b1"));
        assert_eq!(end.alice(cancel.clone()), NOTHING);
        assert_eq!(end.bob(ok), ["Established"]);
        assert_eq!(end.bob(response(481, 1, "CANCEL", "b1")), NOTHING);
        assert_eq!(end.alice(cancel), NOTHING);
        assert_eq!(end.wait(100), NOTHING, "the CANCEL is void");
        assert_eq!(end.alice(request("BYE", 2).tagged("b1")), ["Released"]);
        assert_eq!(end.bob(response(200, 2, "BYE", "b1")), NOTHING);
    }
    // The callee answers first.
    let mut callee = established(End::callee());
    assert_eq!(callee.alice(request("CANCEL", 1)), NOTHING);
    assert_eq!(callee.wait(100), NOTHING);
    assert_eq!(callee.session().state(), State::Talking);
}

#[test]
fn cancel_crosses_a_refusal() {
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    callee.bob(response(180, 1, "INVITE", "b1"));
    assert_eq!(callee.bob(response(603, 1, "INVITE", "b1")), ["Released"], "declined before the CANCEL came");
    assert_eq!(callee.alice(request("CANCEL", 1)), NOTHING);
    assert_eq!(callee.wait(100), NOTHING);
}

#[test]
fn cancel_before_any_ringing_is_nothing_at_the_callee() {
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    callee.bob(response(100, 1, "INVITE", ""));
    assert_eq!(callee.alice(request("CANCEL", 1)), NOTHING);
    assert_eq!(callee.bob(response(487, 1, "INVITE", "b1")), NOTHING);
    assert_eq!(callee.states(), []);
}

#[test]
fn early_bye_of_the_caller_is_giving_up() {
    for (mut end, outcome) in [(End::caller(), "Released"), (End::callee(), "Abandoned")] {
        end.alice(request("INVITE", 1));
        end.bob(response(180, 1, "INVITE", "b1"));
        assert_eq!(end.alice(request("BYE", 2).tagged("b1")), [outcome]);
        assert_eq!(end.bob(response(200, 2, "BYE", "b1")), NOTHING);
        assert_eq!(end.bob(response(487, 1, "INVITE", "b1")), NOTHING);
    }
}

#[test]
fn early_bye_for_one_of_two_early_dialogs_is_no_end() {
    for (mut end, outcome) in [(End::caller(), "Released"), (End::callee(), "Abandoned")] {
        end.alice(request("INVITE", 1));
        end.bob(response(180, 1, "INVITE", "b1"));
        end.bob(response(180, 1, "INVITE", "c1"));
        assert_eq!(end.alice(request("BYE", 2).tagged("b1")), NOTHING);
        assert_eq!(end.bob(response(487, 1, "INVITE", "b1")), [outcome], "the transaction is over");
    }
    // After the BYE, any refusal at the callee means that the caller gave up.
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    callee.bob(response(180, 1, "INVITE", "b1"));
    callee.bob(response(180, 1, "INVITE", "c1"));
    callee.alice(request("BYE", 2).tagged("b1"));
    assert_eq!(callee.bob(response(480, 1, "INVITE", "c1")), ["Abandoned"]);
    // The caller gave up only one of the forks, so it may still follow a redirect.
    let mut caller = End::caller();
    caller.alice(request("INVITE", 1));
    caller.bob(response(180, 1, "INVITE", "b1"));
    caller.bob(response(180, 1, "INVITE", "c1"));
    caller.alice(request("BYE", 2).tagged("b1"));
    assert_eq!(caller.bob(response(302, 1, "INVITE", "c1")), NOTHING);
    assert_eq!(caller.alice(request("INVITE", 3)), NOTHING);
    assert_eq!(caller.bob(response(200, 3, "INVITE", "d1")), ["Established"]);
}

#[test]
fn early_bye_that_is_not_the_callers_or_not_in_a_known_dialog_is_not_giving_up() {
    let ringing = || {
        let mut callee = End::callee();
        callee.alice(request("INVITE", 1));
        callee.bob(response(180, 1, "INVITE", "b1"));
        callee
    };
    let mut callee = ringing();
    assert_eq!(callee.bob(request("BYE", 1).by_bob("b1")), ["Released"], "the callee's own");
    let mut callee = ringing();
    callee.bob(response(180, 1, "INVITE", "c1"));
    assert_eq!(callee.bob(request("BYE", 1).by_bob("b1")), NOTHING);
    assert_eq!(callee.bob(response(480, 1, "INVITE", "c1")), ["Released"], "the callee's own, for one of two");
    let mut callee = ringing();
    assert_eq!(callee.alice(request("BYE", 2).tagged("x1")), NOTHING, "a tag that the callee never gave");
    assert_eq!(callee.bob(response(480, 1, "INVITE", "b1")), ["Released"]);
}

#[test]
fn early_bye_before_the_ringing_leaves_the_call_to_its_invite() {
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    assert_eq!(callee.bob(response(199, 1, "INVITE", "b1")), NOTHING);
    assert_eq!(callee.alice(request("BYE", 2).tagged("b1")), NOTHING);
    assert_eq!(callee.bob(response(180, 1, "INVITE", "c1")), ["Ringing"]);
    assert_eq!(callee.bob(response(200, 1, "INVITE", "c1")), ["Established"]);
}

#[test]
fn responses_that_make_no_dialog_do_not_keep_a_call_alive() {
    // RFC 3261 12.1: a 100 never creates a dialog, even with a tag. At the caller, no response without a tag does.
    for (mut end, outcome) in [(End::caller(), "Released"), (End::callee(), "Abandoned")] {
        end.alice(request("INVITE", 1));
        end.bob(response(100, 1, "INVITE", "t1"));
        end.bob(response(180, 1, "INVITE", "b1"));
        assert_eq!(end.alice(request("BYE", 2).tagged("b1")), [outcome]);
    }
    let mut caller = End::caller();
    caller.alice(request("INVITE", 1));
    caller.bob(response(183, 1, "INVITE", ""));
    caller.bob(response(180, 1, "INVITE", "b1"));
    assert_eq!(caller.alice(request("BYE", 2).tagged("b1")), ["Released"]);
}

#[test]
fn dialogs_of_an_attempt_that_is_over_do_not_keep_the_next_one_alive() {
    let mut caller = End::caller();
    caller.alice(request("INVITE", 1));
    caller.bob(response(183, 1, "INVITE", "b1"));
    caller.bob(response(302, 1, "INVITE", "b2"));
    caller.alice(request("INVITE", 2));
    caller.bob(response(183, 2, "INVITE", "c1"));
    assert_eq!(caller.alice(request("BYE", 3).tagged("c1")), ["Released"]);
}

#[test]
fn a_tag_that_comes_again_in_another_attempt_is_another_dialog() {
    for end in both() {
        let mut end = established(end);
        end.alice(request("MESSAGE", 2).tagged("b1").text("Hi"));
        assert_eq!(end.alice(request("BYE", 3).tagged("b1")), ["Released"]);
        end.alice(request("INVITE", 4));
        end.bob(response(180, 4, "INVITE", "b1"));
        assert_eq!(end.bob(response(200, 4, "INVITE", "b1")), ["Established"]);
        assert_eq!(end.alice(request("MESSAGE", 5).tagged("b1").text("Hi again")), ["“Hi again”"]);
        assert_eq!(end.bob(response(481, 5, "MESSAGE", "b1")), ["Released"]);
    }
}

#[test]
fn an_early_dialog_that_is_gone_can_still_be_answered() {
    for end in both() {
        let mut end = established(end);
        end.bob(response(183, 1, "INVITE", "c1"));
        end.alice(request("UPDATE", 2).tagged("c1"));
        assert_eq!(end.bob(response(481, 2, "UPDATE", "c1")), NOTHING);
        assert_eq!(end.bob(response(200, 1, "INVITE", "c1")), NOTHING);
        assert_eq!(end.alice(request("BYE", 3).tagged("b1")), NOTHING, "the other one is there");
        assert_eq!(end.bob(request("BYE", 1).by_bob("c1")), ["Released"]);
    }
}

#[test]
fn of_very_many_forks_those_that_answer_are_followed() {
    let mut caller = End::caller();
    caller.alice(request("INVITE", 1));
    for fork in 0..100 {
        assert_eq!(caller.bob(response(183, 1, "INVITE", &format!("b{fork}"))), NOTHING);
    }
    assert_eq!(caller.bob(response(200, 1, "INVITE", "first")), ["Established"]);
    assert_eq!(caller.bob(response(200, 1, "INVITE", "last")), NOTHING);
    assert_eq!(caller.alice(request("MESSAGE", 2).tagged("first").text("Hi")), ["“Hi”"]);
    assert_eq!(caller.alice(request("MESSAGE", 3).tagged("last").text("Ho")), ["“Ho”"]);
    assert_eq!(caller.alice(request("BYE", 4).tagged("first")), NOTHING);
    assert_eq!(caller.alice(request("BYE", 5).tagged("last")), ["Released"]);
}

#[test]
fn early_bye_crosses_200() {
    for (mut end, outcome) in [(End::caller(), "Released"), (End::callee(), "Abandoned")] {
        end.alice(request("INVITE", 1));
        end.bob(response(180, 1, "INVITE", "b1"));
        assert_eq!(end.alice(request("BYE", 2).tagged("b1")), [outcome]);
        assert_eq!(end.bob(response(200, 1, "INVITE", "b1")), NOTHING, "RFC 5407 3.1.3: it does not come back");
    }
    let mut callee = established(End::callee());
    assert_eq!(callee.alice(request("BYE", 2).tagged("b1")), ["Released"], "it had answered: not abandoned");
}

#[test]
fn bye_before_ack_and_a_late_ack() {
    for mut end in both() {
        end.alice(request("INVITE", 1));
        end.bob(response(200, 1, "INVITE", "b1"));
        assert_eq!(end.alice(request("BYE", 2).tagged("b1")), ["Released"]);
        assert_eq!(end.alice(request("ACK", 1).tagged("b1")), NOTHING);
        assert_eq!(end.bob(response(481, 1, "ACK", "b1")), NOTHING);
    }
}

#[test]
fn bye_overtakes_the_200() {
    let mut caller = End::caller();
    caller.alice(request("INVITE", 1));
    caller.bob(response(180, 1, "INVITE", "b1"));
    assert_eq!(caller.bob(request("BYE", 1).by_bob("b1")), ["Released"]);
    assert_eq!(caller.bob(response(200, 1, "INVITE", "b1")), NOTHING);

    let mut nothing_known = End::caller();
    nothing_known.alice(request("INVITE", 1));
    assert_eq!(nothing_known.bob(request("BYE", 1).by_bob("b1")), ["Released"]);
    assert_eq!(nothing_known.bob(response(200, 1, "INVITE", "b1")), NOTHING);
}

#[test]
fn bye_glare() {
    // RFC 5407 3.2.1: both hang up at once, so each end sends a BYE and receives one.
    for end in both() {
        let mut end = established(end);
        assert_eq!(end.alice(request("BYE", 2).tagged("b1")), ["Released"]);
        assert_eq!(end.bob(request("BYE", 1).by_bob("b1")), NOTHING);
        assert_eq!(end.alice(response(481, 1, "BYE", "").by_bob("b1")), NOTHING);
        assert_eq!(end.bob(response(200, 2, "BYE", "b1")), NOTHING);
        assert_eq!(end.session().state(), State::Completed);
    }
}

#[test]
fn re_invite_glare() {
    // RFC 5407 3.3: both send a re-INVITE, both get 491, and one tries again.
    for end in both() {
        let mut end = established(end);
        assert_eq!(end.alice(request("INVITE", 2).tagged("b1")), NOTHING);
        assert_eq!(end.bob(request("INVITE", 1).by_bob("b1")), NOTHING);
        assert_eq!(end.bob(response(491, 2, "INVITE", "b1")), NOTHING);
        assert_eq!(end.alice(response(491, 1, "INVITE", "").by_bob("b1")), NOTHING);
        assert_eq!(end.alice(request("ACK", 2).tagged("b1")), NOTHING);
        assert_eq!(end.wait(3), NOTHING);
        assert_eq!(end.alice(request("INVITE", 3).tagged("b1")), NOTHING);
        assert_eq!(end.bob(response(200, 3, "INVITE", "b1")), NOTHING);
        assert_eq!(end.session().state(), State::Talking);
    }
}

#[test]
fn re_invite_of_the_callee_with_the_callers_own_number_and_branch() {
    // Bob counts his CSeq numbers separately, so his 1 is not Alice's initial INVITE.
    for end in both() {
        let mut end = established(end);
        assert_eq!(end.bob(request("INVITE", 1).by_bob("b1")), NOTHING);
        assert_eq!(end.alice(response(486, 1, "INVITE", "").by_bob("b1")), NOTHING);
        assert_eq!(end.session().state(), State::Talking);
    }
}

#[test]
fn re_invite_crosses_bye() {
    // RFC 5407 3.2.2: the re-INVITE after the BYE gets 481.
    for end in both() {
        let mut end = established(end);
        assert_eq!(end.alice(request("INVITE", 2).tagged("b1")), NOTHING);
        assert_eq!(end.bob(request("BYE", 1).by_bob("b1")), ["Released"]);
        assert_eq!(end.bob(response(481, 2, "INVITE", "b1")), NOTHING);
        assert_eq!(end.alice(response(200, 1, "BYE", "").by_bob("b1")), NOTHING);
    }
}

#[test]
fn re_invite_before_the_first_ack() {
    // RFC 5407 3.1.5.
    for mut end in both() {
        end.alice(request("INVITE", 1));
        end.bob(response(200, 1, "INVITE", "b1"));
        assert_eq!(end.bob(request("INVITE", 1).by_bob("b1")), NOTHING);
        assert_eq!(end.alice(response(491, 1, "INVITE", "").by_bob("b1")), NOTHING);
        assert_eq!(end.bob(response(200, 1, "INVITE", "b1")), NOTHING, "the 200 again, for the lost ACK");
        assert_eq!(end.alice(request("ACK", 1).tagged("b1")), NOTHING);
    }
}

#[test]
fn a_merged_request_refused_with_482_does_not_end_the_call() {
    // A fork delivers the INVITE to the same endpoint twice (RFC 3261 8.2.2.2).
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1).branch("z9hG4bK-path-1"));
    assert_eq!(callee.bob(response(180, 1, "INVITE", "b1").branch("z9hG4bK-path-1")), ["Ringing"]);
    assert_eq!(callee.alice(request("INVITE", 1).branch("z9hG4bK-path-2")), NOTHING);
    assert_eq!(callee.bob(response(482, 1, "INVITE", "b2").branch("z9hG4bK-path-2")), NOTHING);
    assert_eq!(callee.bob(response(200, 1, "INVITE", "b1").branch("z9hG4bK-path-1")), ["Established"]);
}

#[test]
fn an_endpoint_that_forks_is_released_by_its_last_branch() {
    let mut caller = End::caller();
    assert_eq!(caller.alice(request("INVITE", 1).branch("z9hG4bK-1")), ["Dialing"]);
    assert_eq!(caller.alice(request("INVITE", 1).branch("z9hG4bK-2")), NOTHING);
    caller.bob(response(180, 1, "INVITE", "b1").branch("z9hG4bK-1"));
    caller.bob(response(180, 1, "INVITE", "c1").branch("z9hG4bK-2"));
    assert_eq!(caller.bob(response(486, 1, "INVITE", "b1").branch("z9hG4bK-1")), NOTHING);
    assert_eq!(caller.bob(response(603, 1, "INVITE", "c1").branch("z9hG4bK-2")), ["Released"]);
}

#[test]
fn an_invite_sent_again_another_way_is_released_by_the_one_that_was_answered() {
    // RFC 3263 4.3: the first server does not respond, so the caller asks the next one.
    let mut caller = End::caller();
    caller.alice(request("INVITE", 1).branch("z9hG4bK-1"));
    caller.alice(request("INVITE", 1).branch("z9hG4bK-2"));
    assert_eq!(caller.bob(response(486, 1, "INVITE", "b1").branch("z9hG4bK-2")), ["Released"]);
}

#[test]
fn branches_of_rfc_2543_are_told_apart_by_their_numbers() {
    for mut end in both() {
        end.alice(request("INVITE", 1).branch(""));
        end.bob(response(180, 1, "INVITE", "b1").branch(""));
        assert_eq!(end.alice(request("INVITE", 1).branch("")), NOTHING);
        assert_eq!(end.bob(response(200, 1, "INVITE", "b1").branch("")), ["Established"]);
        assert_eq!(end.alice(request("INVITE", 2).tagged("b1").branch("")), NOTHING);
        assert_eq!(end.bob(response(486, 2, "INVITE", "b1").branch("")), NOTHING);
    }
}

#[test]
fn a_transfer_is_a_new_call_and_the_bye_of_the_old_one() {
    for end in both() {
        let mut end = established(end);
        assert_eq!(end.bob(request("REFER", 1).by_bob("b1").header("Refer-To: <sip:carol@x>")), NOTHING);
        assert_eq!(end.alice(response(202, 1, "REFER", "").by_bob("b1")), NOTHING);
        assert_eq!(end.alice(request("NOTIFY", 2).tagged("b1").body("message/sipfrag", "SIP/2.0 200 OK")), NOTHING);
        assert_eq!(end.bob(response(481, 2, "NOTIFY", "b1")), NOTHING, "that ends the subscription");
        assert_eq!(end.bob(request("BYE", 2).by_bob("b1")), ["Released"]);
    }
}

#[test]
fn an_invite_that_overtakes_the_challenge_leaves_the_answer_to_the_first_one_an_answer() {
    // The endpoint sent a second INVITE without waiting for the end of its first one, and the first one is answered.
    for mut end in both() {
        end.alice(request("INVITE", 1));
        end.bob(response(180, 1, "INVITE", "b1"));
        assert_eq!(end.alice(request("INVITE", 2)), NOTHING);
        assert_eq!(end.bob(response(200, 1, "INVITE", "b1")), ["Established"]);
        assert_eq!(end.bob(response(500, 2, "INVITE", "b2")), NOTHING);
        assert_eq!(end.alice(request("BYE", 3).tagged("b1")), ["Released"]);
    }
}

/// RFC 3261 section 15.1.2: an endpoint that accepts the BYE ends its INVITE, whichever of its early dialogs the BYE
/// names.
#[test]
fn an_early_bye_that_the_callee_accepts_ends_its_call_by_the_final_response_or_in_time() {
    let with_two_tags = |seen: bool| {
        let mut callee = End::callee();
        callee.alice(request("INVITE", 1));
        assert_eq!(callee.bob(response(180, 1, "INVITE", "b1")), ["Ringing"]);
        if seen {
            assert_eq!(callee.bob(response(183, 1, "INVITE", "c1")), NOTHING);
        }
        assert_eq!(callee.alice(request("BYE", 2).tagged("c1")), NOTHING);
        assert_eq!(callee.bob(response(200, 2, "BYE", "c1")), NOTHING);
        callee
    };
    for seen in [true, false] {
        for status in [487, 480] {
            let mut callee = with_two_tags(seen);
            assert_eq!(callee.bob(response(status, 1, "INVITE", "b1")), ["Abandoned"], "{status}");
        }
        let mut callee = with_two_tags(seen);
        assert_eq!(callee.wait(31), NOTHING);
        assert_eq!(callee.wait(1), ["Abandoned"], "no final response came");
        let mut callee = with_two_tags(seen);
        let events = callee.observer.finish();
        assert_eq!(callee.take(events), ["Abandoned"], "the traffic ended");
        // The other dialog goes on ringing or is answered.
        let mut callee = with_two_tags(seen);
        assert_eq!(callee.bob(response(180, 1, "INVITE", "b1")), NOTHING);
        assert_eq!(callee.wait(100), NOTHING);
        assert_eq!(callee.bob(response(200, 1, "INVITE", "b1")), ["Established"]);
        let mut callee = with_two_tags(seen);
        assert_eq!(callee.bob(response(183, 1, "INVITE", "c1")), NOTHING, "sent again");
        assert_eq!(callee.wait(32), ["Abandoned"]);
    }
}

#[test]
fn an_early_bye_that_is_refused_or_another_ends_200_changes_nothing() {
    let ringing = || {
        let mut callee = End::callee();
        callee.alice(request("INVITE", 1));
        callee.bob(response(180, 1, "INVITE", "b1"));
        callee
    };
    let mut callee = ringing();
    callee.alice(request("BYE", 2).tagged("x1"));
    assert_eq!(callee.bob(response(481, 2, "BYE", "x1")), NOTHING);
    assert_eq!(callee.bob(response(200, 2, "PRACK", "b1")), NOTHING);
    assert_eq!(callee.wait(100), NOTHING);
    assert_eq!(callee.bob(response(480, 1, "INVITE", "b1")), ["Released"]);
    // The callee's own BYE, which the caller accepts.
    let mut callee = ringing();
    callee.bob(response(183, 1, "INVITE", "c1"));
    callee.bob(request("BYE", 1).by_bob("c1"));
    callee.alice(response(200, 1, "BYE", "").by_bob("c1"));
    assert_eq!(callee.wait(100), NOTHING);
    // At the caller, the dialog is one fork of several.
    let mut caller = End::caller();
    caller.alice(request("INVITE", 1));
    caller.bob(response(180, 1, "INVITE", "b1"));
    caller.bob(response(180, 1, "INVITE", "c1"));
    caller.alice(request("BYE", 2).tagged("c1"));
    caller.bob(response(200, 2, "BYE", "c1"));
    assert_eq!(caller.wait(100), NOTHING);
    // In an established call, a BYE for an unknown dialog ends nothing.
    let mut talks = established(End::callee());
    talks.alice(request("BYE", 2).tagged("c1"));
    talks.bob(response(200, 2, "BYE", "c1"));
    assert_eq!((talks.wait(100), talks.session().state()), (vec![], State::Talking));
}
