//! What the reference store answers to an operation, and how a request settles. Specification 4.

use serde_json::{Map, Value, json};

use super::data::{Pairs, depth, from_json, size};
use super::{Me, ReferenceEvent, ReferenceRequest, ReferenceStore, capabilities, view};

const ON_A_SESSION: [&str; 5] = ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];

impl ReferenceStore {
    /// The request to send, or the statusCode as a number. `target` is the id, none for the list.
    pub(crate) fn post(&mut self, me: Me<'_>, target: Option<&str>, body: &[u8]) -> Value {
        match self.checked(me, target, body) {
            Ok(request) => {
                self.count("operation 0");
                request
            }
            Err(status_code) => {
                self.count(&format!("operation {status_code}"));
                json!(status_code)
            }
        }
    }

    fn checked(&mut self, me: Me<'_>, target: Option<&str>, body: &[u8]) -> Result<Value, u8> {
        // Body not a JSON object → 10; operationName missing → 1, unknown → 3.
        let Ok(Value::Object(mut body)) = serde_json::from_slice::<Value>(body) else {
            return Err(10);
        };
        body.retain(|_, value| !value.is_null());
        let operation = match body.get("operationName") {
            None => return Err(1),
            Some(Value::String(name)) if target.is_some() && ON_A_SESSION.contains(&&**name) => name.clone(),
            Some(Value::String(name)) if target.is_none() && name == "InitiateIMSession" => name.clone(),
            Some(_) => return Err(3),
        };
        // Session unknown, or another agent's → 6.
        let device_path = body.get("devicePath").and_then(Value::as_str);
        let session = match target {
            Some(id) => Some(self.mine(me, id, device_path).ok_or(6)?),
            None => None,
        };
        // A parameter missing → 1.
        for &parameter in required(&operation, me) {
            if !body.contains_key(parameter) {
                return Err(1);
            }
            let destination = body.get(parameter).and_then(Value::as_object);
            if parameter == "destination"
                && destination.is_some_and(|destination| destination.get("phoneNumber").is_none_or(Value::is_null))
            {
                return Err(1);
            }
        }
        // A parameter of the wrong type, empty where a value is needed, or over a limit → 10.
        let there = session.map(|position| self.sessions[position].user_data.clone()).unwrap_or_default();
        self.check_values(&operation, &body, &there)?;
        // devicePath not one of the agent's → 6.
        if device_path.is_some_and(|device_path| !me.iter().any(|&(path, _)| path == device_path)) {
            return Err(6);
        }
        // Operation not among the capabilities → 2, and one IM session per agent.
        match session {
            Some(position) => {
                if !capabilities(&self.sessions[position]).contains(&&*operation) {
                    return Err(2);
                }
            }
            None => {
                let mine = |dn: &str| me.iter().any(|&(_, my_dn)| my_dn == dn);
                let open = self.sessions.iter().any(|session| mine(&session.this_dn) && session.is_open());
                if self.one_session_per_agent && open {
                    return Err(2);
                }
            }
        }
        Ok(self.request(me, session, &operation, &body))
    }

    fn check_values(&self, operation: &str, body: &Map<String, Value>, there: &Pairs) -> Result<(), u8> {
        let text = |parameter: &str, longest: usize| match body.get(parameter) {
            None => Ok(()),
            Some(Value::String(text)) if !text.is_empty() && text.len() <= longest => Ok(()),
            Some(_) => Err(10),
        };
        text("devicePath", usize::MAX)?;
        if ["InitiateIMSession", "SendMessage"].contains(&operation) {
            match body["destination"].get("phoneNumber") {
                Some(Value::String(number)) if !number.is_empty() && number.len() <= self.limits.dn_length => {}
                _ => return Err(10),
            }
        }
        if operation == "SendMessage" {
            text("text", self.limits.text_length)?;
        }
        if operation == "DeleteUserData" {
            text("key", usize::MAX)?;
            if !there.iter().any(|(key, _)| body["key"] == **key) {
                return Err(10);
            }
        }
        if ["InitiateIMSession", "AttachUserData", "UpdateUserData"].contains(&operation) {
            let new = match body.get("userData") {
                None => return Ok(()),
                Some(Value::Object(object)) => from_json(object).ok_or(10)?,
                Some(_) => return Err(10),
            };
            if new.is_empty() && operation != "InitiateIMSession" {
                return Err(10);
            }
            let mut total = there.clone();
            if operation == "UpdateUserData" {
                total.retain(|(key, _)| !new.iter().any(|(new_key, _)| new_key == key));
            }
            total.extend(new);
            if size(&total) > self.limits.user_data_size || depth(&total) > self.limits.user_data_depth {
                return Err(10);
            }
        }
        Ok(())
    }

