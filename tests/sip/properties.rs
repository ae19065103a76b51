//! What holds for any conversation, whether reordered, duplicated, lossy or hostile? The observer never panics, never
//! gives an event that the machine's table rules out for one DN, and never gives an event without effect.

use std::cell::Cell;
use std::time::Duration;

use crate::support::conversation::{Machines, conversation};
use crate::support::mutate::{Mutation, mutated, mutation};
use crate::support::property::property;
use crate::support::{Message, request, response, seconds};
use im_session::sip::{CallIdentity, DialogInfo, Direction, Observer, SipLimits, SipMessage, session_id};
use im_session::{CallEvent, Event};
use proptest::prelude::*;

/// Sensible conversations to be disturbed: who sends (`true` for Alice), and the message.
fn conversations() -> Vec<Vec<(bool, Message)>> {
    let in_dialog = |method, cseq| (true, request(method, cseq).tagged("b1"));
    let answer = |status, cseq, method, tag| (false, response(status, cseq, method, tag));
    vec![
        vec![
            (true, request("INVITE", 1)),
            answer(100, 1, "INVITE", ""),
            answer(180, 1, "INVITE", "b1"),
            answer(200, 1, "INVITE", "b1"),
            in_dialog("ACK", 1),
            (true, request("MESSAGE", 2).tagged("b1").text("Hi")),
            answer(200, 2, "MESSAGE", "b1"),
            (false, request("MESSAGE", 1).by_bob("b1").text("Ho")),
            in_dialog("BYE", 3),
            (false, request("BYE", 2).by_bob("b1")),
            answer(200, 3, "BYE", "b1"),
        ],
        vec![
            (true, request("INVITE", 1)),
            answer(407, 1, "INVITE", "x1"),
            (true, request("INVITE", 2)),
            answer(302, 2, "INVITE", "x2"),
            (true, request("INVITE", 3)),
            answer(183, 3, "INVITE", "b1"),
            answer(180, 3, "INVITE", "c1"),
            answer(200, 3, "INVITE", "c1"),
            answer(200, 3, "INVITE", "b1"),
            in_dialog("BYE", 4),
            (true, request("BYE", 5).tagged("c1")),
        ],
        vec![
            (true, request("INVITE", 1)),
            answer(180, 1, "INVITE", "b1"),
            (true, request("CANCEL", 1)),
            answer(200, 1, "CANCEL", "b1"),
            answer(487, 1, "INVITE", "b1"),
            (true, request("INVITE", 2)),
            answer(180, 2, "INVITE", "b1"),
            answer(486, 2, "INVITE", "b1"),
            (true, request("INVITE", 3)),
            answer(200, 3, "INVITE", "b1"),
            in_dialog("INVITE", 4),
            answer(481, 4, "INVITE", "b1"),
        ],
    ]
}

#[test]
fn any_bytes_are_a_conversation_that_keeps_the_laws() {
    property(2_000, 70, file!(), &prop::collection::vec(any::<u8>(), 0..800), |bytes| Ok(conversation(&bytes) > 0));
}

#[test]
fn shaken_conversations_keep_the_laws() {
    let picks = prop::collection::vec((0_usize..12, 0_u64..40), 8..40);
    property(2_000, 60, file!(), &(0_usize..3, any::<bool>(), picks), |(which, caller, picks)| {
        let messages = &conversations()[which];
        let mut limits = SipLimits::DEFAULT;
        limits.ended_wait = Duration::MAX;
        let mut observer = Observer::new().with_limits(limits);
        let mut machines = Machines::default();
        let mut now = 0;
        for (pick, time) in picks {
            let (by_alice, message) = &messages[pick % messages.len()];
            now += time / 8;
            let direction = if *by_alice == caller { Direction::Sent } else { Direction::Received };
            machines.take(&observer.observe(direction, &message.bytes(), seconds(now)).expect("readable"));
        }
        machines.take(&observer.finish());
        Ok(machines.events > 1)
    });
}

