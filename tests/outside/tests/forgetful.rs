//! Does the same property catch a wrapper with a mistake? It fails, and its output shows the mistake.

use im_session::strategies::valid_history;
use outside::Badge;
use proptest::prelude::*;

proptest! {
    #[test]
    fn the_forgetful_badge_shows_what_is_open(events in valid_history()) {
        let mut badge = Badge::default();
        for event in &events {
            badge.hear_forgetfully(event);
            prop_assert_eq!(badge.open, badge.really());
        }
    }
}
