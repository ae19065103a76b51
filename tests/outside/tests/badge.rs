//! Does the wrapper keep its property, whatever events many agents receive?

use im_session::strategies::interleaved_histories;
use im_session::testing::Step;
use outside::Badge;
use proptest::prelude::*;

proptest! {
    #[test]
    fn the_badge_shows_what_is_open(history in interleaved_histories()) {
        let mut badge = Badge::default();
        for step in &history.steps {
            if let Step::Event(event) = step {
                badge.hear(event);
                prop_assert_eq!(badge.open, badge.really());
            }
        }
    }
}
