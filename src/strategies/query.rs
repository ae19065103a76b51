//! Queries of reads.

use alloc::string::String;

use proptest::collection::vec;
use proptest::prelude::*;

use super::names::few;

/// What stands behind the `?` of a read: fields, filters, a device, escaped and not, known and unknown. Shrinks to the empty
/// query.
pub fn query() -> impl Strategy<Value = String> {
    let pair = prop_oneof![
        few(&["fields=*", "fields=id,state", "fields", "fields=", "fields=%2A", "fields=id%2Cunknown, uri"]),
        few(&["fields=unknown", "fields=userData,participants", "fields=capabilities,path"]),
        few(&["state=Talking", "st%61te=Alert%69ng", "state=Completed", "state=", "state=Tal%6"]),
        few(&["id=A", "id=%7E._-", "path=/im-sessions/B", "userData=x", "participants=3001", "unknown=1"]),
        few(&["devicePath=/devices/2", "devicePath=%2Fdevices%2F3", "devicePath=/none"]),
    ];
    vec(pair, 0..4).prop_map(|pairs| pairs.join("&"))
}
