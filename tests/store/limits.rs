//! Is every limit kept? Input that exceeds a limit by one is refused as a whole, with a typed reason, and changes
//! nothing. Input at the limit is accepted.

use im_session::session::Limit;
use im_session::{
    Agent, BaseUri, CallEvent, DataEvent, Event, KeyValueList, Limits, Outcome, RejectReason, Sessions, State,
    StatusCode, Target,
};
use serde_json::json;

use crate::agent::{ID, all, data_event, event, hear, me, me_at_one_device, nested, new_store, post, put, user_data};

fn limited(change: impl FnOnce(&mut Limits)) -> Sessions {
    let mut limits = Limits::DEFAULT;
    change(&mut limits);
    new_store().with_limits(limits)
}

/// The limit that the event exceeds, or `None` if it is accepted. Asserts that a refusal changes only the counters.
fn over(store: &mut Sessions, event: &Event<'_>) -> Option<Limit> {
    let before: Vec<_> = store.iter().cloned().collect();
    let handled = store.handle_event(event).expect("a readable event");
    let Outcome::Rejected(rejection) = *handled.outcome() else {
        assert!(handled.outcome().is_accepted(), "{:?}", handled.outcome());
        return None;
    };
    assert_eq!(rejection.reason, RejectReason::Limit);
    assert_eq!(handled.from(), handled.to());
    assert_eq!(handled.notifications().count(), 0);
    assert!(store.iter().eq(&before));
    rejection.limit
}

fn ringing(this_dn: &'static str, id: &'static str) -> Event<'static> {
    event(CallEvent::Ringing, this_dn, id)
}

/// Only open sessions fill a store. Among the completed ones, the one that completed longest ago makes room, at any DN.
#[test]
fn sessions_in_all() {
    let mut store = limited(|limits| limits.sessions = 3);
    for (this_dn, id) in [("3001", "a"), ("3002", "a"), ("3003", "a")] {
        assert_eq!(over(&mut store, &ringing(this_dn, id)), None);
    }
    assert_eq!(over(&mut store, &ringing("3004", "a")), Some(Limit::Sessions));
    // The order decides and not the clock, which never advanced here.
    hear(&mut store, &event(CallEvent::Released, "3003", "a"));
    hear(&mut store, &event(CallEvent::Released, "3001", "a"));
    let handled = store.handle_event(&ringing("3004", "a")).unwrap();
    assert_eq!((handled.outcome().name(), handled.forgotten()), ("changed", 1));
    let open = |this_dn| (this_dn, "a", State::Alerting);
    assert_eq!(all(&store), [("3001", "a", State::Completed), open("3002"), open("3004")]);
    assert_eq!(over(&mut store, &ringing("3005", "a")), None);
    assert_eq!(all(&store), [open("3002"), open("3004"), open("3005")]);
    assert_eq!(over(&mut store, &ringing("3006", "a")), Some(Limit::Sessions));
}

#[test]
fn sessions_of_one_dn() {
    let mut store = limited(|limits| limits.sessions_per_dn = 2);
    assert_eq!(over(&mut store, &ringing("3001", "a")), None);
    assert_eq!(over(&mut store, &ringing("3001", "b")), None);
    assert_eq!(over(&mut store, &ringing("3001", "c")), Some(Limit::SessionsPerDn));
    assert_eq!(over(&mut store, &ringing("3002", "c")), None);
    // A completed session of another DN makes no room here, however old it is.
    hear(&mut store, &event(CallEvent::Released, "3002", "c"));
    assert_eq!(over(&mut store, &ringing("3001", "c")), Some(Limit::SessionsPerDn));
    hear(&mut store, &event(CallEvent::Released, "3001", "b"));
    assert_eq!(over(&mut store, &ringing("3001", "c")), None);
    let expected = [("3001", "a", State::Alerting), ("3001", "c", State::Alerting), ("3002", "c", State::Completed)];
    assert_eq!(all(&store), expected);
}

