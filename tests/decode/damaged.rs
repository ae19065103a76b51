//! Are damaged logs read safely? Nothing panics, any split gives the same results, and the events that are still read
//! affect a store exactly as they affect the reference model.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use im_session::decode::{DecodeWarning, Decoded};
use im_session::testing::{Reached, Setup, Step, carry_out};
use im_session::{Decoder, Event};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// The logs of `tests/data`, of all forms.
static LOGS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut paths = Vec::new();
    for folder in ["decoders", "field", "replay"] {
        let files = fs::read_dir(data.join(folder)).expect("a folder of logs");
        paths.extend(
            files.map(|file| file.expect("a file").path()).filter(|path| path.extension() == Some("log".as_ref())),
        );
    }
    paths.sort();
    assert!(paths.len() > 50, "{} logs", paths.len());
    paths.iter().map(|path| fs::read(path).expect("a log")).collect()
});

/// One way to damage a log.
#[derive(Debug, Clone)]
enum Damage {
    /// Overwrites a byte.
    Set(Index, u8),
    /// Removes bytes.
    Cut(Index, usize),
    /// Duplicates bytes.
    Repeat(Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), prop_oneof![any::<u8>(), prop::sample::select(&b"\n\r\t '\"{}[]"[..])])
            .prop_map(|(at, byte)| Damage::Set(at, byte)),
        (any::<Index>(), 1..80_usize).prop_map(|(at, length)| Damage::Cut(at, length)),
        (any::<Index>(), 1..400_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
    ]
}

fn damaged_log() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(&LOGS[..]), vec(damage(), 1..5)).prop_map(|(mut log, damages)| {
        for damage in damages {
            let (Damage::Set(at, _) | Damage::Cut(at, _) | Damage::Repeat(at, _)) = damage;
            let at = at.index(log.len().max(1)).min(log.len());
            match damage {
                Damage::Set(_, byte) => log.splice(at..log.len().min(at + 1), [byte]).for_each(drop),
                Damage::Cut(_, length) => log.drain(at..log.len().min(at + length)).for_each(drop),
                Damage::Repeat(_, length) => {
                    let again = log[at..log.len().min(at + length)].to_vec();
                    log.splice(at..at, again);
                }
            }
        }
        log
    })
}

/// The events, the number of errors, and the warnings.
type Given = (Vec<(u64, Event<'static>)>, usize, Vec<DecodeWarning>);

fn decode<'b>(pieces: impl IntoIterator<Item = &'b [u8]>) -> Given {
    let (mut events, mut errors, mut decoder) = (Vec::new(), 0, Decoder::new());
    let mut take = |result: im_session::decode::DecodeResult<'_>| match result.map(Decoded::into_owned) {
        Ok(decoded) => events.push((decoded.line, decoded.event)),
        Err(_) => errors += 1,
    };
    for piece in pieces {
        decoder.push(piece, &mut take);
    }
    let mut warnings = decoder.take_warnings();
    let mut finished = decoder.finish();
    finished.by_ref().for_each(&mut take);
    warnings.extend(finished.warnings());
    (events, errors, warnings)
}

#[test]
fn damaged_logs() {
    let reached = Reached::new();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(log in damaged_log(), size in 1..300_usize)| {
        reached.case();
        let found = decode([&*log]);
        prop_assert_eq!(&decode(log.chunks(size)), &found, "in pieces of {}", size);
        let lines = log.split(|&byte| byte == b'\n').count() as u64;
        prop_assert!(found.0.is_sorted_by_key(|(line, _)| *line));
        prop_assert!(found.0.iter().all(|(line, _)| (1..=lines).contains(line)));
        let setup = Setup::default();
        let (mut sessions, mut model) = (setup.sessions(), setup.model());
        for (_, event) in &found.0 {
            let step = Step::Event(event.clone());
            prop_assert_eq!(carry_out(&mut sessions, &[], &step), model.carry_out(&[], &step), "{:?}", event);
        }
        if found.0.len() > 1 {
            reached.end();
        }
    });
    reached.at_least(20).expect("logs with several events");
}
