//! Do further logs from the field give the expected events? They are of the same kinds as `field_cases`, written from
//! public descriptions with invented names and numbers.

use serde_json::{Value, json};

use super::tool::{Run, replay_piped};

fn replayed(log: &str) -> Run {
    let run = replay_piped(&["--format", "jsonl", "-"], log.as_bytes());
    run.assert_clean();
    run
}

/// The line, the event and the state after it, for every event.
fn events(run: &Run) -> Value {
    let row = |object: &Value| json!([object["line"], object["event"], object["to"]]);
    json!(run.objects().0.iter().map(row).collect::<Vec<_>>())
}

/// A call that rings in line `ringing` and is answered in line `established`.
fn rings_and_is_answered(log: &str, ringing: u64, established: u64) -> Run {
    let run = replayed(log);
    let expected = json!([[ringing, "EventRinging", "Alerting"], [established, "EventEstablished", "Talking"]]);
    assert_eq!(events(&run), expected, "{log}");
    run
}

fn user_data(run: &Run) -> Value {
    run.objects().1["imSessions"][0]["userData"].clone()
}

const ATTRIBUTES: &str = "\tAttributeCallUUID\t'C1'\n\tAttributeThisDN\t'7001'\n";

/// The two messages of a T-Server log, with this prefix on each line.
fn tserver(prefix: &str) -> String {
    let header =
        |time: &str, name: &str| format!("{time} Trc 04542 received from 65200(TS)host:3010(fd=8) message {name}\n");
    let log = [
        header("09:15:00.250", "EventRinging"),
        ATTRIBUTES.into(),
        header("09:15:02.000", "EventEstablished"),
        ATTRIBUTES.into(),
    ];
    log.concat().lines().map(|line| format!("{prefix}{line}\n")).collect()
}

#[test]
fn headers_of_every_kind() {
    for header in ["message Event!", "message Event! (refid=17)", "Trc 1 TEvent: Event!"] {
        let header = |name: &str| format!("09:15:00.250 {}\n", header.replace("Event!", name));
        let log = [&header("EventRinging"), ATTRIBUTES, &header("EventEstablished"), ATTRIBUTES].concat();
        rings_and_is_answered(&log, 1, 4);
    }
    let ors = |time: &str, name: &str| {
        format!("{time} Trc 04541 Message {name} received from 'TS@7001'\n\t : message {name}\n{ATTRIBUTES}")
    };
    let run = rings_and_is_answered(
        &[ors("09:15:00.250", "EventRinging"), ors("09:15:02.000", "EventEstablished")].concat(),
        2,
        6,
    );
    assert_eq!(run.column("time"), ["09:15:00.250", "09:15:02.000"], "the line before an indented header has its time");
    let attributes = "AttributeCallUuid [str] = \"C1\"\nAttributeThisDN [str] = \"7001\"\n";
    let net = |name: &str, number: u32| {
        format!("2024-03-01 09:15:00,250 proxy got '{name}' ('{number}') from host\nmessage attributes:\n{attributes}")
    };
    rings_and_is_answered(&[net("EventRinging", 60), net("EventEstablished", 64)].concat(), 1, 5);
    let java = |name: &str, number: u32| {
        format!("2024-03-01 09:15:00,250 INFO x got: '{name}' ({number}) attributes:\n{attributes}")
    };
    rings_and_is_answered(&[java("EventRinging", 60), java("EventEstablished", 64)].concat(), 1, 4);
    // The log form changes within a file, and requests in both forms come in between.
    let request = "09:15:01.000 message RequestAnswerCall\n\tAttributeThisDN\t'7009'\n'RequestAnswerCall' ('2')\nmessage attributes:\nAttributeThisDN [str] = \"7009\"\n";
    let json = "{\"Event\":\"EventReleased\",\"ThisDN\":\"7001\",\"CallUUID\":\"C1\"}\n";
    let run = replayed(&[&java("EventRinging", 60), request, &net("EventEstablished", 64), json].concat());
    assert_eq!(run.column("to"), ["Alerting", "Talking", "Completed"]);
}

