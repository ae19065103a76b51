//! Shrinks a history to the shortest one that still fails.

use alloc::rc::Rc;
use core::iter;

use serde_json::Value as Json;

use super::{Agent, History, Step};
use crate::event::{Event, KeyValueList, ListAttribute, Value};
use crate::machine::Operations;
use crate::testing::prelude::*;

/// The shortest and simplest history for which `fails` still returns `true`. A history that does not fail is returned
/// unchanged.
///
/// It removes steps in chunks, then one by one. Then it removes attributes, parameters and agents that do not matter,
/// and makes numbers and texts smaller. The result is deterministic if `fails` is.
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
        while let Some((place, candidate)) = shrinker.candidates.next() {
            if fails(&candidate) {
                shrinker = Shrinker::new(candidate, place);
            }
        }
    }
    shrinker.best()
}

/// The shortest failing history so far, and simpler candidates: the core of [`shortest`], for callers that test
/// candidates themselves.
pub(crate) struct Shrinker {
    best: Rc<History>,
    /// The next candidates, each with its place. If one fails as well, continue with a new shrinker at the same place.
    pub(crate) candidates: Box<dyn Iterator<Item = (usize, History)>>,
}

impl Shrinker {
    /// A shrinker of a failing history. There is one place for removing steps, one for each step and one for the agents.
    /// All are tried from `first` on, then from the beginning, since some simplifications become possible only after
    /// others.
    pub(crate) fn new(history: History, first: usize) -> Self {
        let best = Rc::new(history);
        let (places, of) = (1 + best.steps.len() + 1, Rc::clone(&best));
        let in_turn = (0..places).map(move |place| (first + place) % places);
        let candidates = in_turn.flat_map(move |place| candidates_at(&of, place).map(move |history| (place, history)));
        Shrinker { best, candidates: Box::new(candidates) }
    }

    pub(crate) fn best(&self) -> History {
        History::clone(&self.best)
    }
}

fn candidates_at(history: &Rc<History>, place: usize) -> Box<dyn Iterator<Item = History>> {
    let of = Rc::clone(history);
    let Some(position) = place.checked_sub(1) else { return Box::new(fewer_steps(of)) };
    match history.steps.get(position) {
        Some(step) => Box::new(plainer(step).into_iter().map(move |step| {
            let mut with = History::clone(&of);
            with.steps.splice(position..=position, [step]);
            with
        })),
        None => {
            let agents = plainer_agents(&history.agents).into_iter();
            Box::new(agents.map(move |agents| History { agents, steps: of.steps.clone() }))
        }
    }
}

/// The history without all steps, half of them, a quarter, …, one. Chunks near the end are removed first, since the
/// last step is the one that shows the failure.
fn fewer_steps(history: Rc<History>) -> impl Iterator<Item = History> {
    let all = history.steps.len();
    let chunks = iter::successors(Some(all), |chunk| Some(chunk / 2)).take_while(|&chunk| chunk > 0);
    let ranges = chunks.flat_map(move |chunk| (1..=all).rev().step_by(chunk).map(move |end| (chunk, end)));
    ranges.map(move |(chunk, end)| {
        let mut fewer = History::clone(&history);
        fewer.steps.drain(end.saturating_sub(chunk)..end);
        fewer
    })
}

/// The agents without the last one, or with a simpler one. The others keep their positions.
fn plainer_agents(agents: &[Agent]) -> Vec<Vec<Agent>> {
    let fewer = agents.split_last().map(|(_, fewer)| fewer.to_vec());
    let less = |(position, agent)| less_of(agent).into_iter().map(move |less| with(agents, position, less));
    fewer.into_iter().chain(agents.iter().enumerate().rev().flat_map(less)).collect()
}

fn less_of(agent: &Agent) -> Vec<Agent> {
    let mut less: Vec<Agent> = Vec::new();
    for devices in plainer_sequences(agent.devices(), |_| Vec::new()).into_iter().rev() {
        let none = Agent::new().with_rights(agent.rights());
        less.push(devices.into_iter().fold(none, |agent, device| agent.with_device(device.device_path, device.dn)));
    }
    less.extend(Some(agent.clone().with_rights(Operations::ALL)).filter(|with_all| with_all != agent));
    less
}

/// Simpler variants of this step, the simplest first. Each is smaller in some respect and larger in none, so shrinking
/// ends.
fn plainer(step: &Step) -> Vec<Step> {
    match step.clone() {
        Step::Event(event) => plainer_events(&event).into_iter().map(Step::Event).collect(),
        Step::Post { agent, target, body } => {
            let post = |body| Step::Post { agent, target: target.clone(), body };
            plainer_bodies(&body).into_iter().map(post).collect()
        }
        Step::List { agent, query } => {
            plainer_queries(&query).into_iter().map(|query| Step::List { agent, query }).collect()
        }
        Step::Read { agent, id, query } => {
            plainer_queries(&query).into_iter().map(|query| Step::Read { agent, id: id.clone(), query }).collect()
        }
        Step::Time(by) => lower(by).map(Step::Time).collect(),
        Step::Expire { ago } => nearer(ago).map(|ago| Step::Expire { ago }).collect(),
        Step::ForgetCompleted { ago } => nearer(ago).map(|ago| Step::ForgetCompleted { ago }).collect(),
        Step::Forget { .. } | Step::Restart => Vec::new(),
        Step::Reconcile { this_dn, list } => {
            let reconcile = |list| Step::Reconcile { this_dn: this_dn.clone(), list };
            plainer_sequences(&list, plainer_json).into_iter().map(reconcile).collect()
        }
    }
}

