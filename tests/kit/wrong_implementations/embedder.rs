//! The plain implementation: the embedder's calls and the remembered ends.

use std::mem::take;

use im_session::testing::conformance::{Error, System};
use im_session::testing::{Agent, Setup, Step};
use serde_json::{Value, json};

use super::events::{Completed, Plain, Sent, Session};
use super::mistakes::Mistake;

impl Plain {
    /// Makes room for one more session at the DN, in the call and in the store.
    pub(crate) fn makes_room(&mut self, dn: &str, id: &str) -> bool {
        let (of_dn, of_call) = (|session: &Session| session.dn == dn, |session: &Session| session.id == id);
        type Place<'p> = (usize, &'p dyn Fn(&Session) -> bool);
        let places: [Place<'_>; 3] = [
            (self.limits.sessions_per_dn, &of_dn),
            (self.limits.sessions_per_call, &of_call),
            (self.limits.sessions, &|_| true),
        ];
        let any = self.makes(Mistake::EvictsAnOpenSession);
        let never = self.makes(Mistake::CountsCompletedSessions);
        let may_go = |session: &Session| (session.state == Completed || any) && !never;
        let count = |sessions: &[Session], is_there: &dyn Fn(&Session) -> bool| {
            sessions.iter().filter(|session| is_there(session)).count()
        };
        let can = |&(limit, is_there): &Place<'_>| {
            count(&self.sessions, is_there) < limit || self.sessions.iter().any(|one| is_there(one) && may_go(one))
        };
        let full_call = count(&self.sessions, &of_call) >= self.limits.sessions_per_call;
        if !places.iter().all(can) || (full_call && self.makes(Mistake::CountsCompletedSessionsOfACall)) {
            return false;
        }
        self.ends.retain(|end| (&*end.0, &*end.1) != (dn, id));
        for (limit, is_there) in places {
            if count(&self.sessions, is_there) >= limit {
                let anywhere = self.makes(Mistake::MakesRoomAtAnotherDn);
                let there = self.sessions.iter().filter(|session| (anywhere || is_there(session)) && may_go(session));
                let goes = if self.makes(Mistake::EvictsWhatCompletedLast) {
                    there.max_by_key(|session| session.order)
                } else {
                    there.min_by_key(|session| session.order)
                };
                let mut goes = goes.expect("one can go").clone();
                goes.last = goes.last.filter(|_| !self.makes(Mistake::ForgetsTheEndOfWhatMadeRoom));
                self.forget(&goes);
            }
        }
        true
    }

    fn forget(&mut self, session: &Session) {
        let (dn, id) = (&session.dn, &session.id);
        self.sessions.retain(|other| (&other.dn, &other.id) != (dn, id));
        if let Some(last) = session.last.filter(|_| !self.makes(Mistake::ForgetsTheEndOfAForgottenSession)) {
            self.remember_end(dn, id, last);
        }
    }

    pub(crate) fn remember_end(&mut self, dn: &str, id: &str, last: (Option<u64>, u64)) {
        self.ends.retain(|end| (&*end.0, &*end.1) != (dn, id));
        self.ends.push((dn.to_owned(), id.to_owned(), last));
        if self.ends.len() > self.limits.remembered_ends {
            let newest = self.ends.len() - 1;
            self.ends.remove(if self.makes(Mistake::ForgetsTheNewestEnd) { newest } else { 0 });
        }
    }

    fn expire(&mut self, before: i64) -> Vec<Value> {
        let at_cutoff = i64::from(self.makes(Mistake::ExpiresWhatWasHeardAtTheCutoff));
        let is_old = |session: &&mut Session| session.state != Completed && session.heard < before + at_cutoff;
        let mut ended = vec![];
        self.sessions.sort_by_key(|session| session.order);
        for session in self.sessions.iter_mut().filter(is_old) {
            let was = session.clone();
            self.clock += 1;
            (session.state, session.cause) = (Completed, Some("expired"));
            (session.heard, session.order) = (self.now, self.clock);
            ended.push((was, session.clone()));
        }
        ended.sort_by_key(|(_, session)| (session.dn.clone(), session.id.clone()));
        for (was, session) in ended {
            self.notify(Some(&was), &session);
        }
        let old = |sent: &mut Sent| sent.at < before;
        let never = self.makes(Mistake::NeverTimesOut);
        let timed_out = if never { vec![] } else { self.in_flight.extract_if(.., old).collect() };
        timed_out.iter().map(|sent| sent.settled(&json!("timedOut"))).collect()
    }

    fn restart(&mut self) {
        if self.makes(Mistake::LosesTheEndsInARestart) {
            self.ends.clear();
        }
        if !self.makes(Mistake::NumbersOnAfterARestart) {
            self.sent += 1_000;
        }
        // Sessions heard at the same time lose their order in a snapshot and take the order of the list.
        self.sessions.sort_by_key(|session| (session.heard, session.dn.clone(), session.id.clone()));
        for session in self.sessions.iter_mut().filter(|session| session.state != Completed) {
            self.clock += 1;
            session.order = self.clock;
        }
    }

    fn answer(&mut self, agents: &[Agent], step: &Step) -> Option<Value> {
        let nobody = Agent::new();
        let me = |agent: &usize| agents.get(*agent).unwrap_or(&nobody);
        let ahead = |ago: i64| ago < 0 && !self.makes(Mistake::TakesACutoffAhead);
        Some(match step {
            Step::Event(event) => self.hear(event, agents),
            Step::Post { agent, target, body } => {
                let posted = self.posted(me(agent), target.as_deref(), body);
                json!({"answer": posted.map_or_else(error, |()| json!({"statusCode": 0}))})
            }
            Step::List { agent, query } => json!({"answer": self.listed(me(agent), query)}),
            Step::Read { agent, id, query } => json!({"answer": self.one(me(agent), id, query).unwrap_or_else(error)}),
            Step::Time(by) => {
                self.now = self.now.saturating_add_unsigned(*by);
                json!({})
            }
            Step::Expire { ago } | Step::ForgetCompleted { ago } if ahead(*ago) => json!({"answer": "refused"}),
            Step::Expire { ago } => {
                let settled = self.expire(self.now.saturating_sub(*ago));
                json!({"settled": settled})
            }
            Step::ForgetCompleted { ago } => {
                let before = self.now.saturating_sub(*ago);
                let mut old: Vec<_> =
                    self.sessions.iter().filter(|one| one.state == Completed && one.heard < before).cloned().collect();
                old.sort_by_key(|session| session.order);
                old.iter().for_each(|session| self.forget(session));
                json!({})
            }
            Step::Restart => {
                self.restart();
                json!({})
            }
            _ => return None,
        })
    }
}

impl System for Plain {
    fn reset(&mut self, setup: &Setup) -> Result<Value, Error> {
        *self = Plain::new(self.mistake, setup);
        Ok(json!({"requests": []}))
    }

    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error> {
        Ok(self.answer(agents, step).map(|mut answer| {
            answer["notifications"] = json!(take(&mut self.notifications));
            answer["requests"] = json!(take(&mut self.requests));
            answer
        }))
    }
}

fn error(code: u8) -> Value {
    json!({"statusCode": code, "statusMessage": "it is not possible"})
}
