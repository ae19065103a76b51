//! How are dialog-info documents (RFC 4235) mapped to events? States, forks, full and partial documents, versions,
//! limits and faults.

use crate::support::{End, request, response, seconds};
use im_session::sip::{DialogInfo, DialogInfoError, SipLimits};
use im_session::{BaseUri, Sessions, State};

const NOTHING: [&str; 0] = [];

/// The documents about one entity and the sessions that result from them.
struct Entity {
    watched: DialogInfo,
    sessions: End,
    version: u32,
}

/// A dialog element: the id, the attributes, and the state, optionally followed by a colon and the state's event.
fn dialog(id: &str, attributes: &str, state: &str) -> String {
    let (state, event) = state.split_once(':').unwrap_or((state, "x"));
    format!(
        "<dialog id=\"{id}\" {attributes}><state event=\"{event}\">{state}</state>\
         <remote><identity display=\"A\">sip:3001@example.com</identity></remote></dialog>"
    )
}

fn document(version: u32, state: &str, dialogs: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" \
         state=\"{state}\" entity=\"sip:3002@example.com\">{dialogs}</dialog-info>"
    )
}

const CALLED: &str = "call-id=\"c1\" local-tag=\"b1\" remote-tag=\"a1\" direction=\"recipient\"";
const CALLS: &str = "call-id=\"c1\" local-tag=\"b1\" direction=\"initiator\"";

impl Entity {
    fn new() -> Self {
        Entity { watched: DialogInfo::new(), sessions: End::caller(), version: 0 }
    }

    fn take(&mut self, document: &str) -> Vec<String> {
        let events = self.watched.observe(document.as_bytes(), seconds(0)).expect(document);
        self.sessions.take(events)
    }

    fn partial(&mut self, dialogs: &str) -> Vec<String> {
        self.version += 1;
        self.take(&document(self.version, "partial", dialogs))
    }

    fn full(&mut self, dialogs: &str) -> Vec<String> {
        self.version += 1;
        self.take(&document(self.version, "full", dialogs))
    }
}

#[test]
fn the_states_of_a_calling_and_of_a_called_entity() {
    let mut calls = Entity::new();
    let mut called = Entity::new();
    for (state, at_caller, at_callee) in [
        ("trying", "Dialing", ""),
        ("proceeding", "", ""),
        ("early", "", "Ringing"),
        ("early", "", ""),
        ("confirmed", "Established", "Established"),
        ("early", "", ""),
        ("confirmed", "", ""),
        ("terminated:remote-bye", "Released", "Released"),
        ("terminated:remote-bye", "", ""),
    ] {
        let expected = |name: &str| if name.is_empty() { vec![] } else { vec![name.to_owned()] };
        assert_eq!(calls.partial(&dialog("d", CALLS, state)), expected(at_caller), "{state}");
        assert_eq!(called.partial(&dialog("d", CALLED, state)), expected(at_callee), "{state}");
    }
    assert_eq!(calls.sessions.session().this_dn(), "3002");
    assert!(called.sessions.session().participants().eq(["3001"]));
    assert_eq!((calls.watched.open_calls(), called.watched.open_calls()), (0, 0));
}

#[test]
fn how_a_call_ends() {
    for (from, end, at_caller, at_callee) in [
        ("early", "terminated:cancelled", "Released", "Abandoned"),
        ("early", "terminated:rejected", "Released", "Released"),
        ("early", "terminated:timeout", "Released", "Released"),
        ("confirmed", "terminated:cancelled", "Released", "Released"),
        ("confirmed", "terminated:replaced", "Released", "Released"),
        ("confirmed", "terminated:local-bye", "Released", "Released"),
        ("confirmed", "terminated:error", "Released", "Released"),
    ] {
        for (attributes, expected) in [(CALLS, at_caller), (CALLED, at_callee)] {
            let mut entity = Entity::new();
            entity.full(&dialog("d", attributes, from));
            assert_eq!(entity.partial(&dialog("d", attributes, end)), [expected], "{from} {end}");
        }
    }
    let mut never_rang = Entity::new();
    assert_eq!(never_rang.full(&dialog("d", CALLED, "proceeding")), NOTHING);
    assert_eq!(never_rang.partial(&dialog("d", CALLED, "terminated:rejected")), NOTHING);
    assert_eq!(never_rang.partial(&dialog("e", CALLED, "terminated")), NOTHING, "never seen");
}