#[test]
fn envelopes() {
    rings_and_is_answered(&tserver(""), 1, 4);
    for prefix in [
        "> ",
        "> > ",
        "2024-03-01T09:15:00.1Z stderr F ",
        "Mar  1 09:15:00 host1 sips[412]: ",
        "<134>1 2024-03-01T09:15:00.1Z host1 sips 412 - - ",
        "sips.log:",
        "logs/old/sips.log:",
    ] {
        rings_and_is_answered(&tserver(prefix), 1, 4);
    }
    let numbered: String = (40..).zip(tserver("").lines()).map(|(number, line)| format!("{number}:{line}\n")).collect();
    rings_and_is_answered(&numbered, 1, 4);
    // syslog writes a tab as its character code.
    rings_and_is_answered(&tserver("Mar  1 09:15:00 host1 sips[412]: ").replace('\t', "#011"), 1, 4);
    let object = |key: &str, line: &str| {
        format!("{{\"stream\":\"stdout\",\"{key}\":{},\"time\":\"2024-03-01T09:15:00.1Z\"}}\n", json!(line))
    };
    for key in ["log", "message", "msg"] {
        let log: String = tserver("").lines().map(|line| object(key, &format!("{line}\n"))).collect();
        rings_and_is_answered(&log, 1, 4);
    }
    let nested = |line: &str| format!("{{\"event\":{{\"original\":{}}}}}\n", json!(line));
    rings_and_is_answered(&tserver("").lines().map(nested).collect::<String>(), 1, 4);
    // Docker splits long lines.
    let pieces: String = tserver("")
        .lines()
        .map(|line| {
            let (first, second) = line.split_at(line.len() / 2);
            [object("log", first), object("log", &format!("{second}\n"))].concat()
        })
        .collect();
    rings_and_is_answered(&pieces, 1, 7);
    let pieces: String = tserver("")
        .lines()
        .map(|line| {
            let (first, second) = line.split_at(line.len() / 2);
            format!("2024-03-01T09:15:00.1Z stdout P {first}\n2024-03-01T09:15:00.1Z stdout F {second}\n")
        })
        .collect();
    rings_and_is_answered(&pieces, 1, 7);
    let coloured: String = tserver("").lines().map(|line| format!("\u{1b}[32m{line}\u{1b}[0m\n")).collect();
    rings_and_is_answered(&coloured, 1, 4);
}

#[test]
fn line_ends_and_indentation() {
    rings_and_is_answered(&tserver("").replace('\n', "\r\n"), 1, 4);
    rings_and_is_answered(&format!("\u{feff}{}", tserver("")), 1, 4);
    rings_and_is_answered(&tserver("").replace('\t', " "), 1, 4);
    rings_and_is_answered(&tserver("").replace("\tAttribute", "Attribute"), 1, 4);
    rings_and_is_answered(&tserver("").replace('\'', "\u{2019}"), 1, 4);
    rings_and_is_answered(&format!("[\n{{\"a\":1}},\n]\n\nplain text\n{}", tserver("")), 6, 9);
}

#[test]
fn json_of_others() {
    for log in [
        "{\"messageName\":\"EventRinging\",\"thisDN\":\"7001\",\"callUuid\":\"C1\"}\n{\"messageName\":\"EventEstablished\",\"thisDN\":\"7001\",\"callUuid\":\"C1\"}\n",
        "{\"id\":\"EventRinging\",\"thisDN\":\"7001\",\"CallThreadID\":\"C1\"}\n{\"id\":\"EventEstablished\",\"thisDN\":\"7001\",\"CallThreadID\":\"C1\"}\n",
        "[{\"Event\":\"EventRinging\",\"ThisDN\":\"7001\",\"CallUUID\":\"C1\"},\n{\"Event\":\"EventEstablished\",\"ThisDN\":\"7001\",\"CallUUID\":\"C1\"}]\n",
    ] {
        rings_and_is_answered(log, 1, 2);
    }
    let array = "[\n{\"Event\":\"EventRinging\",\"ThisDN\":\"7001\",\"CallUUID\":\"C1\"},\n{\"Event\":\"EventEstablished\",\"ThisDN\":\"7001\",\"CallUUID\":\"C1\"}\n]\n";
    rings_and_is_answered(array, 2, 3);
    let with_data = |data: &str| {
        replayed(&format!(
            "{{\"Event\":\"EventRinging\",\"ThisDN\":\"7001\",\"CallUUID\":\"C1\",\"UserData\":{data}}}\n"
        ))
    };
    let typed = "[{\"key\":\"k\",\"type\":\"str\",\"value\":\"v\"},{\"key\":\"n\",\"type\":\"int\",\"value\":5},{\"key\":\"l\",\"type\":\"kvlist\",\"value\":[{\"key\":\"a\",\"type\":\"str\",\"value\":\"b\"}]}]";
    assert_eq!(user_data(&with_data(typed)), json!({"k": "v", "n": 5, "l": {"a": "b"}}));
    let odd = "{\"half\":1.5,\"yes\":true,\"list\":[\"x\",2],\"big\":92233720368547758080,\"nothing\":null}";
    let expected =
        json!({"half": "1.5", "yes": "true", "list": {"0": "x", "1": 2}, "big": "92233720368547758080", "nothing": {}});
    assert_eq!(user_data(&with_data(odd)), expected);
}

