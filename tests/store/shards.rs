//! How do several stores divide the work? By a hash that other languages can compute, with their answers merged into
//! one list.

use im_session::resource::{Fields, ListBody};
use im_session::store::shard;
use im_session::{Agent, CallEvent, Query, State};
use serde_json::json;

use crate::agent::{event, hear, list, me, new_store, put};

/// Computed from the documentation by a program in another language (64-bit FNV-1a of the UTF-8 bytes).
const VECTORS: [(&str, [u32; 4]); 6] = [
    ("", [0, 1, 5, 1_343_537_162]),
    ("3002", [0, 0, 0, 2_775_222_050]),
    ("agent3001", [0, 0, 2, 3_715_731_799]),
    ("007MDF3D0KAHL93L807GK2LAES000001", [0, 1, 11, 2_814_929_777]),
    ("größe", [0, 0, 10, 2_898_677_497]),
    ("電話 ☎", [0, 0, 0, 3_681_318_413]),
];

#[test]
fn the_shard_of_a_key_is_the_same_in_every_language() {
    for (key, expected) in VECTORS {
        assert_eq!([1, 2, 16, u32::MAX].map(|shards| shard(key, shards)), expected, "{key:?}");
        assert_eq!(shard(key, 0), 0, "without shards");
    }
}

#[test]
fn every_shard_gets_its_share() {
    let mut counts = [0; 16];
    for number in 0..16_000 {
        counts[shard(&number.to_string(), 16) as usize] += 1;
    }
    assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
}

/// The answers of several stores merge into the list that one store would have given.
#[test]
fn the_answers_of_several_stores_are_one_list() {
    let keys = [("3002", "b"), ("3001", "z"), ("3002", "B"), ("3001", "a"), ("3009", "c")];
    let mut one = new_store();
    let mut shards = [(); 3].map(|()| new_store());
    for (dn, id) in keys {
        put(&mut one, dn, id, State::Talking);
        put(&mut shards[shard(dn, 3) as usize], dn, id, State::Talking);
    }
    for query in ["", "fields=*", "fields=id,state", "fields=id&state=Talking", "state=Completed"] {
        let answers = shards.iter().map(|store| store.list(&me(), &Query::parse(query)));
        assert_eq!(json!(ListBody::merged(answers)), list(&one, query), "{query}");
    }
    assert_eq!(json!(ListBody::merged([])), json!({"statusCode": 0, "uris": []}));
    // The list of an agent with one DN in two stores.
    let me = Agent::new().with_device("/devices/1", "3002");
    let mut two = [new_store(), new_store()];
    hear(&mut two[0], &event(CallEvent::Ringing, "3002", "b"));
    hear(&mut two[1], &event(CallEvent::Ringing, "3002", "a"));
    let merged = ListBody::merged(two.iter().map(|store| store.list(&me, &Query::parse("fields=id"))));
    assert_eq!(merged.fields, Some(Fields::of(&[im_session::resource::Field::Id])));
    assert_eq!(json!(merged)["imSessions"], json!([{"id": "a"}, {"id": "b"}]));
}
