//! Feeds that the gateway fetches by itself.
//!
//! | file | question |
//! |---|---|
//! | `follow` | How is a log read while it is written, over rotations and restarts? |
//! | `note` | What of a followed file is found again after a restart? |

mod follow;
mod note;

pub use follow::{FollowError, follow, name_of};
