//! How are the pages served, what do supervisors see, and how much is remembered for them? `gateway/check/pages` tests
//! the pages in a browser.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

mod support;

mod assets;
mod bounds;
mod challenge;
mod overview;
mod rights;
mod timeline;
mod why_not;