#[test]
fn sessions_of_one_call() {
    let mut store = limited(|limits| limits.sessions_per_call = 2);
    assert_eq!(over(&mut store, &ringing("3001", "a")), None);
    assert_eq!(over(&mut store, &ringing("3002", "a")), None);
    assert_eq!(over(&mut store, &ringing("3003", "a")), Some(Limit::SessionsPerCall));
    assert_eq!(over(&mut store, &ringing("3003", "b")), None);
    hear(&mut store, &event(CallEvent::Released, "3003", "b"));
    assert_eq!(over(&mut store, &ringing("3003", "a")), Some(Limit::SessionsPerCall));
    hear(&mut store, &event(CallEvent::Released, "3002", "a"));
    assert_eq!(over(&mut store, &ringing("3003", "a")), None);
    let expected = [("3001", "a", State::Alerting), ("3003", "a", State::Alerting), ("3003", "b", State::Completed)];
    assert_eq!(all(&store), expected);
}

/// A DN, a call and the store can be full at the same time. As few sessions as possible make room.
#[test]
fn one_completed_session_makes_room_wherever_it_is_full() {
    let mut store = limited(|limits| {
        (limits.sessions, limits.sessions_per_dn, limits.sessions_per_call) = (2, 1, 1);
    });
    put(&mut store, "3001", "a", State::Completed);
    put(&mut store, "3002", "b", State::Talking);
    let handled = store.handle_event(&ringing("3001", "c")).unwrap();
    assert_eq!((handled.outcome().name(), handled.forgotten()), ("changed", 1));
    assert_eq!(all(&store), [("3001", "c", State::Alerting), ("3002", "b", State::Talking)]);
}

/// Nobody is notified of a session that makes room. An event that opens no session makes no room.
#[test]
fn room_is_made_only_for_a_session_that_opens() {
    let mut store = limited(|limits| (limits.sessions, limits.user_data_size) = (1, 5));
    put(&mut store, "3001", "a", State::Completed);
    for refused in [
        event(CallEvent::Released, "3001", "b"),
        data_event(DataEvent::PartyAdded, "3001", "b").with_other_dn("7"),
        ringing("3001", "b").with_user_data(user_data(&[("k", "too much")])),
        event(CallEvent::Established, "3001", "a"),
    ] {
        let handled = store.handle_event(&refused).unwrap();
        assert_eq!((handled.outcome().name(), handled.forgotten()), ("rejected", 0), "{refused}");
    }
    let opens = ringing("3001", "b");
    let handled = store.handle_event(&opens).unwrap();
    assert!(handled.notifications().map(|(dn, _)| dn).eq(["3001"]));
    assert_eq!(handled.changed().count(), 1);
}

#[test]
fn participants_of_a_session() {
    let mut store = limited(|limits| limits.participants = 2);
    let party = |name, number: &'static str| data_event(name, "3002", "a").with_other_dn(number);
    hear(&mut store, &ringing("3002", "a").with_other_dn("1"));
    assert_eq!(over(&mut store, &party(DataEvent::PartyAdded, "2")), None);
    assert_eq!(over(&mut store, &party(DataEvent::PartyAdded, "3")), Some(Limit::Participants));
    assert_eq!(over(&mut store, &party(DataEvent::PartyAdded, "2")), None, "a party already");
    assert_eq!(over(&mut store, &party(DataEvent::PartyAdded, "3002")), None, "the agent itself");
    assert_eq!(over(&mut store, &party(DataEvent::PartyDeleted, "1")), None);
    assert_eq!(over(&mut store, &party(DataEvent::PartyAdded, "3")), None);
    assert_eq!(over(&mut store, &party(DataEvent::PartyChanged, "4")), None, "takes the place of all");
}

/// Named regression: with a limit of zero participants, all events except PartyAdded still added one.
#[test]
fn no_participants_at_all() {
    let none = || limited(|limits| limits.participants = 0);
    for name in [CallEvent::Dialing, CallEvent::Ringing, CallEvent::Established] {
        assert_eq!(
            over(&mut none(), &event(name, "3002", "a").with_other_dn("1")),
            Some(Limit::Participants),
            "{name}"
        );
        assert_eq!(over(&mut none(), &event(name, "3002", "a")), None, "{name}");
    }
    let mut store = none();
    hear(&mut store, &ringing("3002", "a"));
    for name in [DataEvent::PartyAdded, DataEvent::PartyChanged] {
        let party = data_event(name, "3002", "a").with_other_dn("1");
        assert_eq!(over(&mut store, &party), Some(Limit::Participants), "{name}");
    }
    // An end event always ends the session and adds no participant.
    assert_eq!(over(&mut store, &event(CallEvent::Released, "3002", "a").with_other_dn("1")), None);
}

