//! What does `im-session sip` read from all kinds of traces and captures, and how does it report errors?

#[path = "sip/captures.rs"]
mod captures;
#[path = "sip/endpoints.rs"]
mod endpoints;
#[path = "sip/field.rs"]
mod field;
#[path = "sip/formats.rs"]
mod formats;
#[path = "sip/hostile.rs"]
mod hostile;
#[path = "sip/layers.rs"]
mod layers;
#[path = "sip/messages.rs"]
mod messages;
#[path = "sip/recorded.rs"]
mod recorded;
#[path = "sip/streams.rs"]
mod streams;
#[path = "sip/texts.rs"]
mod texts;
#[path = "sip/tool.rs"]
mod tool;