#[test]
fn a_fork_is_one_session_with_the_id_that_the_observer_gives() {
    let mut entity = Entity::new();
    assert_eq!(entity.full(&dialog("d1", CALLS, "trying")), ["Dialing"]);
    assert_eq!(entity.partial(&dialog("d1", &format!("{CALLS} remote-tag=\"x\""), "early")), NOTHING);
    assert_eq!(entity.partial(&dialog("d2", &format!("{CALLS} remote-tag=\"y\""), "early")), NOTHING);
    assert_eq!(entity.partial(&dialog("d1", CALLS, "terminated:rejected")), NOTHING, "the other branch lives");
    assert_eq!(entity.partial(&dialog("d2", CALLS, "confirmed")), ["Established"]);
    assert_eq!(entity.partial(&dialog("d3", CALLS, "confirmed")), NOTHING, "a second answer");
    assert_eq!(entity.partial(&dialog("d3", CALLS, "terminated:local-bye")), NOTHING);
    assert_eq!(entity.partial(&dialog("d2", CALLS, "terminated:local-bye")), ["Released"]);
    assert_eq!(entity.sessions.states(), [("c1~~b1", State::Completed)]);

    let mut caller = End::caller();
    caller.alice(request("INVITE", 1).call_id("c1").from("<sip:3002@example.com>;tag=b1"));
    caller.bob(response(200, 1, "INVITE", "y").call_id("c1").from("<sip:3002@example.com>;tag=b1"));
    assert_eq!(caller.states(), [("c1~~b1", State::Talking)]);
}

#[test]
fn a_full_document_ends_what_it_does_not_name_and_a_partial_one_does_not() {
    let mut entity = Entity::new();
    let (first, second) = (dialog("d1", CALLED, "confirmed"), dialog("d2", "direction=\"recipient\"", "early"));
    assert_eq!(entity.full(&format!("{first}{second}")), ["Established", "Ringing"]);
    assert_eq!(entity.partial(""), NOTHING);
    assert_eq!(entity.partial(&dialog("d3", "", "early")), ["Ringing"], "no direction: called");
    assert_eq!(entity.full(&first), ["Released", "Released"]);
    assert_eq!(entity.full(""), ["Released"]);
    assert_eq!(entity.full(""), NOTHING);
}

/// RFC 4235 4.1.2: an id is unique only among the current dialogs, so it can be reused. Asterisk uses the extension in
/// every call, with no call-id or always the same one.
#[test]
fn a_dialog_id_that_comes_again_is_another_call() {
    let idle = dialog("100", "", "terminated");
    let named = "call-id=\"pickup-1\" direction=\"recipient\"";
    for attributes in ["", named] {
        let mut lamp = Entity::new();
        assert_eq!(lamp.full(&idle), NOTHING);
        for call in 1..=3 {
            assert_eq!(lamp.full(&dialog("100", attributes, "early")), ["Ringing"], "{call}");
            assert_eq!(lamp.full(&dialog("100", "", "confirmed")), ["Established"], "{call}");
            assert_eq!(lamp.full(&dialog("100", attributes, "confirmed")), NOTHING, "{call}");
            assert_eq!(lamp.full(&idle), ["Released"], "{call}");
            assert_eq!(lamp.full(&idle), NOTHING, "{call}");
        }
        assert_eq!(lamp.watched.open_calls(), 0);
        // The call was answered between two documents. The session reopens with Ringing first, because the machine
        // would reject Established.
        assert_eq!(lamp.full(&dialog("100", attributes, "confirmed")), ["Ringing", "Established"]);
        assert_eq!(lamp.full(""), ["Released"]);
    }
    let mut caller = Entity::new();
    assert_eq!(caller.full(&dialog("d", CALLS, "confirmed")), ["Established"]);
    assert_eq!(caller.partial(&dialog("d", CALLS, "terminated")), ["Released"]);
    assert_eq!(caller.partial(&dialog("d", CALLS, "confirmed")), ["Dialing", "Established"]);
    assert_eq!(caller.sessions.states(), [("c1~~b1", State::Talking)]);
    // Another call under the same id is another session.
    assert_eq!(caller.full(""), ["Released"]);
    assert_eq!(caller.full(&dialog("d", &CALLS.replace("c1", "c2"), "trying")), ["Dialing"]);
    assert_eq!(caller.sessions.states(), [("c1~~b1", State::Completed), ("c2~~b1", State::Initiating)]);
}

