//! The pages and what is behind them: how they are served, what supervisors are told, and how much is remembered for them.
//! What a browser makes of them is asked by `gateway/check/pages`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

mod support;

mod assets;
mod bounds;
mod challenge;
mod overview;
mod rights;
mod timeline;
mod why_not;