#[test]
fn a_conversation_in_a_slightly_other_order_keeps_the_laws() {
    let strategy = (
        0_usize..3,
        any::<bool>(),
        prop::collection::vec(0_usize..12, 0..4),
        prop::option::of(0_usize..12),
        prop::option::of(0_usize..12),
    );
    property(2_000, 75, file!(), &strategy, |(which, caller, swaps, lost, twice)| {
        let mut messages = conversations()[which].clone();
        for swap in swaps {
            let count = messages.len();
            messages.swap(swap % count, (swap + 1) % count);
        }
        let mut observer = Observer::new();
        let mut machines = Machines::default();
        for (index, (by_alice, message)) in messages.iter().enumerate() {
            let direction = if *by_alice == caller { Direction::Sent } else { Direction::Received };
            let times = if lost == Some(index) { 0 } else { 1 + usize::from(twice == Some(index)) };
            for _ in 0..times {
                machines.take(&observer.observe(direction, &message.bytes(), seconds(0)).expect("readable"));
            }
        }
        Ok(machines.events > 2)
    });
}

/// The message with extra optional headers, so that a mutation does not always hit a header that counts.
fn with_more_headers(message: &Message) -> Message {
    let contact = message.clone().header("Max-Forwards: 70").header("Contact: \"A, B\" <sip:alice@10.0.0.1:5070>");
    contact.header("User-Agent: x/1.0").header("Allow: INVITE, ACK, BYE").header("X-Folded: a\r\n b")
}

/// Messages of another call, most of them damaged, arrive between the messages of a call. They affect only their own
/// sessions, and the call still gives its five events.
#[test]
fn hostile_bytes_never_panic_and_never_disturb_another_session() {
    let noise = (0_usize..3, 0_usize..12, any::<bool>(), prop::collection::vec(mutation(), 0..3));
    let strategy = prop::collection::vec(noise, 10..40);
    let (read, all) = (Cell::new(0_u32), Cell::new(0_u32));
    property(2_000, 70, file!(), &strategy, |noise| {
        let conversations = conversations();
        let hostile = |(which, pick, sent, mutations): &(usize, usize, bool, Vec<Mutation>)| {
            let (_, message) = &conversations[*which][*pick % conversations[*which].len()];
            let bytes = with_more_headers(message).call_id("hostile@10.0.0.66").bytes();
            let bytes = mutations.iter().fold(bytes, |bytes, mutation| mutated(&bytes, mutation));
            (if *sent { Direction::Sent } else { Direction::Received }, bytes)
        };
        let mut observer = Observer::new();
        let (mut own, mut others) = (Machines::default(), Machines::default());
        let mut noise = noise.iter().map(hostile);
        for (by_alice, message) in &conversations[0] {
            for (direction, bytes) in noise.by_ref().take(4) {
                let message = SipMessage::parse(&bytes);
                all.set(all.get() + 1);
                read.set(read.get() + u32::from(message.is_ok()));
                if message.is_ok_and(|message| message.call_id.starts_with("call-1")) {
                    continue;
                }
                others.take(&observer.observe(direction, &bytes, seconds(0)).unwrap_or_default());
                let _ = DialogInfo::new().observe(&bytes, seconds(0));
            }
            let direction = if *by_alice { Direction::Sent } else { Direction::Received };
            own.take(&observer.observe(direction, &message.bytes(), seconds(0)).expect("readable"));
        }
        prop_assert_eq!(own.events, 5, "Dialing, Established, two messages, Released");
        Ok(others.events > 0)
    });
    let share = read.get() * 100 / all.get();
    println!("{share} % of {} hostile messages are read", all.get());
    assert!((40..=80).contains(&share), "{share} %: neither all wrong nor all right");
}

