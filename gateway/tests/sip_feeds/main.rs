//! Which agents do the sessions of SIP feeds (HEP packets and dialog-info documents) belong to?

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

mod dialog_info;
mod endpoints;
mod packets;
mod support;
mod wire;
