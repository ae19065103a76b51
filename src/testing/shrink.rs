//! The shortest history that still fails.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value as Json;

use super::{Agent, History, Step};
use crate::event::{Event, KeyValueList, ListAttribute, Value};
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
    let mut shortest = history.clone();
    if !fails(&shortest) {
        return shortest;
    }
    // Every round that goes on has made it smaller.
    loop {
        let before = shortest.clone();
        fewer_steps(&mut shortest, &mut fails);
        plainer_steps(&mut shortest, &mut fails);
        if shortest == before {
            break;
        }
    }
    fewer_agents(&mut shortest, &mut fails);
    shortest
}

/// Takes away chunks of half the steps, a quarter, …, one.
fn fewer_steps(history: &mut History, fails: &mut impl FnMut(&History) -> bool) {
    let mut chunk = history.steps.len();
    while chunk > 0 {
        // From the end, since the step that shows the failure is the last.
        let mut end = history.steps.len();
        while end > 0 {
            let start = end.saturating_sub(chunk);
            let mut without = history.clone();
            without.steps.drain(start..end);
            if fails(&without) {
                *history = without;
            }
            end = start;
        }
        chunk /= 2;
    }
}

/// Puts plainer steps in the place of steps.
fn plainer_steps(history: &mut History, fails: &mut impl FnMut(&History) -> bool) {
    for position in 0..history.steps.len() {
        while let Some(plainer) = plainer_at(history, position, fails) {
            *history = plainer;
        }
    }
}

fn plainer_at(history: &History, position: usize, fails: &mut impl FnMut(&History) -> bool) -> Option<History> {
    let steps = plainer(history.steps.get(position)?);
    steps.into_iter().find_map(|step| {
        let mut plainer = history.clone();
        *plainer.steps.get_mut(position)? = step;
        fails(&plainer).then_some(plainer)
    })
}

/// Takes away agents, and their devices; the others keep their places.
fn fewer_agents(history: &mut History, fails: &mut impl FnMut(&History) -> bool) {
    for position in (0..history.agents.len()).rev() {
        let mut without = history.clone();
        without.agents.truncate(position);
        if history.agents.len() == position + 1 && fails(&without) {
            *history = without;
            continue;
        }
        let devices = history.agents.get(position).map_or(0, |agent| agent.devices().len());
        for device in (0..devices).rev() {
            let mut without = history.clone();
            if let Some(agent) = without.agents.get_mut(position) {
                *agent = without_device(agent, device);
            }
            if fails(&without) {
                *history = without;
            }
        }
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
        Step::Expire { ago } => lower(*ago).map(|ago| Step::Expire { ago }).collect(),
        Step::ForgetCompleted { ago } => lower(*ago).map(|ago| Step::ForgetCompleted { ago }).collect(),
        Step::ForgetRequests { ago } => lower(*ago).map(|ago| Step::ForgetRequests { ago }).collect(),
        Step::Forget { .. } => Vec::new(),
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

/// The beginning of a text, ever longer.
fn shorter(text: &str) -> Vec<String> {
    let letters = text.chars().count() as u64;
    lower(letters).map(|length| text.chars().take(usize::try_from(length).unwrap_or(0)).collect()).collect()
}
