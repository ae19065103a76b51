//! The measurements of im-session and of its peers. The script `run` in this folder starts everything.
//!
//! | file | question |
//! |---|---|
//! | `machines` | The machine in every implementation: how many instructions, how much time? |
//! | `stream`, `random` | Which events do the machines get? |
//! | `store`, `keys` | What does one event into a store of many sessions cost? |
//! | `texts`, `decode` | What does text to event cost? |
//! | `notification` | What does a notification cost? |
//! | `whole_path`, `plain` | What does text to notification cost, here and in a plain program? |
//! | `workloads`, `work` | What can be measured, by name? |
//! | `figures` | How are figures passed from one step to the next? |
//! | `results`, `plot`, `targets` | What is written, and which targets are reached? |

pub mod decode;
pub mod figures;
pub mod keys;
pub mod machines;
pub mod notification;
pub mod plain;
pub mod plot;
pub mod random;
pub mod results;
pub mod store;
pub mod stream;
pub mod targets;
pub mod texts;
pub mod whole_path;
pub mod work;
pub mod workloads;
