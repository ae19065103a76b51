//! The shortest history that still fails.

use alloc::string::{String, ToString};
use alloc::vec::{IntoIter, Vec};

use serde_json::Value as Json;

use super::{Agent, History, Step};
use crate::event::{Event, KeyValueList, ListAttribute, Value};
use crate::machine::Operations;
use crate::store::Device;

/// A history as short and plain as can be for which `fails` still says true. Of one that does not fail, the same.
///
/// Steps are taken away in chunks, then one by one; what is left loses the attributes, parameters and agents that do not
/// matter, and its numbers and texts get smaller. Deterministic if `fails` is.
///
/// ```
/// use im_session::testing::{Agent, History, Step, shortest};
///
/// let time = |by| Step::Time(by);
/// let history = History { agents: vec![Agent::new()], steps: vec![time(3), time(90), time(4)] };
/// let fails = |history: &History| history.steps.iter().any(|step| matches!(step, Step::Time(by) if *by > 20));
/// assert_eq!(shortest(&history, fails), History { agents: vec![], steps: vec![time(21)] });
/// ```
#[must_use]
pub fn shortest(history: &History, mut fails: impl FnMut(&History) -> bool) -> History {
    let mut shrinker = Shrinker::new(history.clone(), 0);
    if fails(history) {
        while let Some(candidate) = shrinker.candidate() {
            let accepted = fails(&candidate);
            shrinker.decide(candidate, accepted);
        }
    }
    shrinker.best
}

/// Offers candidates that are shorter or plainer than the best so far, until there are no more: [`shortest`] for a caller that asks
/// in its own way.
#[derive(Debug)]
pub(crate) struct Shrinker {
    /// The shortest so far that fails.
    pub(crate) best: History,
    /// No candidate has fewer steps.
    fewest: usize,
    stage: Stage,
    /// Whether a candidate was accepted since leaving out steps began.
    progress: bool,
}

#[derive(Debug)]
enum Stage {
    /// Leave out chunks of half the steps, a quarter, …, one; from the end, since the step that shows the failure is the last.
    FewerSteps { chunk: usize, end: usize },
    /// Put plainer steps in the place of this one.
    PlainerSteps { position: usize, left: IntoIter<Step> },
    /// Take away this agent if it is the last, or what it has; the others keep their places.
    FewerAgents { position: usize, left: IntoIter<Vec<Agent>> },
}

impl Shrinker {
    /// Of a history that fails.
    pub(crate) fn new(history: History, fewest: usize) -> Self {
        let all = history.steps.len();
        Shrinker { best: history, fewest, stage: Stage::FewerSteps { chunk: all, end: all }, progress: false }
    }

    /// The next to try, which must be [decided](Self::decide) before the one after it.
    pub(crate) fn candidate(&mut self) -> Option<History> {
        loop {
            let (count, agents) = (self.best.steps.len(), self.best.agents.len());
            match &mut self.stage {
                Stage::FewerSteps { chunk: 0, .. } => self.stage = self.plainer_at(0),
                Stage::FewerSteps { chunk, end: 0 } => self.stage = Stage::FewerSteps { chunk: *chunk / 2, end: count },
                Stage::FewerSteps { chunk, end } => {
                    let start = end.saturating_sub(*chunk);
                    let left_out = core::mem::replace(end, start) - start;
                    if count - left_out >= self.fewest {
                        let mut candidate = self.best.clone();
                        candidate.steps.drain(start..start + left_out);
                        return Some(candidate);
                    }
                }
                Stage::PlainerSteps { position, left } => match left.next() {
                    Some(plainer) => {
                        let mut candidate = self.best.clone();
                        *candidate.steps.get_mut(*position)? = plainer;
                        return Some(candidate);
                    }
                    None if *position + 1 < count => {
                        let next = *position + 1;
                        self.stage = self.plainer_at(next);
                    }
                    // What can go often shows only after something else got plainer.
                    None if core::mem::take(&mut self.progress) => {
                        self.stage = Stage::FewerSteps { chunk: count, end: count };
                    }
                    None => self.stage = self.fewer_agents(agents.checked_sub(1)?),
                },
                Stage::FewerAgents { position, left } => match left.next() {
                    Some(agents) => return Some(History { agents, ..self.best.clone() }),
                    None => {
                        let before = position.checked_sub(1)?;
                        self.stage = self.fewer_agents(before);
                    }
                },
            }
        }
    }

