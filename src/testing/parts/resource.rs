//! The resource as others write it: published samples and other servers, not this crate.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use crate::machine::Operation;
use crate::resource::Participant;

/// What is written of an imSession; what is `None` is left out.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) id: String,
    /// With white space around it, where there is some.
    pub(crate) state: String,
    /// Whether path and uri are written.
    pub(crate) with_path: bool,
    pub(crate) participants: Option<(Vec<Participant<'static>>, Shape)>,
    pub(crate) user_data: Option<Value>,
    /// In the order in which they are written.
    pub(crate) capabilities: Option<Vec<Operation>>,
    /// The value of a field that there is not.
    pub(crate) unknown: Option<Value>,
}

impl Resource {
    pub(crate) fn json(self) -> Value {
        let mut fields = Map::new();
        if self.with_path {
            fields.insert("path".into(), json!(format!("/im-sessions/{}", self.id)));
            fields.insert("uri".into(), json!(format!("http://other.example/api/v2/im-sessions/{}", self.id)));
        }
        fields.insert("id".into(), json!(self.id));
        fields.insert("state".into(), json!(self.state));
        let participants = self.participants.map(|(participants, shape)| {
            participants.iter().map(|participant| shape.of(&json!(participant))).collect::<Value>()
        });
        let optional = [
            ("participants", participants),
            ("userData", self.user_data),
            ("capabilities", self.capabilities.map(|operations| json!(operations))),
            ("dnis", self.unknown),
        ];
        fields.extend(optional.into_iter().filter_map(|(name, value)| Some((String::from(name), value?))));
        Value::Object(fields)
    }
}

/// How much of a participant is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Whole,
    PhoneNumberAlone,
    DigitsAlone,
}

impl Shape {
    fn of(self, participant: &Value) -> Value {
        let alone = |name: &str| json!({name: participant.get(name)});
        match self {
            Shape::Whole => participant.clone(),
            Shape::PhoneNumberAlone => alone("phoneNumber"),
            Shape::DigitsAlone => alone("digits"),
        }
    }
}

/// What a field that there is not may hold.
pub(crate) fn unknown_values() -> [Value; 3] {
    [json!(1), json!(null), json!({"a": [true]})]
}
