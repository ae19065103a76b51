//! Bayeux 1.0, the protocol of CometD, without I/O: messages, agent, browser and time go in, replies come out or are
//! held.
//!
//! | file | question |
//! |---|---|
//! | `server` | What does a request change, and what is its reply? ([`Bayeux`]) |
//! | `exchange` | What goes in and comes out? |
//! | `handshake`, `connect`, `subscribe` | What do these messages do? |
//! | `delivery` | When do published messages reach a client? |
//! | `client` | What is known of a client? |
//! | `queue` | Which messages wait, which are on their way, which are acknowledged? |
//! | `positions` | What was a client sent already? |
//! | `message` | What can be read of a body? |
//! | `channel` | Which channels are an agent's, and what does a pattern cover? |
//! | `reply` | How do replies, errors, advice and events look on the wire? |
//! | `settings` | Which times and limits are there? |
//!
//! # On the wire
//!
//! A request is a JSON array of messages, or one message; the reply is always an array. A reply has the `channel` of
//! its message, its `id` where it has one, `successful`, and what the table says. Members that are not named here are
//! skipped.
//!
//! | message | is read | is answered |
//! |---|---|---|
//! | `/meta/handshake` | versions, `supportedConnectionTypes`, `ext.ack` | these, `clientId`, `advice` |
//! | `/meta/connect` | `clientId`, `connectionType`, `advice.timeout`, `ext.ack` | `clientId`, `advice`, `ext.ack` |
//! | `/meta/subscribe`, `/meta/unsubscribe` | `clientId`, `subscription`: one or a list | `clientId`, `subscription` |
//! | `/meta/disconnect` | `clientId` | `clientId` |
//! | any other | `clientId` | `403::Forbidden`: nobody may publish |
//!
//! - `advice` of a handshake or a connect has `reconnect`, and in milliseconds `interval`, `timeout` and `maxInterval`.
//!   It has `"multiple-clients":true` and a longer interval where another client of the same browser is held already.
//! - A message that failed has `"error":"CODE::TEXT"`: 400 a message that is none, 402 an unknown client
//!   (`advice.reconnect` is `handshake`), 403 a channel that is not the agent's, 500 no random client id, 503 too many
//!   clients.
//! - A published message is `{"channel":…,"data":…,"id":…}`. One of the present sessions has no `id`.
//! - The messages stand before the replies of the same body. The reply to a handshake stands alone, and other messages
//!   beside a handshake are ignored.
//! - With the `ack` extension messages come with replies to `/meta/connect` only; `ext.ack` is the number of the batch.
//!   They stay until a later connect has `ext.ack` of that number or a higher one, and are sent again with each connect
//!   until then.
//! - A connect is held only if it stands alone in its request, is not the first after the handshake, does not ask for
//!   an `advice.timeout` of 0, and has no messages to take along. A second connect of the client answers the first,
//!   with [`Settings::multiple_clients_interval`] as its interval, so that a client with two loops does not spin.
//!
//! Bodies are JSON whatever their `Content-Type`. The specification lets clients send them as the parameter `message` of
//! a form, too, but does not ask servers to take that, and no client known to us does: such a body is refused as one that
//! is not JSON. `callback-polling`, which the specification recommends, is not there: JSONP would let any page read an agent's
//! messages.
//!
//! # How to call it
//!
//! [`Bayeux::receive`] says at once what to answer, or that the request is held. After every call take the
//! [outputs](Bayeux::outputs), and call [`Bayeux::wake`] at the time that [`Bayeux::next_wake`] names. Say of each
//! reply that was written whether it was [delivered](Bayeux::delivered) or [not](Bayeux::not_delivered): only then are
//! its messages forgotten, or queued again. [`Bayeux::not_delivered`] is also what to say when the connection of a held
//! request went away.
//!
//! The same calls give the same outputs: time and randomness are handed in. The cost of a call is linear in what it
//! reads and writes, apart from logarithms of the number of clients; to publish is linear in the clients of the agent.
//! [`Settings`] bound the memory.

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
pub use message::{Request, Unreadable};
pub use reply::unauthenticated;
pub use server::Bayeux;
pub use settings::Settings;
