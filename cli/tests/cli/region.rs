//! How does `replay --region` show public numbers? As seen from the region, if the program was built with phone
//! numbers.

use super::tool::{file, replay_jsonl, run};

const CALL: &str = "{\"Event\":\"EventRinging\",\"ThisDN\":\"3002\",\"OtherDN\":\"9165550104\",\"CallUUID\":\"A\"}\n";

#[cfg(feature = "numbers")]
#[test]
fn a_public_number_is_shown_as_the_documentation_does() {
    let path = file("region", "call.jsonl", CALL);
    let run = replay_jsonl(&["--region", "US", &path]);
    run.assert_clean();
    let expected = serde_json::json!([{
        "country": {"callingCode": "1", "code": "US", "name": "United States"},
        "digits": "9165550104",
        "e164Number": "+19165550104",
        "formattedPhoneNumber": "(916) 555-0104",
        "location": "California",
        "phoneNumber": "9165550104",
    }]);
    assert_eq!(run.objects().1["imSessions"][0]["participants"], expected);
    let elsewhere = replay_jsonl(&["--region", "SE", &path]);
    assert_eq!(elsewhere.objects().1["imSessions"][0]["participants"][0]["e164Number"], "9165550104");
}

#[cfg(feature = "numbers")]
#[test]
fn a_region_must_have_numbers() {
    let run = run(&["replay", "--region", "ZZ"]);
    assert_eq!(run.status, 2);
    assert!(run.errors[0].contains("such as \"US\", found \"ZZ\""), "{:?}", run.errors);
}

#[cfg(not(feature = "numbers"))]
#[test]
fn a_program_that_knows_no_numbers_says_which_does() {
    let path = file("region", "call.jsonl", CALL);
    let refused = run(&["replay", "--region", "US", &path]);
    assert_eq!(refused.status, 2);
    assert!(refused.errors[0].contains("cargo install im-session-cli --features numbers"), "{:?}", refused.errors);
    assert_eq!(replay_jsonl(&[&path]).objects().1["imSessions"][0]["participants"][0]["e164Number"], "9165550104");
}