#[test]
fn size_of_the_user_data() {
    let mut store = limited(|limits| limits.user_data_size = 5);
    let brings = |name: CallEvent, value| event(name, "3002", "a").with_user_data(user_data(&[("k", value)]));
    assert_eq!(over(&mut store, &brings(CallEvent::Ringing, "12345")), Some(Limit::UserDataSize));
    assert_eq!(over(&mut store, &brings(CallEvent::Ringing, "1234")), None);
    assert_eq!(over(&mut store, &brings(CallEvent::Established, "größ")), Some(Limit::UserDataSize), "6 bytes");
    // The limit applies to every event that the table accepts, even if the event's user data is not used.
    let party = data_event(DataEvent::PartyAdded, "3002", "a").with_user_data(user_data(&[("k", "12345")]));
    assert_eq!(over(&mut store, &party), Some(Limit::UserDataSize));
    assert_eq!(over(&mut store, &brings(CallEvent::Established, "1")), None);
}

/// Found in review: empty pairs take memory but add nothing to the size in bytes.
#[test]
fn pairs_of_the_user_data() {
    let pairs = |count: usize| KeyValueList::from_iter((0..count).map(|_| ("", "")));
    let nested = |count: usize| KeyValueList::try_from_iter([("", pairs(count))]).unwrap();
    let changed = |list| data_event(DataEvent::AttachedDataChanged, "3002", "a").with_user_data(list);
    let mut store = new_store();
    hear(&mut store, &ringing("3002", "a"));
    assert_eq!(over(&mut store, &changed(pairs(1_000))), None);
    assert_eq!(over(&mut store, &changed(pairs(1_001))), Some(Limit::UserDataPairs));
    assert_eq!(over(&mut store, &changed(nested(999))), None, "999 and the list");
    assert_eq!(over(&mut store, &changed(nested(1_000))), Some(Limit::UserDataPairs));

    // Operations and another server's list are limited too.
    let mut store = limited(|limits| limits.user_data_pairs = 2);
    put(&mut store, "3002", ID, State::Talking);
    let mut attach = |user_data: serde_json::Value| {
        post(&mut store, &me(), Target::Session(ID), &json!({"operationName": "AttachUserData", "userData": user_data}))
    };
    assert!(attach(json!({"l": 1})).is_ok());
    assert_eq!(attach(json!({"l": 1, "m": 1})), Err(10), "with the one that is there");
    assert_eq!(attach(json!({"l": {"m": 1}})), Err(10));
    let resource = im_session::ImSession::new("b", State::Talking);
    let list = [resource.with_user_data(pairs(3))];
    let error = store.reconcile("3002", &list).map(|handled| handled.changed().count()).unwrap_err();
    assert_eq!(error.to_string(), "imSessions[0]: over a limit: pairs of the user data");
}

/// An end event always ends the session. Only the part that exceeds a limit is left out.
#[test]
fn an_end_event_always_ends() {
    for name in [CallEvent::Released, CallEvent::Abandoned] {
        for state in [State::Initiating, State::Alerting, State::Talking] {
            type OverALimit = (&'static str, fn(&mut Limits), Event<'static>);
            let over_a_limit: [OverALimit; 5] = [
                (
                    "size",
                    |limits| limits.user_data_size = 5,
                    event(name, "3002", "a").with_user_data(user_data(&[("k", "12345")])),
                ),
                (
                    "pairs",
                    |limits| limits.user_data_pairs = 1,
                    event(name, "3002", "a").with_user_data(user_data(&[("k", ""), ("l", "")])),
                ),
                ("depth", |limits| limits.user_data_depth = 1, event(name, "3002", "a").with_user_data(nested(2))),
                ("participants", |limits| limits.participants = 0, event(name, "3002", "a").with_other_dn("7")),
                ("length", |limits| limits.dn_length = 4, event(name, "3002", "a").with_other_dn("30011")),
            ];
            for (what, change, end) in over_a_limit {
                let mut store = limited(|_| ());
                put(&mut store, "3002", "a", state);
                let mut limits = Limits::DEFAULT;
                change(&mut limits);
                let mut store = store.with_limits(limits);
                assert_eq!(over(&mut store, &end), None, "{name} in {state}, {what}");
                let session = store.get("3002", "a").unwrap();
                assert_eq!(session.state(), State::Completed, "{name} in {state}, {what}");
                assert!(session.participants().eq(["3001"]), "{name} in {state}, {what}");
                assert_eq!(session.user_data(), &user_data(&[("k", "v")]), "{name} in {state}, {what}");
            }
        }
    }
    // The part within the limits is kept although the other part is not.
    let mut store = limited(|limits| limits.dn_length = 4);
    put(&mut store, "3002", "a", State::Talking);
    let end = event(CallEvent::Released, "3002", "a").with_other_dn("30011").with_user_data(user_data(&[("k", "w")]));
    assert_eq!(over(&mut store, &end), None);
    assert_eq!(store.get("3002", "a").unwrap().user_data(), &user_data(&[("k", "w")]));
}

