//! Random histories, the same for the same seed.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use crate::event::{ConnId, Event, KeyValueList};
use crate::testing::{Agent, History, Step};

/// Random histories without end, the same for the same seed: few DNs and ids, so that things meet, and as much of what is wrong
/// as it takes to reach every cell.
///
/// The kit takes histories from anywhere; with the feature `proptest` there are strategies of them too.
///
/// ```
/// use im_session::testing::conformance::Histories;
///
/// let (one, other): (Vec<_>, Vec<_>) = (Histories::new(1).take(3).collect(), Histories::new(1).take(3).collect());
/// assert_eq!(one, other);
/// ```
#[derive(Debug, Clone)]
pub struct Histories {
    random: Random,
}

impl Histories {
    /// The histories of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Histories { random: Random(seed) }
    }
}

/// The agents: one has two DNs, and its devices are not in the order of the DNs.
const AGENTS: [&[(&str, &str)]; 3] =
    [&[("/devices/1", "3001")], &[("/devices/2", "3003"), ("/devices/3", "3002")], &[("/devices/1", "VQ_4")]];

const DNS: [&str; 5] = ["3001", "3003", "3002", "VQ_4", "9"];
const IDS: [&str; 3] = ["007MDF3D0KAHL93L807GK2LAES000001", "b", "A.~_-"];

impl Iterator for Histories {
    type Item = History;

    fn next(&mut self) -> Option<History> {
        let random = &mut self.random;
        let with = |agent: Agent, &(device_path, dn): &(&str, &str)| agent.with_device(device_path, dn);
        let agents = AGENTS.iter().map(|devices| devices.iter().fold(Agent::new(), with)).collect();
        let length = 1 + random.below(40);
        let steps = (1..=length).map(|position| random.step(position)).collect();
        Some(History { agents, steps })
    }
}

