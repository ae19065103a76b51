//! `POST /events`, `GET /events/position`, `GET /requests`, `POST /requests/confirm`, tested on the routes without a
//! connection.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]
#![cfg(feature = "server")]

mod events;
mod requests;
mod support;
mod token;
