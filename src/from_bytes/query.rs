//! Queries of reads.

use alloc::string::{String, ToString};

use super::Bytes;
use super::bytes::counted;

/// Of each kind some: fields, other fields, states, other filters, devices; escaped and not, known and unknown.
const PAIRS: [&[&str]; 5] = [
    &["fields=*", "fields=id,state", "fields", "fields=", "fields=%2A", "fields=id%2Cunknown, uri"],
    &["fields=unknown", "fields=userData,participants", "fields=capabilities,path"],
    &["state=Talking", "st%61te=Alert%69ng", "state=Completed", "state=", "state=Tal%6"],
    &["id=A", "id=%7E._-", "path=/im-sessions/B", "userData=x", "participants=3001", "unknown=1"],
    &["devicePath=/devices/2", "devicePath=%2Fdevices%2F3", "devicePath=/none"],
];

/// What stands behind the `?` of a read: how many pairs, up to 7, and a byte a pair, see [`from_bytes`](crate::from_bytes#queries).
///
/// ```
/// use im_session::from_bytes::{Bytes, query};
///
/// assert_eq!(query(&mut Bytes::new(b"2P ")), "fields=*&state=Talking");
/// ```
#[must_use]
pub fn query(bytes: &mut Bytes<'_>) -> String {
    let pairs = bytes.several(|bytes| match bytes.byte() {
        0xf0.. => bytes.spelled_out(),
        byte => {
            let pair = counted(byte >> 4, &PAIRS).and_then(|pairs| counted(byte & 0xf, pairs));
            pair.map_or_else(String::new, ToString::to_string)
        }
    });
    pairs.join("&")
}