#[test]
fn versions_tell_old_documents_and_gaps() {
    let mut entity = Entity::new();
    assert_eq!(entity.take(&document(5, "partial", &dialog("d", CALLED, "early"))), ["Ringing"]);
    assert!(entity.watched.needs_refresh(), "it began with a partial one");
    assert_eq!(entity.take(&document(6, "full", &dialog("d", CALLED, "early"))), NOTHING);
    assert!(!entity.watched.needs_refresh());
    for old in [0, 5, 6] {
        assert_eq!(entity.take(&document(old, "full", "")), NOTHING, "{old}");
    }
    assert_eq!(entity.take(&document(7, "partial", &dialog("d", CALLED, "confirmed"))), ["Established"]);
    assert!(!entity.watched.needs_refresh());
    assert_eq!(entity.take(&document(9, "partial", "")), NOTHING);
    assert!(entity.watched.needs_refresh(), "8 was missed");
    assert_eq!(entity.take(&document(10, "partial", "")), NOTHING);
    assert!(entity.watched.needs_refresh(), "and still is");
    entity.watched.resubscribed();
    assert_eq!(entity.take(&document(0, "full", "")), ["Released"]);
    assert!(!entity.watched.needs_refresh());
    assert_eq!(entity.take(&document(u32::MAX, "full", "")), NOTHING);
}

/// Found by the properties: several elements with one id, and several ids for one session.
#[test]
fn one_id_twice_and_one_session_in_both_roles() {
    let mut twice = Entity::new();
    let elements =
        ["proceeding", "terminated", "early", "terminated:cancelled"].map(|state| dialog("d", CALLED, state));
    assert_eq!(twice.full(&elements.concat()), ["Ringing", "Abandoned"]);
    assert_eq!(twice.watched.expire(seconds(1)).len(), 0);

    let mut both = Entity::new();
    assert_eq!(both.full(&format!("{}{}", dialog("d1", CALLED, "early"), dialog("d2", CALLS, "trying"))), ["Ringing"]);
    assert_eq!(both.sessions.states(), [("c1~~b1", State::Alerting)]);
}

#[test]
fn limits_and_the_callers_time() {
    let mut limits = SipLimits::DEFAULT;
    (limits.open_calls, limits.ended_calls) = (2, 1);
    let mut watched = DialogInfo::new().with_limits(limits);
    let ringing = |id: &str| dialog(id, "", "early");
    let three = document(0, "full", &format!("{}{}{}", ringing("1"), ringing("2"), ringing("3")));
    assert_eq!(watched.observe(three.as_bytes(), seconds(0)), Err(DialogInfoError::TooManyCalls { limit: 2 }));
    let two = document(0, "full", &format!("{}{}", ringing("1"), ringing("2")));
    assert_eq!(watched.observe(two.as_bytes(), seconds(0)).expect("two").len(), 2, "nothing of the first was kept");
    let one = document(1, "partial", &dialog("1", "", "confirmed"));
    assert_eq!(watched.observe(one.as_bytes(), seconds(10)).expect("one").len(), 1);
    let expired = watched.expire(seconds(10));
    assert_eq!((expired.len(), expired[0].name.as_str(), watched.open_calls()), (1, "EventReleased", 1));
    assert_eq!(watched.expire(seconds(11)).len(), 1);
    assert_eq!(watched.open_calls(), 0);
}

