//! Feeds in forms other than JSON lines, and those that the gateway reads by itself.
//!
//! | file | question |
//! |---|---|
//! | `follow` | How is a log read while it is written, across rotations and restarts? (feature `server`) |
//! | `note` | What is stored about a followed file for a restart? (feature `server`) |
//! | [`hep`] | Which events does SIP from capture agents mean? |
//! | [`dialog_info`] | Which events do dialog-info documents mean? |

pub mod dialog_info;
#[cfg(feature = "server")]
mod follow;
pub mod hep;
#[cfg(feature = "server")]
mod note;

#[cfg(feature = "server")]
pub use follow::{FollowError, follow, name_of};