#[test]
fn depth_of_the_user_data() {
    let mut store = new_store();
    hear(&mut store, &ringing("3002", "a"));
    let deep = |depth| data_event(DataEvent::AttachedDataChanged, "3002", "a").with_user_data(nested(depth));
    assert_eq!(over(&mut store, &deep(16)), None);
    assert_eq!(over(&mut store, &deep(17)), Some(Limit::UserDataDepth));
}

#[test]
fn user_data_for_a_whole_call_is_checked_once_for_all() {
    let mut store = limited(|limits| limits.user_data_size = 5);
    put(&mut store, "3001", "a", State::Talking);
    put(&mut store, "3002", "a", State::Talking);
    let event = Event::new(DataEvent::AttachedDataChanged).with_call_uuid("a");
    assert_eq!(
        over(&mut store, &event.clone().with_user_data(user_data(&[("k", "12345")]))),
        Some(Limit::UserDataSize)
    );
    assert_eq!(store.counters().rejected(RejectReason::Limit), 1);
    assert_eq!(over(&mut store, &event.with_user_data(user_data(&[("k", "1234")]))), None);
    assert!(store.iter().all(|session| session.user_data().size() == 5));
}

/// One session cannot take the event because of its user data, and the other has already heard a newer event. The
/// answer names the limit, in whichever order the sessions are asked.
#[test]
fn of_a_whole_call_the_limit_counts_more_than_a_stale_number() {
    for stale_at in ["3001", "3002"] {
        let mut store = limited(|limits| limits.user_data_size = 5);
        for this_dn in ["3001", "3002"] {
            let number = if this_dn == stale_at { 9 } else { 1 };
            hear(&mut store, &ringing(this_dn, "a").with_event_sequence_number(number));
        }
        let update = Event::new(DataEvent::AttachedDataChanged).with_call_uuid("a").with_event_sequence_number(5);
        let heavy = update.with_user_data(user_data(&[("k", "12345")]));
        assert_eq!(over(&mut store, &heavy), Some(Limit::UserDataSize), "stale at {stale_at}");
        let handled = store.handle_event(&heavy).expect("a readable event");
        let Outcome::Rejected(rejection) = handled.outcome() else { panic!("{:?}", handled.outcome()) };
        assert_eq!(rejection.state, None, "a call has none");
    }
}

#[test]
fn length_of_a_dn() {
    let mut store = limited(|limits| limits.dn_length = 4);
    assert_eq!(over(&mut store, &ringing("30021", "a")), Some(Limit::DnLength));
    assert_eq!(over(&mut store, &ringing("3002", "a").with_other_dn("30011")), Some(Limit::DnLength));
    assert_eq!(over(&mut store, &ringing("3002", "a").with_other_dn("3001")), None);
    let initiate = |number: &str| json!({"operationName": "InitiateIMSession", "destination": {"phoneNumber": number}});
    let mut store = limited(|limits| limits.dn_length = 4);
    assert_eq!(post(&mut store, &me_at_one_device(), Target::Sessions, &initiate("30011")), Err(10));
    assert!(post(&mut store, &me_at_one_device(), Target::Sessions, &initiate("3001")).is_ok());
}

