//! Events and a single session: how an event is read, and how it changes one session.
//!
//! | file | question |
//! |---|---|
//! | `one_session` | Which events does a session take, which count as accepted, and what does it store of them? |
//! | `rejections` | What does the message of a rejected event say? |
//! | `causes` | Why is a session over? |
//! | `hidden` | What does an event mean if a log filter has hidden its user data? |
//! | `event` | How are names, ids, numbers and lists read, and what does an event concern? |
//! | `key_value_lists` | Do long, deep and repeated pairs work, and user data as JSON? |
//! | `list_properties` | Do the view, size and depth of any list agree with naive recursion? |
//! | `sequences` | Does every sequence of call events lead to the right state? |
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
