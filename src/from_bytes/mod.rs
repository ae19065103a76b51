//! The generator: what bytes stand for. Every value, history and log that is made up for a test is read from bytes here, whether a
//! fuzzer gives them, proptest ([`strategies`](crate::strategies)) or the conformance kit; so whatever one of them finds the others can
//! say.
//!
//! | file | question |
//! |---|---|
//! | `bytes` | How are numbers and texts read? |
//! | `event` | How does a byte become an event? |
//! | `step` | How do bytes become steps and a history? |
//! | `valid_history` | How do any bytes become what really happens, and what goes wrong with it? |
//! | `user_data`, `operation`, `query`, `resource`, `fault`, `log`, `small_types` | How do they become these? |
//! | `random` | Which bytes come by chance? |
//! | `arbitrary` | The same for fuzzers: `Arbitrary` for every type (feature `arbitrary`) |
//!
//! [`FromBytes`] is for types, a function for what is no type of its own:
//!
//! | of | it is made by |
//! |---|---|
//! | events, steps, histories, faults, logs, user data, small types | [`FromBytes`] (with the feature `arbitrary` also `Arbitrary`): [`Event`](crate::Event), [`Step`](crate::testing::Step), [`History`](crate::testing::History), [`Fault`](crate::testing::Fault), [`Log`](crate::testing::Log), [`KeyValueList`](crate::KeyValueList), … |
//! | one byte that is an event, an operation | [`event_of`], [`operation_of`] |
//! | what really happens, at one DN and at many | [`valid_history`], [`interleaved_histories`] |
//! | the same with faults | [`faulty_history`] |
//! | what every text form can carry | [`loggable_event`], [`loggable_user_data`] |
//! | user data within limits, and over one | [`user_data_within`], [`user_data_beyond`] |
//! | the other parties, a resource, a query | [`participants`], [`resource`], [`query`] |
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
//! | 0 | an event spelled out | its name, a text; its attributes in the order of the fields of [`Event`](crate::Event), before each a byte that says whether it is there: an odd one; of a list 7, 15, … say that it is hidden |
//! | 1 | the time goes on | a byte: by how much |
//! | 2 | Expire | an integer; of this step and of ForgetCompleted 0x80 to 0xfb are -128 to -5 |
//! | 3 to 5 (`0`, `@`, `P`) | Post | who and where to; the operation and what is wrong with it, see [`operation_of`], or a body spelled out |
//! | 6 (`` ` ``) | List | the agent, the query |
//! | 7 (`p`) | Read | the agent, the id, the query |
//! | 8 | Forget | the DN, the id |
//! | 9 | ForgetCompleted | an integer |
//! | 10 | Restart | |
//! | 11 | Reconcile | the DN; how many resources, up to 7; of each the id, the state (a byte), the DNs of the participants (how many, up to 7, and each), and whether there is user data, and what |
//! | 12 | Reconcile | the DN; how many resources, up to 7; of each what [`resource`] reads |
//! | 13 | an event with more data | the event; ConnID as an event spelled out has it; OtherDN, a text; user data as one spelled out has it; after an odd byte the id |
//! | 14 | an old event | the event, and a byte: its six low bits are how many places before its own it is numbered; bits 6 and 7: 2 of another server start, 3 of none |
//! | 15 | an event that answers | the event, a byte, and its ReferenceID, up to 7; with bit 3 1 000 more, as after a restart |
//!
//! The agent is a byte, counted modulo 5, of [`agents`]. Of Post's first byte bits 0 and 1 are the agent (from 0xc0 on it is the last), bits 2 and 3
//! where to: 0 the session A, 1 the list, 2 the session B, 3 the id that follows. The operations with a good body are `8` to `=`, so
//! `@@=` is the agent at 3001 that completes the session A. A body spelled out is any text: `7`, how many bytes (the low half), and
//! these; or its parameters: `?`, operationName, text, phoneNumber, the user data, key, devicePath, all but the fourth texts; with bit 4 then
//! (a byte each) a parameter, and what it is instead.
//!
//! A history is the steps of all its bytes, at the agents of [`agents`].
//!
//! # Numbers and texts
//!
//! | byte | a number | an integer | a text |
//! |---|---|---|---|
//! | 0 to 0xef | the byte | the byte | one of those that are known, counted modulo |
//! | 0xf0 to 0xfb | the byte | the byte | spelled out: a byte for how many, up to 15 (its low half), and these |
//! | 0xfc | any: eight bytes, the low one first | any: the same | 64 times `x` |
//! | 0xfd | the largest of 63 bits | -1 | 65 times `x` |
//! | 0xfe | the last but one | the lowest | 255 times `x` |
//! | 0xff | the largest | the largest | 256 times `x` |
//!
//! | known | in their order |
//! |---|---|
//! | DNs and numbers | `3001`, `3002`, `3003`, `VQ_4`, none, `+1 (916) 555-0104`, `9` |
//! | ids | `A`, `B`, `007MDF3D0KAHL93L807GK2LAES000001`, `~._-`, `unknown`, none, `..`, `no id` |
//! | keys | `k`, `text`, `n`, none, `größer`, `list` |
//! | values | `v`, `w`, none, `hello`, `größer`, `two\nlines` |
//! | binary | `00 01..`, none |
//! | of bodies | operationName: the six in the order of [`operation_of`]; text: `hello`, `größer`; key: `k`, `n`, `text`; devicePath: that of a good body, `/devices/1` to `/devices/4` |
//! | queries of steps | `fields=*`, none, `fields=id,state`, `fields=*&state=Talking`, `state=Completed`, `fields=userData,participants&id=A`, `fields=`, `fields=unknown`, `st%61te=Alert%69ng&fields=*`, `devicePath=/devices/3`, `devicePath=%2Fdevices%2F2&fields=uri`, `fields=%2A&path=/im-sessions/A`; from 0xe0 on a [`query`] |
//! | error messages | `Invalid DN`, none |
//! | names of events | EventDialing, EventRinging, EventEstablished, EventReleased, EventAbandoned, EventDestinationBusy, EventPartyChanged, EventPartyAdded, EventPartyDeleted, EventAttachedDataChanged, EventPrivateInfo, EventHeld, EventRetrieved, EventNetworkReached, EventError, EventACK |
//!
//! # User data
//!
//! A [`KeyValueList`](crate::KeyValueList) is, by its first byte,
//!
//! | byte | list |
//! |---|---|
//! | 0 | empty |
//! | 1, 2 | `k` with `v`, with `w` |
//! | 3 | `k` with `v` and then `k` with `w`, so that `w` counts |
//! | 4 | `n` with 1 |
//! | 5 | a list in a list: `list` with the list 1 |
//! | 6, 7 | `k` with `00 01`, as binary and as text |
//! | 8, 9 | 16 levels, as deep as is allowed, and one more |
//! | 10, 11 | 16 000 bytes, as much as is allowed, and one more |
//! | 12, 13, 14 | `text` with `hello`, with -7, with an empty list |
//! | all others | as many pairs as the three low bits say, each a key (a text) and a [`Value`](crate::Value) |
//!
//! A value is a byte, counted modulo 4, and what it says: 0 a string (a text), 1 an integer, 2 binary (a text), 3 a list (how many
//! pairs, up to 7, and these; an empty one where it would be the 41st level).
//!
//! # Histories that are valid
//!
//! [`valid_history`] and [`interleaved_histories`] read the same letters as a history, but what they make is what really happens:
//! every event is one that may come next, all are numbered from 1, and a store accepts all. `ACD` is the call that is dialed,
//! answered and ended; `AbCcDd` are both its parties.
//!
//! The low half is the event, as in the table above. Where it may not come, its number, counted modulo, takes one of those that
//! may:
//!
//! | so far | what may come, from 0 |
//! |---|---|
//! | nothing | EventDialing, EventRinging, EventEstablished |
//! | dialed | EventEstablished, EventReleased, EventDestinationBusy, the four changes |
//! | dialed, busy | EventReleased, the four changes |
//! | rings | EventEstablished, EventReleased, EventAbandoned, the four changes |
//! | answered | EventReleased, the four changes, EventPrivateInfo |
//! | ended | EventDialing, EventRinging: the call begins anew |
//!
//! The four changes are EventPartyChanged, EventPartyAdded, EventPartyDeleted, EventAttachedDataChanged. The high half says where the
//! event is and what it has; of a [`valid_history`] the first byte says where all are.
//!
//! | high half | first | at | of | with |
//! |---|---|---|---|---|
//! | 0 to 7 | | | | as in the table above, but that in row 0 a message is empty |
//! | 8 | | 3001 | the longest id | 16 000 bytes of user data |
//! | 9 | | the longest DN | A | user data of 16 levels |
//! | 10 | | 3001 | B | the longest DN as OtherDN |
//! | 11 | | 3001 | 007MDF3D0KAHL93L807GK2LAES000001 | the longest message, 16 000 bytes |
//! | 12 | | 3002 | B | OtherDN +1 (916) 555-0104, binary user data (the list 6) |
//! | 13 | | 3003 | B | user data with a key twice (the list 3) |
//! | 14 | | the longest DN | the longest id | the longest DN as OtherDN, an empty list of user data |
//! | 15 | | 3002 | the longest id | |
//!
//! The longest DN has 255 characters and the longest id 64, all `x`. Where the low half is 0 the attributes are spelled out: the
//! next byte's low half is the event; then OtherDN (a byte: one of the known DNs), ConnID (a number) and user data (left out
//! where it is over a limit), each after a byte that says whether it is there; of an EventPrivateInfo last the text, known being
//! `hello`, none, `größer`.
//!
//! [`faulty_history`] is a byte (bits 0 and 1: how many faults, from 1; bit 2: no numbers), the faults, and a valid history:
//! `0AACD` is `ACD` without its second event.
//!
//! # Faults
//!
//! A [`Fault`](crate::testing::Fault) is a byte: what goes wrong, and at which place of the history, from 0: the low half.
//!
//! | high half | first | fault |
//! |---|---|---|
//! | 0 | | spelled out: the low half, counted modulo 5, is the kind (Repeated, Lost, Reordered, Truncated, WrongRole); the place and, of Repeated and Reordered, how far follow, two numbers |
//! | 1 | | Reordered, to the end |
//! | 2 | space | Repeated, at once |
//! | 3 | `0` | Repeated, after three others |
//! | 4 | `@` | Lost |
//! | 5 | `P` | Reordered by one |
//! | 6 | `` ` `` | Truncated |
//! | 7 | `p` | WrongRole |
//! | 8 to 15 | | as 0 to 7, 16 places further; what is spelled out is the same |
//!
//! # Logs
//!
//! A [`Log`](crate::testing::Log) is a byte for its form, and a byte a line. Of the first byte bits 0 and 1 are the form: 0 JSON lines,
//! 1 the T-Server log, 2 the Platform SDK log (3: as 0); bit 2: lines end in CRLF; bit 3: a byte order mark; bit 6: no end of the last
//! line. So `1` is a T-Server log and `u` the same with CRLF and without its last end.
//!
//! The others are events by the table at the top. Those with the low half 0 are other lines, which are no events; which ones, the
//! high half says, from 1 and counted modulo; but with the high half 0 an event is spelled out, as of a step, and what logs cannot
//! carry is taken out of it, and with the high half 15 it is a [`loggable_event`]. Where none is an event, `A` comes at the end. `1ACD` is the call in a T-Server log, `1A@C@D` with other
//! lines in between.
//!
//! | form | other lines, from 1 |
//! |---|---|
//! | JSON lines | an empty one, one of white space, and eight that are errors: cut short, `{}`, an array, no name of an event, a ThisDN that is a number, no ThisDN, an id that can be none, a line of a log |
//! | T-Server log | an empty one, a line of the log, one with indented lines after it, a request, SIP, a line after a byte order mark, a time |
//! | Platform SDK log | an empty one, a line of the log, a request, one with indented lines after it, SIP, `--` |
//!
//! # Resources
//!
//! Of [`participants`] the first byte says how many, up to 7; of each the first byte, its bits 0 and 1, what it is: 0 a number without
//! number analysis, 1 an extension, its e164Number empty (the number follows, a text), 2 the public number 9165550104 with
//! country and place, 3 the same without them.
//!
//! [`resource`] is a byte for what is there, and then, in this order, what is there:
//!
//! | bits | | bytes that follow |
//! |---|---|---|
//! | | the id | a text |
//! | | the state | a byte: bits 0 and 1 the state, bits 2 and 3 the white space before it, bits 6 and 7 that after it: 0 none, 1 a space, 2 a tab, 3 CRLF |
//! | 0 | path and uri | |
//! | 1 | participants | as above |
//! | 2 | capabilities | a byte: its six low bits are which; bit 6: in the other order |
//! | 3 | a field that there is not | a byte, counted modulo: 1, `null`, an object |
//! | 4 and 5 | user data: 0 none, 1 `null`, 2 and 3 a list | of the list its own |
//! | 6 and 7 | of the participants 1 the phoneNumber alone, 2 the digits alone, 0 and 3 all | |
//!
//! # Queries
//!
//! Of [`query`] the first byte says how many pairs, up to 7; the high half of each, counted modulo 5, of which kind it is, and the low
//! half, counted modulo, which of them:
//!
//! | high half | first | pairs, from 0 |
//! |---|---|---|
//! | 0, 5, 10 | `P` | `fields=*`, `fields=id,state`, `fields`, `fields=`, `fields=%2A`, `fields=id%2Cunknown, uri` |
//! | 1, 6, 11 | `` ` `` | `fields=unknown`, `fields=userData,participants`, `fields=capabilities,path` |
//! | 2, 7, 12 | space, `p` | `state=Talking`, `st%61te=Alert%69ng`, `state=Completed`, `state=`, `state=Tal%6` |
//! | 3, 8, 13 | `0` | `id=A`, `id=%7E._-`, `path=/im-sessions/B`, `userData=x`, `participants=3001`, `unknown=1` |
//! | 4, 9, 14 | `@` | `devicePath=/devices/2`, `devicePath=%2Fdevices%2F3`, `devicePath=/none` |
//! | 15 | | spelled out: a byte for how many, up to 15, and these |

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod bytes;
mod event;
mod fault;
mod log;
mod operation;
mod query;
pub(crate) mod random;
mod resource;
mod small_types;
mod step;
mod user_data;
mod valid_history;

pub use bytes::{Bytes, FromBytes};
pub use event::event_of;
#[cfg(feature = "proptest")]
pub(crate) use event::{IDS, NUMBERS};
#[cfg(feature = "proptest")]
pub(crate) use log::log_of_lines;
pub use log::{loggable_event, loggable_user_data};
#[cfg(feature = "proptest")]
pub(crate) use operation::body;
pub use operation::operation_of;
pub use query::query;
#[cfg(feature = "proptest")]
pub(crate) use resource::participant;
pub use resource::{participants, resource};
pub use step::agents;
#[cfg(feature = "proptest")]
pub(crate) use step::post;
pub use user_data::{user_data_beyond, user_data_within};
pub use valid_history::{faulty_history, interleaved_histories, valid_history};