/// Steele, Lea and Flood's SplitMix64: a few lines, and the same everywhere.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound.max(1)
    }

    fn signed(&mut self, bound: u32) -> i64 {
        i64::try_from(self.below(bound.into())).unwrap_or(0)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these; the first of them where chance does not find one.
    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let position = self.below(from.len() as u64);
        from.get(usize::try_from(position).unwrap_or(0)).cloned()
    }

    fn text(&mut self, from: &[&'static str]) -> &'static str {
        self.pick(from).unwrap_or_default()
    }

    /// The first three mostly.
    fn dn(&mut self) -> &'static str {
        let [first, second, third, ..] = DNS;
        if self.chance(90) { self.text(&[first, second, third, third]) } else { self.text(&DNS) }
    }

    fn id(&mut self) -> &'static str {
        let [first, second, _] = IDS;
        match self.below(40) {
            0 => self.text(&["unknown", "no id", "..", ""]),
            1..=3 => self.text(&IDS),
            4..=12 => second,
            _ => first,
        }
    }

    fn step(&mut self, position: u64) -> Step {
        match self.below(100) {
            0..=54 => Step::Event(self.event(position)),
            55..=82 => self.post(),
            83..=87 => Step::List { agent: self.agent(), query: self.query() },
            88..=92 => Step::Read { agent: self.agent(), id: self.id().into(), query: self.query() },
            93..=95 => Step::Time(self.below(20)),
            96 => Step::Expire { ago: self.below(40) },
            97 => Step::Forget { this_dn: self.dn().into(), id: self.id().into() },
            98 if self.chance(50) => Step::ForgetCompleted { ago: self.below(40) },
            98 => Step::ForgetRequests { ago: self.below(40) },
            _ => self.reconcile(),
        }
    }

    fn agent(&mut self) -> usize {
        self.pick(&[0, 1, 1, 1, 1, 2]).unwrap_or_default()
    }

    fn event(&mut self, position: u64) -> Event<'static> {
        let name = match self.below(100) {
            0..=34 => {
                self.text(&["EventDialing", "EventRinging", "EventRinging", "EventEstablished", "EventEstablished"])
            }
            35..=49 => self.text(&["EventReleased", "EventAbandoned"]),
            50..=64 => "EventAttachedDataChanged",
            65..=74 => self.text(&["EventPartyAdded", "EventPartyDeleted", "EventPartyChanged"]),
            75..=84 => "EventPrivateInfo",
            85..=89 => "EventDestinationBusy",
            90..=96 => self.text(&["EventError", "EventACK"]),
            _ => self.text(&["EventHeld", "EventRetrieved", "EventNetworkReached", "EventQueued"]),
        };
        let mut event = Event::new(name);
        if self.chance(98) && !(name == "EventAttachedDataChanged" && self.chance(50)) {
            event = event.with_this_dn(self.dn());
        }
        if self.chance(98) {
            event = event.with_call_uuid(self.id());
        }
        if name.starts_with("EventParty") && self.chance(90) {
            event = event.with_other_dn(self.text(&["3001", "3003"]));
        } else if self.chance(55) {
            event = event.with_other_dn(if self.chance(90) { self.dn() } else { "+1 (916) 555-0104" });
        }
        if self.chance(30) {
            event = event.with_conn_id(ConnId(1 + self.below(9)));
        }
        if self.chance(60) {
            event = event.with_event_sequence_number(if self.chance(75) { position } else { self.below(20) });
        }
        if self.chance(75) {
            event = event.with_server_start_time(if self.chance(90) { 1 } else { 2 });
        }
        if self.chance(45) {
            event = event.with_user_data(if self.chance(8) { self.too_much() } else { self.pairs(0) });
        }
        if name == "EventPrivateInfo" || self.chance(10) {
            event = event.with_extensions(if self.chance(80) { self.message() } else { self.pairs(0) });
        }
        if ["EventError", "EventACK"].contains(&name) || self.chance(10) {
            event = event.with_reference_id(1 + self.below(4));
            event.error_code = Some(self.signed(99)).filter(|_| self.chance(70));
            event.error_message = Some(self.text(&["", "Invalid DN"]).into()).filter(|_| self.chance(60));
        }
        event
    }

    fn message(&mut self) -> KeyValueList<'static> {
        [("text", self.text(&["hello", "größer", ""]))].into_iter().collect()
    }

    fn pairs(&mut self, depth: u8) -> KeyValueList<'static> {
        let mut list = KeyValueList::new();
        for _ in 0..self.below(4) {
            let key = self.text(&["k", "k", "n", "text", ""]);
            match self.below(10) {
                0..=5 => list.push(key, self.text(&["v", "w", "größer", ""])),
                6..=7 => list.push(key, self.signed(20) - 10),
                _ if depth < 2 => _ = list.try_push(key, self.pairs(depth + 1)),
                _ => list.push(key, i64::MAX),
            }
        }
        list
    }

    /// User data over one of the two limits.
    fn too_much(&mut self) -> KeyValueList<'static> {
        if self.chance(30) {
            return [("k", "v".repeat(16_100))].into_iter().collect();
        }
        (0..16).fold(KeyValueList::new(), |inner, _| KeyValueList::try_from_iter([("l", inner)]).unwrap_or_default())
    }

    fn query(&mut self) -> String {
        let parts = [
            "fields=*",
            "fields=%2A",
            "fields",
            "fields=",
            "fields=id,state",
            "fields=id%2Cunknown, uri",
            "fields=unknown",
            "fields=userData,participants",
            "fields=capabilities,path",
            "state=Talking",
            "st%61te=Alert%69ng",
            "state=Completed",
            "state=",
            "state=Tal%6",
            "id=b",
            "id=A.%7E_-",
            "path=/im-sessions/b",
            "userData=x",
            "participants=3001",
            "unknown=1",
            "devicePath=/devices/2",
            "devicePath=%2Fdevices%2F3",
            "devicePath=/none",
        ];
        (0..self.below(4)).map(|_| self.text(&parts)).collect::<Vec<_>>().join("&")
    }

    fn reconcile(&mut self) -> Step {
        let mut list = Vec::new();
        for id in IDS {
            if self.chance(50) {
                let state = self.text(&["Initiating", "Alerting", "Talking", "Completed"]);
                let participants = [json!({"phoneNumber": self.dn()})];
                list.push(
                    json!({"id": id, "state": state, "participants": participants, "userData": self.json_pairs()}),
                );
            }
        }
        Step::Reconcile { this_dn: self.dn().into(), list }
    }

    fn json_pairs(&mut self) -> Value {
        json!(self.pairs(0))
    }

    /// An operation whose body has a few mistakes at most.
    fn post(&mut self) -> Step {
        const NAMES: [&str; 6] =
            ["InitiateIMSession", "SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];
        let agent = self.agent();
        let name = self.text(&NAMES);
        let to_the_list = (name == "InitiateIMSession") != self.chance(6);
        let target = Some(self.id().to_string()).filter(|_| !to_the_list);
        if self.chance(4) {
            let body = self.text(&["", "[]", "7", "{", "{}x", "null", "{}"]).to_string();
            return Step::Post { agent, target, body };
        }

        let mine = AGENTS.get(agent).and_then(|devices| devices.last()).map_or("", |(path, _)| *path);
        let path = self.text(&[mine, mine, mine, mine, mine, mine, "/devices/2", "/devices/none"]);
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_string(), value);
        put("operationName", json!(name));
        if ["InitiateIMSession", "SendMessage"].contains(&name) {
            put("destination", json!({"phoneNumber": self.text(&["3001", "3009", "+1 (916) 555-0104"])}));
        }
        if name == "SendMessage" {
            put("text", json!(self.text(&["hello", "größer"])));
        }
        if name == "DeleteUserData" {
            put("key", json!(self.text(&["k", "k", "k", "n", "none"])));
        }
        if ["AttachUserData", "UpdateUserData"].contains(&name) || (name == "InitiateIMSession" && self.chance(50)) {
            let total = self.json_pairs();
            put("userData", if self.chance(80) { json!({"k": "v", "n": 1}) } else { total });
        }
        if name == "SendMessage" || self.chance(50) {
            put("devicePath", json!(path));
        }
        if self.chance(25) {
            self.spoil(&mut body);
        }
        Step::Post { agent, target, body: Value::Object(body).to_string() }
    }

    fn spoil(&mut self, body: &mut Map<String, Value>) {
        let mut names: Vec<String> = body.keys().cloned().collect();
        if self.chance(80) {
            names.retain(|name| name != "operationName");
        }
        names.extend(["devicePath".to_string()].into_iter().filter(|_| self.chance(30)));
        names.extend([format!("unknown{}", self.below(2))].into_iter().filter(|_| self.chance(10)));
        let Some(name) = self.pick(&names) else { return };
        if self.chance(50) {
            body.remove(&name);
            return;
        }
        let wrong = [
            json!(null),
            json!(7),
            json!(-7),
            json!(1.5),
            json!(true),
            json!([1]),
            json!(""),
            json!({}),
            json!({"k": true}),
            json!({"phoneNumber": null}),
            json!({"phoneNumber": ""}),
            json!({"phoneNumber": 7}),
            json!(u64::MAX),
        ];
        body.insert(name, self.pick(&wrong).unwrap_or_default());
    }
}
