//! Which resources, participants and queries do bytes stand for?

use std::collections::BTreeSet;

use im_session::from_bytes::{Bytes, participants, query, resource};
use im_session::{ImSession, KeyValueList, Participant, Query, State};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::of;

fn resource_of(bytes: &[u8]) -> Value {
    resource(&mut Bytes::new(bytes))
}

fn query_of(bytes: &[u8]) -> String {
    query(&mut Bytes::new(bytes))
}

fn participants_of(bytes: &[u8]) -> Vec<Participant<'static>> {
    participants(&mut Bytes::new(bytes))
}

/// Parses the resource from text, as clients receive it.
fn read(resource: &Value) -> ImSession<'static> {
    let text = resource.to_string();
    serde_json::from_str::<ImSession<'_>>(&text).unwrap_or_else(|error| panic!("{text}: {error}")).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_resource_of_any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let resource = resource_of(&bytes);
        prop_assert_eq!(&json!(read(&resource).id()), &resource["id"]);
    }
}

/// Each bit says whether a field is present, and each present field has a byte. The id is `B`, and the state is
/// Completed.
#[test]
fn a_resource_is_what_its_bits_say() {
    for which in 0..=u8::MAX {
        let mut bytes = vec![which, 1, 3];
        let mut expected = json!({"id": "B", "state": "Completed"});
        if which & 1 != 0 {
            expected["path"] = json!("/im-sessions/B");
            expected["uri"] = json!("http://other.example/api/v2/im-sessions/B");
        }
        if which & 2 != 0 {
            bytes.extend([2, 1, 5, 0, 0]);
            let number = "+1 (916) 555-0104";
            let whole = |number: &str, digits: &str, e164: &str| json!({"phoneNumber": number, "formattedPhoneNumber": number, "digits": digits, "e164Number": e164});
            expected["participants"] = match which >> 6 {
                1 => json!([{"phoneNumber": number}, {"phoneNumber": "3001"}]),
                2 => json!([{"digits": "19165550104"}, {"digits": "3001"}]),
                _ => json!([whole(number, "19165550104", ""), whole("3001", "3001", "3001")]),
            };
        }
        if which & 4 != 0 {
            bytes.push(0x22);
            expected["capabilities"] = json!(["SendMessage", "Complete"]);
        }
        if which & 8 != 0 {
            bytes.push(2);
            expected["dnis"] = json!({"a": [true]});
        }
        match which >> 4 & 3 {
            0 => {}
            1 => expected["userData"] = json!(null),
            _ => {
                bytes.push(1);
                expected["userData"] = json!({"k": "v"});
            }
        }
        let resource = resource_of(&bytes);
        assert_eq!(resource, expected, "{which:#x}");
        let read = read(&resource);
        assert_eq!(read.participants().count(), usize::from(which & 2));
        assert_eq!(read.capabilities().iter().count(), usize::from(which & 4) / 2);
        assert_eq!(read.user_data().is_empty(), which >> 4 & 3 < 2);
    }
}

#[test]
fn the_state_has_white_space_around_it() {
    let around = ["", " ", "\t", "\r\n"];
    for byte in 0..=u8::MAX {
        let state = State::ALL[usize::from(byte & 3)];
        let (before, after) = (around[usize::from(byte >> 2 & 3)], around[usize::from(byte >> 6)]);
        let resource = resource_of(&[0, 0, byte]);
        assert_eq!(resource["state"], format!("{before}{state}{after}"), "{byte:#x}");
        assert_eq!(read(&resource).state(), state);
    }
}

#[test]
fn capabilities_come_in_both_orders() {
    let capabilities = |byte: u8| resource_of(&[4, 0, 0, byte])["capabilities"].clone();
    assert_eq!(
        capabilities(0x3e),
        json!(["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"])
    );
    assert_eq!(
        capabilities(0x7e),
        json!(["Complete", "DeleteUserData", "UpdateUserData", "AttachUserData", "SendMessage"])
    );
    assert_eq!(capabilities(0x40), json!([]));
    let unknown = |byte: u8| resource_of(&[8, 0, 0, byte])["dnis"].clone();
    assert_eq!([0, 1, 2, 3].map(unknown), [json!(1), json!(null), json!({"a": [true]}), json!(1)]);
}

#[test]
fn participants_are_with_number_analysis_and_without() {
    let [plain, extension, whole, short] = &participants_of(&[4, 0, 1, 1, 1, 2, 3])[..] else { panic!("not four") };
    assert_eq!(plain, &Participant::from_number("3002"));
    let mut without_e164 = Participant::from_number("3002");
    without_e164.e164_number = "".into();
    assert_eq!(extension, &without_e164);
    let json = json!({
        "country": {"callingCode": "1", "code": "US", "name": "United States"}, "digits": "9165550104",
        "e164Number": "+19165550104", "formattedPhoneNumber": "(916) 555-0104", "location": "California",
        "phoneNumber": "9165550104",
    });
    assert_eq!(json!(whole), json);
    assert_eq!(short.t_library_number(), "9165550104");
    assert_eq!((&short.country, &short.location), (&None, &None));
    assert_eq!(participants_of(b""), []);
    assert_eq!(participants_of(&[0x2f]).len(), 7, "the three low bits");
    // Bits 0 and 1 of a participant count. The number is a text of a given length or a spelled-out text.
    assert_eq!(participants_of(&[1, 0xfc, 0xff])[0].t_library_number().len(), 256);
    assert_eq!(participants_of(&[1, 5, 0xf0, 1, b'7'])[0].t_library_number(), "7");
}

#[test]
fn a_query_is_pairs() {
    let groups: [&[&str]; 5] = [
        &["fields=*", "fields=id,state", "fields", "fields=", "fields=%2A", "fields=id%2Cunknown, uri"],
        &["fields=unknown", "fields=userData,participants", "fields=capabilities,path"],
        &["state=Talking", "st%61te=Alert%69ng", "state=Completed", "state=", "state=Tal%6"],
        &["id=A", "id=%7E._-", "path=/im-sessions/B", "userData=x", "participants=3001", "unknown=1"],
        &["devicePath=/devices/2", "devicePath=%2Fdevices%2F3", "devicePath=/none"],
    ];
    for byte in 0..0xf0_u8 {
        let group = groups[usize::from(byte >> 4) % 5];
        let pair = group[usize::from(byte & 0xf) % group.len()];
        assert_eq!(query_of(&[1, byte]), pair, "{byte:#x}");
    }
    assert_eq!(query_of(b""), "");
    assert_eq!(query_of(b"3P A"), "fields=*&state=Talking&devicePath=%2Fdevices%2F3");
    assert_eq!(query_of(&[2, 0xf0, 4, b'i', b'd', b'=', b'B', b'0']), "id=B&id=A");
    assert_eq!(query_of(&[0x0f; 8]).split('&').count(), 7, "the three low bits");
    let device = query_of(b"1A");
    assert_eq!(Query::parse(&device).device_path.as_deref(), Some("/devices/3"));
}

/// The resources include ids that no session can have and user data at the limits.
#[test]
fn resources_reach_the_boundaries() {
    let ids: BTreeSet<usize> =
        (0..=u8::MAX).filter_map(|id| resource_of(&[0, id])["id"].as_str().map(str::len)).collect();
    assert!(ids.is_superset(&BTreeSet::from([0, 1, 64, 65, 255, 256])), "{ids:?}");
    for byte in [8, 9, 10, 11] {
        let list: KeyValueList<'_> = of(&[byte]);
        assert_eq!(*read(&resource_of(&[0x20, 0, 0, byte])).user_data(), list);
    }
}
