//! Feeds of other forms than JSON lines, and those that the gateway fetches by itself.
//!
//! | file | question |
//! |---|---|
//! | `follow` | How is a log read while it is written, over rotations and restarts? (feature `server`) |
//! | `note` | What of a followed file is found again after a restart? (feature `server`) |
//! | [`hep`] | Which events has the SIP that capture agents send? |
//! | [`dialog_info`] | Which events have dialog-info documents? |

pub mod dialog_info;
#[cfg(feature = "server")]
mod follow;
pub mod hep;
#[cfg(feature = "server")]
mod note;

#[cfg(feature = "server")]
pub use follow::{FollowError, follow, name_of};
