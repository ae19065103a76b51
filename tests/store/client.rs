//! A client that reads the list once and then only hears notifications.

use std::collections::BTreeMap;

use im_session::testing::Step;
use serde_json::{Value, json};

use super::steps::{agents, is_mine};

/// The resources as the client knows them, by DN and id.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Client {
    resources: BTreeMap<(String, String), Value>,
    /// When it heard that a session is completed.
    completed: BTreeMap<(String, String), u64>,
}

impl Client {
    /// Takes in what a step told; what the embedder forgets, the client is told by the embedder.
    pub(crate) fn hear(&mut self, step: &Step, told: &Value, now: u64) {
        let notifications = match step {
            Step::Event(_) => &told["notifications"],
            Step::Expire { .. } | Step::Reconcile { .. } => told,
            Step::Forget { this_dn, id } => {
                if told == true {
                    self.forget(&(this_dn.clone(), id.clone()));
                }
                return;
            }
            Step::ForgetCompleted { ago } => {
                let before = now.saturating_sub(*ago);
                let old = |(key, completed): (&(String, String), &u64)| (*completed < before).then(|| key.clone());
                let forgotten: Vec<_> = self.completed.iter().filter_map(old).collect();
                assert_eq!(json!(forgotten.len()), *told, "the embedder forgets what completed before {before}");
                forgotten.iter().for_each(|key| self.forget(key));
                return;
            }
            _ => return,
        };
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

    /// The list as it would be read by an agent.
    pub(crate) fn list(&self, agent: usize) -> Value {
        let me = &agents()[agent];
        let mine = self.resources.iter().filter(|((dn, _), _)| is_mine(me, dn));
        json!({"imSessions": mine.map(|(_, resource)| resource).collect::<Vec<_>>(), "statusCode": 0})
    }
}
