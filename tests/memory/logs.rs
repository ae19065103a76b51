//! Is memory bounded by the largest single message, and not by the log? Specification 7.

use im_session::decode::Form;
use im_session::{BaseUri, Decoder, Sessions};

use crate::counting_allocator::memory;

const MIB: usize = 1024 * 1024;
const LOG: usize = 64 * MIB;
const LONG_LINE: usize = 20 * MIB;

/// Decodes a log of 64 MiB, generated on the fly: `message` repeated, with one line of 20 MiB in the middle.
///
/// Returns the number of events, of errors, and of messages.
fn decode_generated(form: Form, message: &str, long_line: (&str, &str)) -> (usize, usize, usize) {
    let piece = message.repeat(64 * 1024 / message.len());
    let in_piece = piece.len() / message.len();
    let filler = [b'x'; 64 * 1024];

    let mut decoder = Decoder::new();
    let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    let (mut events, mut errors, mut messages, mut bytes) = (0, 0, 0, 0);
    let mut take = |decoder: &mut Decoder, bytes: &[u8]| {
        decoder.push(bytes, |result| match result {
            Ok(decoded) => {
                events += 1;
                assert!(sessions.handle_event(&decoded.event).expect("a readable event").outcome().name() != "ignored");
            }
            Err(_) => errors += 1,
        });
    };
    let mut long_line_to_come = true;
    while bytes < LOG {
        // An odd size, so that the ends of pieces and of messages do not coincide.
        for chunk in piece.as_bytes().chunks(9_973) {
            take(&mut decoder, chunk);
        }
        messages += in_piece;
        bytes += piece.len();
        if long_line_to_come && bytes > LOG / 4 {
            long_line_to_come = false;
            take(&mut decoder, long_line.0.as_bytes());
            for _ in 0..LONG_LINE / filler.len() {
                take(&mut decoder, &filler);
            }
            take(&mut decoder, long_line.1.as_bytes());
            bytes += LONG_LINE;
        }
    }
    let header = message.lines().next().expect("a header");
    assert_eq!(Form::of_line(header.as_bytes()), Some(form), "{header:?}");
    for result in decoder.finish() {
        match result {
            Ok(_) => events += 1,
            Err(_) => errors += 1,
        }
    }
    (events, errors, messages)
}

fn check(form: Form, message: &str, long_line: (&str, &str), expected_errors: usize) {
    let mut counts = (0, 0, 0);
    let (most, _) = memory(|| counts = decode_generated(form, message, long_line));
    let (events, errors, messages) = counts;
    assert_eq!((events, errors), (messages, expected_errors));
    println!("{form}: {events} events, at most {most} bytes in use");
    // A message has at most 1 MiB. While a buffer grows, the old one and one of twice its size exist together.
    assert!(most < 3 * MIB as isize, "{most} bytes in use");
}

const MESSAGE: &str = "\
11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message EventAttachedDataChanged
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeUserData	[149] 00 01 03 00..
		'ServiceType'	'default'
		'RRequestedSkills'(list)
			'English'	'5'
		'PegAG'	1
	AttributeThisDN	'3020'
INVITE sip:3002@192.0.2.52:5060 SIP/2.0
";

#[test]
fn a_long_tserver_log_needs_little_memory() {
    check(Form::TServerLog, MESSAGE, ("noise ", "\n"), 0);
}

#[test]
fn a_long_message_of_a_tserver_log_needs_little_memory() {
    let header = "x message EventRinging\n\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'";
    check(Form::TServerLog, MESSAGE, (header, "'\n"), 1);
}

#[test]
fn a_long_platform_sdk_log_needs_little_memory() {
    let message = "\
2015-01-07 13:20:31,665 Proxy got message 'EventAttachedDataChanged' ('85')
message attributes:
AttributeCallUuid [str] = \"QK59HK4FS927D7FUU41G6IE468000004\"
AttributeUserData [bstr] = KVList:
	'ServiceType' [str] = \"default\"
	'n' [int] = 5
AttributeThisDN [str] = \"3020\"
";
    let header = "'EventRinging' ('60')\nmessage attributes:\nAttributeThisDN [str] = \"";
    check(Form::PlatformSdkLog, message, (header, "\"\n"), 1);
}