    /// Says whether the candidate fails as well.
    pub(crate) fn decide(&mut self, candidate: History, accepted: bool) {
        if !accepted {
            return;
        }
        self.progress = true;
        self.best = candidate;
        match self.stage {
            Stage::FewerSteps { .. } => {}
            Stage::PlainerSteps { position, .. } => self.stage = self.plainer_at(position),
            Stage::FewerAgents { position, .. } => self.stage = self.fewer_agents(position),
        }
    }

    fn plainer_at(&self, position: usize) -> Stage {
        let left = self.best.steps.get(position).map(plainer).unwrap_or_default();
        Stage::PlainerSteps { position, left: left.into_iter() }
    }

    fn fewer_agents(&self, position: usize) -> Stage {
        let agents = &self.best.agents;
        let mut left = Vec::new();
        if let Some((agent, others)) = agents.get(position).zip(agents.get(..position)) {
            if agents.len() == position + 1 {
                left.push(others.to_vec());
            }
            let devices = (0..agent.devices().len()).rev().map(|device| without_device(agent, device));
            let rights = Some(agent.clone().with_rights(Operations::ALL)).filter(|with_all| with_all != agent);
            for plainer in devices.chain(rights) {
                let put = |(at, other): (usize, &Agent)| if at == position { plainer.clone() } else { other.clone() };
                left.push(agents.iter().enumerate().map(put).collect());
            }
        }
        Stage::FewerAgents { position, left: left.into_iter() }
    }
}

fn without_device(agent: &Agent, device: usize) -> Agent {
    let others = agent.devices().iter().enumerate().filter(|(position, _)| *position != device);
    let with = |agent: Agent, (_, device): (usize, &Device)| agent.with_device(&*device.device_path, &*device.dn);
    others.fold(Agent::new().with_rights(agent.rights()), with)
}

/// Steps that are like this one and plainer, the plainest first. Each has less of something and more of nothing, so that
/// going on ends.
fn plainer(step: &Step) -> Vec<Step> {
    match step {
        Step::Event(event) => plainer_events(event).into_iter().map(Step::Event).collect(),
        Step::Post { agent, target, body } => plainer_bodies(body)
            .into_iter()
            .map(|body| Step::Post { agent: *agent, target: target.clone(), body })
            .collect(),
        Step::List { agent, query } => {
            plainer_queries(query).into_iter().map(|query| Step::List { agent: *agent, query }).collect()
        }
        Step::Read { agent, id, query } => plainer_queries(query)
            .into_iter()
            .map(|query| Step::Read { agent: *agent, id: id.clone(), query })
            .collect(),
        Step::Time(by) => lower(*by).map(Step::Time).collect(),
        Step::Expire { ago } => nearer(*ago).map(|ago| Step::Expire { ago }).collect(),
        Step::ForgetCompleted { ago } => nearer(*ago).map(|ago| Step::ForgetCompleted { ago }).collect(),
        Step::Forget { .. } | Step::Restart => Vec::new(),
        Step::Reconcile { this_dn, list } => {
            plainer_arrays(list).into_iter().map(|list| Step::Reconcile { this_dn: this_dn.clone(), list }).collect()
        }
    }
}

