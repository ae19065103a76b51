//! Tests that run the tool as a user does. They are one program, and each file answers one question.
//!
//! | file | question |
//! |---|---|
//! | `replay_cases`, `field_cases`, `more_field_cases` | Does it give the results of the specification's examples? |
//! | `formats` | What does each format show? |
//! | `jsonl` | Which fields does an object have? |
//! | `filters` | Which of the replayed events are shown? |
//! | `width` | Where do lines break? |
//! | `files`, `rotation`, `encodings` | How are files joined into one log? |
//! | `merge` | In which order are events shown? |
//! | `follow` | When is an event of a growing file printed? |
//! | `region` | How are public numbers shown? |
//! | `errors` | How is unreadable input reported? |
//! | `sip` | Which messages and events do captures and traces contain, and at which endpoint? |
//! | `machine`, `conformance` | What do the other commands print? |

mod conformance;
mod encodings;
mod errors;
mod field_cases;
mod files;
mod filters;
mod follow;
mod formats;
mod jsonl;
mod machine;
mod merge;
mod more_field_cases;
mod region;
mod replay_cases;
mod rotation;
mod sip;
mod tool;
mod width;