fn plainer_events(event: &Event<'static>) -> Vec<Event<'static>> {
    let changed = |change: &dyn Fn(&mut Event<'static>)| {
        let mut plainer = event.clone();
        change(&mut plainer);
        plainer
    };
    let without: [fn(&mut Event<'static>); 11] = [
        |event| event.user_data = ListAttribute::Absent,
        |event| event.extensions = ListAttribute::Absent,
        |event| event.other_dn = None,
        |event| event.conn_id = None,
        |event| event.event_sequence_number = None,
        |event| event.server_start_time = None,
        |event| event.reference_id = None,
        |event| event.error_code = None,
        |event| event.error_message = None,
        |event| event.this_dn = None,
        |event| event.call_uuid = None,
    ];
    let mut events: Vec<Event<'static>> = without.iter().map(|without| changed(without)).collect();
    events.retain(|without| without != event);
    let lower = |number: Option<u64>| number.into_iter().flat_map(lower).map(Some);
    let lists = |attribute: &ListAttribute<'static>| attribute.list().map(plainer_lists).unwrap_or_default();
    events.extend(lower(event.event_sequence_number).map(|of| changed(&|event| event.event_sequence_number = of)));
    events.extend(lower(event.server_start_time).map(|of| changed(&|event| event.server_start_time = of)));
    events.extend(lists(&event.user_data).iter().map(|of| changed(&|event| event.user_data = of.clone().into())));
    events.extend(lists(&event.extensions).iter().map(|of| changed(&|event| event.extensions = of.clone().into())));
    for dn in event.other_dn.iter().flat_map(|dn| shorter(dn)) {
        events.push(changed(&|event| event.other_dn = Some(dn.clone().into())));
    }
    events
}

fn plainer_lists(list: &KeyValueList<'static>) -> Vec<KeyValueList<'static>> {
    let pairs: Vec<_> = list.iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect();
    let values = |(key, value): &_| plainer_values(value).into_iter().map(|value| (Cow::clone(key), value)).collect();
    plainer_sequences(&pairs, values).into_iter().flat_map(KeyValueList::try_from_iter).collect()
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

/// Bodies with fewer parameters. There are none for a body that is not JSON.
fn plainer_bodies(body: &str) -> Vec<String> {
    let json: Option<Json> = serde_json::from_str(body).ok();
    json.iter().flat_map(plainer_json).map(|json| json.to_string()).collect()
}

fn plainer_json(json: &Json) -> Vec<Json> {
    match json {
        Json::Object(object) => {
            let pairs: Vec<(String, Json)> = object.clone().into_iter().collect();
            let values = |(key, value): &(String, Json)| {
                plainer_json(value).into_iter().map(|value| (key.clone(), value)).collect()
            };
            plainer_sequences(&pairs, values).into_iter().map(Json::from_iter).collect()
        }
        Json::Array(values) => plainer_sequences(values, plainer_json).into_iter().map(Json::Array).collect(),
        Json::String(text) if text.len() > 12 => shorter(text).into_iter().map(Json::String).collect(),
        Json::String(_) | Json::Number(_) | Json::Bool(_) | Json::Null => Vec::new(),
    }
}

fn plainer_queries(query: &str) -> Vec<String> {
    let pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    plainer_sequences(&pairs, |_| Vec::new()).into_iter().map(|pairs| pairs.join("&")).collect()
}

/// The sequences without one of the elements, then those with a simpler one in its place.
fn plainer_sequences<T: Clone>(all: &[T], plainer: impl Fn(&T) -> Vec<T>) -> Vec<Vec<T>> {
    let without = |left_out: usize| all.iter().take(left_out).chain(all.iter().skip(left_out + 1)).cloned().collect();
    let mut sequences: Vec<Vec<T>> = (0..all.len()).map(without).collect();
    for (position, element) in all.iter().enumerate() {
        sequences.extend(plainer(element).into_iter().map(|plainer| with(all, position, plainer)));
    }
    sequences
}

/// The sequence with this element at this position.
fn with<T: Clone>(all: &[T], position: usize, element: T) -> Vec<T> {
    let mut with = all.to_vec();
    with.splice(position..=position, [element]);
    with
}

/// Lower numbers: 0, then closer and closer to `number`.
fn lower(number: u64) -> impl Iterator<Item = u64> {
    (0..64).map(move |shift| number - (number >> shift)).take_while(move |lower| *lower < number)
}

/// Numbers closer to 0 with the same sign.
fn nearer(number: i64) -> impl Iterator<Item = i64> {
    lower(number.unsigned_abs()).filter_map(move |nearer| Some(i64::try_from(nearer).ok()? * number.signum()))
}

/// Beginnings of a text, from short to long.
fn shorter(text: &str) -> Vec<String> {
    let letters = text.chars().count() as u64;
    lower(letters).map(|length| text.chars().take(usize::try_from(length).unwrap_or(0)).collect()).collect()
}