fn plainer_events(event: &Event<'static>) -> Vec<Event<'static>> {
    let mut events = Vec::new();
    let mut with = |there: bool, change: &dyn Fn(&mut Event<'static>)| {
        if there {
            let mut plainer = event.clone();
            change(&mut plainer);
            events.push(plainer);
        }
    };
    with(!event.user_data.is_absent(), &|event| event.user_data = ListAttribute::Absent);
    with(!event.extensions.is_absent(), &|event| event.extensions = ListAttribute::Absent);
    with(event.other_dn.is_some(), &|event| event.other_dn = None);
    with(event.conn_id.is_some(), &|event| event.conn_id = None);
    with(event.event_sequence_number.is_some(), &|event| event.event_sequence_number = None);
    with(event.server_start_time.is_some(), &|event| event.server_start_time = None);
    with(event.reference_id.is_some(), &|event| event.reference_id = None);
    with(event.error_code.is_some(), &|event| event.error_code = None);
    with(event.error_message.is_some(), &|event| event.error_message = None);
    with(event.this_dn.is_some(), &|event| event.this_dn = None);
    with(event.call_uuid.is_some(), &|event| event.call_uuid = None);
    for number in event.event_sequence_number.into_iter().flat_map(lower) {
        with(true, &|event| event.event_sequence_number = Some(number));
    }
    for seconds in event.server_start_time.into_iter().flat_map(lower) {
        with(true, &|event| event.server_start_time = Some(seconds));
    }
    for list in event.user_data.list().into_iter().flat_map(plainer_lists) {
        with(true, &|event| event.user_data = list.clone().into());
    }
    for list in event.extensions.list().into_iter().flat_map(plainer_lists) {
        with(true, &|event| event.extensions = list.clone().into());
    }
    for dn in event.other_dn.iter().flat_map(|dn| shorter(dn)) {
        with(true, &|event| event.other_dn = Some(dn.clone().into()));
    }
    events
}

fn plainer_lists(list: &KeyValueList<'static>) -> Vec<KeyValueList<'static>> {
    let mut lists = Vec::new();
    let pairs = || list.pairs().iter().map(|pair| (pair.key.clone(), pair.value.clone()));
    for position in 0..list.len() {
        lists.extend(KeyValueList::try_from_iter(
            pairs().enumerate().filter(|(at, _)| *at != position).map(|(_, pair)| pair),
        ));
    }
    for (position, pair) in list.pairs().iter().enumerate() {
        for value in plainer_values(&pair.value) {
            let put = |(at, (key, old))| if at == position { (key, value.clone()) } else { (key, old) };
            lists.extend(KeyValueList::try_from_iter(pairs().enumerate().map(put)));
        }
    }
    lists
}

fn plainer_values(value: &Value<'static>) -> Vec<Value<'static>> {
    match value {
        Value::String(text) => shorter(text).into_iter().map(Value::from).collect(),
        Value::Binary(text) => Vec::from([Value::String(text.clone())]),
        Value::Integer(number) => {
            lower(number.unsigned_abs()).filter_map(|number| i64::try_from(number).ok()).map(Value::from).collect()
        }
        Value::List(list) => plainer_lists(list).into_iter().map(Value::List).collect(),
    }
}

/// Bodies with fewer parameters; of one that is no JSON object, none.
fn plainer_bodies(body: &str) -> Vec<String> {
    let json: Option<Json> = serde_json::from_str(body).ok();
    json.iter().flat_map(plainer_json).map(|json| json.to_string()).collect()
}

fn plainer_json(json: &Json) -> Vec<Json> {
    match json {
        Json::Object(object) => {
            let mut objects = Vec::new();
            for key in object.keys() {
                let mut without = object.clone();
                without.remove(key);
                objects.push(Json::Object(without));
            }
            for (key, value) in object {
                for value in plainer_json(value) {
                    let mut with = object.clone();
                    with.insert(key.clone(), value);
                    objects.push(Json::Object(with));
                }
            }
            objects
        }
        Json::Array(values) => plainer_arrays(values).into_iter().map(Json::Array).collect(),
        Json::String(text) if text.len() > 12 => shorter(text).into_iter().map(Json::String).collect(),
        Json::String(_) | Json::Number(_) | Json::Bool(_) | Json::Null => Vec::new(),
    }
}

fn plainer_arrays(values: &[Json]) -> Vec<Vec<Json>> {
    let mut arrays = Vec::new();
    for position in 0..values.len() {
        let mut without = values.to_vec();
        without.remove(position);
        arrays.push(without);
    }
    for (position, value) in values.iter().enumerate() {
        for value in plainer_json(value) {
            let put = |(at, old): (usize, &Json)| if at == position { value.clone() } else { old.clone() };
            arrays.push(values.iter().enumerate().map(put).collect());
        }
    }
    arrays
}

fn plainer_queries(query: &str) -> Vec<String> {
    let parts: Vec<&str> = query.split('&').filter(|part| !part.is_empty()).collect();
    (0..parts.len())
        .map(|position| {
            let kept: Vec<&str> =
                parts.iter().enumerate().filter(|(at, _)| *at != position).map(|(_, part)| *part).collect();
            kept.join("&")
        })
        .collect()
}

/// Lower numbers: 0, then ever nearer.
fn lower(number: u64) -> impl Iterator<Item = u64> {
    (0..64).map(move |shift| number - (number >> shift)).take_while(move |lower| *lower < number)
}

/// Numbers nearer to 0, of the same sign.
fn nearer(number: i64) -> impl Iterator<Item = i64> {
    lower(number.unsigned_abs()).filter_map(move |nearer| Some(i64::try_from(nearer).ok()? * number.signum()))
}

/// The beginning of a text, ever longer.
fn shorter(text: &str) -> Vec<String> {
    let letters = text.chars().count() as u64;
    lower(letters).map(|length| text.chars().take(usize::try_from(length).unwrap_or(0)).collect()).collect()
}
