//! Participants as in the *Call Resource* of Genesys Web Services.

use im_session::resource::Country;
use im_session::{AnalysedNumber, NumberAnalysis, Participant};
use im_session_numbers::PhoneNumbers;

fn analyse(home: &str, number: &str) -> Option<AnalysedNumber> {
    PhoneNumbers::new(home).expect("a region").analyse(number)
}

/// E.164, national form, code of the country, place.
fn fields(home: &str, number: &str) -> Option<(String, String, String, String)> {
    let found = analyse(home, number)?;
    let code = found.country().map(|country| country.code.to_string()).unwrap_or_default();
    let location = found.location().unwrap_or_default();
    Some((found.e164_number().into(), found.formatted_phone_number().into(), code, location.into()))
}

fn some(e164: &str, formatted: &str, code: &str, location: &str) -> Option<(String, String, String, String)> {
    Some((e164.into(), formatted.into(), code.into(), location.into()))
}

#[test]
fn the_sample_of_the_documentation_field_by_field() {
    let analysed = analyse("US", "9165550104").expect("a valid number");
    let participant = Participant::from_analysed("9165550104", &analysed);
    assert_eq!(participant.digits, "9165550104");
    assert_eq!(participant.phone_number, "9165550104");
    assert_eq!(participant.e164_number, "+19165550104");
    assert_eq!(participant.formatted_phone_number, "(916) 555-0104");
    assert_eq!(participant.country, Some(Country::new("United States", "US", "1")));
    assert_eq!(participant.location.as_deref(), Some("California"));
}

#[test]
fn an_extension_stays_as_it_is() {
    for home in ["US", "CA", "GB", "DE", "FR", "IN", "BR", "JP", "AU"] {
        assert_eq!(analyse(home, "3002"), None, "{home}");
    }
}

#[test]
fn a_number_is_found_however_it_is_dialled() {
    let expected = some("+442083661177", "020 8366 1177", "GB", "London");
    assert_eq!(fields("GB", "02083661177"), expected);
    assert_eq!(fields("GB", "020 8366 1177"), expected);
    assert_eq!(fields("US", "+44 20 8366 1177"), expected);
    assert_eq!(fields("US", "011 44 20 8366 1177"), expected);
    assert_eq!(fields("DE", "00442083661177"), expected);
    // The same digits are a different number there.
    assert_eq!(fields("DE", "02083661177"), some("+492083661177", "0208 3661177", "DE", "Oberhausen Rheinland"));
}

#[test]
fn regions_that_share_a_calling_code_are_told_apart() {
    assert_eq!(fields("US", "416 555 0134"), some("+14165550134", "(416) 555-0134", "CA", "Ontario"));
    assert_eq!(fields("US", "242 365 1234"), some("+12423651234", "(242) 365-1234", "BS", "Abaco Island"));
    assert_eq!(fields("US", "+7 701 234 5678").map(|(_, _, code, _)| code), Some("KZ".into()));
    assert_eq!(fields("US", "+44 1481 256789").map(|(_, _, code, _)| code), Some("GG".into()));
}

#[test]
fn only_what_has_a_place_gets_one() {
    let toll_free = some("+18002345678", "(800) 234-5678", "US", "");
    assert_eq!(fields("US", "8002345678"), toll_free);
    // A number without a country.
    assert_eq!(fields("US", "+80012345678"), some("+80012345678", "1234 5678", "", ""));
    // Mobile numbers in Argentina have a "9" before the digits of the place.
    let mobile = fields("AR", "+5493435551212");
    assert_eq!(mobile.map(|(_, _, code, location)| (code, location)), Some(("AR".into(), "Nogoyá, Entre Ríos".into())));
}

#[test]
fn what_is_no_number_is_not_taken_for_one() {
    let names = [
        "VQ_9165550104",
        "9165550104@host",
        "tel:+19165550104",
        "1-800-FLOWERS",
        "9165550104;ext=5",
        "9165550104~5",
        "９１６５５５０１０４",
    ];
    for name in names {
        assert_eq!(analyse("US", name), None, "{name}");
    }
    // One digit too few, one too many, an unused area code.
    for number in ["916555010", "91655501044", "1165550104", "+1", "+", "", "++", "+999999999"] {
        assert_eq!(analyse("US", number), None, "{number}");
    }
}

#[test]
fn extensions_are_told_by_their_length_where_that_is_given() {
    let numbers = PhoneNumbers::new("US").expect("a region").with_extensions_up_to(10);
    assert!(numbers.analyse("9165550104").is_none());
    assert!(numbers.analyse("19165550104").is_some());
    assert!(numbers.analyse("+1 916 555 0104").is_some());
}

#[test]
fn a_home_must_have_numbers() {
    assert!(PhoneNumbers::new("us").is_ok());
    for home in ["", "ZZ", "USA", "001", "U", "ÄÖ", "AN"] {
        assert!(PhoneNumbers::new(home).is_err(), "{home}");
    }
    let error = PhoneNumbers::new(&"\u{1b}X".repeat(1000)).expect_err("no region").to_string();
    assert!(error.contains("such as \"US\"") && error.len() < 200 && !error.contains('\u{1b}'), "{error}");
}
