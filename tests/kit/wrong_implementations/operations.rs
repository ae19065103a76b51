//! The plain implementation: operations and reads.

use im_session::store::Device;
use im_session::testing::Agent;
use im_session::{Event, KeyValueList};
use serde_json::{Map, Value, json};

use super::events::{Plain, Sent, Session, State};
use super::mistakes::Mistake;

impl Plain {
    /// Sends the request or returns the statusCode.
    pub(crate) fn posted(&mut self, me: &Agent, id: Option<&str>, body: &str) -> Result<(), u8> {
        let body: Value = serde_json::from_str(body).map_err(|_| 10)?;
        let body: Map<String, Value> = body.as_object().ok_or(10)?.clone();
        let body: Map<String, Value> = body.into_iter().filter(|(_, value)| !value.is_null()).collect();
        let name = body.get("operationName").ok_or(1)?.as_str().unwrap_or_default().to_owned();
        let needs: &[&str] = match (&*name, id) {
            ("InitiateIMSession", None) if me.devices().len() == 1 => &["destination"],
            ("InitiateIMSession", None) => &["destination", "devicePath"],
            ("SendMessage", Some(_)) => &["text", "destination", "devicePath"],
            ("AttachUserData" | "UpdateUserData", Some(_)) => &["userData"],
            ("DeleteUserData", Some(_)) => &["key"],
            ("Complete", Some(_)) => &[],
            _ => return Err(3),
        };
        let no_right = !me.rights().iter().any(|right| right.name() == name);
        if no_right && !self.makes(Mistake::SendsWithoutTheRight) && !self.makes(Mistake::ChecksTheRightAfterTheSession)
        {
            return Err(5);
        }
        let missing = || {
            let no_number = body.get("destination").and_then(Value::as_object);
            let no_number =
                no_number.is_some_and(|destination| destination.get("phoneNumber").is_none_or(Value::is_null));
            needs.iter().any(|&need| !body.contains_key(need) || (need == "destination" && no_number))
        };
        if self.makes(Mistake::ChecksTheParametersBeforeTheSession) && missing() {
            return Err(1);
        }
        let device_path = body.get("devicePath").and_then(Value::as_str);
        let session = match id {
            Some(id) => Some(self.mine(me, id, device_path).ok_or(6)?.clone()),
            None => None,
        };
        if no_right && self.makes(Mistake::ChecksTheRightAfterTheSession) {
            return Err(5);
        }
        let not_now = match &session {
            Some(session) => !self.capabilities(session).contains(&&*name),
            None => self.has_open(me) && !self.makes(Mistake::InitiatesWhileAnotherIsOpen),
        };
        if self.makes(Mistake::ChecksTheStateBeforeTheParameters) && not_now {
            return Err(2);
        }
        if missing() {
            return Err(1);
        }
        let new = self.check(&name, &body, session.as_ref())?;
        let known = device_path.is_none_or(|path| me.devices().iter().any(|device| device.device_path == path));
        if !known && !self.makes(Mistake::TakesAnyDevicePath) {
            return Err(6);
        }
        if not_now {
            return Err(2);
        }
        self.send(&name, me, session, &body, new)
    }

