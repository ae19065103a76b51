//! The notifications of the plain program.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Outcome, Session, State};

#[derive(Serialize)]
struct Envelope<D> {
    data: D,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionChanged<'s> {
    im_session: Resource<'s>,
    message_type: &'static str,
    notification_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewMessage<'s> {
    im_session_path: String,
    message: &'s str,
    message_type: &'static str,
    notification_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'s> {
    capabilities: &'static [&'static str],
    id: &'s str,
    participants: Vec<Participant<'s>>,
    path: String,
    state: State,
    uri: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    user_data: &'s Map<String, Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Participant<'s> {
    digits: String,
    #[serde(rename = "e164Number")]
    e164_number: &'s str,
    formatted_phone_number: &'s str,
    phone_number: &'s str,
}

impl Session {
    pub(super) fn notify(&self, outcome: &Outcome<'_>, out: &mut Vec<u8>) {
        let notification_type = match outcome {
            Outcome::Nothing => return,
            Outcome::Message(text) => {
                let data = NewMessage {
                    im_session_path: format!("/im-sessions/{}", self.id),
                    message: text,
                    message_type: "IMLogUpdateMessage",
                    notification_type: "NewMessage",
                };
                return serde_json::to_writer(out, &Envelope { data }).expect("a Vec takes what is written");
            }
            Outcome::StatusChange => "StatusChange",
            Outcome::AttachedDataChanged => "AttachedDataChanged",
        };
        let data = SessionChanged {
            im_session: self.resource(),
            message_type: "IMSessionStateChangeMessage",
            notification_type,
        };
        serde_json::to_writer(out, &Envelope { data }).expect("a Vec takes what is written");
    }

    fn resource(&self) -> Resource<'_> {
        let path = format!("/im-sessions/{}", self.id);
        Resource {
            capabilities: match (self.state, self.user_data.is_empty()) {
                (State::Talking, true) => &["SendMessage", "AttachUserData", "Complete"],
                (State::Talking, false) => {
                    &["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"]
                }
                (State::Initiating | State::Alerting, true) => &["AttachUserData", "Complete"],
                (State::Initiating | State::Alerting, false) => {
                    &["AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"]
                }
                (State::Completed, _) => &[],
            },
            id: &self.id,
            participants: self.participants.iter().map(|number| participant(number)).collect(),
            uri: format!("http://localhost:8090/api/v2{path}"),
            path,
            state: self.state,
            user_data: &self.user_data,
        }
    }
}

fn participant(number: &str) -> Participant<'_> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    Participant {
        digits: if digits.is_empty() { number.into() } else { digits },
        e164_number: number,
        formatted_phone_number: number,
        phone_number: number,
    }
}