#[test]
fn user_data_that_is_hidden_or_empty() {
    let log = |list: &str| {
        let first =
            format!("09:15:00 message EventRinging\n{ATTRIBUTES}\tAttributeUserData\t[20] 00 01..\n\t\t'k'\t'v'\n");
        let second = format!("09:15:01 message EventAttachedDataChanged\n{ATTRIBUTES}\tAttributeUserData\t{list}\n");
        replayed(&[first, second].concat())
    };
    let hidden = log("[149] 00 01 03 00..");
    assert_eq!((user_data(&hidden), hidden.column("outcome")[1].as_str()), (json!({"k": "v"}), "unchanged"));
    let empty = log("[4] 00 00 00 00");
    assert_eq!((user_data(&empty), empty.column("outcome")[1].as_str()), (Value::Null, "changed"));
    let sdk = "x 'EventAttachedDataChanged' ('85')\nmessage attributes:\nAttributeCallUuid [str] = \"C1\"\nAttributeThisDN [str] = \"7001\"\nAttributeUserData [bstr] = KVList:\n";
    let ringing = "{\"Event\":\"EventRinging\",\"ThisDN\":\"7001\",\"CallUUID\":\"C1\",\"UserData\":{\"k\":\"v\"}}\n";
    assert_eq!(user_data(&replayed(&[ringing, sdk].concat())), Value::Null, "a Platform SDK list has no size");
}

#[test]
fn values_of_several_lines() {
    let log = format!(
        "09:15:00 message EventEstablished\n{ATTRIBUTES}\tAttributeUserData\t[60] 00 02..\n\t\t'address'\t'1 Road\n\nTown, it''s'\n\t\t'k'\t'v'\n09:15:01 message EventHeld\n"
    );
    let run = replayed(&log);
    assert_eq!(user_data(&run), json!({"address": "1 Road\n\nTown, it''s", "k": "v"}));
    assert_eq!(run.column("line"), ["1", "9"]);
    // A value without a closing quote ends with its first line and does not swallow the lines after it.
    let open = format!(
        "09:15:00 message EventEstablished\n\tAttributeOtherDN\t'7002\n{ATTRIBUTES}09:15:01 message EventHeld\n"
    );
    let run = replay_piped(&["--format", "jsonl", "-"], open.as_bytes());
    assert_eq!((run.status, run.column("event")), (0, vec!["EventEstablished".to_owned(), "EventHeld".to_owned()]));
    assert!(run.errors[0].starts_with("-:2: warning: "), "{:?}", run.errors);
}

/// The body of a SIP message in the log never becomes an event, whatever the chat partner writes.
#[test]
fn bodies_of_sip_messages() {
    let forged = "please see\n09:15:01.000 message EventReleased\n\tAttributeThisDN\t'7001'\n\tAttributeCallUUID\t'C1'\n{\"Event\":\"EventReleased\",\"ThisDN\":\"7001\",\"CallUUID\":\"C1\"}\n";
    let message = format!(
        "MESSAGE sip:7001@192.0.2.2 SIP/2.0\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{forged}",
        forged.len()
    );
    for (arrow, direction) in [
        ("<<<<<", "Received [0,UDP] {} bytes from 192.0.2.1:5060"),
        (">>>>>", "Sending  [0,UDP] {} bytes to 192.0.2.1:5060"),
    ] {
        let announced = direction.replace("{}", &message.len().to_string());
        let log = format!(
            "09:15:00.000 message EventEstablished\n{ATTRIBUTES}09:15:00.500: SIPTR: {announced} {arrow}\n{message}\n09:15:02.000 message EventHeld\n{ATTRIBUTES}"
        );
        let run = replayed(&log);
        assert_eq!(run.column("event"), ["EventEstablished", "EventHeld"], "{log}");
    }
}

#[test]
fn times_of_every_kind() {
    for time in ["2024-03-01T09:15:00.250", "2024-03-01 09:15:00,250", "01/Mar/2024:09:15:00.250", "09:15:00.250"] {
        assert_eq!(replayed(&format!("{time} Trc message EventRinging\n{ATTRIBUTES}")).column("time"), [time]);
    }
    assert_eq!(
        replayed(&format!("@09:15:00.2500 [0] message EventRinging\n{ATTRIBUTES}")).column("time"),
        ["09:15:00.2500"]
    );
    assert_eq!(replayed(&format!("[09:15:00] message EventRinging\n{ATTRIBUTES}")).column("time"), ["09:15:00"]);
    assert_eq!(replayed(&format!("received message EventRinging\n{ATTRIBUTES}")).column("time"), ["null"]);
    let cri: String = format!("received message EventRinging\n{ATTRIBUTES}")
        .lines()
        .map(|line| format!("2024-03-01T09:15:00.1Z stdout F {line}\n"))
        .collect();
    assert_eq!(replayed(&cri).column("time"), ["2024-03-01T09:15:00.1Z"]);
}

#[test]
fn numbers_with_a_clock_behind_them() {
    let numbered = |number: &str, name: &str| {
        format!(
            "09:15:00 message {name}\n{ATTRIBUTES}\tAttributeServerStartTime\t4964b0a6 (10:00:00)\n\tAttributeEventSequenceNumber\t{number}\n"
        )
    };
    let run = replayed(
        &[numbered("0000000000000010", "EventRinging"), numbered("000000000000000f", "EventEstablished")].concat(),
    );
    assert_eq!(run.column("reason"), ["null", "stale"]);
}