#[test]
fn of_the_sessions_that_ended_only_the_last_are_remembered() {
    let mut limits = SipLimits::DEFAULT;
    limits.ended_calls = 2;
    let mut entity = Entity { watched: DialogInfo::new().with_limits(limits), ..Entity::new() };
    let call = |id: &str, state| dialog(id, "", state);
    for id in ["1", "2", "3"] {
        assert_eq!(entity.partial(&call(id, "confirmed")), ["Established"]);
        assert_eq!(entity.partial(&call(id, "terminated")), ["Released"]);
    }
    // A remembered session reopens with Ringing first. A forgotten one simply begins.
    let mut names = |id: &str| {
        entity.version += 1;
        let document = document(entity.version, "partial", &call(id, "confirmed"));
        let events = entity.watched.observe(document.as_bytes(), seconds(0)).expect("a document");
        events.iter().map(|event| event.name.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("1"), ["EventEstablished"]);
    assert_eq!(names("2"), ["EventRinging", "EventEstablished"]);
    assert_eq!(names("3"), ["EventRinging", "EventEstablished"]);
}

#[test]
fn a_call_goes_on_when_the_one_before_it_under_its_dialog_id_is_forgotten() {
    let mut limits = SipLimits::DEFAULT;
    limits.ended_calls = 1;
    let mut entity = Entity { watched: DialogInfo::new().with_limits(limits), ..Entity::new() };
    let of = |call: &str| CALLED.replace("c1", call);
    assert_eq!(entity.partial(&dialog("100", &of("c1"), "confirmed")), ["Established"]);
    assert_eq!(entity.partial(&dialog("100", &of("c1"), "terminated")), ["Released"]);
    assert_eq!(entity.partial(&dialog("100", &of("c2"), "confirmed")), ["Established"]);
    // The end of a third call evicts the first one from the remembered calls.
    assert_eq!(entity.partial(&dialog("7", &of("c3"), "confirmed")), ["Established"]);
    assert_eq!(entity.partial(&dialog("7", &of("c3"), "terminated")), ["Released"]);
    assert_eq!(entity.partial(&dialog("100", "", "terminated")), ["Released"]);
    assert_eq!(entity.watched.open_calls(), 0);
}

/// Asterisk omits the call-id in some documents.
#[test]
fn a_dialog_that_is_known_is_no_new_call_whatever_its_attributes() {
    let mut limits = SipLimits::DEFAULT;
    limits.open_calls = 1;
    let mut entity = Entity { watched: DialogInfo::new().with_limits(limits), ..Entity::new() };
    assert_eq!(entity.full(&dialog("100", CALLED, "early")), ["Ringing"]);
    assert_eq!(entity.full(&dialog("100", "", "confirmed")), ["Established"], "there is room for one call only");
    assert_eq!(entity.sessions.states(), [("c1~~b1", State::Talking)]);
}

#[test]
fn a_dialog_does_not_go_back_to_a_state_before() {
    let mut entity = Entity::new();
    assert_eq!(entity.partial(&dialog("d1", CALLS, "confirmed")), ["Established"]);
    assert_eq!(entity.partial(&dialog("d1", CALLS, "early")), NOTHING);
    assert_eq!(entity.partial(&dialog("d2", CALLS, "confirmed")), NOTHING);
    assert_eq!(entity.partial(&dialog("d2", CALLS, "terminated")), NOTHING, "the first one is still confirmed");
    assert_eq!(entity.partial(&dialog("d1", CALLS, "terminated")), ["Released"]);
}

#[test]
fn documents_and_names_as_long_as_the_limit_are_read_and_longer_ones_are_not() {
    let document = document(0, "full", &dialog("d", CALLED, "early"));
    let with_limit = |limit| {
        let mut limits = SipLimits::DEFAULT;
        limits.message = limit;
        DialogInfo::new().with_limits(limits).observe(document.as_bytes(), seconds(0))
    };
    let found = document.len();
    assert_eq!(with_limit(found).expect("as long as the limit").len(), 1);
    assert_eq!(with_limit(found - 1), Err(DialogInfoError::TooLong { what: "a document", limit: found - 1, found }));

    let of_entity = |length: usize| {
        let document = document.replace("3002", &"3".repeat(length));
        DialogInfo::new().observe(document.as_bytes(), seconds(0))
    };
    assert_eq!(of_entity(255).expect("as long as the limit").len(), 1);
    assert!(matches!(of_entity(256), Err(DialogInfoError::Bad { what: "entity", .. })));
}

#[test]
fn very_many_elements_and_attributes_that_nobody_needs_are_passed_over() {
    let mut limits = SipLimits::DEFAULT;
    limits.message = usize::MAX;
    let attributes: String = (0..10_000).map(|number| format!(" a{number}=\"\" xmlns:b{number}=\"x\"")).collect();
    for more in ["<a/>".repeat(100_000), format!("<a{attributes}/>"), format!("<!--{}-->", "x".repeat(1_000_000))] {
        let mut entity = Entity { watched: DialogInfo::new().with_limits(limits), ..Entity::new() };
        let ringing = dialog("d", CALLED, "early").replace("</dialog>", &format!("{more}</dialog>"));
        assert_eq!(entity.full(&format!("{more}{ringing}{more}")), ["Ringing"]);
    }
}

#[test]
fn elements_may_stand_64_deep() {
    let nested = |levels| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    assert_eq!(Entity::new().full(&nested(63)), NOTHING);
    let error = DialogInfo::new().observe(document(0, "full", &nested(64)).as_bytes(), seconds(0));
    let reason = "elements more than 64 levels deep".to_owned();
    assert_eq!(error, Err(DialogInfoError::NotXml { reason }));
}

#[test]
fn what_counts_is_read_in_every_form_of_xml() {
    let prolog = "\u{feff}<?xml version='1.0' encoding='UTF-8'?><!-- a --><?pi x?>";
    let document = format!(
        "{prolog}<d:dialog-info xmlns:d='urn:ietf:params:xml:ns:dialog-info' version=' 7\n' state='full'\n \
         x:entity='sip:1@x' entity='sip:&#51;00&#x32;@example.com' entity='sip:2@x'>\
         <d:other><d:dialog id='no'/></d:other>\
         <d:dialog id='d' call-id='c&amp;1' local-tag='b1' direction=' recipient '>\
         <!-- x --><d:state event='cancelled'> ear<![CDATA[ly]]><!-- x --> </d:state><d:state>trying</d:state>\
         <d:remote><d:target uri='sip:none@x'/><d:identity>sip:3&#48;01@example.com</d:identity></d:remote>\
         <d:remote><d:identity>sip:4@x</d:identity></d:remote><d:local><d:identity>sip:5@x</d:identity></d:local>\
         </d:dialog></d:dialog-info>\n<!-- z -->"
    );
    let mut entity = Entity::new();
    assert_eq!(entity.take(&document), ["Ringing"]);
    assert_eq!(entity.sessions.states(), [("c~261~~b1", State::Alerting)]);
    assert_eq!(entity.sessions.session().this_dn(), "3002");
    assert!(entity.sessions.session().participants().eq(["3001"]));
    // Without an identity, the target names the party.
    let target = "<dialog id='d'><state>early</state><remote><target uri='sip:6@x'/></remote></dialog>";
    let mut entity = Entity::new();
    assert_eq!(entity.full(target), ["Ringing"]);
    assert!(entity.sessions.session().participants().eq(["6"]));
}

#[test]
fn the_id_of_a_dialog_may_be_as_long_as_any_name() {
    let with_id = |length: usize| {
        let document = document(0, "full", &dialog(&"d".repeat(length), "", "early"));
        DialogInfo::new().observe(document.as_bytes(), seconds(0))
    };
    assert_eq!(with_id(512).expect("as long as the limit").len(), 1);
    let what = "the id of a dialog";
    assert_eq!(with_id(513), Err(DialogInfoError::TooLong { what, limit: 512, found: 513 }));
}

#[test]
fn hostile_documents_are_typed_errors_and_change_nothing() {
    let mut entity = Entity::new();
    entity.full(&dialog("d", CALLED, "early"));
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>";
    let deep = format!("<dialog-info>{}", "<dialog>".repeat(7_000));
    for (bytes, is) in [
        (&b""[..], "NotXml"),
        (b"\xff\xfe", "NotXml"),
        (b"<dialog-info", "NotXml"),
        (deep.as_bytes(), "NotXml"),
        (format!("{bomb}<dialog-info/>").as_bytes(), "NotXml"),
        (document(9, "full", "<a></b>").as_bytes(), "NotXml"),
        (document(9, "full", "<a>").as_bytes(), "NotXml"),
        (format!("{}<more/>", document(9, "full", "")).as_bytes(), "NotXml"),
        (document(9, "full", &dialog("1", "", "ear&ly;")).as_bytes(), "NotXml"),
        (document(9, "full", &dialog("1&", "", "early")).as_bytes(), "NotXml"),
        (b"<presence/>", "NotDialogInfo"),
        (b"<dialog-info state='full' entity='sip:a@b'/>", "Missing"),
        (b"<dialog-info version='1' entity='sip:a@b'/>", "Missing"),
        (b"<dialog-info version='1' state='full'/>", "Missing"),
        (b"<dialog-info version='-1' state='full' entity='sip:3002@example.com'/>", "Bad"),
        (b"<dialog-info version='9' state='whole' entity='sip:3002@example.com'/>", "Bad"),
        (document(9, "full", "<dialog id='1'/>").as_bytes(), "Missing"),
        (document(9, "full", "<dialog><state>early</state></dialog>").as_bytes(), "Missing"),
        (document(9, "full", &dialog("1", "", "late")).as_bytes(), "Bad"),
        (document(9, "full", &dialog("1", "direction='up'", "early")).as_bytes(), "Bad"),
        (b"<dialog-info version='9' state='full' entity='sip:other@example.com'/>", "OtherEntity"),
        (&vec![b' '; 65_536], "TooLong"),
    ] {
        let error = entity.watched.observe(bytes, seconds(0)).expect_err(is);
        assert!(format!("{error:?}").starts_with(is), "{is}: {error:?}");
        assert!(!error.to_string().is_empty());
    }
    assert_eq!(entity.partial(&dialog("d", CALLED, "confirmed")), ["Established"]);

    let mut bad_ids = DialogInfo::new().with_session_id(|_| String::new());
    let error = bad_ids.observe(document(0, "full", &dialog("d", "", "early")).as_bytes(), seconds(0));
    assert!(matches!(error, Err(DialogInfoError::BadSessionId(_))));
    let nobody = b"<dialog-info version='1' state='full' entity='sip:'/>";
    assert!(matches!(DialogInfo::new().observe(nobody, seconds(0)), Err(DialogInfoError::Bad { what: "entity", .. })));
}

/// Found in review: the documentation did not say what a source of events needs after a restart.
#[test]
fn after_a_restart_events_need_another_server_start_time() {
    let begin =
        |started: Option<u64>| started.map_or_else(DialogInfo::new, |at| DialogInfo::new().with_server_start_time(at));
    let outcomes = |watched: &mut DialogInfo, store: &mut Sessions, version: u32, state: &str| -> Vec<&'static str> {
        let events = watched.observe(document(version, "full", &dialog("d1", CALLED, state)).as_bytes(), seconds(0));
        let events = events.expect("a document");
        events.iter().map(|event| store.handle_event(event).expect("readable").outcome().name()).collect()
    };
    for (first, second, expected) in [(None, None, "rejected"), (Some(1000), Some(2000), "changed")] {
        let mut store = Sessions::new(BaseUri::new("http://localhost:8090"));
        assert_eq!(outcomes(&mut begin(first), &mut store, 0, "early"), ["changed"]);
        let mut restored = Sessions::new(BaseUri::new("http://localhost:8090"));
        restored.restore(&store.snapshot()).expect("its own snapshot");
        assert_eq!(outcomes(&mut begin(second), &mut restored, 0, "confirmed"), [expected]);
    }
}
