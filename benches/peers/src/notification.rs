//! A notification from a session into a reused buffer, compared with a plain struct of owned text that derives
//! `Serialize` and has the same contents.

use std::hint::black_box;

use im_session::resource::NotificationType;
use im_session::{BaseUri, CallEvent, Event, KeyValueList, Limits, Notification, Session, Sessions};
use serde::Serialize;

use crate::work::Work;

const PASS: usize = 1000;

#[derive(Serialize)]
struct Envelope {
    data: Data,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    im_session: Resource,
    message_type: String,
    notification_type: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    capabilities: Vec<String>,
    id: String,
    participants: Vec<Participant>,
    path: String,
    state: String,
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data: Option<UserData>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Participant {
    digits: String,
    #[serde(rename = "e164Number")]
    e164_number: String,
    formatted_phone_number: String,
    phone_number: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UserData {
    service_type: String,
    web_page: String,
    #[serde(rename = "PegAG")]
    peg_ag: i64,
}

const ID: &str = "01C8M2R4T0BGL5E7PS6GK2VAES00000A";
const BASE: &str = "http://localhost:8090";

fn plain(user_data: bool) -> Envelope {
    let number = || "2000017".to_owned();
    let capabilities: &[&str] = if user_data {
        &["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"]
    } else {
        &["SendMessage", "AttachUserData", "Complete"]
    };
    Envelope {
        data: Data {
            im_session: Resource {
                capabilities: capabilities.iter().map(|&name| name.to_owned()).collect(),
                id: ID.to_owned(),
                participants: vec![Participant {
                    digits: number(),
                    e164_number: number(),
                    formatted_phone_number: number(),
                    phone_number: number(),
                }],
                path: format!("/im-sessions/{ID}"),
                state: "Talking".to_owned(),
                uri: format!("{BASE}/api/v2/im-sessions/{ID}"),
                user_data: user_data.then(|| UserData {
                    service_type: "orders".to_owned(),
                    web_page: "/orders/48113".to_owned(),
                    peg_ag: 1,
                }),
            },
            message_type: "IMSessionStateChangeMessage".to_owned(),
            notification_type: "StatusChange".to_owned(),
        },
    }
}

/// The session that the notification is about.
fn session(user_data: bool) -> Session {
    let mut event =
        Event::new(CallEvent::Established).with_this_dn("2000042").with_other_dn("2000017").with_call_uuid(ID);
    if user_data {
        let mut list = KeyValueList::new();
        list.push("ServiceType", "orders");
        list.push("WebPage", "/orders/48113");
        list.push("PegAG", 1);
        event = event.with_user_data(list);
    }
    let mut session = None;
    Session::apply(&mut session, &event, &Limits::DEFAULT);
    session.expect("the event opens a session")
}

struct OfSession {
    sessions: Sessions,
    session: Session,
    buffer: Vec<u8>,
    write: fn(&Notification<'_>, &mut Vec<u8>),
}

/// The library's own writer.
fn direct(notification: &Notification<'_>, buffer: &mut Vec<u8>) {
    notification.write_json(buffer);
}

fn through_serde(notification: &Notification<'_>, buffer: &mut Vec<u8>) {
    serde_json::to_writer(buffer, notification).expect("a Vec takes what is written");
}

impl Work for OfSession {
    fn units(&self) -> usize {
        PASS
    }

    fn pass(&mut self) {
        for _ in 0..PASS {
            self.buffer.clear();
            let im_session = self.sessions.resource(black_box(&self.session));
            let notification_type = NotificationType::StatusChange;
            let notification = Notification::SessionChanged { im_session, notification_type };
            (self.write)(&notification, &mut self.buffer);
            black_box(&self.buffer);
        }
    }
}

struct OfPlainStruct {
    plain: Envelope,
    buffer: Vec<u8>,
}

impl Work for OfPlainStruct {
    fn units(&self) -> usize {
        PASS
    }

    fn pass(&mut self) {
        for _ in 0..PASS {
            self.buffer.clear();
            serde_json::to_writer(&mut self.buffer, black_box(&self.plain)).expect("a Vec takes what is written");
            black_box(&self.buffer);
        }
    }
}

pub const INPUTS: [&str; 2] = ["no user data", "user data"];
pub const CONTENDERS: [&str; 3] = ["im-session", "im-session, serde_json", "plain struct, serde_json"];

fn of_session(user_data: bool, write: fn(&Notification<'_>, &mut Vec<u8>)) -> OfSession {
    OfSession { sessions: Sessions::new(BaseUri::new(BASE)), session: session(user_data), buffer: Vec::new(), write }
}

/// The workload of this contender.
pub fn work(input: &str, contender: &str) -> Option<Box<dyn Work>> {
    let user_data = input == "user data";
    Some(match contender {
        "im-session" => Box::new(of_session(user_data, direct)),
        "im-session, serde_json" => Box::new(of_session(user_data, through_serde)),
        "plain struct, serde_json" => Box::new(OfPlainStruct { plain: plain(user_data), buffer: Vec::new() }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_write_the_same() {
        for user_data in [false, true] {
            let mut work = of_session(user_data, direct);
            work.pass();
            let mut by_serde = of_session(user_data, through_serde);
            by_serde.pass();
            assert_eq!(work.buffer, by_serde.buffer);
            let mut other = OfPlainStruct { plain: plain(user_data), buffer: Vec::new() };
            other.pass();
            assert_eq!(String::from_utf8(work.buffer), String::from_utf8(other.buffer));
        }
    }
}
