//! The pairs of queries.

/// Of each kind some: fields, other fields, states, other filters, devices; escaped and not, known and unknown.
pub(crate) const QUERY_PAIRS: [&[&str]; 5] = [
    &["fields=*", "fields=id,state", "fields", "fields=", "fields=%2A", "fields=id%2Cunknown, uri"],
    &["fields=unknown", "fields=userData,participants", "fields=capabilities,path"],
    &["state=Talking", "st%61te=Alert%69ng", "state=Completed", "state=", "state=Tal%6"],
    &["id=A", "id=%7E._-", "path=/im-sessions/B", "userData=x", "participants=3001", "unknown=1"],
    &["devicePath=/devices/2", "devicePath=%2Fdevices%2F3", "devicePath=/none"],
];
