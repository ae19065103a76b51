//! The workloads of the benches: `times` measures their time, `instructions` their instructions.

mod logs;

use std::hash::{BuildHasherDefault, DefaultHasher};
use std::hint::black_box;

use im_session::decode::DecodeResult;
use im_session::machine::step;
use im_session::{BaseUri, CallEvent, DataEvent, Decoder, Event, KeyValueList, Limits, Session, Sessions, State};
use logs::{Form, Log};

/// The size of the logs.
const MIB: usize = 1024 * 1024;

/// A workload.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    /// How many operations one call does, so that figures can be per operation.
    pub(crate) operations: u64,
    /// How many bytes one call reads, if it reads a log.
    pub(crate) bytes: Option<u64>,
}

/// A bench. It gets every workload with a function that prepares it and returns the function to measure.
pub(crate) trait Bench {
    fn workload<W: FnMut()>(&mut self, workload: &Workload, prepare: impl FnOnce() -> W);
}

pub(crate) fn visit(bench: &mut impl Bench) {
    let one = |name| Workload { name, operations: 1, bytes: None };
    bench.workload(&one("step"), one_step);
    bench.workload(&Workload { operations: 3, ..one("Session::apply, of a life") }, apply_a_life);
    bench.workload(&one("Session::apply, unchanged"), apply_unchanged);
    bench.workload(&one("Sessions::handle_event, 1000 sessions"), handle_event);
    bench.workload(&one("ImSession to JSON"), resource_to_json);
    for (name, form) in [
        ("JSON lines", Form::JsonLines),
        ("T-Server log", Form::TServerLog),
        ("Platform SDK log", Form::PlatformSdkLog),
    ] {
        let log = Log::of(form, MIB);
        let workload = Workload { name, operations: log.events, bytes: Some(log.bytes.len() as u64) };
        bench.workload(&workload, || decode(log));
    }
    let log = Log::of(Form::TServerLog, MIB);
    let bytes = Some(log.bytes.len() as u64);
    bench.workload(&Workload { name: "T-Server log to notifications", operations: log.events, bytes }, || replay(log));
}

/// A store with the usual hash but without random keys, which would make counts differ between runs.
fn no_sessions() -> Sessions<BuildHasherDefault<DefaultHasher>> {
    Sessions::with_hasher(BaseUri::new("http://localhost:8090"), BuildHasherDefault::default())
}

fn one_step() -> impl FnMut() {
    || {
        black_box(step(black_box(Some(State::Alerting)), black_box(CallEvent::Established)));
    }
}

fn event(name: CallEvent) -> Event<'static> {
    Event::new(name).with_this_dn("3002").with_other_dn("3001").with_call_uuid("007MDF3D0KAHL93L807GK2LAES000001")
}

/// Ringing, Established, Released: from no session to its end.
fn apply_a_life() -> impl FnMut() {
    let life = [CallEvent::Ringing, CallEvent::Established, CallEvent::Released].map(event);
    move || {
        let mut session = None;
        for event in &life {
            black_box(Session::apply(&mut session, black_box(event), &Limits::DEFAULT));
        }
        black_box(session);
    }
}

fn apply_unchanged() -> impl FnMut() {
    let established = event(CallEvent::Established);
    let mut session = None;
    Session::apply(&mut session, &established, &Limits::DEFAULT);
    move || {
        black_box(Session::apply(&mut session, black_box(&established), &Limits::DEFAULT));
    }
}

/// The other party of one of a thousand sessions changes back and forth.
fn handle_event() -> impl FnMut() {
    let mut sessions = no_sessions();
    for dn in 0..1000 {
        let mut established = event(CallEvent::Established);
        established.this_dn = Some(format!("{}", 3000 + dn).into());
        established.call_uuid = Some(format!("007MDF3D0KAHL93L807GK2LAES00{dn:04}").into());
        let _ = sessions.handle_event(&established);
    }
    let changed = |other_dn| {
        Event::new(DataEvent::PartyChanged)
            .with_this_dn("3777")
            .with_other_dn(other_dn)
            .with_call_uuid("007MDF3D0KAHL93L807GK2LAES000777")
    };
    let events = [changed("4001"), changed("4002")];
    let mut turn = 0;
    move || {
        turn = 1 - turn;
        let _ = black_box(sessions.handle_event(black_box(&events[turn])));
    }
}

fn resource_to_json() -> impl FnMut() {
    let user_data: KeyValueList<'_> =
        [("ServiceType", "orders"), ("WebPage", "/orders/48113"), ("CustomerName", "K. Weber")].into_iter().collect();
    let mut sessions = no_sessions();
    let _ = sessions.handle_event(&event(CallEvent::Established).with_user_data(user_data));
    let mut json = Vec::new();
    move || {
        for session in sessions.iter() {
            json.clear();
            sessions.resource(session).write_json(&mut json);
            black_box(&json);
        }
    }
}

fn decode(log: Log) -> impl FnMut() {
    move || {
        let mut decoder = Decoder::new();
        let mut sink = |result: DecodeResult<'_>| {
            let _ = black_box(result);
        };
        decoder.push(black_box(&log.bytes), &mut sink);
        decoder.finish().for_each(sink);
    }
}

/// The complete path of an event: decoded, handled, notifications written.
fn replay(log: Log) -> impl FnMut() {
    move || {
        let mut sessions = no_sessions();
        let mut json = Vec::new();
        let mut sink = |result: DecodeResult<'_>| {
            let Ok(decoded) = result else {
                return;
            };
            if let Ok(handled) = sessions.handle_event(&decoded.event) {
                for (_, notification) in handled.notifications() {
                    json.clear();
                    notification.write_json(&mut json);
                    black_box(&json);
                }
            }
        };
        let mut decoder = Decoder::new();
        decoder.push(black_box(&log.bytes), &mut sink);
        decoder.finish().for_each(sink);
    }
}