#[test]
fn long_json_lines_need_little_memory() {
    let message =
        "{\"Event\":\"EventAttachedDataChanged\",\"CallUUID\":\"A\",\"ThisDN\":\"3020\",\"UserData\":{\"k\":\"v\"}}\n";
    check(Form::JsonLines, message, ("{\"Event\":\"EventRinging\",\"ThisDN\":\"", "\"}\n"), 1);
}

#[test]
fn a_log_without_any_event_needs_little_memory() {
    let lines = "noise\n".repeat(10_000);
    let (most, _) = memory(|| {
        let mut decoder = Decoder::new();
        for _ in 0..400 {
            decoder.push(lines.as_bytes(), |_| ());
        }
        assert_eq!(decoder.finish().filter(Result::is_err).count(), 1);
    });
    assert!(most < 3 * MIB as isize, "{most} bytes in use");
}

/// Found by the fuzz targets of the logs: the limit applied only to bytes kept between two pieces. If a message lay in
/// one piece, all its pairs were collected before it was refused.
#[test]
fn a_long_message_handed_over_at_once_needs_little_memory() {
    let tserver = ("x message EventRinging\n\tAttributeUserData\t[1] 00\n", "\t\t''\t1\n", "x message EventHeld\n\n");
    let platform_sdk = (
        "'EventRinging' ('60')\nmessage attributes:\nAttributeUserData [bstr] = KVList:\n",
        " '' [int] = 1\n",
        "'EventHeld' ('66')\nmessage attributes:\n\n",
    );
    for (form, (header, pair, next)) in [(Form::TServerLog, tserver), (Form::PlatformSdkLog, platform_sdk)] {
        let log = [header, &pair.repeat(MIB), next].concat();
        let (mut events, mut errors) = (0, 0);
        let (most, _) = memory(|| {
            let mut decoder = Decoder::new().with_limit(4096);
            decoder.push(log.as_bytes(), |result| match result {
                Ok(_) => events += 1,
                Err(_) => errors += 1,
            });
        });
        assert_eq!((events, errors), (1, 1));
        assert!(most < MIB as isize, "{form}: {most} bytes in use");
    }
}

/// Bytes that are not UTF-8 are replaced in a copy. The line that takes a message over the limit must not be copied.
#[test]
fn a_long_line_that_is_not_utf_8_handed_over_at_once_needs_little_memory() {
    let tserver = ("x message EventRinging\n\tAttributeUserData\t[1] 00\n\t\t'k'\t'", "'\n\n");
    let platform_sdk =
        ("'EventRinging' ('60')\nmessage attributes:\nAttributeUserData [bstr] = KVList:\n 'k' [str] = \"", "\"\n\n");
    for (form, (start, end)) in [(Form::TServerLog, tserver), (Form::PlatformSdkLog, platform_sdk)] {
        let log = [start.as_bytes(), &vec![0xff; 2 * MIB], end.as_bytes()].concat();
        let mut errors = 0;
        let (most, _) = memory(|| {
            let mut decoder = Decoder::new().with_limit(4096);
            decoder.push(&log, |result| errors += usize::from(result.is_err()));
        });
        assert_eq!(errors, 1);
        assert!(most < MIB as isize, "{form}: {most} bytes in use");
    }
}

/// Found in review: the warnings of one message were kept without a bound until the message ended.
#[test]
fn a_message_of_values_that_are_not_closed_needs_little_memory() {
    const LINES: usize = 512 * 1024;
    let lines = "\tAttributeA\t'x\n".repeat(1024);
    let mut tally = None;
    let (most, _) = memory(|| {
        let mut decoder = Decoder::new();
        decoder.push(b"x message EventRinging\n", |_| ());
        for _ in 0..LINES / 1024 {
            decoder.push(lines.as_bytes(), |_| ());
        }
        let mut finished = decoder.finish();
        assert_eq!(finished.by_ref().filter(Result::is_err).count(), 1, "over the limit");
        tally = Some((finished.tally().warnings, finished.warnings().len()));
    });
    assert_eq!(tally, Some((LINES as u64, 10_000)), "all are counted, the first are kept");
    assert!(most < 3 * MIB as isize, "{most} bytes in use");
}