#[test]
fn length_of_a_message() {
    let mut store = limited(|limits| limits.text_length = 5);
    put(&mut store, "3002", ID, State::Talking);
    let says = |text: &'static str| {
        data_event(DataEvent::PrivateInfo, "3002", ID).with_extensions(user_data(&[("text", text)]))
    };
    assert_eq!(over(&mut store, &says("hello")), None);
    assert_eq!(over(&mut store, &says("größe")), Some(Limit::TextLength), "7 bytes");
    let number = [("text", -12_345)].into_iter().collect();
    let says_number = data_event(DataEvent::PrivateInfo, "3002", ID).with_extensions(number);
    assert_eq!(over(&mut store, &says_number), Some(Limit::TextLength), "as it is written");

    let mut send = |text: &str| {
        let body = json!({"operationName": "SendMessage", "text": text, "destination": {"phoneNumber": "3001"},
            "devicePath": "/devices/1"});
        post(&mut store, &me(), Target::Session(ID), &body).map(|_| ())
    };
    assert_eq!(send("hello"), Ok(()));
    assert_eq!(send("hello!"), Err(10));
}

/// Limits are not checked for events that are stale or that the table rejects.
#[test]
fn limits_come_last() {
    let mut store = limited(|limits| limits.user_data_size = 0);
    let heavy = |name: CallEvent| event(name, "3002", "a").with_user_data(user_data(&[("k", "v")]));
    let mut reason = |event: &Event<'_>| match store.handle_event(event).unwrap().outcome() {
        Outcome::Rejected(rejection) => Some(rejection.reason),
        _ => None,
    };
    assert_eq!(reason(&heavy(CallEvent::Released)), Some(RejectReason::Orphan));
    assert_eq!(reason(&ringing("3002", "a").with_event_sequence_number(5)), None);
    assert_eq!(reason(&heavy(CallEvent::Dialing).with_event_sequence_number(5)), Some(RejectReason::Stale));
    assert_eq!(reason(&heavy(CallEvent::Dialing).with_event_sequence_number(6)), Some(RejectReason::RoleConflict));
    assert_eq!(reason(&heavy(CallEvent::Established).with_event_sequence_number(6)), Some(RejectReason::Limit));
    // A rejected event has no effect, so its number is still free.
    assert_eq!(reason(&event(CallEvent::Established, "3002", "a").with_event_sequence_number(6)), None);
}

/// Lower limits do not affect existing sessions.
#[test]
fn what_is_there_stays() {
    let mut store = new_store();
    put(&mut store, "3001", "a", State::Talking);
    put(&mut store, "3002", "a", State::Talking);
    let mut limits = Limits::DEFAULT;
    (limits.sessions, limits.user_data_size, limits.participants) = (1, 0, 0);
    let mut store = store.with_limits(limits);
    assert_eq!(store.len(), 2);
    assert_eq!(over(&mut store, &event(CallEvent::Released, "3001", "a")), None);
}

#[test]
fn the_defaults_are_those_of_the_specification_or_sensible() {
    let limits = Limits::default();
    assert_eq!((limits.user_data_size, limits.user_data_depth), (16_000, 16));
    assert_eq!((limits.sessions, limits.sessions_per_dn, limits.participants), (1_000_000, 1_000, 100));
    assert_eq!((limits.sessions_per_call, limits.user_data_pairs), (1_000, 1_000));
    assert_eq!((limits.text_length, limits.dn_length, limits.requests), (16_000, 255, 10_000));
    assert_eq!(limits.remembered_ends, 100_000);
    let only = Limits::SPECIFICATION;
    assert_eq!((only.user_data_size, only.user_data_depth, only.sessions), (16_000, 16, usize::MAX));
    assert_eq!((only.user_data_pairs, only.remembered_ends), (1_000, 100_000));
}

/// Found in review: every existing pair was searched for in the whole body, however large the body was.
#[test]
fn a_huge_update_is_refused_before_it_is_merged() {
    let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    let there: KeyValueList<'_> = (0..1_000).map(|n| (format!("{n}"), "v")).collect();
    let event = Event::new(CallEvent::Established).with_this_dn("1").with_call_uuid("A").with_user_data(there);
    assert!(sessions.handle_event(&event).unwrap().outcome().is_accepted());
    let new: Vec<String> = (0..200_000).map(|n| format!("\"new {n}\":1")).collect();
    let body = format!("{{\"operationName\":\"UpdateUserData\",\"userData\":{{{}}}}}", new.join(","));
    let me = Agent::new().with_device("/devices/1", "1");
    let error = sessions.post(&me, Target::Session("A"), body.as_bytes()).unwrap_err();
    assert_eq!(error.status_code, StatusCode::InputValidation);
}