    /// Checks the parameters and returns the new user data.
    fn check(
        &self,
        name: &str,
        body: &Map<String, Value>,
        session: Option<&Session>,
    ) -> Result<Option<KeyValueList<'static>>, u8> {
        let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        let good = |name: &str| body.get(name).is_none_or(is_text);
        let is_number = |body: &Map<String, Value>| body["destination"].get("phoneNumber").is_some_and(is_text);
        if !good("devicePath") || (["InitiateIMSession", "SendMessage"].contains(&name) && !is_number(body)) {
            return Err(10);
        }
        if (name == "SendMessage" && !good("text")) || (name == "DeleteUserData" && !good("key")) {
            return Err(10);
        }
        let there = session.map(|session| session.data.clone()).unwrap_or_default();
        if name == "DeleteUserData" {
            let key = body["key"].as_str().unwrap_or_default();
            let may = there.get(key).is_some() || self.makes(Mistake::DeletesKeysThatAreNotThere);
            return if may { Ok(None) } else { Err(10) };
        }
        if !["InitiateIMSession", "AttachUserData", "UpdateUserData"].contains(&name) || !body.contains_key("userData")
        {
            return Ok(None);
        }
        let new: KeyValueList<'static> = serde_json::from_value(body["userData"].clone()).map_err(|_| 10)?;
        let may_be_empty = name == "InitiateIMSession" || self.makes(Mistake::SendsEmptyUserData);
        let kept = there.pairs().iter().filter(|pair| name == "AttachUserData" || new.get(&pair.key).is_none());
        let pairs = kept.chain(new.pairs()).map(|pair| (pair.key.clone(), pair.value.clone()));
        let total = KeyValueList::try_from_iter(pairs).map_err(|_| 10)?;
        let over = total.size() > 16_000 || total.depth() > 16 || total.pair_count() > self.limits.user_data_pairs;
        if (new.is_empty() && !may_be_empty) || over {
            return Err(10);
        }
        Ok(Some(new))
    }

    fn send(
        &mut self,
        name: &str,
        me: &Agent,
        session: Option<Session>,
        body: &Map<String, Value>,
        new: Option<KeyValueList<'static>>,
    ) -> Result<(), u8> {
        let device_path = body.get("devicePath").and_then(Value::as_str);
        let named = me.devices().iter().find(|device| Some(&*device.device_path) == device_path);
        let dn = match &session {
            Some(session) => session.dn.clone(),
            None => named.or(me.devices().first()).ok_or(1)?.dn.clone(),
        };
        let (request, number) = match name {
            "InitiateIMSession" => ("RequestMakeCall", 14),
            "SendMessage" => ("RequestPrivateService", 149),
            "AttachUserData" => ("RequestAttachUserData", 30),
            "UpdateUserData" => ("RequestUpdateUserData", 31),
            "DeleteUserData" => ("RequestDeletePair", 33),
            _ => ("RequestReleaseCall", 17),
        };
        self.sent += 1;
        let mut request = json!({"Request": request, "RequestNumber": number, "ReferenceID": self.sent, "ThisDN": dn});
        if let Some(conn_id) = session.as_ref().and_then(|session| session.conn_id) {
            request["ConnID"] = json!(conn_id.to_string());
        }
        if ["InitiateIMSession", "SendMessage"].contains(&name) {
            request["OtherDN"] = body["destination"]["phoneNumber"].clone();
        }
        match name {
            "SendMessage" => request["Extensions"] = json!({"text": body["text"]}),
            "DeleteUserData" => request["Key"] = body["key"].clone(),
            _ => {}
        }
        if let Some(new) = new {
            request["UserData"] = json!(new);
        }
        self.requests.push(request);
        if let (Some(session), "Complete") = (&session, name) {
            if self.makes(Mistake::CompletesByTheOperation) {
                let at = self.find(&session.dn, &session.id).expect("it was found");
                self.sessions[at].state = State::Completed;
            }
        }
        let (operation, id) = (name.to_owned(), session.map(|session| session.id));
        self.in_flight.push(Sent { reference_id: self.sent, operation, dn, id, at: self.now });
        Ok(())
    }

    /// Settles the requests that the event answers.
    pub(crate) fn settle(&mut self, event: &Event<'_>) -> Vec<Value> {
        let (name, failed) = (event.name.as_str(), event.name.as_str() == "EventError");
        let any = failed && self.makes(Mistake::SettlesTheLastRequest);
        let answers = failed || name == "EventACK" || !self.makes(Mistake::SettlesByAnswersAlone);
        let any_dn = self.makes(Mistake::SettlesAnotherAgentsRequest);
        let of_session = event.name.session_event().is_some()
            || (name == "EventACK" && self.makes(Mistake::SettlesAnInitiationByAck));
        let at = self.in_flight.iter().rposition(|sent| {
            (any || Some(sent.reference_id) == event.reference_id)
                && (any_dn || event.this_dn().is_none_or(|this_dn| this_dn == sent.dn))
                && (failed || of_session || sent.operation != "InitiateIMSession")
        });
        let Some(at) = at.filter(|_| answers) else { return vec![] };
        let sent = self.in_flight.remove(at);
        let message = event.error_message.as_deref().filter(|message| !message.is_empty());
        let failure = json!({"failed": {"code": event.error_code, "message": message}});
        vec![sent.settled(&if failed { failure } else { json!("done") })]
    }

    fn has_open(&self, me: &Agent) -> bool {
        let is_mine = |dn: &str| me.devices().iter().any(|device| device.dn == dn);
        let initiates = |sent: &Sent| sent.operation == "InitiateIMSession" && is_mine(&sent.dn);
        self.sessions.iter().any(|session| session.state != State::Completed && is_mine(&session.dn))
            || (self.in_flight.iter().any(initiates) && !self.makes(Mistake::InitiatesTwiceAtOnce))
    }

    fn mine(&self, me: &Agent, id: &str, device_path: Option<&str>) -> Option<&Session> {
        let at = |device: &Device| Some((device.device_path.clone(), &self.sessions[self.find(&device.dn, id)?]));
        let mine: Vec<(String, &Session)> = me.devices().iter().filter_map(at).collect();
        let named = mine.iter().find(|(path, _)| Some(&**path) == device_path);
        let first_open = mine.iter().find(|(_, session)| session.state != State::Completed);
        let first_open = first_open.filter(|_| !self.makes(Mistake::PrefersTheFirstDeviceToTheOpenSession));
        let found = named.or(first_open).or(mine.first()).map(|(_, session)| *session);
        let anybodys = || self.sessions.iter().find(|session| session.id == id);
        found.or_else(|| if self.makes(Mistake::AnswersAnotherAgent) { anybodys() } else { None })
    }

    pub(crate) fn listed(&self, me: &Agent, query: &str) -> Value {
        let (fields, filters, _) = self.query(query);
        let mut mine: Vec<&Session> = self.sessions.iter().collect();
        mine.retain(|session| me.devices().iter().any(|device| device.dn == session.dn));
        if self.makes(Mistake::ListsById) {
            mine.sort_by_key(|session| (&session.id, &session.dn));
        } else {
            mine.sort_by_key(|session| (&session.dn, &session.id));
        }
        let mut resources: Vec<Value> = mine.into_iter().map(|session| self.shown(session, me)).collect();
        resources.retain(|resource| {
            filters.iter().all(|(name, text)| resource.get(name).and_then(Value::as_str) == Some(text))
        });
        match fields {
            Some(fields) => {
                resources.iter_mut().for_each(|resource| select(resource, &fields));
                json!({"imSessions": resources, "statusCode": 0})
            }
            None => {
                let name = if self.makes(Mistake::ListsPathsForUris) { "path" } else { "uri" };
                let uris: Vec<Value> = resources.into_iter().map(|resource| resource[name].clone()).collect();
                json!({"statusCode": 0, "uris": uris})
            }
        }
    }

    pub(crate) fn one(&self, me: &Agent, id: &str, query: &str) -> Result<Value, u8> {
        let (fields, _, device_path) = self.query(query);
        let mut resource = self.shown(self.mine(me, id, device_path.as_deref()).ok_or(6)?, me);
        if let Some(fields) = fields {
            select(&mut resource, &fields);
        }
        Ok(json!({"imSession": resource, "statusCode": 0}))
    }

    fn shown(&self, session: &Session, me: &Agent) -> Value {
        let mut resource = self.resource(session);
        if !self.makes(Mistake::LeaksARightThroughAList) {
            for_rights(&mut resource, me);
        }
        resource
    }

    #[expect(clippy::type_complexity, reason = "the three parts of a query")]
    fn query(&self, query: &str) -> (Option<Vec<String>>, Vec<(String, String)>, Option<String>) {
        let names = ["capabilities", "id", "participants", "path", "state", "uri", "userData"];
        let (mut fields, mut filters, mut device_path) = (None, vec![], None);
        for part in query.split('&') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (self.unescaped(name), self.unescaped(value));
            match &*name {
                "fields" if value.is_empty() => fields = None,
                "fields" => fields = Some(value.split(',').map(|name| name.trim().to_owned()).collect()),
                "devicePath" => device_path = Some(value),
                name if names.contains(&name) => filters.push((name.to_owned(), value)),
                _ => {}
            }
        }
        (fields, filters, device_path)
    }

    fn unescaped(&self, text: &str) -> String {
        if self.makes(Mistake::LeavesQueriesEscaped) {
            return text.to_owned();
        }
        let mut bytes = vec![];
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            bytes.extend(&rest.as_bytes()[..at]);
            let digits =
                rest.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
            match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &rest[at + 3..];
                }
                None => {
                    bytes.push(b'%');
                    rest = &rest[at + 1..];
                }
            }
        }
        bytes.extend(rest.as_bytes());
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn select(resource: &mut Value, fields: &[String]) {
    let all = fields.iter().any(|field| field == "*");
    let resource = resource.as_object_mut().expect("an object");
    resource.retain(|name, _| all || fields.contains(name));
}

impl Sent {
    pub(crate) fn settled(&self, result: &Value) -> Value {
        let Sent { reference_id, operation, dn, id, .. } = self;
        json!({"referenceID": reference_id, "operation": operation, "thisDN": dn, "id": id, "result": result})
    }
}

/// Removes the capabilities that the agent has no right to.
pub(crate) fn for_rights(resource: &mut Value, me: &Agent) {
    let may = |name: &Value| me.rights().iter().any(|right| *name == right.name());
    resource["capabilities"].as_array_mut().expect("an array").retain(may);
}
