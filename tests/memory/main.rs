//! How much memory is needed. A program of its own, since it has an allocator of its own.
//!
//! | file | question |
//! |---|---|
//! | `largest` | How much does the largest session, message, stream hold? |
//! | `logs` | Is memory bounded by the largest message, not by the log? |
//! | `work` | Is what ends nothing, and a party that is added, as much work whatever is there? |
//! | `sessions` | How much does a session take, and how much the store for finding it? |

mod counting_allocator;
mod largest;
mod logs;
mod sessions;
mod work;