#[test]
fn default_ids_satisfy_the_rules_are_stable_and_tell_calls_apart() {
    let call_ids = prop::array::uniform2("[!-~]{1,70}|[ab~]{1,4}|\\PC{1,10}");
    let tags = prop::array::uniform2("[!-~]{0,40}|[ab~]{0,4}");
    property(2_000, 100, file!(), &(call_ids, tags), |(call_ids, tags)| {
        let id = |call_id: usize, tag: usize, remote| {
            session_id(&CallIdentity::new(&call_ids[call_id], &tags[tag], remote, "3001"))
        };
        for (call_id, tag) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let made = id(call_id, tag, "");
            let event = Event::new(CallEvent::Ringing).with_this_dn("3001").with_call_uuid(made.clone());
            prop_assert!(event.route().is_ok(), "{made}");
            prop_assert_eq!(&made, &id(call_id, tag, "x1"), "the forks of one INVITE are one session");
        }
        prop_assert_eq!(id(0, 0, "") == id(0, 1, ""), tags[0] == tags[1]);
        prop_assert_eq!(id(0, 0, "") == id(1, 1, ""), tags[0] == tags[1] && call_ids[0] == call_ids[1]);
        Ok(true)
    });
}

/// A mutant of a message is read or refused. Everything read from it occurs in it.
#[test]
fn mutants_are_read_or_refused() {
    let strategy = (0_usize..3, 0_usize..12, prop::collection::vec(mutation(), 1..3));
    property(4_000, 35, file!(), &strategy, |(which, pick, mutations)| {
        let messages = &conversations()[which];
        let bytes = with_more_headers(&messages[pick % messages.len()].1).bytes();
        let bytes = mutations.iter().fold(bytes, |bytes, mutation| mutated(&bytes, mutation));
        let Ok(message) = SipMessage::parse(&bytes) else { return Ok(false) };
        let whole = String::from_utf8_lossy(&bytes).into_owned();
        for text in [message.call_id, message.from.uri, message.from.tag, message.to.tag, message.branch] {
            prop_assert!(whole.contains(text));
        }
        let via = message.via();
        for text in via.iter().flat_map(|via| [via.host, via.transport]).chain(message.contact()) {
            prop_assert!(whole.contains(text));
        }
        prop_assert!(bytes.ends_with(message.body) || message.missing == 0);
        Ok(true)
    });
}

/// Conversations from the fuzzer that once failed or that cover a lot. They stay as regression tests.
#[test]
fn conversations_that_reach_far() {
    // INVITE, 180, 200, MESSAGE and BYE of one call, seen from both ends.
    let call: Vec<u8> = [
        [0x00, 0x00, 0x11, 0x00],
        [0xc0, 0x00, 0x19, 0x10],
        [0xc0, 0x00, 0x19, 0x40],
        [0x00, 0x04, 0x29, 0x00],
        [0x00, 0x01, 0x39, 0x00],
    ]
    .concat();
    assert_eq!(conversation(&call), 4, "Dialing, Established, the message, Released");
    let received: Vec<u8> = call.chunks(4).flat_map(|step| [step[0] ^ 0x80, step[1], step[2], step[3]]).collect();
    assert_eq!(conversation(&received), 4, "Ringing, Established, the message, Released");

    // Found by the fuzzer: an ended call is forgotten and then answered again at once. The observer cannot know the old
    // call, so the end of the new one has no effect.
    let forgotten: Vec<u8> = [
        [0x81, 0x00, 0x11, 0x00],
        [0x40, 0x00, 0x19, 0x10],
        [0x40, 0x00, 0x19, 0x40],
        [0x80, 0x01, 0x29, 0x00],
        [0x71, 0xff, 0x00, 0x00],
        [0x80, 0x00, 0x11, 0x00],
        [0x40, 0x00, 0x19, 0x40],
        [0x80, 0x01, 0x29, 0x00],
    ]
    .concat();
    assert_eq!(conversation(&forgotten), 5, "Ringing, Established, Released, Established, Released");

    // Found by the fuzzer: two calls would get the same id, here because one tag answers two callers. The second call
    // is refused.
    let one_id: Vec<u8> =
        [[0x80, 0x00, 0x11, 0x00], [0x40, 0x00, 0x19, 0x10], [0x8a, 0x00, 0x00, 0x00], [0x5a, 0x00, 0x08, 0x40]]
            .concat();
    assert_eq!(conversation(&one_id), 2, "Ringing, Released");
}
