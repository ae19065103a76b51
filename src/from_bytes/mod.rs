//! Values from bytes, for fuzzers: [`Arbitrary`](::arbitrary::Arbitrary) for the types of the crate.
//!
//! All lean to the boundaries: 0, 1 and the largest of a number; no text, one character, and the lengths of 64 and 255 bytes
//! that ids and DNs may have, or one more; user data of 16 000 bytes or 16 levels, or one more. No bytes at all give the first of
//! everything.
//!
//! # One byte, one event
//!
//! So that a corpus can be written by hand, a byte is an [`Event`](crate::Event), and a text is a
//! [`History`](crate::testing::History): `ACD` is a call that the agent at 3001 dials, that is answered and ends; `AbCcDd` is the
//! same with what its other party at 3002 hears.
//!
//! | low half | `0`..`?` etc. | event |
//! |---|---|---|
//! | 0 | `@` | spelled out by the bytes that follow; of a step, see below |
//! | 1 to 5 | `A` to `E` | EventDialing, EventRinging, EventEstablished, EventReleased, EventAbandoned |
//! | 6 to 9 | `F` to `I` | EventDestinationBusy, EventPartyChanged, EventPartyAdded, EventPartyDeleted |
//! | 10, 11 | `J`, `K` | EventAttachedDataChanged, EventPrivateInfo |
//! | 12 | `L` | EventHeld |
//! | 13 | `M` | EventAttachedDataChanged without ThisDN |
//! | 14, 15 | `N`, `O` | EventError (of request 1, code 50), EventACK (of request 2) |
//!
//! | high half | first | at | of | with |
//! |---|---|---|---|---|
//! | 0 | | 3001 | A | its own DN as OtherDN, an empty list of user data, extensions without `text` |
//! | 1 | | VQ_4 | ~._- | |
//! | 2 | space | 3003 | A | |
//! | 3 | `0` | 3001 | B | |
//! | 4 | `@` | 3001 | A | |
//! | 5 | `P` | 3001 | A | OtherDN 3002, user data `{"k":"v"}` |
//! | 6 | `` ` `` | 3002 | A | |
//! | 7 | `p` | 3002 | A | OtherDN 3001, user data `{"k":"w"}` |
//! | 8 to 15 | | | | as 0 to 7, and numbered: 1; in a history its place |
//!
//! EventPrivateInfo has the text `hello` everywhere but in rows 0 and 8. [`event_of`] is this table.
//!
//! # Steps
//!
//! A [`Step`](crate::testing::Step) is an event by the same byte; of the bytes with the low half 0 it is
//!
//! | high half | step | bytes that follow |
//! |---|---|---|
//! | 0, 13 to 15 | an event spelled out | its attributes |
//! | 1 | the time goes on | a number |
//! | 2 | Expire | a number |
//! | 3 to 5 (`0`, `@`, `P`) | Post | the operation and what is wrong with it; see [`operation_of`] |
//! | 6 (`` ` ``) | List | the agent, the query |
//! | 7 (`p`) | Read | the agent, the id, the query |
//! | 8 | Forget | the DN, the id |
//! | 9 | ForgetCompleted | a number |
//! | 10 | ForgetRequests | a number |
//! | 11, 12 | Reconcile | the DN, how many resources, the resources |
//!
//! A history is the steps of all its bytes, at the agents of [`agents`].

mod event;
mod lists;
mod names;
mod operation;
mod primitives;
mod step;

pub use event::event_of;
pub use operation::operation_of;
pub use step::agents;
