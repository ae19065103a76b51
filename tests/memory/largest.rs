//! How much memory does a value of each kind take when it is filled to its limits? As much as `docs/embedding.md`
//! computes, within a tenth.

use im_session::sip::SipLimits;
use im_session::sip::stream::TcpFraming;
use im_session::{BaseUri, CallEvent, DataEvent, Decoder, Event, KeyValueList, Limits, Sessions};

use crate::counting_allocator::memory;

/// Asserts that the bytes match the page's figure or are at most a tenth lower.
fn meets(what: &str, bytes: isize, page: usize) {
    let page = isize::try_from(page).expect("small");
    println!("{what}: {bytes} bytes, the page says {page}");
    assert!(bytes <= page && bytes > page * 9 / 10, "{what}: {bytes} bytes, the page says {page}");
}

/// A number of the maximum length of a DN.
fn long(kind: &str, number: usize) -> String {
    format!("{:x>1$}", format!("{kind}{number}"), Limits::DEFAULT.dn_length)
}

/// The largest user data: the most pairs of the greatest length.
fn user_data() -> KeyValueList<'static> {
    let Limits { user_data_pairs, user_data_size, .. } = Limits::DEFAULT;
    let list: KeyValueList<'_> = (0..user_data_pairs)
        .map(|at| (format!("{at:0>8}"), "v".repeat(user_data_size / user_data_pairs - 8)))
        .collect();
    assert_eq!((list.pair_count(), list.size()), (user_data_pairs, user_data_size));
    list
}

/// Fills a session to its limits.
fn fill(store: &mut Sessions, dn: &str, id: &str) {
    let mut hear = |event: Event<'_>| {
        let handled = store.handle_event(&event.with_this_dn(dn).with_call_uuid(id)).expect("readable");
        assert_eq!(handled.changed().count(), 1, "{:?}", handled.outcome());
    };
    hear(Event::new(CallEvent::Established).with_other_dn(long("p", 0)).with_user_data(user_data()));
    for number in 1..Limits::DEFAULT.participants {
        hear(Event::new(DataEvent::PartyAdded).with_other_dn(long("p", number)));
    }
}

/// The page's figure for one session.
fn session() -> usize {
    let Limits { participants, dn_length, user_data_pairs, user_data_size, .. } = Limits::DEFAULT;
    let names = 64 + 2 * dn_length;
    let others = (participants - 1) * (2 * dn_length + 105);
    let pairs = user_data_pairs * size_of::<im_session::event::Pair<'_>>() + user_data_size;
    128 + names + others + pairs
}

#[test]
fn the_largest_session_dn_and_call() {
    const SESSIONS: usize = 50;
    let sessions = |key: fn(usize) -> (String, String)| {
        let mut store = Sessions::new(BaseUri::new("http://localhost:8090"));
        memory(|| (0..SESSIONS).map(key).for_each(|(dn, id)| fill(&mut store, &dn, &id))).1
    };
    let of_dn = sessions(|number| (long("d", 0), format!("{number:0>64}")));
    let of_call = sessions(|number| (long("d", number), format!("{:0>64}", 7)));
    meets("50 sessions of a DN", of_dn, SESSIONS * session());
    meets("50 sessions of a call", of_call, SESSIONS * session());
}

#[test]
fn the_largest_message_of_a_decoder() {
    const LIMIT: usize = 1024 * 1024;
    let (start, pair, end) =
        ("{\"Event\":\"EventRinging\",\"ThisDN\":\"1\",\"CallUUID\":\"7\",\"UserData\":{\"k\":1", ",\"k\":1", "}}\n");
    let pairs = (LIMIT - start.len() - end.len()) / pair.len();
    let message = [start, &pair.repeat(pairs), end].concat();
    let mut events = 0;
    let (most, _) = memory(|| {
        let mut decoder = Decoder::new();
        for piece in message.as_bytes().chunks(1_000) {
            decoder.push(piece, |result| events += usize::from(result.is_ok()));
        }
        events += decoder.finish().filter(Result::is_ok).count();
    });
    assert_eq!(events, 1);
    // A vector grows to the next power of two, and the old vector still exists during the copy.
    let vectors = pairs.next_power_of_two() * 3 / 2 * size_of::<im_session::event::Pair<'_>>();
    meets("a JSON line of 1 MiB", most, vectors + 2 * LIMIT);
}

#[test]
fn the_largest_message_of_a_connection() {
    let limit = SipLimits::DEFAULT.message;
    let message = format!("{:\0<1$}", format!("BYE sip:a SIP/2.0\r\nl: {}\r\n\r\n", limit - 31), limit);
    // The buffer has grown to just below the limit when one more byte arrives.
    let (first, rest) = message.as_bytes().split_at(limit / 2);
    let mut tcp = TcpFraming::with_limit(limit);
    let (most, _) = memory(|| {
        for piece in std::iter::once(first).chain(rest.chunks(1)) {
            let mut piece = piece;
            while tcp.next_message(&mut piece).is_some() {}
        }
    });
    meets("a SIP message over TCP", most, 3 * limit);
}
