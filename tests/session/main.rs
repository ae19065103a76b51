//! Events and one session: what an event is, and what it does to one session.
//!
//! | file | question |
//! |---|---|
//! | `one_session` | Which events does a session take, which count as accepted, and what does it store of them? |
//! | `rejections` | Which state met which event, and why was it rejected, in words? |
//! | `causes` | Why is a session over? |
//! | `hidden` | What does an event mean whose user data a log filter has hidden? |
//! | `event` | What is an id, a name, a number, and what does an event concern? |
//! | `key_value_lists` | Long, deep and repeated pairs; user data as JSON |
//! | `list_properties` | Do view, size and depth of any list agree with naive recursion? |
//! | `sequences` | Does every sequence of call events lead where it should? |
//! | `debug` | How do failing tests print events, sessions and lists? |

mod causes;
mod debug;
mod event;
mod hidden;
mod key_value_lists;
mod list_properties;
mod one_session;
mod rejections;
mod sequences;
