//! Which events does a retransmission give? None, whether an endpoint that lost the answer or the network repeats the
//! message.

use crate::support::{End, both, established, request, response};

const NOTHING: [&str; 0] = [];

#[test]
fn retransmissions_map_to_nothing() {
    for mut end in both() {
        let mut count = 0;
        let mut conversation = vec![
            (true, request("INVITE", 1)),
            (false, response(100, 1, "INVITE", "")),
            (false, response(180, 1, "INVITE", "b1")),
            (false, response(200, 1, "INVITE", "b1")),
            (true, request("ACK", 1).tagged("b1")),
            (true, request("MESSAGE", 2).tagged("b1").text("Hi")),
            (false, response(200, 2, "MESSAGE", "b1")),
            (true, request("BYE", 3).tagged("b1")),
            (false, response(200, 3, "BYE", "b1")),
        ];
        for (by_alice, message) in &conversation {
            for _ in 0..3 {
                let events = if *by_alice { end.alice(message.clone()) } else { end.bob(message.clone()) };
                count += events.len();
            }
        }
        assert_eq!(count, 4);
        // The whole conversation once more, forwards and backwards, after the end.
        for _ in 0..2 {
            for (by_alice, message) in &conversation {
                let events = if *by_alice { end.alice(message.clone()) } else { end.bob(message.clone()) };
                assert_eq!(events, NOTHING);
            }
            conversation.reverse();
        }
    }
}

#[test]
fn invite_sent_again_over_loss_is_one_session() {
    for mut end in both() {
        let first = end.alice(request("INVITE", 1));
        for wait in [1, 1, 2, 4, 8] {
            end.wait(wait);
            assert_eq!(end.alice(request("INVITE", 1)), NOTHING);
        }
        assert!(first.len() <= 1);
        end.bob(response(180, 1, "INVITE", "b1"));
        assert_eq!(end.alice(request("INVITE", 1)), NOTHING);
        assert_eq!(end.bob(response(486, 1, "INVITE", "b1")), ["Released"]);
        assert_eq!(end.alice(request("INVITE", 1)), NOTHING, "its ACK was lost");
    }
}

#[test]
fn the_callee_hangs_up_after_the_ack_never_came() {
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1));
    callee.bob(response(200, 1, "INVITE", "b1"));
    for wait in [1, 1, 2, 4, 4, 4, 4, 4, 4, 4] {
        assert_eq!(callee.wait(wait), NOTHING);
        assert_eq!(callee.bob(response(200, 1, "INVITE", "b1")), NOTHING);
    }
    assert_eq!(callee.bob(request("BYE", 1).by_bob("b1")), ["Released"]);
}

#[test]
fn a_200_sent_again_for_the_call_before_does_not_answer_the_next_one() {
    for (end, begins) in [(End::caller(), "Dialing"), (End::callee(), "")] {
        let mut end = established(end);
        end.alice(request("BYE", 2).tagged("b1"));
        let again = end.alice(request("INVITE", 3));
        assert_eq!(again, if begins.is_empty() { vec![] } else { vec![begins] });
        assert_eq!(end.bob(response(200, 1, "INVITE", "b1")), NOTHING, "of the call before");
        assert_eq!(end.bob(response(180, 1, "INVITE", "b1")), NOTHING);
        assert_eq!(end.bob(response(486, 1, "INVITE", "b1")), NOTHING);
        end.bob(response(180, 3, "INVITE", "b2"));
        assert_eq!(end.bob(response(200, 3, "INVITE", "b2")), ["Established"]);
        assert_eq!(end.alice(request("BYE", 4).tagged("b1")), NOTHING, "the dialog before");
        assert_eq!(end.alice(request("BYE", 4).tagged("b2")), ["Released"]);
    }
}
