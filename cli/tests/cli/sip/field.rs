//! Does the tool read captures and traces as they occur in the field? `tests/data/sip-field` has one call in each form.

use serde_json::Value;

use super::tool::watch;

#[test]
fn every_case_of_the_field_shows_its_call() {
    let cases = std::fs::read_to_string("tests/data/sip-field/cases.json").expect("cases");
    let cases: Value = serde_json::from_str(&cases).expect("JSON");
    let cases = cases.as_object().expect("cases");
    assert_eq!(cases.len(), 20);
    for (number, case) in cases {
        let file = format!("tests/data/sip-field/{}", case["file"].as_str().expect("a name"));
        let said = watch(&[&file]);
        assert_eq!(said.errors, "", "{number}");
        assert_eq!(said.status.map(Value::from), Some(case["exit"].clone()), "{number}");
        let events = said.by_endpoint();
        for (dn, needed) in case["need"].as_object().expect("DNs") {
            let has =
                |((_, at), names): (&(String, String), &Vec<String>)| at == dn && Value::from(names.clone()) == *needed;
            assert!(events.iter().any(has), "{number}: {dn} in {events:?}");
        }
        let forbidden = case["forbid"].as_str();
        assert!(
            !said.objects.iter().any(|object| forbidden.is_some_and(|text| object.to_string().contains(text))),
            "{number}"
        );
    }
}