    fn request(&mut self, me: Me<'_>, session: Option<usize>, operation: &str, body: &Map<String, Value>) -> Value {
        let session = session.map(|position| self.sessions[position].clone());
        let named = || me.iter().find(|&&(path, _)| body.get("devicePath").is_some_and(|value| value == path));
        let this_dn = match &session {
            Some(session) => session.this_dn.clone(),
            None => named().unwrap_or(&me[0]).1.to_string(),
        };
        self.last_reference_id += 1;
        let (name, number) = match operation {
            "InitiateIMSession" => ("RequestMakeCall", 14),
            "SendMessage" => ("RequestPrivateService", 149),
            "AttachUserData" => ("RequestAttachUserData", 30),
            "UpdateUserData" => ("RequestUpdateUserData", 31),
            "DeleteUserData" => ("RequestDeletePair", 33),
            _ => ("RequestReleaseCall", 17),
        };
        let mut request = json!({
            "Request": name,
            "RequestNumber": number,
            "ReferenceID": self.last_reference_id,
            "ThisDN": this_dn,
        });
        if let Some(conn_id) = session.as_ref().and_then(|session| session.conn_id) {
            request["ConnID"] = json!(format!("{conn_id:016x}"));
        }
        if ["InitiateIMSession", "SendMessage"].contains(&operation) {
            request["OtherDN"] = body["destination"]["phoneNumber"].clone();
        }
        if operation == "SendMessage" {
            request["Extensions"] = json!({"text": body["text"]});
        }
        if ["InitiateIMSession", "AttachUserData", "UpdateUserData"].contains(&operation) {
            if let Some(Value::Object(user_data)) = body.get("userData") {
                request["UserData"] = view(&from_json(user_data).expect("checked"));
            }
        }
        if operation == "DeleteUserData" {
            request["Key"] = body["key"].clone();
        }

        self.requests.push(ReferenceRequest {
            reference_id: self.last_reference_id,
            operation: operation.into(),
            this_dn,
            id: session.map(|session| session.id),
            sent: self.now,
        });
        if self.requests.len() > self.limits.requests {
            self.requests.remove(0);
        }
        request
    }

    /// The session with this id at one of the agent's DNs: the one that devicePath names, else the first open one in device
    /// order, else the first.
    pub(crate) fn mine(&self, me: Me<'_>, id: &str, device_path: Option<&str>) -> Option<usize> {
        let all: Vec<(&str, usize)> =
            me.iter().filter_map(|&(path, dn)| Some((path, self.position(dn, id)?))).collect();
        let named = all.iter().find(|(path, _)| Some(*path) == device_path);
        let open = all.iter().find(|(_, position)| self.sessions[*position].is_open());
        named.or(open).or(all.first()).map(|&(_, position)| position)
    }

    /// An EventError (or EventACK) with that ReferenceID settles the request; not one of another DN.
    pub(crate) fn settle(&mut self, event: &ReferenceEvent) -> Value {
        if event.name != "EventError" && event.name != "EventACK" {
            return Value::Null;
        }
        let this_dn = event.this_dn.as_deref().filter(|dn| !dn.is_empty());
        let answers = |request: &ReferenceRequest| {
            Some(request.reference_id) == event.reference_id && this_dn.is_none_or(|dn| dn == request.this_dn)
        };
        let Some(position) = self.requests.iter().position(answers) else {
            return Value::Null;
        };
        let request = self.requests.remove(position);
        let failed = event.name == "EventError";
        let message = event.error_message.as_deref().filter(|message| !message.is_empty());
        json!({
            "referenceID": request.reference_id,
            "operation": request.operation,
            "thisDN": request.this_dn,
            "id": request.id,
            "failed": failed,
            "code": event.error_code.filter(|_| failed),
            "message": message.filter(|_| failed),
        })
    }
}

fn required(operation: &str, me: Me<'_>) -> &'static [&'static str] {
    match operation {
        "InitiateIMSession" if me.len() == 1 => &["destination"],
        "InitiateIMSession" => &["destination", "devicePath"],
        "SendMessage" => &["text", "destination", "devicePath"],
        "AttachUserData" | "UpdateUserData" => &["userData"],
        "DeleteUserData" => &["key"],
        _ => &[],
    }
}
