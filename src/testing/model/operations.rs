//! The answer of the model to an operation, and how a request is settled. Specification 4.

use super::events::is_of_a_session;
use super::user_data::{from_json, is_over, view};
use super::{Model, ModelRequest, ModelSession, may};
use crate::event::{Event, KeyValueList};
use crate::testing::Agent;
use crate::testing::prelude::*;

const TAKE_USER_DATA: [&str; 3] = ["InitiateIMSession", "AttachUserData", "UpdateUserData"];

const ON_A_SESSION: [&str; 5] = ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];

impl Model {
    /// The answer, and the request to send. `target` is the id; `None` for the list.
    pub(super) fn post(&mut self, me: &Agent, target: Option<&str>, body: &[u8]) -> Value {
        match self.checked(me, target, body) {
            Ok(request) => json!({"answer": {"statusCode": 0}, "requests": [request]}),
            Err(status_code) => json!({"answer": {"statusCode": status_code}, "requests": []}),
        }
    }

    fn checked(&mut self, me: &Agent, target: Option<&str>, body: &[u8]) -> Result<Value, u8> {
        // The body is not a JSON object → 10; operationName is missing → 1, or unknown → 3.
        let mut body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| 10)?;
        body.retain(|_, value| !value.is_null());
        let operation = match body.get("operationName") {
            None => return Err(1),
            Some(Value::String(name)) if target.is_some() && ON_A_SESSION.contains(&&**name) => name.clone(),
            Some(Value::String(name)) if target.is_none() && name == "InitiateIMSession" => name.clone(),
            Some(_) => return Err(3),
        };
        // The agent has no right to it → 5.
        if !may(me, &operation) {
            return Err(5);
        }
        // The session is unknown, or belongs to another agent → 6.
        let device_path = body.get("devicePath").and_then(Value::as_str);
        let session = match target {
            Some(id) => Some(self.mine(me, id, device_path).cloned().ok_or(6)?),
            None => None,
        };
        // A parameter, or the number of a destination, is missing → 1.
        let no_number = |destination: &Map<_, _>| destination.get("phoneNumber").is_none_or(Value::is_null);
        for &parameter in required(&operation, me) {
            let object = body.get(parameter).ok_or(1)?.as_object();
            if parameter == "destination" && object.is_some_and(no_number) {
                return Err(1);
            }
        }
        // A parameter has the wrong type, is empty although a value is needed, or exceeds a limit → 10.
        let there = session.as_ref().map(|session| session.user_data.clone()).unwrap_or_default();
        self.check_values(&operation, &body, &there)?;
        // devicePath is not one of the agent's → 6.
        if device_path.is_some_and(|device_path| !me.devices().iter().any(|device| device.device_path == device_path)) {
            return Err(6);
        }
        // The operation is not among the capabilities → 2; the same for a second session of an agent.
        let this_dn = match &session {
            Some(session) if !session.capabilities().contains(&&*operation) => return Err(2),
            Some(session) => session.this_dn.clone(),
            None => self.dn_to_initiate(me, device_path)?,
        };
        self.request(this_dn, session.as_ref(), &operation, &body)
    }

    /// The DN that initiates: the one of the device that devicePath names, else of the first.
    fn dn_to_initiate(&self, me: &Agent, device_path: Option<&str>) -> Result<String, u8> {
        let named = me.devices().iter().find(|device| Some(&*device.device_path) == device_path);
        let dn = named.or(me.devices().first()).ok_or(1)?.dn.clone();
        if dn.is_empty() || dn.len() > self.limits.dn_length {
            return Err(10);
        }
        let open = self.sessions.iter().any(|session| session.is_open() && has(me, &session.this_dn));
        let mut initiations = self.requests.iter().filter(|request| request.operation == "InitiateIMSession");
        if self.one_session_per_agent && (open || initiations.any(|request| has(me, &request.this_dn))) {
            return Err(2);
        }
        Ok(dn)
    }

    fn check_values(&self, operation: &str, body: &Map<String, Value>, there: &KeyValueList<'_>) -> Result<(), u8> {
        let text = |parameter: &str, longest: usize| match body.get(parameter) {
            None => Ok(()),
            Some(Value::String(text)) if !text.is_empty() && text.len() <= longest => Ok(()),
            Some(_) => Err(10),
        };
        text("devicePath", usize::MAX)?;
        if ["InitiateIMSession", "SendMessage"].contains(&operation) {
            match phone_number(body) {
                Some(Value::String(number)) if !number.is_empty() && number.len() <= self.limits.dn_length => {}
                _ => return Err(10),
            }
        }
        if operation == "SendMessage" {
            text("text", self.limits.text_length)?;
        }
        if operation == "DeleteUserData" {
            text("key", usize::MAX)?;
            if !there.iter().any(|pair| body.get("key").and_then(Value::as_str) == Some(&*pair.key)) {
                return Err(10);
            }
        }
        if TAKE_USER_DATA.contains(&operation) {
            let Some(new) = body.get("userData") else { return Ok(()) };
            let new = new.as_object().and_then(from_json).ok_or(10)?;
            if new.is_empty() && operation != "InitiateIMSession" {
                return Err(10);
            }
            let replaced = |key: &str| operation == "UpdateUserData" && new.iter().any(|pair| pair.key == key);
            let kept = there.iter().filter(|pair| !replaced(&pair.key)).chain(&new);
            let total = KeyValueList::try_from_iter(kept.map(|pair| (pair.key.clone(), pair.value.clone())));
            if total.is_ok_and(|total| is_over(&total, &self.limits)) {
                return Err(10);
            }
        }
        Ok(())
    }

    fn request(
        &mut self,
        this_dn: String,
        session: Option<&ModelSession>,
        operation: &str,
        body: &Map<String, Value>,
    ) -> Result<Value, u8> {
        let (name, number) = match operation {
            "InitiateIMSession" => ("RequestMakeCall", 14),
            "SendMessage" => ("RequestPrivateService", 149),
            "AttachUserData" => ("RequestAttachUserData", 30),
            "UpdateUserData" => ("RequestUpdateUserData", 31),
            "DeleteUserData" => ("RequestDeletePair", 33),
            _ => ("RequestReleaseCall", 17),
        };
        self.take_reference_id()?;
        let user_data = body.get("userData").and_then(Value::as_object).and_then(from_json);
        let mut request = json!({
            "Request": name,
            "RequestNumber": number,
            "ReferenceID": self.last_reference_id,
            "ThisDN": this_dn,
            "ConnID": session.and_then(|session| session.conn_id).map(|conn_id| format!("{conn_id:016x}")),
            "OtherDN": phone_number(body).filter(|_| name == "RequestMakeCall" || name == "RequestPrivateService"),
            "Extensions": (name == "RequestPrivateService").then(|| json!({"text": body.get("text")})),
            "UserData": user_data.filter(|_| TAKE_USER_DATA.contains(&operation)).map(|list| view(&list)),
            "Key": body.get("key").filter(|_| name == "RequestDeletePair"),
        });
        if let Some(request) = request.as_object_mut() {
            request.retain(|_, value| !value.is_null());
        }
        self.requests.push(ModelRequest {
            reference_id: self.last_reference_id,
            operation: operation.into(),
            this_dn,
            id: session.map(|session| session.id.clone()),
            sent: self.now,
        });
        Ok(request)
    }

    /// Takes the next ReferenceID that is not in flight. Every request has to be reported, so none makes room for
    /// another: if the maximum number, or all ReferenceIDs, are in flight, the answer is statusCode 2.
    fn take_reference_id(&mut self) -> Result<(), u8> {
        let (first, last) = self.reference_ids;
        let limit = self.limits.requests.min(usize::try_from(last - first + 1).unwrap_or(usize::MAX));
        if self.requests.len() >= limit {
            return Err(2);
        }
        loop {
            self.last_reference_id = if self.last_reference_id >= last { first } else { self.last_reference_id + 1 };
            if self.requests.iter().all(|request| request.reference_id != self.last_reference_id) {
                if core::mem::take(&mut self.restarted) {
                    self.reached.insert(("embedder", "the gap after a restart"));
                }
                return Ok(());
            }
        }
    }

    /// The session with this id at one of the agent's DNs: the one that devicePath names, else the first open one in
    /// device order, else the first.
    pub(super) fn mine(&self, me: &Agent, id: &str, device_path: Option<&str>) -> Option<&ModelSession> {
        let all =
            || me.devices().iter().filter_map(|device| Some((&device.device_path, self.session(&device.dn, id)?)));
        let named = all().find(|(path, _)| Some(path.as_str()) == device_path);
        let open = || all().find(|(_, session)| session.is_open());
        named.or_else(open).or_else(|| all().next()).map(|(_, session)| session)
    }

    /// Any event with its ReferenceID settles a request, at the same DN or without a ThisDN. A request to initiate is
    /// not settled by EventACK and other events that concern no session.
    pub(super) fn settle(&mut self, event: &Event<'_>) -> Vec<Value> {
        let failed = event.name.as_str() == "EventError";
        let answers = |request: &ModelRequest| {
            Some(request.reference_id) == event.reference_id
                && event.this_dn.as_deref().is_none_or(|dn| dn == request.this_dn)
                && (request.operation != "InitiateIMSession" || failed || is_of_a_session(event))
        };
        let Some(position) = self.requests.iter().position(answers) else { return Vec::new() };
        let failure = json!({"failed": {"code": event.error_code, "message": event.error_message}});
        let request = self.requests.remove(position);
        Vec::from([request.settled(&if failed { failure } else { json!("done") })])
    }
}

impl ModelRequest {
    /// The request as reported when it is no longer in flight.
    pub(super) fn settled(&self, result: &Value) -> Value {
        json!({
            "referenceID": self.reference_id,
            "operation": self.operation,
            "thisDN": self.this_dn,
            "id": self.id,
            "result": result,
        })
    }
}

fn phone_number(body: &Map<String, Value>) -> Option<&Value> {
    body.get("destination")?.get("phoneNumber")
}

fn required(operation: &str, me: &Agent) -> &'static [&'static str] {
    match operation {
        "InitiateIMSession" if me.devices().len() == 1 => &["destination"],
        "InitiateIMSession" => &["destination", "devicePath"],
        "SendMessage" => &["text", "destination", "devicePath"],
        "AttachUserData" | "UpdateUserData" => &["userData"],
        "DeleteUserData" => &["key"],
        _ => &[],
    }
}
