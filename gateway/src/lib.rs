//! Serves the `imSessions` of a Genesys-style REST API over HTTP and CometD.

#![forbid(unsafe_code)]
