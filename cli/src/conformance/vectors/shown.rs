//! What agents read: lists, single resources, queries, participants. Specification 1 and 4.

use im_session::Event;
use im_session::testing::Step;
use serde_json::json;

use super::{ID, Vector, data, event, event_at, heard};

/// Three sessions of the first agent and one of the second.
fn some() -> Vec<Step> {
    let other = |dn: &'static str, id: &'static str| Event::new("EventRinging").with_this_dn(dn).with_call_uuid(id);
    let mut steps = heard([
        event_at("EventDialing", "3001").with_other_dn("3002"),
        event("EventRinging").with_other_dn("3001").with_user_data(data(json!({"n": 1, "list": {"a": "b"}}))),
        event("EventEstablished"),
        other("3003", "b"),
        other("3002", "b"),
    ]);
    steps.extend(heard([Event::new("EventAbandoned").with_this_dn("3003").with_call_uuid("b")]));
    steps
}

pub(crate) fn all() -> Vec<Vector> {
    let mut vectors = Vec::new();
    let queries = [
        "",
        "fields=*",
        "fields=%2A",
        "fields=",
        "fields=id,state",
        "fields=state, id",
        "fields=unknown",
        "fields=userData,participants",
        "state=Talking",
        "fields=id&state=Talking",
        "fields=id&st%61te=Alert%69ng",
        "fields=id&state=Talking&id=b",
        "fields=id&state=",
        "fields=id&userData=x",
        "fields=id&participants=3001",
        "fields=id&unknown=1",
        "fields=id&path=/im-sessions/b",
        "fields=id&id=%62",
        "fields=uri&uri=http%3A%2F%2Flocalhost%3A8090%2Fapi%2Fv2%2Fim-sessions%2Fb",
    ];
    for query in queries {
        let mut steps = some();
        steps.push(Step::List { agent: 0, query: query.into() });
        vectors.push(Vector { name: format!("the list, ?{query}"), steps });
    }
    let reads = [
        (0, ID, ""),
        (0, ID, "fields=id,state"),
        (0, "b", "fields=*"),
        (1, ID, "fields=capabilities"),
        (1, "b", ""),
        (0, "none", ""),
    ];
    for (agent, id, query) in reads {
        let mut steps = some();
        steps.push(Step::Read { agent, id: id.into(), query: query.into() });
        vectors.push(Vector { name: format!("agent {agent} reads {id}, ?{query}"), steps });
    }
    for number in ["3001", "+19165550104", "(916) 555-0104", "VQ_Sales", "sip:3001@host"] {
        let mut steps = heard([event("EventRinging").with_other_dn(number)]);
        steps.push(Step::List { agent: 0, query: "fields=participants".into() });
        vectors.push(Vector { name: format!("the participant {number}"), steps });
    }
    let texts = [
        json!({"text": "größer"}),
        json!({"text": 7}),
        json!({"text": {"a": "b"}}),
        json!({"Text": "no"}),
        json!({"text": ""}),
    ];
    for extensions in texts {
        let says = event("EventPrivateInfo").with_extensions(data(extensions.clone()));
        vectors.push(Vector {
            name: format!("a message of {extensions}"),
            steps: heard([event("EventEstablished"), says]),
        });
    }
    vectors
}
