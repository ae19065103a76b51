//! In which order does `--merge` show the events of several files? In order of time.

use super::tool::{Run, file, json_event, replay, replay_jsonl, tserver_event};

fn merged(test: &str, parts: &[String]) -> Run {
    let paths: Vec<String> =
        (1..).zip(parts).map(|(number, part)| file(&format!("merge-{test}"), &format!("{number}.log"), part)).collect();
    let mut arguments = vec!["--merge"];
    arguments.extend(paths.iter().map(String::as_str));
    let run = replay_jsonl(&arguments);
    run.assert_clean();
    run
}

#[test]
fn events_come_in_the_order_of_their_times() {
    let callee = [
        tserver_event("10:00:00.100", "Ringing", "3002", "A"),
        tserver_event("10:00:00.300", "Established", "3002", "A"),
    ];
    let caller = [
        tserver_event("10:00:00.050", "Dialing", "3001", "A"),
        tserver_event("10:00:00.200", "Established", "3001", "A"),
        tserver_event("10:00:00.400", "Released", "3001", "A"),
    ];
    let run = merged("order", &[callee.concat(), caller.concat()]);
    let times = ["10:00:00.050", "10:00:00.100", "10:00:00.200", "10:00:00.300", "10:00:00.400"];
    assert_eq!(run.column("time"), times);
    assert_eq!(run.column("line"), ["1", "1", "4", "4", "7"]);
}

#[test]
fn without_a_time_an_event_stays_behind_the_one_before_it() {
    let one = [
        json_event("Ringing", "1", "A"),
        tserver_event("10:00:01.000", "Ringing", "2", "A"),
        json_event("Established", "2", "A"),
        tserver_event("10:00:03.000", "Released", "2", "A"),
    ];
    let two = [tserver_event("10:00:00.000", "Ringing", "3", "A"), tserver_event("10:00:02.000", "Released", "3", "A")];
    assert_eq!(merged("without", &[one.concat(), two.concat()]).column("thisDN"), ["1", "3", "2", "2", "3", "2"]);
}

#[test]
fn of_equal_times_the_first_file_comes_first() {
    let at = |dn: &str| {
        [tserver_event("10:00:00.000", "Ringing", dn, "A"), tserver_event("10:00:00,0", "Held", dn, "A")].concat()
    };
    assert_eq!(merged("equal", &[at("1"), at("2"), at("3")]).column("thisDN"), ["1", "1", "2", "2", "3", "3"]);
}

#[test]
fn midnight_passes() {
    let one = [tserver_event("23:59:59.900", "Ringing", "1", "A"), tserver_event("00:00:00.200", "Released", "1", "A")];
    let two = [tserver_event("23:59:59.950", "Ringing", "2", "A"), tserver_event("00:00:00.100", "Released", "2", "A")];
    assert_eq!(merged("midnight", &[one.concat(), two.concat()]).column("thisDN"), ["1", "2", "2", "1"]);
}

#[test]
fn dates_and_offsets_count() {
    let one = tserver_event("2015-01-08 00:30:00,000", "Ringing", "1", "A");
    let two = tserver_event("07/Jan/2015:23:30:00.000", "Ringing", "2", "A");
    let three = tserver_event("2015-01-08T01:00:00.000+02:00", "Ringing", "3", "A");
    assert_eq!(merged("dates", &[one, two, three]).column("thisDN"), ["3", "2", "1"]);
}

#[test]
fn a_file_that_is_out_of_order_is_put_in_order() {
    let one = [tserver_event("10:00:02.000", "Ringing", "1", "A"), tserver_event("10:00:01.000", "Ringing", "2", "A")];
    assert_eq!(merged("disorder", &[one.concat()]).column("thisDN"), ["2", "1"]);
}

/// More events than the tool reads ahead.
#[test]
fn long_files_are_merged_as_they_are_read() {
    let long = |dn: &str, first: u32| -> String {
        let time = |number: u32| format!("{:02}:{:02}:{:02}.000", number / 3600, number / 60 % 60, number % 60);
        (0..10_000).map(|number| tserver_event(&time(first + number * 2), "Held", dn, "A")).collect()
    };
    let run = merged("long", &[long("1", 0), long("2", 1)]);
    let dns = run.column("thisDN");
    assert_eq!(dns.len(), 20_000);
    assert!(dns.chunks(2).all(|pair| pair == ["1", "2"]));
}

#[test]
fn the_shipped_log_is_in_order_as_it_is() {
    let merged = replay(&["--merge"]);
    merged.assert_clean();
    assert_eq!(merged.out, replay(&[]).out);
}

#[test]
fn a_log_that_is_followed_has_no_order_of_its_own() {
    assert_eq!(replay(&["--merge", "--follow", "x.log"]).status, 2);
}

/// Found in review: files whose dates have no year were sorted before all files whose dates have one.
#[test]
fn dates_without_a_year_are_near_the_dates_of_other_files() {
    let line = |time: &str, dn: &str| format!("{time} sips1 server[77]: {}", json_event("Ringing", dn, "A"));
    let syslog = [line("Dec 31 23:59:00", "1"), line("Jan  1 00:01:00", "3"), line("Jan  1 00:03:00", "5")].concat();
    let dated = [("2014-12-31 23:59:30,000", "2"), ("2015-01-01 00:02:00,000", "4")].map(|(time, dn)| {
        format!("{time} message EventRinging\n\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'{dn}'\n")
    });
    let files = [file("years", "syslog.log", syslog), file("years", "dated.log", dated.concat())];
    for files in [[&files[0], &files[1]], [&files[1], &files[0]]] {
        let run = replay_jsonl(&["--merge", files[0], files[1]]);
        assert_eq!(run.column("thisDN").join(" "), "1 2 3 4 5");
    }
}
