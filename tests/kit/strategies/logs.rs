//! Does a log contain the events that it declares, at the lines that it declares?

use im_session::decode::Form;
use im_session::strategies::{log, log_of};
use proptest::prelude::*;

use super::samples;
use crate::read_log::found;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_holds_what_it_says(log in log()) {
        let (events, errors) = found(&log);
        prop_assert_eq!(events, log.events);
        prop_assert_eq!(errors, log.errors);
    }
}

#[test]
fn logs_of_every_form_and_shape() {
    for form in [Form::JsonLines, Form::TServerLog, Form::PlatformSdkLog] {
        let logs = samples(log_of(form), 200);
        assert!(logs.iter().all(|log| log.form == form && !log.events.is_empty()));
        assert!(logs.iter().any(|log| log.text.contains("\r\n")));
        assert!(logs.iter().any(|log| log.text.starts_with('\u{feff}')));
        assert!(logs.iter().any(|log| !log.text.ends_with('\n')));
        assert!(logs.iter().any(|log| log.events[0].0 > 1), "other lines before the first event");
        assert_eq!(logs.iter().any(|log| !log.errors.is_empty()), form == Form::JsonLines);
    }
    let any_form = samples(log(), 50);
    assert!(
        [Form::JsonLines, Form::TServerLog, Form::PlatformSdkLog]
            .iter()
            .all(|form| any_form.iter().any(|log| log.form == *form))
    );
}

/// A failing property prints the log itself, not a string with escapes.
#[test]
fn a_log_shows_as_it_stands() {
    let log = &samples(log_of(Form::TServerLog), 1)[0];
    assert!(format!("{log:?}").contains(&log.text));
}
