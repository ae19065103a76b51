//! The target `json_reader`: the three JSON texts that the library reads.

use im_session::resource::ImSessionList;
use im_session::{ImSession, Notification};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Every value that was read can be written and is then read as the same value. Writing it directly gives the same
/// bytes as serde_json.
pub fn json_reader(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if let Ok(im_session) = serde_json::from_str::<ImSession<'_>>(text) {
        let written = serde_json::to_string(&im_session).expect("what was read can be written");
        assert_written(&written, |output| im_session.write_json(output));
        again::<ImSession<'_>>(&written, |again| {
            assert_same(again, &im_session);
        });
    }
    if let Ok(list) = serde_json::from_str::<ImSessionList>(text) {
        let body = json!({"imSessions": list.im_sessions, "statusCode": list.status_code});
        let again: ImSessionList = serde_json::from_value(body).expect("what was written can be read");
        assert_eq!(again.status_code, list.status_code);
        assert_eq!(again.im_sessions.len(), list.im_sessions.len());
        for (again, first) in again.im_sessions.iter().zip(&list.im_sessions) {
            assert_same(again, first);
        }
    }
    if let Ok(notification) = serde_json::from_str::<Notification<'_>>(text) {
        let written = serde_json::to_string(&notification).expect("what was read can be written");
        assert_written(&written, |output| notification.write_json(output));
        again::<Notification<'_>>(&written, |again| match (again, &notification) {
            (
                Notification::SessionChanged { im_session: again, notification_type: again_type },
                Notification::SessionChanged { im_session: first, notification_type: first_type },
            ) => {
                assert_eq!(again_type, first_type);
                assert_same(again, first);
            }
            (
                Notification::NewMessage { id: again_id, message: again_message },
                Notification::NewMessage { id, message },
            ) => assert_eq!((again_id, again_message), (id, message)),
            (again, first) => panic!("{again:?} is not {first:?}"),
        });
    }
}

fn assert_written(expected: &str, write: impl FnOnce(&mut Vec<u8>)) {
    let mut direct = Vec::new();
    write(&mut direct);
    assert_eq!(direct.escape_ascii().to_string(), expected.as_bytes().escape_ascii().to_string());
}

/// Reads the written text, passes the value to `compare`, and writes it again. The text must be the same.
fn again<'w, T: Serialize + Deserialize<'w>>(written: &'w str, compare: impl FnOnce(&T)) {
    let again: T = serde_json::from_str(written).expect("what was written can be read");
    compare(&again);
    assert_eq!(serde_json::to_string(&again).expect("JSON"), written);
}

/// Compares two sessions, except for pairs that a later pair with the same key hides, because those are not written.
fn assert_same(again: &ImSession<'_>, first: &ImSession<'_>) {
    assert!(again.user_data().same_view(first.user_data()), "{again:?} is not {first:?}");
    assert_eq!((again.capabilities(), again.state()), (first.capabilities(), first.state()));
    assert_eq!((again.id(), again.path(), again.uri()), (first.id(), first.path(), first.uri()));
    assert!(again.participants().eq(first.participants()), "{again:?} is not {first:?}");
}
