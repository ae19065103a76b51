//! Bayeux 1.0, the protocol of CometD, without I/O. Messages, agent, browser and time are arguments; replies are
//! returned at once or held.
//!
//! | file | question |
//! |---|---|
//! | `server` | What does a request change, and what is its reply? ([`Bayeux`]) |
//! | `exchange` | What are the inputs and outputs? |
//! | `handshake`, `connect`, `subscribe` | What do these messages do? |
//! | `delivery` | When do published messages reach a client? |
//! | `client` | What is the state of a client? |
//! | `queue` | Which messages wait, are in flight, or await acknowledgement? |
//! | `positions` | Which notifications has a client been sent? |
//! | `message` | How are messages read from a body? |
//! | `channel` | Which channels belong to an agent, and what does a pattern cover? |
//! | `reply` | How are replies, errors, advice and events written? |
//! | `settings` | Which times and limits are there? |
//!
//! # On the wire
//!
//! A request is a JSON array of messages, or one message; the reply is always an array. A reply has the `channel` of
//! its message, its `id` if it has one, `successful`, and the members in the table. Members that are not listed here
//! are ignored.
//!
//! | message | members read | members of the reply |
//! |---|---|---|
//! | `/meta/handshake` | versions, `supportedConnectionTypes`, `ext.ack` | the same, `clientId`, `advice` |
//! | `/meta/connect` | `clientId`, `connectionType`, `advice.timeout`, `ext.ack` | `clientId`, `advice`, `ext.ack` |
//! | `/meta/subscribe`, `/meta/unsubscribe` | `clientId`, `subscription`: a string or an array | `clientId`, `subscription` |
//! | `/meta/disconnect` | `clientId` | `clientId` |
//! | any other | `clientId` | `403::Forbidden`: nobody may publish |
//!
//! - An `id` has at most 256 bytes ([`LONGEST_ID`]). A message with a longer one fails, and its reply has none.
//! - `advice` in the reply to a handshake or a connect has `reconnect`, and `interval`, `timeout` and `maxInterval` in
//!   milliseconds. If another client of the same agent in the same browser already has a held connect, it also has
//!   `"multiple-clients":true` and a longer interval.
//! - A message that failed has `"error":"CODE::TEXT"`: 400 for a malformed message, 401 if the agent was signed out,
//!   402 for an unknown client (`advice.reconnect` is `handshake`), 403 for a channel that is not the agent's, 500 if
//!   no random client id is available, 503 for too many clients.
//! - A published message is `{"channel":…,"data":…,"id":…}`. A message of the list of current sessions has no `id`.
//! - Messages precede the replies in the same body. The reply to a handshake is alone in its body; other messages in
//!   the same request as a handshake are ignored.
//! - With the `ack` extension, messages come only with replies to `/meta/connect`; `ext.ack` is the number of the
//!   batch. They stay queued, and are sent again with each connect, until a later connect has this number or a higher
//!   one in `ext.ack`.
//! - A connect is held only if it is alone in its request, is not the first after the handshake, does not ask for an
//!   `advice.timeout` of 0, and there are no messages for the client. A second connect of the client answers the first
//!   with [`Settings::multiple_clients_interval`] as its interval, so that a client with two connect loops does not
//!   spin.
//!
//! Bodies are JSON whatever their `Content-Type`. The specification also lets clients send messages in the form
//! parameter `message`, but does not require servers to accept it, and no client known to us does so; such a body is
//! refused as invalid JSON. `callback-polling`, which the specification recommends, is not implemented: JSONP would let
//! any page read an agent's messages.
//!
//! # How to call it
//!
//! [`Bayeux::receive`] returns the reply, or reports that the request is held. After every call, take the
//! [outputs](Bayeux::outputs), and call [`Bayeux::wake`] at the time that [`Bayeux::next_wake`] returns. Report for
//! each reply whether it was [delivered](Bayeux::delivered) or [not](Bayeux::not_delivered): only then are its messages
//! removed, or queued again. Also call [`Bayeux::not_delivered`] when the connection of a held request is gone.
//!
//! The same calls give the same outputs: time and randomness are arguments. The cost of a call is linear in the bytes
//! that it reads and writes, apart from logarithms of the number of clients. Publishing is linear in the number of the
//! agent's clients. [`Settings`] bound the memory: of a client, and of the messages of all clients together.

mod channel;
mod client;
mod connect;
mod delivery;
mod exchange;
mod handshake;
mod message;
mod positions;
mod queue;
mod reply;
mod server;
mod settings;
mod subscribe;

pub use channel::{IM_SESSIONS, covers, may_subscribe};
pub use client::Ticket;
pub use delivery::{Notification, Present};
pub use exchange::{Counts, ExchangeId, Output, Received, Reply, Sender, Transport};
pub use message::{LONGEST_ID, Request, Unreadable};
pub use positions::RUNS;
pub use reply::unauthenticated;
pub use server::Bayeux;
pub use settings::Settings;
