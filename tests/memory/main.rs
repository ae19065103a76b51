//! How much memory is needed. A separate program, because it has its own allocator.
//!
//! | file | question |
//! |---|---|
//! | `largest` | How much does the largest session, message, stream hold? |
//! | `logs` | Is memory bounded by the largest message, not by the log? |
//! | `work` | Does the work of an expiry without effect, or of an added party, depend on the number of sessions? |
//! | `sessions` | How much memory does a session take, and how much its entries in the indices? |

mod counting_allocator;
mod largest;
mod logs;
mod sessions;
mod work;
