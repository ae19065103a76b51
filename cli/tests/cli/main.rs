//! The tool as people run it. One program, a file a question.
//!
//! | file | question |
//! |---|---|
//! | `replay_cases`, `field_cases`, `more_field_cases` | Does it say what the specification's examples say? |
//! | `formats` | What does each format show? |
//! | `jsonl` | Which fields has an object? |
//! | `filters` | What is shown of what is replayed? |
//! | `width` | Where do lines break? |
//! | `files`, `rotation`, `encodings` | How do files become one log? |
//! | `merge` | In which order do events come? |
//! | `follow` | When is an event of a growing file printed? |
//! | `region` | How are public numbers shown? |
//! | `errors` | What is said of what cannot be read? |
//! | `sip` | Which messages and events are in captures and traces, and at which endpoint? |
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
