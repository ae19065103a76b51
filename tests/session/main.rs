//! Events and one session: what an event is, and what it does to one session.
//!
//! | file | question |
//! |---|---|
//! | `one_session` | Whose events does a session take, which count as accepted, what does it keep of them? |
//! | `rejections` | Which state met which event, and why was it rejected, in words? |
//! | `causes` | Why is a session over? |
//! | `hidden` | What does an event say whose user data a log filter has hidden? |
//! | `event` | What is an id, a name, a number, and what does an event concern? |
//! | `key_value_lists` | Long, deep and repeated pairs; user data as JSON |
//! | `list_properties` | Are view, size and depth of any list what naive recursion says? |
//! | `sequences` | Does every sequence of call events lead where it should? |
//! | `debug` | What do failing tests print of events, sessions and lists? |

mod causes;
mod debug;
mod event;
mod hidden;
mod key_value_lists;
mod list_properties;
mod one_session;
mod rejections;
mod sequences;
