//! Feeds of SIP: packets of HEP and dialog-info documents, and whose sessions they make.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

mod dialog_info;
mod endpoints;
mod packets;
mod support;
mod wire;
