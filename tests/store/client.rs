//! A client that reads the list once and then only receives notifications.

use std::collections::BTreeMap;

use im_session::testing::Step;
use serde_json::{Value, json};

use crate::steps::{agents, is_mine};

/// The resources as the client knows them, by DN and id.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Client {
    resources: BTreeMap<(String, String), Value>,
    /// When the client learned that a session completed.
    completed: BTreeMap<(String, String), u64>,
}

impl Client {
    /// Processes the notifications of a step. Nobody is notified of forgotten sessions, so the client forgets completed
    /// sessions in the same steps as the embedder.
    pub(crate) fn hear(&mut self, step: &Step, answer: &Value, now: u64) {
        match step {
            Step::Forget { this_dn, id } => {
                let key = (this_dn.clone(), id.clone());
                if self.completed.contains_key(&key) {
                    self.forget(&key);
                }
            }
            Step::ForgetCompleted { ago } if answer["answer"] != "refused" => {
                let before = now.saturating_sub(ago.unsigned_abs());
                let old = |(key, completed): (&(String, String), &u64)| (*completed < before).then(|| key.clone());
                let forgotten: Vec<_> = self.completed.iter().filter_map(old).collect();
                forgotten.iter().for_each(|key| self.forget(key));
            }
            _ => {}
        }
        let notifications = &answer["notifications"];
        for notification in notifications.as_array().into_iter().flatten() {
            let data = &notification["notification"]["data"];
            if data["messageType"] == "IMSessionStateChangeMessage" {
                let resource = &data["imSession"];
                let text = |value: &Value| value.as_str().expect("text").to_string();
                let key = (text(&notification["thisDN"]), text(&resource["id"]));
                let was_completed = self.resources.get(&key).is_some_and(|resource| resource["state"] == "Completed");
                if resource["state"] != "Completed" {
                    self.completed.remove(&key);
                } else if !was_completed {
                    self.completed.insert(key.clone(), now);
                }
                self.resources.insert(key, resource.clone());
            }
        }
    }

    fn forget(&mut self, key: &(String, String)) {
        self.resources.remove(key);
        self.completed.remove(key);
    }

    /// The list as an agent would read it.
    pub(crate) fn list(&self, agent: usize) -> Value {
        let me = &agents()[agent];
        let mine = self.resources.iter().filter(|((dn, _), _)| is_mine(me, dn));
        // The agent sees only capabilities that it has a right to.
        let mine = mine.map(|(key, resource)| {
            let mut resource = resource.clone();
            let may = |name: &Value| me.rights().iter().any(|operation| operation.name() == name);
            resource["capabilities"].as_array_mut().expect("capabilities").retain(may);
            (key, resource)
        });
        json!({"imSessions": mine.map(|(_, resource)| resource).collect::<Vec<_>>(), "statusCode": 0})
    }
}
