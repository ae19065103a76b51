//! What im-session is measured with and against; the script `run` in this folder starts it all.
//!
//! | file | question |
//! |---|---|
//! | `machines` | The machine in every guise: how many instructions, how long? |
//! | `stream`, `random` | Which events do they meet? |
//! | `store`, `keys` | What does one event into a store of many sessions cost? |
//! | `texts`, `decode` | What does text to event cost? |
//! | `notification` | What does a notification cost? |
//! | `whole_path`, `plain` | What does text to notification cost, here and in the program one would write instead? |
//! | `workloads`, `work` | What can be measured, by name? |
//! | `figures` | How do figures get from one step to the next? |
//! | `results`, `plot`, `targets` | What is written of them, and what is reached? |

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
