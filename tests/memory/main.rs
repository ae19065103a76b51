//! How much memory is needed? This is a separate program because it has its own allocator.
//!
//! | file | question |
//! |---|---|
//! | `largest` | How much memory do the largest session, message and stream take? |
//! | `logs` | Is memory bounded by the largest message, and not by the log? |
//! | `work` | Does the work of an expiry without effect, or of an added party, depend on the number of sessions? |
//! | `sessions` | How much memory does a session take, and how much do its index entries take? |

mod counting_allocator;
mod largest;
mod logs;
mod sessions;
mod work;
