//! Numbers from outside may be any text: nothing panics, and results are always the same.

use std::sync::LazyLock;
use std::thread;

use im_session::NumberAnalysis;
use im_session_numbers::PhoneNumbers;
use proptest::prelude::{ProptestConfig, any, prop, proptest};
use proptest::sample::select;
use proptest::test_runner::RngSeed;

/// A cache so small that most numbers are analysed again, and no cache.
static CACHED: LazyLock<Vec<PhoneNumbers>> = LazyLock::new(|| homes(8));
static NOT_CACHED: LazyLock<Vec<PhoneNumbers>> = LazyLock::new(|| homes(0));

fn homes(cache: usize) -> Vec<PhoneNumbers> {
    let home = |home| PhoneNumbers::new(home).expect("a region").with_cache(cache);
    ["US", "DE", "AR", "IT", "BR", "IL", "SH"].map(home).into()
}

/// The result is the same with and without a cache, and repeatedly; an E.164 number is the same everywhere.
fn check(number: &str) {
    for (cached, not_cached) in CACHED.iter().zip(NOT_CACHED.iter()) {
        let found = not_cached.analyse(number);
        assert_eq!(cached.analyse(number), found, "{number:?}");
        assert_eq!(cached.analyse(number), found, "{number:?}");
        let Some(found) = found else { continue };
        let e164 = found.e164_number();
        assert!(e164.len() <= 18 && e164.starts_with('+') && e164.bytes().skip(1).all(|byte| byte.is_ascii_digit()));
        assert!(found.formatted_phone_number().len() <= 40, "{found:?}");
        for home in NOT_CACHED.iter() {
            assert_eq!(home.analyse(e164).as_ref(), Some(&found), "{number:?}");
        }
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(15), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_is_answered(number in any::<String>()) {
        check(&number);
    }

    #[test]
    fn any_punctuation_is_answered(number in "[-+ .()/*\\[\\]0-9]{0,70}") {
        check(&number);
    }

    #[test]
    fn numbers_of_all_kinds_are_answered(
        prefix in select(vec!["", "+", "00", "011", "0", "1", "+1", "+549", "+39", "+44", "+86", "*", "(0"]),
        digits in prop::collection::vec(0_u8..10, 0..18),
    ) {
        let digits: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        check(&format!("{prefix}{digits}"));
    }
}

#[test]
fn length_is_bounded() {
    let numbers = PhoneNumbers::new("US").expect("a region");
    assert!(numbers.analyse(&format!("9165550104{}", " ".repeat(54))).is_some());
    for unit in ["9", "+", "(", " ", "-9", "é", "0"] {
        assert!(numbers.analyse(&unit.repeat(100_000)).is_none(), "{unit}");
    }
    assert!(numbers.analyse(&format!("9165550104{}", " ".repeat(55))).is_none());
}

#[test]
fn threads_share_one() {
    let numbers = PhoneNumbers::new("US").expect("a region").with_cache(16);
    let expected = |last: u32| format!("(916) 555-{last:04}");
    thread::scope(|scope| {
        for thread in 0..4 {
            let numbers = &numbers;
            scope.spawn(move || {
                for last in (0..200).map(|step| (step * 7 + thread) % 40) {
                    let found = numbers.analyse(&format!("916555{last:04}")).expect("a valid number");
                    assert_eq!(found.formatted_phone_number(), expected(last));
                }
            });
        }
    });
}

#[test]
fn debug_shows_no_numbers() {
    let numbers = PhoneNumbers::new("US").expect("a region");
    assert!(numbers.analyse("9165550104").is_some());
    let debug = format!("{numbers:?}");
    assert!(debug.contains("US") && !debug.contains("916"), "{debug}");
}
